from __future__ import annotations

from tests.older_mcp import old_python
from tests.service.held import site
from tests.valkey import server, servers, valkey

__all__ = ["old_python", "server", "servers", "site", "valkey"]
