"""Is this the page, or only what stands in front of it?

Checks for robots, consent and login walls, error pages answered with status 200, parked domains,
empty shells of scripts and stubs of redirects look like pages and are none. A model that reads
one as a page takes its words for the page's; told what it is, it goes elsewhere.

Left to taste: only a short page can be one of these, and only where two signs agree (its title,
what it says at its start, marks in its source, its address), or where one stands nearly alone.
A page that is thin and honest (a line of text, a status page, a stub in front of a paywall) is a
page. What was not recognised is shown: better a wall read as a page than a page not read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import NamedTuple

from browser.text import walls
from browser.text.stub import leads_to

# Characters of visible text. The longest of these pages (consent) have under 4,000; error pages
# have the whole navigation of their site, but hardly any text of their own.
_LONGEST = 4_000
_LONGEST_WALL = 1_500
_LONGEST_LOGIN = 1_000
_LONGEST_NOTE = 300
_OWN_TEXT = 600  # characters of main content that an error page may have
_SHORTEST = 60
# Characters before the first word of consent, between two, and after the last one.
_FAR, _NEAR = (300, 600, 1_500), (100, 150, 100)
_LEAST_TERMS = 4  # words of consent
_START = 250  # characters in which a wall says what it is
_SOURCE = 60_000  # characters of source looked at
_MOST_LINKS_OF_A_STUB = 5
_LEAST_SAID = 150  # characters of text of a page that explains what its title names
_LEAST_PROSE = 200  # characters of sentences that no error page has
_LONGEST_SENTENCE = 400  # characters; what runs on for longer is a list of links
# Letters beside the request for scripts: of a page that has a root for them, and of another.
_BESIDE_ROOTED, _BESIDE = 200, 30

_SHELL = "the page shows no text without running its scripts. Choose another source."
_EMPTY = "the page has no text. Choose another source."
_BOT = (
    "the site shows a check for robots instead of the page, and this browser does not try to "
    "pass as a person. Choose another source."
)
_CONSENT = (
    "the site shows a question for consent to cookies or tracking instead of the page, and this "
    "browser gives none. Choose another source."
)
_LOGIN = (
    "the site shows a login form instead of the page, and this browser has no account. "
    "Choose another source."
)
_MISSING = (
    "the site says that it has no such page, although it answered as if it had. Check the "
    "address or choose another source."
)
_PARKED = "the domain is parked or for sale and holds no page of its own. Choose another source."
_STUB = "the page only says that it leads elsewhere, and not where. Choose another source."

_SEPARATOR = re.compile(r"\s+[-–—·•»«:]+\s+|\s*[|｜_]\s*|:\s+")
_EDGES = " \t\n.!?…*()[]'\"«»!。！？"
_HEADING = re.compile(r"[^>]{0,500}>(.{0,500}?)</[hH]1", re.DOTALL)
_TAG = re.compile(r"<[^>]{0,500}>")
_FOR_SALE = re.compile(r"[\w-]+(?:\.[\w-]+)+ (?:is for sale|steht zum verkauf|est à vendre)")
_APP_ROOT = re.compile(walls.APP_ROOTS)
_CONSENT_WORD = re.compile(walls.CONSENT_WORDS)
_ABOUT = re.compile(rf"\b(?:{walls.ABOUT})\b")
_SENTENCE = re.compile(r"[^.!?…。！？]++[.!?…。！？]+")
_PASSWORD = re.compile(r"\btype\s*=\s*[\"']?password")
_CLAUSE = re.compile(r"[.!?…,:;。！？、，：]+")


class Seen(NamedTuple):
    """Facts of a page that cost little.

    Attributes:
        words: Its visible text, white space folded; 4,000 characters are enough.
        size: Characters of all its visible text.
        main_size: Characters of its main content.
        title: Its title.
        links: How many links it has.
        source: The HTML.
        url: Where it came from.
    """

    words: str
    size: int
    main_size: int
    title: str
    links: int
    source: str
    url: str


class _Page:
    """A page of little text, made ready to be compared; what costs most, only when asked for."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self.text = _fold(seen.words[:_LONGEST])
        self.start = self.text[:_START]
        self.titles = _parts(seen.title)

    @cached_property
    def source(self) -> str:
        """The source in lower case."""
        return self.seen.source[:_SOURCE].lower()

    @cached_property
    def named(self) -> frozenset[str]:
        """The parts of title and first heading."""
        return self.titles | _parts(_first_heading(self.seen.source))

    @cached_property
    def own(self) -> int:
        """Characters of text that may be its own."""
        return min(self.seen.main_size, self.seen.size)

    @cached_property
    def explains(self) -> bool:
        """Whether its title says that it is about such pages: an entry of a glossary, a guide."""
        others = self.titles - walls.BOT_TITLES - walls.LOGIN_TITLES - walls.MISSING_TITLES
        return self.own >= _LEAST_SAID and any(_ABOUT.search(part) for part in others)


