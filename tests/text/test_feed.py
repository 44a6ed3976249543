from __future__ import annotations

import json

import pytest

from browser.model.page import Page
from browser.text import render

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">
<channel><itunes:title>Not this</itunes:title><title>Harbour &amp; tides</title>
<link>https://harbour.example/</link><description>All the news</description>
<language>en-gb</language>
<item><title>One &lt;b&gt;bold&lt;/b&gt; &amp;amp; more</title><link>https://harbour.example/1</link>
<pubDate>Tue, 10 Jun 2003 04:00:00 GMT</pubDate><dc:creator>Ann Quay</dc:creator>
<description>Short</description>
<content:encoded><![CDATA[<p>Long, with <a href="x.html">a link</a></p>
<ul><li>point</ul>]]></content:encoded></item>
<item><title>Two</title><guid>https://harbour.example/2</guid>
<description>Plain words.

Second part.</description>
<enclosure url="https://cdn.example/2.mp3" type="audio/mpeg" length="1"/></item>
<item><guid isPermaLink="false">tag:3</guid>
<description>&lt;p&gt;No title&lt;/p&gt;</description></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://blog.example/b/">
<title type="html">A &amp;lt; B</title><subtitle>About it</subtitle><link rel="self" href="feed"/>
<link href="/"/><author><name>Zoe</name></author><updated>2024-05-06T01:02:03Z</updated>
<entry><title>First</title><link rel="alternate" href="first"/>
<published>2023-01-01T00:00:00Z</published>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Hi <b>you</b>,
<a href="pic">see</a>
</p></div></content></entry>
<entry><title>Second</title><summary>Plain &lt;words&gt;</summary>
<author><name>Ann</name></author><author><name>Bo</name></author></entry>
<entry><title>Third</title><content type="html">&lt;p&gt;Rich&lt;/p&gt;</content></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://old.example/"><title>Old</title><link>https://old.example/</link></channel>
<item rdf:about="https://old.example/1"><title>Entry</title><link>https://old.example/1</link>
<dc:date>2002-03-04T05:06+00:00</dc:date><description>Words</description></item></rdf:RDF>"""


def page(text: str, kind: str = "application/rss+xml") -> Page:
    return render(text.encode(), kind, "https://feeds.example/dir/feed")


def lines(text: str, kind: str = "application/rss+xml") -> list[str]:
    return [line.text for line in page(text, kind).lines[2:]]


def test_rss_2_is_read():
    found = page(RSS)
    assert [line.text for line in found.lines[2:]] == [
        "# 【0†Harbour & tides†harbour.example】",
        "All the news",
        "## 【1†One bold & more†harbour.example】",
        "Tue, 10 Jun 2003 04:00:00 GMT · Ann Quay",
        "Long, with 【2†a link†harbour.example】",
        "  * point",
        "## 【3†Two†harbour.example】",
        "【4†audio/mpeg†cdn.example】",
        "Plain words.",
        "Second part.",
        "## Untitled",
        "No title",
    ]
    assert found.links[2].url == "https://harbour.example/x.html"
    assert (found.title, found.published, found.language) == (
        "Harbour & tides",
        "2003-06-10",
        "en-gb",
    )
    assert all(line.main for line in found.lines)


def test_atom_is_read():
    found = page(ATOM, "application/atom+xml")
    assert [line.text for line in found.lines[2:]] == [
        "# 【0†A < B†blog.example】",
        "About it",
        "## 【1†First†blog.example】",
        "2023-01-01T00:00:00Z",
        "Hi you, 【2†see†blog.example】",
        "## Second",
        "Ann, Bo",
        "Plain <words>",
        "## Third",
        "Rich",
    ]
    assert [link.url for link in found.links] == [
        "https://blog.example/",
        "https://blog.example/b/first",
        "https://blog.example/b/pic",
    ]
    assert (found.title, found.author, found.published, found.language) == (
        "A < B",
        "Zoe",
        "2024-05-06",
        "de",
    )


def test_rss_1_is_read():
    found = page(RDF, "application/rdf+xml")
    assert [line.text for line in found.lines[2:]] == [
        "# 【0†Old†old.example】",
        "## 【1†Entry†old.example】",
        "2002-03-04T05:06+00:00",
        "Words",
    ]
    assert found.published == "2002-03-04"


def test_a_json_feed_is_read():
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "JF",
        "home_page_url": "https://jf.example/",
        "authors": [{"name": "Ann"}],
        "items": [
            {
                "id": "1",
                "url": "https://jf.example/1",
                "title": "One",
                "content_html": "<p>Hi <i>you",
                "date_published": "2020-02-03T00:00:00Z",
            },
            {"id": "2", "content_text": "First.\n\nSecond <b>."},
            "nonsense",
        ],
    }
    for kind in ("application/feed+json", "application/json"):
        found = page(json.dumps(feed), kind)
        assert [line.text for line in found.lines[2:]] == [
            "# 【0†JF†jf.example】",
            "## 【1†One†jf.example】",
            "2020-02-03T00:00:00Z",
            "Hi you",
            "## Untitled",
            "First.",
            "Second <b>.",
        ]
        assert (found.title, found.author, found.published) == ("JF", "Ann", "2020-02-03")


@pytest.mark.parametrize("kind", ["application/xml", "text/xml", "", "text/html"])
def test_a_feed_is_known_by_its_first_element(kind: str):
    assert lines(RSS, kind)[0].startswith("# ")
    assert lines(ATOM, kind)[0].startswith("# ")


HOSTILE = [
    "<!-- never closed",
    "<script>never closed",
    "<style>never closed",
    "<textarea>never closed",
    "<plaintext>never closed",
    "<xmp>never closed",
    "<title>never closed",
    "<noscript>never closed",
    "<select><option>never closed",
    "<table><tr><td>never closed",
    "<ul><li>never closed",
    "<pre>never closed",
    "<template>never closed",
    "<svg><desc>never closed",
    "<math><mi>never closed",
    "<base href='https://evil.example/'>x",
    "</div></div></body></html>x",
    "<div hidden>never closed",
    "<a href='/x'>never closed",
    "<frameset><frame>",
    "<iframe>never closed",
    "<meta http-equiv=refresh content=0><link rel=x>",
    "&#0; &bogus; & <",
]


@pytest.mark.parametrize("content", HOSTILE)
def test_no_entry_swallows_the_next(content: str):
    feed = (
        "<rss><channel><title>t</title><description><![CDATA[" + content + "]]></description>"
        "<item><title>A</title><description><![CDATA[" + content + "]]></description></item>"
        "<item><title>B</title><link>/b</link><description>tail</description></item>"
        "</channel></rss>"
    )
    found = page(feed)
    assert [line.plain for line in found.lines if line.role == "heading"] == ["t", "A", "B"]
    assert found.lines[-1].text == "tail"
    assert [link.url for link in found.links if link.text == "B"] == ["https://feeds.example/b"]


def test_an_entry_that_is_built_to_be_slow_does_not_cost_the_others():
    slow = "&lt;div&gt;" * 20_000
    found = page(
        f"<rss><channel><title>t</title><item><title>A</title><description>{slow}</description>"
        "</item><item><title>B</title><description>tail</description></item></channel></rss>"
    )
    assert [line.plain for line in found.lines[2:-1]] == ["t", "A", "B", "tail"]
    assert found.truncated


def test_every_entry_of_a_huge_feed_keeps_its_heading():
    item = (
        "<item><title>x</title><description>"
        + "&lt;b&gt;w&lt;/b&gt;" * 20
        + "</description></item>"
    )
    found = page("<rss><channel><title>t</title>" + item * 6_000 + "</channel></rss>")
    assert sum(line.text == "## x" for line in found.lines) == 6_000
    assert found.truncated
    assert "without content" in found.lines[-1].text


def test_a_broken_feed_is_read_as_far_as_it_goes():
    assert "## Cut" in lines(
        "<rss><channel><title>t &nbsp; & u</title><item><title>Cut</title><desc"
    )


def test_dates_that_are_none_do_not_cost_the_feed():
    for date in ("yesterday", "2024", "Tue, 99 Foo 2003", "", "0000-99-99x"):
        feed = f"<rss><channel><title>t</title><item><title>x</title><pubDate>{date}</pubDate>"
        assert "## x" in lines(feed)


def test_rdf_and_feed_elements_of_other_kinds_are_xml():
    assert lines("<rdf:RDF xmlns:rdf='u'><rdf:Seq>x</rdf:Seq></rdf:RDF>", "text/xml")[0][0] == "<"
    assert lines("<feed><animal>hay</animal></feed>", "text/xml")[0] == "<feed>"


@pytest.mark.parametrize(
    ("told", "language"),
    [(" en_GB ", "en-GB"), ("de", "de"), ("【3†x】 <|im_start|>", None), ("en\nnext", None)],
)
def test_a_language_is_a_tag_or_none(told: str, language: str | None):
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "News",
        "language": told,
        "items": [{"id": "1", "content_text": "words"}],
    }
    page = render(json.dumps(feed).encode(), "application/feed+json", "https://a.example/f")
    assert page.language == language
