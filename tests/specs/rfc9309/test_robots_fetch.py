"""RFC 9309 2.3 and 2.4: what each outcome of fetching robots.txt teaches, and for how long."""

import ipaddress
import json
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from browser.model.fetch import RobotsCopy
from browser.model.reason import Reason
from browser.model.url import Url
from browser.rules.robots import parse
from browser.rules.robots_fetch import (
    MAX_REDIRECTS,
    Attempt,
    conditions,
    judge_unreachable,
    learn,
    lifetime,
)
from browser.rules.robots_lines import MAX_OCTETS

CASES = Path(__file__).parents[4] / "shared" / "data" / "robots_fetch_cases.json"
NOW = 1_700_000_000.0
HOUR = 3600.0
DAY = 86_400.0
RULES = b"User-agent: *\nDisallow: /x\n"
ERRORS = {  # names of the shared cases -> what the network layer reports
    "dns": Reason.DNS_FAILED,
    "connect_refused": Reason.CONNECT_FAILED,
    "connect_timeout": Reason.TIMEOUT,
    "read_timeout": Reason.TIMEOUT,
    "tls": Reason.TLS_FAILED,
    "reset": Reason.BAD_RESPONSE,
    "bad_http": Reason.BAD_RESPONSE,
    "truncated_chunked": Reason.BAD_RESPONSE,
    "bad_gzip": Reason.BAD_RESPONSE,
}


def good(age: float) -> RobotsCopy:
    learned = NOW - age
    return RobotsCopy("rules", RULES, learned, learned + HOUR, good_at=learned)


def kept(copy: RobotsCopy) -> float:
    return copy.expires_at - NOW


def refuses(copy: RobotsCopy, path: str) -> bool:
    return not parse(copy.body).judge(f"https://h.test{path}", "ChatGPT-User").allowed


def follow(replies: list[dict[str, Any]]) -> Attempt:
    """Do what a fetcher does with a case's replies, up to the reply that ends it."""
    for hops, reply in enumerate(replies, 1):
        if "error" in reply:
            return Attempt(failure=ERRORS[reply["error"]])
        status, headers = reply["status"], dict(reply["headers"])
        ahead = headers.get("retry-after", "").partition("@now+")[2]
        if ahead:
            headers["retry-after"] = formatdate(NOW + float(ahead), usegmt=True)
        if not 300 <= status < 400 or status == 304 or "location" not in headers:
            pad, times = reply.get("body_repeat", ("", 0))
            text = reply.get("body_prefix", reply.get("body", "")) + pad * times
            body = (text + reply.get("body_suffix", "")).encode()
            return Attempt(status, headers, body[:MAX_OCTETS], cut=len(body) > MAX_OCTETS)
        if hops > MAX_REDIRECTS:
            return Attempt(status, headers, failure=Reason.TOO_MANY_REDIRECTS)
        there = Url.parse(headers["location"])
        if not there.is_web:
            return Attempt(status, headers, failure=Reason.SCHEME_REFUSED)
        if there.is_address and ipaddress.ip_address(there.host).is_loopback:
            return Attempt(status, headers, failure=Reason.ADDRESS_REFUSED)
    pytest.fail("the case ends in a redirect")


def test_the_shared_cases_teach_what_their_table_says() -> None:
    if not CASES.exists():
        pytest.skip("the shared data folder is not here")
    cases = json.loads(CASES.read_text("utf-8"))
    assert len(cases) >= 55
    for case in cases:
        age, expect = case["prior_good_copy_age_s"], case["expect"]
        copy = learn(follow(case["responses"]), good(age) if age else None, NOW)
        if copy.kind == "deny":
            verdict = "deny_temporarily"
        elif copy.kind == "allow" or not refuses(copy, "/x"):
            verdict = "allow_all"
        else:
            verdict = "stale_rules" if copy.failures else "rules"
        assert (verdict, kept(copy)) == (expect["verdict"], expect["cache_s"]), case["name"]


@pytest.mark.parametrize("status", [200, 203, 299])
def test_2_3_1_1_a_good_answer_gives_rules_for_four_hours(status: int) -> None:
    copy = learn(Attempt(status, body=RULES), good(40 * DAY), NOW)
    why = f"answered {status}"
    assert copy == RobotsCopy("rules", RULES, NOW, NOW + 4 * HOUR, good_at=NOW, why=why)


@pytest.mark.parametrize(
    ("field", "seconds"),
    [
        ("max-age=7200", 2 * HOUR),
        ("public, Max-Age=7200", 2 * HOUR),
        ('max-age="7200"', 2 * HOUR),
        ("max-age=7200, max-age=3600", HOUR),
        ("max-age=0", 600),
        ("max-age=-5", 600),
        ("max-age=soon", 600),
        ("max-age=²", 600),
        ("max-age=99999999999999999999", DAY),
        ("no-store", 600),
        ("max-age=7200, no-cache", 600),
        ("s-maxage=5", 4 * HOUR),
        ("", 4 * HOUR),
    ],
)
def test_2_4_cache_control_is_obeyed_between_ten_minutes_and_a_day(
    field: str, seconds: float
) -> None:
    assert lifetime({"cache-control": field}) == seconds
    assert kept(learn(Attempt(200, {"cache-control": field}, RULES), None, NOW)) == seconds


