from __future__ import annotations

import pytest

from browser.rules import identity


@pytest.mark.parametrize(
    "text",
    [
        "", "ops@example.org", "o.p.s+bot@a.example", "a@b", "x!#$%&'*/=?^_`{|}~-@example.org",
        f"{'a' * 64}@{'b' * 63}.example", "a@xn--bcher-kva.example",
    ],
)  # fmt: skip
def test_an_address_is_taken(text: str):
    assert identity.address(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "ops", "@example.org", "ops@", "a@b@c", "a b@example.org", "Ops <ops@example.org>", ".a@b",
        "a.@b", "a..b@c", "a@-b.example", "a@b..c", "a@b.", "mailto:a@b.example",
        "a@b.example, c@d", " a@b.example", "a@b.example\n", "a@b.example\r\nCookie: x",
        "é@example.org", f"{'a' * 64}@{'b.' * 100}example",
        "https://example.org/", "a@[192.0.2.1]", '"a b"@c',
    ],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused(text: str):
    with pytest.raises(ValueError, match=r"e-mail address|ASCII|space"):
        identity.address(text)


@pytest.mark.parametrize(
    "text",
    [
        "en", "*", "de-CH", "de-CH, de;q=0.9, en;q=0.5, *;q=0", "en;q=1.000", "en ; q=0.5",
        "zh-Hant-TW,zh", "en;Q=0.3", "sl-rozaj-biske-1994", "en; q=0.", "en;q=1",
    ],
)  # fmt: skip
def test_a_list_of_languages_is_taken(text: str):
    assert identity.languages(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "english and german", "en;q=2", "en;q=1.5", "en;q=0.1234", "en;q=-1", "en,",
        ",en", "en,,de", "de_DE", "en;level=1", "verylonglanguage", "1a", "en;q=", "en, ",
        "en;q=.5", "en\r\nCookie: a",
    ],
)  # fmt: skip
def test_what_is_no_list_of_languages_is_refused(text: str):
    """Empty members are for recipients to bear, not for senders to send (RFC 9110 5.6.1)."""
    with pytest.raises(ValueError, match=r"languages|ASCII|space"):
        identity.languages(text)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("", ""),
        ("https://agent.example", "https://agent.example"),
        ("https://Agent.Example/", "https://agent.example"),
        ("https://agent.example:443", "https://agent.example"),
        ("https://agent.example:8443", "https://agent.example:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_origin_is_written_as_everywhere(text: str, origin: str):
    assert identity.https_origin(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "http://agent.example", "agent.example", "https://", "https://agent.example/path",
        "https://agent.example/?", "https://agent.example?a", "https://agent.example/#",
        "https://user@agent.example", "https://agent.example/a/..b", "data:,x", "//agent.example",
    ],
)  # fmt: skip
def test_what_is_no_https_origin_is_refused(text: str):
    with pytest.raises(ValueError, match="https origin"):
        identity.https_origin(text)


@pytest.mark.parametrize(
    "text",
    ["ftp://a.example/", "a.example", "https://u:p@a.example/", "https://a.example/b c", "x"],
)
def test_what_is_no_page_is_refused(text: str):
    with pytest.raises(ValueError, match="address of a page"):
        identity.web_page(text)


def test_the_default_token_keeps_its_documented_field_whatever_version_this_is():
    documented = (
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; "
        "+https://openai.com/bot"
    )
    assert identity.user_agent("ChatGPT-User", "7.8.9", "") == documented


def test_a_token_of_one_s_own_has_the_version_of_this_program():
    field = identity.user_agent("MyBot", "7.8.9", "https://my.example/bot")
    assert field.endswith("; compatible; MyBot/7.8.9; +https://my.example/bot")
    assert "openai" not in identity.user_agent("MyBot", "7.8.9", "")
