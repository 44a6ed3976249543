"""May this agent fetch this URL? The answer of a robots.txt file, and the line that gave it.

Governing text: RFC 9309 (Robots Exclusion Protocol); Crawl-delay and Request-rate are customs
outside it. Two readers look at every file. `robots_lines` finds the group that is ours and
`robots_match` the deciding line in it. Our group alone is then written out afresh under
``User-agent: *`` and read by Protego, which answers for the pace and has a veto on the paths:

- Both kinds of line match: the longer decides, an Allow on a tie. This is ours to say, because
  Protego counts the length of encoded paths (``?`` as three octets).
- No Disallow matches by our reading, one does by Protego's: refuse. A doubt counts for the site.

Protego never sees the file as it came: it compares agent names by prefix, lets unknown lines end
a group, and takes time without measure for many agents over many rules. Its paths carry each
escape escaped once more, so that its own decoding (``%3F`` equals ``?``, all octets that are not
UTF-8 are alike) gives back what RFC 9309 compares.

Left to taste: several groups for one agent count as one (the RFC's MUST for rules) also for the
pace, where the last usable line stands; the hours of a Request-rate are ignored.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cached_property

from protego import Protego

from browser.model.reason import Reason
from browser.model.url import Url
from browser.model.verdict import Allow, Deny, Verdict
from browser.rules.robots_lines import EVERYONE, File, Group, Record, Rule, read, shown
from browser.rules.robots_match import Pattern, patterns, target

ROBOTS_TXT = "/robots.txt"
MAX_NAMED = 5  # user-agent lines listed by `group`; a person reads it
MAX_SECOND = 40_000  # escapes in rules read by Protego, about 2.5 µs each; a rule is eight more
MAX_WORK = 100_000_000  # octets of wildcard paths times octets of the URL: about 0.2 s

_ADVICE = "Do not retry; choose another source."
_TOKEN = re.compile(r"[A-Za-z_-]+")
_PRINTABLE = re.compile(rb"[ -~]+")
_HERE = Url("http://robots.invalid/")  # stands in for a site where only the path counts


def parse(body: bytes) -> Robots:
    """Read a robots.txt file. Any bytes will do; what is not understood is no rule."""
    return Robots(read(body))


class Robots:
    """One robots.txt file. Made by `parse`; what it finds for a token is kept for the next ask."""

    def __init__(self, file: File) -> None:
        self._groups = file.groups
        self._wide = file.wide
        self._unplaced = file.unplaced
        self._readings: dict[str, _Reading] = {}

    def judge(self, url: Url | str, token: str) -> Verdict:
        """Say whether *token* may fetch *url*.

        Args:
            url: As it will be sent, absolute. A reference is read as a path of this site.
            token: Product token of the agent (RFC 9309 2.2.1), never a whole User-Agent field.

        Returns:
            `Allow` or `Deny` with the deciding line and its number. A `Deny` has no line when
            only the second reader found one, and when the comparison would take too long. What
            is no URL is denied as ``bad_url``.

        Raises:
            ValueError: when *token* is empty or has other characters than A-Z a-z _ -.
        """
        reading = self._reading(token)
        parsed = url if isinstance(url, Url) else _parsed(url)
        if parsed is None:
            return Deny(Reason.BAD_URL, "this is not a URL. Check it, or choose another source.")
        host, path = parsed.host, target(parsed)
        if path == ROBOTS_TXT:  # RFC 9309 2.2.2: implicitly allowed
            return Allow()
        if reading.wildcard_octets * len(path) > MAX_WORK:
            return _doubt(host, token, "has too many wildcards to compare with so long a URL")
        allow, disallow = reading.matches(path)
        if disallow and not allow:
            return _deny(host, token, disallow)
        if not disallow and not reading.second_opinion(path):
            return _doubt(host, token, "can be read as disallowing this page")
        return Allow(shown(allow.text), allow.line) if allow else Allow()

    def crawl_delay(self, token: str) -> float | None:
        """Seconds between requests by the Crawl-delay of our group, if it states a usable one.

        Raises:
            ValueError: as `judge`.
        """
        return self._reading(token).crawl_delay

    def request_interval(self, token: str) -> float | None:
        """Seconds between requests by the Request-rate of our group, if it states a usable one.

        Raises:
            ValueError: as `judge`.
        """
        return self._reading(token).request_interval

    def group(self, token: str) -> str | None:
        """The user-agent lines that were chosen for *token*, with their numbers.

        Returns:
            ``User-agent: ChatGPT-User (line 4); …``, or ``None`` when no group applies.

        Raises:
            ValueError: as `judge`.
        """
        return self._reading(token).group

    def chosen(self, token: str) -> str:
        """Which group counts for *token* and why, for people.

        Raises:
            ValueError: as `judge`.
        """
        lines = self.group(token)
        if lines is None:
            return f"no group is for {token}"
        if token.lower() in self._groups:
            return f"group {lines}, which names {token}"
        return f"group {lines}, since none names {token}"

    def values(self, token: str, name: str) -> tuple[str, ...]:
        """Values of another record of our group: ``content-signal`` or ``content-usage``.

        Args:
            token: As for `judge`.
            name: Of the record, any case.

        Raises:
            ValueError: as `judge`.
        """
        key = name.lower().encode()
        records = self._reading(token).records
        return tuple(r.value.decode("utf-8", "replace") for r in records if r.key == key)

    def file_values(self, name: str) -> tuple[str, ...]:
        """Values of a record that speaks of the whole site, whatever the group: ``license``."""
        key = name.lower().encode()
        return tuple(r.value.decode("utf-8", "replace") for r in self._wide if r.key == key)

    def unplaced(self, name: str) -> tuple[str, ...]:
        """Values of a record that stands in no group and so binds nobody: ``content-signal``."""
        key = name.lower().encode()
        return tuple(r.value.decode("utf-8", "replace") for r in self._unplaced if r.key == key)

    def _reading(self, token: str) -> _Reading:
        if not _TOKEN.fullmatch(token):
            raise ValueError(f"a robots.txt token has only A-Z a-z _ and -: {token[:80]!r}")
        key = token.lower()
        if key not in self._readings:
            chosen = key if key in self._groups else EVERYONE
            self._readings[key] = _Reading(chosen, self._groups.get(chosen, []))
        return self._readings[key]


class _Reading:
    """What a file says to one agent."""

    def __init__(self, token: str, groups: list[Group]) -> None:
        self.named = [line for group in groups for line in group.named if line.token == token]
        self.records: list[Record] = [
            record
            for group in groups
            for record in group.records
            if group.agents[token] < record.after
        ]
        self._rules = [rule for group in groups for rule in group.rules]

    @cached_property
    def group(self) -> str | None:
        """The user-agent lines that were chosen, for people."""
        lines = [f"{shown(line.text)} (line {line.line})" for line in self.named[:MAX_NAMED]]
        more = len(self.named) - len(lines)
        if more:
            lines.append(f"and {more} more")
        return "; ".join(lines) or None

    @cached_property
    def crawl_delay(self) -> float | None:
        """Seconds, by the last usable Crawl-delay."""
        delay: float | None = self.engine.crawl_delay(EVERYONE)
        return delay

    @cached_property
    def request_interval(self) -> float | None:
        """Seconds, by the last usable Request-rate."""
        rate = self.engine.request_rate(EVERYONE)
        if rate is None:
            return None
        try:
            interval: float = rate.seconds / rate.requests
        except OverflowError:
            return None
        return interval if math.isfinite(interval) and interval > 0 else None

    @cached_property
    def _patterns(self) -> list[Pattern]:
        return patterns(self._rules)

    @cached_property
    def _starts(self) -> list[tuple[str, Pattern]]:
        return [(pattern.parts[0], pattern) for pattern in self._patterns]

    @cached_property
    def wildcard_octets(self) -> int:
        """Length of all paths with a star together."""
        return sum(pattern.octets for pattern in self._patterns if len(pattern.parts) > 1)

    @cached_property
    def engine(self) -> Protego:
        """Protego over our group alone, or over its longest rules when there are too many."""
        records = (
            f"{record.key.decode()}: {record.value.decode()}"
            for record in self.records
            if _PRINTABLE.fullmatch(record.value)
        )
        rules = (
            f"{'Allow' if pattern.rule.allow else 'Disallow'}: "
            f"{_escaped_again(pattern.spelled)}{'$' * pattern.anchored}"
            for pattern in _affordable(self._patterns)
        )
        return Protego.parse("\n".join(["User-agent: *", *records, *rules]))

    def matches(self, path: str) -> tuple[Rule | None, Rule | None]:
        """The deciding Allow and a Disallow, as far as they are needed.

        Returns:
            The Allow that wins, or ``None``; and a Disallow that matches, which is the deciding
            one when there is no Allow that wins.
        """
        allow = None
        for start, pattern in self._starts:
            if not path.startswith(start):  # as most do: not worth a call
                continue
            if (allow is None or not pattern.rule.allow) and pattern.matches(path):
                if not pattern.rule.allow:
                    return allow, pattern.rule
                allow = pattern.rule
        return allow, None

    def second_opinion(self, path: str) -> bool:
        """Whether Protego allows *path*."""
        return bool(self.engine.can_fetch(f"{_HERE.authority}{_escaped_again(path)}", EVERYONE))


def _parsed(url: str) -> Url | None:
    for base in (None, _HERE):
        try:
            return Url.parse(url, base)
        except ValueError:
            continue
    return None


def _affordable(found: list[Pattern]) -> Iterator[Pattern]:
    left = MAX_SECOND
    for pattern in found:
        left -= 8 + pattern.spelled.count("%")
        if left < 0:
            return
        yield pattern


def _escaped_again(spelled: str) -> str:
    return spelled.replace("%", "%25")


def _deny(host: str, token: str, rule: Rule) -> Deny:
    line = shown(rule.text)
    sentence = f"{_whose(host)} disallows this page for {token} ({line}). {_ADVICE}"
    return Deny(Reason.ROBOTS_DISALLOWED, sentence, line, rule.line)


def _doubt(host: str, token: str, why: str) -> Deny:
    return Deny(Reason.ROBOTS_DISALLOWED, f"{_whose(host)} {why} for {token}. {_ADVICE}")


def _whose(host: str) -> str:
    return f"robots.txt of {host}" if host not in ("", _HERE.host) else "robots.txt"
