"""The lines of a robots.txt file: bytes in, groups of rules out.

Governing text: RFC 9309 2.1, 2.2 and 2.5. Where the RFC leaves a choice, this file reads like
the parser most site owners test with (google/robotstxt):

- byte order marks, and the beginning of one, are skipped;
- a line ends at CR, LF or CRLF and nowhere else, and is cut after 16,663 octets or at a NUL;
- a key counts by its beginning and in its frequent misspellings (``Disalow``, ``Useragent``);
- a forgotten colon is forgiven on a line of exactly two words;
- the product token of a user-agent line is its leading letters, hyphens and underscores;
- a group ends at the first user-agent line after a rule. No other line ends it (2.2.4).

Left to taste: a record such as Crawl-delay belongs to the user-agents named above it in its
group, since ``User-agent: a / Crawl-delay: 9 / User-agent: b`` hardly means b.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

MAX_OCTETS = 512_000  # of a file; RFC 9309 2.5 asks for at least 500 KiB
MAX_LINE = 16_663  # octets; google/robotstxt's line buffer, eight times a long URL
MAX_SHOWN = 200  # characters of a line when shown; the longest sane rule fits

EVERYONE = "*"  # the group for agents without one of their own
KEPT = frozenset({b"crawl-delay", b"request-rate", b"content-signal", b"content-usage"})
FILE_WIDE = frozenset({b"license"})  # Really Simple Licensing 1.0; belongs to no group
UNPLACED = frozenset({b"content-signal"})  # worth knowing even where they bind nobody
MAX_FILE_WIDE = 100  # lines of a file, of each of the two

_BOM = re.compile(rb"(?:\xef\xbb\xbf)*+(?:\xef\xbb?)?")
_AGENT = (b"user-agent", b"useragent", b"user agent")
_ALLOW = (b"allow",)
_DISALLOW = (b"disallow", b"dissallow", b"dissalow", b"disalow", b"diasllow", b"disallaw")
_TOKEN = re.compile(rb"[A-Za-z_-]*")
_ALL = re.compile(rb"\*(?:\s|$)")
_SHORTEST = len(b"Allow:")
# Printable by name, but seen by nobody: fillers, selectors of variants, long runs of accents.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]+|(?<=[\u0300-\u036f]{8})[\u0300-\u036f]+"
)
_MARKERS = str.maketrans("【】†", "〖〗‡")


class Named(NamedTuple):
    """A user-agent line.

    Attributes:
        token: Lower-case product token, or `EVERYONE`.
        line: Its number in the file, from 1.
        text: The line without its comment.
    """

    token: str
    line: int
    text: bytes


class Rule(NamedTuple):
    """An Allow or Disallow line with a value.

    Attributes:
        allow: Which of the two.
        pattern: Its value, as written.
        line: Its number in the file, from 1.
        text: The line without its comment.
    """

    allow: bool
    pattern: bytes
    line: int
    text: bytes


class Record(NamedTuple):
    """Another line of a group, one of `KEPT`.

    Attributes:
        key: Lower-case.
        value: As written.
        after: How many user-agents the group had named when it came.
    """

    key: bytes
    value: bytes
    after: int


@dataclass(slots=True)
class Group:
    """User-agent lines and what stands under them.

    Attributes:
        agents: Their tokens, each with its place among them, from 0.
        named: Their lines.
        rules: In the order of the file.
        records: In the order of the file.
        closed: A rule has come, even an empty one: the next user-agent line opens a new group.
    """

    agents: dict[str, int] = field(default_factory=dict)
    named: list[Named] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    closed: bool = False


class File(NamedTuple):
    """What a file holds.

    Attributes:
        groups: For each lower-case product token, and for `EVERYONE`, its groups in order.
        wide: The lines that speak of the whole site, wherever they stand.
        unplaced: The lines of `UNPLACED` that stand above the first user-agent.
    """

    groups: dict[str, list[Group]]
    wide: list[Record]
    unplaced: list[Record]


def within_limit(body: bytes, *, cut: bool = False) -> bytes:
    """The part of *body* that counts: its first 512,000 octets, in whole lines.

    Args:
        body: The file, decoded from its content coding.
        cut: *body* is already the beginning of something longer.
    """
    if len(body) > MAX_OCTETS:
        cut = body[MAX_OCTETS : MAX_OCTETS + 1] not in (b"\r", b"\n")
        body = body[:MAX_OCTETS]
    if cut:
        body = body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1]
    return body


def read(body: bytes) -> File:
    """Sort the lines of a file into groups."""
    found: dict[str, list[Group]] = {}
    wide: list[Record] = []
    unplaced: list[Record] = []
    group = Group()
    for number, raw in enumerate(_BOM.sub(b"", within_limit(body), 1).splitlines(), 1):
        if len(raw) < _SHORTEST:
            continue
        text = raw[:MAX_LINE].partition(b"\0")[0].partition(b"#")[0].strip()
        pair = _pair(text)
        if pair is None:
            continue
        key, value = pair
        if key.startswith(_AGENT):
            if group.closed:
                group = Group()
            _name(found, group, Named(_token(value), number, text))
        elif key.startswith(_ALLOW) or key.startswith(_DISALLOW):
            group.closed = True
            if value:
                group.rules.append(Rule(key.startswith(_ALLOW), value, number, text))
        elif key in UNPLACED and not group.agents and len(unplaced) < MAX_FILE_WIDE:
            unplaced.append(Record(key, value, 0))
        elif key in KEPT:
            group.records.append(Record(key, value, len(group.agents)))
        elif key in FILE_WIDE and len(wide) < MAX_FILE_WIDE:
            wide.append(Record(key, value, 0))
    return File(found, wide, unplaced)


def shown(text: bytes) -> str:
    """A line for people and models: one printable line, its length bounded.

    A site chooses these words, so nothing invisible passes and nothing that could be taken for
    one of our own link or citation markers.
    """
    line = _UNSEEN.sub("\ufffd", text.decode("utf-8", "replace").translate(_MARKERS))
    line = "".join(character if character.isprintable() else "\ufffd" for character in line)
    line = line.replace("<|", "<¦").replace("|>", "¦>")
    return line if len(line) <= MAX_SHOWN else line[: MAX_SHOWN - 1] + "…"


def _pair(text: bytes) -> tuple[bytes, bytes] | None:
    key, colon, value = text.partition(b":")
    if not colon:
        words = text.split()
        if len(words) != 2:
            return None
        key, value = words
    return key.strip().lower(), value.strip()


def _token(value: bytes) -> str:
    if _ALL.match(value):
        return EVERYONE
    match = _TOKEN.match(value)
    return match[0].decode("ascii").lower() if match else ""


def _name(found: dict[str, list[Group]], group: Group, named: Named) -> None:
    group.named.append(named)
    if named.token and named.token not in group.agents:
        group.agents[named.token] = len(group.agents)
        found.setdefault(named.token, []).append(group)
