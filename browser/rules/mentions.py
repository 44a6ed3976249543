r"""The web addresses that a person wrote into a message.

Governing texts: CommonMark 6.3 and 6.5 (links and autolinks in pointed brackets) and the autolink
extension of GitHub Flavored Markdown 6.9, for where an address in running text ends: sentence
punctuation behind it is not part of it, nor is a closing bracket that it does not open itself.

Left to taste, since what is found here may be opened and nothing else happens with it:
- Any name with a dot and letters behind it counts, with ``https`` in front: ``example.com/x``.
  A name that is no site (``notes.txt``) does no harm: nobody asks for it.
- Punctuation and brackets of Chinese and Japanese end an address. Their letters may belong to it
  (``/wiki/北京``) or be the text that goes on: after an ASCII letter or digit of a path both
  readings are found, after a host the letters are text.
- Addresses in e-mail addresses and behind other schemes (``ftp:``, ``mailto:``) are not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

MAX_TEXT = 20_000  # characters of a message that are read
MAX_FOUND = 100  # addresses; more than a person writes

# Scripts that put no space between an address and the words around it.
_DENSE = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff"  # Thai, Lao, Burmese, Hangul, Khmer
    "\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff\u3005-\u3007"
)
_ENDS = (
    '\\s<>"`|'
    "\u3000-\u3003\u3008-\u3020\u3030\u30fb"  # CJK marks: 、。〃 and every pair of brackets
    "\uff01\uff08\uff09\uff0c\uff1a-\uff1f\uff3b\uff3d\uff5b-\uff65"  # full and half width
    "\u2018-\u201f\u2026\u2039\u203a\u00ab\u00bb"  # ‘’“”…‹›«»
)
# Longer than any address that is opened; what is longer is refused whole, never cut to fit.
_TAIL = f"(?:(?!\\]\\(|[,;]https?://)[^{_ENDS}]){{0,4096}}"
_LETTER = f"(?![{_DENSE}])[^\\W_]"
_LABEL = f"(?:{_LETTER})(?:{_LETTER}|-){{0,62}}"
_BEFORE = f"(?:(?<=[{_DENSE}])|(?<![\\w@./%:-]))"  # a name does not begin in the middle of a word
_AFTER = f"(?:(?=[{_DENSE}])|(?![\\w@-]))"
_LOCAL = r"[a-z0-9.!\#$%&'*+/=?^_`{|}~-]"  # of an e-mail address, WHATWG HTML 4.10.5.1.5
_ADDRESS = rf"""
      (?<![a-z0-9+]) (?P<web> https?:// {_TAIL} )
    | (?<![a-z0-9+.-]) [a-z][a-z0-9+.-]{{1,40}}:// \S*
    | (?<!{_LOCAL}) {_LOCAL}{{1,64}} @ \S*
    | {_BEFORE} (?P<bare>
        (?:{_LABEL}\.){{1,10}} (?=[^\W\d_]{{2}}|xn--) {_LABEL} {_AFTER}
        (?: :\d{{1,5}} )? (?: [/?\#] {_TAIL} )? )
    """
_TRAILING = ".,;:!?'*_~"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_AFTER_HOST = re.compile(f"(?i:[a-z0-9])(?=[{_DENSE}])")


def mentions(text: str) -> list[str]:
    """Find the addresses in *text*, each once, in order.

    Args:
        text: A message as the person wrote it; what stands behind `MAX_TEXT` characters is not
            read.

    Returns:
        At most `MAX_FOUND`, each with a scheme; they are not judged in any way.
    """
    found: dict[str, None] = {}
    for match in _address().finditer(text[:MAX_TEXT]):
        if match["web"]:
            written = match["web"]
        elif match["bare"]:
            written = f"https://{match['bare']}"
        else:
            continue
        found |= dict.fromkeys(filter(_names_a_host, _readings(written)))
        if len(found) >= MAX_FOUND:
            break
    return list(found)[:MAX_FOUND]


@cache
def _address() -> re.Pattern[str]:
    # Compiled when it is first wanted: that takes as long as a tenth of a start.
    return re.compile(_ADDRESS, re.IGNORECASE | re.VERBOSE)


def _readings(written: str) -> Iterator[str]:
    """Where the address may end: at sentence punctuation, or where dense letters go on."""
    start = written.index("//") + 2
    host_ends = re.search(r"[/?#]|$", written[start:])
    path = start + (host_ends.start() if host_ends else 0)
    for at in _AFTER_HOST.finditer(written, start):
        yield _trimmed(written[: at.end()])
        if at.end() < path:
            return
        break
    yield _trimmed(written)


def _trimmed(address: str) -> str:
    while address:
        last = address[-1]
        opener = _PAIRS.get(last)
        closes_nothing = opener is not None and address.count(last) > address.count(opener)
        if last not in _TRAILING and not closes_nothing:
            break
        address = address[:-1]
    return address


def _names_a_host(address: str) -> bool:
    return not address.endswith("/") or address.count("/") > 2