def why_thin(seen: Seen) -> str | None:
    """Say what a page is that is not the page asked for, and what to do next.

    Returns:
        A sentence for the model; ``None`` for a page worth reading.
    """
    if seen.size > _LONGEST and seen.main_size > _OWN_TEXT:
        return None
    page = _Page(seen)
    if seen.size > _LONGEST_WALL:
        if _is_missing(page, page.titles):
            return _MISSING
        return _CONSENT if seen.size <= _LONGEST and _asks_consent(page) else None
    for found, sentence in _WALLS:
        if found(page):
            return sentence
    return _redirects(page) or (_SHELL if _is_shell(page) else _nothing(page))


def _nothing(page: _Page) -> str | None:
    if page.seen.size:
        return None
    return _SHELL if "<script" in page.source else _EMPTY


def _is_bot_check(page: _Page) -> bool:
    said, titled = _has(page.start, walls.BOT_PHRASES), bool(page.titles & walls.BOT_TITLES)
    size = page.seen.size
    if page.explains or not (titled or said):
        return False
    # Words alone prove nothing on a longer page, which may quote them.
    limit = _LONGEST_WALL if titled and _has(page.text, walls.BOT_PHRASES) else _LONGEST_LOGIN
    marked = size <= limit and _has(page.source, walls.BOT_MARKS)
    return marked or (said and size <= _LONGEST_NOTE)


def _asks_consent(page: _Page) -> bool:
    """Whether all of a page speaks of consent, from its start to its end."""
    text, named = page.text, f"{page.seen.title} {page.seen.url}".lower()
    known = _has(page.seen.url, walls.CONSENT_HOSTS) or bool(page.titles & walls.CONSENT_NAMES)
    known = known or _has(_fold(page.seen.title), walls.CONSENT_TITLES)
    # Without such a title, a stretch of other text is a page behind the notice.
    first, gap, last = _FAR if known else _NEAR
    at = terms = 0
    if not (known or "cookie" in text):
        return False
    while found := _CONSENT_WORD.search(text, at, at + (gap if at else first)):
        at, terms = found.end(), terms + 1
    if terms < _LEAST_TERMS or len(text) - at > last:
        return False
    return _has(text, walls.CONSENT_ACTIONS) and not _has(named, walls.POLICIES)


def _misses(page: _Page) -> bool:
    return _is_missing(page, page.named)


def _is_missing(page: _Page, titles: frozenset[str]) -> bool:
    """Whether a title or heading says that there is no such page, and little else stands there."""
    seen = page.seen
    said = titles & walls.MISSING_TITLES
    if not said or page.own > _OWN_TEXT or page.explains or _has_prose(page):
        return False
    if said <= walls.MISSING_BARE and not _has(page.text, walls.MISSING_PHRASES):
        return seen.size <= _SHORTEST
    return seen.size <= _LONGEST_NOTE or not _has(page.text, walls.ABOUT_STATUS)


def _has_prose(page: _Page) -> bool:
    """Whether sentences stand there that are not those of an error page."""
    if page.own < _LEAST_PROSE:
        return False
    prose = (one for one in _SENTENCE.findall(page.text) if len(one) <= _LONGEST_SENTENCE)
    usual = walls.MISSING_PHRASES + walls.MISSING_HELP
    return sum(len(one) for one in prose if not _has(one, usual)) >= _LEAST_PROSE


