import pytest

from browser.rules.own_hosts import HostMap, is_name

MAP = HostMap.parse(
    {
        "docs.corp.example": "10.1.2.3:8080",
        "*.test": "127.0.0.1:8081",
        "*.b.test": "127.0.0.1:8082",
        "x.b.test": "127.0.0.1:8083",
        "intranet": "[fd00::1]:8084",
        "WIKI.Example": "backend_1:80",
        "bücher.example": "10.0.0.1",
        "v6.example": "fd00::2",
        "192.168.7.7": "192.168.7.7:80",
        "[fd00::7]": "[fd00::7]",
    }
)


@pytest.mark.parametrize(
    ("host", "dial"),
    [
        ("docs.corp.example", ("10.1.2.3", 8080)),
        ("DOCS.corp.example.", ("10.1.2.3", 8080)),
        ("a.test", ("127.0.0.1", 8081)),
        ("a.c.test", ("127.0.0.1", 8081)),
        ("test", None),
        ("atest", None),
        ("a.b.test", ("127.0.0.1", 8082)),
        ("a.x.b.test", ("127.0.0.1", 8082)),
        ("b.test", ("127.0.0.1", 8081)),
        ("x.b.test", ("127.0.0.1", 8083)),
        ("intranet", ("fd00::1", 8084)),
        ("a.intranet", None),
        ("wiki.example", ("backend_1", 80)),
        ("xn--bcher-kva.example", ("10.0.0.1", None)),
        ("v6.example", ("fd00::2", None)),
        ("192.168.7.7", ("192.168.7.7", 80)),
        ("[fd00::7]", ("fd00::7", None)),
        ("www.example.com", None),
        ("", None),
    ],
)
def test_a_host_is_looked_up_exactly_first_then_by_the_longest_wildcard(host, dial):
    assert MAP.lookup(host) == dial


def test_an_empty_map_knows_no_host():
    assert HostMap().lookup("a.test") is None
    assert HostMap.parse({}) == HostMap()


@pytest.mark.parametrize(
    "key",
    [
        "",
        "*",
        "*.",
        "a.*",
        "*.*.test",
        "a b.test",
        "a\tb.test",
        "a.test:80",
        "a.test:8080",
        "127.0.0.1:80",
        "::1",
        "a.test/x",
        "u@a.test",
        "a.test#x",
        "%61.test",
        "a..test",
        "a.test.",
        "http://a.test",
        "127.1",
        "*.127.0.0.1",
        "x" * 64 + ".test",
    ],
)
def test_a_key_that_is_no_host_is_named_in_the_error(key):
    with pytest.raises(ValueError) as error:
        HostMap.parse({"good.test": "10.0.0.1", key: "10.0.0.1"})
    assert repr(key) in str(error.value)
    assert "good.test" not in str(error.value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        ":80",
        "10.0.0.1:",
        "10.0.0.1:0",
        "10.0.0.1:65536",
        "10.0.0.1:http",
        "[fd00::1",
        "fd00::1]:80",
        "http://10.0.0.1",
        "10.0.0.1/x",
        "a b",
        "a..b",
        "[name]:80",
    ],
)
def test_a_value_that_cannot_be_dialled_is_an_error_that_names_its_key(value):
    with pytest.raises(ValueError, match=r"docs\.test"):
        HostMap.parse({"docs.test": value})


@pytest.mark.parametrize("port", [1, 65_535])
def test_every_real_port_may_be_mapped(port):
    assert HostMap.parse({"a.test": f"10.0.0.1:{port}"}).lookup("a.test") == ("10.0.0.1", port)


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("a.example", True),
        ("a_b.-c-.example", True),
        ("x" * 63 + ".example", True),
        ("x" * 64 + ".example", False),
        (".".join(["x" * 49] * 5) + ".abc", True),
        (".".join(["x" * 49] * 5) + ".abcd", False),
        ("a..example", False),
        (".example", False),
        ("example.", False),
        ("A.example", False),
        ("a$.example", False),
        ("bücher.example", False),
        ("a.example\n", False),
    ],
)
def test_a_name_is_letters_digits_hyphens_and_underscores_within_the_lengths_of_the_dns(
    name, verdict
):
    assert is_name(name) is verdict
