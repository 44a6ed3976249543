from __future__ import annotations

import gzip
import json

import pytest
from selectolax.lexbor import LexborHTMLParser

from browser.text.dates import day
from browser.text.meta import About, about
from browser.text.people import people
from tests.text.pages import data

LD = (
    '{"@context":"https://schema.org","@type":"Article","datePublished":"2023-03-13T08:00:00Z",'
    '"headline":"A &amp; B","dateModified":"2024-01-01",'
    '"author":{"@type":"Person","name":"Ines Calloway"}}'
)


def read(head: str, body: str = "<p>Words.") -> About:
    return about(
        LexborHTMLParser(f"<html><head><title>T</title>{head}</head><body>{body}</body></html>")
    )


def ld(*values: object) -> str:
    return "".join(f"<script type=application/ld+json>{json.dumps(one)}</script>" for one in values)


@pytest.mark.parametrize(
    "head",
    [
        "<meta property=article:published_time content=2023-03-13T08:00:00+01:00>",
        "<meta name=date content=2023-03-13>",
        "<meta name=citation_publication_date content=2023/03/13>",
        "<meta name=DC.date.issued content=20230313>",
        "<meta name=parsely-pub-date content='Mon, 13 Mar 2023 08:00:00 GMT'>",
        "<meta itemprop=datePublished content=2023-03-13>",
        f"<script type=application/ld+json>{LD}</script>",
        f"<script type='application/LD+JSON'>\n<!--\n{LD}\n-->\n</script>",
        f"<script type=application/ld+json>{LD};</script>",
        f"<script type=application/ld+json>{LD[:-1]},,</script>",
        ld([{"@type": "Organization"}, {"@type": "NewsArticle", "datePublished": "2023-03-13"}]),
        ld({"@graph": [{"@type": "WebPage", "datePublished": "2023-03-13"}]}),
        ld({"@type": "QAPage", "mainEntity": {"@type": "Question", "dateCreated": "2023-03-13"}}),
        ld({"@type": "VideoObject", "uploadDate": "2023-03-13"}),
        "<link rel=canonical href=https://news.example/2023/03/13/a-title>",
        "<meta property=og:url content=https://news.example/2023/3/13/a>",
    ],
)
def test_the_date_of_publication_is_read(head: str):
    assert read(head).published == "2023-03-13"


@pytest.mark.parametrize(
    "body",
    [
        "<p>By me, <time datetime=2023-03-13 pubdate>13 March</time> words",
        "<time class=updated datetime=2024-01-01></time><time class=published datetime=2023-03-13>",
        "<article><p><time datetime=2023-03-13T10:00>13 March</time> words</article>",
        "<div itemscope itemtype=http://schema.org/A><b itemprop=datePublished>March 13, 2023",
    ],
)
def test_an_element_may_give_the_date(body: str):
    assert read("", body).published == "2023-03-13"


@pytest.mark.parametrize(
    "html",
    [
        "<meta property=article:modified_time content=2023-03-13>",
        ld({"@type": "Article", "dateModified": "2023-03-13"}),
        "<p>It is <time datetime=2023-03-13T12:00>noon</time>.",
        "<article><time datetime=2023-03-13></time><time datetime=2023-03-14></time></article>",
        "<meta name=date content='2 days ago'>",
        "<meta name=date content=0001-01-01>",
    ],
)
def test_another_date_is_not_taken_for_it(html: str):
    assert read(html, html).published is None


def test_the_publication_wins_over_the_change():
    changed = "<meta property=article:modified_time content=2024-01-01>"
    assert read(f"{changed}<script type=application/ld+json>{LD}</script>").published == (
        "2023-03-13"
    )


