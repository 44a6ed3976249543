"""Where an address in running text begins and ends; GitHub Flavored Markdown 6.9 for the ends."""

from __future__ import annotations

import pytest

from browser.rules.mentions import MAX_FOUND, MAX_TEXT, mentions

CASES = {
    "a sentence ends behind an address": (
        "See https://a.com/x. And https://b.com/y, or https://c.com/z! https://d.com/?q=1?",
        ["https://a.com/x", "https://b.com/y", "https://c.com/z", "https://d.com/?q=1"],
    ),
    "a bracket that is not opened inside is around the address": (
        "(https://a.com/x) [https://b.com/] {https://c.com} (see https://d.com/y).",
        ["https://a.com/x", "https://b.com/", "https://c.com", "https://d.com/y"],
    ),
    "a bracket that is opened inside belongs to the address": (
        "https://a.com/Apple_(fruit) (https://b.com/x_(y))",
        ["https://a.com/Apple_(fruit)", "https://b.com/x_(y)"],
    ),
    "Markdown links and autolinks": (
        '[](https://a.com/x "title") [https://b.com](https://b.com/q) <https://c.com> [e](<d.com>)',
        ["https://a.com/x", "https://b.com", "https://b.com/q", "https://c.com", "https://d.com"],
    ),
    "emphasis and quotation marks": (
        "**https://a.com/** _https://b.com/_ 'https://c.com/x' “https://d.com” `https://e.com`",
        ["https://a.com/", "https://b.com/", "https://c.com/x", "https://d.com", "https://e.com"],
    ),
    "punctuation of Chinese and Japanese": (
        "「https://a.jp/x」、https://b.jp/y。（https://c.jp）https://d.cn/z，https://e.cn！",
        ["https://a.jp/x", "https://b.jp/y", "https://c.jp", "https://d.cn/z", "https://e.cn"],
    ),
    "letters that go on behind a host are text": (
        "请看https://a.com谢谢，example.com的页面，www.b.co.jp/xを見て",
        ["https://a.com", "https://example.com", "https://www.b.co.jp/x", "https://www.b.co.jp/xを見て"],
    ),
    "letters of a path or of a whole name belong to the address": (
        "https://zh.example.org/wiki/北京 https://例え.jp/パス bücher.example/ä",
        ["https://zh.example.org/wiki/北京", "https://例え.jp/パス", "https://bücher.example/ä"],
    ),
    "no scheme means https": (
        "example.com/x, www.a.org! b.com:8443/y?z=1#f",
        ["https://example.com/x", "https://www.a.org", "https://b.com:8443/y?z=1#f"],
    ),
    "neither e-mail addresses nor other schemes": (
        "me@example.com mailto:you@example.com ftp://files.example.com/x javascript://a.com/%0a",
        [],
    ),
    "neither abbreviations, numbers, paths nor handles": (
        "e.g. U.S.A. 3.14 192.0.2.1 src/main.py ./c.html @handle.example.com //a.com/x",
        [],
    ),
    "an address inside another is part of it": (
        "https://archive.example/2020/https://b.com/x",
        ["https://archive.example/2020/https://b.com/x"],
    ),
    "addresses in a row without spaces": (
        "https://a.com,https://b.com;https://c.com",
        ["https://a.com", "https://b.com", "https://c.com"],
    ),
    "what another parser might read as another host is kept as it is, to be refused": (
        r"http://a.com\@b.com/ http://user:word@c.com/",
        [r"http://a.com\@b.com/", "http://user:word@c.com/"],
    ),
    "a scheme alone names nothing": ("http:// https:// https://.", []),
    "each once, in order": ("b.com a.com https://b.com", ["https://b.com", "https://a.com"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "found"), CASES.values(), ids=CASES)
def test_an_address_in_a_message_ends_where_a_reader_sees_it_end(text, found):
    assert mentions(text) == found


def test_where_letters_go_on_behind_a_path_both_readings_are_found():
    assert mentions("https://a.com/x谢谢。") == ["https://a.com/x", "https://a.com/x谢谢"]


def test_what_stands_behind_the_longest_message_is_not_read():
    inside = "https://a.com/x "
    assert mentions(inside + "y" * MAX_TEXT + " https://b.com/") == ["https://a.com/x"]


def test_no_more_addresses_are_found_than_a_person_writes():
    assert len(mentions(" ".join(f"h{n}.com" for n in range(MAX_FOUND * 2)))) == MAX_FOUND


@pytest.mark.parametrize(
    "unit",
    ["a.", "a@", "http://", "x://", "a-", "(", ")", "谢a.com", "https://a.com/))", "-.", "a+", "é"],
)
@pytest.mark.timeout(10)
def test_no_message_is_slow_to_read(unit):
    assert len(mentions(unit * MAX_TEXT)) <= MAX_FOUND
