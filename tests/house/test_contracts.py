"""The contracts about imports name every module they are meant for."""

from __future__ import annotations

import tomllib
from typing import Any

from tests.house.project import ROOT, imported, name, sources

OWN_CLIENT = {"browser.net", "browser.search"}


def contract(title: str) -> dict[str, Any]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    (found,) = [each for each in contracts if each["name"].startswith(title)]
    return found


def test_a_new_module_has_to_take_its_place_among_the_layers():
    layers = contract("Dependencies point down")
    assert (layers["containers"], layers["exhaustive"]) == (["browser"], True)
    assert "exhaustive_ignores" not in layers


def test_every_module_but_two_is_kept_from_the_http_client():
    top = {
        f"browser.{path.stem}"
        for path in (ROOT / "browser").iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").exists()
    }
    assert len(top) > 25
    assert set(contract("Only the net")["source_modules"]) == top - OWN_CLIENT


def test_every_door_is_among_those_that_import_no_other():
    doors = {
        name(path).removesuffix(".py").removesuffix("/door").replace("/", ".")  # with its package
        for path in sources("browser")
        if "fastapi.APIRouter" in imported(path)
    }
    assert len(doors) > 5
    assert set(contract("No door")["modules"]) == doors
