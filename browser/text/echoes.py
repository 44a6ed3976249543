"""Images whose alternative text repeats the words beside them, as in most teasers.

They say nothing that the page does not say in letters, and cost a model a line each. An image
is kept where it is the only thing that shows a link, unless the words are its very own: then
they show it.
"""

from __future__ import annotations

import re

from browser.text.block import Block, Run

_WORDS = re.compile(r"\[Image \d+: (.+)\]\Z", re.DOTALL)
_ALONE = re.compile(r"(?:【(\d+)†)?\[Image \d+: (.+?)\](?:†[^】]*)?】?\Z", re.DOTALL)
_CUT = "…"  # ends an alternative text that was too long


def without_echoes(parts: list[str | Run]) -> list[str | Run]:
    """The pieces of a block without images that its own words repeat."""
    images = [part for part in parts if isinstance(part, Run) and part.kind == "image"]
    if not images:
        return parts
    parts = _named(parts)
    said = _squeezed("".join(part for part in parts if isinstance(part, str)))
    by_link: dict[int, str] = {}
    for part in parts:
        if isinstance(part, Run) and part.kind == "link":
            by_link[part.link] = by_link.get(part.link, "") + _squeezed(part.text)
    everything = said + "".join(by_link.values())
    dropped = {
        id(image)
        for image in images
        if (found := _WORDS.match(image.text))
        and _is_in(found[1], by_link.get(image.link, "") if image.link >= 0 else everything)
    }
    return [part for part in parts if id(part) not in dropped] if dropped else parts


def _named(parts: list[str | Run]) -> list[str | Run]:
    """The pieces with the words behind a linked image as the link, where they are its name."""
    named = list(parts)
    image: Run | None = None
    for n, part in enumerate(named):
        if isinstance(part, Run):
            image = part if part.kind == "image" and part.link >= 0 else None
        elif image is not None and part.strip():
            found = _WORDS.match(image.text)
            if found and _squeezed(part) == _squeezed(found[1]):
                named[n] = Run(part, "link", image.link)
            image = None
    return named


def is_echo(image: Block, following: Block) -> bool:
    """Whether a block is one image that the block after it says in words."""
    if image.plain or not following.plain or image.role == "code":
        return False
    found = _ALONE.match(image.text)
    if found is None or "[Image " in found[2]:
        return False
    same = found[1] is None or f"【{found[1]}†" in following.text
    return same and _is_in(found[2], _squeezed(following.plain))


def _is_in(words: str, text: str) -> bool:
    wanted = _squeezed(words.rstrip(_CUT))
    return bool(wanted) and wanted in text


def _squeezed(text: str) -> str:
    return "".join(text.split()).casefold()
