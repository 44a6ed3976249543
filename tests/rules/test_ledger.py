from __future__ import annotations

import pytest

from browser.model.page import Link, Page
from browser.model.reason import Reason
from browser.model.session import Session
from browser.rules.ledger import MAX_ALLOWED, MAX_AT_ONCE, allow, enter, holds
from browser.rules.target import parse_target


@pytest.fixture
def session() -> Session:
    return Session("key", "id", "owner", 0.0, 0.0)


def page(url: str, *links: str) -> Page:
    return Page(url, "", (), tuple(Link(n, "", href, "") for n, href in enumerate(links)))


def opens(session: Session, *urls: str) -> list[bool]:
    return [holds(session, parse_target(url)) for url in urls]


def test_a_page_and_its_links_are_held_and_nothing_else(session):
    enter(session.shown, page("https://a.com/x#part", "https://b.com/y?z=1#end"))
    assert opens(session, "https://a.com/x", "https://b.com/y?z=1") == [True, True]
    assert opens(session, "https://b.com/", "https://b.com/y", "https://c.com/") == [False] * 3


@pytest.mark.parametrize(
    "same",
    [
        "https://a.com/x?q=%C3%A4",
        "https://a.com/x?q=ä",
        "HTTPS://A.com:443/x?q=%C3%A4",
        "https://a.com/y/../x?q=ä",
        "https://a.com./x?q=ä",
        "https://a.com/x?q=ä#fragment",
        "https://a.com/x?q=ä#:~:text=words",
    ],
)
def test_two_spellings_of_one_canonical_address_are_one(session, same):
    allow(session, "", ["https://a.com/x?q=ä"])
    assert opens(session, same) == [True]


@pytest.mark.parametrize(
    "other",
    [
        "https://a.com/x?q=1&d=SECRET",
        "https://a.com/x?d=SECRET",
        "https://a.com/x",
        "https://a.com/X?q=1",
        "https://a.com/x/?q=1",
        "https://a.com/x?q=1?",
        "https://a.com/%78?q=1",
        "http://a.com/x?q=1",
        "https://a.com:8443/x?q=1",
        "https://www.a.com/x?q=1",
        "https://a.com.evil.net/x?q=1",
        "https://SECRET.a.com/x?q=1",
    ],
)
def test_whatever_differs_for_a_server_is_another_address(session, other):
    allow(session, "", ["https://a.com/x?q=1"])
    enter(session.shown, page("https://a.com/x?q=1", "https://a.com/x?q=1"))
    assert opens(session, "https://a.com/x?q=1") == [True]
    assert opens(session, other) == [False]


def test_the_root_dot_of_a_link_is_no_part_of_its_name(session):
    enter(session.shown, page("", "https://a.com./x.", "https://b.com.:8443/y."))
    assert opens(session, "https://a.com/x.", "https://b.com:8443/y.") == [True, True]
    assert opens(session, "https://a.com/x") == [False]


def test_a_message_of_the_user_is_read_for_addresses_and_reported_in_canonical_form(session):
    done = allow(session, "Please read Example.COM/Path#part, not ftp://a.com/.")
    assert done.allowed == ("https://example.com/Path",)
    assert done.refused == ()
    assert session.allowed == ["https://example.com/Path"]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://a.com/x", Reason.SCHEME_REFUSED),
        ("javascript:alert(1)", Reason.SCHEME_REFUSED),
        ("a.com/x", Reason.BAD_URL),
        ("https://user:word@a.com/", Reason.BAD_URL),
        (r"http://127.0.0.1\@a.com/", Reason.BAD_URL),
        ("https://a.com/" + "x" * 3000, Reason.BAD_URL),
        ("http://0x7f.1/", Reason.ADDRESS_REFUSED),
    ],
)
def test_what_could_not_be_opened_anyway_is_refused_with_the_reason(session, url, reason):
    done = allow(session, "", [url])
    assert done.refused == ((url, reason),)
    assert session.allowed == []


def test_an_address_given_twice_is_kept_once_and_reported_again(session):
    allow(session, "https://a.com/x")
    assert allow(session, "https://a.com/x#y https://A.com/x").allowed == ("https://a.com/x",)
    assert session.allowed == ["https://a.com/x"]


def test_one_message_registers_a_bounded_number_of_addresses(session):
    done = allow(session, " ".join(f"https://a.com/{n}" for n in range(MAX_AT_ONCE + 3)))
    assert len(done.allowed) == MAX_AT_ONCE
    assert {reason for _, reason in done.refused} == {Reason.SESSION_FULL}
    assert [url for url, _ in done.refused] == [
        f"https://a.com/{MAX_AT_ONCE + n}" for n in range(3)
    ]


def test_a_conversation_keeps_a_bounded_number_of_addresses(session):
    for n in range(MAX_ALLOWED):
        allow(session, "", [f"https://a.com/{n}"])
    assert allow(session, "https://a.com/more").refused == (
        ("https://a.com/more", Reason.SESSION_FULL),
    )
    assert allow(session, "https://a.com/7").allowed == ("https://a.com/7",)
    assert len(session.allowed) == MAX_ALLOWED
