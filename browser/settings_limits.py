"""How gently hosts are treated: the settings of ``[limits]``, which may change while we run."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from browser.model.limits import HostLimits, Limits
from browser.rules.orders import Count, Rate, Wanted, host_name

FIXED = ("total_concurrency",)  # what needs a restart: the connections are made for so many

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class LimitsSection(BaseModel):
    """Limits of every host, and of single ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rate: Rate = 0.5
    burst: Count = 3
    concurrency: Count = 2
    max_wait: NotNegative = 10
    hourly: Count = 300
    crawl_delay_cap: NotNegative = 300
    address_rate: Rate = 4
    address_concurrency: Count = 6
    total_concurrency: Count = 64
    hosts: dict[str, Wanted] = {}

    @field_validator("hosts")
    @classmethod
    def _names(cls, hosts: dict[str, Wanted]) -> dict[str, Wanted]:
        for name in hosts:
            if host_name(name) is None:
                raise ValueError(f"{name!r} is not a host name; write it as in a URL, without *")
        return hosts

    def as_limits(self) -> Limits:
        """The same as the lower layers know it."""
        default = HostLimits(self.rate, self.burst, self.concurrency, self.hourly)
        return Limits(
            default=default,
            hosts={
                host_name(name) or name: wanted.over(default) for name, wanted in self.hosts.items()
            },
            max_wait=self.max_wait,
            crawl_delay_cap=self.crawl_delay_cap,
            address_rate=self.address_rate,
            address_concurrency=self.address_concurrency,
            total_concurrency=self.total_concurrency,
        )
