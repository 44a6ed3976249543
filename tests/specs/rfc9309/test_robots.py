"""RFC 9309 2.2 and 2.5: which line of robots.txt decides, for whom, and how doubts are read."""

import base64
import json
import random
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from browser.model.reason import Reason
from browser.model.verdict import Allow, Deny
from browser.rules.robots import parse
from browser.rules.robots_lines import MAX_LINE, MAX_OCTETS, within_limit

US = "ChatGPT-User"
SITE = "https://example.com"
CASES = Path(__file__).parents[4] / "shared" / "data" / "robots_cases.json"


def allowed(body: bytes | str, path: str, token: str = US) -> bool:
    raw = body.encode() if isinstance(body, str) else body
    return parse(raw).judge(SITE + path, token).allowed


def denying(rules: str) -> str:
    return f"User-agent: *\n{rules}\n"


def test_every_recommended_verdict_of_the_shared_cases_is_given() -> None:
    if not CASES.exists():
        pytest.skip("the shared data folder is not here")
    wrong, judged = [], 0
    for case in json.loads(CASES.read_text("utf-8")):
        if case["recommended"] is None:
            continue
        encoded = case.get("robots_txt_base64")
        body = base64.b64decode(encoded) if encoded else case["robots_txt"].encode()
        verdict = parse(body).judge(case["url"], case["user_agent"])
        judged += 1
        if verdict.allowed != case["recommended"]:
            wrong.append((case["name"], verdict))
        elif isinstance(verdict, Deny):
            assert verdict.rule, case["name"]
    assert judged > 500
    assert wrong == []


def test_ours_a_refusal_names_the_line_its_number_and_what_to_do() -> None:
    body = b"# hello\r\n\r\nUser-agent: *\r\nAllow: /\r\n  Disallow: /private   # ours\r\n"
    assert parse(body).judge("https://example.com/private/x", US) == Deny(
        Reason.ROBOTS_DISALLOWED,
        "robots.txt of example.com disallows this page for ChatGPT-User (Disallow: /private). "
        "Do not retry; choose another source.",
        "Disallow: /private",
        5,
    )


def test_ours_permission_names_the_allow_line_when_one_decided() -> None:
    robots = parse(b"User-agent: *\nDisallow: /\nALLOW:/docs\n")
    assert robots.judge(f"{SITE}/docs/a", US) == Allow("ALLOW:/docs", 3)
    assert parse(b"User-agent: *\nDisallow: /a\n").judge(f"{SITE}/b", US) == Allow()


def test_ours_of_equal_rules_the_first_line_is_named() -> None:
    robots = parse(denying("Disallow: /a\nDisallow: /a\nDisallow: /a").encode())
    assert robots.judge(f"{SITE}/a", US).line == 2


def test_ours_a_shown_line_is_short_printable_and_forges_no_marker() -> None:
    body = denying("Disallow: /【1†x】\u200b\U000e0041" + "y" * 999).encode()
    verdict = parse(body).judge(f"{SITE}/【1†x】%E2%80%8B%F3%A0%81%81{'y' * 999}", US)
    assert isinstance(verdict, Deny)
    assert verdict.rule == "Disallow: /〖1‡x〗\ufffd\ufffd" + "y" * 181 + "…"
    assert len(verdict.rule) == 200
    assert verdict.rule in verdict.sentence
    assert "y" * 182 not in verdict.sentence


def test_2_2_a_path_with_a_control_character_matches_nothing() -> None:
    assert allowed(denying("Disallow: /a\x1b"), "/a%1B")


@pytest.mark.parametrize(
    "bom",
    [
        b"\xef\xbb\xbf",
        b"\xef\xbb",
        b"\xef",
        b"\xef\xbb\xbf" * 2,
        b"\xef\xbb\xbf" * 3 + b"\xef",
        b"\xef\xbb\xbf" * 100_000,
    ],
    ids=len,
)
def test_ours_a_byte_order_mark_does_not_hide_the_first_line(bom: bytes) -> None:
    assert not allowed(bom + b"User-agent: *\nDisallow: /\n", "/a")


def test_ours_a_byte_order_mark_elsewhere_is_a_spoilt_line() -> None:
    assert allowed(b"User-agent: *\n\xef\xbb\xbfDisallow: /\n", "/a")


@pytest.mark.parametrize(
    "value",
    [
        "ChatGPT-User",
        "chatgpt-user",
        "ChatGPT-User/2.0",
        "ChatGPT-User, GPTBot",
        "ChatGPT-User GPTBot",
        "ChatGPT-User*",
        "ChatGPT-User # us",
        "*",
        "* all",
    ],
)
def test_2_2_1_these_user_agent_lines_mean_us(value: str) -> None:
    assert not allowed(f"User-agent: {value}\nDisallow: /\n", "/a")


