"""The parent of several processes, whose work is a few lines here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from browser import workers
from browser.config import fixed, load
from tests.service.processes import environment
from tests.until import PATIENCE, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux only")

PROGRAM = """
import logging, os, signal, sys, time
from browser import workers
logging.basicConfig(stream=sys.stdout, format="%(message)s", force=True)
workers.PAUSES = 0.01, 0.02, 0.03

def work():
{work}

with workers.counting(2):
    code = workers.Parent(2, work, patience={patience}).run()
sys.exit(code)
"""
HANGS = """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.write(1, b"runs %d\\n" % os.getpid())
    time.sleep(1000)
"""


@contextmanager
def parent(work: str, patience: float) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(work=work, patience=patience)],
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    line = process.stdout.readline()
    assert line, "it has ended"
    return line.strip()


def ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_children_that_do_not_stop_are_killed_after_a_while():
    with parent(HANGS, patience=0.3) as process:
        children = [int(said(process).removeprefix("runs ")) for _ in range(2)]
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 1
        until(lambda: all(ended(child) for child in children))


def test_after_children_that_do_not_live_long_pauses_grow():
    with parent("    pass", patience=30) as process:
        pauses = [said(process).split(" starts in ")[1] for _ in range(5)]
        assert pauses == ["0.01 s", "0.02 s", "0.03 s", "0.03 s", "0.03 s"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    ("number", "name"), [("SIGKILL", "SIGKILL"), ("SIGRTMIN + 3", f"signal {signal.SIGRTMIN + 3}")]
)
def test_a_child_that_a_signal_ends_is_replaced(number: str, name: str):
    work = f"    os.kill(os.getpid(), signal.{number})"
    with parent(work, patience=30) as process:
        for _ in range(3):
            assert f" ended by {name}; another one starts " in said(process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def test_a_child_that_cannot_start_at_first_ends_all():
    with parent("    raise ValueError('unfit')", patience=30) as process:
        assert process.wait(PATIENCE) == workers.UNFIT


def test_a_replacement_reads_the_settings_again_if_they_can_be_read(tmp_path: Path, caplog):
    config = tmp_path / "browser.toml"
    config.write_text("[limits]\nrate = 1\n")
    first = load(config)
    config.write_text("[limits]\nrate = 2\n")
    assert workers._again(first).limits.rate == 2
    config.write_text("[limits]\nrat = 3\n")
    assert workers._again(first) is first
    assert "the settings of the start are kept" in caplog.text
    other = fixed(limits={"rate": 4})
    assert workers._again(other) is other


@pytest.mark.parametrize(("processors", "each"), [(8, 2), (2, 1), (None, 1)])
def test_processors_are_divided_unless_the_settings_say_how_many(monkeypatch, processors, each):
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert workers._share(fixed(), 3).page.workers == each
    assert workers._share(fixed(page={"workers": 5}), 3).page.workers == 5
