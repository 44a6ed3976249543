from __future__ import annotations

import pytest

from browser.model.url import Url
from browser.text.links import NOWHERE, Links
from tests.text.pages import URL, page, shown

HERE = Url.parse(URL)


def resolved(reference: str, base: str = URL) -> str | None:
    links = Links(HERE, Url.parse(base))
    number = links.add(reference)
    return None if number == NOWHERE else links.all()[number].url


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("/root", "https://site.example/root"),
        ("next", "https://site.example/dir/next"),
        ("../up", "https://site.example/up"),
        ("?q=1", "https://site.example/dir/page?q=1"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("https:rel", "https://site.example/dir/rel"),
        (" \n/trim\t ", "https://site.example/trim"),
        ("/a\nb", "https://site.example/ab"),
        ("HTTP://Other.Example:80/A b?é", "http://other.example/A%20b?%C3%A9"),
        ("/other#part", "https://site.example/other#part"),
        ("\\evil.example\\x", "https://site.example/evil.example/x"),
        ("\\\\evil.example\\x", "https://evil.example/x"),
        (URL, URL),
    ],
)
def test_a_reference_joins_the_page_as_in_a_web_browser(reference: str, url: str):
    assert resolved(reference) == url


@pytest.mark.parametrize(
    "reference",
    [
        "",
        " ",
        "#",
        "#part",
        URL + "#part",
        "page#part",
        "mailto:a@b.example",
        "tel:+123",
        "javascript:alert(1)",
        "JavaScript:void(0)",
        "data:text/html,x",
        "ftp://f.example/",
        "file:///etc/passwd",
        "blob:https://a/b",
        "http://user@h.example/",
        "http://user:pass@h.example/",
        "http://",
        "http://[::",
        "https://h.example:99999/",
        "/" + "x" * 3000,
    ],
)
def test_a_reference_that_leads_to_no_other_page_is_no_link(reference: str):
    assert resolved(reference) is None


def test_an_address_with_an_at_sign_in_its_path_is_a_link():
    assert resolved("https://h.example/@name") == "https://h.example/@name"


def test_links_are_numbered_from_zero_and_once_for_each_address():
    html = "<a href=/a>one</a> <a href=/b>two</a> <a href=/dir/../a>three</a> <a href=/a#x>four</a>"
    assert shown(html) == ["【0†one】 【1†two】 【0†three】 【2†four】"]
    assert [(link.id, link.text, link.url) for link in page(html).links] == [
        (0, "one", "https://site.example/a"),
        (1, "two", "https://site.example/b"),
        (2, "four", "https://site.example/a#x"),
    ]


def test_a_link_to_another_host_names_it():
    html = (
        "<a href=//other.example:8080/x>x</a> <a href=//site.example/y>y</a> "
        "<a href=//www.site.example>z</a>"
    )
    assert shown(html) == ["【0†x†other.example】 【1†y】 【2†z†www.site.example】"]
    assert [link.domain for link in page(html).links] == [
        "other.example",
        "site.example",
        "www.site.example",
    ]


def test_a_host_in_another_script_is_shown_in_ascii():
    assert shown("<a href=//bücher.example>b</a>") == ["【0†b†xn--bcher-kva.example】"]


def test_of_a_long_host_the_end_is_shown_since_it_says_whose_it_is():
    host = "paypal.com." + "a" * 60 + ".evil.example"
    (line,) = shown(f"<a href=//{host}>log in</a>")
    assert line.endswith("evil.example】")
    assert "…" in line
    assert page(f"<a href=//{host}>log in</a>").links[0].domain == host


def test_the_base_of_the_document_counts_for_its_links_and_not_for_its_host():
    html = (
        "<base href=https://base.example/sub/>"
        "<a href=x>x</a><a href=#f>f</a><a href=//site.example/>s</a>"
    )
    assert shown(html) == ["【0†x†base.example】f【1†s】"]
    assert page(html).links[0].url == "https://base.example/sub/x"


@pytest.mark.parametrize("base", ["javascript:x", "data:,", "http://[", ""])
def test_a_base_that_leads_nowhere_is_ignored(base: str):
    assert page(f"<base href='{base}'><a href=x>x</a>").links[0].url == "https://site.example/dir/x"


def test_a_name_is_the_first_that_a_link_has():
    links = Links(HERE, HERE)
    number = links.add("/x")
    links.name(number, " \n ")
    links.name(number, " First \n name ")
    links.name(number, "Second")
    assert links.all()[number].text == "First name"
