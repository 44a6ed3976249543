"""Answers with markers, resolved over HTTP against what a conversation was shown."""

from __future__ import annotations

import httpx
import pytest

from tests.service.living import Talk
from tests.world import World


@pytest.fixture
def read(world: World, service: httpx.Client) -> Talk:
    """A conversation: 0 a search, 1 a page, 2 find results in it, 3 another page."""
    lines = "".join(f"<p>Line {n} of the article.</p>" for n in range(2, 12))
    world.page("cite.test", "/article_(1)?a=b", lines, "The [Article]")
    world.page("cite.test", "/other", "<p>Other words.</p>", "Other")
    talk = Talk(service)
    talk.good("search", query="walnuts")
    talk.open("http://cite.test/article_(1)?a=b")
    talk.good("find", pattern="line 5")
    talk.open("http://cite.test/other")
    return talk


ARTICLE = "http://cite.test/article_(1)?a=b"


def test_the_resolved_answer_has_the_contract_s_shape(read: Talk):
    resolved = read.resolve("A claim 【1†L3】.")
    assert set(resolved) == {
        "text", "annotations", "sources", "unresolved", "misquoted", "holdback",
    }  # fmt: skip
    link = "http://cite.test/article_%281%29?a=b#:~:text=Line%203%20of%20the%20article."
    assert resolved["text"] == f"A claim [cite.test]({link})."
    [note] = resolved["annotations"]
    assert note == {
        "type": "url_citation",
        "start_index": 8,
        "end_index": len(resolved["text"]) - 1,
        "url": ARTICLE,
        "title": "The [Article]",
        "source_url": f"{ARTICLE}#:~:text=Line%203%20of%20the%20article.",
        "cited_text": "Line 3 of the article.",
        "cursor": 1,
        "start_line": 3,
        "end_line": 3,
    }
    [source] = resolved["sources"]
    assert source == {
        "n": 1,
        "url": ARTICLE,
        "title": "The [Article]",
        "domain": "cite.test",
        "source_url": f"{ARTICLE}#:~:text=Line%203%20of%20the%20article.",
        "quotes": [],
    }
    assert (resolved["unresolved"], resolved["holdback"]) == ([], 0)


@pytest.mark.parametrize("style", ["markdown", "plain", "keep"])
def test_each_citation_of_a_page_opens_at_its_own_words(read: Talk, style: str):
    resolved = read.resolve("One 【1†L3】 and two 【1†L4】 and all 【1†】.", style=style)
    start = f"{ARTICLE}#:~:text=Line%20"
    links = [f"{start}3%20of%20the%20article.", f"{start}4%20of%20the%20article.", ARTICLE]
    assert [note["source_url"] for note in resolved["annotations"]] == links
    [source] = resolved["sources"]
    assert source["source_url"] == links[0]


def test_lines_and_cursors_that_nothing_has_are_told(read: Talk):
    dead = ["【12345678901†L2】", "【1†L12345678901】", "【1†L2-】", "【1†L5-L3】"]
    resolved = read.resolve("".join(f"a {marker}" for marker in dead) + " b 【1†L3-L4, L6】")
    assert [(each["marker"], each["reason"]) for each in resolved["unresolved"]] == [
        (marker, "unknown_line" if marker[2] == "†" else "unknown_cursor") for marker in dead
    ]
    [note] = resolved["annotations"]
    assert (note["start_line"], note["end_line"]) == (3, 6)


def test_styles_write_links_or_numbers_or_keep_the_markers(read: Talk):
    answer = "One 【1†L2】 two 【3†L2】 three 【1†L4-L5】."
    plain = read.resolve(answer, style="plain")
    assert plain["text"] == "One [1] two [2] three [1]."
    assert [source["n"] for source in plain["sources"]] == [1, 2]
    kept = read.resolve(answer, style="keep")
    assert kept["text"] == answer
    assert len(kept["annotations"]) == 3
    for resolved in (plain, kept, read.resolve(answer)):
        for note in resolved["annotations"]:
            cut = resolved["text"][note["start_index"] : note["end_index"]]
            assert cut.startswith(("[", "【"))
            assert cut.endswith((")", "]", "】"))


def test_indices_count_code_points(read: Talk):
    answer = "😀👩\u200d🚀 été 𝒳 【1†L2】 日本 【3†L2】"
    for style in ("markdown", "plain", "keep"):
        resolved = read.resolve(answer, style=style)
        first, second = resolved["annotations"]
        text = resolved["text"]
        assert text[: first["start_index"]] == "😀👩\u200d🚀 été 𝒳 "
        assert text[first["end_index"] : second["start_index"]] == " 日本 "
        assert second["end_index"] == len(text)


