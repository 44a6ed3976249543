"""What an answer becomes, at its edges: streamed, in code, hostile, long."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from browser.errors import UsageError
from browser.model.signals import Signals
from browser.resolve import Style, resolved
from browser.targets import Shown
from tests.citations.answers import ARTICLE, BEHIND, answered, shown
from tests.text.pages import made

STYLES: tuple[Style, ...] = ("markdown", "plain", "keep")
PIECES = st.sampled_from(
    ["a", " ", "  ", ".", "\n", "\n\n", "`", "``", "```", "~~~", "\\", "- ", "> ", "# ", "é", "😀",
     "e\u0301", "👩\u200d🚀", "【", "】", "†", "L", "1", "【1†L2】", "【99†L1】",
     "【1†L2】【3†L2】", "【1†a`b】", "【1†L2, L4】", "【1†L2-】", '"lamp was lit"', "|", "*"]
)  # fmt: skip
ANSWERS = st.lists(PIECES, max_size=14).map("".join)


@settings(max_examples=200, deadline=None)
@given(ANSWERS, st.sampled_from(STYLES))
@example("A claim 【99†L1】b", "markdown")
@example("`a 【1†L2】`` b`", "markdown")
@example("`a 【1†L2】\n- b`", "markdown")
@example("```【1†L2】`", "markdown")
def test_what_was_shown_of_an_answer_that_is_still_written_stays(answer: str, style: Style):
    whole = answered(answer, style)
    before = ""
    for at in range(len(answer) + 1):
        done = answered(answer[:at], style, partial=True)
        assert done.text.startswith(before), (answer[:at], before, done.text)
        assert 0 <= done.holdback <= at
        assert done.annotations == whole.annotations[: len(done.annotations)]
        assert done.unresolved == whole.unresolved[: len(done.unresolved)]
        before = done.text
    assert whole.text.startswith(before)
    assert answered(answer, style) == whole


@settings(max_examples=120, deadline=None)
@given(ANSWERS, st.sampled_from(STYLES), st.booleans())
def test_indices_name_what_they_say(answer: str, style: Style, verify: bool):
    done = answered(answer, style, verify=verify)
    at = 0
    for note in done.annotations:
        assert at <= note["start_index"] < note["end_index"]
        shown_as = done.text[note["start_index"] : note["end_index"]]
        assert shown_as[0] in "[【"
        assert shown_as[-1] in ")]】"
        at = note["end_index"]
    for fault in done.misquoted:
        assert done.text[fault["start_index"] : fault["end_index"]] == fault["text"]


@given(ANSWERS)
def test_where_no_marker_leads_anywhere_nothing_is_invented(answer: str):
    done = resolved(answer, "markdown", dict.fromkeys(BEHIND, BEHIND[99]), {})
    assert "](" not in done.text.replace("](", "", answer.count("]("))
    assert (done.annotations, done.sources) == ([], [])


@pytest.mark.parametrize("code", ["`{}`", "``a ` {}``", "```\n{}\n```", "~~~py\n{}", "- ```\n  {}"])
def test_a_marker_in_code_stays_in_markdown_and_is_still_told(code: str):
    done = answered(code.format("x 【1†L2】 y"))
    assert done.text == code.format("x 【1†L2】 y")
    [note] = done.annotations
    assert done.text[note["start_index"] : note["end_index"]] == "【1†L2】"
    assert answered(code.format("【1†L2】"), "plain").text == code.format("[1]")


@pytest.mark.parametrize("text", ["a ` b {} c", "\\`{}\\`", "``{}`", "`a`{}`b`", "`x\n\n{}`"])
def test_what_only_looks_like_code_is_linked(text: str):
    assert "](https://harbour.example" in answered(text.format("【1†L2】")).text


def test_adjacent_markers_become_links_side_by_side():
    text = answered("So 【1†L2】【1†L3】 【99†L1】【3†L2】.", "plain").text
    assert text == "So [1][1] [2]."
    html = MarkdownIt().render(answered("So 【1†L2】【1†L3】.").text)
    assert html.count("<a ") == 2


@pytest.mark.parametrize(
    ("marker", "lines"),
    [
        ("【1†L0】", (0, 0)), ("【1†L1】", (1, 1)), ("【1†L0-L1】", (0, 1)),
        ("【1†L1-L2】", (1, 2)), ("【1†L2−L3】", (2, 3)),
        ("【1†L2—3】", (2, 3)), ("【1† L2 – L3 】", (2, 3)),
    ],
)  # fmt: skip
def test_lines_at_the_top_and_other_dashes_are_lines(marker: str, lines: tuple[int, int]):
    [note] = answered(marker).annotations
    assert (note["start_line"], note["end_line"]) == lines
    assert bool(note["cited_text"]) == (lines[1] >= 2)


@pytest.mark.parametrize(
    "marker", ["【1†L3-L2】", "【1†L8】", "【1†L2-L99】", "【1†L999999999】", "【0†L2】"]
)
def test_reversed_and_missing_lines_are_reported(marker: str):
    done = answered(f"So {marker}.")
    assert done.unresolved == [{"marker": marker, "reason": "unknown_line"}]
    assert done.text == "So."


def test_a_range_of_result_lines_leads_to_the_result():
    [note] = answered("【0†L3-L4】").annotations
    assert (note["url"], note["title"]) == ("https://lamp.example/", "Lamp")
    assert answered("【0†L3-L9】").unresolved


HOSTILE = [
    "https://h.example/)](javascript:alert(1)", "https://h.example/a|b`c`<script>",
    "https://h.example/?q=&lt;b&#106;", "https://h.example/\\)x", "https://h.example/?a=[x](y)",
]  # fmt: skip


@pytest.mark.parametrize("url", HOSTILE)
def test_an_address_stays_inside_its_link(url: str):
    page = shown(made("Words that are [cited](javascript:x)\n here", url=url))
    done = resolved("A 【5†L2】 b", "markdown", {5: page}, {})
    tokens = MarkdownIt().enable("table").parseInline(done.text)[0].children
    assert tokens is not None
    assert [token.type for token in tokens] == ["text", "link_open", "text", "link_close", "text"]
    assert tokens[0].content + tokens[-1].content == "A  b"
    assert tokens[2].content == "h.example"
    address = str(tokens[1].attrs["href"])
    assert address.startswith("https://h.example/")
    assert ("&lt;b&#106;" in address) == ("&lt;" in url), "an entity of Markdown is none here"
    row = MarkdownIt().enable("table").render(f"| a | b |\n|---|---|\n| {done.text} | c |")
    assert row.count("<td>") == 2


def test_a_host_s_name_cannot_format():
    page = shown(made("Words.", url="https://a`*b*`.example/"))
    done = resolved("`x 【5†L2】 ` 【5†L2】", "markdown", {5: page}, {})
    html = MarkdownIt().render(done.text)
    assert "<em>" not in html
    assert html.count("<a ") == 1


def test_a_page_s_limit_holds_for_the_whole_answer():
    page = shown(ARTICLE.page, signals=Signals(quote_max=40))
    done = resolved("【1†L2】 【1†L3】 【1†L4】", "plain", {1: page}, {})
    assert 0 < sum(len(note["cited_text"]) for note in done.annotations) <= 40


def test_lone_surrogates_do_no_harm():
    assert answered("\ud800 【1†L2】", "plain").text == "\ud800 [1]"


def test_a_very_long_answer_of_many_places_is_resolved():
    many: dict[int, Shown | UsageError] = {
        1: shown(made(*(f"Sentence number {n} of the page." for n in range(9000))))
    }
    answer = "".join(f'"number {n} of" `x` 【1†L{n + 2}】. ' for n in range(9000))[:200_000]
    done = resolved(answer, "markdown", many, {}, verify=True)
    assert len(done.annotations) > 4000
    assert done.misquoted == []


@pytest.mark.parametrize(
    "text",
    ["`" * 200_000, "【1†" * 60_000, '"a ' * 60_000, "\\" * 200_000, "“" * 200_000,
     "`` ` " * 40_000, "‚a b " * 40_000, ". " * 100_000, "- `\n" * 50_000, '"a b" ' * 33_000,
     "」「" * 100_000],
    ids=lambda text: text[:4].encode().hex(),
)  # fmt: skip
def test_no_answer_takes_long_whatever_it_repeats(text: str):
    """Each takes less than a second; were it to grow with the square, the test's time ends."""
    done = resolved(f"{text}【1†L2】", "markdown", BEHIND, {}, verify=True, partial=True)
    assert done.text.startswith(text[:1])
