"""What a person opens with a click: menus, folds and panels that are shut when a page comes.

Governing texts: WAI-ARIA 1.2 for ``aria-controls``, ``aria-expanded`` and the roles of panels.

Left to taste: what is shut in such a way counts as shown, as the contents of ``<details>`` do.
A list of links is a menu by its looks; all else has to be named by what opens it.
"""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

LEAST_LINKS = 3  # of a menu
MENU_SHARE = 0.75  # of its words that are its links'
MAX_LINK = 60  # characters of a link of a menu, on average
MOST_LOOKED_AT = 10_000_000  # characters of a page; what stands in many shut boxes counts in each
_ROLES = frozenset(("region", "tabpanel"))
_OPENERS = ("aria-controls", "data-target", "data-bs-target", "data-toggle-target")
_EXPANDED = "[aria-expanded]"
_OPENING = ", ".join(f"[{name}]" for name in _OPENERS)


class Opened:
    """What the buttons of one page open."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._tree = tree
        self._named: frozenset[str] | None = None
        self._left = MOST_LOOKED_AT

    def holds(self, node: LexborNode) -> bool:
        """Whether a click opens *node*."""
        if self._left < 0:
            return False
        return _has_role(node) or self._is_menu(node) or self._is_named(node)

    def _is_menu(self, node: LexborNode) -> bool:
        """Whether *node* holds little but links, and several."""
        links = node.css("a[href]")
        if len(links) < LEAST_LINKS:
            return False
        size, words = _size(node), sum(map(_size, links))
        self._left -= size + words
        return MENU_SHARE * size <= words <= MAX_LINK * len(links)

    def _is_named(self, node: LexborNode) -> bool:
        names = [node.id, node.parent.id if node.parent is not None else None]
        if not any(names) and node.prev is None:
            return False
        if self._named is None:
            self._named = frozenset(
                word.lstrip("#")
                for opener in self._tree.css(_OPENING)
                for name in _OPENERS
                for word in (opener.attributes.get(name) or "").split()
            )
        return any(name in self._named for name in names if name) or _follows_opener(node)


def _has_role(node: LexborNode) -> bool:
    return (node.attributes.get("role") or "").strip().lower() in _ROLES


def _follows_opener(node: LexborNode) -> bool:
    before = node.prev
    if before is not None and not before.is_element_node:
        before = before.prev  # beyond the white space between them
    return before is not None and before.css_first(_EXPANDED) is not None


def _size(node: LexborNode) -> int:
    return len("".join(node.text(deep=True).split()))
