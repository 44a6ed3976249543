"""The URL Standard, and what is refused before a name is looked up: private names, ports."""

import json
from pathlib import Path

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from browser.errors import BrowserError, UsageError
from browser.model.reason import Reason
from browser.model.url import Url
from browser.model.verdict import Deny
from browser.rules.address import judge_addresses
from browser.rules.own_hosts import HostMap
from browser.rules.redirect import next_url
from browser.rules.target import MAX_URL, PRIVATE_SUFFIXES, judge_target, parse_target

WEB = frozenset({80, 443})
NONE = HostMap()
PAGE = Url("https://www.example.com/a/b?q#f")
VECTORS = Path(__file__).parents[4] / "shared" / "data" / "ssrf_vectors.json"


def judge(text, ports=WEB, own_hosts=NONE):
    return judge_target(parse_target(text), ports=ports, own_hosts=own_hosts)


def refusal(text, base=None):
    """The error of parse_target for *text*."""
    with pytest.raises(UsageError) as error:
        parse_target(text, base)
    return error.value


# The shared vectors


def vectors():
    return json.loads(VECTORS.read_text()) if VECTORS.exists() else []


def outcome(vector, *, base=None):
    """Walk one vector the way a fetch does: ``allow`` or ``refuse``, and whether DNS was asked."""
    try:
        if base is not None:
            url = next_url(base, 302, vector["url"], [base.href], 5)
        else:
            url = parse_target(vector["url"])
    except BrowserError:
        return "refuse", False
    if not judge_target(url, ports=WEB, own_hosts=NONE).allowed:
        return "refuse", False
    if url.is_address:
        return "allow", False
    return ("allow" if judge_addresses(vector.get("dns", [])).allowed else "refuse"), True


@pytest.mark.skipif(not VECTORS.exists(), reason="the shared SSRF vectors are not here")
def test_every_shared_vector_gets_the_verdict_it_must():
    wrong, walked = [], 0
    for vector in vectors():
        base = Url.parse(vector["base"]) if "base" in vector else None
        verdict, asked_dns = outcome(vector, base=base)
        early = vector["layer"] == "address" or vector["must"] == "allow" or not asked_dns
        walked += 1
        if verdict != vector["must"] or not early:
            wrong.append((vector["url"][:80], vector["why"], verdict, asked_dns))
    assert wrong == []
    assert walked == 277


@pytest.mark.skipif(not VECTORS.exists(), reason="the shared SSRF vectors are not here")
def test_a_redirect_vector_is_refused_for_its_own_sake_not_as_a_downgrade():
    redirects = [vector for vector in vectors() if vector["layer"] == "redirect"]
    plain = Url("http://www.example.com/a/b")
    assert len(redirects) == 13
    assert [v for v in redirects if outcome(v, base=plain)[0] != v["must"]] == []


# Reading text


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("HTTPS://WWW.Example.COM/A/../b?C=D#e", "https://www.example.com/b?C=D#e"),
        ("https://bücher.example.com/ü?ü", "https://xn--bcher-kva.example.com/%C3%BC?%C3%BC"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700:4700::ABCD]:80/", "http://[2606:4700:4700::abcd]/"),
        ("https://example.com/?u=http://127.1/", "https://example.com/?u=http://127.1/"),
        ("https://example.com/?path=C:\\x", "https://example.com/?path=C:\\x"),
        ("https://example.com?a@b", "https://example.com/?a@b"),
        ("mailto:a@example.com", "mailto:a@example.com"),
    ],
)
def test_a_whole_url_is_read_in_the_form_of_the_url_standard(text, href):
    assert parse_target(text).href == href


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("../c", "https://www.example.com/c"),
        ("?x", "https://www.example.com/a/b?x"),
        ("#x", "https://www.example.com/a/b?q#x"),
        ("//other.example.com/y", "https://other.example.com/y"),
        ("other.example.com", "https://www.example.com/a/other.example.com"),
        (" \t\n/z \r\n\f", "https://www.example.com/z"),
    ],
)
def test_url_standard_text_with_a_base_is_trimmed_and_resolved_against_it(text, href):
    assert parse_target(text, PAGE).href == href