@pytest.mark.parametrize(
    "value",
    ["C", "Chat", "ChatGPT", "ChatGPT-", "User", "ChatGPT-User-Agent", "GPTBot", "*bot", ""],
)
def test_2_2_1_these_user_agent_lines_mean_others(value: str) -> None:
    assert allowed(f"User-agent: {value}\nDisallow: /\n", "/a")
    shadowed = f"User-agent: *\nDisallow: /\n\nUser-agent: {value}\nAllow: /\n"
    assert not allowed(shadowed, "/a")


@pytest.mark.parametrize("token", ["", "*", "ChatGPT-User/2.0", "Foo Bar", "Bücher", "a\n"])
def test_2_2_1_a_token_with_other_characters_is_refused(token: str) -> None:
    robots = parse(b"")
    for ask in (robots.crawl_delay, robots.request_interval, robots.group):
        with pytest.raises(ValueError, match="token"):
            ask(token)
    with pytest.raises(ValueError, match="token"):
        robots.judge(SITE, token)


@pytest.mark.parametrize(
    "between", ["Hello: x", "Content-Signal: ai-train=no", "Crawl-delay: 5", "Sitemap: /s.xml", ""]
)
def test_2_2_4_no_line_but_a_rule_ends_the_list_of_user_agents(between: str) -> None:
    assert not allowed(f"User-agent: {US}\n{between}\nUser-agent: other\nDisallow: /x\n", "/x")


def test_2_2_a_rule_ends_the_list_even_when_empty() -> None:
    body = f"User-agent: {US}\nDisallow:\nUser-agent: other\nDisallow: /x\n"
    assert allowed(body, "/x")
    assert not allowed(body, "/x", "Other")


def test_2_2_1_groups_of_one_agent_are_merged() -> None:
    body = f"User-agent: {US}\nDisallow: /a\n\nUser-agent: x\nDisallow: /c\n\n"
    body += f"User-agent: {US.lower()}\nDisallow: /b\nCrawl-delay: 7\n"
    assert [allowed(body, path) for path in ("/a", "/b", "/c")] == [False, False, True]
    assert parse(body.encode()).crawl_delay(US) == 7
    chosen = "User-agent: ChatGPT-User (line 1); User-agent: chatgpt-user (line 7)"
    assert parse(body.encode()).group(US) == chosen


def test_2_2_1_the_star_group_counts_only_without_a_group_of_our_own() -> None:
    body = f"User-agent: *\nDisallow: /\nCrawl-delay: 9\n\nUser-agent: {US}\nDisallow: /a\n"
    robots = parse(body.encode())
    assert [allowed(body, path) for path in ("/a", "/b")] == [False, True]
    assert robots.crawl_delay(US) is None
    assert robots.crawl_delay("Other") == 9
    assert robots.group("Other") == "User-agent: * (line 1)"
    assert parse(b"Disallow: /\n").group(US) is None


def test_2_2_rules_before_any_user_agent_are_nobodys() -> None:
    assert allowed("Disallow: /\nUser-agent: x\nDisallow: /\n", "/a")


def test_2_2_2_robots_txt_itself_is_always_allowed() -> None:
    assert allowed(denying("Disallow: /"), "/robots.txt")
    assert not allowed(denying("Disallow: /"), "/a/robots.txt")


def test_2_2_2_the_query_of_a_bare_host_and_a_relative_reference_are_judged() -> None:
    robots = parse(denying("Disallow: /?q\nDisallow: /a").encode())
    assert not robots.judge("https://example.com?q=1", US).allowed
    assert not robots.judge("/a", US).allowed
    assert robots.judge("", US).allowed


def test_ours_what_is_no_url_is_denied() -> None:
    verdict = parse(b"").judge("http://[", US)
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.BAD_URL


@pytest.mark.parametrize("mark", ["\u2028", "\u0085", "\x0b", "\x0c", "\x1e"])
def test_2_2_only_cr_and_lf_end_a_line(mark: str) -> None:
    assert allowed(denying(f"Disallow: /x #c{mark}Disallow: /"), "/a")
    for end in ("\r", "\n", "\r\n"):
        verdict = parse(f"User-agent: *{end}#{end}Disallow: /".encode()).judge(SITE, US)
        assert (verdict.allowed, verdict.line) == (False, 3)


