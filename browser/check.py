"""``polite-browser check URL``: what would happen to a URL, rung by rung, without fetching it.

Asks the name server and the site's robots.txt, and nothing else. It knows nothing of what a running
service has learned, such as a host that asked it to slow down.
"""

from __future__ import annotations

from dataclasses import replace

from browser.compose_net import Net, build_net, build_store
from browser.model.url import Url
from browser.net.climb import Rung, climb
from browser.net.clock import SystemClock
from browser.net.pace import rates
from browser.settings import Settings, StoreSection

MEMORY = StoreSection(url="memory:")


async def check(settings: Settings, text: str) -> list[Rung]:
    """Climb the ladder for *text* up to the last rung before the page itself is asked for.

    Raises:
        ValueError: the settings cannot be used.
    """
    clock = SystemClock()
    # Nothing of a running service is read or changed: its store is its own.
    store = build_store(settings.model_copy(update={"store": MEMORY}), clock)
    net = build_net(settings, store, clock)
    try:
        return await _climb(settings, net, text)
    finally:
        await net.transport.aclose()
        await store.aclose()


async def _climb(settings: Settings, net: Net, text: str) -> list[Rung]:
    climbed = await climb(net.hop, net.robots, text, settings.limits.max_wait)
    rungs = [replace(rung, says=_with_rule(rung)) for rung in climbed.rungs]
    if climbed.url is not None and climbed.judged is not None and rungs[-1].passed:
        rungs.append(_pace(settings, climbed.url, climbed.judged.crawl_delay))
    return rungs


def _with_rule(rung: Rung) -> str:
    rule = "" if rung.passed or rung.rule is None or rung.rule in rung.says else rung.rule
    return f"{rung.says} [{rule}]" if rule else rung.says


def _pace(settings: Settings, url: Url, crawl_delay: float | None) -> Rung:
    limits = settings.limits.as_limits().of(url.host)
    pace = rates(limits)[0]
    slow = f", Crawl-delay {crawl_delay:g} s" if crawl_delay else ""
    return Rung(
        "paced",
        passed=True,
        says=f"one request every {pace.interval:g} s after a burst of {pace.burst}, "
        f"{limits.concurrency} at a time, {limits.hourly} an hour{slow}",
    )