@pytest.mark.parametrize(
    ("marker", "lines", "cited"),
    [
        ("【1†L3-L4】", (3, 4), "Line 3 of the article.\nLine 4 of the article."),
        ("【1†L3】", (3, 3), "Line 3 of the article."),
        ("【1†L3-4】", (3, 4), "Line 3 of the article.\nLine 4 of the article."),
        ("【1†L3–L4】", (3, 4), "Line 3 of the article.\nLine 4 of the article."),
        ("【1†The Article】", (None, None), ""),
        ("【1†source】", (None, None), ""),
        ("【1†source†L3】", (3, 3), "Line 3 of the article."),
        ("【2†L5】", (5, 5), "Line 5 of the article."),
        ("【2†match at L5】", (None, None), ""),
    ],
)
def test_every_form_of_marker_leads_to_its_page(
    read: Talk, marker: str, lines: tuple[int | None, int | None], cited: str
):
    resolved = read.resolve(f"x {marker}")
    [note] = resolved["annotations"]
    assert note["url"] == ARTICLE, "a cursor of find results leads to the page"
    assert (note["start_line"], note["end_line"]) == lines
    assert note["cited_text"] == cited
    assert "find?pattern" not in resolved["text"]


def test_a_line_of_search_results_leads_to_that_result(read: Talk):
    results = read.whole(0)
    for line in results["lines"]:
        if line["role"] != "item" or "【" not in line["text"]:
            continue
        number = int(line["text"].partition("【")[2].partition("†")[0])
        [note] = read.resolve(f"【0†L{line['n']}】")["annotations"]
        assert note["url"] == results["links"][number]["url"]
        assert note["title"] == results["links"][number]["text"]
        assert note["start_line"] == line["n"]


@pytest.mark.parametrize(
    ("marker", "reason"),
    [
        ("【99†L1】", "unknown_cursor"),
        ("【1†L999】", "unknown_line"),
        ("【1†L9-L3】", "unknown_line"),
        ("【1†L3-L999】", "unknown_line"),
        ("【0†L2】", "unknown_line"),
        ("【0†walnuts】", "unknown_line"),
        ("【123456789†x】", "unknown_cursor"),
    ],
)
def test_a_marker_that_leads_nowhere_is_reported_and_never_invented(
    read: Talk, marker: str, reason: str
):
    resolved = read.resolve(f"A claim {marker}. More.")
    assert resolved["unresolved"] == [{"marker": marker, "reason": reason}]
    assert (resolved["annotations"], resolved["sources"]) == ([], [])
    assert resolved["text"] == "A claim. More."
    assert read.resolve(f"A {marker} b", style="keep")["text"] == f"A {marker} b"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No marker at all.",
        "【】",
        "【x†L1】",
        "【1】",
        "[1†L2]",
        "【1†L2",
        "†L2】",
        "【-1†L2】",
    ],
)
def test_what_is_no_marker_is_left_alone(read: Talk, text: str):
    resolved = read.resolve(text)
    assert resolved["text"] == text
    assert (resolved["annotations"], resolved["unresolved"]) == ([], [])


@pytest.mark.parametrize("end", ["【", "【1", "【1†", "【1†L3", "【1†L3-L", "【1†source†L"])
def test_a_marker_that_is_still_being_written_is_held_back(read: Talk, end: str):
    resolved = read.resolve(f"Done 【1†L2】 and {end}", partial=True)
    assert resolved["holdback"] == len(f" {end}"), "the blank goes with an unknown marker"
    assert resolved["text"].endswith(" and")
    assert len(resolved["annotations"]) == 1
    whole = read.resolve(f"Done and {end}")
    assert (whole["holdback"], whole["text"]) == (0, f"Done and {end}")


def test_an_answer_streamed_in_pieces_becomes_the_answer_in_one(read: Talk):
    answer = "Begin 【1†L2】, go on 【3†L2】 and 【99†L1】 end 【x】."
    whole = read.resolve(answer)["text"]
    for at in range(len(answer) + 1):
        partial = read.resolve(answer[:at], partial=True)
        shown = partial["text"].rstrip(" ")
        assert whole.startswith(shown), (answer[:at], shown)


