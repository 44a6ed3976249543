"""The settings of what the operator is told. README has a row for each."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Telemetry(BaseModel):
    """What the operator is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    log_queries: bool = False