@pytest.mark.parametrize("text", [" https://example.com/", "https://example.com/\n"])
def test_ours_white_space_around_a_typed_url_is_refused(text):
    assert refusal(text).reason is Reason.BAD_URL


@pytest.mark.parametrize("base", [None, PAGE])
@pytest.mark.parametrize(
    "character",
    [
        *("\t", "\n", "\r", "\0", "\x1f", "\x7f", "\x85", " ", "\xa0", "\u3000", "\u2028"),
        *("\xad", "\u200b", "\u200d", "\u202e", "\u2066", "\ufeff", "\U000e0041", "\ud800"),
    ],
    ids=ascii,
)
@pytest.mark.parametrize(
    "where", ["https://exa{}mple.com/", "https://example.com/a{}b?c", "/a?{}b"]
)
def test_ours_a_character_that_cannot_be_seen_is_refused_anywhere(where, character, base):
    text = where.format(character)
    error = refusal(text if base or text.startswith("http") else f"https://example.com{text}", base)
    assert error.reason is Reason.BAD_URL
    assert error.sentence.isascii()


@pytest.mark.parametrize("base", [None, PAGE])
@pytest.mark.parametrize(
    "text",
    [
        "http:\\\\example.com/",
        "https:/\\example.com/",
        "https://example.com\\@other.example.com/",
        "https://example.com/a\\b",
    ],
)
def test_ours_a_backslash_before_the_query_is_refused(text, base):
    assert "backslash" in refusal(text, base).sentence


@pytest.mark.parametrize("base", [None, Url("http://www.example.com/")])
@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "134744072",
        "0x7f.1",
        "0X8080808",
        "127.1",
        "8.8.2056",
        "010.8.8.8",
        "8.8.8.8.",
        "%38.8.8.8",
        "８.8.8.8",
        "8。8。8。8",
        "⑧.8.8.8",
        "[2606:4700:4700:0:0:0:0:1111]",
        "[::ffff:8.8.8.8]",
    ],
)
def test_ours_an_address_in_another_than_its_canonical_spelling_is_refused(host, base):
    for text in (f"http://{host}/", f"http://{host}:80/", f"HTTP://{host}"):
        error = refusal(text, base)
        assert error.reason is Reason.ADDRESS_REFUSED
        assert "8.8.8.8" not in error.sentence
        assert "127.0.0.1" not in error.sentence


@pytest.mark.parametrize(
    "host", ["4294967296", "1.2.3.08", "[fe80::1%25eth0]", "[::1", "::1", "a.0x4", "ex%61mple.com"]
)
def test_ours_a_host_that_is_neither_name_nor_address_is_a_bad_url(host):
    assert refusal(f"http://{host}/").reason is Reason.BAD_URL


@pytest.mark.parametrize("base", [None, PAGE])
@pytest.mark.parametrize(
    "text", ["https://u@example.com/", "https://u:p@example.com/", "https://@example.com/"]
)
def test_ours_a_user_name_is_refused_even_when_it_is_empty(text, base):
    assert "before the @" in refusal(text, base).sentence


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ("example.com/page", "https://example.com/page"),
        ("www.example.com", "https://www.example.com"),
        ("example.com:8080/x", "https://example.com:8080/x"),
        ("localhost:8080", "https://localhost:8080"),
        ("//example.com/x", "https://example.com/x"),
    ],
)
def test_ours_a_bare_host_is_answered_with_the_url_to_write(text, offer):
    error = refusal(text)
    assert error.reason is Reason.BAD_URL
    assert error.sentence.endswith(f" Write {offer} instead.")


@pytest.mark.parametrize("text", ["", "/path", "/a.html", "../c", "?q=a.b", "#f", "report/2024"])
def test_ours_a_path_alone_is_answered_with_no_invented_host(text):
    sentence = refusal(text).sentence
    assert sentence.endswith(" Write https:// and the name of the site in front.")


@pytest.mark.parametrize("base", [None, PAGE])
@pytest.mark.parametrize(
    "text", ["http:", "https:example.com", "https:/example.com", "https:///example.com", "http://#"]
)
def test_ours_a_scheme_must_be_followed_by_two_slashes_and_a_host(text, base):
    assert refusal(text, base).reason is Reason.BAD_URL


