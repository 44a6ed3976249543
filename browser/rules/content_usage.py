"""Content-Usage: preferences of the IETF's AIPREF group, in robots.txt or in a reply.

Governing texts: draft-ietf-aipref-vocab and draft-ietf-aipref-attach (August 2026), and RFC 9651
for the form, a dictionary of tokens ``y`` and ``n``. As they have it:

- what does not parse as a whole, or has a value of another kind, states nothing;
- in robots.txt a record may begin with a path, compared as those of Allow and Disallow are; the
  record with the longest path that matches counts, one without a path matches all and is the
  shortest, several of equal length are combined;
- combining is restrictive: ``n`` wins over ``y``.

Left to taste: at most 500 records of a group are compared, each at most 1,000 characters long.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import http_sf

from browser.model.url import Url
from browser.rules.robots_lines import Rule
from browser.rules.robots_match import patterns, target

NAME = "content-usage"  # of the field and of the record
MAX_RECORDS = 500
MAX_RECORD = 1000  # characters
MAX_FIELD = 8192  # characters of all fields together; half a dictionary means nothing
USES = frozenset({"train-ai", "search"})


def from_fields(fields: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The uses that the fields of a reply refuse, ``train-ai`` among them.

    Args:
        fields: All fields of the reply, lower-case names. Those of one name are one dictionary.
    """
    text = ", ".join(value for name, value in fields if name == NAME)
    return _refused(_stated(text) or {}) if text else frozenset()


def from_records(values: Sequence[str], url: Url) -> frozenset[str]:
    """The uses that the records of one group refuse for *url*."""
    path = ""
    longest, refused = -1, frozenset[str]()
    for value in values[:MAX_RECORDS]:
        where, expression = _parted(value[:MAX_RECORD])
        octets = 0
        if where:
            path = path or target(url)
            octets = _matched(where, path)
        stated = _stated(expression) if octets >= longest else None
        if stated is None:
            continue
        refused = _refused(stated) | (refused if octets == longest else frozenset())
        longest = octets
    return refused


def _parted(value: str) -> tuple[str, str]:
    """The path of a record, which may be empty, and the expression behind it."""
    text = value.strip()
    if not text.startswith(("/", "*")):
        return "", text
    where, _, expression = text.replace("\t", " ").partition(" ")
    return where, expression.strip()


def _matched(where: str, path: str) -> int:
    """Octets of the pattern *where* when it matches *path*; less than -1 when it does not."""
    rule = Rule(allow=False, pattern=where.encode("utf-8", "replace"), line=0, text=b"")
    return max((p.octets for p in patterns([rule]) if p.matches(path)), default=-2)


def _stated(expression: str) -> dict[str, str] | None:
    """The preferences that *expression* states, by use; ``None`` when it is no dictionary."""
    if len(expression) > MAX_FIELD or not expression.isascii():
        return None
    try:
        parsed = http_sf.parse(expression.encode("ascii"), tltype="dictionary")
    except ValueError:
        return None
    items = parsed.items() if isinstance(parsed, dict) else ()
    pairs = ((use, item[0] if isinstance(item, tuple) else item) for use, item in items)
    return {use: str(token) for use, token in pairs if isinstance(token, http_sf.Token)}


def _refused(stated: dict[str, str]) -> frozenset[str]:
    return frozenset(use for use, answer in stated.items() if use in USES and answer == "n")
