"""The index that the demo searches: the pages of the little web, in five languages."""

from __future__ import annotations

import pytest

from browser.littleweb import fixtures
from browser.model.search import Query
from browser.search.index import build
from browser.search.local import Local
from tests.clock import ManualClock

WEB = fixtures() / "web"
ARABIC = "http://akhbar.almarfa.test"
GERMAN = "http://www.hafenkurier.test"
JAPANESE = "http://ja.minatohyakka.test/wiki"
OPENLORE = "http://en.openlore.test/wiki"
SPANISH = "http://www.cocinadelmar.test"

# Pages that only stand in front of a page, and so hold nothing to find.
IN_FRONT = ("configurator", "mediathek", "attachments", "screening-room", "sopa-de-ajo")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    index = tmp_path_factory.mktemp("index") / "index.db"
    hosts = sorted(path for path in WEB.iterdir() if path.is_dir())
    return index, {host.name: build(host, f"http://{host.name}/", index) for host in hosts}


async def urls(built, text, **fields):
    found = await Local(built[0], clock=ManualClock()).search(Query(text, **fields))
    return [hit.url for hit in found.hits]


def test_every_page_of_the_little_web_is_in_the_index(built):
    pages = [
        path
        for path in WEB.rglob("*")
        if path.suffix in {".html", ".md", ".txt", ".pdf"} and path.name != "robots.txt"
    ]
    _, hosts = built
    skipped = [str(one) for host in hosts.values() for one in host.skipped]
    assert len(skipped) == len(IN_FRONT)
    assert all(any(name in one for one in skipped) for name in IN_FRONT)
    assert sum(host.added for host in hosts.values()) == len(pages) - len(IN_FRONT)


@pytest.mark.parametrize(
    "text", ["95th Academy Awards", "academy award winners 2023", "Oscars 2023 best picture"]
)
async def test_the_academy_awards_are_found(built, text):
    found = await urls(built, text)
    report = "http://www.harborledger.test/culture/2023/03/13/95th-academy-awards-winners"
    assert {f"{OPENLORE}/95th_Academy_Awards", report} & set(found)


async def test_the_encyclopedia_article_is_found_under_its_own_name(built):
    found = await urls(built, "95th Academy Awards", site="en.openlore.test")
    assert f"{OPENLORE}/95th_Academy_Awards" in found


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("الأوسكار ميشيل يوه", f"{ARABIC}/culture/oscars-95"),
        ("منارة رأس الملح", f"{ARABIC}/local/lighthouse"),
        ("潮汐", f"{JAPANESE}/%E6%BD%AE%E6%B1%90"),
        ("灯台の灯質", f"{JAPANESE}/%E7%81%AF%E5%8F%B0"),
        (
            "Im Westen nichts Neues Antikriegsfilm",
            f"{GERMAN}/kultur/oscars-2023-im-westen-nichts-neues",
        ),
        ("Fähre Osterwarp nachts", f"{GERMAN}/stadt/faehre-nachtbetrieb"),
        ("marmitako de bonito", f"{SPANISH}/recetas/marmitako"),
        ("masa de empanada gallega", f"{SPANISH}/recetas/empanada-gallega"),
    ],
)  # fmt: skip
async def test_a_page_is_found_first_by_words_of_its_language(built, text, url):
    assert (await urls(built, text))[0] == url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("FÄHRE osterwarp", f"{GERMAN}/stadt/faehre-nachtbetrieb"),
        ("fahre osterwarp", f"{GERMAN}/stadt/faehre-nachtbetrieb"),
        ("arrantzales patatas", f"{SPANISH}/recetas/marmitako"),
    ],
)
async def test_accents_and_capitals_need_not_be_typed(built, text, url):
    assert (await urls(built, text))[0] == url


async def test_results_stay_on_the_site_that_was_asked_for(built):
    found = await urls(built, "lighthouse", site="en.openlore.test")
    assert found
    assert all(url.startswith("http://en.openlore.test/") for url in found)


async def test_what_no_page_says_is_not_found(built):
    assert await urls(built, "zeppelinquark") == []


async def test_a_page_that_robots_txt_closes_is_still_listed_so_that_a_click_can_say_so(built):
    found = await urls(built, "press kit scan", site="reelarchive.test")
    assert any("/members/" in url for url in found)


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("95th Academy Awards", "95th_Academy_Awards"),
        ("Tide", "Tide"),
        ("Michelle Yeoh", "Michelle_Yeoh"),
    ],
)
async def test_the_page_that_is_called_just_so_comes_first(built, text, page):
    assert (await urls(built, text))[0] == f"{OPENLORE}/{page}"
