"""What the other replicas say of themselves, read from their boards.

A replica of another version may say what is not understood here; that is left out, since a view
with a gap serves an operator better than none while a service is being upgraded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from browser.sights.seen import Refusal, Said, Totals

_TOTALS, _RECENT = "", "!"  # names that no host has


@dataclass(frozen=True)
class Told:
    """What one replica says.

    Attributes:
        hosts: What of each, as it came and as it is read.
        totals: Altogether; ``None`` as long as it has not said.
        refusals: The newest first.
    """

    hosts: Mapping[str, tuple[bytes, Said]] = field(default_factory=dict)
    totals: Totals | None = None
    refusals: tuple[Refusal, ...] = ()


def written(hosts: Mapping[str, Said], totals: Totals, refusals: list[Refusal]) -> dict[str, bytes]:
    """What a replica posts."""
    return {
        **{host: said.encoded() for host, said in hosts.items()},
        _TOTALS: json.dumps(asdict(totals)).encode(),
        _RECENT: json.dumps([asdict(refusal) for refusal in refusals]).encode(),
    }


def read(board: Mapping[str, bytes], before: Told) -> Told:
    """What a replica has posted.

    Args:
        board: As it is.
        before: What was read of the same replica the last time; what is unchanged is not read
            again.
    """
    hosts = {}
    for host, blob in board.items():
        known = before.hosts.get(host)
        if known is not None and known[0] == blob:
            hosts[host] = known
        elif host not in (_TOTALS, _RECENT) and (said := _said(blob)) is not None:
            hosts[host] = blob, said
    try:
        totals = Totals(**json.loads(board[_TOTALS]))
        refusals = tuple(Refusal(**each) for each in json.loads(board[_RECENT]))
    except (ValueError, TypeError, KeyError):
        return Told(hosts)
    return Told(hosts, totals, refusals)


def _said(blob: bytes) -> Said | None:
    try:
        return Said.decoded(blob)
    except ValueError:
        return None
