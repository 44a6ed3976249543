"""An IP network as an operator writes it in a setting.

Governing texts: RFC 4632 3.1 and RFC 4291 2.3 (a prefix and its length). Left to taste: an
address with host bits set is refused, since it is not plain whether the address or its network
was meant; an address without a length is that address alone.
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_interface, ip_network

from browser.rules.address import Network


def network(value: object) -> Network:
    """The network that *value* names.

    Raises:
        ValueError: when it is no text, no network, or an address inside one.
    """
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    # A number is an address to `ipaddress`, which no operator means by one.
    text = value if isinstance(value, str) else ""
    try:
        return ip_network(text)
    except ValueError:
        pass
    try:
        inside = ip_interface(text).network
    except ValueError:
        raise ValueError("has to be an IP network, as in 192.0.2.0/24 or 2001:db8::/32") from None
    raise ValueError(f"{text} has host bits set; its network is {inside}")


def as_judged(denied: Network) -> Network:
    """*denied* as it is; raises ``ValueError`` where no address would ever be judged in it."""
    if getattr(denied.network_address, "ipv4_mapped", None):
        raise ValueError("write ::ffff:a.b.c.d as a.b.c.d: addresses are judged in that form")
    return denied
