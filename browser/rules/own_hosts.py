"""The operator's own hosts: names that are dialled where the operator says.

Governing text: none; this is the setting ``egress.hosts``. A host in this map is trusted by the
operator's own hand, so the rules that keep private networks private do not apply to it.

Left to taste: an exact name wins over a wildcard, and a longer wildcard over a shorter one.
``*.test`` stands for every name below ``test``, at any depth, but not for ``test`` itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from browser.model.url import Url
from browser.rules.address import bare, is_address

MAX_NAME = 253  # octets of a name in text form, RFC 1035 2.3.4
MAX_PORT = 65_535

# Letters, digits, hyphen (RFC 1123 2.1), and the underscore that some sites do use.
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_VALUE = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(?::(?P<port>[0-9]{1,5}))?")


def is_name(host: str) -> bool:
    """Whether *host* is a lower-case ASCII DNS name without a final dot, of one label or more."""
    return len(host) <= MAX_NAME and _NAME.fullmatch(host) is not None


@dataclass(frozen=True)
class HostMap:
    """Where to dial for the operator's own hosts.

    Attributes:
        exact: Host and port to dial, by the host of the URL.
        wild: The same for every name below the key.
    """

    exact: Mapping[str, tuple[str, int | None]] = field(default_factory=dict)
    wild: Mapping[str, tuple[str, int | None]] = field(default_factory=dict)

    @classmethod
    def parse(cls, mapping: Mapping[str, str]) -> HostMap:
        """Read the setting.

        Args:
            mapping: From a host (``docs.corp.example``, ``*.test``, ``intranet``, an address) to
                ``host:port``, ``[v6]:port`` or a host alone, which keeps the port of the URL.

        Raises:
            ValueError: naming the key that is wrong, or whose value is.
        """
        exact: dict[str, tuple[str, int | None]] = {}
        wild: dict[str, tuple[str, int | None]] = {}
        for key, value in mapping.items():
            name = key.removeprefix("*.")
            host = _read_key(name)
            if host is None or (name != key and is_address(host)):
                raise ValueError(f"{key!r} is not a host name, nor *. before one")
            dial = _read_value(value)
            if dial is None:
                raise ValueError(f"the value of {key!r} is not host:port, [IPv6]:port or a host")
            (exact if name == key else wild)[host] = dial
        return cls(exact, wild)

    def lookup(self, host: str) -> tuple[str, int | None] | None:
        """The host to dial (no brackets) and the port, if the map names one.

        Args:
            host: Of a URL; case and a final dot do not matter.

        Returns:
            ``None`` when the host is not the operator's own.
        """
        name = host.lower().removesuffix(".")
        found = self.exact.get(name)
        while found is None and "." in name:
            name = name.partition(".")[2]
            found = self.wild.get(name)
        return found


def _read_key(name: str) -> str | None:
    """The host as a URL would have it, or ``None``: what is not plainly a host is a mistake."""
    try:
        url = Url.parse(f"http://{name}/")
    except ValueError:
        return None
    if url.is_address:
        return url.host if url.host == name.lower() else None
    # A path or user name in the key would survive in the href; the default port would not.
    plain = url.href == f"http://{url.host}/" and name.isprintable() and not {*"%:"} & {*name}
    return url.host if plain and is_name(url.host) else None


def _read_value(value: str) -> tuple[str, int | None] | None:
    if is_address(value):
        return bare(value), None
    match = _VALUE.fullmatch(value)
    if match is None:
        return None
    host, port = match["host"].lower(), match["port"]
    if not (is_address(host) or is_name(host)):
        return None
    if port is None:
        return bare(host), None
    return (bare(host), int(port)) if 0 < int(port) <= MAX_PORT else None
