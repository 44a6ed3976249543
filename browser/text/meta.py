"""What a page says of itself: author, date, kinds of content, title and site.

Read are ``<meta>`` (Open Graph, citation tags, Dublin Core, Parse.ly and the plain names), JSON-LD
and microdata of schema.org, ``<time>``, and links and classes that name an author. For authors,
citation tags and the persons of JSON-LD come first; for dates, the names that say publication.

Left to taste: the date is the one of publication, and a page that only tells when it was changed
has none. A day in the page's own address wins over one next to it, which is the same
moment in another time zone. An author who stands only in the text is read there by the model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from selectolax.lexbor import LexborHTMLParser, LexborNode

from browser.text import jsonld
from browser.text.clean import one_line
from browser.text.dates import day
from browser.text.facts import facts
from browser.text.people import people

MAX_METAS = 500
_MOST_NODES = 20  # of one kind looked at
_LONGEST_BYLINE = 120  # characters; a longer one holds more than names

_TITLES = ("og:title", "twitter:title", "citation_title", "dc.title", "dcterms.title")
_SITES = ("og:site_name", "application-name", "citation_journal_title", "dc.publisher")
_LANGUAGES = ("content-language", "og:locale", "dc.language", "dcterms.language", "language")
_AUTHORS = (
    "author byl parsely-author sailthru.author dc.creator dcterms.creator dc.creator.personalname"
    " article:author article:author_name og:article:author og:author book:author authors"
    " article.author creator cxenseparse:author byline"
)
_DATES = (
    "article:published_time og:article:published_time article:published datepublished"
    " parsely-pub-date sailthru.date citation_publication_date citation_date citation_online_date"
    " dc.date.issued dcterms.issued dc.date.created dcterms.created"
    " publishdate publish-date publish_date pubdate pub_date published publication_date"
    " article:publicationdate article.published article_date_original article.created"
    " originalpublicationdate displaydate og:published_time og:pubdate datecreated uploaddate"
    " dateposted article:post_date video:release_date cxenseparse:recs:publishtime bt:pubdate"
    " og:regdate"
)
_OTHER_DATES = ("dcterms.date", "dc.date", "release_date", "date")
_AUTHOR_NODES = ("[itemprop~='author']", "a[rel~='author']", ".byline,.author-name")
_ADDRESS = "og:url"
_AUTHOR_KEYS = _AUTHORS.split()
_DATE_KEYS = _DATES.split()
_WRITERS = ("citation_author", "citation_authors")
_KEYS = frozenset(
    (_ADDRESS, *_OTHER_DATES, *_TITLES, *_SITES, *_LANGUAGES, *_AUTHOR_KEYS, *_WRITERS, *_DATE_KEYS)
)
_PATH_DATE = re.compile(r"/((?:19|20)\d\d)([/-])(\d\d?)\2(\d\d?)(?=[/-])")
_DATED = re.compile(r"publi|posted|entry-date|post-date|pubdate|created", re.IGNORECASE)
_CHANGED = re.compile(r"updat|modif", re.IGNORECASE)


@dataclass(frozen=True)
class About:
    """What a page says of itself.

    Attributes:
        author: Names, joined by semicolons; ``None`` when it names none.
        published: ISO date of the first publication.
        types: Names of the schema.org and Open Graph types of its content, in lower case.
        title: Its title, often without the site's name; empty when it gives none.
        site: The site's name; empty when it gives none.
        language: A language tag or locale as the page has it; empty when it gives none.
    """

    author: str | None = None
    published: str | None = None
    types: frozenset[str] = frozenset()
    title: str = ""
    site: str = ""
    language: str = ""


def about(tree: LexborHTMLParser) -> About:
    """Read what the document *tree* says of itself. Never fails; what is broken is left out."""
    metas, types = _metas(tree)
    data = facts(jsonld.scripts(tree))
    site = one_line(_first(metas, _SITES) or data.site)
    items = tree.css("[itemtype]")
    for node in items[:_MOST_NODES]:
        attributes = node.attributes
        if attributes.get("itemprop") in (None, "mainEntity"):
            types |= {jsonld.last_part(one) for one in (attributes["itemtype"] or "").split()}
    sources = (
        data.people,
        *(metas.get(key, ()) for key in _AUTHOR_KEYS),
        data.bodies,
    )
    writers = [name for key in _WRITERS for name in metas.get(key, ())]
    author = people(writers, site) or people(data.persons)
    author = author or next(filter(None, (people(one, site) for one in sources if one)), None)
    return About(
        author or _byline(tree, site, bool(items)),
        _published(tree, metas, data.dates, bool(items)),
        frozenset(types | data.types) - {""},
        one_line(_first(metas, _TITLES) or data.title),
        site,
        _first(metas, _LANGUAGES)[:40],
    )


def _metas(tree: LexborHTMLParser) -> tuple[dict[str, list[str]], set[str]]:
    """The contents of the ``<meta>`` elements under the names looked for, and ``og:type``."""
    found: dict[str, list[str]] = {}
    types: set[str] = set()
    for node in tree.css("meta[content]")[:MAX_METAS]:
        given = node.attributes
        named = given.get("property") or given.get("name") or given.get("itemprop")
        name = (named or given.get("http-equiv") or "").lower()
        if name in _KEYS:
            if content := (given["content"] or "").strip():
                found.setdefault(name, []).append(content)
        elif name == "og:type":
            types.add(jsonld.last_part(given["content"] or ""))
    return found, types


def _first(metas: dict[str, list[str]], keys: Iterable[str]) -> str:
    return next((metas[key][0] for key in keys if key in metas), "")


def _published(
    tree: LexborHTMLParser, metas: dict[str, list[str]], dates: list[str], microdata: bool
) -> str | None:
    named = (metas[key][0] for key in _DATE_KEYS if key in metas)
    others = (metas[key][0] for key in _OTHER_DATES if key in metas)
    told = _first_day((*named, *dates, *others)) or _time(tree, microdata)
    local = _address(tree, metas)
    if told is None or local is None:
        return told or local
    apart = date.fromisoformat(told).toordinal() - date.fromisoformat(local).toordinal()
    return local if abs(apart) == 1 else told


def _first_day(texts: Iterable[str]) -> str | None:
    return next(filter(None, map(day, texts)), None)


def _time(tree: LexborHTMLParser, microdata: bool) -> str | None:
    """The date of publication that an element of the page gives."""
    marked = "[itemprop~='datePublished'],[itemprop~='dateCreated']"
    for node in tree.css(marked)[:_MOST_NODES] if microdata else ():
        given = node.attributes
        if found := day(given.get("content") or given.get("datetime") or node.text()):
            return found
    plain: set[str] = set()
    for node in tree.css("time[datetime]")[:_MOST_NODES]:
        given = node.attributes
        found = day(given["datetime"] or "")
        named = f"{given.get('class') or ''} {given.get('itemprop') or ''}"
        if found is None or _CHANGED.search(named):
            continue
        if "pubdate" in given or _DATED.search(named):
            return found
        if _inside(node):
            plain.add(found)
    return plain.pop() if len(plain) == 1 else None


def _inside(node: LexborNode) -> bool:
    """Whether an element stands in the article: elsewhere, it may give the hour it is."""
    at = node.parent
    while at is not None:
        if at.tag in ("article", "main"):
            return True
        at = at.parent
    return False


def _address(tree: LexborHTMLParser, metas: dict[str, list[str]]) -> str | None:
    """The date in the page's own address, as news sites and blogs write it."""
    link = tree.css_first("link[rel=canonical]")
    address = (link.attributes.get("href") if link is not None else None) or ""
    found = _PATH_DATE.search(address) or _PATH_DATE.search(_first(metas, (_ADDRESS,)))
    return day(f"{found[1]}-{found[3]}-{found[4]}") if found else None


def _byline(tree: LexborHTMLParser, site: str, microdata: bool) -> str | None:
    """The author that an element of the page names as such."""
    for selector in _AUTHOR_NODES[0 if microdata else 1 :]:
        nodes = tree.css(selector)[:_MOST_NODES]
        # Several authors stand beside each other; the next post has one of its own.
        beside = [node for node in nodes if _parent(node) == _parent(nodes[0])]
        if found := people(map(_name, beside), site):
            return found
    return None


def _name(node: LexborNode) -> str:
    inner = node.css_first("[itemprop~='name']") or node
    text = inner.attributes.get("content") or inner.text(separator=" ")
    return text if len(text) <= _LONGEST_BYLINE else ""


def _parent(node: LexborNode) -> int:
    return node.parent.mem_id if node.parent is not None else 0
