"""The IANA special-purpose address registries, and what else is not of the public internet."""

from ipaddress import IPv4Address, IPv6Address, ip_network, summarize_address_range

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser.model.reason import Reason
from browser.model.verdict import Deny
from browser.rules.address import (
    NOT_PUBLIC_IPV4,
    NOT_PUBLIC_IPV6,
    is_address,
    judge_address,
    judge_addresses,
)

FULL = "ffff:ffff:ffff:ffff:ffff"  # the last 80 bits of a block's last address

# Neighbour below, first, last, neighbour above; None where the neighbour is refused as well.
RANGES_V4 = [
    (None, "0.0.0.0", "0.255.255.255", "1.0.0.0"),
    ("9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"),
    ("100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"),
    ("126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"),
    ("168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17"),
    ("169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"),
    ("172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"),
    ("191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"),
    ("192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"),
    ("192.31.195.255", "192.31.196.0", "192.31.196.255", "192.31.197.0"),
    ("192.52.192.255", "192.52.193.0", "192.52.193.255", "192.52.194.0"),
    ("192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"),
    ("192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"),
    ("192.175.47.255", "192.175.48.0", "192.175.48.255", "192.175.49.0"),
    ("198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"),
    ("198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"),
    ("203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"),
    ("223.255.255.255", "224.0.0.0", "239.255.255.255", None),
    (None, "240.0.0.0", "255.255.255.255", None),
]
RANGES_V6 = [
    (f"2000:ffff:ffff:{FULL}", "2001::", f"2001:1ff:ffff:{FULL}", "2001:200::"),
    (f"2001:db7:ffff:{FULL}", "2001:db8::", f"2001:db8:ffff:{FULL}", "2001:db9::"),
    (f"2001:ffff:ffff:{FULL}", "2002::", f"2002:ffff:ffff:{FULL}", "2003::"),
    (f"2620:4f:7fff:{FULL}", "2620:4f:8000::", f"2620:4f:8000:{FULL}", "2620:4f:8001::"),
    (f"3ffe:ffff:ffff:{FULL}", "3fff::", f"3fff:fff:ffff:{FULL}", "3fff:1000::"),
]
EDGES = RANGES_V4 + RANGES_V6


def allowed(address):
    return judge_address(address).allowed


@pytest.mark.parametrize(("below", "first", "last", "above"), EDGES)
def test_iana_a_range_is_refused_from_its_first_to_its_last_address(below, first, last, above):
    assert (allowed(first), allowed(last)) == (False, False)
    assert [allowed(next_door) for next_door in (below, above) if next_door] in (
        [True] * 2,
        [True],
        [],
    )


def test_iana_the_edges_above_cover_every_range_of_the_tables():
    v4 = {
        block
        for _, first, last, _ in RANGES_V4
        for block in summarize_address_range(IPv4Address(first), IPv4Address(last))
    }
    v6 = {
        block
        for _, first, last, _ in RANGES_V6
        for block in summarize_address_range(IPv6Address(first), IPv6Address(last))
    }
    assert v4 == set(NOT_PUBLIC_IPV4)
    assert v6 == set(NOT_PUBLIC_IPV6)


def test_iana_ipv6_is_public_only_inside_the_block_for_global_unicast():
    assert not allowed(f"1fff:ffff:ffff:{FULL}")
    assert allowed("2000::")
    assert allowed(f"3fff:ffff:ffff:{FULL}")
    assert not allowed("4000::")


