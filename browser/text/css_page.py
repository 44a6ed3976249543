"""What the style sheets of one page make of its elements.

Governing texts: CSS Cascade 5 (importance, specificity, order; the style attribute before all
sheets), Selectors 4.

Left to taste: what a rule does to an element is judged on that element alone, not on what it
stands in. A sheet is not obeyed where it hides the body or what the page calls its main part:
such a page waits for its scripts. Nor where it hides a part that holds a good share of what the
page says, in paragraphs or under a heading, while the page links sheets that are not read: those
show it. A menu that opens when a person points at what it stands in counts as shown, as does what
a click opens (`browser.text.opened`). Formulas stay: what is hidden of them is the only form in
words. Letters without size in a box whose parts have letters again only close gaps.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from browser.text.css_hiding import hides, hides_all
from browser.text.css_index import Asked, Index
from browser.text.css_match import Element, Elements
from browser.text.css_rules import Rule
from browser.text.css_select import is_strange, parse, split
from browser.text.css_suspects import DISPLAYED, is_gone, may_hide, words_about
from browser.text.css_values import declarations, unescaped
from browser.text.hidden import unseen
from browser.text.opened import MOST_LOOKED_AT, Opened

LEAST_PART = 600  # characters of words in a part of a page that a linked sheet may show
SHARE = 5  # such a part holds more than one such share of the page's words
MOST_INNER = 200  # elements in one of letters without size that are looked at

_NAMES = re.compile(r"[.#]((?:[\w-]|[^\x00-\x7f]|\\[0-9a-fA-F]{1,6}\s?|\\.)+)")
_PLAIN_NAMES = re.compile(r"[.#]([\w-]+)")
_CAPITAL = re.compile(r"[A-Z]{3}")
_CONDITIONS = re.compile(r":not\([^()]*\)|\[[^\]]*\]")
_POINTED = re.compile(r"(?<!\\):(?:hover|focus-within|focus|checked|target)(?![\w(-])")
_LAST = re.compile(r"[\s>+~]+")
_FRAMES = frozenset(("html", "body", "main"))
_MAIN = "main, math, [role=main]"
_SIZE = re.compile(r"font(?:-size)?:[^;]*?(?<![\w.])[1-9]\d*(?:\.\d+)?(?:px|rem|pt)", re.IGNORECASE)
_LINKED = "link[rel~=stylesheet], link[as=style]"
_PART = "p ~ p, h1, h2, h3, h4"
_NAMED = frozenset(("img", "input", "math", "area"))
_NAMED_WITHIN = "img, input, math, area"
_INTRICATE = re.compile(r"[,\\(\[]")

Style = dict[str, str]


class Judge:
    """The style sheets of one page and the elements that they are judged on."""

    def __init__(self, tree: LexborHTMLParser, every: list[Rule]) -> None:
        self._tree = tree
        self._every = every
        self._elements = Elements()
        self._opened = Opened(tree)
        self._sized: Index | None = None
        self._hidden: set[int] = set()
        self._whole: int | None = None  # characters of the words of the page
        self._left = MOST_LOOKED_AT
        self._judged: dict[tuple[tuple[tuple[str, bool], ...], str], Style | None] = {}
        self._by_classes: defaultdict[str, list[LexborNode]] = defaultdict(list)
        self._by_id: defaultdict[str, list[LexborNode]] = defaultdict(list)
        for node in tree.css("[class]"):
            self._by_classes[node.attrs.get("class") or ""].append(node)
        for node in tree.css("[id]"):
            self._by_id[node.attrs.get("id") or ""].append(node)
        self._names = set(" ".join(self._by_classes).split())
        self._names.update(self._by_id)

    def judged(self, hiding: list[tuple[int, Rule]]) -> Iterator[tuple[LexborNode, Style]]:
        """Each element that one of the rules *hiding* matches, with what all rules make of it.

        Nothing is asked of what stands in an element that is not displayed.
        """
        gone = [each for each in hiding if is_gone(each[1].body)]
        others = [each for each in hiding if not is_gone(each[1].body)]
        found, _ = self._found(gone)
        yield from self._settled(found, DISPLAYED)
        found, words = self._found(others)
        yield from self._settled(found, words)

    def _found(self, hiding: list[tuple[int, Rule]]) -> tuple[list[Element], set[str]]:
        """The elements that one of the rules *hiding* matches, and words of all that counts."""
        index = self._index(hiding, None)
        words: set[str] = set(DISPLAYED)
        found: list[Element] = []
        for node in self._near(index):
            if self._is_within(node):
                continue
            element = self._elements.of(node)
            bodies = {rule.body for rule in index.near(element) if self._matches(element, rule)}
            if bodies and self._holds_words(element.node):
                found.append(element)
                words.update(*map(words_about, bodies))
        return found, words

    def _is_within(self, node: LexborNode) -> bool:
        """Whether *node* stands in an element that is hidden."""
        if not self._hidden:
            return False
        hidden, around = self._hidden, node.parent
        while around is not None:
            if around.mem_id in hidden:
                return True
            around = around.parent
        return False

    def _holds_words(self, node: LexborNode) -> bool:
        """Whether there is anything to read in an element, be it the text for a picture."""
        if self._left < 0:
            return True
        text = node.text(deep=True)
        self._left -= len(text)
        if text and not text.isspace():
            return True
        return node.tag in _NAMED or node.css_first(_NAMED_WITHIN) is not None

    def _near(self, index: Index) -> Iterable[LexborNode]:
        """The elements that the rules of *index* may match, in no order."""
        found = list[LexborNode]()
        classes = index.classes.keys()
        for names, nodes in self._by_classes.items() if classes else ():
            if not classes.isdisjoint(names.split()):
                found += nodes
        for name in index.ids:
            found += self._by_id.get(name, ())
        wanted = (*index.tags, *(f"[{name}]" for name in index.attributes))
        if wanted:
            found += self._tree.css(",".join(wanted))
        return {node.mem_id: node for node in found}.values()

    def _index(self, found: Iterable[tuple[int, Rule]], keys: set[str] | None) -> Index:
        """The selectors of the rules *found* that may match an element that has one of *keys*."""
        return Index(
            Asked(order, selector, rule.body, plain != written)
            for order, rule in found
            for written in split(rule.selectors)
            for plain in (_unpointed(written) if keys is not None else written,)
            if self._concerns(plain, keys) and (keys is not None or may_hide(rule.body))
            for selector in parse(plain)
        )

    def _concerns(self, selector: str, keys: set[str] | None) -> bool:
        """Whether the page has every class and id of *selector*, and its last part is of *keys*."""
        if ":" in selector or "[" in selector or "\\" in selector:
            if is_strange(selector):
                return False
            selector = _CONDITIONS.sub("", selector)
            if ":" in selector.replace("\\:", ""):
                return True
        if "\\" in selector:
            names = [unescaped(name) for name in _NAMES.findall(selector)]
        else:
            names = _PLAIN_NAMES.findall(selector)
        if not self._names.issuperset(names):
            return False
        if keys is None or not names:
            return True
        last = _NAMES.findall(_LAST.split(selector)[-1])
        return keys.issuperset(map(unescaped, last))

    def _matches(self, element: Element, rule: Asked) -> bool:
        return self._elements.matches(element, rule.selector)

    def _settled(
        self, found: list[Element], words: Iterable[str]
    ) -> Iterator[tuple[LexborNode, Style]]:
        """What the rules that hold one of *words* make of the elements *found*."""
        keys = {name for element in found for name in element.classes}
        keys.update(element.given.get("id") or "" for element in found)
        counting = self._counting(keys, (*words, "\\")) if found else ()
        index = self._index(counting, keys)
        for element in found:
            if self._is_within(element.node):
                continue
            near = sorted(
                {
                    (rule.selector.weight, rule.order, rule.body, rule.pointed)
                    for rule in index.near(element)
                    if self._matches(element, rule)
                }
            )
            own = element.given.get("style") or ""
            bodies = tuple((body, pointed) for _, _, body, pointed in near)
            style = self._judge(bodies, own)
            if style is None:
                continue
            if not hides(style) or self._is_gap(element.node, style):
                if style.get("visibility") == "visible":
                    yield element.node, style
            elif not (self._is_needed(element.node) or self._opened.holds(element.node)):
                if hides_all(style):
                    self._hidden.add(element.node.mem_id)
                yield element.node, style

    def _is_gap(self, node: LexborNode, style: Style) -> bool:
        """Whether letters of no size only close the gaps between parts that have letters again."""
        if "font-size" not in style or hides({**style, "font-size": "1rem"}):
            return False
        if any(not (text.text_content or " ").isspace() for text in _texts(node)):
            return False
        if self._sized is None:
            sized = (
                (order, rule)
                for order, rule in enumerate(self._every)
                if "font" in rule.body and _SIZE.search(rule.body)
            )
            self._sized = self._index(sized, self._names)
        inner = map(self._elements.of, node.css("*")[1:MOST_INNER])
        return any(self._matches(each, rule) for each in inner for rule in self._sized.near(each))

    def _counting(self, keys: set[str], words: Sequence[str]) -> Iterator[tuple[int, Rule]]:
        """The rules that hold one of *words* and may match an element that has one of *keys*."""
        for order, (selectors, body) in enumerate(self._every):
            for word in words:
                if word in body:
                    break
            else:
                if body.islower() or not _CAPITAL.search(body):
                    continue
            names = _PLAIN_NAMES.findall(selectors)
            is_other = bool(names) and keys.isdisjoint(names) and not _INTRICATE.search(selectors)
            if is_other and _PLAIN_NAMES.search(selectors, _last(selectors)):
                continue
            yield order, self._every[order]

    def _is_needed(self, node: LexborNode) -> bool:
        """Whether the page is not what it is without *node*: it waits for something to show it."""
        if node.tag in _FRAMES or node.css_first(_MAIN) is not None:
            return True
        size = unseen(node, "")
        if size < LEAST_PART or node.css_first(_PART) is None:
            return False
        if self._whole is None:
            is_linked = self._tree.css_first(_LINKED) is not None
            body = self._tree.body if is_linked else None
            self._whole = unseen(body, "") if body is not None else -1
        return 0 < self._whole < SHARE * size

    def _judge(self, bodies: tuple[tuple[str, bool], ...], own: str) -> Style | None:
        """What declarations by weight make of an element; ``None`` if pointing shows it."""
        known = self._judged.get((bodies, own), ...)
        if known is not ...:
            return known
        style = declarations(*(body for body, pointed in bodies if not pointed), own)
        is_shown = any(pointed for _, pointed in bodies) and hides(style)
        is_shown = is_shown and not hides(declarations(*(body for body, _ in bodies), own))
        self._judged[bodies, own] = None if is_shown else style
        return self._judged[bodies, own]


def _last(selector: str) -> int:
    """Where the last part of a selector begins, more or less."""
    return max(map(selector.rfind, " >+~"))


def _texts(node: LexborNode) -> Iterator[LexborNode]:
    child = node.first_child
    while child is not None:
        if child.is_text_node:
            yield child
        child = child.next


def _unpointed(selector: str) -> str:
    """*selector* as it is while a person points at what stands around the element."""
    if ":" not in selector or not _POINTED.search(selector):
        return selector
    plain = _POINTED.sub("", selector)
    last = _LAST.split(selector)[-1]
    return selector if _POINTED.search(last) else plain
