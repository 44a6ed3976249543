"""The names of authors, out of what pages put in their place.

Left to taste: what is no name is left out (addresses, templates that were never filled in, the
names that content management systems give their first account); several names are joined
by semicolons; a comma splits only what are whole names on both its sides, since "Smith, Jane"
is one person.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from browser.text.clean import one_line

LONGEST = 200  # characters of all the names together
_LONGEST_NAME = 80
_MOST_WORDS = 8
_MOST = 50  # names looked at

_LEAD = re.compile(
    r"\A\s*(?:(?:(?:written|posted|published|words|text|story|reporting|analysis|opinion|review)\s+)?"
    r"by|authors?|autore?|autora|von|par|por|作者|記者|记者|文)(?:\s*[:：]\s*|\s+)",
    re.IGNORECASE,
)
_MAIL = re.compile(r"\S*@\S+")  # also a handle
_ADDRESS = re.compile(r"(?:https?:)?//\S+|\bwww\.\S+", re.IGNORECASE)
_TAG = re.compile(r"<[^>]{0,300}>")
_EDGES = " \t\n\r,;|/·•-–—()[]'\"\\"
_SPLIT = re.compile(r"\s*[;|•·]\s*|\s+(?:and|und|et|&|y|e)\s+")
_COMMA = re.compile(r"\s*[,、，]\s*(?:(?:and|und|et|&|y|e)\s+)?")
_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?:\s+[^\W\d_][\w.'’-]*){1,4}")
_DOMAIN = re.compile(
    r"[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|info|io|co|de|fr|es|it|uk|ru|cn)\Z", re.IGNORECASE
)
_ACCOUNTS = (
    "admin,administrator,author,autor,editor,editors,editorial team,guest,moderator,n/a,nobody,none"
    ",null,redaktion,root,staff,staff writer,team,undefined,unknown,user,webmaster,wordpress,writer"
    ",anonymous,false,true,object object,by,von,par,por,written by,super user,site admin"
    ",web editor,news desk,web desk"
    ",discuz! team and comsenz ui team,contributors to wikimedia projects"
)
_NOBODY = frozenset(_ACCOUNTS.split(","))


def people(names: Iterable[str], site: str = "") -> str | None:
    """The authors among *names*, joined by semicolons.

    Args:
        names: What a page gives as authors, one or several in each.
        site: The name of the site, which is no author.

    Returns:
        At most `LONGEST` characters of whole names; ``None`` when there is no author.
    """
    found: list[str] = []
    known = {site.casefold(), site.casefold().removeprefix("the "), ""}
    room = LONGEST
    for given in list(names)[:_MOST]:
        for name in _split(_plain(given)):
            key = name.casefold()
            if key in known or not _is_name(name) or len(name) > room:
                continue
            known.add(key)
            found.append(name)
            room -= len(name) + 2
    return "; ".join(found) or None


def _plain(text: str) -> str:
    """One line without markup, addresses, and the words before a name."""
    text = html.unescape(text[:1000]) if "&" in text else text[:1000]
    for noise in (_TAG, _ADDRESS, _MAIL):
        text = noise.sub(" ", text)
    return _LEAD.sub("", one_line(text, 1000), count=1).strip(_EDGES) if text.strip() else ""


def _split(text: str) -> list[str]:
    """The single names in *text*."""
    parts = [part.strip(_EDGES) for part in _SPLIT.split(text)]
    if len(parts) > 1 and "," not in text and ";" not in text and "|" not in text:
        # "Food and Drug Administration" is one author, "Ann Lee and Bo Ek" are two.
        parts = parts if all(_NAME.fullmatch(part) for part in parts) else [text]
    found: list[str] = []
    for part in parts:
        several = _COMMA.split(part)
        whole = len(several) > 1 and all(_NAME.fullmatch(one.strip(_EDGES)) for one in several)
        found += several if whole else [part]
    return [name.strip(_EDGES) for name in found]


def _is_name(name: str) -> bool:
    if len(name) > _LONGEST_NAME or len(name.split()) > _MOST_WORDS:
        return False
    if not any(letter.isalpha() for letter in name) or _DOMAIN.match(name):
        return False
    unfilled = any(mark in name for mark in "{}%$<>=@")
    return not unfilled and name.casefold() not in _NOBODY
