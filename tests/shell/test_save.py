"""The conversation as Markdown."""

from __future__ import annotations

from typing import Any

from markdown_it import MarkdownIt

from browser.shell.save import markdown

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