def test_ours_the_root_dot_is_dropped_so_that_a_site_has_one_name():
    assert parse_target("https://www.example.com./a.?b.").href == "https://www.example.com/a.?b."
    assert parse_target("http://example.com.:8080/").href == "http://example.com:8080/"
    assert not judge("https://www.example.com../").allowed
    assert not judge("https://./").allowed


# Judging a URL


@pytest.mark.parametrize(
    "text",
    [
        "https://www.example.com/",
        "http://www.example.com:443/",
        "https://a_b.example.com/",
        "https://-a-.example.com/",
        "https://xn--bcher-kva.example.com/",
        "https://8.8.8.8/",
        "http://[2606:4700:4700::1111]/",
        "https://localhost.example.com/",
        "https://test.com/",
    ],
)
def test_ours_a_public_looking_url_is_allowed(text):
    assert judge(text).allowed


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("file:///etc/passwd", Reason.SCHEME_REFUSED),
        ("mailto:a@example.com", Reason.SCHEME_REFUSED),
        ("javascript:alert(1)", Reason.SCHEME_REFUSED),
        ("data:text/html,x", Reason.SCHEME_REFUSED),
        ("ftp://example.com/", Reason.SCHEME_REFUSED),
        ("wss://example.com/", Reason.SCHEME_REFUSED),
        ("http://example.com:8080/", Reason.PORT_REFUSED),
        ("http://example.com:0/", Reason.PORT_REFUSED),
        ("http://127.0.0.1/", Reason.ADDRESS_REFUSED),
        ("http://[::1]/", Reason.ADDRESS_REFUSED),
        ("http://169.254.169.254/", Reason.ADDRESS_REFUSED),
        ("http://intranet/", Reason.ADDRESS_REFUSED),
        ("http://metadata/", Reason.ADDRESS_REFUSED),
        ("http://localhost./", Reason.ADDRESS_REFUSED),
        ("http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", Reason.ADDRESS_REFUSED),
        ("http://metadata.google.internal/", Reason.ADDRESS_REFUSED),
        ("http://printer.home.arpa/", Reason.ADDRESS_REFUSED),
        ("http://a$b.example.com/", Reason.BAD_URL),
        ("http://.example.com/", Reason.BAD_URL),
        ("http://xn--n3h.example.com/", Reason.BAD_URL),
        ("http://www.xn--.com/", Reason.BAD_URL),
        ("http://xn--bcher-kva.a_b.example.com/", Reason.BAD_URL),
        (f"http://{'x' * 64}.example.com/", Reason.BAD_URL),
    ],
)
def test_ours_a_url_is_refused_with_the_reason_that_fits(text, reason):
    verdict = judge(text)
    assert isinstance(verdict, Deny)
    assert verdict.reason is reason
    assert "choose another source" in verdict.sentence


@pytest.mark.parametrize("suffix", sorted(PRIVATE_SUFFIXES))
def test_rfc_6761_a_private_suffix_is_refused_alone_and_below_but_not_inside_a_public_name(suffix):
    assert not judge(f"http://{suffix}/").allowed
    assert not judge(f"http://a.b.{suffix}/").allowed
    assert judge(f"http://{suffix}.example.com/").allowed
    assert judge(f"http://a.x{suffix}/").allowed


def test_ours_user_info_is_refused_also_in_a_url_that_was_parsed_elsewhere():
    verdict = judge_target(Url.parse("http://u:p@example.com/"), ports=WEB, own_hosts=NONE)
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.BAD_URL


def test_ours_a_url_may_be_2048_characters_long_besides_its_fragment():
    start = "https://www.example.com/"
    longest = start + "x" * (MAX_URL - len(start))
    assert judge(longest).allowed
    assert judge(f"{longest}#{'f' * 99}").allowed
    assert not judge(f"{longest}x").allowed


def test_ours_the_length_counts_the_characters_that_are_sent():
    assert not judge("https://www.example.com/" + "ü" * 400).allowed  # six octets each