def test_the_day_in_the_address_wins_over_the_same_moment_in_utc():
    canonical = "<link rel=canonical href=https://news.example/2023/03/12/a>"
    late = "<meta property=article:published_time content=2023-03-13T02:00:00Z>"
    assert read(canonical + late).published == "2023-03-12"
    assert read(canonical + late.replace("13T", "23T")).published == "2023-03-23"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2021-03-05T23:59:59-08:00", "2021-03-05"),
        ("2021/3/5", "2021-03-05"),
        ("20210305", "2021-03-05"),
        ("20210305101500", "2021-03-05"),
        ("Fri, 05 Mar 2021 10:00:00 GMT", "2021-03-05"),
        ("Fri Mar 05 2021 10:00:00 GMT+0100 (CET)", "2021-03-05"),
        ("March 5, 2021", "2021-03-05"),
        ("Published: Sept. 5th, 2021 at noon", "2021-09-05"),
        ("2021 Mar 5", "2021-03-05"),
        ("5. März 2021", "2021-03-05"),
        ("1er août 2020", "2020-08-01"),
        ("5 de marzo de 2021", "2021-03-05"),
        ("12 мая 2020 г.", "2020-05-12"),
        ("2021年3月5日", "2021-03-05"),
        ("2021년 3월 5일", "2021-03-05"),
        ("05.03.2021", "2021-03-05"),
        ("25/03/2021", "2021-03-25"),
        ("03/25/2021", "2021-03-25"),
        ("03/03/2021", "2021-03-03"),
        ("1614938400", "2021-03-05"),
        ("1614938400000", "2021-03-05"),
        ("05/03/2021", None),
        ("2021-02-30", None),
        ("1989-12-31", None),
        ("2029-01-01", None),
        ("March 2021", None),
        ("2021", None),
        ("\u017fept 5, 2021", "2021-09-05"),
        ("9" * 300, None),
        ("", None),
    ],
)
def test_a_day_is_read_in_the_forms_that_cannot_be_mistaken(text: str, iso: str | None):
    assert day(text, last_year=2027) == iso


@pytest.mark.parametrize(
    "head",
    [
        "<meta name=author content='Ines Calloway'>",
        "<meta name=author content='By Ines Calloway | news@site.example'>",
        "<meta property=article:author content='Ines Calloway'>",
        "<meta name=byl content='By INES CALLOWAY'>",
        f"<script type=application/ld+json>{LD}</script>",
        f"<meta name=author content=admin><script type=application/ld+json>{LD[:-1]},</script>",
        ld({"@type": "BlogPosting", "author": "Ines Calloway"}),
        ld({"@type": "NewsArticle", "author": [{"name": "Ines Calloway"}], "publisher": None}),
        ld(
            {"@graph": [
                {"@type": "Article", "author": {"@id": "#ines"}},
                {"@type": "Person", "@id": "#ines", "name": "Ines Calloway"},
            ]}
        ),
    ],
)  # fmt: skip
def test_the_author_is_read(head: str):
    assert (read(head).author or "").title() == "Ines Calloway"


@pytest.mark.parametrize(
    "body",
    [
        "<a rel='author nofollow' href=/ines>Ines Calloway</a>",
        "<div class='meta byline'>By <b>Ines Calloway</b></div>",
        "<div itemtype=http://schema.org/A><i itemprop=author><b itemprop=name>Ines Calloway",
        "<ol><li><a rel=author>Ines Calloway</a><p>Post</li><li><a rel=author>Bo Ek</a></li></ol>",
    ],
)
def test_an_element_may_name_the_author(body: str):
    assert read("", body).author == "Ines Calloway"


def test_all_authors_of_a_paper_are_named():
    head = (
        "<meta name=citation_author content='Ek, Bo'><meta name=citation_author content='Li, An'>"
    )
    assert read(head).author == "Ek, Bo; Li, An"


@pytest.mark.parametrize(
    ("given", "author"),
    [
        (["Ann Lee and Bo Ek"], "Ann Lee; Bo Ek"),
        (["Ann Lee, Bo Ek and Cy Orr"], "Ann Lee; Bo Ek; Cy Orr"),
        (["Food and Drug Administration"], "Food and Drug Administration"),
        (["Lee, Ann"], "Lee, Ann"),
        (["Ann Lee", "ann lee", "Bo Ek"], "Ann Lee; Bo Ek"),
        (["https://facebook.com/ann.lee"], None),
        (["ann@site.example (Ann Lee)"], "Ann Lee"),
        (["Ann Lee @annlee"], "Ann Lee"),
        (["Von Ann Lee"], "Ann Lee"),
        (["<a href='/x'>Ann Lee</a>"], "Ann Lee"),
        (["admin", "Editor", "Staff Writer"], None),
        (["The Gazette", "Gazette"], None),
        (["{{ author.name }}", "%AUTHOR%", "[object Object]", "..."], None),
        (["news.example.com"], None),
        (["By "], None),
        (["word " * 20], None),
        (["山田太郎", "작가"], "山田太郎; 작가"),
        (["Ann \u202e\n Lee\u200b"], "Ann Lee"),
        ([f"Writer Number{n}" for n in range(60)], "Writer Number0; Writer Number1"),
    ],
)
def test_names_are_cleaned(given: list[str], author: str | None):
    found = people(given, "The Gazette")
    if len(given) > 50:
        assert found is not None
        assert found.startswith(author or "")
        assert len(found) <= 200
        assert not found.endswith(";")
    else:
        assert found == author


