from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel

from browser.model.reason import Reason
from browser.settings import Settings
from tests.house.project import ROOT

CODE = re.compile("`([^`]+)`")


def first_cells() -> Iterator[list[str]]:
    """For each table of README: the code words in the first column of its rows."""
    readme = (ROOT / "README.md").read_text("utf-8")
    for table in re.findall(r"(?:^\|.*\n?)+", readme, re.MULTILINE):
        yield [word for row in table.splitlines() for word in CODE.findall(row.split("|")[1])]


def words_of_tables() -> set[str]:
    return {word for table in first_cells() for word in table}


def settings(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, bool]]:
    """Dotted names, each with whether it is a table of names that the operator chooses."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from settings(kind, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", isinstance(field.default, dict)


def test_readme_names_every_failure_code():
    assert {reason.value for reason in Reason} - words_of_tables() == set()


def test_readme_names_no_failure_code_that_does_not_exist():
    (table,) = [words for words in first_cells() if Reason.ROBOTS_DISALLOWED.value in words]
    assert set(table) - {reason.value for reason in Reason} == set()


def test_readme_names_every_setting():
    words = words_of_tables()
    missing = [
        name
        for name, table in settings()
        if name not in words and not (table and any(w.startswith(f"{name}.") for w in words))
    ]
    assert missing == []


def test_readme_names_no_setting_that_does_not_exist():
    known = dict(settings())
    sections = "|".join(Settings.model_fields)
    named = {word for word in words_of_tables() if re.fullmatch(rf"(?:{sections})\.[^\s/]+", word)}
    strangers = {
        word
        for word in named - set(known)
        if not any(table and word.startswith(f"{name}.") for name, table in known.items())
    }
    assert named
    assert strangers == set()


def test_the_settings_are_walked_to_their_leaves():
    names = dict(settings())
    assert names["search.brave.key"] is False
    assert names["limits.hosts"] is True


def test_readme_prints_the_two_commands():
    readme = (ROOT / "README.md").read_text("utf-8")
    run = "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/polite-browser demo"
    test = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest"
    assert run in readme
    assert test in readme


def test_the_changelog_tells_what_is_not_yet_released():
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    section = re.search(
        r"^## \[?Unreleased\]?[^\n]*\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    assert section is not None
    assert re.search(r"^- \w|^- `", section[1], re.MULTILINE), "the section has no entry"
