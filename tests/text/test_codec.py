from __future__ import annotations

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser.model.page import Line, Link, Page
from browser.text import codec
from browser.text.codec import decode, encode, key
from tests.text.pages import page

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
)
def test_a_page_comes_back_as_it_was(
    lines, links, text, language, author, published, truncated, hits
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
        hits=hits,
    )
    assert decode(encode(was)) == was


def test_equal_pages_have_equal_bytes_and_one_key():
    html = "<nav><a href=/>Home</a></nav><p>text【1†x】"
    assert encode(page(html)) == encode(page(html))
    assert key(encode(page(html))) == key(encode(page(html)))
    assert key(encode(page(html))) != key(encode(page(html + "!")))


def test_a_page_of_another_version_is_refused():
    record = json.loads(zlib.decompress(encode(page("<p>x"))))
    record["v"] = codec.VERSION + 1
    with pytest.raises(ValueError, match="version 2"):
        decode(zlib.compress(json.dumps(record).encode()))


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"nonsense",
        zlib.compress(b""),
        zlib.compress(b"[]"),
        zlib.compress(b"null"),
        zlib.compress(b"{}"),
        zlib.compress(b'{"v": 1}'),
        zlib.compress(b'{"v": 1, "url": "x"'),
        zlib.compress(b"\xff\xfe"),
        zlib.compress(b"[" * 100_000),
        encode(page("<p>x"))[:-5],
    ],
)
def test_what_is_no_page_is_refused(blob: bytes):
    with pytest.raises(ValueError, match=r"."):
        decode(blob)


def test_a_page_that_inflates_beyond_any_page_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(codec, "MAX_PAGE", 1000)
    with pytest.raises(ValueError, match="larger than any page"):
        decode(zlib.compress(b"x" * 2000))
