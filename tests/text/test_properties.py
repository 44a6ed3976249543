"""What holds for every document: no visible word is lost, none is made up, none is moved."""

from __future__ import annotations

import gzip
import re
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from browser.errors import FetchFailed
from browser.model.page import Page
from browser.model.url import Url
from browser.text import render, sheets
from browser.text.charset import decode
from browser.text.clean import clean
from browser.text.elements import SKIPPED
from browser.text.find import find
from browser.text.hidden import Asides
from browser.text.htmlpage import read_html
from browser.text.links import MAX_URL
from browser.text.nodes import is_mark
from browser.text.number import number
from browser.text.quote import words
from tests.text.hiding import is_hidden
from tests.text.pages import MARKER, URL, data

BLOCK = [
    "p",
    "div",
    "section",
    "article",
    "main",
    "nav",
    "footer",
    "aside",
    "h1",
    "h2",
    "ul",
    "blockquote",
    "pre",
    "details",
    "figure",
]
INLINE = [
    "b",
    "i",
    "span",
    "em",
    "code",
    "a href=/x",
    "a href=//o.example/",
    "a href=/long",
    "sup",
    "sub",
    "button",
    "label",
    "ruby",
    "del",
    "q",
    "h3",
    "sup",
    "a href=#here",
]
HIDDEN = [
    "div hidden",
    "p style='display:none'",
    "span class=sr-only",
    "script",
    "template",
    "textarea",
]

WORD = st.one_of(
    st.integers(0, 10**6).map("w{}".format),
    st.sampled_from(
        ["灯台", "กำปั่น", "سفينة", "né", "【x】", "a†b", "&lt;|", "U.S.", "x" * 90, "Ende."]
    ),
)
TEXT = st.lists(WORD, min_size=1, max_size=12).map(" ".join)


def wrapped(children: st.SearchStrategy[str], tags: list[str]) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from(tags), st.lists(children, max_size=4)).map(
        lambda made: f"<{made[0]}>{' '.join(made[1])}</{made[0].split()[0]}>"
    )


def items(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    made = st.lists(children, min_size=1, max_size=4)
    kinds = st.sampled_from(["ol", "ul", "ol type=a", "ol reversed", "ol start=9", "dl"])
    return st.tuples(kinds, made).map(
        lambda pair: (
            f"<{pair[0]}>"
            + "".join(f"<{'dd' if pair[0] == 'dl' else 'li'}>{item}" for item in pair[1])
            + f"</{pair[0].split()[0]}>"
        )
    )


def table(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    start = st.sampled_from(
        ["td", "td", "th", "td rowspan=2", "td colspan=3", "th rowspan=9 colspan=2"]
    )
    cell = st.tuples(start, children).map(lambda made: f"<{made[0]}>{made[1]}")
    row = st.lists(cell, min_size=1, max_size=3).map(lambda cells: "<tr>" + "".join(cells))
    return st.lists(row, min_size=1, max_size=3).map(
        lambda rows: "<table>" + "".join(rows) + "</table>"
    )


HTML = st.recursive(
    TEXT,
    lambda children: st.one_of(
        wrapped(children, BLOCK),
        wrapped(children, INLINE),
        wrapped(children, HIDDEN),
        items(children),
        table(children),
        st.lists(children, max_size=3).map("<br>".join),
        st.just("<img src=x alt='an image'>"),
    ),
    max_leaves=20,
)


def visible(html: str) -> str:
    """The text that a person sees, in document order, by the plainest walk there is.

    Without signs to click on: a copy button, the pilcrow beside a heading.
    """
    tree = drawn(html)
    assert tree.body is not None
    return clean(seen(tree.body))


def drawn(html: str) -> LexborHTMLParser:
    """A page, with what its style sheets hide marked on the elements."""
    tree = LexborHTMLParser(html)
    sheets.apply(tree)
    return tree


def is_left_out(node: LexborNode) -> bool:
    """Whether an element itself says that it is not drawn."""
    return is_hidden(node.tag or "", node.attributes) or Asides().holds(node, node.attributes)


def seen(node: LexborNode) -> str:
    """What is drawn of the text in *node*."""
    parts: list[str] = []
    child = node.first_child
    while child is not None:
        if child.is_text_node:
            parts.append(child.text_content or "")
        elif child.is_element_node:
            tag = child.tag or ""
            href = child.attributes.get("href") or ""
            sign = (tag == "button" or href.startswith("#")) and is_mark(child)
            if tag not in SKIPPED and not sign and not is_left_out(child):
                parts.append(seen(child))
        child = child.next
    return "".join(parts)


def read(body: bytes, content_type: str = "text/html; charset=utf-8") -> Page | None:
    """The page, or nothing where there is none; a failure has to say what to do next."""
    try:
        return render(body, content_type, URL)
    except FetchFailed as error:
        if not error.sentence.endswith("."):
            raise
        return None


def squeezed(text: str) -> str:
    return "".join(text.split())


def joined(page: Page) -> str:
    return "".join(line.glue + line.plain for line in page.lines[2:] if line.plain)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HTML)
def test_every_visible_word_stands_in_the_plain_lines_in_order(html: str):
    expected = squeezed(visible(f"<body>{html}"))
    page = read(f"<body>{html}".encode())
    if page is None:
        assert not expected
        return
    assert squeezed(joined(page)).replace("‡", "†") == expected


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HTML)
def test_a_display_holds_the_same_words_and_no_marker_but_ours(html: str):
    page = read(f"<body>{html}".encode())
    if page is None:
        return
    for line in page.lines[2:]:
        assert len(line.text) <= 200
        assert "\n" not in line.text
        assert "<|" not in line.text
        ids = [int(number) for number, _, _ in MARKER.findall(line.text)]
        assert line.text.count("【") == len(ids)
        assert all(0 <= number < len(page.links) for number in ids)
    named = {int(number) for line in page.lines for number, _, _ in MARKER.findall(line.text)}
    assert named == set(range(len(page.links)))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HTML, st.data())
