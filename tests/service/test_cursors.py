"""What a cursor means, for as long as a conversation lasts."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.service.living import Talk, serving
from tests.world import World


def numbered(count: int) -> str:
    return "".join(f"<p>Paragraph {n} of this page.</p>" for n in range(count))


def lines(text: str) -> dict[int, str]:
    rows = (re.fullmatch(r"L(\d+): (.*)", row) for row in text.split("\n"))
    return {int(row[1]): row[2] for row in rows if row}


def test_a_link_of_the_first_search_opens_the_first_search_s_result(talk: Talk):
    first = talk.good("search", query="apples")
    second = talk.good("search", query="walnuts ladder")
    assert first["links"][0]["url"] != second["links"][0]["url"]
    reply = talk.good("click", id=0, cursor=0)
    assert reply["page"]["url"] == first["links"][0]["url"]
    assert talk.good("click", id=0, cursor=1)["page"]["url"] == second["links"][0]["url"]


def test_an_address_with_a_fragment_opens_at_its_place(world: World, talk: Talk):
    body = numbered(200) + "<h2 id='über uns'>About</h2>" + numbered(200)
    world.page("cursor.test", "/places", body, "P")
    reply = talk.open("http://cursor.test/places#%C3%BCber%20uns")
    assert reply["page"]["lines"][0] == 202
    assert "L202: ## About" in reply["text"]
    back = talk.good("scroll", line=0)
    assert back["page"]["lines"][0] == 0
    whole = talk.open("http://cursor.test/places#nowhere")
    assert whole["page"]["lines"][0] == 0


def test_find_works_on_find_results_and_on_search_results(world: World, talk: Talk):
    world.page("cursor.test", "/f", "<p>alpha</p><p>beta gamma</p><p>gamma</p>", "F")
    talk.open("http://cursor.test/f")
    talk.fails("not_found", "find", pattern="delta")
    talk.good("find", pattern="alpha")
    again = talk.good("find", pattern="gamma")
    assert "# 【0†match at L3】" in again["text"]
    assert "# 【1†match at L4】" in again["text"]
    assert again["page"]["title"] == "Find results for text: `gamma` in `F`"
    talk.fails("not_found", "find", pattern="delta")
    assert talk.good("find", pattern="beta")["ok"]
    talk.good("search", query="apples")
    found = talk.good("find", pattern="harvest")
    assert found["page"]["kind"] == "find"
    assert talk.good("click", id=0)["page"]["url"] == "http://library.test/apples"


def test_links_of_find_results_are_those_of_the_page(world: World, talk: Talk):
    filler = numbered(40)
    world.page(
        "cursor.test",
        "/links",
        f"<p><a href=/first>first</a></p>{filler}<p>see the <a href=/needle>kit</a></p>",
    )
    world.page("cursor.test", "/needle", "<p>The kit.</p>")
    talk.open("http://cursor.test/links")
    found = talk.good("find", pattern="see the kit")
    [link] = found["links"]
    assert (link["id"], link["url"]) == (1, "http://cursor.test/needle")
    opened = talk.good("click", id=link["id"], cursor=found["cursor"])
    assert opened["page"]["url"] == "http://cursor.test/needle"


def test_line_numbers_of_find_are_those_of_the_page(world: World, talk: Talk):
    world.page("cursor.test", "/n", numbered(120))
    talk.open("http://cursor.test/n")
    found = lines(talk.good("find", pattern="Paragraph 77 of")["text"])
    [number] = [n for n, text in found.items() if "Paragraph 77 " in text]
    shown = lines(talk.good("scroll", line=number)["text"])
    assert shown[number] == "Paragraph 77 of this page."


def test_a_page_that_changed_leaves_the_older_cursor_as_it_was(world: World, talk: Talk):
    world.page("cursor.test", "/news", "<p>The old words.</p>", "Old")
    talk.open("http://cursor.test/news")
    quote = talk.good("quote", start=2, end=2)["quote"]
    before = talk.whole(0)
    world.page("cursor.test", "/news", "<p>Quite other words.</p>", "New")
    assert "other words" in talk.open("http://cursor.test/news")["text"]
    assert talk.whole(0) == before
    assert talk.whole(1)["lines"][2]["text"] == "Quite other words."
    assert talk.good("quote", start=2, end=2, cursor=0)["quote"]["text"] == "The old words."
    assert talk.good("quote", start=2, end=2)["quote"]["text"] == "Quite other words."
    kept = talk.transcript()["quotes"][0]
    assert (kept["text"], kept["digest"]) == (quote["text"], quote["digest"])
    assert talk.good("find", pattern="old words", cursor=0)["ok"]
    resolved = talk.resolve("A 【0†L2】 B 【1†L2】")
    assert [note["cited_text"] for note in resolved["annotations"]] == [
        "The old words.",
        "Quite other words.",
    ]


def test_back_leads_to_the_page_before_whatever_was_shown_of_this_one(world: World, talk: Talk):
    world.page("cursor.test", "/one", numbered(100), "One")
    world.page("cursor.test", "/two", numbered(100), "Two")
    talk.open("http://cursor.test/one")
    talk.good("scroll", line=40)
    talk.open("http://cursor.test/two")
    talk.good("scroll", amount=5)
    talk.good("find", pattern="Paragraph 9 ")
    page = talk.good("back")["page"]
    assert (page["title"], page["kind"]) == ("Two", "page")
    page = talk.good("back")["page"]
    assert (page["title"], page["lines"][0]) == ("One", 40)
    talk.fails("no_history", "back")


def folded(main: int) -> str:
    """A page whose menu, lines 3 to 32, is folded between an introduction and *main* lines."""
    menu = "".join(f"<li><a href=/n{n}>Navigation entry {n}</a></li>" for n in range(30))
    return (
        "<body><main><p>An introduction to the page, which is long enough to count.</p>"
        f"<nav><ul>{menu}</ul></nav>"
        + "".join(f"<p>Sentence {n} of the main text, long enough.</p>" for n in range(main))
        + "</main></body>"
    )


def test_scrolling_by_lines_passes_over_what_is_folded(world: World, talk: Talk):
    world.reply("cursor.test", "/over", body=folded(90))
    opened = talk.open("http://cursor.test/over")
    assert "L3: [30 lines folded: navigation; open at line 3 to read]" in opened["text"]
    mark = talk.good("scroll", amount=5)
    assert mark["page"]["lines"][0] == 3
    assert "L3: [30 lines folded" in mark["text"]
    assert "L33: Sentence 0" in mark["text"]
    again = talk.good("scroll", amount=5)
    assert again["page"]["lines"][0] == 33
    back = talk.good("scroll", amount=-5)
    assert back["page"]["lines"][0] == 3
    assert "L3: [30 lines folded" in back["text"]
    inside = talk.good("scroll", line=3)
    assert "L5: " in inside["text"]
    assert talk.good("scroll", amount=4)["page"]["lines"][0] == 7
    world.page("cursor.test", "/away", "<p>Elsewhere.</p>")
    talk.open("http://cursor.test/away")
    assert "Navigation entry 9" in talk.good("back")["text"], "it was open, and is again"
    talk.good("scroll", amount=5, cursor=0)
    talk.open("http://cursor.test/away")
    assert "L3: [30 lines folded" in talk.good("back")["text"], "it was folded, and is again"


def test_back_after_a_click_shows_the_results_again(talk: Talk):
    results = talk.good("search", query="harvest")
    talk.good("click", id=0)
    again = talk.good("back")
    assert (again["cursor"], again["page"]["kind"]) == (2, "search")
    assert again["text"].partition("\n")[2] == results["text"].partition("\n")[2]
    assert talk.good("click", id=1)["page"]["url"] == results["links"][1]["url"]


def test_scroll_goes_by_amount_and_to_a_line(world: World, talk: Talk):
    world.page("cursor.test", "/s", numbered(150))
    end = talk.open("http://cursor.test/s")["page"]["lines"][2]
    assert talk.good("scroll", amount=10)["page"]["lines"][0] == 10
    assert talk.good("scroll", amount=10)["page"]["lines"][0] == 20
    assert talk.good("scroll", amount=-5)["page"]["lines"][0] == 15
    assert talk.good("scroll", amount=-1000)["page"]["lines"][0] == 0
    assert talk.good("scroll", line=end)["page"]["lines"] == [end, end, end]
    assert talk.good("scroll", amount=3, cursor=0)["page"]["lines"][0] == 3
    for wrong in ({"line": end + 1}, {"line": -1}, {"amount": 1000}, {"line": 10**9}):
        failure = talk.fails("unknown_line", "scroll", **wrong)
        assert f"0 to {end}" in failure["message"], "the message names what is valid"


def test_scroll_without_a_number_goes_on_where_the_window_ended(world: World, talk: Talk):
    world.page("cursor.test", "/on", numbered(300), "On")
    first = talk.open("http://cursor.test/on")["page"]["lines"]
    second = talk.good("scroll")["page"]["lines"]
    assert second[0] == first[1] + 1
    talk.good("scroll", line=first[2])
    talk.fails("unknown_line", "scroll")


def test_scroll_from_find_results_counts_from_the_lines_they_show(world: World, talk: Talk):
    world.page("cursor.test", "/from", numbered(300) + "<p>needle</p>" + numbered(100), "From")
    talk.open("http://cursor.test/from")
    shown = talk.good("find", pattern="needle")["page"]["lines"]
    assert talk.good("scroll", amount=5)["page"]["lines"][0] == shown[0] + 5


def test_sources_are_told_when_the_budget_is_used_up(world: World):
    with serving(world, session={"max_commands": 1}) as client:
        talk = Talk(client)
        assert talk.do("scroll")["failure"]["code"] == "no_page"
        assert talk.do("scroll")["failure"]["code"] == "session_full"
        for _ in range(3):
            assert talk.good("sources")["text"].startswith("Sources of this conversation:")
        assert len(talk.transcript()["steps"]) == 2, "the transcript does not grow for ever"


def test_scrolling_through_a_page_shows_every_line_once(world: World, talk: Talk):
    world.page("cursor.test", "/all", numbered(150))
    reply = talk.open("http://cursor.test/all")
    seen: list[int] = []
    while True:
        seen += lines(reply["text"])
        _, last, end = reply["page"]["lines"]
        if last == end:
            break
        reply = talk.good("scroll", line=last + 1)
    assert seen == list(range(end + 1))


def test_a_folded_run_is_kept_and_can_be_opened(world: World, talk: Talk):
    nav = "".join(f"<li><a href=/n{n}>Navigation entry {n}</a></li>" for n in range(30))
    world.reply(
        "cursor.test",
        "/fold",
        body=f"<!doctype html><title>F</title><body><nav><ul>{nav}</ul></nav><main><h1>Main</h1>"
        + "".join(f"<p>Sentence {n} of the main text, long enough to count.</p>" for n in range(9))
        + "</main></body>",
    )
    reply = talk.open("http://cursor.test/fold")
    [mark] = [row for row in reply["text"].split("\n") if "lines folded" in row]
    number = int(mark[1:].partition(":")[0])
    assert f"open at line {number} to read" in mark
    assert "Navigation entry 7" not in reply["text"]
    assert reply["links"] == [], "links that are not shown are not in the window"
    opened = talk.good("scroll", line=number)
    assert "Navigation entry 7" in opened["text"]
    assert {link["url"] for link in opened["links"]} >= {"http://cursor.test/n7"}
    assert talk.good("find", pattern="navigation entry 7")["ok"]


@pytest.mark.parametrize("command", ["click", "scroll", "find", "quote"])
def test_a_cursor_that_is_not_there_is_told_with_those_that_are(talk: Talk, command: str):
    talk.good("search", query="apples")
    parameters: dict[str, dict[str, Any]] = {
        "click": {"id": 0},
        "scroll": {"amount": 1},
        "find": {"pattern": "x"},
        "quote": {"start": 2, "end": 2},
    }
    more = parameters[command]
    for cursor in (1, 99, -1):
        failure = talk.fails("unknown_cursor", command, cursor=cursor, **more)
        assert "0 to 0" in failure["message"]


def test_a_link_that_is_not_there_is_told_with_those_that_are(world: World, talk: Talk):
    world.page("cursor.test", "/l", "<p><a href=/a>a</a> <a href=/b>b</a> <a href=/a>c</a></p>")
    world.page("cursor.test", "/none", "<p>No links.</p>")
    talk.open("http://cursor.test/l")
    for link in (2, -1, 10**9):
        assert "0 to 1" in talk.fails("unknown_link", "click", id=link)["message"]
    talk.open("http://cursor.test/none")
    assert "none" in talk.fails("unknown_link", "click", id=0)["message"]


def test_a_failed_click_leaves_everything_where_it_was(world: World, talk: Talk):
    world.page("cursor.test", "/stay", "<p>Words <a href=/missing>away</a>.</p>")
    talk.open("http://cursor.test/stay")
    talk.fails("http_status", "click", id=0)
    assert talk.good("find", pattern="words")["page"]["url"] == "http://cursor.test/stay"
    assert talk.good("quote", start=2, end=2, cursor=0)["ok"]
    statuses = [(step["command"], step["status"]) for step in talk.transcript()["steps"]]
    assert ("click", "failed") in statuses


def test_a_find_says_what_was_not_found(world: World, talk: Talk):
    world.page("cursor.test", "/x", "<p>Words.</p>")
    talk.open("http://cursor.test/x")
    failure = talk.fails("not_found", "find", pattern="nothing\nlike 【0†this】")
    assert "`nothing like" in failure["message"]
    assert failure["url"] == "http://cursor.test/x"
    talk.fails("not_found", "find", pattern="   ")


def test_a_find_says_where_its_words_stand_apart(world: World, talk: Talk):
    world.page("cursor.test", "/apart", "<p>Apples.</p>" + numbered(9) + "<p>Zürich pears.</p>")
    talk.open("http://cursor.test/apart")
    failure = talk.fails("not_found", "find", pattern="apples pears")
    assert failure["message"].endswith(
        "Its words stand apart: `apples` on line 2, `pears` on line 12."
    )
    assert "match at L12" in talk.good("find", pattern="zurich PEARS")["text"]


def test_page_text_keeps_emoji_tables_and_long_links_whole(world: World, talk: Talk):
    host = "a-rather-long-host-name-that-fills-a-line.example-of-another-site.test"
    world.page(
        "cursor.test",
        "/rich",
        "<p>Smile 😀 and 👩\u200d🚀.</p><table><tr><td>A</td><td>1</td></tr></table>"
        f"<p>{'word ' * 36}<a href='http://{host}/'>a link with quite some words in it</a></p>",
    )
    text = talk.open("http://cursor.test/rich")["text"]
    assert "😀" in text
    assert "👩\u200d🚀" in text
    assert "| A | 1 |" in text
    [row] = [row for row in text.split("\n") if "【" in row]
    assert re.search("【0†a link with quite some words in it†[^†】]+】", row)


def test_the_web_is_asked_for_nothing_but_what_was_opened(world: World, service: httpx.Client):
    talk = Talk(service)
    world.page(
        "manners.test",
        "/",
        "<img src=/i.png><script src=/s.js></script><link rel=stylesheet href=/c.css>"
        "<iframe src=/f></iframe><meta http-equiv=refresh content='0;url=/r'><p>Words.</p>"
        + numbered(40),
    )
    talk.open("http://manners.test/")
    talk.good("find", pattern="words")
    talk.good("scroll", amount=0, cursor=0)
    talk.fails("no_history", "back")
    assert world.targets("manners.test") == ["/robots.txt", "/"]
    asked = [
        (method, fields)
        for (host, method, _), fields in zip(world.asked, world.headers, strict=True)
        if host == "manners.test"
    ]
    for method, fields in asked:
        assert method == "GET"
        assert "ChatGPT-User" in fields["user-agent"]
        assert not {"cookie", "referer", "authorization", "x-session-id"} & fields.keys()