@pytest.mark.parametrize("body", [b"", b"<html>404</html>", b"\x00\xff" * 99])
def test_2_3_1_5_an_empty_or_senseless_file_forbids_nothing(body: bytes) -> None:
    copy = learn(Attempt(200, body=body), None, NOW)
    assert copy.kind == "rules"
    assert not refuses(copy, "/x")


def test_rfc_9110_15_4_5_a_304_renews_the_rules_we_hold() -> None:
    prior = learn(Attempt(500), good(3 * DAY), NOW - 60)
    copy = learn(Attempt(304, {"cache-control": "max-age=7200"}), prior, NOW)
    assert (copy.kind, copy.body, copy.good_at, copy.failures) == ("rules", RULES, NOW, 0)
    assert kept(copy) == 2 * HOUR
    assert kept(learn(Attempt(304), prior, NOW)) == 4 * HOUR


def test_rfc_9110_15_4_5_a_304_without_rules_to_renew_is_refused() -> None:
    for prior in (None, learn(Attempt(404), None, NOW), learn(Attempt(500), None, NOW)):
        copy = learn(Attempt(304), prior, NOW)
        assert (copy.kind, kept(copy)) == ("deny", 60)


@pytest.mark.parametrize(
    "attempt",
    [
        Attempt(302, failure=Reason.TOO_MANY_REDIRECTS),
        Attempt(301),
        Attempt(300),
        Attempt(308, {"retry-after": "9"}),
    ],
)
def test_2_3_1_2_redirects_that_lead_nowhere_mean_no_rules_for_an_hour(attempt: Attempt) -> None:
    copy = learn(attempt, good(DAY), NOW)
    assert (copy.kind, copy.body, kept(copy)) == ("allow", b"", HOUR)


@pytest.mark.parametrize(
    "failure",
    [
        Reason.ADDRESS_REFUSED,
        Reason.SCHEME_REFUSED,
        Reason.PORT_REFUSED,
        Reason.HOST_BLOCKED,
        Reason.BAD_URL,
    ],
)
def test_ours_a_redirect_to_what_we_refuse_is_refused_for_ten_minutes(failure: Reason) -> None:
    copy = learn(Attempt(302, failure=failure), good(DAY), NOW)
    assert (copy.kind, kept(copy), copy.failures) == ("deny", 600, 1)


@pytest.mark.parametrize(
    ("status", "hours"),
    [(400, 4), (404, 4), (410, 4), (418, 4), (499, 4), (401, 1), (402, 1), (403, 1), (451, 1)],
)
def test_2_3_1_3_a_4xx_means_no_rules(status: int, hours: float) -> None:
    headers = {"cache-control": "max-age=60", "retry-after": "5"}
    copy = learn(Attempt(status, headers, RULES), good(DAY), NOW)
    assert (copy.kind, copy.body, kept(copy)) == ("allow", b"", hours * HOUR)


UNREACHABLE = [Attempt(status) for status in (429, 500, 503, 520, 599)] + [
    Attempt(200, body=RULES, failure=failure)
    for failure in (
        Reason.DNS_FAILED,
        Reason.CONNECT_FAILED,
        Reason.TIMEOUT,
        Reason.TLS_FAILED,
        Reason.BAD_RESPONSE,
    )
]


@pytest.mark.parametrize("attempt", UNREACHABLE)
def test_2_3_1_4_a_site_whose_robots_txt_is_down_is_not_fetched(attempt: Attempt) -> None:
    for prior in (None, learn(Attempt(404), None, NOW - DAY)):
        copy = learn(attempt, prior, NOW)
        assert (copy.kind, copy.body, kept(copy), copy.failures) == ("deny", b"", 60, 1)


@pytest.mark.parametrize("attempt", UNREACHABLE)
def test_2_3_1_4_rules_confirmed_within_30_days_outlive_an_outage(attempt: Attempt) -> None:
    prior = good(30 * DAY)
    copy = learn(attempt, prior, NOW)
    assert (copy.kind, copy.body, kept(copy), copy.failures) == ("rules", RULES, 60, 1)
    assert (copy.good_at, copy.fetched_at) == (prior.good_at, prior.fetched_at)


@pytest.mark.parametrize("attempt", UNREACHABLE)
def test_2_3_1_4_rules_older_than_30_days_do_not(attempt: Attempt) -> None:
    copy = learn(attempt, good(30 * DAY + 1), NOW)
    assert (copy.kind, copy.body, kept(copy)) == ("deny", b"", 60)


