"""Nothing leaves the service that no command asked for.

One conversation over pages that offer everything a web browser would load, follow or report on by
itself. The origin keeps every request and counts connections; a resolver of the test keeps every
name that is looked up. What is asked for has to be robots.txt once a host, and the pages named.
"""

from __future__ import annotations

import anyio
import pytest
from fastapi import FastAPI

from browser.check import check
from browser.compose import build
from browser.config import fixed
from browser.settings import Settings
from tests.service.living import Talk, serving, small_library
from tests.world import World

HEAD = """
<meta http-equiv=refresh content="0; url=/meta-refresh">
<meta property=og:image content=http://other.test/og.png>
<meta name=twitter:player content=http://other.test/player>
<meta name=tdm-policy content=http://other.test/policy.json>
<link rel=icon href=/favicon.png><link rel=apple-touch-icon href=/touch.png>
<link rel=stylesheet href=/style.css><link rel=manifest href=/app.webmanifest>
<link rel=preload as=image href=/preload.png><link rel=prefetch href=/prefetch>
<link rel=prerender href=/prerender><link rel=modulepreload href=/module.js>
<link rel=dns-prefetch href=//dns.prefetch.net><link rel=preconnect href=//preconnect.net>
<link rel=preconnect href=http://other.test><link rel=next href=/page-2><link rel=prev href=/page-0>
<link rel=canonical href=/canonical><link rel=amphtml href=/amp>
<link rel=alternate hreflang=de href=/de><link rel=alternate type=application/rss+xml href=/feed>
<link rel=alternate type=text/markdown href=/index.md><link rel=search href=/opensearch.xml>
<link rel=pingback href=/pingback><link rel=license href=/licence.xml>
<link rel=sitemap href=/sitemap.xml><link rel=expect href=/expect>
<script src=/script.js></script><script type=module src=/module-2.js></script>
<script type=importmap>{"imports": {"a": "/import.js"}}</script>
<script type=speculationrules>
  {"prefetch": [{"urls": ["/speculated"]}], "prerender": [{"urls": ["/prerendered"]}]}
</script>
<script>navigator.serviceWorker.register('/worker.js'); fetch('/api'); location = '/s'</script>
<script type=application/ld+json>{"@context": "http://other.test/context", "url": "/ld"}</script>
<style>@import url(/import.css); @font-face { src: url(/font.woff2) } p { background: url(/p.png) }
</style>
"""
BODY = """
<p>This page has words of its own, enough of them to be a page worth reading, in a few sentences
that say nothing. It has a <a href=/read ping=/ping>page to read</a>, a <a href=/moved>page that
moved</a> and a <a href=/private>page that is closed</a>. There is <a href=/gone>one that went</a>,
<a href=/data.xml>some data</a>, <a href=/notes.md>some notes</a>, <a href=/news.xml>news</a> and
<a href=http://outside.example.net/>something outside</a>.</p>
<p style="background: url(/styled.png)">More words stand here, so that lines can be quoted.</p>
<img src=/image.png srcset="/image-2x.png 2x" alt=picture loading=eager>
<picture><source srcset=/picture.avif><img src=/picture.jpg alt=another></picture>
<iframe src=/frame></iframe><iframe srcdoc="<img src=/srcdoc.png>"></iframe>
<object data=/object.swf><embed src=/embed.swf></object><portal src=/portal></portal>
<video src=/video.mp4 poster=/poster.jpg autoplay><track src=/track.vtt default></video>
<audio src=/audio.mp3 autoplay></audio><input type=image src=/input.png>
<form action=/form method=post><button formaction=/formaction>Send</button></form>
<form action=/search-form><input name=q autofocus></form>
<svg><image href=/svg.png /><use href=/symbols.svg#a /></svg>
<blockquote cite=/cited>Said.</blockquote>
<noscript><img src=/noscript.png alt=none></noscript>
<div><template shadowrootmode=open><img src=/shadow.png></template></div>
"""
FIELDS = {
    "Refresh": "0; url=/refresh",
    "Link": "</linked.css>; rel=preload, <//dns.linked.net>; rel=preconnect, </hint>; rel=prefetch",
    "Speculation-Rules": '"/rules.json"',
    "SourceMap": "/source.map",
    "Set-Cookie": "id=1; Path=/",
    "Alt-Svc": 'h2="alt.example.net:443"',
    "Accept-CH": "Sec-CH-UA-Model, Sec-CH-Viewport-Width",
    "Critical-CH": "Sec-CH-UA-Model",
    "Strict-Transport-Security": "max-age=1000000",
    "Content-Security-Policy": "default-src 'none'; report-uri /report",
    "Reporting-Endpoints": 'default="/reports"',
    "NEL": '{"report_to": "default", "max_age": 1000, "success_fraction": 1.0}',
    "Report-To": '{"group": "default", "max_age": 1000, "endpoints": [{"url": "/reports"}]}',
    "tdm-reservation": "1",
    "tdm-policy": "http://other.test/policy.json",
}
XML = """<?xml version="1.0"?>
<?xml-stylesheet type="text/xsl" href="/sheet.xsl"?>
<!DOCTYPE notes SYSTEM "http://other.test/notes.dtd" [<!ENTITY more SYSTEM "/entity.txt">]>
<notes xmlns:xi="http://www.w3.org/2001/XInclude">
  <note>Words of a note.</note><xi:include href="/included.xml"/><note>&more;</note>
</notes>
"""
FEED = """<?xml version="1.0"?>
<rss version="2.0"><channel><title>News</title><link>http://site.test/</link>
<image><url>/logo.png</url></image><cloud domain="other.test" path="/cloud"/>
<item><title>An item</title><link>/item</link><description>Words of an item.</description>
<enclosure url="/sound.mp3" type="audio/mpeg"/></item></channel></rss>
"""
ROBOTS = """User-agent: *
Disallow: /private
Sitemap: http://site.test/sitemap.xml
License: http://other.test/licence.xml
Host: www.site.test
"""
SENT = {
    "host", "accept", "accept-encoding", "accept-language", "connection", "user-agent",
}  # fmt: skip


