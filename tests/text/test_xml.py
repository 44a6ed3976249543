from __future__ import annotations

import pytest

from browser.errors import FetchFailed
from browser.model.page import Page
from browser.model.reason import Reason
from browser.text import render


def page(text: str, kind: str = "application/xml") -> Page:
    return render(text.encode(), kind, "https://site.example/dir/things.xml")


def lines(text: str, kind: str = "application/xml") -> list[str]:
    return [line.text for line in page(text, kind).lines[2:]]


def test_every_element_stands_on_its_own_line():
    text = """<?xml version="1.0"?><!-- note --><list n="1"><item id="a&amp;b">One &lt; two</item>
    <empty/><item><name>Deep</name></item></list>"""
    assert lines(text) == [
        '<list n="1">',
        '  <item id="a&amp;b">One &lt; two</item>',
        "  <empty/>",
        "  <item>",
        "    <name>Deep</name>",
        "  </item>",
        "</list>",
    ]


def test_words_beside_elements_stay_in_their_sentence():
    assert lines("<p>Some <b>bold</b> words, <i>and</i>\n  others.</p>") == [
        "<p>Some <b>bold</b> words, <i>and</i> others.</p>"
    ]


def test_words_between_long_elements_are_not_lost():
    long = "word " * 100
    text = " ".join(lines(f"<a>first <b>{long}</b> second <c>{long}</c> third</a>"))
    assert text.split().count("word") >= 190
    assert [word for word in ("first", "second", "third") if word not in text] == []
    assert text.index("first") < text.index("second") < text.index("third")


def test_names_keep_their_prefixes():
    text = (
        '<a:list xmlns:a="urn:a" xmlns:x="urn:x"><a:item x:id="1" xml:lang="de">w</a:item></a:list>'
    )
    assert lines(text)[1] == '  <a:item x:id="1" xml:lang="de">w</a:item>'


def test_addresses_are_links():
    found = page("<a href='https://o.example/x?a=1&amp;b=2'><b>https://site.example/y</b></a>")
    assert [link.url for link in found.links] == [
        "https://o.example/x?a=1&b=2",
        "https://site.example/y",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<a>one<b>two", "two"),
        ("<a>one & two</a>", "one &amp; two"),
        ("<a>caf&eacute;&nbsp;x &unknown; y</a>", "café x &amp;unknown; y"),
        ("<a>one</b>two</a>", "one"),
        ("<a>con\x01trol</a>" + " " * 200, "control"),
        ("no xml at all", "no xml at all"),
        ("  \n<?xml version='1.0'?><a>late</a>", "late"),
        ("<a><![CDATA[1 < 2 & 3]]></a>", "1 &lt; 2 &amp; 3"),
    ],
)
def test_a_broken_document_is_read_as_far_as_it_can_be(text: str, told: str):
    assert told in "\n".join(lines(text))


def test_entities_are_neither_expanded_nor_fetched():
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    text = (
        f'<!DOCTYPE a [<!ENTITY e0 "ha">{bomb}<!ENTITY file SYSTEM "file:///etc/passwd">]>'
        "<a>x &e11; &file; y</a>"
    )
    found = " ".join(lines(text))
    assert "root:" not in found
    assert "haha" not in found
    assert found.startswith("<a>x ")


def test_depth_does_not_cost_the_page():
    assert len(lines("<a>" * 3_000 + "deep" + "</a>" * 3_000)) > 100


def test_a_page_labelled_as_xml_is_a_page():
    text = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><h1>T</h1></body></html>'
    assert lines(text) == ["# T"]


def test_a_sitemap_is_a_list_of_links():
    found = page(
        """<?xml version="1.0" encoding="UTF-8"?>
        <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
        <url><loc> https://site.example/a </loc><lastmod>2024-01-02</lastmod></url>
        <url><loc>https://site.example/b?x=1&amp;y=2</loc></url></urlset>"""
    )
    assert [line.text for line in found.lines[2:]] == [
        "  * 【0†https://site.example/a】 2024-01-02",
        "  * 【1†https://site.example/b?x=1&y=2】",
    ]
    assert found.links[1].url == "https://site.example/b?x=1&y=2"


