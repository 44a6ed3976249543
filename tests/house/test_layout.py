from __future__ import annotations

from fnmatch import fnmatch

from tests.house.project import ROOT

ALLOWED = {
    "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE",
    "browser", "tests", "fixtures", "deploy",
}  # fmt: skip


def test_the_top_level_holds_only_what_belongs_there():
    patterns = [line.strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split()]
    there = {
        path.name
        for path in ROOT.iterdir()
        if not path.name.startswith(".") and not any(fnmatch(path.name, p) for p in patterns)
    }
    assert there == ALLOWED


def test_what_the_installed_package_needs_is_a_file_of_the_project():
    for path in ("README.md", "LICENSE", "CHANGELOG.md", "fixtures/web/hosts.toml"):
        assert (ROOT / path).read_text("utf-8").strip(), f"{path} is empty"
