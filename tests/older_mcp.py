"""A Python that has the SDK of MCP from before 2.0, as clients and model servers still do."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(scope="session")
def old_python() -> str:
    """Its path; required in CI, skipped with a reason elsewhere."""
    path = os.environ.get("MCP1_PYTHON")
    if not path:
        if os.environ.get("CI"):
            pytest.fail("MCP1_PYTHON has to name a Python with mcp<2 (see .ci/run)")
        pytest.skip("MCP1_PYTHON names no Python with mcp<2 (see .ci/run)")
    return path
