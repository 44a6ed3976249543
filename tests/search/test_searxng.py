import pytest

from browser.errors import SearchFailed
from browser.model.reason import Reason
from browser.model.search import Hit, Query
from browser.search.searxng import SearXNG


def result(number, **more):
    return {
        "url": f"https://site{number}.example/page",
        "title": f"Title {number}",
        "content": f"Words {number}",
        "engine": "google",
        "engines": ["google"],
        "score": 1.0,
        "category": "general",
        "publishedDate": None,
    } | more


def reply(*results, silent=()):
    return {
        "query": "q",
        "number_of_results": 0,
        "results": list(results),
        "answers": [],
        "corrections": [],
        "infoboxes": [],
        "suggestions": [],
        "unresponsive_engines": [list(pair) for pair in silent],
    }


@pytest.fixture
def searxng(server, api, clock):
    return SearXNG(api, url=server.url + "/", clock=clock)


async def test_a_question_is_asked_in_the_documented_words(server, searxng):
    server.answer(reply(result(1)))
    found = await searxng.search(Query("two words", topn=1, safe="moderate", language="en-US"))
    assert server.requests[0].path == "/search"
    assert server.requests[0].params == {
        "q": "two words",
        "format": "json",
        "pageno": "1",
        "language": "en-US",
        "safesearch": "1",
    }
    assert found.hits == (Hit("https://site1.example/page", "Title 1", "Words 1"),)
    assert (found.provider, found.ignored) == ("searxng", ())


@pytest.mark.parametrize(("safe", "number"), [("off", "0"), ("moderate", "1"), ("strict", "2")])
async def test_the_adult_filter_is_a_number_from_0_to_2(server, searxng, safe, number):
    server.answer(reply())
    await searxng.search(Query("q", safe=safe))
    assert server.requests[0].params["safesearch"] == number


@pytest.mark.parametrize(
    ("tag", "sent"), [("en", "en"), ("pt-BR", "pt-BR"), ("zh-Hant-TW", "zh"), ("x", "all")]
)
async def test_a_language_it_would_answer_with_an_error_is_shortened(server, searxng, tag, sent):
    server.answer(reply())
    await searxng.search(Query("q", language=tag))
    assert server.requests[0].params["language"] == sent


async def test_further_pages_are_asked_for_until_there_are_enough(server, searxng):
    server.answer(reply(result(1), result(2)))
    server.answer(reply(result(2), result(3)))
    server.answer(reply(result(4)))
    found = await searxng.search(Query("q", topn=3))
    assert [asked.params["pageno"] for asked in server.requests] == ["1", "2"]
    assert [hit.title for hit in found.hits] == ["Title 1", "Title 2", "Title 3"]


async def test_three_pages_are_the_most(server, searxng):
    for number in range(5):
        server.answer(reply(result(number)))
    found = await searxng.search(Query("q", topn=10))
    assert len(server.requests) == len(found.hits) == 3


async def test_a_page_that_repeats_the_page_before_is_the_last(server, searxng):
    server.answer(reply(result(1)))
    found = await searxng.search(Query("q", topn=10))
    assert (len(server.requests), len(found.hits)) == (2, 1)


async def test_a_later_page_that_fails_leaves_the_first_ones_and_a_sentence(server, searxng):
    server.answer(reply(result(1)))
    server.answer(b"", status=503)
    found = await searxng.search(Query("q", topn=10))
    assert len(found.hits) == 1
    assert found.ignored == ("searxng failed at page 2 of its results; fewer are shown.",)


async def test_the_deadline_is_one_for_all_pages(server, api, clock):
    class Slow:
        def __init__(self):
            self.timeouts = []

        async def get_json(self, url, params, headers=None, *, timeout=10):  # noqa: ASYNC109
            self.timeouts.append(timeout)
            clock.advance(4)
            return await api.get_json(url, params, headers, timeout=5)

    for number in range(3):
        server.answer(reply(result(number)))
    slow = Slow()
    await SearXNG(slow, url=server.url, clock=clock, timeout=10).search(Query("q"))
    assert slow.timeouts == [10, 6, 2]


@pytest.mark.parametrize(
    ("days", "span"),
    [(1, "day"), (2, "month"), (31, "month"), (32, "year"), (366, "year"), (400, None)],
)
async def test_recency_is_the_smallest_documented_range_that_covers_it(server, searxng, days, span):
    server.answer(reply())
    found = await searxng.search(Query("q", recency_days=days))
    assert server.requests[0].params.get("time_range") == span
    assert "only as exact as its ranges day, month and year" in found.ignored[0]
    assert f"dated more than {days} days ago" in found.ignored[0]


