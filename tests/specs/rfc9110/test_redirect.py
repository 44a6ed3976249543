"""RFC 9110 15.4 and 10.2.2: which replies lead on, and where to."""

import pytest

from browser.errors import FetchFailed, Refused
from browser.model.reason import Reason
from browser.model.url import Url
from browser.rules.own_hosts import HostMap
from browser.rules.redirect import is_redirect, next_url, one_location

FROM = Url("https://www.example.com/a/b?q")
SEEN = [FROM.href]


def test_15_4_only_five_statuses_are_followed():
    assert [s for s in range(100, 600) if is_redirect(s)] == [301, 302, 303, 307, 308]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_10_2_2_a_redirect_leads_to_its_location_resolved_against_the_current_url(status):
    assert next_url(FROM, status, "../c?d", SEEN, 5).href == "https://www.example.com/c?d"
    assert next_url(FROM, status, "//other.example.com", SEEN, 5).host == "other.example.com"


@pytest.mark.parametrize("status", [200, 201, 300, 304, 305, 306, 404])
def test_ours_another_status_is_a_bad_response_even_with_a_location(status):
    with pytest.raises(FetchFailed) as error:
        next_url(FROM, status, "/c", SEEN, 5)
    assert error.value.reason is Reason.BAD_RESPONSE
    assert error.value.status == status


@pytest.mark.parametrize("location", [None, "", " \t"])
def test_15_4_a_redirect_without_a_location_is_a_bad_response(location):
    with pytest.raises(FetchFailed) as error:
        next_url(FROM, 302, location, SEEN, 5)
    assert error.value.reason is Reason.BAD_RESPONSE


@pytest.mark.parametrize(
    ("values", "location"),
    [
        ([], None),
        ([""], None),
        (["/a"], "/a"),
        (["", "/a", " "], "/a"),
        (["/a", "/b"], None),
        (["/a", "/a"], None),
    ],
)
def test_ours_a_reply_must_name_exactly_one_place_to_go(values, location):
    assert one_location(values) == location


@pytest.mark.parametrize(
    "location",
    [
        "https:\\\\127.0.0.1/",
        "///127.0.0.1/",
        "https://u:p@www.example.com/",
        "https://www.exa\tmple.com/",
        "https://[::1",
        "https://a.example.com:99999999/",
        "https://www.example.com/\x00",
        "https:",
    ],
)
def test_ours_a_location_that_two_parsers_could_read_differently_is_a_bad_response(location):
    with pytest.raises(FetchFailed) as error:
        next_url(FROM, 302, location, SEEN, 5)
    assert error.value.reason is Reason.BAD_RESPONSE
    assert error.value.url == FROM.href


def test_ours_a_location_with_a_disguised_address_is_refused_as_an_address():
    with pytest.raises(Refused) as error:
        next_url(FROM, 302, "https://2130706433/", SEEN, 5)
    assert error.value.reason is Reason.ADDRESS_REFUSED
    assert "127.0.0.1" not in error.value.sentence


def test_ours_a_downgrade_from_https_to_http_is_refused():
    with pytest.raises(Refused) as error:
        next_url(FROM, 301, "http://www.example.com/c", SEEN, 5)
    assert error.value.reason is Reason.SCHEME_REFUSED
    assert "from https to http" in error.value.sentence


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_15_4_from_http_both_schemes_are_followed(scheme):
    current = Url("http://www.example.com/")
    target = f"{scheme}://www.example.com/x"
    assert next_url(current, 301, target, [current.href], 5).href == target


def test_ours_another_scheme_is_handed_on_to_the_judge_of_targets():
    assert next_url(FROM, 302, "mailto:a@example.com", SEEN, 5).scheme == "mailto"


@pytest.mark.parametrize(
    "location", ["", "#x", "?q", "https://www.example.com/start", "../start#again"]
)
def test_15_4_a_circle_is_told_from_a_long_way(location):
    seen = ["https://www.example.com/start#top", FROM.href]
    with pytest.raises(FetchFailed) as error:
        next_url(FROM, 302, location or FROM.href, seen, 5)
    assert error.value.reason is Reason.TOO_MANY_REDIRECTS
    assert "circle" in error.value.sentence


def test_ours_as_many_redirects_as_allowed_are_followed_and_not_one_more():
    seen, url = [FROM.href], FROM
    for hop in range(5):
        url = next_url(url, 302, f"/{hop}", seen, 5)
        seen.append(url.href)
    assert url.href == "https://www.example.com/4"
    with pytest.raises(FetchFailed, match="more than 5 times") as error:
        next_url(url, 302, "/5", seen, 5)
    assert error.value.reason is Reason.TOO_MANY_REDIRECTS


def test_ours_no_redirect_is_followed_when_none_is_allowed():
    with pytest.raises(FetchFailed) as error:
        next_url(FROM, 302, "/c", SEEN, 0)
    assert error.value.reason is Reason.TOO_MANY_REDIRECTS


@pytest.mark.parametrize(
    ("location", "fragment"),
    [("/c", "#here"), ("/c#there", "#there"), ("/c#", "#")],
)
def test_10_2_2_the_fragment_is_inherited_unless_the_location_has_its_own(location, fragment):
    current = Url("https://www.example.com/a#here")
    target = next_url(current, 302, location, [current.href], 5)
    assert target.href == f"https://www.example.com/c{fragment}"


OWN = HostMap.parse(
    {"wiki.corp.example": "10.0.0.1", "*.test": "127.0.0.1", "10.9.9.9": "10.9.9.9"}
)


@pytest.mark.parametrize(
    "location",
    [
        "https://wiki.corp.example/",
        "//WIKI.corp.example./x?do=delete",
        "https://wiki.corp.example:8443/",
        "https://a.b.test/",
        "https://10.9.9.9/",
    ],
)
def test_ours_a_stranger_does_not_lead_to_an_own_host_of_the_operator(location):
    with pytest.raises(Refused) as error:
        next_url(FROM, 302, location, SEEN, 5, OWN)
    assert error.value.reason is Reason.ADDRESS_REFUSED
    assert error.value.url == FROM.href
    assert "wiki" not in error.value.sentence


def test_ours_own_hosts_lead_to_each_other_and_out():
    wiki = Url("https://wiki.corp.example/")
    for location in ("https://a.test/", "/login", "https://www.example.com/"):
        target = next_url(wiki, 302, location, [wiki.href], 5, OWN)
        assert target.href == Url.parse(location, wiki).href
    assert next_url(FROM, 302, "https://corp.example/", SEEN, 5, OWN).host == "corp.example"