@pytest.mark.parametrize(
    "address",
    [
        "::",
        "::1",
        "0:0:0:0:0:0:0:1",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:0:127.0.0.1",
        "::ffff:0:8.8.8.8",
        "64:ff9b::127.0.0.1",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::1",
        "100::1",
        "100:0:0:1::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_iana_an_ipv6_form_that_is_not_of_the_public_internet_is_refused(address):
    assert not allowed(address)


@pytest.mark.parametrize(
    ("identifier", "verdict"),
    [
        ("0:5efe", False),
        ("200:5efe", False),
        ("0:5efd", True),
        ("0:5eff", True),
        ("1:5efe", True),
        ("1ff:5efe", True),
        ("201:5efe", True),
    ],
)
def test_rfc_5214_an_isatap_identifier_refuses_an_otherwise_public_address(identifier, verdict):
    assert allowed(f"2606:4700:0:0:{identifier}:101:101") is verdict


@given(st.ip_addresses(v=4))
def test_rfc_4291_a_v4_mapped_address_is_judged_as_the_address_it_carries(address):
    assert allowed(f"::ffff:{address}") == allowed(str(address))


@given(st.integers(0, 2**128 - 1).filter(lambda n: n >> 125 != 1 and n >> 32 != 0xFFFF))
def test_iana_nothing_unallocated_is_public(number):
    assert not allowed(str(IPv6Address(number)))


@pytest.mark.parametrize("zone", ["2606:4700::1%eth0", "fe80::1%1", "::ffff:8.8.8.8%eth0"])
def test_ours_an_address_with_a_zone_is_refused(zone):
    assert allowed(zone.partition("%")[0]) is not zone.startswith("fe80")
    assert not allowed(zone)


@pytest.mark.parametrize(
    "text",
    ["", "not-an-address", "127.1", "08.8.8.8", "134744072", "0x8080808", "８.8.8.8", " 8.8.8.8"],
)
def test_ours_what_is_no_address_in_a_standard_spelling_is_refused(text):
    assert not is_address(text)
    assert not allowed(text)


def test_ours_brackets_around_ipv6_make_no_difference():
    assert is_address("[2606:4700:4700::1111]")
    assert allowed("[2606:4700:4700::1111]")
    assert not allowed("[::1]")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "169.254.169.254", "10.1.2.3"])
def test_ours_the_refusal_does_not_tell_the_address(address):
    verdict = judge_address(address)
    assert isinstance(verdict, Deny)
    assert verdict.reason is Reason.ADDRESS_REFUSED
    assert address not in verdict.sentence
    assert verdict.rule is None


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (["93.184.215.14"], True),
        (["93.184.215.14", "2606:4700:4700::1111"], True),
        (["93.184.215.14", "127.0.0.1"], False),
        (["127.0.0.1", "93.184.215.14"], False),
        (["2606:4700:4700::1111", "fd00::1"], False),
        (["93.184.215.14", "garbage"], False),
        ([], False),
    ],
)
def test_ours_one_bad_address_or_none_at_all_refuses_the_name(answer, verdict):
    assert judge_addresses(answer).allowed is verdict


DENIED = [ip_network(text) for text in ("1.2.0.0/16", "2600:1f00:64::/96", "9.9.9.9/32")]


@pytest.mark.parametrize(
    ("address", "verdict"),
    [
        ("1.1.255.255", True),
        ("1.2.0.0", False),
        ("1.2.255.255", False),
        ("1.3.0.0", True),
        ("::ffff:1.2.3.4", False),
        ("::ffff:102:304", False),
        ("::ffff:1.3.3.4", True),
        ("9.9.9.9", False),
        ("2600:1f00:64::7f00:1", False),
        ("[2600:1f00:64::a00:1]", False),
        ("2600:1f00:64:1::", True),
        ("10.0.0.1", False),
    ],
)
def test_ours_networks_of_the_operator_are_refused_beside_those_that_are_not_public(
    address, verdict
):
    assert judge_address(address, DENIED).allowed is verdict
    assert judge_addresses(["8.8.8.8", address], DENIED).allowed is verdict


def test_ours_a_network_of_the_operator_opens_nothing():
    everything = [ip_network("0.0.0.0/0"), ip_network("::/0")]
    assert not judge_address("8.8.8.8", everything).allowed
    assert not judge_address("127.0.0.1", [ip_network("8.0.0.0/8")]).allowed
