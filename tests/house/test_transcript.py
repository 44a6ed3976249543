from __future__ import annotations

import re

from browser.demo import run
from tests.house.project import ROOT

BETWEEN = re.compile(
    r"(?ms)^<!-- demo -->\n+```text\n(.*?)\n```\n+<!-- /demo -->$", re.MULTILINE | re.DOTALL
)


def test_readme_shows_what_the_demo_prints():
    shown = BETWEEN.search((ROOT / "README.md").read_text("utf-8"))
    assert shown is not None, "README has no transcript between the demo marks"
    pieces: list[str] = []
    run(pieces.append)
    assert shown[1].splitlines() == "\n".join(pieces).splitlines()
