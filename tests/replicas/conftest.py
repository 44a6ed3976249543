from __future__ import annotations

from tests.valkey import server, servers, valkey

__all__ = ["server", "servers", "valkey"]