async def test_a_result_that_is_dated_too_long_ago_is_left_out(server, searxng):
    server.answer(
        reply(
            result(1, publishedDate="2023-11-08T00:00:00"),
            result(2, publishedDate="2023-11-07T23:59:59"),
            result(3),
        )
    )
    found = await searxng.search(Query("q", topn=2, recency_days=7))
    assert [(hit.title, hit.date) for hit in found.hits] == [
        ("Title 1", "2023-11-08"),
        ("Title 3", None),
    ]


async def test_a_site_is_asked_for_and_other_hosts_are_left_out(server, searxng):
    server.answer(
        reply(
            result(1, url="https://docs.site.example/a"),
            result(2, url="https://notsite.example/b"),
            result(3, url="https://site.example/c"),
        )
    )
    found = await searxng.search(Query("q", topn=2, site="Site.example"))
    assert server.requests[0].params["q"] == "q site:site.example"
    assert [hit.title for hit in found.hits] == ["Title 1", "Title 3"]


async def test_a_site_that_is_no_host_is_reported(server, searxng):
    server.answer(reply(result(1)))
    found = await searxng.search(Query("q", topn=1, site="a b"))
    assert server.requests[0].params["q"] == "q"
    assert found.ignored == ("'a b' is not a host name; site was ignored.",)


async def test_titles_and_snippets_are_text(server, searxng):
    server.answer(
        reply(
            result(
                1,
                title="A <b>bold</b>\nclaim &amp; more",
                content="x<br>y <script>steal()</script>\u202ez 1 < 2",
            )
        )
    )
    (hit,) = (await searxng.search(Query("q", topn=1))).hits
    assert (hit.title, hit.snippet) == ("A bold claim & more", "x y z 1 < 2")


async def test_only_distinct_web_addresses_are_results(server, searxng):
    server.answer(
        reply(
            result(1, url="javascript:alert(1)"),
            result(2, url="ftp://files.example/"),
            result(3, url="/relative"),
            result(4, url=None),
            result(5, url="HTTPS://Site.example"),
            result(6, url="https://site.example/#part"),
            result(7, title=None, content=None, url="http://b.example/x y"),
            "not even an object",
        )
    )
    found = await searxng.search(Query("q"))
    assert found.hits == (
        Hit("https://site.example/", "Title 5", "Words 5"),
        Hit("http://b.example/x%20y", "b.example", ""),
    )


async def test_nothing_found_by_engines_that_answered_is_an_empty_answer(server, searxng):
    server.answer(reply())
    assert (await searxng.search(Query("q"))).hits == ()


async def test_nothing_found_because_no_engine_answered_is_a_failure(server, searxng):
    server.answer(reply(silent=[("google", "timeout"), ("qwant", "Suspended: access denied")]))
    with pytest.raises(SearchFailed) as failed:
        await searxng.search(Query("q"))
    assert failed.value.reason is Reason.SEARCH_FAILED
    assert "google (timeout), qwant (Suspended: access denied)" in failed.value.sentence


async def test_some_engines_without_an_answer_do_not_spoil_the_others(server, searxng):
    server.answer(reply(result(1), silent=[("google", "timeout")]))
    assert len((await searxng.search(Query("q", topn=1))).hits) == 1


async def test_a_403_says_that_the_json_format_is_not_enabled(server, searxng):
    server.answer(b"<h1>Forbidden</h1>", status=403)
    with pytest.raises(SearchFailed, match="json format is not enabled in SearXNG's settings"):
        await searxng.search(Query("q"))


async def test_a_429_says_when_to_come_back(server, searxng):
    server.answer(b"", status=429, headers={"Retry-After": "180"})
    with pytest.raises(SearchFailed, match="180 seconds") as failed:
        await searxng.search(Query("q"))
    assert failed.value.retry_after == 180


@pytest.mark.parametrize("status", [302, 400, 404, 500, 502])
async def test_any_other_status_is_a_failure_that_names_it(server, searxng, status):
    server.answer(b"", status=status, headers={"Location": "/elsewhere"})
    with pytest.raises(SearchFailed, match=f"HTTP {status}"):
        await searxng.search(Query("q"))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"{}", b'{"results": {}}', b"[" * 100_000, b"\xff\xfe", b""]
)
async def test_an_answer_that_is_not_the_documented_json_is_a_failure(server, searxng, body):
    server.answer(body)
    with pytest.raises(SearchFailed, match="something other than its documented JSON"):
        await searxng.search(Query("q"))


async def test_an_instance_that_says_nothing_is_a_failure_at_the_deadline(server, api, clock):
    server.hang()
    with pytest.raises(SearchFailed, match=r"did not answer within 0\.2 seconds"):
        await SearXNG(api, url=server.url, clock=clock, timeout=0.2).search(Query("q"))


async def test_an_instance_that_is_down_is_a_failure(server, api, clock):
    server.close()
    with pytest.raises(SearchFailed, match=r"No connection to 127\.0\.0\.1"):
        await SearXNG(api, url=server.url, clock=clock).search(Query("secret words"))
