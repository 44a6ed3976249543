from __future__ import annotations

import subprocess
import sys

import pytest

from tests.house.project import ROOT, imported, name, sources

# The standard library's own email.utils, which parses the dates of HTTP, imports socket: so
# that one is looked for in our import statements, not among the loaded modules.
FORBIDDEN = ("httpx", "httpcore", "asyncio", "anyio", "ssl", "trafilatura")
LOAD_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize("package", ["browser.text", "browser.rules", "browser.model"])
def test_the_pure_packages_load_no_network(package):
    run = subprocess.run(
        [sys.executable, "-c", LOAD_ALL, package],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    loaded = set(run.stdout.split())
    assert "browser" in loaded
    assert loaded & set(FORBIDDEN) == set()


def test_the_pure_packages_name_no_socket():
    found = [
        name(path)
        for path in sources("browser/text", "browser/rules", "browser/model")
        for module in imported(path)
        if module.partition(".")[0] == "socket"
    ]
    assert found == []
