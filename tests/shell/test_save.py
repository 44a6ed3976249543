"""The conversation as Markdown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from browser.shell.commands import Mistake
from browser.shell.save import for_people, markdown, write

URL = "http://a.test/x?y=(1)"
DONE: dict[str, Any] = {
    "sources": [
        {"url": URL, "title": "<b>Bold</b> [x](http://evil.test/) *y*", "domain": "a.test",
         "fetched_at": "2026-01-02T03:04:05Z", "quotes": ["q1"]},
        {"url": "http://b.test/", "title": "", "domain": "b.test",
         "fetched_at": "2026-01-02T03:04:05Z", "quotes": []},
    ],
    "quotes": [
        {"id": "q1", "text": "# One\n* two\n</blockquote><script>x</script>",
         "source_url": f"{URL}#:~:text=One", "citation": "【1†L2-L4】"},
    ],
    "steps": [
        {"failure": None},
        {"failure": {"message": "Click failed: robots.txt of _c.test_ disallows this page."}},
    ],
}  # fmt: skip


def test_what_was_read_and_quoted_stands_in_it_and_nothing_of_it_becomes_markup():
    html = MarkdownIt("commonmark").render(markdown(DONE))
    assert html.count("<h2>") == 3
    assert "&lt;b&gt;Bold&lt;/b&gt; [x](http://evil.test/) *y*</h2>" in html
    assert "# One<br />\n* two<br />\n&lt;/blockquote&gt;&lt;script&gt;" in html
    assert f'href="{URL}#:~:text=One"' in html
    assert html.count("<a href") == 3
    assert "<h2>Untitled</h2>" in html
    assert "<li>Click failed: robots.txt of _c.test_ disallows this page.</li>" in html


def test_a_conversation_that_has_done_nothing_is_written_too():
    assert markdown({}) == "# What was read\n"


def test_an_address_cannot_leave_its_link():
    bad = {**DONE["sources"][1], "url": "http://b.test/> [x](http://evil.test/) \n# y"}
    html = MarkdownIt("commonmark").render(markdown({"sources": [bad]}))
    assert html.count("<a ") == 1
    assert "<h1>y" not in html


def test_what_needs_no_escape_has_none():
    text = markdown(DONE)
    assert "read 2026-01-02T03:04:05Z" in text
    assert "Click failed: robots.txt of \\_c.test\\_ disallows this page." in text


@pytest.mark.parametrize(
    "line",
    ["- a", "+ a", "1. a", "12) a", "===", "---", "~~~", "~~struck~~", "&amp; &#60; a & b", "> a",
     "`code`", "* * *", "    indented", "![a](http://evil.test/)", "a.b - c (d) | e + f! $x$"],
)  # fmt: skip
def test_a_quoted_line_stays_the_words_that_it_is(line: str):
    quote = {**DONE["quotes"][0], "text": f"Before\n{line}\nafter"}
    html = (
        MarkdownIt("commonmark")
        .enable("strikethrough")
        .render(markdown({**DONE, "quotes": [quote], "steps": []}))
    )
    for tag in ("<ul", "<ol", "<hr", "<h3", "<code", "<s>", "<img", "<em"):
        assert tag not in html
    assert html.count("<h2>") == 2
    shown = line.strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert f"Before<br />\n{shown}<br />\nafter" in html


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "Click failed: robots.txt of a.test says no. Do not retry; choose another source.",
            "Click failed: robots.txt of a.test says no.",
        ),
        ("Click failed: a.test answered 403. Choose another source.",
         "Click failed: a.test answered 403."),
        ("Click failed: no. Do not retry; choose another source, or give the person the address.",
         "Click failed: no."),
        ("Click failed: late. Try again in 5 s, or choose another source.",
         "Click failed: late. Try again in 5 s, or choose another source."),
        ("Choose another source.", "Choose another source."),
    ],
)  # fmt: skip
def test_advice_for_models_is_left_out(message: str, said: str):
    assert for_people(message) == said


def test_a_failure_comes_with_its_address():
    failure = {"message": "Click failed: no.", "url": "http://a_b.test/x_y"}
    assert markdown({"steps": [{"failure": failure}]}).endswith(
        "* Click failed: no. <http://a_b.test/x_y>\n"
    )


def test_a_file_that_cannot_be_written_is_told_in_words(tmp_path: Path):
    there = tmp_path / "there.md"
    assert write(str(there), "x") == there
    for name, said in (
        (str(there), "is there already"),
        (str(tmp_path / "none" / "a.md"), "There is no folder"),
        (str(there / "a.md"), "is no folder"),
        ("a\0b", "cannot be written"),
        ("~nobody-of-that-name/a.md", "cannot be written"),
        (str(tmp_path / ("n" * 300)), "cannot be written: file name too long"),
    ):
        with pytest.raises(Mistake, match=said) as told:
            write(name, "y")
        assert "Errno" not in str(told.value)
    assert there.read_text() == "x"