def test_ours_the_refusal_of_a_port_says_which_are_opened():
    verdict = judge("http://example.com:8080/")
    assert isinstance(verdict, Deny)
    assert "8080" in verdict.sentence
    assert "80, 443" in verdict.sentence
    assert judge("http://example.com:8080/", ports=frozenset({8080})).allowed


# The form a host takes when text is bent in the places where parsers differ.
BENT = st.lists(
    st.sampled_from(
        [
            *"abc127x./:?#@%_-[]",
            "xn--",
            "bcher-kva",
            "ü",
            "ß",
            "⑦",
            "７",
            "。",
            "．",
            "%2e",
            "..",
            "\\",
        ]
    ),
    max_size=12,
).map("".join)


@settings(max_examples=200)
@given(start=st.sampled_from(["http://", "https://www.example.com", "//"]), bent=BENT)
@example(start="http://", bent="。")
@example(start="http://", bent="./")
@example(start="http://", bent="bücher.a_b.com")
def test_ours_what_is_allowed_reads_the_same_a_second_time_and_in_the_http_client(start, bent):
    try:
        url = parse_target(start + bent, PAGE)
    except UsageError:
        return
    assert parse_target(url.href) == url
    if judge_target(url, ports=WEB, own_hosts=NONE).allowed:
        client = httpx.URL(url.href)
        assert client.host
        port = client.port or {"http": 80, "https": 443}[client.scheme]
        assert (client.scheme, client.raw_host.decode(), port) == (
            url.scheme,
            url.host.strip("[]"),
            url.port,
        )


PARTS = [
    "scheme",
    "host",
    "port",
    "authority",
    "target",
    "path",
    "fragment",
    "has_userinfo",
    "is_address",
    "is_web",
]


@settings(max_examples=200)
@given(start=st.sampled_from(["http://", "HTTPS:/", "http:", "ftp://", "x:", ""]), bent=BENT)
@example(start="http://", bent="0x7f.1:80/a?#b")
@example(start="http://", bent="a:b@c.test\\d ?q#f")
@example(start="x:", bent="/.//a   #b")
def test_ours_a_url_has_the_same_parts_as_it_was_written_and_as_it_is_sent(start, bent):
    try:
        url = Url.parse(start + bent)
    except ValueError:
        return
    sent = Url(url.href)
    assert [getattr(url, part) for part in PARTS] == [getattr(sent, part) for part in PARTS]


# The operator's own hosts

OWN = HostMap.parse(
    {
        "docs.corp": "10.1.2.3:8080",
        "*.test": "127.0.0.1",
        "intranet": "10.0.0.1:80",
        "127.0.0.1": "127.0.0.1:9000",
    }
)


@pytest.mark.parametrize(
    "text",
    [
        "http://docs.corp/",
        "http://docs.corp:9999/",
        "https://a.test/",
        "https://a.b.test./",
        "http://intranet:8080/x",
        "http://127.0.0.1:9000/",
    ],
)
def test_ours_an_own_host_is_exempt_from_the_rules_about_names_addresses_and_mapped_ports(text):
    assert not judge(text).allowed
    assert judge(text, own_hosts=OWN).allowed


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("http://a.test:8080/", Reason.PORT_REFUSED),
        ("ftp://docs.corp/", Reason.SCHEME_REFUSED),
        ("http://a$b.test/", Reason.BAD_URL),
        ("http://xn--n3h.test/", Reason.BAD_URL),
        ("http://docs.corp/" + "x" * MAX_URL, Reason.BAD_URL),
        ("http://test/", Reason.ADDRESS_REFUSED),
        ("http://other.corp/", Reason.ADDRESS_REFUSED),
        ("http://127.0.0.2/", Reason.ADDRESS_REFUSED),
    ],
)
def test_ours_the_other_rules_hold_for_an_own_host_too(text, reason):
    verdict = judge(text, own_hosts=OWN)
    assert isinstance(verdict, Deny)
    assert verdict.reason is reason


def test_ours_user_info_before_an_own_host_is_refused():
    assert refusal("http://u@docs.corp/").reason is Reason.BAD_URL
    url = Url.parse("http://u@docs.corp/")
    assert not judge_target(url, ports=WEB, own_hosts=OWN).allowed