def test_ours_the_pause_doubles_to_ten_minutes_and_a_good_answer_ends_it() -> None:
    for first in (None, good(DAY)):
        copy, pauses = first, []
        for _ in range(6):
            copy = learn(Attempt(503), copy, NOW)
            pauses.append(kept(copy))
        assert pauses == [60, 120, 240, 480, 600, 600]
        assert learn(Attempt(503), learn(Attempt(200), copy, NOW), NOW).failures == 1
        assert learn(Attempt(404), copy, NOW).failures == 0


def test_ours_a_thousand_failures_do_not_overflow() -> None:
    prior = RobotsCopy("deny", failures=100_000)
    assert kept(learn(Attempt(failure=Reason.TIMEOUT), prior, NOW)) == 600


@pytest.mark.parametrize(
    ("field", "seconds"),
    [
        ("0", 60),
        ("120", 120),
        ("86400", 600),
        (formatdate(NOW + 300, usegmt=True), 300),
        (formatdate(NOW - 300, usegmt=True), 60),
        ("later", 240),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_rfc_9110_10_2_3_retry_after_replaces_the_doubling(
    status: int, field: str, seconds: float
) -> None:
    prior = RobotsCopy("deny", failures=2)
    assert kept(learn(Attempt(status, {"retry-after": field}), prior, NOW)) == seconds


@pytest.mark.parametrize("status", [0, 101, 206, 600, 999])
def test_ours_a_status_that_says_nothing_is_refused_for_a_minute(status: int) -> None:
    copy = learn(Attempt(status, {"retry-after": "500"}, RULES), good(DAY), NOW)
    assert (copy.kind, copy.body, kept(copy), copy.failures) == ("deny", b"", 60, 1)


def test_2_5_of_a_long_body_the_first_512000_octets_in_whole_lines_are_kept() -> None:
    pad = b"# a pad\n" * 70_000
    whole = learn(Attempt(200, body=RULES + pad + b"Disallow: /late\n"), None, NOW)
    assert MAX_OCTETS - len(b"# a pad\n") < len(whole.body) <= MAX_OCTETS
    assert whole.body.endswith(b"\n")
    assert refuses(whole, "/x")
    assert not refuses(whole, "/late")
    broken = learn(Attempt(200, body=RULES + b"Allow: /x", cut=True), None, NOW)
    assert broken.body == RULES


def test_ours_the_refusal_counts_down_and_never_says_zero() -> None:
    copy = learn(Attempt(503), None, NOW)
    verdict = judge_unreachable(copy, NOW + 2.5, "h.test")
    assert verdict.reason is Reason.ROBOTS_UNREACHABLE
    assert (verdict.retry_after, verdict.rule) == (58, None)
    assert verdict.sentence == (
        "robots.txt of h.test could not be read (it answered 503), so nothing may be fetched "
        "there for now. Retry after 58 s, or choose another source."
    )
    assert judge_unreachable(copy, NOW + 99, "h.test").retry_after == 1


def test_a_304_takes_over_the_validators_we_hold_unless_it_brings_its_own() -> None:
    date = "Sat, 21 Nov 2026 10:00:00 GMT"
    first = learn(Attempt(200, {"etag": '"1"', "last-modified": date}, RULES), None, NOW)
    assert (first.etag, first.last_modified) == ('"1"', date)
    silent = learn(Attempt(304), first, NOW)
    assert (silent.etag, silent.last_modified) == ('"1"', date)
    assert learn(Attempt(304, {"etag": '"2"'}), first, NOW).etag == '"2"'
    assert conditions(first) == {"If-None-Match": '"1"', "If-Modified-Since": date}


def test_rules_that_outlive_an_outage_are_renewed_by_what_they_came_with() -> None:
    first = learn(Attempt(200, {"etag": '"1"'}, RULES), None, NOW)
    kept = learn(Attempt(500), first, NOW)
    assert (kept.etag, kept.failures) == ('"1"', 1)
    renewed = learn(Attempt(304), kept, NOW + 9)
    assert (renewed.failures, renewed.good_at) == (0, NOW + 9)


@pytest.mark.parametrize("status", [0, 404, 500])
def test_only_rules_are_renewed(status: int) -> None:
    answer = Attempt(status, {"etag": '"1"'})
    assert conditions(learn(answer, None, NOW) if status else None) == {}


@pytest.mark.parametrize(
    "value",
    ["x", '"a" "b"', '"a\r\nX: y"', '"\x7f"', 'w/"a"', '"' + "a" * 255 + '"', '"ü"', ""],
)
def test_what_is_no_etag_is_not_sent_back(value: str) -> None:
    assert learn(Attempt(200, {"etag": value}), None, NOW).etag == ""


@pytest.mark.parametrize("value", ["soon", "", "1", "Sat, 21 Nov 2026 10:00:00 GMT\r\nX: y"])
def test_what_is_no_date_is_not_sent_back(value: str) -> None:
    assert learn(Attempt(200, {"last-modified": value}), None, NOW).last_modified == ""
