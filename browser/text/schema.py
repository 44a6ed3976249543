"""An item of schema.org as HTML: article, discussion, question, recipe, product, job, video.

Each property that holds words to read is written in the order of `_TEXTS`; items inside items
(answers, comments, steps, reviews, entries of a list) follow one level lower.
"""

from __future__ import annotations

import html
from typing import Any, NamedTuple

from browser.text import jsonld
from browser.text.prose import MAX_STRINGS, block, line, who_and_when

_DEEPEST = 8
_LONGEST_NAME = 300  # characters; a longer one is text
_BODIES = ("articleBody", "text", "reviewBody", "transcript", "description")
_LISTS = ("recipeIngredient", "ingredients", "tool", "supply")
_TEXTS = ("qualifications", "responsibilities", "skills", "experienceRequirements", "jobBenefits")
_PARTS = (
    "recipeInstructions", "step", "itemListElement", "mainEntity", "acceptedAnswer",
    "suggestedAnswer", "comment", "review", "liveBlogUpdate", "hasPart", "video",
)  # fmt: skip
_SKIPPED = frozenset(
    {"breadcrumblist", "website", "searchaction", "imageobject", "person", "sitenavigationelement"}
)


class Told(NamedTuple):
    """What an item tells.

    Attributes:
        title: Its headline or name.
        html: Its words.
        key: The property that holds the most of them.
    """

    title: str
    html: str
    key: str


def tell(item: jsonld.Item) -> Told | None:
    """Write *item*; ``None`` when it holds nothing to read."""
    if jsonld.types(item) & _SKIPPED:
        return None
    writer = _Writer()
    writer.item(item, 1, headed=False)
    if not writer.sizes:
        return None
    title = next(
        (item[k] for k in ("headline", "name", "title") if isinstance(item.get(k), str)), ""
    )
    return Told(title, "".join(writer.parts), max(writer.sizes, key=lambda key: writer.sizes[key]))


class _Writer:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.sizes: dict[str, int] = {}
        self._left = MAX_STRINGS

    def item(self, item: dict[str, Any], level: int, *, headed: bool = True) -> None:
        """Write one item; its name first when *headed*."""
        if level > _DEEPEST or self._left <= 0:
            return
        if headed:
            self._heading(item, level)
        if not isinstance(item.get("item"), dict):
            self.parts.append(who_and_when(item))
        else:
            self._each("item", item["item"], level)
        body = next((k for k in _BODIES if _is_text(item.get(k))), None)
        for key in ((body,) if body else ()) + _TEXTS:
            if _is_text(item.get(key)):
                self._text(key, item[key])
        self._offer(item.get("offers"))
        for key in _LISTS:
            self._list(key, item.get(key))
        for key in _PARTS:
            self._each(key, item.get(key), level)

    def _heading(self, item: dict[str, Any], level: int) -> None:
        name = next((item[k] for k in ("headline", "name") if _is_text(item.get(k))), "")
        text = item.get("text")
        if not name or len(name) > _LONGEST_NAME or (isinstance(text, str) and name in text):
            return
        url = item.get("url")
        if isinstance(url, str) and not any(_is_text(item.get(key)) for key in _BODIES):
            self._add("name", name, f'<p><a href="{html.escape(url)}">{html.escape(name)}</a></p>')
        else:
            self.parts.append(line(f"h{min(level, 6)}", name))

    def _text(self, key: str, text: str) -> None:
        self._add(key, text, block(text))

    def _add(self, key: str, text: str, written: str) -> None:
        if self._left > 0:
            self._left -= 1
            self.parts.append(written)
            self.sizes[key] = self.sizes.get(key, 0) + len(text)

    def _list(self, key: str, value: Any) -> None:
        entries = [one for one in value if _is_text(one)] if isinstance(value, list) else []
        if entries:
            text = "\n".join(entries[:MAX_STRINGS])
            written = "".join(line("li", one) for one in entries[:MAX_STRINGS])
            self._add(key, text, f"<ul>{written}</ul>")

    def _each(self, key: str, value: Any, level: int) -> None:
        """Write the items, or strings, of a property."""
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                self.item(one, level + 1)
            elif _is_text(one):
                self._text(key, one)

    def _offer(self, offer: Any) -> None:
        offer = offer[0] if isinstance(offer, list) and offer else offer
        if isinstance(offer, dict):
            price = offer.get("price") or offer.get("lowPrice")
            if isinstance(price, str | int | float):
                self.parts.append(line("p", f"{price} {offer.get('priceCurrency') or ''}"))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
