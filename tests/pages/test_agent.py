from __future__ import annotations

from markupsafe import escape

from browser.model.about import About, Code, Place, Section, Terms
from browser.notice import for_owners
from browser.pages import agent

ABOUT = About("MyBot", "MyBot/0.1", "", 0.5, 3, 300, "local")


def with_(**more: object) -> str:
    about = About(**{**vars(ABOUT), **more})
    return agent.page(for_owners(about))


def test_every_piece_of_the_notice_stands_on_the_page():
    pieces = (
        "A paragraph.",
        Code("User-agent: x\nDisallow: /"),
        Terms((("word", "what it means"),)),
        Place("Addresses", "https://browser.example/ranges.json"),
    )
    page = agent.page((Section("A title", pieces),))
    for words in ("A title", "A paragraph.", "User-agent: x\nDisallow: /", "what it means"):
        assert words in page
    assert '<a href="https://browser.example/ranges.json">' in page


def test_what_the_operator_writes_is_words():
    page = with_(user_agent='<script>x</script>"', contact='"><img src=x>@example.com')
    assert "<script>x" not in page
    assert "<img src=x" not in page


def test_a_place_leads_to_the_web_to_a_letter_or_nowhere():
    for address, leads in (
        ("https://a.example/", "https://a.example/"),
        ("/.well-known/x", "/.well-known/x"),
        ("a@b.example", "mailto:a@b.example"),
        ("/", "/"),
        ("a&b?cc=%25@b.example", "mailto:a%26b%3Fcc%3D%2525@b.example"),
        ("//evil.example/", ""),
        ("/\\evil.example/", ""),
        ("/\t/evil.example/", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
    ):
        page = agent.page((Section("Where", (Place("It is", address),)),))
        assert (f'<a href="{leads}">' in page) is bool(leads)
        assert str(escape(address)) in page


def test_contact_and_signatures_are_told_when_there_are_any():
    page = with_(contact="owner@example.com", signs_as="https://keys.example")
    assert 'href="mailto:owner@example.com"' in page
    assert "https://keys.example/.well-known/http-message-signatures-directory" in page
    assert "mailto:" not in with_()
