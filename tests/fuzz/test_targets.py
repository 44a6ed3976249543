from __future__ import annotations

import importlib.util
import random
import subprocess
import sys
from pathlib import Path

import pytest

from browser.model.verdict import Allow
from tests.fuzz import targets
from tests.fuzz.guided import LONGEST, beginnings
from tests.fuzz.targets import TARGETS, WORDS

INPUTS = 60  # for each target


@pytest.mark.parametrize("name", TARGETS)
def test_any_bytes_hold_what_a_target_checks(name: str):
    dice = random.Random(name)
    firsts = beginnings(name)
    for first in firsts[:5]:
        TARGETS[name](first[:LONGEST])
    for _ in range(INPUTS):
        data = bytearray(dice.choice([b"", b"\x00", dice.choice(firsts)[:500]]))
        for _n in range(dice.randint(1, 30)):
            word = dice.choice(WORDS[name]) if dice.random() < 0.8 else dice.randbytes(2)
            at = dice.randint(0, len(data))
            data[at:at] = word
        TARGETS[name](bytes(data))


def test_a_target_tells_what_does_not_hold(monkeypatch: pytest.MonkeyPatch):
    targets.url(b"ftp://a.example/")
    monkeypatch.setattr(targets, "judge_target", lambda *_, **__: Allow())
    with pytest.raises(AssertionError):
        targets.url(b"ftp://a.example/")


def test_an_input_is_tried_again_without_a_guide(tmp_path: Path):
    (tmp_path / "input").write_bytes(b"https://www.example.com/")
    command = [sys.executable, "-m", "tests.fuzz.guided", "url", "--only", str(tmp_path / "input")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "nothing found" in done.stdout


def test_without_a_guide_the_command_says_what_to_install():
    if importlib.util.find_spec("atheris"):
        pytest.skip("Atheris is installed here")
    command = [sys.executable, "-m", "tests.fuzz.guided", "url", "--seconds", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'atheris>=3'" in done.stderr
