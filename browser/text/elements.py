"""What HTML's elements mean to this browser: tables of names, nothing else.

Governing text: the HTML Standard, its rendering section for which elements stand on lines of
their own. Left to taste: what counts as part of a control rather than text of the page. The options
of a list to choose from and what a text field holds belong to controls, and are a known hiding
place; a button that is written as an element is text.
"""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Elements whose contents are no text of the page, or belong to controls.
SKIPPED = _names(
    "script style noscript template head svg canvas iframe frame object embed audio video map "
    "select datalist textarea input meter progress rp applet noframes base link meta title "
    "annotation annotation-xml"
)

# Elements that begin and end a line.
BLOCKS = _names(
    "address article aside blockquote body caption center dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li "
    "listing main menu nav noscript ol optgroup p plaintext pre search section summary "
    "table tbody td tfoot th thead tr ul xmp"
)

# Blocks that hold others and may be a part of a page: what the main content is chosen among.
BOXES = _names(
    "address article aside blockquote body center dd details dialog dir div dl fieldset figure "
    "footer form header hgroup li main menu nav ol search section table td th ul"
)

# Inline elements that are drawn as boxes of their own: words do not touch across their edges.
SPACED = _names("button img label option")

# Text that counts no more: a price that was, a word that was replaced.
STRUCK = _names("del s strike")

LISTS = _names("dir menu ol ul")
CONTENTS = _names("article main")
VERBATIM = _names("listing plaintext pre xmp")
HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}

# Elements that never have contents.
VOID = _names("area base br col embed hr img input link meta param source track wbr")

# Elements whose end tag may be left out: open ones say nothing about depth.
LOOSE = _names("dd dt li option p td th tr")

# Elements whose contents the tokenizer reads as text.
RAW = _names("iframe noembed noframes script style textarea title xmp")

# Elements after which the head of a document is still open.
HEAD = _names("base head html link meta noscript script style template title")

# Elements that the parser opens again in the next block when they are left open.
FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")

AREAS = {"nav": "navigation", "aside": "sidebar", "footer": "footer", "header": "header"}
ROLES = {
    "navigation": "navigation",
    "banner": "header",
    "contentinfo": "footer",
    "complementary": "sidebar",
    "search": "navigation",
}
