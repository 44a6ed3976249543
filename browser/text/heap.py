"""A heap of JSON of unknown shape: where in it the article stands.

From the top, the way leads into the member that holds most of the prose, as long as it holds much
more than the next one: past settings and menus, down to the text, the post or the list of posts.
What is found there is written in its order, each string once.

Left to taste: members whose keys name settings or translations are passed over; text that an
editor cut into runs is put together by the block it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from browser.text import jsonld, prose

_DEEPEST = 60
MAX_NODES = 200_000
_MORE = 2.0  # times the prose of the next member that leads the way on
_MOST = 0.9  # of the prose of a list that one of its entries must hold: posts stay together
_MANY = 60  # members of an item; one with more is a table of items
_NESTED = 200  # characters of a string that may be JSON itself
PASSED = re.compile(
    r"\A(?:locales?|dictionary|env|theme|query|queries|labels|cookies?|menus?|footer|header|sidebar"
    r"|nav|site|sites|categories|tags|ads?|errors?|user_?fields|post_action_types|emojis?"
    r"|topic_?lists?|seo|meta|metadata|scripts?|styles?|css|head)\Z|i18n|intl|translat|strings\Z"
    r"|settings|config|constants|params|_vars\Z|defaults|features?|flags|consent|tracking"
    r"|optimizely|datafile|experiment|analytics|datalayer|utag|navigation|related|recommend|suggest|similar"
    r"|newsletter|checkout",
    re.IGNORECASE,
)
_PRODUCT = re.compile(
    r"\Aproduct(?:_?(?:data|details?|info|page|view|state))?\Z|\Apdp(?:_?data)?\Z", re.IGNORECASE
)
_DESCRIPTIONS = re.compile(r"description|overview|\Adetails\Z|\Abody(?:_?html)?\Z", re.IGNORECASE)
_MOST_LOOKED = 20_000  # members looked at for a product
_RUNS = frozenset({"text", "value", "content", "children", "nodes", "paragraphs", "literal"})
_SETTINGS = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\[\]{\"])")  # JSON in a string
_TITLES = ("title", "headline", "heading", "question", "subject", "fancy_title")
_KINDS = ("type", "nodeType", "_type", "tag", "tagName", "style")
_BLOCK = re.compile(
    r"paragraph|heading|text-?block|block|p|h[1-6]|li|list-?item|blockquote|quote|code",
    re.IGNORECASE,
)
_LEAST_RUN = 2  # words


class Heap:
    """One JSON value, and how much prose each part of it holds."""

    def __init__(self, value: Any) -> None:
        self._sizes: dict[int, int] = {}
        self._opened: dict[int, Any] = {}  # strings that are JSON themselves
        self._nodes = MAX_NODES
        self._root = value
        self._weigh(value, 0)

    def tell(self) -> tuple[str, str] | None:
        """The title and HTML of what holds the most prose; ``None`` when nothing holds any."""
        if not self._of(self._root):
            return None
        here, above = self._root, self._root
        title = ""
        for _ in range(_DEEPEST):
            opened = self._opened.get(id(here), here)
            if isinstance(opened, dict):
                above = opened
                title = _title(opened) or title
            following = self._next(here)
            if following is None:
                break
            here = following
        if isinstance(here, str):
            here = above
        writer = _Writer(self)
        writer.write(here, 0)
        return (title, "".join(writer.parts)) if writer.parts else None

    def product(self) -> Any:
        """The data of the one product that is described; ``None`` without one."""
        level: list[tuple[str, Any]] = [("", self._root)]
        looked = 0
        while level and looked < _MOST_LOOKED:
            below: list[tuple[str, Any]] = []
            for key, one in level:
                value = self._opened.get(id(one), one)
                if not isinstance(value, dict) or not self._of(one):
                    continue
                looked += len(value)
                if _PRODUCT.search(key) and _is_described(value):
                    return value
                below += self.members(value)
            level = below
        return None

    def members(self, value: Any) -> Iterator[tuple[str, Any]]:
        """The members of a value that may hold prose, with their keys."""
        value = self._opened.get(id(value), value)
        if isinstance(value, dict):
            for key, one in value.items():
                plain = isinstance(one, str) and one[:1] not in ("{", "[")
                if plain or not PASSED.search(key):
                    yield key, one
        elif isinstance(value, list):
            for one in value:
                yield "", one

    def _of(self, value: Any) -> int:
        if isinstance(value, str) and id(value) not in self._opened:
            return prose.size(value)
        return self._sizes.get(id(value), 0)

    def _next(self, value: Any) -> Any:
        """The member that leads on; ``None`` where the way ends."""
        members = [one for _, one in self.members(value)]
        sizes = sorted((self._of(one), n) for n, one in enumerate(members))
        if not sizes or not sizes[-1][0]:
            return None
        most, wanted = sizes[-1]
        opened = self._opened.get(id(value), value)
        if isinstance(opened, dict) and _title(opened) and isinstance(members[wanted], str | list):
            return None  # its body: what stands beside it belongs to it
        if isinstance(opened, list):
            alone = len(sizes) == 1 or not sizes[-2][0]
            posts = any(
                isinstance(one, dict) and prose.is_post(one) for _, one in self.members(value)
            )
            if not alone and (posts or most < _MOST * sum(size for size, _ in sizes)):
                return None
        elif len(sizes) > 1 and most < _MORE * sizes[-2][0]:
            return None
        return members[wanted]

    def _weigh(self, value: Any, depth: int) -> int:
        self._nodes -= 1
        if depth > _DEEPEST or self._nodes < 0:
            return 0
        if isinstance(value, str):
            opened = self._open(value)
            if opened is None:
                return prose.size(value)
            self._opened[id(value)] = opened
        total = 0
        for key, one in self.members(value):
            if isinstance(one, str) and key in _RUNS and len(one) < prose.LEAST:
                total += len(one) if _is_run(one) else 0
            elif isinstance(one, dict | list | str):
                total += self._weigh(one, depth + 1)
        self._sizes[id(value)] = total
        return total

    @staticmethod
    def _open(text: str) -> Any:
        """The JSON in a string; ``None`` when there is none."""
        if len(text) < _NESTED or text[:1] not in "{[" or text[-1:] not in "}]":
            return None
        value = jsonld.load(text, 5_000_000)
        return value if isinstance(value, dict | list) else None


class _Writer:
    """Writes a value as HTML, each string once."""

    def __init__(self, heap: Heap) -> None:
        self.parts: list[str] = []
        self._heap = heap
        self._seen: set[str] = set()
        self._left = prose.MAX_STRINGS
        self._visits = 10 * prose.MAX_STRINGS

    def write(self, value: Any, depth: int) -> None:
        self._visits -= 1
        if depth > _DEEPEST or self._left <= 0 or self._visits < 0:
            return
        if isinstance(value, str) and prose.size(value):
            self._add(value)
            return
        if isinstance(value, dict) and _is_block(value):
            self._add_run(value)
            return
        before = len(self.parts)
        for key, one in self._ordered(value):
            if isinstance(one, str) and key in _RUNS and _is_run(one):
                self._add(one)
            else:
                self.write(one, depth + 1)
        if isinstance(value, dict) and len(self.parts) > before:
            head = [prose.line("h2", _title(value)) if depth else "", prose.who_and_when(value)]
            self.parts[before:before] = [part for part in head if part]

    def _ordered(self, value: Any) -> list[tuple[str, Any]]:
        """The members of a value, without strings that another one begins with or repeats."""
        members = list(self._heap.members(value))
        if isinstance(value, dict) and len(members) <= _MANY:
            texts = {key: prose.bare(one) for key, one in members if isinstance(one, str)}
            members = [(key, one) for key, one in members if not _repeated(key, texts)]
        return members

    def _add(self, text: str) -> None:
        known = prose.bare(text[:2_000])
        if known and known not in self._seen and self._left > 0:
            self._seen.add(known)
            self._left -= 1
            self.parts.append(prose.block(text))

    def _add_run(self, value: dict[str, Any]) -> None:
        text = "".join(_runs(value, 0))
        kind = next((str(value[key]) for key in _KINDS if isinstance(value.get(key), str)), "")
        if text.strip() and self._left > 0:
            self._left -= 1
            self.parts.append(prose.line("h2" if kind[:1] in "hH" else "p", text))


def _is_run(text: str) -> bool:
    """Whether a string that stands where text does is text, and no settings."""
    return len(text.split()) >= _LEAST_RUN and not _SETTINGS.match(text)


def _is_described(value: dict[str, Any]) -> bool:
    return any(
        isinstance(one, str) and prose.size(one) and _DESCRIPTIONS.search(key)
        for key, one in value.items()
    )


def _title(value: dict[str, Any]) -> str:
    named = (value.get(key) for key in _TITLES)
    return next((one for one in named if isinstance(one, str) and 0 < len(one) <= 300), "")


def _is_block(value: dict[str, Any]) -> bool:
    """Whether a node of rich text is a block of runs, and holds no blocks itself."""
    kind = next((value[key] for key in _KINDS if isinstance(value.get(key), str)), "")
    inner = next((value[k] for k in ("children", "content", "nodes") if k in value), None)
    if not _BLOCK.fullmatch(kind) or not isinstance(inner, list):
        return False
    return not any(isinstance(one, dict) and _is_block(one) for one in inner[:50])


def _runs(value: Any, depth: int) -> Iterator[str]:
    """The strings of a block of rich text, in their order."""
    if depth > 10:
        return
    if isinstance(value, list):
        for one in value:
            yield from _runs(one, depth + 1)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key in _RUNS:
                yield one if isinstance(one, str) else ""
                yield from _runs(one, depth + 1)


def _repeated(key: str, texts: dict[str, str]) -> bool:
    """Whether another string of the same item says the same, or goes on from it."""
    mine = texts.get(key, "")
    if len(mine) < 20:
        return False
    start = mine[: max(20, len(mine) - 10)]
    return any(
        start in other and (len(other) > len(mine) or (len(other) == len(mine) and name < key))
        for name, other in texts.items()
        if name != key
    )
