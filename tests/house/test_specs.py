from __future__ import annotations

import ast

import pytest

from tests.house.project import ROOT, name, sources, tree

SPECS = ROOT / "tests" / "specs"
FOLDERS = sorted(path.name for path in SPECS.iterdir() if path.is_dir() and any(path.glob("*.py")))


def test_there_are_specifications():
    assert {"rfc9309", "rfc9110", "rfc9111", "whatwg_url", "iana_addresses"} <= set(FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_holds_tests_of_one_specification_and_no_further_folder(folder):
    assert list((SPECS / folder).glob("test_*.py"))
    assert list((SPECS / folder).glob("*/*.py")) == []


def test_no_test_of_a_specification_stands_outside_its_folder():
    assert list(SPECS.glob("*.py")) == []


def test_every_file_of_tests_says_which_text_it_is_about():
    silent = [
        name(path)
        for path in sources("tests/specs")
        if path.name.startswith("test_") and not ast.get_docstring(tree(path))
    ]
    assert silent == []
