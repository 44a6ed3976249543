"""What the style sheets in a page hide: their verdict is written on the elements themselves.

Governing texts: CSS Cascade 5 (importance, specificity, order; the style attribute before all
sheets), the HTML Standard for ``<style>``.

Left to taste: sheets that a page only links are not loaded, so what they hide or show again is
not known. What a rule does to an element is judged on that element alone, not on what it stands
in. Where sheets would hide most of what a page says, and leave too little to be a page, they are
not obeyed, nor where they hide the body or what the page calls its main part: such a page waits
for its scripts, as does one that says how it looks without them (``no-js``). A menu that opens
when a person points at what it stands in counts as shown, as the contents of ``<details>`` do.
Formulas stay: what is hidden of them is the only form in words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from browser.text.css_hiding import hides, hides_all
from browser.text.css_match import Element, Elements
from browser.text.css_rules import Rule, holds, rules
from browser.text.css_select import Compound, Selector, is_strange, parse, split
from browser.text.css_suspects import DISPLAYED, may_hide, words_about
from browser.text.css_values import declarations, unescaped
from browser.text.hidden import unseen

MOST_CSS = 4_000_000  # characters of a page's sheets that are read
MAX_KNOWN = 200_000  # characters of a sheet whose rules are remembered from page to page
MOST_KNOWN = 64  # sheets
MOST_SHARE = 0.5  # of a page's words that sheets may hide if they leave
LEAST_LEFT = 600  # characters of words, fewer than these

_NO_SCRIPTS = re.compile(r"no-?js|no-?script|js-(?:disabled|off)|without-js", re.IGNORECASE)
_SIMPLE = re.compile(r"[a-z][a-z0-9-]*\Z")
_NAMES = re.compile(r"[.#]((?:[\w-]|[^\x00-\x7f]|\\[0-9a-fA-F]{1,6}\s?|\\.)+)")
_CONDITIONS = re.compile(r":not\([^()]*\)|\[[^\]]*\]")
_POINTED = re.compile(r"(?<!\\):(?:hover|focus-within|focus|checked|target)(?![\w(-])")
_LAST = re.compile(r"[\s>+~]+")
_FRAMES = frozenset(("html", "body", "main"))
_MAIN = "main, math, [role=main]"

Style = dict[str, str]


class _Rule(NamedTuple):
    """A selector with the declarations of its rule, and which rule of the page that is.

    One that is *pointed* holds only while a person points at something around the element.
    """

    order: int
    selector: Selector
    body: str
    pointed: bool = False


def apply(tree: LexborHTMLParser) -> None:
    """Mark each element of *tree* that a style sheet in it hides, as if its author had done so."""
    every: list[Rule] = []
    hiding: list[tuple[int, Rule]] = []
    for text in _sheets(tree):
        read = _known if len(text) <= MAX_KNOWN else _read
        found, suspects = read(text)
        hiding += ((len(every) + place, found[place]) for place in suspects)
        every += found
    if hiding:
        _mark(tree, list(_Sheets(tree, every).judged(hiding)))


def _read(sheet: str) -> tuple[list[Rule], list[int]]:
    """The rules of a sheet, and the places among them of those that may hide something."""
    found = list(rules(sheet))
    suspects = [
        place
        for place, rule in enumerate(found)
        if may_hide(rule.body) and not _NO_SCRIPTS.search(rule.selectors)
    ]
    return found, suspects


_known = lru_cache(maxsize=MOST_KNOWN)(_read)  # the pages of a site have their sheets in common


def _sheets(tree: LexborHTMLParser) -> list[str]:
    found, left = list[str](), MOST_CSS
    for node in tree.css("style"):
        given = node.attributes
        kind = (given.get("type") or "text/css").strip().lower()
        around = node.parent
        if kind != "text/css" or (around is not None and around.tag == "noscript"):
            continue
        text = node.text(deep=True)
        media = (given.get("media") or "").lower()
        if text and (not media or holds(media)):
            found.append(text[:left])
            left -= len(found[-1])
    return found


class _Index:
    """Rules by what the element itself has to be."""

    def __init__(self, found: Iterable[_Rule]) -> None:
        self.classes: defaultdict[str, list[_Rule]] = defaultdict(list)
        self.ids: defaultdict[str, list[_Rule]] = defaultdict(list)
        self.attributes: defaultdict[str, list[_Rule]] = defaultdict(list)
        self.tags: defaultdict[str, list[_Rule]] = defaultdict(list)
        for rule in found:
            for key in _keys(rule.selector.key):
                self._add(key, rule)

    def _add(self, key: Compound, rule: _Rule) -> None:
        if key.ids:
            self.ids[key.ids[0]].append(rule)
        elif key.classes:
            self.classes[key.classes[-1]].append(rule)
        elif key.attributes and _SIMPLE.match(key.attributes[0].name):
            self.attributes[key.attributes[0].name].append(rule)
        elif _SIMPLE.match(key.tag):
            self.tags[key.tag].append(rule)

    def near(self, element: Element) -> Iterator[_Rule]:
        """The rules that may match *element*."""
        if self.ids and element.given.get("id"):
            yield from self.ids.get(element.given["id"] or "", ())
        for name in element.classes:
            yield from self.classes.get(name, ())
        if self.attributes:
            for name in element.given:
                yield from self.attributes.get(name, ())
        if self.tags:
            yield from self.tags.get(element.tag, ())


def _keys(key: Compound) -> Iterable[Compound]:
    """*key*, or where it says too little, what it may be."""
    is_telling = key.ids or key.classes or key.attributes or key.tag or not key.any_of
    return (key,) if is_telling else key.any_of[0]


class _Sheets:
    """The style sheets of one page and the elements that they are judged on."""

    def __init__(self, tree: LexborHTMLParser, every: list[Rule]) -> None:
        self._tree = tree
        self._every = every
        self._elements = Elements()
        self._names: set[str] = set()  # classes and ids of the page

    def judged(self, hiding: list[tuple[int, Rule]]) -> Iterator[tuple[LexborNode, Style]]:
        """Each element that one of the rules *hiding* matches, with what all rules make of it."""
        every = [self._elements.of(node) for node in self._tree.css("[class],[id]")]
        for element in every:
            self._names.update(element.classes)
            self._names.add(element.given.get("id") or "")
        index = self._index(hiding, None)
        if index.tags or index.attributes:
            wanted = (*index.tags, *(f"[{name}]" for name in index.attributes))
            every += map(self._elements.of, self._tree.css(",".join(wanted)))
        displayed, others = list[Element](), list[Element]()
        words: set[str] = set(DISPLAYED)
        for element in {each.node.mem_id: each for each in every}.values():
            bodies = [rule.body for rule in index.near(element) if self._matches(element, rule)]
            about = DISPLAYED.union(*map(words_about, bodies))
            if about == DISPLAYED:
                displayed += (element,) if bodies else ()
            else:
                others.append(element)
                words |= about
        yield from self._settled(displayed, DISPLAYED)
        yield from self._settled(others, words)

    def _index(self, found: Iterable[tuple[int, Rule]], keys: set[str] | None) -> _Index:
        """The selectors of the rules *found* that may match an element that has one of *keys*."""
        return _Index(
            _Rule(order, selector, rule.body, plain != written)
            for order, rule in found
            for written in split(rule.selectors)
            for plain in (_unpointed(written) if keys is not None else written,)
            if self._concerns(plain, keys)
            for selector in parse(plain)
        )

    def _concerns(self, selector: str, keys: set[str] | None) -> bool:
        """Whether the page has every class and id of *selector*, and its last part is of *keys*."""
        if ":" in selector or "[" in selector:
            if is_strange(selector):
                return False
            selector = _CONDITIONS.sub("", selector)
            if ":" in selector.replace("\\:", ""):
                return True
        names = map(unescaped, _NAMES.findall(selector))
        if not self._names.issuperset(names):
            return False
        return keys is None or keys.issuperset(
            map(unescaped, _NAMES.findall(_LAST.split(selector)[-1]))
        )

    def _matches(self, element: Element, rule: _Rule) -> bool:
        return self._elements.matches(element, rule.selector)

    def _settled(
        self, found: list[Element], words: Iterable[str]
    ) -> Iterator[tuple[LexborNode, Style]]:
        """What the rules that hold one of *words* make of the elements *found*."""
        keys = {name for element in found for name in element.classes}
        keys.update(element.given.get("id") or "" for element in found)
        holds_one = re.compile("|".join((*words, r"\\|[A-Z]{3}"))).search
        counting = (
            (order, rule)
            for order, rule in enumerate(self._every if found else ())
            if holds_one(rule.body)
        )
        index = self._index(counting, keys)
        for element in found:
            near = sorted(
                {
                    (rule.selector.weight, rule.order, rule.body, rule.pointed)
                    for rule in index.near(element)
                    if self._matches(element, rule)
                }
            )
            own = element.given.get("style") or ""
            style = declarations(*(body for _, _, body, pointed in near if not pointed), own)
            if not hides(style) or hides(declarations(*(body for _, _, body, _ in near), own)):
                yield element.node, style


def _unpointed(selector: str) -> str:
    """*selector* as it is while a person points at what stands around the element."""
    if ":" not in selector or not _POINTED.search(selector):
        return selector
    plain = _POINTED.sub("", selector)
    last = _LAST.split(selector)[-1]
    return selector if _POINTED.search(last) else plain


def _mark(tree: LexborHTMLParser, judged: list[tuple[LexborNode, Style]]) -> None:
    """Write what holds for each element on it, unless too little would be left of the page."""
    hidden = [(node, style) for node, style in judged if hides(style) and not _is_main(node)]
    if hidden and _leaves_too_little(tree, [node for node, _ in hidden]):
        hidden = []
    for node, style in hidden:
        if hides_all(style):
            node.attrs["hidden"] = ""
        else:
            node.attrs["style"] = f"visibility:{style['visibility']}"
    for node, style in judged:
        if style.get("visibility") == "visible" and not hides(style):
            node.attrs["style"] = "visibility:visible"


def _is_main(node: LexborNode) -> bool:
    return node.tag in _FRAMES or node.css_first(_MAIN) is not None


def _leaves_too_little(tree: LexborHTMLParser, hidden: list[LexborNode]) -> bool:
    body = tree.body
    if body is None:
        return False
    whole = unseen(body, "")
    places = {node.mem_id for node in hidden}
    gone = sum(unseen(node, "") for node in hidden if not _stands_in(node, places))
    return gone > MOST_SHARE * whole and whole - gone < LEAST_LEFT


def _stands_in(node: LexborNode, places: set[int]) -> bool:
    around = node.parent
    while around is not None:
        if around.mem_id in places:
            return True
        around = around.parent
    return False
