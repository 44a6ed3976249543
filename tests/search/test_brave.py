import pytest

from browser.errors import SearchFailed
from browser.model.search import Hit, Query
from browser.search.brave import URL, Brave

KEY = "BSA-secret-key"
PATH = "/res/v1/web/search"


def result(number, **more):
    return {
        "type": "search_result",
        "title": f"Title {number}",
        "url": f"https://site{number}.example/page",
        "description": f"Words {number}",
        "language": "en",
        "meta_url": {"hostname": f"site{number}.example"},
        "extra_snippets": ["more"],
    } | more


def reply(*results, more=True):
    return {
        "type": "search",
        "query": {"original": "q", "more_results_available": more},
        "web": {"type": "search", "results": list(results)},
    }


@pytest.fixture
def brave(server, api, clock):
    return Brave(api, key=KEY, clock=clock, url=server.url + PATH)


async def test_a_question_is_asked_in_the_documented_words(server, brave):
    server.answer(reply(result(1, page_age="2023-03-13T07:00:00", age="March 13, 2023")))
    found = await brave.search(Query("two words", topn=5))
    (asked,) = server.requests
    assert asked.path == PATH
    assert asked.params == {
        "q": "two words",
        "count": "5",
        "offset": "0",
        "safesearch": "strict",
        "search_lang": "en",
        "text_decorations": "false",
    }
    assert asked.headers["x-subscription-token"] == KEY
    assert found.hits == (Hit("https://site1.example/page", "Title 1", "Words 1", "2023-03-13"),)
    assert (found.provider, found.ignored) == ("brave", ())


def test_the_address_is_braves_unless_another_is_given():
    assert URL == "https://api.search.brave.com/res/v1/web/search"


async def test_more_than_a_page_is_asked_for_in_equal_pages_counted_by_offset(server, brave):
    for start in (0, 15):
        server.answer(reply(*(result(start + number) for number in range(15))))
    found = await brave.search(Query("q", topn=30))
    sizes = [(asked.params["count"], asked.params["offset"]) for asked in server.requests]
    assert sizes == [("15", "0"), ("15", "1")]
    assert len(found.hits) == 30


async def test_the_most_a_query_may_ask_for_stays_within_braves_limit(server, brave):
    for start in (0, 17, 34):
        server.answer(reply(*(result(start + number) for number in range(17))))
    found = await brave.search(Query("q", topn=50))
    assert {asked.params["count"] for asked in server.requests} == {"17"}
    assert len(found.hits) == 50


async def test_no_page_is_asked_for_when_brave_says_there_are_no_more(server, brave):
    server.answer(reply(result(1), more=False))
    assert len((await brave.search(Query("q", topn=40))).hits) == 1
    assert len(server.requests) == 1


async def test_a_later_page_that_fails_leaves_the_first_ones_and_a_sentence(server, brave):
    server.answer(reply(result(1)))
    server.answer(b"", status=500)
    found = await brave.search(Query("q", topn=40))
    assert len(found.hits) == 1
    assert found.ignored == ("brave failed at page 2 of its results; fewer are shown.",)


@pytest.mark.parametrize(
    ("days", "code"),
    [
        (1, "pd"),
        (7, "pw"),
        (31, "pm"),
        (365, "py"),
        (2, "2023-11-13to2023-11-15"),
        (30, "2023-10-16to2023-11-15"),
        (10**9, "1923-12-10to2023-11-15"),
    ],
)
async def test_recency_is_a_code_or_a_range_of_dates(server, brave, days, code):
    server.answer(reply(result(1)))
    found = await brave.search(Query("q", recency_days=days))
    assert server.requests[0].params["freshness"] == code
    assert found.ignored == ()


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en-US", "en"),
        ("en-GB", "en-gb"),
        ("ja", "jp"),
        ("pt", "pt-pt"),
        ("zh-TW", "zh-hant"),
        ("zh-Hant-HK", "zh-hant"),
    ],
)
async def test_a_language_is_sent_as_brave_spells_it(server, brave, tag, code):
    server.answer(reply(result(1)))
    await brave.search(Query("q", language=tag))
    assert server.requests[0].params["search_lang"] == code


async def test_a_language_brave_does_not_know_is_reported(server, brave):
    server.answer(reply(result(1)))
    found = await brave.search(Query("q", language="gsw"))
    assert "search_lang" not in server.requests[0].params
    assert found.ignored == ("brave does not know the language gsw; it was ignored.",)