def _asks_login(page: _Page) -> bool:
    if page.seen.size > _LONGEST_LOGIN or page.explains:
        return False
    titled = bool(page.named & walls.LOGIN_TITLES)
    demanded = _has(page.start, walls.LOGIN_DEMANDS)
    if not demanded and not titled:
        return False
    short = page.seen.size <= _LONGEST_NOTE
    form = _PASSWORD.search(page.source) is not None
    sent = _has(page.seen.url.lower(), walls.LOGIN_PATHS)
    if titled:
        asked = _has(page.text, walls.LOGIN_DEMANDS + walls.LOGIN_PHRASES)
        return form or sum((sent, short, asked)) > 1
    return (form or sent or page.seen.links <= 3) and short


def _is_parked(page: _Page) -> bool:
    title = page.seen.title.lower()
    said = _has(page.start, walls.PARKED_PHRASES) or _has(title, walls.PARKED_PHRASES)
    if not (said or _FOR_SALE.match(title)):
        return False
    return page.seen.size <= _LONGEST_NOTE or _has(page.source, walls.PARKED_MARKS)


_WALLS: tuple[tuple[Callable[[_Page], bool], str], ...] = (
    (_is_bot_check, _BOT),
    (_asks_consent, _CONSENT),
    (_misses, _MISSING),
    (_asks_login, _LOGIN),
    (_is_parked, _PARKED),
)


def _redirects(page: _Page) -> str | None:
    """What to say of a page that only leads elsewhere."""
    seen = page.seen
    if seen.size > _LONGEST_NOTE or seen.links > _MOST_LINKS_OF_A_STUB:
        return None
    said = _has(page.text[:100], walls.REDIRECT_PHRASES) or _has(
        seen.title.lower(), walls.REDIRECT_PHRASES
    )
    target = leads_to(seen.source[:_SOURCE], seen.url, said=said, empty=not page.text)
    if target is not None:
        return f"the page only leads on to {target}. Open that address instead."
    return _STUB if said and "<script" in page.source else None


def _is_shell(page: _Page) -> bool:
    """Whether a page waits for its scripts."""
    asks = _has(page.text[: 2 * _SHORTEST], walls.SCRIPT_PHRASES)
    if asks and (page.explains or _has(_fold(page.seen.title), walls.SCRIPT_PHRASES)):
        return False  # it tells how
    if page.seen.size > _LONGEST_NOTE * (2 if asks else 1):
        return False
    if "<script" not in page.source:
        return False
    rooted = _has(page.source, walls.APP_MARKS) or _APP_ROOT.search(page.source) is not None
    if asks:
        clauses = (one for one in _CLAUSE.split(page.text) if "javascript" not in one)
        beside = sum(_letters(one) for one in clauses if not _has(one, walls.SCRIPT_PHRASES))
        return beside <= (_BESIDE_ROOTED if rooted else _BESIDE)
    rest = page.text
    for part in sorted(page.named | set(walls.LOADING), key=len, reverse=True):
        rest = rest.replace(part, " ")
    left = _letters(rest)
    waits = _has(page.text, walls.LOADING)
    return (waits and left <= (40 if rooted else 10)) or (rooted and not left)


def _first_heading(source: str) -> str:
    """The words of the first ``<h1>``."""
    at = source.find("<h1")
    found = _HEADING.match(source, at + 3) if at >= 0 else None
    return html.unescape(_TAG.sub(" ", found[1])) if found else ""


def _letters(text: str) -> int:
    return sum(letter.isalnum() for letter in text)


def _has(text: str, phrases: Iterable[str]) -> bool:
    return any(phrase in text for phrase in phrases)


def _fold(text: str) -> str:
    return text.lower().replace("’", "'")


def _parts(title: str) -> frozenset[str]:
    """The parts of a title, without what stands at their edges."""
    folded = " ".join(_fold(title[:300]).split())
    parts = {part.strip(_EDGES) for part in _SEPARATOR.split(folded)}
    return frozenset(parts | {folded.strip(_EDGES)}) - {""}
