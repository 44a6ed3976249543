"""Which IP addresses may be dialled: those of the public internet, and no others.

Governing texts: the IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890 and its
updates), the IANA IPv6 address space registry (only 2000::/3 is allocated as global unicast),
RFC 4291 2.5.5.2 (IPv4-mapped form), RFC 5214 6.1 (ISATAP), RFC 6052 and RFC 8215 (NAT64).

The tables are our own. ``ipaddress.is_global`` answers differently from one Python release to the
next, and calls multicast, NAT64 and the whole unallocated space global.

IPv4 is a deny list, since nearly all of it is allocated. IPv6 is an allow list with exceptions:
what nobody was given cannot be a public site. Forms that carry an IPv4 address inside (6to4,
Teredo, NAT64, ISATAP) are refused whole, also around a public address; only the IPv4-mapped form
is judged as the address it carries, because the operating system dials it so.

Left to taste: 168.63.129.16 is public by number, but leads to the host below a virtual machine
in one large cloud, so it is refused. The AS112 blocks are public, but serve no pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from browser.model.reason import Reason
from browser.model.verdict import Allow, Deny, Verdict

NOT_PUBLIC_IPV4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network, RFC 791
        "10.0.0.0/8",  # private use, RFC 1918
        "100.64.0.0/10",  # carrier-grade NAT, RFC 6598; one cloud's metadata service
        "127.0.0.0/8",  # loopback, RFC 1122
        "168.63.129.16/32",  # Azure's host agent
        "169.254.0.0/16",  # link local, RFC 3927; most clouds' metadata services
        "172.16.0.0/12",  # private use, RFC 1918
        "192.0.0.0/24",  # IETF protocol assignments, RFC 6890
        "192.0.2.0/24",  # documentation, RFC 5737
        "192.31.196.0/24",  # AS112, RFC 7535
        "192.52.193.0/24",  # AMT relays, RFC 7450
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "192.168.0.0/16",  # private use, RFC 1918
        "192.175.48.0/24",  # AS112, RFC 7534
        "198.18.0.0/15",  # benchmarking, RFC 2544
        "198.51.100.0/24",  # documentation, RFC 5737
        "203.0.113.0/24",  # documentation, RFC 5737
        "224.0.0.0/4",  # multicast, RFC 1112
        "240.0.0.0/4",  # reserved, RFC 1112; holds the broadcast address
    )
)
Network = IPv4Network | IPv6Network

PUBLIC_IPV6 = IPv6Network("2000::/3")  # global unicast, IANA IPv6 address space
NOT_PUBLIC_IPV6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # IETF protocol assignments, RFC 2928: Teredo, ORCHID, benchmarking
        "2001:db8::/32",  # documentation, RFC 3849
        "2002::/16",  # 6to4, RFC 3056
        "2620:4f:8000::/48",  # AS112, RFC 7534
        "3fff::/20",  # documentation, RFC 9637
    )
)
# Bytes 8 to 11 of an ISATAP interface identifier, RFC 5214 6.1: local and global form.
ISATAP = (bytes.fromhex("00005efe"), bytes.fromhex("02005efe"))

# The sentence holds no address: else a page could map the operator's network by trying names.
REFUSED = Deny(
    Reason.ADDRESS_REFUSED,
    "This host leads to an address that is not on the public internet, or that the operator of "
    "this browser has closed. Do not retry; choose another source.",
)


def bare(host: str) -> str:
    """A URL's host without the brackets of IPv6, as a socket wants it."""
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


def is_address(host: str) -> bool:
    """Whether *host* is an IP address in a standard spelling, with or without brackets.

    The spellings that only old C libraries read (``127.1``, ``0x7f000001``) are names here.
    """
    try:
        ip_address(bare(host))
    except ValueError:
        return False
    return True


def judge_address(address: str, denied: Sequence[Network] = ()) -> Verdict:
    """Judge one address that a name resolved to, or that stands in a URL.

    Args:
        address: Text form, with or without brackets.
        denied: Networks refused too: the operator's own public ones, and prefixes that lead
            somewhere else (NAT64 with a prefix of one's own, RFC 6052 2.2).

    Returns:
        `Deny` with ``address_refused`` for whatever is not a public unicast address: also for
        text that is no address, and for an address with a zone id (RFC 4007 11).
    """
    try:
        parsed = ip_address(bare(address))
    except ValueError:
        return REFUSED
    if isinstance(parsed, IPv6Address) and parsed.scope_id is None and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    public = _public_v4(parsed) if isinstance(parsed, IPv4Address) else _public_v6(parsed)
    return Allow() if public and not _within(parsed, denied) else REFUSED


def judge_addresses(addresses: Sequence[str], denied: Sequence[Network] = ()) -> Verdict:
    """Judge a whole DNS answer: no address, or one bad one among good ones, refuses the name.

    An honest site has no private address beside a public one; a name that has both is made to
    be judged by the one and dialled by the other.
    """
    if not addresses:
        return REFUSED
    for address in addresses:
        verdict = judge_address(address, denied)
        if not verdict.allowed:
            return verdict
    return Allow()


def _within(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _public_v4(address: IPv4Address) -> bool:
    return not any(address in block for block in NOT_PUBLIC_IPV4)


def _public_v6(address: IPv6Address) -> bool:
    return (
        address.scope_id is None
        and address in PUBLIC_IPV6
        and not any(address in block for block in NOT_PUBLIC_IPV6)
        and address.packed[8:12] not in ISATAP
    )
