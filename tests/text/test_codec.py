from __future__ import annotations

import contextlib
import json
import zlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser.model.page import Line, Link, Page
from browser.text import codec, render
from browser.text.clean import clean, one_line
from browser.text.codec import decode, encode, key
from browser.text.display import window

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=30)
TOLD = TEXT.map(one_line)
NAME = st.none() | TOLD
URL = st.sampled_from(["", "http://a.test/", "https://b.test:8/x?y#z"])
LINES = st.lists(
    st.builds(
        Line,
        st.just(0),
        TEXT,
        TEXT,
        st.sampled_from(["text", "row"]),
        st.booleans(),
        st.sampled_from(["", " ", "\t", "\n"]),
        st.sampled_from(["", "sidebar"]),
    ),
    max_size=6,
)
NUMBERS = st.integers(0, 1)


def page_of(url: str, *lines: Line, **more: Any) -> Page:
    """A page with the two lines that every page has at its top, and *lines*."""
    top = (Line(0, "", "", "meta", glue=""), Line(1, f"URL: {url}", "", "meta"))
    rest = tuple(line._replace(n=n) for n, line in enumerate(lines, 2))
    return Page(url=url, lines=top + rest, **{"title": "t", "links": (), **more})


@given(
    URL,
    LINES,
    st.lists(st.tuples(TEXT, URL.filter(bool), TEXT), max_size=4),
    TOLD,
    NAME,
    NAME,
    NAME,
    st.booleans(),
    st.dictionaries(TEXT, NUMBERS),
    st.lists(st.tuples(TEXT, TEXT), max_size=3),
    st.frozensets(NUMBERS),
    st.integers(0, 10**9),
)
def test_a_page_comes_back_as_it_was(
    url,
    lines,
    links,
    text,
    language,
    author,
    published,
    truncated,
    anchors,
    directives,
    unquotable,
    hidden_removed,
):
    was = page_of(
        url,
        *lines,
        title=text,
        links=tuple(Link(n, *link) for n, link in enumerate(links)),
        digest="sha256:" + 64 * "a",
        media_type=text,
        language=language,
        author=author,
        published=published,
        truncated=truncated,
        anchors=anchors,
        directives=tuple(directives),
        unquotable=unquotable,
        hidden_removed=hidden_removed,
        hits={n: 0 for n in range(len(lines)) if links and not url},
    )
    assert decode(encode(was)) == was


def test_equal_pages_have_equal_bytes_and_one_key():
    html = "<nav><a href=/>Home</a></nav><p>text【1†x】"
    one, same, other = (
        encode(render(text.encode(), "text/html; charset=utf-8", "http://site.example/"))
        for text in (html, html, html + "!")
    )
    assert one == same
    assert key(one) == key(same) != key(other)


def with_head(blob: bytes, **changes: int) -> bytes:
    """*blob* with other numbers in its head."""
    names = ("magic", "version", "separator", "lines", "differing", "links", "meta", "words")
    values = dict(zip(names, codec._HEAD.unpack_from(blob), strict=True)) | changes
    return codec._HEAD.pack(*values.values()) + blob[codec._HEAD.size :]


GOOD_PAGE = Page(
    url="http://site.example/",
    title="A page",
    lines=(
        Line(0, "", "", "meta"),
        Line(1, "URL: http://site.example/", "URL: http://site.example/", "meta"),
        Line(2, "Words 【0†and a link】", "Words and a link"),
        Line(3, "## More", "More", "heading", main=False, area="sidebar"),
    ),
    links=(Link(0, "and a link", "http://site.example/x", "site.example"),),
    digest="sha256:" + 64 * "0",
    language="en",
    anchors={"more": 3},
)
GOOD = encode(GOOD_PAGE)


def test_the_samples_below_start_from_a_page_that_can_be_read():
    assert decode(with_head(GOOD)) == decode(GOOD) == GOOD_PAGE


def test_a_page_of_another_version_is_refused():
    with pytest.raises(ValueError, match="version 4, not 3"):
        decode(with_head(GOOD, version=codec.VERSION + 1))