@pytest.fixture
def origin(tmp_path):
    with World() as world:
        page = f"<!doctype html><html lang=en manifest=/cache.appcache><title>A site</title>{HEAD}"
        words = "<p>Words to read, in a sentence that is long enough to be quoted.</p>" * 40
        first = f"{page}<body background=/body.png>{BODY}{words}"
        world.reply("site.test", "/", body=first, headers=FIELDS)
        for target in ("/read", "/final"):
            world.reply("site.test", target, body=f"{page}<body><main>{words}", headers=FIELDS)
        world.reply("site.test", "/moved", 302, headers={"Location": "/final", **FIELDS})
        world.reply("site.test", "/gone", 404, f"{page}<body>{BODY}", headers=FIELDS)
        world.reply("site.test", "/data.xml", body=XML, kind="application/xml", headers=FIELDS)
        world.reply("site.test", "/news.xml", body=FEED, kind="application/rss+xml", headers=FIELDS)
        notes = "# Notes\n\n![a picture](/notes.png) Words of the notes. [more](/more)\n"
        world.reply("site.test", "/notes.md", body=notes, kind="text/markdown", headers=FIELDS)
        world.robots("site.test", ROBOTS)
        index = small_library(world, tmp_path)
        yield world, {"provider": "local", "local": {"index": str(index)}}


class Names:
    """A resolver that keeps what it is asked; every name of it leads to this machine."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, name: str, port: int) -> tuple[str, ...]:
        del port
        self.asked.append(name)
        return ("127.0.0.1",)

    def service(self, settings: Settings) -> FastAPI:
        return build(settings, lookup=self)


def converse(talk: Talk) -> None:
    """Every command, and everything beside the commands."""
    talk.good("search", query="apples")
    talk.good("click", id=0)
    allowed = talk.client.get("/v1/allow", params={"url": "http://never.test/"})
    assert allowed.json()["allowed"] == ["http://never.test/"]
    first = talk.open("http://site.test/")
    links = {link["text"]: link["id"] for link in first["links"]}
    here = first["cursor"]
    for text in ("page to read", "page that moved", "some data", "some notes", "news"):
        talk.good("click", id=links[text], cursor=here)
    talk.fails("robots_disallowed", "click", id=links["page that is closed"], cursor=here)
    talk.fails("http_status", "click", id=links["one that went"], cursor=here)
    talk.fails("address_refused", "click", id=links["something outside"], cursor=here)
    talk.good("find", pattern="words", cursor=here)
    talk.good("scroll", line=2, cursor=here)
    talk.good("back")
    line = next(
        line["n"] for line in talk.whole(here)["lines"] if "More words stand" in line["text"]
    )
    quote = talk.good("quote", start=line, end=line, cursor=here)["quote"]
    talk.good("sources")
    assert talk.resolve(f"As it says {quote['citation']}.")["annotations"]
    assert talk.transcript()["steps"]
    for path in ("/", "/agent", "/healthz", "/readyz", "/metrics", "/openapi.json"):
        assert talk.client.get(path).status_code == 200
    assert talk.client.delete(f"/v1/sessions/{talk.session}").status_code == 204


def test_a_whole_conversation_asks_for_robots_txt_once_a_host_and_for_the_pages_named(origin):
    world, search = origin
    names = Names()
    with serving(world, names.service, search=search) as client:
        converse(Talk(client))
    # Read after the service has ended: nothing it had still in mind can come later.
    assert world.asked == [
        ("library.test", "GET", "/robots.txt"),
        ("library.test", "GET", "/apples"),
        ("site.test", "GET", "/robots.txt"),
        ("site.test", "GET", "/"),
        ("site.test", "GET", "/read"),
        ("site.test", "GET", "/moved"),
        ("site.test", "GET", "/final"),
        ("site.test", "GET", "/data.xml"),
        ("site.test", "GET", "/notes.md"),
        ("site.test", "GET", "/news.xml"),
        ("site.test", "GET", "/gone"),
    ]
    assert names.asked == ["outside.example.net."]
    assert world.connections == len({host for host, _, _ in world.asked})


def test_a_request_says_no_more_than_what_is_asked_for_and_by_whom(origin):
    world, search = origin
    with serving(world, Names().service, search=search) as client:
        converse(Talk(client))
    assert world.headers
    for fields in world.headers:
        assert set(fields) <= SENT, "a field that tells of another page, of a person or of a cookie"


def test_a_check_asks_for_robots_txt_and_nothing_else(origin):
    world, _ = origin
    settings = fixed(egress={"hosts": world.egress_hosts})
    rungs = anyio.run(check, settings, "http://site.test/read")
    assert all(rung.passed for rung in rungs)
    assert world.asked == [("site.test", "GET", "/robots.txt")]
    assert world.connections == 1


def test_a_service_that_is_asked_for_nothing_asks_for_nothing(origin):
    world, search = origin
    with serving(world, search=search) as client:
        assert client.get("/readyz").status_code in {200, 503}
    assert world.asked == []
    assert world.connections == 0
