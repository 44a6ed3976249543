"""Does it hold? ``python -m tests.soak rates|kills|hold``: a fleet on this machine, under load.

rates   many conversations over many hosts: how fast each host was asked, beside the setting
kills   the same, while a service and then Valkey are killed with SIGKILL and started again
hold    many conversations held, commands among them: a second, p50, p99, memory of each
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from statistics import median

from tests.bench import table
from tests.soak.caller import Caller
from tests.soak.fleet import Fleet
from tests.soak.load import callers, failures, greedy, hold, lost, talk
from tests.soak.memory import resident, used
from tests.soak.pacing import pacings

HOUR = 1_000_000  # requests an hour, so that only the pace holds anybody up


def main(arguments: list[str]) -> int:
    """Run one of them; 1 when what it proves does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("what", choices=("rates", "kills", "hold"))
    parser.add_argument("--replicas", type=int, default=2)
    parser.add_argument("--hosts", type=int, default=20)
    parser.add_argument("--sessions", type=int, default=0, help="0: 8 a host, or 2,000 to hold")
    parser.add_argument("--rate", type=float, default=2.0, help="requests a second of a host")
    parser.add_argument("--seconds", type=float, default=40.0)
    given = parser.parse_args(arguments)
    what = {"rates": rates, "kills": kills, "hold": held}[given.what]
    return asyncio.run(what(given))


def paced(given: argparse.Namespace) -> dict[str, float]:
    """Limits under which one host takes a request every ``1 / rate`` seconds."""
    return {
        "rate": given.rate,
        "burst": 1,
        "concurrency": 4,
        "hourly": HOUR,
        "max_wait": 10,
        "address_rate": 10_000,
        "address_concurrency": 256,
        "total_concurrency": 256,
    }


def names(count: int) -> list[str]:
    """Hosts that have never been asked."""
    return [f"site-{number}.test" for number in range(count)]


async def rates(given: argparse.Namespace) -> int:
    """How fast each host was asked by all replicas together."""
    with Fleet(given.replicas, paced(given)) as fleet:
        crowd = callers(fleet, given.sessions or 8 * given.hosts)
        await greedy(crowd, names(given.hosts), given.seconds)
        return _judged(fleet, crowd, given)


async def kills(given: argparse.Namespace) -> int:
    """The same while parts of it die."""
    part = given.seconds / 6
    with Fleet(given.replicas, paced(given)) as fleet:

        async def trouble() -> None:
            await asyncio.sleep(part)
            fleet.replicas[0].send_signal(signal.SIGKILL)
            await asyncio.sleep(part)
            fleet.restart_replica(0)
            await asyncio.sleep(part)
            fleet.valkey.send_signal(signal.SIGKILL)
            fleet.valkey.wait()
            await asyncio.sleep(part)
            fleet.start_valkey()

        crowd = callers(fleet, given.sessions or 8 * given.hosts)
        await greedy(crowd, names(given.hosts), given.seconds, trouble)
        bad = _judged(fleet, crowd, given, steady=False)
        gone = await lost(crowd)
    print(f"  lost of what was answered: {gone}; answers that never came: {_gone(crowd)}")
    return 1 if gone else bad


def _gone(crowd: list[Caller]) -> int:
    return sum(caller.gone for caller in crowd)


def _judged(
    fleet: Fleet, crowd: list[Caller], given: argparse.Namespace, *, steady: bool = True
) -> int:
    found = pacings(fleet.asked(), given.rate, 1)
    share = [one.rate / given.rate for one in found]
    most = max(one.most for one in found)
    table.show(
        f"{given.replicas} replicas behind nginx, {len(crowd)} conversations, {len(found)} hosts at"
        f" {given.rate:g} a second, {given.seconds:g} s",
        ("requests", "slowest host", "median", "fastest host", "beyond the limit"),
        [(sum(one.count for one in found), min(share), median(share), max(share), max(most, 0.0))],
    )
    print("  hosts: requests a second / the setting; beyond the limit: requests too many in the")
    print("  worst stretch of time, burst and rate allowed for")
    print(f"  answered: {sum(one.commands for one in crowd)}; refused: {failures(crowd)}")
    if most > 0 or (steady and not all(0.98 <= one <= 1.02 for one in share)):
        print("  NOT within 2 % of the setting" if most <= 0 else "  a host was asked TOO FAST")
        return 1
    return 0


async def held(given: argparse.Namespace) -> int:
    """Conversations in numbers, and commands among them."""
    count = given.sessions or 2000
    limits = {**paced(given), "rate": 1000, "burst": 1000, "concurrency": 64, "max_wait": 30}
    rows: list[tuple[object, ...]] = []
    for replicas in (1, 2):
        with Fleet(replicas, limits, {"session": {"max_commands": 100_000}}) as fleet:
            crowd = callers(fleet, count)
            first = callers(fleet, 64, "warm")
            await hold(first, names(given.hosts))
            before, stored = resident(fleet.replicas), used(fleet.valkey)
            await hold(crowd, names(given.hosts))
            grown = resident(fleet.replicas) - before
            in_store = used(fleet.valkey) - stored
            talked = await talk(crowd, given.seconds, at_once=16)
            rows.append(
                (
                    replicas,
                    count,
                    len(talked.took) / talked.seconds,
                    talked.share(0.5),
                    talked.share(0.99),
                    grown / count / 1024,
                    in_store / count / 1024,
                )
            )
            print(f"  refused with {replicas}: {talked.refused or 'nothing'}")
            for caller in crowd:
                caller.close()
    columns = ("replicas", "sessions", "commands/s", "p50 ms", "p99 ms", "KiB each", "in Valkey")
    table.show(f"held conversations, 16 commands at a time for {given.seconds:g} s", columns, rows)
    print("  KiB each: resident memory of all services; in Valkey: its resident memory")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