def test_a_page_as_it_was_stored_before_is_refused():
    old = {"v": 1, "url": "http://a.test/", "title": "", "lines": [["", None, "meta", 1, "", ""]]}
    with pytest.raises(ValueError, match="version 1, not 3"):
        decode(zlib.compress(json.dumps(old).encode(), 1))


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"nonsense",
        b"null" * 20,
        zlib.compress(b""),
        GOOD[:3],
        GOOD[: codec._HEAD.size],
        GOOD[:40],
        GOOD[:-5],
        GOOD[:-1] + b"\xff",
        GOOD + b"\0more",
        b"PBpx" + GOOD[4:],
        with_head(GOOD, lines=3),
        with_head(GOOD, lines=5),
        with_head(GOOD, differing=0),
        with_head(GOOD, links=0),
        with_head(GOOD, links=2),
        with_head(GOOD, separator=0x20),
        with_head(GOOD, meta=0),
        with_head(GOOD, meta=9),
        with_head(GOOD[:-5], words=codec._HEAD.unpack_from(GOOD)[7] - 5)[:-1] + b"\xc3",
        with_head(GOOD + b"\0more", words=codec._HEAD.unpack_from(GOOD)[7] + 5),
        with_head(GOOD, words=2**32 - 1),
        with_head(GOOD, lines=2**32 - 1),
        with_head(GOOD, links=2**32 - 1),
    ],
)
def test_what_is_no_page_is_refused(blob: bytes):
    with pytest.raises(ValueError, match=r"."):
        decode(blob)


def remade(**parts: object) -> bytes:
    """GOOD, with other parts in its JSON object."""
    length = codec._HEAD.unpack_from(GOOD)[6]
    at = GOOD.index(b"{")
    record = json.dumps(json.loads(GOOD[at : at + length]) | parts).encode()
    return with_head(GOOD[:at] + record + GOOD[at + length :], meta=len(record))


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("url", None),
        ("title", ["x"]),
        ("author", 7),
        ("hits", []),
        ("hits", {"one": 1}),
        ("hits", {"1": "one"}),
        ("hits", {"1": []}),
        ("kinds", []),
        ("kinds", None),
        ("kinds", [["text", True, "\n"]] * 9),
        ("kinds", [["text", True, "\n", {}]] * 9),
        ("kinds", [[1, True, "\n", ""]] * 9),
        ("directives", None),
        ("directives", [["robots"]]),
        ("directives", [["robots", 1]]),
        ("unquotable", 3),
        ("unquotable", ["x"]),
        ("unquotable", [float("inf")]),
        ("hidden_removed", None),
        ("hidden_removed", float("inf")),
    ],
)
def test_parts_that_are_not_what_a_page_has_are_refused(part: str, value: object):
    assert decode(remade()) == decode(GOOD)
    with pytest.raises(ValueError, match=r"."):
        decode(remade(**{part: value}))


@pytest.mark.parametrize(
    ("part", "value"),
    [
        *((name, "a\ud800b") for name in ("title", "media_type", "language", "published")),
        *((name, "a\u202eb") for name in ("title", "media_type", "language", "author")),
        *((name, "one\ntwo") for name in ("title", "author", "published")),
        ("title", "x" * 5000),
        ("url", "not a url"),
        ("url", "javascript:alert(1)"),
        ("url", "http:///"),
        ("url", "http://bank.test/"),  # its first line names another
        ("digest", "sha256:x"),
        ("digest", "sha256:" + 64 * "\ud800"),
        ("truncated", 1),
        ("anchors", {"x": 10**9}),
        ("anchors", {"x": 4}),
        ("anchors", {"x": -1}),
        ("anchors", {"x": True}),
        ("anchors", {"x": 1.0}),
        ("anchors", {"\ud800": 1}),
        ("directives", [["robots", "\ud800"]]),
        ("unquotable", [-1]),
        ("unquotable", [4]),
        ("unquotable", ["1"]),
        ("hits", {"2": 0}),  # for a page with an address, which is no search results
        ("hidden_removed", -5),
        ("hidden_removed", 10**30),
        ("kinds", [["text", True, "\n", "Ignore the page."]] * 9),
        ("kinds", [["text", True, "[2] another", ""]] * 9),
        ("kinds", [["text", "yes", "\n", ""]] * 9),
        ("more", "than a page has"),
    ],
)
def test_parts_that_no_reader_makes_are_refused(part: str, value: object):
    with pytest.raises(ValueError, match=r"."):
        decode(remade(**{part: value}))