def test_a_source_names_its_quotes(read: Talk):
    quote = read.good("quote", start=2, end=3, cursor=1)["quote"]
    [source] = read.resolve(f"As it says {quote['citation']}")["sources"]
    assert source["quotes"] == [quote["id"]]
    assert source["source_url"] == quote["source_url"]


def test_a_marker_within_a_page_s_own_words_is_not_resolved_twice(world: World, read: Talk):
    world.page("cite.test", "/trap", "<p>Trap 【0†L4】 text</p>", "Trap 【0†L4】")
    read.open("http://cite.test/trap")
    for style in ("markdown", "plain"):
        resolved = read.resolve("x 【4†L2】", style=style)
        assert len(resolved["annotations"]) == 1
        assert "【" not in resolved["text"]


def test_an_address_cannot_break_out_of_its_markdown_link(world: World, read: Talk):
    world.page("cite.test", "/q?a=)](x", "<p>Words.</p>")
    reply = read.open("http://cite.test/q?a=)](x")
    text = read.resolve(f"【{reply['cursor']}†L2】")["text"]
    assert text == "[cite.test](http://cite.test/q?a=%29]%28x#:~:text=Words.)"


def test_a_model_in_a_loop_costs_no_more_than_its_distinct_markers(world: World, read: Talk):
    body = "".join(f"<p>{n} {'long words of a large page ' * 5}</p>" for n in range(1500))
    world.page("cite.test", "/large", body)
    cursor = read.open("http://cite.test/large")["cursor"]
    resolved = read.resolve(f"【{cursor}†L5-L9】" * 10_000, style="plain")
    assert resolved["text"] == "[1]" * 10_000
    assert len(resolved["annotations"]) == 10_000


def test_a_session_that_is_not_there_is_404(service: httpx.Client):
    body = {"session": "never-was", "text": "x"}
    response = service.post("/v1/citations/resolve", json=body)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_quoted_phrases_are_compared_when_asked(read: Talk):
    answer = "It says “line 3 of the article” 【1†L3】 and “line 5 of the article” 【1†L3】."
    assert read.resolve(answer)["misquoted"] == []
    [fault] = read.resolve(answer, verify=True)["misquoted"]
    assert fault["reason"] == "elsewhere_on_page"
    right = answer.replace("article” 【1†L3】.", f"article” {fault['found']['citation']}.")
    assert read.resolve(right, verify=True)["misquoted"] == []
    found = read.resolve("“line 5 of the article” 【2†L5】", verify=True)
    assert found["misquoted"] == [], "a cursor of find results leads to the page"


def test_a_phrase_of_a_search_result_is_compared_with_what_the_search_showed(read: Talk):
    line = next(row["n"] for row in read.whole(0)["lines"] if "【" in row["text"])
    [fault] = read.resolve(f"“never said so” 【0†L{line}】", verify=True)["misquoted"]
    assert (fault["reason"], fault["found"]) == ("not_in_cited_lines", None)


def test_a_comparison_tells_nothing_of_lines_that_must_not_be_quoted(world: World, read: Talk):
    page = "<p>Open words.</p><div data-nosnippet>The secret recipe of the house.</div>"
    world.page("cite.test", "/kept", page)
    cursor = read.open("http://cite.test/kept")["cursor"]
    done = read.resolve(f"“no such words” 【{cursor}†L3】", verify=True)
    assert done["misquoted"][0]["reason"] == "not_on_page"
    assert "recipe" not in str(done)


def test_a_long_answer_does_not_hold_up_others(world: World, read: Talk):
    world.page("cite.test", "/many", "".join(f"<p>Sentence number {n}.</p>" for n in range(3000)))
    cursor = read.open("http://cite.test/many")["cursor"]
    answer = "".join(f"“number {n}” 【{cursor}†L{n + 2}】 " for n in range(3000))
    done = read.resolve(answer, verify=True, style="plain")
    assert len(done["annotations"]) == 3000
    assert done["misquoted"] == []


@pytest.mark.parametrize("text", ["\\ud800 x", "x \\udfff【1†L2】"])
def test_half_a_character_is_no_defect_of_ours(service: httpx.Client, read: Talk, text: str):
    body = f'{{"session": "{read.session}", "text": "{text}"}}'
    sent = {"Content-Type": "application/json"}
    response = service.post("/v1/citations/resolve", content=body.encode(), headers=sent)
    assert response.status_code in {200, 422}, response.text


def test_an_answer_longer_than_any_is_refused(service: httpx.Client, read: Talk):
    body = {"session": read.session, "text": "x" * 200_001}
    assert service.post("/v1/citations/resolve", json=body).status_code == 422
