"""The ladder of a fetch up to the last rung before the page itself is asked for.

For who wants to know what would happen to a URL (``polite-browser check``, ``/operator/check``):
each rung's answer, the name server and the site's robots.txt asked as for a fetch, and nothing
else.
"""

from __future__ import annotations

from dataclasses import dataclass

from browser.errors import BrowserError
from browser.model.reason import Reason
from browser.model.url import Url
from browser.model.verdict import Deny
from browser.net.dial import pins
from browser.net.judged import Judged
from browser.net.ladder import Hop
from browser.net.robots import RobotsGate
from browser.rules.target import parse_target


@dataclass(frozen=True)
class Rung:
    """One rung's answer.

    Attributes:
        name: Of the rung.
        passed: Whether the fetch would go on.
        says: One line.
        rule: Of the site or the operator, where one decides.
    """

    name: str
    passed: bool
    says: str
    rule: str | None = None


@dataclass(frozen=True)
class Climbed:
    """How far it went.

    Attributes:
        rungs: From the lowest; only the last one may not be passed.
        url: What was climbed for; ``None`` when it is no URL.
        judged: By the site's robots.txt; ``None`` when that was not reached.
    """

    rungs: tuple[Rung, ...]
    url: Url | None = None
    judged: Judged | None = None


async def climb(hop: Hop, robots: RobotsGate, text: str, max_wait: float) -> Climbed:
    """Climb for *text*.

    Args:
        hop: The guard.
        robots: The gate.
        text: A URL, or what somebody takes for one.
        max_wait: Seconds the request for robots.txt may wait for a turn.
    """
    try:
        url = parse_target(text)
    except BrowserError as error:
        return Climbed((_stopped("url", error),))
    rungs: tuple[Rung, ...] = (Rung("url", passed=True, says=url.href),)
    with pins():
        try:
            await hop.allowed(url)
        except BrowserError as error:
            name = "blocked" if error.reason is Reason.HOST_BLOCKED else "allowed"
            return Climbed((*rungs, _stopped(name, error)), url)
        fine = "scheme, port, host and every address are fine"
        rungs += (Rung("allowed", passed=True, says=fine),)
        try:
            judged = await robots.judge(url, max_wait)
        except BrowserError as error:
            return Climbed((*rungs, _stopped("robots", error)), url)
    return Climbed((*rungs, _robots(judged)), url, judged)


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
    says = "; ".join(part for part in said if part)
    return Rung("robots", passed=verdict.allowed, says=says, rule=verdict.rule)


def _source(judged: Judged) -> str:
    """Where the file that decided came from."""
    age = f"{judged.age:.0f} s ago"
    where = {
        "fetched": "asked for just now",
        "kept": f"kept, confirmed {age}",
        "stale": f"out of date, confirmed {age}",
    }
    return f"{where[judged.source]}: {judged.why}"


def _stopped(name: str, error: BrowserError) -> Rung:
    return Rung(name, passed=False, says=f"{error.reason}: {error.sentence}", rule=error.rule)
