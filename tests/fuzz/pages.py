"""Fuzzing without a guide: documents that went wrong in many ways at once.

    python -m tests.fuzz.pages [--count 10000] [--seed 1] [FOLDER ...]
    python -m tests.fuzz.pages --seed 1 --only 4711 [--save FILE] [FOLDER ...]

Documents of the little web, and of the folders that are named (below them: HTML, XML, JSON,
CSV, Markdown, text and PDF, also as ``.gz``), are mutated, read, and looked at from every side.
Each document is read in a process that may end: what ends it counts as a finding, and the next
document is read by a new one. Prints what is found as it is found, and figures at the end; exits
with 1 when a document broke what holds of every page.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import select
import subprocess
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from browser.errors import BrowserError
from browser.text import render
from tests.fuzz.invariants import check
from tests.fuzz.mutate import URL, Case, case
from tests.fuzz.seeds import Seed, folder, little_web

LINE_CHARS = 200
PATIENCE = 60  # seconds until a document is given up; what is slow is told far below that
MEMORY = 1536 * 1024 * 1024  # octets of address space: about a worker and its document


@dataclass
class Run:
    """What became of the documents so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: list[tuple[float, int, str]] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    def add(self, number: int, outcome: str, seconds: float, told: str) -> None:
        """Count one document."""
        self.outcomes[outcome] += 1
        self.slowest = sorted([*self.slowest, (seconds, number, told)], reverse=True)[:5]
        if outcome in ("broken", "ended", "stuck"):
            self.findings.append(f"case {number}: {outcome}: {told}")
            print(self.findings[-1], flush=True)


def attempt(made: Case) -> tuple[str, str]:
    """Read one document; what became of it, and what there is to say about it."""
    told = f"{made.seed} {'+'.join(made.done)} ({made.content_type[:60]}, {len(made.body)} octets)"
    try:
        page = render(made.body, made.content_type, URL, line_chars=LINE_CHARS)
        check(page, LINE_CHARS)
    except BrowserError as error:
        return error.reason.value, told
    except MemoryError:
        return "memory", told
    except Exception:  # noqa: BLE001 - which ones there are is the question
        return "broken", f"{told}\n{traceback.format_exc(limit=-4)}"
    return "page", told


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.pages")
    parser.add_argument("folders", nargs="*", type=Path, help="more documents to begin with")
    parser.add_argument("--count", type=int, default=10_000, help="documents to try")
    parser.add_argument("--seed", type=int, default=1, help="another number, other documents")
    parser.add_argument("--first", type=int, default=0, help="number of the first document")
    parser.add_argument("--only", type=int, help="one document again")
    parser.add_argument("--save", type=Path, help="with --only: write the document here")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    seeds = little_web()
    # The little web is as likely as all of the folders together.
    more = [seed for root in asked.folders for seed in folder(root)]
    seeds = seeds * max(1, len(more) // len(seeds)) + more
    if asked.only is not None:
        return again(seeds, asked.seed, asked.only, asked.save)
    if asked.inside:
        _inside(seeds, asked.seed, asked.first, asked.count)
        return 0
    return _outside(asked.seed, asked.first, asked.count, asked.folders)


def again(seeds: list[Seed], run: int, number: int, save: Path | None) -> int:
    """Try one document again, and write it down if wanted."""
    made = case(seeds, run, number)
    if save:
        save.write_bytes(made.body)
    print(made._replace(body=made.body[:200]), flush=True)
    begun = time.process_time()
    print(*attempt(made), f"{time.process_time() - begun:.2f} s")
    return 0


def _inside(seeds: list[Seed], run: int, first: int, count: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in range(first, first + count):
        made = case(seeds, run, number)
        begun = time.process_time()
        outcome, told = attempt(made)
        seconds = time.process_time() - begun
        print(json.dumps([number, outcome, seconds, told]), flush=True)


def _outside(seed: int, first: int, count: int, folders: list[Path]) -> int:
    run, begun = Run(), time.perf_counter()
    at, end = first, first + count
    while at < end:
        at = _watch(run, seed, at, end - at, folders)
    took = time.perf_counter() - begun
    print(f"\n{count} documents in {took:.0f} s, seed {seed}")
    for outcome, often in run.outcomes.most_common():
        print(f"{often:8} {outcome}")
    print("slowest, in processor time:")
    for seconds, number, told in run.slowest:
        print(f"{seconds:8.2f} s  case {number}: {told.splitlines()[0]}")
    return 1 if run.findings else 0


def _watch(run: Run, seed: int, first: int, count: int, folders: list[Path]) -> int:
    """Have documents read until they are done or one of them ends its reader.

    Returns:
        Number of the document to go on with.
    """
    program = [sys.executable, "-m", "tests.fuzz.pages", "--inside"]
    numbers = [f"--seed={seed}", f"--first={first}", f"--count={count}"]
    at = first
    rest = b""
    with subprocess.Popen(
        [*program, *numbers, "--", *map(str, folders)], stdout=subprocess.PIPE, bufsize=0
    ) as reader:
        assert reader.stdout is not None
        while at < first + count:
            ready, _, _ = select.select([reader.stdout], [], [], PATIENCE)
            said = os.read(reader.stdout.fileno(), 1 << 16) if ready else b""
            *lines, rest = (rest + said).split(b"\n")
            for line in lines:
                run.add(*json.loads(line))
                at += 1
            if not said:
                reader.kill()
                outcome = "ended" if ready else "stuck"
                run.add(at, outcome, PATIENCE * (not ready), f"status {reader.wait()}")
                return at + 1
    return at


if __name__ == "__main__":
    sys.exit(main())
