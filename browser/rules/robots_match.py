"""Whether a path of robots.txt matches a URL.

Governing text: RFC 9309 2.2.2 and 2.2.3. Both sides are brought to one spelling before they
are compared octet by octet from the start: escapes of unreserved characters are decoded, the
hexadecimal digits of other escapes are upper-case, what may not stand bare in a URL is escaped.
``*`` is any run of octets and a final ``$`` is the end of the URL; ``%2A`` and ``%24`` in a rule
are these characters themselves.

Left to taste: a space inside a path means ``%20``. A path that begins with neither ``/`` nor
``*``, or holds a control character, matches nothing. ``Allow: /dir/index.html`` also allows
``/dir/``, as google/robotstxt does.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from browser.model.url import Url
from browser.rules.robots_lines import Rule

ESCAPED = 3  # octets of a percent-escape

_SIMPLE = re.compile(rb"[/*][A-Za-z0-9\-._~/*?=&:+,;]*\$?")  # spelled as written: most rules are
# Unreserved, RFC 3986 2.3; and the apostrophe, which the URL Standard escapes in queries, so
# that its two spellings cannot be told apart in a parsed URL.
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~'")
_BARE = _PLAIN | frozenset(b":/?#[]@!$&()*+,;=%")  # may stand in a URL as they are
_OCTETS = [chr(octet) if octet in _BARE else f"%{octet:02X}" for octet in range(256)]
_ESCAPES = {
    f"{octet:02x}".encode(): chr(octet) if octet in _PLAIN else f"%{octet:02X}"
    for octet in range(256)
}
_BEYOND_ASCII = bytes(range(128, 256))
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_STARS = re.compile(r"\*+")
_INDEX = re.compile(rb"(.*/)index\.htm[^/]*", re.DOTALL)


class Pattern(NamedTuple):
    """The path of one rule, ready to be compared.

    Attributes:
        rule: The line it comes from.
        octets: Its length; the longest match decides (RFC 9309 2.2.2).
        spelled: Normalised, stars in place, without the final ``$``.
        parts: What stands between the stars.
        anchored: Whether it ends with ``$``.
    """

    rule: Rule
    octets: int
    spelled: str
    parts: list[str]
    anchored: bool

    def matches(self, target: str) -> bool:
        """Whether it matches *target*, a result of `target`.

        Each part is sought once, at its leftmost place after the part before it, so the time
        grows with the length of the pattern plus that of the URL, never with their powers.
        """
        first = self.parts[0]
        if not target.startswith(first):
            return False
        if len(self.parts) == 1:
            return not self.anchored or len(target) == len(first)
        position = len(first)
        for part in self.parts[1:-1]:
            found = target.find(part, position)
            if found < 0:
                return False
            position = found + len(part)
        last = self.parts[-1]
        if self.anchored:
            return len(target) - len(last) >= position and target.endswith(last)
        return target.find(last, position) >= 0


def patterns(rules: list[Rule]) -> list[Pattern]:
    """Make the patterns of *rules*, in the order in which the first match decides.

    The longest comes first and, of equal length, an Allow before a Disallow (RFC 9309 2.2.2)
    and the earlier line before the later; a repeated rule counts once. The length is in octets
    as written, with each octet outside ASCII counted as the escape it stands for: 2.2.2 has it
    encoded before comparison.
    """
    made: list[Pattern] = []
    first = {(rule.allow, rule.pattern): rule for rule in reversed(rules)}
    for rule in first.values():
        made += _pattern(rule, rule.pattern)
        if rule.allow and (index := _INDEX.fullmatch(rule.pattern)):
            made += _pattern(rule, index[1] + b"$")
    return sorted(made, key=_rank)


def target(url: Url) -> str:
    """Path and query of *url* as patterns see them."""
    text = url.target
    # An empty query is sent with its question mark, and `Disallow: /*?` means it.
    if "?" not in text and url.href.partition("#")[0].endswith("?"):
        text += "?"
    if not text.startswith("/"):
        text = "/" + text
    return _spell(text.encode()).replace("$", "%24").replace("*", "%2A")


def _pattern(rule: Rule, path: bytes) -> list[Pattern]:
    octets = len(path)
    anchored = path.endswith(b"$")
    bare = path[:-1] if anchored else path
    if _SIMPLE.fullmatch(path):
        text = bare.decode("ascii")
    elif not path.startswith((b"/", b"*")) or _CONTROL.search(path):
        return []
    else:
        text = _spell(bare).replace("$", "%24")
        octets += (ESCAPED - 1) * (octets - len(path.translate(None, _BEYOND_ASCII)))
    if "**" in text:
        text = _STARS.sub("*", text)
    return [Pattern(rule, octets, text, text.split("*"), anchored)]


def _rank(pattern: Pattern) -> tuple[int, bool, int]:
    rule = pattern.rule
    return -pattern.octets, not rule.allow, rule.line


def _spell(octets: bytes) -> str:
    first, *rest = octets.split(b"%")
    spelled = [_OCTETS[octet] for octet in first]
    for piece in rest:
        escape = _ESCAPES.get(piece[:2].lower())
        spelled.append(escape or "%")  # a percent sign that begins no escape stays what it is
        spelled += [_OCTETS[octet] for octet in (piece[2:] if escape else piece)]
    return "".join(spelled)
