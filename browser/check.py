"""``polite-browser check URL``: what would happen to a URL, rung by rung, without fetching it.

Asks the name server and the site's robots.txt, and nothing else. It knows nothing of what a running
service has learned, such as a host that asked it to slow down.
"""

from __future__ import annotations

from dataclasses import dataclass

from browser.compose_net import Net, build_net, build_store
from browser.errors import BrowserError
from browser.model.url import Url
from browser.model.verdict import Deny
from browser.net.clock import SystemClock
from browser.net.dial import pins
from browser.net.judged import Judged
from browser.net.pace import rates
from browser.rules.target import parse_target
from browser.settings import Settings, StoreSection

MEMORY = StoreSection(url="memory:")


@dataclass(frozen=True)
class Rung:
    """One rung's answer.

    Attributes:
        name: Of the rung.
        passed: Whether the fetch would go on.
        says: One line.
    """

    name: str
    passed: bool
    says: str


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
    try:
        url = parse_target(text)
    except BrowserError as error:
        return [Rung("url", passed=False, says=_why(error))]
    rungs = [Rung("url", passed=True, says=url.href)]
    with pins():
        try:
            await net.hop.allowed(url)
        except BrowserError as error:
            return [*rungs, Rung("allowed", passed=False, says=_why(error))]
        rungs.append(
            Rung("allowed", passed=True, says="scheme, port, host and every address are fine")
        )
        try:
            judged = await net.robots.judge(url, settings.limits.max_wait)
        except BrowserError as error:
            return [*rungs, Rung("robots", passed=False, says=_why(error))]
    rungs.append(_robots(judged))
    if rungs[-1].passed:
        rungs.append(_pace(settings, url, judged.crawl_delay))
    return rungs


def _robots(judged: Judged) -> Rung:
    verdict = judged.verdict
    line = f" [line {verdict.line}]" if verdict.line else ""
    if isinstance(verdict, Deny):
        decided = f"{verdict.reason}: {verdict.sentence}{line}"
    else:
        decided = f"{verdict.rule}{line}" if verdict.rule else "no rule against it"
    token = f"for {judged.token}" if judged.token else ""
    delay = f"Crawl-delay {judged.crawl_delay:g} s" if judged.crawl_delay else ""
    said = (decided, token, judged.group or "", delay, f"robots.txt {_source(judged)}")
    return Rung("robots", passed=verdict.allowed, says="; ".join(part for part in said if part))


def _source(judged: Judged) -> str:
    """Where the file that decided came from."""
    age = f"{judged.age:.0f} s ago"
    where = {
        "fetched": "asked for just now",
        "kept": f"kept, confirmed {age}",
        "stale": f"out of date, confirmed {age}",
    }
    return f"{where[judged.source]}: {judged.why}"


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


def _why(error: BrowserError) -> str:
    rule = f" [{error.rule}]" if error.rule else ""
    return f"{error.reason}: {error.sentence}{rule}"