def test_a_person_may_be_called_as_the_site_is():
    site = "<meta property=og:site_name content='Ann Lee'>"
    assert read(site + "<meta name=author content='Ann Lee'>").author is None
    person = {"@type": "BlogPosting", "author": {"@type": "Person", "name": "Ann Lee"}}
    assert read(site + ld(person)).author == "Ann Lee"


def test_a_list_of_articles_is_by_nobody():
    articles = [
        {"@type": "Article", "author": {"name": f"Ann {n}"}, "datePublished": f"2023-03-1{n}"}
        for n in range(5)
    ]
    assert read(ld(articles)) == About(types=frozenset({"article"}))


def test_types_come_from_json_ld_microdata_and_open_graph():
    head = (
        ld({"@type": ["NewsArticle", "https://schema.org/Report"], "author": {"@type": "Person"}})
        + "<meta property=og:type content=og:product>"
        + '<script type=application/ld+json>{\'@type\': bad, "@type": "Recipe"</script>'
    )
    body = (
        "<div itemscope itemtype='https://schema.org/QAPage'><div itemprop=mainEntity itemscope"
        " itemtype=http://schema.org/Question><i itemprop=author itemscope"
        " itemtype=http://schema.org/Person>A</i></div></div>"
    )
    assert read(head, body).types == {
        "newsarticle", "report", "product", "recipe", "qapage", "question",
    }  # fmt: skip


def test_title_site_and_language_are_hints():
    head = (
        "<meta property=og:title content=' A\n title '><meta property=og:site_name content=Site>"
        "<meta property=og:locale content=de_DE>"
    )
    known = read(head)
    assert (known.title, known.site, known.language) == ("A title", "Site", "de_DE")
    known = read(ld({"@type": "Article", "headline": "A &amp; B", "publisher": {"name": "Site"}}))
    assert (known.title, known.site) == ("A & B", "Site")


def test_a_page_that_says_nothing_has_nothing():
    assert read("") == About()


@pytest.mark.parametrize(
    "json",
    [
        "{", "null", "[]", "7", '{"@type": 7}', '{"author": [[[]]]}', "[" * 5000, "[" * 90_000,
        '{"@type":"Article","author":{"@id":[]},"datePublished":{},"publisher":[[1]]}',
        '{"@type":"Article","author":7,"headline":["",2],"@id":{"a":1}}',
        '{"@graph":{"@graph":{"@graph":{"@graph":{"@graph":{"@graph":[]}}}}}}',
        '{"@type":"Article","datePublished":' + "9" * 5000 + "}",
        '"author" "author":{"name' * 3000,
    ],
)  # fmt: skip
def test_broken_metadata_cost_nothing_but_themselves(json: str):
    head = f"<script type=application/ld+json>{json}</script><meta name=date content=2023-03-13>"
    assert read(head).published == "2023-03-13"


def test_json_ld_as_long_as_a_book_is_only_searched():
    long = json.dumps({"@type": "Article", "datePublished": "2023-03-13", "x": "y" * 300_000})
    assert read(f"<script type=application/ld+json>{long}</script>").published == "2023-03-13"


def test_empty_and_odd_documents_have_metadata_too():
    for text in ("", "\0", "<meta content>", "<meta name content=x>", "<time datetime>"):
        assert about(LexborHTMLParser(text)).author is None


def test_most_news_articles_tell_their_author_and_date():
    folder = data("pages", "aeb")
    known = []
    for record in map(json.loads, (folder / "gold.jsonl").read_text("utf-8").strip().split("\n")):
        raw = gzip.decompress((folder / "pages" / f"{record['id']}.html.gz").read_bytes())
        known.append(about(LexborHTMLParser(raw)))
    assert sum(one.published is not None for one in known) > 0.8 * len(known)
    assert sum(one.author is not None for one in known) > 0.6 * len(known)
    assert all(len(one.author or "") <= 200 for one in known)
