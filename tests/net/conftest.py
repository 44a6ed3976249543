"""A server for what replicas share."""

from __future__ import annotations

from tests.valkey import servers, valkey

__all__ = ["servers", "valkey"]
