"""From a host to addresses that may be dialled: resolved once, each one judged.

Governing texts: RFC 1034 3.1 (absolute names), RFC 1035; which addresses are public is decided by
`browser.rules.address`. The caller dials the addresses it gets here and never the name, so that a
second answer of the DNS cannot lead elsewhere. Nothing is remembered: each connection asks anew.

Names are asked with a final dot. That keeps search domains and the hosts file out of play, and
makes the C library refuse the old spellings of addresses (``127.1``, ``0x7f000001``). The
operator's own hosts are asked as the operator wrote them, since those may need both.

Left to taste: IPv4 before IPv6, else the order of the answer; 16 addresses at most, of an answer
that was judged whole. How many look-ups there may be at a time is decided in `browser.net.lookup`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import anyio

from browser.errors import FetchFailed, Refused
from browser.model.reason import Reason
from browser.model.verdict import Deny
from browser.net.lookup import Lookup, Silent, SystemLookup
from browser.rules.address import Network, bare, is_address, judge_addresses
from browser.rules.own_hosts import MAX_NAME, HostMap

MAX_ADDRESSES = 16  # of one answer that are kept, when all were judged; large sites send 4 to 8


@dataclass(frozen=True)
class Endpoint:
    """Where to dial.

    Attributes:
        addresses: At least one, in the order to try them; IPv6 without brackets.
        port: To dial; another than the URL's when the operator's map names one.
        own: Whether this is one of the operator's own hosts, whose addresses are not judged.
    """

    addresses: tuple[str, ...]
    port: int
    own: bool


class Resolver:
    """Turns the host of a URL into an `Endpoint`, or refuses it.

    Attributes:
        hosts: The operator's own hosts.
        timeout: Longest lookup in seconds, waiting for a thread included.
        denied: Networks the operator refuses beside those that are not public.
    """

    def __init__(
        self,
        hosts: HostMap,
        timeout: float = 5,
        lookup: Lookup | None = None,
        denied: Sequence[Network] = (),
    ) -> None:
        self.hosts = hosts
        self.denied = tuple(denied)
        self.timeout = timeout
        self._lookup = lookup or SystemLookup()

    async def resolve(self, host: str, port: int) -> Endpoint:
        """Find the addresses to dial for *host*.

        Args:
            host: Of a URL that `browser.rules.target.judge_target` allowed.
            port: Of that URL.

        Raises:
            FetchFailed: ``dns_failed`` when the name has no address, or none in time.
            Refused: ``address_refused`` when any of its addresses is not public.
        """
        own = self.hosts.lookup(host)
        if own is not None:
            name, mapped = own
            found = (name,) if is_address(name) else await self._ask(host, name, mapped or port)
            return Endpoint(found[:MAX_ADDRESSES], mapped or port, own=True)
        if is_address(host):
            found = (bare(host),)
        else:
            found = await self._ask(host, host.removesuffix(".") + ".", port)
        verdict = judge_addresses(found, self.denied)
        if isinstance(verdict, Deny):
            raise Refused.by(verdict)
        return Endpoint(found[:MAX_ADDRESSES], port, own=False)

    async def _ask(self, host: str, name: str, port: int) -> tuple[str, ...]:
        """Addresses of *name*, at least one; errors speak of *host*."""
        try:
            with anyio.fail_after(self.timeout):
                answer = await self._lookup(name, port)
        except TimeoutError as error:
            raise FetchFailed(
                Reason.DNS_FAILED,
                f"The name {host[:MAX_NAME]} could not be looked up within "
                f"{self.timeout:g} seconds. Try again later or choose another source.",
            ) from error
        except Silent as error:
            raise FetchFailed(
                Reason.DNS_FAILED,
                f"The name {host[:MAX_NAME]} could not be looked up: the name servers of its "
                "domain do not answer. Choose another source.",
            ) from error
        except (OSError, UnicodeError) as error:
            raise _unknown(host) from error
        found = tuple(dict.fromkeys(answer))
        if not found:
            raise _unknown(host)
        return tuple(sorted(found, key=lambda address: ":" in address))


def _unknown(host: str) -> FetchFailed:
    return FetchFailed(
        Reason.DNS_FAILED,
        f"The name {host[:MAX_NAME]} does not resolve. "
        "Check the spelling or choose another source.",
    )