def test_what_is_quoted_can_be_found_where_it_was_quoted(html: str, data: st.DataObject):
    page = read(f"<body>{html}".encode())
    if page is None:
        return
    start = data.draw(st.integers(2, page.last))
    quoted = words(page, start, start, 10**6).text
    if quoted.split():
        found = find(page, quoted)  # of repeated words, a match may begin on a line before
        assert found
        assert found[0] <= start


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HTML, st.data())
def test_a_quote_of_any_lines_stands_in_the_page_to_the_letter(html: str, data: st.DataObject):
    page = read(f"<body>{html}".encode())
    if page is None:
        return
    start = data.draw(st.integers(0, page.last))
    end = data.draw(st.integers(start, page.last))
    quoted = words(page, start, end, data.draw(st.integers(1, 10**4)))
    assert quoted.text in joined(page)
    assert start <= quoted.end <= end


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HTML, st.integers(40, 400))
def test_lines_are_numbered_densely_and_never_longer_than_asked_for(html: str, line_chars: int):
    try:
        page = render(
            f"<body>{html}".encode(), "text/html; charset=utf-8", URL, line_chars=line_chars
        )
    except FetchFailed:
        return
    assert [line.n for line in page.lines] == list(range(len(page.lines)))
    assert (page.lines[0].text, page.lines[1].text) == ("", f"URL: {URL}")
    assert max(len(line.text) for line in page.lines[2:]) <= line_chars
    assert squeezed(joined(page)).replace("‡", "†") == squeezed(visible(f"<body>{html}"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HTML)
def test_what_is_main_content_changes_no_line_number_and_no_word(html: str):
    url = Url.parse(URL)
    try:
        judged, whole = read_html(html, url), read_html(html, url, whole=True)
    except FetchFailed:
        return
    lines, _ = number(judged.blocks, URL, 200, 10**4)
    plain, _ = number(whole.blocks, URL, 200, 10**4)
    assert [line._replace(main=True) for line in lines] == list(plain)
    assert judged.links == whole.links


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from(["text/html", "text/plain", "text/markdown", "", "text/html; charset=utf-16"]),
)
def test_any_bytes_are_a_page_or_a_failure_with_a_reason(body: bytes, content_type: str):
    page = read(body, content_type)
    if page is not None:
        assert len(page.lines) > 2
        assert all(len(line.text) <= 200 for line in page.lines[2:])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.sampled_from(
            [
                "<",
                ">",
                "</",
                "<!--",
                "-->",
                "<p",
                "<a href=",
                "<td>",
                "<tr>",
                "<li>",
                "</table>",
                "<table>",
                "<svg>",
                "<math>",
                "<select>",
                "<title>",
                "<pre>\n",
                "x ",
                "'",
                '"',
                "&",
                "&#",
                ";",
                "<br/>",
                "</p>",
                "<form>",
                "</body>",
                "<html>",
                "<frameset>",
                "<plaintext>",
                "<template>",
            ]
        ),
        max_size=40,
    )
)
def test_any_soup_of_tags_is_read_without_an_error(soup: list[str]):
    html = "".join(["x", *soup])
    page = read(html.encode(), "text/html")
    assert page is not None
    assert squeezed(joined(page)).replace("‡", "†") == squeezed(visible(html))


