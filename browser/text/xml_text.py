"""XML documents, by what their first element says they are.

XHTML, feeds and sitemaps are read as such; of a drawing the words; any other document is laid
out as it is written, one element a line, deeper ones indented. Entities of the document's own
are never expanded, and nothing outside of it is loaded.

Governing texts: XML 1.0; sitemaps.org's protocol; SVG 2 for ``title``, ``desc`` and ``text``.

Left to taste: a document that is not well-formed is read as far as it can be; comments and
processing instructions are not shown.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html import escape
from html.entities import html5

from lxml import etree

from browser.model.url import Url
from browser.text.clean import one_line
from browser.text.elements import VOID
from browser.text.htmlpage import LINE_CHARS, Document, read_html
from browser.text.written import Linker, Ration, code, link, name_of

MAX_LINES = 50_000  # no page shows more
MAX_INDENT = 20  # levels that are told apart
INLINE = 400  # characters of an element with words beside its elements that stays on one line

_NEVER = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 2.2
_REFERENCE = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}));"
    r"|&(?!(?:amp|lt|gt|quot|apos);)(\w+;)?",
    re.DOTALL,
)
_SPACE = re.compile(r"\s+")
_SPACES = {"http://www.w3.org/1999/xhtml", ""}
_FOREIGN = {"http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"}
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def parse(text: str) -> etree._Element | None:
    """The outermost element of *text*, ``None`` when it has none."""
    return _parsed(text, recover=True)


def _parsed(text: str, *, recover: bool) -> etree._Element | None:
    """As `parse`; without *recover* also ``None`` for what is not well-formed."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    text = _REFERENCE.sub(_character, _NEVER.sub("", text)).lstrip()
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:
        return None


def _character(found: re.Match[str]) -> str:
    """What an ampersand means that XML does not know: HTML's names, or itself.

    A number that is no character of XML stands for none; libxml2 would make half a one of it.
    """
    if found[0].startswith("<"):
        return found[0]
    if found[1] or found[2]:
        number = int(found[1], 16) if found[1] else int(found[2])
        is_one = number <= sys.maxunicode and not _NEVER.match(chr(number))
        return found[0] if is_one else "\ufffd"
    known = html5.get(found[3] or "")
    return escape(known) if known else "&amp;" + (found[3] or "")