async def test_a_long_question_is_cut_between_words_and_keeps_its_site(server, brave):
    server.answer(reply(result(1, url="https://site.example/")))
    found = await brave.search(Query("abcdefghi " * 45, site="site.example"))
    sent = server.requests[0].params["q"]
    assert sent == "abcdefghi " * 37 + "abcdefghi site:site.example"
    assert len(sent) <= 400
    assert found.ignored == (
        "brave takes 400 characters and 50 words; the end of the query was ignored.",
    )


async def test_a_question_of_many_words_is_cut_at_fifty(server, brave):
    server.answer(reply(result(1)))
    await brave.search(Query("a " * 60))
    assert len(server.requests[0].params["q"].split()) == 50


async def test_other_hosts_than_the_site_are_left_out(server, brave):
    server.answer(reply(result(1), result(2, url="https://docs.site1.example/")))
    found = await brave.search(Query("q", site="site1.example"))
    assert [hit.title for hit in found.hits] == ["Title 1", "Title 2"]
    found = await brave.search(Query("q", site="docs.site1.example"))
    assert [hit.title for hit in found.hits] == ["Title 2"]


async def test_descriptions_are_text(server, brave):
    server.answer(reply(result(1, description="<strong>Bold</strong> &lt;b&gt; it&#x27;s")))
    (hit,) = (await brave.search(Query("q"))).hits
    assert hit.snippet == "Bold <b> it's"


@pytest.mark.parametrize(
    "data",
    [
        {"type": "search", "query": {"original": "q"}},
        {"type": "search", "query": {"original": "q"}, "web": {"results": []}},
    ],
)
async def test_nothing_found_is_an_empty_answer(server, brave, data):
    server.answer(data)
    assert (await brave.search(Query("q"))).hits == ()


@pytest.mark.parametrize(
    ("status", "data"),
    [
        (401, {}),
        (403, {}),
        (422, {"type": "ErrorResponse", "error": {"code": "SUBSCRIPTION_TOKEN_INVALID"}}),
        (
            422,
            {
                "error": {
                    "code": "VALIDATION",
                    "meta": {"errors": [{"loc": ["header", "x-subscription-token"]}]},
                }
            },
        ),
    ],
)
async def test_a_key_that_is_refused_is_a_failure_that_does_not_show_it(
    server, brave, status, data
):
    server.answer(data, status=status)
    with pytest.raises(SearchFailed, match="refused the key") as failed:
        await brave.search(Query("q"))
    assert str(status) in failed.value.sentence
    assert KEY not in str(failed.value)


async def test_a_question_brave_cannot_read_is_not_blamed_on_the_key(server, brave):
    server.answer({"error": {"code": "VALIDATION", "meta": {}}}, status=422)
    with pytest.raises(SearchFailed, match=r"did not accept the request \(HTTP 422\)"):
        await brave.search(Query("q"))


async def test_a_429_says_when_to_come_back(server, brave):
    server.answer({}, status=429, headers={"Retry-After": "3"})
    with pytest.raises(SearchFailed) as failed:
        await brave.search(Query("q"))
    assert failed.value.retry_after == 3


async def test_a_429_without_a_time_promises_none(server, brave):
    server.answer({}, status=429)
    with pytest.raises(SearchFailed, match="Search again later") as failed:
        await brave.search(Query("q"))
    assert failed.value.retry_after is None


async def test_brave_out_of_order_is_a_failure(server, brave):
    server.answer(b"oops", status=503, headers={"Retry-After": "60"})
    with pytest.raises(SearchFailed, match=r"out of order \(HTTP 503\)") as failed:
        await brave.search(Query("q"))
    assert failed.value.retry_after == 60


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"web": []}', b'{"web": {}}'])
async def test_an_answer_that_is_not_the_documented_json_is_a_failure(server, brave, body):
    server.answer(body)
    with pytest.raises(SearchFailed, match="something other than its documented JSON"):
        await brave.search(Query("q"))


async def test_brave_saying_nothing_is_a_failure_at_the_deadline(server, api, clock):
    server.hang()
    brave = Brave(api, key=KEY, clock=clock, url=server.url, timeout=0.2)
    with pytest.raises(SearchFailed, match="did not answer within"):
        await brave.search(Query("q"))
