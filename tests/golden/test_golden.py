"""The display of whole pages, line by line: a change is seen, read and kept on purpose."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

import pytest

from tests.golden.golden import DISPLAYS, WEB, display, kept, paths

WRITE = "Read the difference; if it is what you meant, run: python -m tests.golden"


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.relative_to(WEB).as_posix())
def test_a_page_is_shown_as_it_was_when_somebody_last_read_it(path: Path):
    file = kept(path)
    assert file.exists(), f"{file.name} is missing. {WRITE}"
    before, now = file.read_text("utf-8").splitlines(), display(path).splitlines()
    difference = "\n".join(unified_diff(before, now, "kept", "now", lineterm="", n=1))
    if difference:
        pytest.fail(f"{WRITE}\n{difference}", pytrace=False)


def test_no_display_is_kept_of_a_page_that_is_gone():
    assert {file.name for file in DISPLAYS.glob("*.txt")} == {kept(path).name for path in paths()}


def test_there_are_displays_of_many_kinds_of_pages():
    kinds = {path.suffix for path in paths()}
    assert len(paths()) >= 45
    assert {".html", ".md"} <= kinds