def test_an_index_of_sitemaps_is_a_list_of_links():
    text = "<sitemapindex><sitemap><loc>https://site.example/s.xml</loc></sitemap></sitemapindex>"
    assert lines(text) == ["  * 【0†https://site.example/s.xml】"]


def test_of_a_drawing_the_words_are_read():
    text = """<svg xmlns="http://www.w3.org/2000/svg"><title>Map</title><script>no()</script>
    <g><text>Hello <tspan>there</tspan></text><path d="M0 0"/></g></svg>"""
    found = page(text, "image/svg+xml")
    assert [line.text for line in found.lines[2:]] == ["Map", "Hello there"]
    assert found.title == "Map"


def test_a_drawing_without_words_has_no_text():
    with pytest.raises(FetchFailed) as caught:
        page("<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>", "image/svg+xml")
    assert caught.value.reason is Reason.NO_TEXT


def test_the_encoding_of_the_declaration_is_read():
    text = "<?xml version='1.0' encoding='windows-1251'?><a>Привет</a>"
    found = render(text.encode("cp1251"), "text/xml", "https://site.example/a")
    assert found.lines[2].text == "<a>Привет</a>"


XHTML = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="de"><head><title/><script src="a.js"/>
<script>//<![CDATA[
var end = "</script><p>SCRIPT";
//]]></script><style/></head>
<body><h1>Title</h1><iframe src="b"/><textarea/><p>One&nbsp;two <![CDATA[a < b & <i>c</i>]]> end</p>
<plaintext>More</plaintext><br>In a break</br><xmp/><!-- COMMENT -->
<svg xmlns="http://www.w3.org/2000/svg"><style/><path/></svg>
<f:script xmlns:f="urn:f">Foreign</f:script><p><a href="/x">Last</a></p></body></html>"""


@pytest.mark.parametrize("kind", ["application/xhtml+xml", "application/xml", "text/xml"])
def test_xhtml_served_as_xml_is_read_as_xml(kind: str):
    found = page(XHTML, kind)
    text = " ".join(line.text for line in found.lines)
    for words in ("Title", "One two a < b & <i>c</i> end", "More", "In a break", "Foreign"):
        assert words in text
    assert "【0†Last】" in text
    assert "SCRIPT" not in text
    assert "COMMENT" not in text
    assert found.language == "de"
    assert {line.role for line in found.lines[2:]} >= {"heading", "text"}


def test_the_same_text_served_as_html_is_read_as_html():
    with pytest.raises(FetchFailed):
        page(XHTML, "text/html")


@pytest.mark.parametrize("kind", ["application/xhtml+xml", "application/xml"])
def test_xhtml_that_is_not_well_formed_is_read_as_html(kind: str):
    assert lines("<html><body><h1>T</h1><p>One & <b>two<p>three</body></html>", kind) == [
        "# T",
        "One & two",
        "three",
    ]


def test_entities_of_an_xhtml_document_are_not_expanded():
    text = (
        '<!DOCTYPE html [<!ENTITY a "SECRET"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
        '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>One &a; &b; two</p></body></html>'
    )
    assert lines(text, "application/xhtml+xml") == ["One &a; &b; two"]


def test_the_title_of_a_drawing_is_one_clean_line():
    text = f"<svg><title>A\u202eb {'word ' * 100}</title><text>words</text></svg>"
    found = page(text, "image/svg+xml")
    assert found.title.startswith("Ab word")
    assert len(found.title) == 200


@pytest.mark.parametrize("name", ["note", "svg", "html"])
@pytest.mark.parametrize("number", ["#0", "#xd800", "#57343", "#x110000", "#xFFFE", "#8", "#x0"])
def test_a_number_that_is_no_character_stands_for_none(name: str, number: str):
    text = f"<{name}><text a='&{number};'>words &{number}; more &#65;&#x42;</text></{name}>"
    assert "words \ufffd more AB" in " ".join(lines(text))