@pytest.mark.timeout(60)
@pytest.mark.parametrize("corpus", ["aeb", "magic-forum", "wcxb-test"])
def test_on_real_pages_every_visible_word_is_kept_too(corpus: str):
    checked = 0
    for path in sorted(data("pages", corpus, "pages").glob("*.html.gz"))[:9]:
        body = gzip.decompress(path.read_bytes())
        page = render(body, "text/html", URL)
        expected = squeezed(visible(decode(body, "text/html", markup=True)))
        assert squeezed(joined(page)).replace("‡", "†") == expected.replace("‡", "†"), path.name
        checked += 1
    assert checked


CORPORA = ["magic-article", "newspaper", "readability", "trafilatura", "wcxb-test"]
LEAST_WORDS, LEAST_LINKS = 0.995, 0.999  # share of a corpus that must be kept
WORD_OF_A_TEXT = re.compile(r"\w+")


@pytest.mark.timeout(120)
@pytest.mark.parametrize("corpus", CORPORA)
def test_on_real_pages_the_visible_words_and_the_links_are_kept(corpus: str):
    words_seen = words_kept = links_seen = links_kept = 0
    for path in sorted(data("pages", corpus, "pages").glob("*.html.gz"))[:12]:
        body = gzip.decompress(path.read_bytes())
        try:
            page = render(body, "text/html", URL)
        except FetchFailed:
            continue
        html = decode(body, "text/html", markup=True)
        expected = Counter(WORD_OF_A_TEXT.findall(visible(html)))
        shown = joined(page)
        if squeezed(visible(html)).replace("†", "‡") == squeezed(shown).replace("†", "‡"):
            words_kept += expected.total()
        else:
            words_kept += (expected & Counter(WORD_OF_A_TEXT.findall(shown))).total()
        words_seen += expected.total()
        targets = ways_out(html)
        links_seen += len(targets)
        links_kept += len(targets & {link.url for link in page.links})
    assert words_seen > 1_000
    assert words_kept >= LEAST_WORDS * words_seen
    assert links_kept >= LEAST_LINKS * links_seen


def ways_out(html: str) -> set[str]:
    """Where the links lead that a person sees with words in them, by the plainest rules."""
    tree = drawn(html)
    here = Url.parse(URL)
    base = tree.css_first("base[href]")
    if base is not None:
        here = here.join(base.attributes.get("href") or "")
    found: set[str] = set()
    for node in tree.css("body a[href]"):
        href = (node.attributes.get("href") or "").strip("\t\n\f\r ")
        same = not href or href.startswith("#")
        if same or not is_seen(node) or not seen(node).strip():
            continue
        try:
            target = here.join(href)
        except ValueError:
            continue
        if target.is_web and len(target.href) <= MAX_URL and "@" not in target.href:
            found.add(target.href)
    return {href for href in found if not href.startswith(f"{URL}#")}


def is_seen(node: LexborNode | None) -> bool:
    """Whether nothing around *node* keeps it from being drawn."""
    while node is not None and node.is_element_node:
        if node.tag in SKIPPED or is_left_out(node):
            return False
        node = node.parent
    return True