def local(element: etree._Element) -> str:
    """The name of an element without its namespace; empty for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def words(element: etree._Element | None) -> str:
    """The text in an element, white space folded."""
    if element is None:
        return ""
    return _SPACE.sub(" ", "".join(element.itertext())).strip()


def read_xml(text: str, url: Url, room: int = LINE_CHARS) -> Document:
    """Read an XML document.

    Raises:
        FetchFailed: ``no_text`` for one without words.
    """
    root = parse(text)
    if root is None:
        return _lines(text.splitlines(), url, room)
    kind = local(root).lower()
    if kind == "html":
        return read_xhtml(text, url, room)
    if kind in ("rss", "feed", "rdf"):
        from browser.text.syndication import is_feed, read_feed  # noqa: PLC0415 - it reads with `parse`

        if is_feed(root):
            return read_feed(root, url, room)
    if kind in ("urlset", "sitemapindex"):
        return _sitemap(root, url, room)
    if kind == "svg":
        return _drawing(root, url, room)
    return _lines(_layout(root), url, room)


def read_xhtml(text: str, url: Url, room: int = LINE_CHARS) -> Document:
    """Read XHTML that is served as XML: what is not well-formed is read as HTML.

    Raises:
        FetchFailed: as `browser.text.htmlpage.read_html` does.
    """
    root = _parsed(text, recover=False)
    html = text if root is None or local(root) != "html" else _as_html(root)
    return read_html(html, url, line_chars=room)


def _as_html(root: etree._Element) -> str:
    """XHTML as HTML writes it: an empty element is closed, a CDATA section is its words."""
    if _LANG in root.attrib and "lang" not in root.attrib:
        root.set("lang", str(root.attrib[_LANG]))
    for element in root.iter(etree.Element):
        space, _, name = str(element.tag).rpartition("}")
        raw = name in ("script", "style")
        if space[1:] in _SPACES:
            has_more = len(element) > 0 or bool(element.text)
            if name in ("plaintext", "xmp"):  # HTML reads no tags in them, not even their end
                name = "pre"
            elif name in VOID and has_more:  # HTML has nothing in them
                name = "span"
            if raw and element.text:  # the end of the element in a string is none in XML
                element.text = element.text.replace("</", "<\\/")
        elif space[1:] not in _FOREIGN:
            name = f"x-{name}"
        elif raw:
            element.text = ""
        element.tag = name
    written: str = etree.tostring(root, method="html", encoding="unicode", with_tail=False)
    return written


def _lines(lines: Iterator[str] | list[str], url: Url, room: int) -> Document:
    ration = Ration(MAX_LINES)
    document = read_html(
        code(map(Linker(references=True), ration.of(lines))), url, whole=True, line_chars=room
    )
    document.title = name_of(url)
    document.truncated = ration.spent
    return document


def _sitemap(root: etree._Element, url: Url, room: int = LINE_CHARS) -> Document:
    """The addresses of a sitemap, each with what else is told of it."""
    items = []
    for entry in root:
        address = next((words(part) for part in entry if local(part) == "loc"), "")
        rest = [words(part) for part in entry if local(part) != "loc"]
        told = escape(" · ".join(part for part in rest if part))
        if address or told:
            items.append(f"<li>{link(address, address)} {told}")
    ration = Ration(MAX_LINES)
    html = "<ul>" + "\n".join(ration.of(items)) + "</ul>"
    document = read_html(html, url, whole=True, line_chars=room)
    document.title = name_of(url)
    document.truncated = ration.spent
    return document


def _drawing(root: etree._Element, url: Url, room: int = LINE_CHARS) -> Document:
    """The words in a drawing."""
    parts = [
        f"<p>{escape(said)}</p>"
        for element in root.iter()
        if local(element) in ("title", "desc", "text") and (said := words(element))
    ]
    document = read_html("".join(parts), url, whole=True, line_chars=room)
    title = next((part for part in root if local(part) == "title"), None)
    document.title = one_line(words(title)) or name_of(url)
    return document


def _layout(root: etree._Element) -> Iterator[str]:
    """One element a line, as written; deeper elements indented."""
    waiting: list[tuple[etree._Element | str, int]] = [(root, 0)]
    while waiting:
        element, depth = waiting.pop()
        indent = "  " * min(depth, MAX_INDENT)
        if isinstance(element, str):
            yield indent + element
            continue
        name = _name(element)
        begin = f"<{name}{_attributes(element)}"
        text = (element.text or "").strip()
        if len(element) == 0:
            yield indent + (f"{begin}>{_written(text)}</{name}>" if text else f"{begin}/>")
        elif _is_mixed(element):
            inside = "".join(_mixed(element))
            yield f"{indent}{begin}>{_SPACE.sub(' ', inside).strip()}</{name}>"
        else:
            yield f"{indent}{begin}>" + (f" {_written(text)}" if text else "")
            waiting.append((f"</{name}>", depth))
            for child in reversed(element):
                tail = (child.tail or "").strip()
                if tail:
                    waiting.append((_written(tail), depth + 1))
                if isinstance(child.tag, str):
                    waiting.append((child, depth + 1))
                elif child.text:  # an entity of the document's own
                    waiting.append((child.text, depth + 1))


def _is_mixed(element: etree._Element) -> bool:
    """Whether words stand beside the elements in *element*, and all of it is short."""
    beside = (element.text or "").strip() or any((child.tail or "").strip() for child in element)
    if not beside:
        return False
    size = 0
    for part in element.itertext():
        size += len(part)
        if size > INLINE:
            return False
    return sum(1 for _ in element.iter()) <= INLINE // 8


def _mixed(element: etree._Element) -> Iterator[str]:
    """The inside of an element as it is written."""
    yield _written(element.text or "")
    for child in element:
        if isinstance(child.tag, str):
            name = _name(child)
            yield f"<{name}{_attributes(child)}>"
            yield from _mixed(child)
            yield f"</{name}>"
        else:
            yield child.text or ""
        yield _written(child.tail or "")


def _written(text: str) -> str:
    """Text as XML writes it, on one line."""
    return _SPACE.sub(" ", escape(text, quote=False))


def _name(element: etree._Element) -> str:
    name = local(element)
    return f"{element.prefix}:{name}" if element.prefix else name


def _attributes(element: etree._Element) -> str:
    """The attributes, with the prefixes that the document uses."""
    prefixes = {space: prefix for prefix, space in element.nsmap.items() if prefix}
    parts = []
    for key, value in element.attrib.items():
        space, _, name = str(key).rpartition("}")
        prefix = prefixes.get(space[1:], "xml") + ":" if space else ""
        parts.append(f' {prefix}{name}="{escape(str(value))}"')
    return "".join(parts)
