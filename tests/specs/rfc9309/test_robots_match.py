"""RFC 9309 2.2.2 and 2.2.3: which paths match a URL, and which of several matches decides."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from browser.model.verdict import Deny
from browser.rules.robots import parse

US = "ChatGPT-User"
SITE = "https://example.com"


def allowed(rules: str, path: str) -> bool:
    return parse(everyone(rules)).judge(SITE + path, US).allowed


def everyone(rules: str) -> bytes:
    return f"User-agent: *\n{rules}\n".encode()


@pytest.mark.parametrize(
    ("rules", "path", "verdict"),
    [
        ("Disallow: /*?\nAllow: /a/b", "/a/b?c", True),  # 3 octets < 4; encoded, 5 > 4
        ("Allow: /*?p=\nDisallow: /search", "/search?p=1", False),  # 5 < 7; encoded, 7
        ("Disallow: /w:\nAllow: /w*A", "/w:A", True),
        ("Allow: /a\nDisallow: /a", "/a", True),
        ("Disallow: /a\nAllow: /a", "/a", True),
        ("Disallow: /a*\nAllow: /a", "/ab", False),
        ("Allow: /*.html\nDisallow: /日本", "/日本/a.html", False),  # 19 octets once encoded
        ("Disallow:", "/a", True),
        ("Disallow: /\nAllow:", "/a", False),
        ("Disallow: /x$", "/x", False),
        ("Disallow: /x$", "/xy", True),
        ("Disallow: /x$", "/x$y", True),
        ("Disallow: /x$y", "/x$y", False),
        ("Disallow: /x%24", "/x$", False),
        ("Disallow: /*.pdf$", "/a.pdf.pdf", False),
        ("Disallow: /*.pdf$", "/a.pdf?x", True),
        ("Disallow: /a*b*a$", "/aba", False),
        ("Disallow: /ab*ba$", "/aba", True),
        ("Disallow: *", "/", False),
        ("Disallow: x", "/x", True),
        ("Disallow: https://example.com/x", "/x", True),
        ("Disallow: /caf%c3%a9", "/café", False),
        ("Disallow: /café", "/caf%C3%A9", False),
        ("Disallow: /%62%61%7A", "/baz", False),
        ("Disallow: /baz", "/%62%61%7A", False),
        ("Disallow: /a%2Fb", "/a/b", True),
        ("Disallow: /*?", "/What%3F", True),
        ("Disallow: /*?", "/a?", False),
        ("Disallow: /a?b=%27", "/a?b='", False),
        ("Disallow: /%BA%C3", "/%C4%E3", True),  # two characters of a non-UTF-8 site
        ("Disallow: /a b", "/a%20b", False),
        ("Disallow: /with-a-%2A", "/with-a-*", False),
        ("Disallow: /with-a-%2A", "/with-a-b", True),
        ("Disallow: //a", "//a", False),
        ("Disallow: /a;b", "/a;b=1", False),
        ("Disallow: /a", "/b#/a", True),
        ("Disallow: /b", "/a/../b", False),
        ("Disallow: /\nAllow: /d/index.html", "/d/", True),
        ("Disallow: /\nAllow: /d/index.htm", "/d/e", False),
        ("Disalow: /x", "/x", False),
        ("Disallow /x", "/x", False),
        ("Disallow /x y", "/x", True),
    ],
)
def test_2_2_2_the_longest_matching_path_in_octets_decides(
    rules: str, path: str, verdict: bool
) -> None:
    assert allowed(rules, path) is verdict


def test_ours_a_doubt_between_the_two_readers_counts_for_the_site() -> None:
    verdict = parse(everyone("Disallow: /*25")).judge(f"{SITE}/a%20b", US)
    assert isinstance(verdict, Deny)
    assert (verdict.rule, verdict.line) == (None, 0)
    assert "can be read as disallowing this page for ChatGPT-User" in verdict.sentence


def test_ours_a_comparison_without_end_is_refused() -> None:
    rules = f"Disallow: /*{'a' * 90}b{'a' * 90}\n" * 2 + "Disallow: /*b*c" + "a" * 9999
    assert allowed(rules, "/" + "a" * 500)
    verdict = parse(everyone(rules)).judge(f"{SITE}/" + "a" * 10_000, US)
    assert isinstance(verdict, Deny)
    assert "too many wildcards" in verdict.sentence


def naive(path: str, pattern: str) -> bool:
    """Every position the pattern may have reached, octet by octet."""
    reached = {0}
    for index, wanted in enumerate(pattern):
        if wanted == "$" and index == len(pattern) - 1:
            return len(path) in reached
        if wanted == "*":
            reached = set(range(min(reached), len(path) + 1))
        else:
            reached = {at + 1 for at in reached if path[at : at + 1] == wanted}
        if not reached:
            return False
    return True


@given(st.text("ab*$/?", max_size=9), st.text("ab/?", max_size=9))
@settings(max_examples=200, deadline=None, database=None)
def test_2_2_3_the_quick_matcher_agrees_with_a_slow_one(pattern: str, path: str) -> None:
    verdict = allowed(f"Disallow: /{pattern}", f"/{path}")
    assert verdict is not naive(f"/{path}", f"/{pattern}")
