from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.house.project import ROOT, name, sources, tree

MAX_LINES = 300
SLEEPERS = {"time", "anyio", "asyncio", "trio"}
NAPS = {"sleep", "sleep_until"}  # sleep_forever is how a test says: never answers
OWN_THE_TIME = {"tests/world.py", "tests/clock.py", "tests/late.py", "tests/until.py"}
COMMANDS = ("tests/bench/", "tests/soak/")  # loads and measurements, which take their time
# Put together from halves, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
MACHINE = re.compile(r"""["'\s(=:]/(?:home|Users|root|work)/\w""")


def test_the_checks_look_at_something():
    assert len(sources("browser")) > 50
    assert len(sources("tests")) > 20


def test_no_module_is_longer_than_three_hundred_lines():
    lengths = {name(path): len(path.read_text("utf-8").splitlines()) for path in sources("browser")}
    assert {path: length for path, length in lengths.items() if length > MAX_LINES} == {}


def test_every_module_says_what_it_is_about():
    silent = [name(path) for path in sources("browser") if not ast.get_docstring(tree(path))]
    assert silent == []


def test_an_except_clause_that_catches_everything_says_why_or_raises_again():
    found = []
    for path in sources("browser"):
        lines = path.read_text("utf-8").splitlines()
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and catches_all(node):
                says_why = "#" in lines[node.lineno - 1]
                if not says_why and not raises_again(node):
                    found.append(f"{name(path)}:{node.lineno}")
    assert found == []


def test_no_test_sleeps():
    found = []
    for path in sources("tests"):
        if name(path) not in OWN_THE_TIME and not name(path).startswith(COMMANDS):
            found += [f"{name(path)}:{line}" for line in sleeps(tree(path))]
    assert found == []


def test_a_sleep_is_seen_however_it_is_written():
    written = (
        "import time, anyio as a\nfrom asyncio import sleep as nap\ntime.sleep(1)\n"
        "async def f():\n    await a.sleep(1)\n    await nap(1)\n    clock.sleep(1)\n"
    )
    assert sleeps(ast.parse(written)) == [3, 5, 6]


def test_nothing_is_left_for_later():
    assert matches(UNFINISHED) == []


def test_no_file_knows_the_machine_it_was_written_on():
    assert matches(MACHINE) == []
    here = re.compile(re.escape(f"{ROOT}/"))
    assert matches(here) == []


def matches(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name(path)}:{number}"
        for path in sources("browser", "tests")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def catches_all(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        kind is None or (isinstance(kind, ast.Name) and kind.id in {"Exception", "BaseException"})
        for kind in kinds
    )


def raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def sleeps(module: ast.Module) -> list[int]:
    """Lines that call a library's sleep, under whatever name it was imported."""
    modules: dict[str, str] = {}
    functions: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            modules |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module in SLEEPERS:
            functions |= {a.asname or a.name for a in node.names if a.name in NAPS}
    found = []
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id in functions:
            found.append(node.lineno)
        elif isinstance(called, ast.Attribute) and called.attr in NAPS:
            owner = called.value
            if isinstance(owner, ast.Name) and modules.get(owner.id) in SLEEPERS:
                found.append(node.lineno)
    return sorted(found)


def test_every_test_file_is_where_pytest_looks():
    strays = [
        name(path)
        for path in sources("tests")
        if defines_tests(path) and not path.name.startswith("test_")
    ]
    assert strays == []


def defines_tests(path: Path) -> bool:
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        for node in tree(path).body
    )