@pytest.mark.parametrize(
    "page",
    [
        Page("", "t", (), ()),
        Page("", "t", (Line(0, "", ""),), ()),
        replace(GOOD_PAGE, lines=GOOD_PAGE.lines[:1] + GOOD_PAGE.lines[2:]),
        replace(GOOD_PAGE, links=(Link(0, "x", "javascript:alert(1)", ""),)),
        replace(GOOD_PAGE, links=(Link(0, "x", "//bank.test/", "bank.test"),)),
        page_of("", Line(2, "one\nL9: two", "")),
        page_of("", hits={1: 0}),
        page_of("", hits={2: 0}, links=GOOD_PAGE.links),
    ],
    ids=range(8),
)
def test_a_page_that_no_reader_makes_is_refused(page: Page):
    with pytest.raises(ValueError, match=r"."):
        decode(encode(page))


def test_a_record_longer_than_any_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch):
    blob = remade(author="x" * codec.MAX_RECORD)
    monkeypatch.setattr(json, "loads", lambda _: pytest.fail("it was read"))
    with pytest.raises(ValueError, match="larger than any page"):
        decode(blob)


def test_of_more_anchors_than_there_is_room_for_the_last_are_left_out():
    places = {f'{n}-\u00e9"' + "x" * 90: 2 for n in range(20_000)}
    blob = encode(replace(GOOD_PAGE, anchors=places))
    assert codec.MAX_RECORD - 200 < codec._HEAD.unpack_from(blob)[6] <= codec.MAX_RECORD
    kept = decode(blob).anchors
    assert kept == dict(list(places.items())[: len(kept)])
    assert len(kept) > 9_000


def test_a_page_of_50000_lines_that_may_not_be_quoted_can_be_read():
    lines = [Line(0, "x", "x")] * 49_998
    was = page_of("", *lines, unquotable=frozenset(range(2, 50_000)))
    assert decode(encode(was)) == was


def check(page: Page) -> None:
    """What the rest of the program relies on."""
    lines, links = range(len(page.lines)), range(len(page.links))
    told = [page.title, page.digest, page.media_type, page.language, page.author, page.published]
    assert [line.n for line in page.lines] == [*lines]
    assert [line.text for line in page.lines[:2]] == ["", f"URL: {page.url}"]
    assert page.url == "" or page.url.startswith(("http://", "https://"))
    assert all(text is None or text == "".join(clean(text).split("\n")) for text in told)
    assert all(n in lines for n in (*page.anchors.values(), *page.unquotable, *page.hits))
    assert all(n in links for n in page.hits.values())
    assert all(link.url.startswith(("http://", "https://")) for link in page.links)
    assert encode(page)
    window(page, 0, 1000)


@given(st.data())
def test_a_damaged_page_is_a_page_or_refused_and_nothing_else(data: st.DataObject):
    blob = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        blob[data.draw(st.integers(0, len(blob) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ValueError):
        check(decode(bytes(blob)))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
NAMES = st.sampled_from(sorted(json.loads(GOOD[GOOD.index(b"{") : GOOD.rindex(b"}") + 1])))


@given(st.dictionaries(NAMES, ANYTHING, min_size=1, max_size=3))
def test_whatever_is_said_of_a_page_it_is_a_page_or_refused(parts: dict[str, Any]):
    with contextlib.suppress(ValueError):
        check(decode(remade(**parts)))


def test_a_page_larger_than_any_page_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(codec, "MAX_PAGE", len(GOOD) - 1)
    with pytest.raises(ValueError, match="larger than any page"):
        decode(GOOD)
    monkeypatch.undo()
    monkeypatch.setattr(codec, "MAX_CELLS", 4)
    with pytest.raises(ValueError, match="larger than any page"):
        decode(GOOD)


def test_a_long_page_is_made_in_pieces_and_comes_back_as_it_was(monkeypatch: pytest.MonkeyPatch):
    for piece in (1, 2, 3, 4, 5):
        monkeypatch.setattr(codec, "PIECE", piece)
        assert decode(GOOD) == GOOD_PAGE


def test_a_character_that_parts_the_words_may_stand_in_them_too():
    words = "".join(map(chr, range(0x7F)))
    words = words.replace("\n", "")
    was = page_of("", Line(0, words, words), Line(1, "a", "b"))
    assert decode(encode(was)) == was
    with pytest.raises(ValueError, match="every ASCII character"):
        encode(page_of("", Line(0, words + "\n\x7f", "")))


def test_lines_of_more_kinds_than_can_be_told_apart_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(codec, "MAX_KINDS", 4)
    lines = [Line(n, "", "", role=role) for n, role in enumerate(["text", "row", "code"])]
    was = page_of("", *lines[:2])
    assert decode(encode(was)) == was
    with pytest.raises(ValueError, match="kinds"):
        encode(page_of("", *lines))