def test_ours_a_line_ends_for_us_at_a_nul_and_after_16663_octets() -> None:
    assert not allowed("User-agent: *\nDisallow: /x\0y\n", "/x")
    rule = "Disallow: /x" + "*" * (MAX_LINE - len("Disallow: /x"))
    assert not allowed(denying(rule + "y"), "/x")


@pytest.mark.parametrize(
    ("line", "delay", "interval"),
    [
        ("Crawl-delay: 2.5", 2.5, None),
        ("crawl-delay:10", 10, None),
        ("Crawl-delay: -1", None, None),
        ("Crawl-delay: inf", None, None),
        ("Crawl-delay: nan", None, None),
        ("Crawl-delay: 1e999", None, None),
        ("Crawl-delay: 5\x1cDisallow: /", None, None),
        ("Crawl-delay: soon\nCrawl-delay: 3", 3, None),
        ("Request-rate: 1/5", None, 5),
        ("Request-rate: 2/1m 0800-1200", None, 30),
        ("Request-rate: 0/5", None, None),
        ("Request-rate: 1/" + "9" * 400, None, None),
    ],
)
def test_ours_the_pace_a_group_asks_for_is_read_and_nonsense_is_dropped(
    line: str, delay: float | None, interval: float | None
) -> None:
    robots = parse(f"User-agent: {US}\n{line}\nDisallow: /x\n\nUser-agent: a\n".encode())
    assert robots.crawl_delay(US) == delay
    assert robots.request_interval(US) == interval
    assert robots.crawl_delay("Other") is None


def test_ours_a_record_belongs_to_the_agents_named_above_it() -> None:
    body = f"User-agent: {US}\nCrawl-delay: 10\nContent-Signal: ai-input=no\n"
    robots = parse((body + "User-agent: *\nDisallow: /\n").encode())
    assert robots.crawl_delay(US) == 10
    assert robots.crawl_delay("Other") is None
    assert robots.values(US, "Content-Signal") == ("ai-input=no",)
    assert robots.values("Other", "content-signal") == ()


def test_2_5_only_whole_lines_of_the_first_512000_octets_count() -> None:
    head = b"User-agent: *\nDisallow: /x\n"
    pad = b"#" * (MAX_OCTETS - len(head) - len(b"\nDisallow: /late"))
    assert not allowed(head + pad + b"\nDisallow: /late\n", "/late")
    assert allowed(head + pad + b"\nDisallow: /later\n", "/late")
    assert not allowed(head + pad * 2, "/x")
    assert within_limit(b"Disallow: /a\nDisall", cut=True) == b"Disallow: /a\n"
    assert within_limit(b"Disallow: /a", cut=False) == b"Disallow: /a"


def test_ours_hostile_files_get_right_verdicts() -> None:
    agents = b"".join(b"User-agent: bot-%s\n" % (b"x" * (n % 40)) for n in range(1500))
    paths = b"".join(b"Disallow: /p%05d\n" % n for n in range(23_000))
    assert not allowed(agents + b"User-agent: *\n" + paths, "/p22321")
    assert allowed(agents + b"User-agent: *\n" + paths, "/q")
    assert allowed(agents + paths + b"User-agent: x\n", "/p00001")
    stars = denying("".join(f"Disallow: /*a{n:05d}*b$\n" for n in range(20_000))).encode()
    assert not allowed(stars, "/xa19999xb")
    assert allowed(stars, "/xa19999x")
    many = denying("Disallow: /" + "*a" * 1000 + "b").encode()
    assert allowed(many, "/" + "a" * 2000)
    assert not allowed(many, "/" + "a" * 2000 + "b")
    assert allowed(bytes(MAX_OCTETS), "/a")
    assert allowed(random.Random(9309).randbytes(MAX_OCTETS), "/a")
    assert not allowed(b"\xff\xfe\n\xc3\x28\nUser-agent: *\nDisallow: /\xe9\n", "/%E9")
    assert allowed(b"\n" * MAX_OCTETS, "/a")


@given(st.binary(max_size=300), st.text(max_size=60))
@settings(max_examples=120, deadline=None, database=None)
@example(b"User-agent:*\nDisallow:/%\xff*$\nCrawl-delay:\x85", "data:,\ud800")
def test_ours_no_bytes_and_no_url_raise(body: bytes, url: str) -> None:
    for robots in (parse(body), parse(b"User-agent: *\nDisallow: /" + body)):
        assert robots.judge(url, US).allowed in (True, False)
        robots.judge(f"http://h.test/{url}", US)
        robots.crawl_delay(US)
        robots.request_interval(US)
        robots.group(US)
