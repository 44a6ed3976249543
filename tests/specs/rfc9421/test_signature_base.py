"""RFC 9421 2: what each component is, and how the signature base is put together."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from browser.model.url import Url
from browser.rules.signature import Terms, signature_fields
from browser.rules.signature_parts import Component, Request, Response
from tests.specs.rfc9421.signature_input import parse_terms

FIELDS = (
    ("Host", "www.example.com"),
    ("Date", "Tue, 20 Apr 2021 02:07:56 GMT"),
    ("X-OWS-Header", "  Leading and trailing whitespace.   "),
    ("X-Obs-Fold-Header", "Obsolete\r\n    line folding."),
    ("Cache-Control", "max-age=60"),
    ("Cache-Control", "   must-revalidate"),
    ("Example-Dict", " a=1,    b=2;x=1;y=2,   c=(a   b   c), d"),
    ("X-Empty-Header", ""),
    ("Signature-Agent", 'one="https://a.example", two="https://b.example";type=directory'),
)
# RFC 9421 B.1.4 publishes this key, for tests and for nothing else.
TEST_KEY = "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU="


def said(component, url="https://www.example.com/path?param=value", method="GET", **more):
    """The line of *component* in the signature base of a request."""
    request = Request(method, Url.parse(url), more.pop("fields", FIELDS), more.pop("target", None))
    return line(component, request, **more)


def line(component, message, **more):
    (terms,) = parse_terms(f"sig=({component})").values()
    first, last = terms.base(message, **more).decode("ascii").split("\n")
    assert last == f'"@signature-params": ({component})'
    name, value = first.split(": ", 1)
    assert name == component
    return value


@pytest.mark.parametrize(
    ("component", "value"),
    [
        ('"host"', "www.example.com"),
        ('"date"', "Tue, 20 Apr 2021 02:07:56 GMT"),
        ('"x-ows-header"', "Leading and trailing whitespace."),
        ('"x-obs-fold-header"', "Obsolete line folding."),
        ('"cache-control"', "max-age=60, must-revalidate"),
        ('"x-empty-header"', ""),
        ('"example-dict"', "a=1,    b=2;x=1;y=2,   c=(a   b   c), d"),
        ('"example-dict";sf', "a=1, b=2;x=1;y=2, c=(a b c), d"),
        ('"example-dict";key="a"', "1"),
        ('"example-dict";key="b"', "2;x=1;y=2"),
        ('"example-dict";key="c"', "(a b c)"),
        ('"example-dict";key="d"', "?1"),
        ('"cache-control";bs', ":bWF4LWFnZT02MA==:, :bXVzdC1yZXZhbGlkYXRl:"),
        ('"signature-agent";key="two"', '"https://b.example";type=directory'),
    ],
)
def test_a_field_is_trimmed_unfolded_and_joined(component, value):
    """Section 2.1 with its parameters."""
    assert said(component, kinds={"example-dict": "dictionary"}) == value


@pytest.mark.parametrize(
    ("component", "url", "value"),
    [
        ('"@method"', "https://www.example.com/", "GET"),
        ('"@target-uri"', "https://www.example.com/path?param=value", None),
        ('"@target-uri"', "https://www.example.com/path#part", "https://www.example.com/path"),
        ('"@authority"', "https://WWW.Example.com:443/", "www.example.com"),
        ('"@authority"', "http://www.example.com:80/", "www.example.com"),
        ('"@authority"', "http://www.example.com:443/", "www.example.com:443"),
        ('"@authority"', "https://www.example.com:8443/", "www.example.com:8443"),
        ('"@authority"', "https://[2001:DB8::1]:444/", "[2001:db8::1]:444"),
        ('"@authority"', "https://bücher.example/", "xn--bcher-kva.example"),
        ('"@scheme"', "HTTP://www.example.com/", "http"),
        ('"@request-target"', "https://www.example.com/path?param=value", "/path?param=value"),
        ('"@request-target"', "https://www.example.com", "/"),
        ('"@request-target"', "https://www.example.com/path?", "/path?"),
        ('"@path"', "https://www.example.com/a%20b/c?d=/e", "/a%20b/c"),
        ('"@path"', "https://www.example.com", "/"),
        ('"@query"', "https://www.example.com/?a=b&c=d?e", "?a=b&c=d?e"),
        ('"@query"', "https://www.example.com/path?queryString", "?queryString"),
        ('"@query"', "https://www.example.com/path", "?"),
        ('"@query"', "https://www.example.com/path?", "?"),
    ],
)
def test_a_derived_component_comes_from_the_request_line_and_the_target(component, url, value):
    """Section 2.2."""
    assert said(component, url) == (url if value is None else value)


@pytest.mark.parametrize(
    ("component", "method", "target", "value"),
    [
        ('"@method"', "purge", None, "purge"),
        ('"@request-target"', "GET", "https://www.example.com/path", "https://www.example.com/path"),
        ('"@path"', "GET", "https://www.example.com/path", "/path"),
        ('"@query"', "GET", "https://www.example.com/path", "?param=value"),
        ('"@request-target"', "CONNECT", "www.example.com:80", "www.example.com:80"),
        ('"@request-target"', "OPTIONS", "*", "*"),
        ('"@path"', "GET", "/a'b?c='d'", "/a'b"),
        ('"@query"', "GET", "/a'b?c='d'", "?c='d'"),
        ('"@target-uri"', "GET", "/a'b?c='d'", "https://www.example.com/a'b?c='d'"),
    ],
)  # fmt: skip
def test_a_request_target_of_another_form_is_signed_as_it_was_sent(
    component, method, target, value
):
    """Section 2.2.5."""
    assert said(component, method=method, target=target) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("var", "this%20is%20a%20big%0Amultiline%20value"),
        ("bar", "with%20plus%20whitespace"),
        ("fa%C3%A7ade%22%3A%20", "something"),
        ("empty", ""),
        ("flag", ""),
        ("tilde", "%7Ea*b-c.d_e"),
    ],
)
def test_a_query_parameter_is_decoded_and_encoded_anew(name, value):
    """Section 2.2.8."""
    url = (
        "https://www.example.com/parameters?var=this%20is%20a%20big%0Amultiline%20value&"
        "bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something&empty=&flag&tilde=~a*b-c.d_e"
    )
    assert said(f'"@query-param";name="{name}"', url) == value


def test_a_response_signs_its_status_and_parts_of_its_request():
    """Section 2.4."""
    request = Request("POST", Url.parse("https://a.example/foo?x=1"), (("Date", "then"),))
    response = Response(503, (("Date", "now"),), request)
    for component, value in {
        '"@status"': "503",
        '"date"': "now",
        '"date";req': "then",
        '"@method";req': "POST",
        '"@authority";req': "a.example",
        '"@query-param";name="x";req': "1",
    }.items():
        assert line(component, response) == value


@pytest.mark.parametrize(
    "component",
    [
        '"not-there"',
        '"Date"',
        '"@signature-params"',
        '"@status"',
        '"@nonsense"',
        '"@method";key="a"',
        '"@method";req',
        '"date";req',
        '"date";tr',
        '"date";sf',
        '"date";unknown',
        '"example-dict";key="nobody"',
        '"example-dict";key="a";bs',
        '"example-dict";sf;bs',
        '"cache-control";key=1',
        '"@query-param"',
        '"@query-param";name="twice"',
        '"@query-param";name="nobody"',
        '"set-cookie"',
        '"foreign"',
        '"broken"',
        '"date" "host" "date"',
        '"example-dict";key="a" "example-dict";key="a"',
    ],
)
def test_what_cannot_be_said_in_one_way_is_not_signed(component):
    """Sections 2.1 to 2.5 name each of these as an error."""
    fields = (
        *FIELDS,
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
        ("Foreign", "é"),
        ("Broken", "a\nb: c"),
    )
    with pytest.raises(ValueError, match=r"."):
        said(component, "https://www.example.com/?twice=1&twice=2", fields=fields)


def test_components_that_differ_in_a_parameter_are_two():
    (terms,) = parse_terms('s=("example-dict";key="a" "example-dict";key="b")').values()
    request = Request("GET", Url.parse("https://a.example/"), FIELDS)
    assert terms.base(request).decode().splitlines()[:2] == [
        '"example-dict";key="a": 1',
        '"example-dict";key="b": 2;x=1;y=2',
    ]


def test_the_order_of_a_component_s_parameters_does_not_make_it_another():
    flags = (("key", "a"), ("req", True))
    twice = Terms((Component("x", flags), Component("x", flags[::-1])))
    with pytest.raises(ValueError, match="twice"):
        twice.base(Response(200, (), Request("GET", Url.parse("https://a/"), (("X", "a=1"),))))


def test_a_signature_without_components_has_a_base_of_one_line():
    terms = Terms((), (("created", 1), ("tag", 'a "quoted" \\ one')))
    request = Request("GET", Url.parse("https://a.example/"))
    assert terms.base(request) == b'"@signature-params": ();created=1;tag="a \\"quoted\\" \\\\ one"'


@pytest.mark.parametrize("value", ["line\nbreak", "é", "\x7f", 10**15, 1.5, None, b"octets"])
def test_a_parameter_that_no_field_can_carry_is_refused(value):
    with pytest.raises(ValueError, match=r"."):
        _ = Terms((), (("nonce", value),)).text


def test_a_label_that_is_no_key_of_a_dictionary_is_refused():
    with pytest.raises(ValueError, match="label"):
        signature_fields("Sig", Terms(()), b"")


def test_the_example_of_appendix_b_2_6_is_reproduced():
    """A POST, with fields and derived components, Ed25519."""
    fields = (
        ("Date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("Content-Type", "application/json"),
        ("Content-Length", "18"),
    )
    covered = ("date", "@method", "@path", "@authority", "content-type", "content-length")
    terms = Terms(
        tuple(Component(name) for name in covered),
        (("created", 1618884473), ("keyid", "test-key-ed25519")),
    )
    request = Request("POST", Url.parse("https://example.com/foo?param=Value&Pet=dog"), fields)
    key = Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(TEST_KEY))
    assert signature_fields("sig-b26", terms, key.sign(terms.base(request))) == {
        "Signature-Input": 'sig-b26=("date" "@method" "@path" "@authority" "content-type" '
        '"content-length");created=1618884473;keyid="test-key-ed25519"',
        "Signature": "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w"
        "6vuQv5lIp5WPpBKRCw==:",
    }
