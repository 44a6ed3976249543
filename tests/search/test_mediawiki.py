import pytest

from browser.errors import SearchFailed
from browser.model.search import Hit, Query
from browser.search.mediawiki import URL, MediaWiki

PATH = "/w/rest.php/v1/search/page"


def page(key, title, excerpt="", **more):
    return {
        "id": 1,
        "key": key,
        "title": title,
        "excerpt": excerpt,
        "matched_title": None,
        "description": None,
        "thumbnail": None,
    } | more


@pytest.fixture
def wiki(server, api):
    return MediaWiki(api, url=server.url + PATH)


async def test_a_question_is_asked_in_the_documented_words(server, wiki):
    server.answer(
        {
            "pages": [
                page(
                    "Robots.txt",
                    "Robots.txt",
                    '<span class="searchmatch">robots</span>.txt &amp; the web',
                )
            ]
        }
    )
    found = await wiki.search(Query("robots exclusion", topn=7, safe="off"))
    (asked,) = server.requests
    assert asked.path == PATH
    assert asked.params == {"q": "robots exclusion", "limit": "7"}
    assert asked.headers["user-agent"].startswith("polite-browser/")
    assert found.hits == (
        Hit(f"{server.url}/wiki/Robots.txt", "Robots.txt", "robots.txt & the web"),
    )
    assert (found.provider, found.ignored) == ("mediawiki", ())


async def test_the_address_is_wikipedias_unless_another_is_given(api):
    assert URL == "https://en.wikipedia.org/w/rest.php/v1/search/page"
    assert MediaWiki(api)._page_url == "https://en.wikipedia.org/wiki/{key}"


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("C++", "/wiki/C%2B%2B"),
        ("Who?#1", "/wiki/Who%3F%231"),
        ("Input/output", "/wiki/Input/output"),
        ("東京", "/wiki/%E6%9D%B1%E4%BA%AC"),
        ("100%", "/wiki/100%25"),
    ],
)
async def test_a_page_is_addressed_by_its_key(server, wiki, key, path):
    server.answer({"pages": [page(key, "Title")]})
    (hit,) = (await wiki.search(Query("q"))).hits
    assert hit.url == server.url + path


async def test_another_wiki_may_keep_its_pages_elsewhere(server, api):
    server.answer({"pages": [page("Main_Page", "Main Page")]})
    wiki = MediaWiki(api, url=server.url, page_url="https://wiki.example/index.php?title={key}")
    (hit,) = (await wiki.search(Query("q"))).hits
    assert hit.url == "https://wiki.example/index.php?title=Main_Page"


async def test_a_page_without_an_excerpt_shows_its_description(server, wiki):
    server.answer({"pages": [page("A", "A", description="first letter")]})
    (hit,) = (await wiki.search(Query("q"))).hits
    assert hit.snippet == "first letter"


async def test_what_a_wiki_cannot_do_is_reported(server, wiki):
    server.answer({"pages": [page("A", "A")]})
    found = await wiki.search(Query("q", recency_days=7, site="other.example"))
    assert found.ignored == (
        "mediawiki searches 127.0.0.1 only; site was ignored.",
        "mediawiki cannot filter by date; recency_days was ignored.",
        "mediawiki has no adult content filter; safe was ignored.",
    )


@pytest.mark.parametrize("site", ["en.wikipedia.org", "wikipedia.org", "https://en.wikipedia.org/"])
async def test_the_wiki_itself_is_a_fine_site(server, api, site):
    server.answer({"pages": []})
    wiki = MediaWiki(api, url=server.url, page_url="https://en.wikipedia.org/wiki/{key}")
    assert (await wiki.search(Query("q", site=site, safe="off"))).ignored == ()


async def test_a_long_question_is_cut_and_that_is_reported(server, wiki):
    server.answer({"pages": []})
    found = await wiki.search(Query("word " * 80, safe="off"))
    assert server.requests[0].params["q"] == ("word " * 60).strip()
    assert found.ignored == ("mediawiki takes 300 characters; the end of the query was ignored.",)


async def test_nothing_found_is_an_empty_answer(server, wiki):
    server.answer({"pages": []})
    assert (await wiki.search(Query("q"))).hits == ()


async def test_rows_that_name_no_page_are_left_out(server, wiki):
    server.answer({"pages": [page(None, "A"), page("", "B"), 7, page("C", "C"), page("C", "C")]})
    assert [hit.title for hit in (await wiki.search(Query("q"))).hits] == ["C"]


async def test_a_429_says_when_to_come_back(server, wiki):
    server.answer({}, status=429, headers={"Retry-After": "5"})
    with pytest.raises(SearchFailed) as failed:
        await wiki.search(Query("q"))
    assert failed.value.retry_after == 5


@pytest.mark.parametrize("status", [301, 400, 403, 404, 500])
async def test_any_other_status_is_a_failure_that_names_it(server, wiki, status):
    server.answer({"httpCode": status}, status=status, headers={"Location": "/elsewhere"})
    with pytest.raises(SearchFailed, match=f"HTTP {status}"):
        await wiki.search(Query("q"))


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"pages": null}', b'"pages"'])
async def test_an_answer_that_is_not_the_documented_json_is_a_failure(server, wiki, body):
    server.answer(body)
    with pytest.raises(SearchFailed, match="something other than its documented JSON"):
        await wiki.search(Query("q"))


async def test_a_wiki_that_says_nothing_is_a_failure_at_the_deadline(server, api):
    server.hang()
    with pytest.raises(SearchFailed, match="did not answer within"):
        await MediaWiki(api, url=server.url, timeout=0.2).search(Query("q"))


async def test_a_wiki_that_is_down_is_a_failure(server, wiki):
    server.close()
    with pytest.raises(SearchFailed, match="No connection"):
        await wiki.search(Query("q"))
