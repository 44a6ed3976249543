from __future__ import annotations

import contextlib
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser.model.page import Line, Link, Page
from browser.text import codec, render
from browser.text.codec import decode, encode, key

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
NAME = st.none() | TEXT
LINES = st.lists(
    st.builds(
        Line, st.just(0), TEXT, TEXT, st.sampled_from(["text", "row"]), st.booleans(), TEXT, TEXT
    ),
    max_size=6,
)


@given(
    LINES,
    st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=4),
    TEXT,
    NAME,
    NAME,
    NAME,
    st.booleans(),
    st.dictionaries(st.integers(0, 9), st.integers(0, 9)),
    st.lists(st.tuples(TEXT, TEXT), max_size=3),
    st.frozensets(st.integers(0, 9)),
    st.integers(0, 10**9),
)
def test_a_page_comes_back_as_it_was(
    lines,
    links,
    text,
    language,
    author,
    published,
    truncated,
    hits,
    directives,
    unquotable,
    hidden_removed,
):
    was = Page(
        url=text,
        title=text,
        lines=tuple(line._replace(n=n) for n, line in enumerate(lines)),
        links=tuple(Link(n, *link) for n, link in enumerate(links)),
        digest="sha256:x",
        media_type=text,
        language=language,
        author=author,
        published=published,
        truncated=truncated,
        directives=tuple(directives),
        unquotable=unquotable,
        hidden_removed=hidden_removed,
        hits=hits,
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
    digest="sha256:x",
    language="en",
    hits={2: 0},
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


@given(st.data())
def test_a_damaged_page_is_a_page_or_refused_and_nothing_else(data: st.DataObject):
    blob = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        blob[data.draw(st.integers(0, len(blob) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ValueError):
        assert isinstance(decode(bytes(blob)), Page)


def test_a_page_larger_than_any_page_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(codec, "MAX_PAGE", len(GOOD) - 1)
    with pytest.raises(ValueError, match="larger than any page"):
        decode(GOOD)
    monkeypatch.undo()
    monkeypatch.setattr(codec, "MAX_CELLS", 4)
    with pytest.raises(ValueError, match="larger than any page"):
        decode(GOOD)


def test_a_character_that_parts_the_words_may_stand_in_them_too():
    words = "".join(map(chr, range(0x7F)))
    was = Page("u", "t", (Line(0, words, words), Line(1, "a", "b")), ())
    assert decode(encode(was)) == was
    with pytest.raises(ValueError, match="every ASCII character"):
        encode(Page("u", "t", (Line(0, words + "\x7f", ""),), ()))


def test_lines_of_more_kinds_than_can_be_told_apart_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(codec, "MAX_KINDS", 2)
    lines = [Line(n, "", "", role=role) for n, role in enumerate(["text", "row", "code"])]
    assert decode(encode(Page("u", "t", tuple(lines[:2]), ()))).lines == tuple(lines[:2])
    with pytest.raises(ValueError, match="kinds"):
        encode(Page("u", "t", tuple(lines), ()))
