"""Every setting, its type, its bounds and its default. README has a row for each."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from browser.model.signals import Mode
from browser.rules import address, callers, identity
from browser.rules.network import as_judged, network
from browser.rules.own_hosts import HostMap
from browser.settings_agent import Agent
from browser.settings_limits import LimitsSection, NotNegative
from browser.settings_plugin import Plugin
from browser.settings_telemetry import Telemetry

PREFIX = "BROWSER_"

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]
Network = Annotated[address.Network, BeforeValidator(network)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(_Section):
    """Where the service listens and who may call it."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    tokens: tuple[str, ...] = ()
    operator_token: str = ""
    metrics_token: str = ""
    public_url: str = ""
    allowed_hosts: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    rate: Positive = 10
    burst: Count = 40
    concurrency: Count = 32
    streams: Count = 256

    _address = field_validator("public_url")(identity.own_address)
    _names = field_validator("allowed_hosts")(callers.checked_names)
    _origins = field_validator("cors_origins")(callers.checked_origins)
    _tokens = field_validator("tokens")(callers.checked_tokens)

    @field_validator("operator_token", "metrics_token")
    @classmethod
    def _token(cls, token: str) -> str:
        return callers.checked_tokens((token,))[0] if token else token

    @model_validator(mode="after")
    def _apart(self) -> Server:
        if self.operator_token in self.tokens:
            raise ValueError(
                "operator_token is one of tokens; who browses must not be able to change limits, "
                "so make it another one"
            )
        if self.metrics_token and self.metrics_token in (*self.tokens, self.operator_token):
            raise ValueError(
                "metrics_token is one of tokens, or operator_token; who reads metrics must not be "
                "able to browse or to change limits, so make it another one"
            )
        return self


class Brave(_Section):
    """Brave Search API."""

    key: str = ""
    url: str = "https://api.search.brave.com/res/v1/web/search"


class Searxng(_Section):
    """A SearXNG instance of one's own; *url* is its base address."""

    url: str = ""


class Mediawiki(_Section):
    """Any MediaWiki; Wikipedia by default."""

    url: str = "https://en.wikipedia.org/w/rest.php/v1/search/page"
    page_url: str = ""


class LocalIndex(_Section):
    """A full-text index made by ``polite-browser index``."""

    index: str = "index.db"


class Search(_Section):
    """Which provider answers searches."""

    provider: Literal["auto", "brave", "searxng", "mediawiki", "local"] = "auto"
    safe: Literal["off", "moderate", "strict"] = "strict"
    timeout: Positive = 10
    brave: Brave = Brave()
    searxng: Searxng = Searxng()
    mediawiki: Mediawiki = Mediawiki()
    local: LocalIndex = LocalIndex()

    @property
    def chosen(self) -> str:
        """The provider that *auto* stands for."""
        if self.provider != "auto":
            return self.provider
        if self.brave.key:
            return "brave"
        return "searxng" if self.searxng.url else "mediawiki"

    @model_validator(mode="after")
    def _usable(self) -> Search:
        if self.provider == "brave" and not self.brave.key:
            raise ValueError("provider brave needs search.brave.key")
        if self.provider == "searxng" and not self.searxng.url:
            raise ValueError("provider searxng needs search.searxng.url")
        return self


class Egress(_Section):
    """Where requests may go and how much may come back."""

    ports: tuple[Annotated[int, Field(ge=1, le=65_535)], ...] = (80, 443)
    max_bytes: Annotated[int, Field(ge=1024)] = 5_000_000
    max_redirects: Annotated[int, Field(ge=0, le=20)] = 5
    connect_timeout: Positive = 5
    timeout: Positive = 20
    prefixes: tuple[Network, ...] = ()
    hosts: dict[str, str] = {}
    deny: tuple[Annotated[Network, AfterValidator(as_judged)], ...] = ()

    @field_validator("hosts")
    @classmethod
    def _own_hosts(cls, hosts: dict[str, str]) -> dict[str, str]:
        HostMap.parse(hosts)
        return hosts


class PageSection(_Section):
    """How pages are cut into lines and shown."""

    line_chars: Annotated[int, Field(ge=160, le=2000)] = 200
    window_chars: Annotated[int, Field(ge=400, le=50_000)] = 4000
    workers: Annotated[int, Field(ge=0, le=256)] = 0
    timeout: Positive = 10
    memory_mb: Annotated[int, Field(ge=64)] = 512
    max_lines: Annotated[int, Field(ge=100)] = 50_000


class Quotes(_Section):
    """How much may be quoted."""

    max_chars: Annotated[int, Field(ge=0, le=20_000)] = 1000


class Signals(_Section):
    """How far publishers' signals beyond the rules of robots.txt are obeyed."""

    mode: Mode = "default"


class SessionSection(_Section):
    """How long a conversation is kept."""

    idle: Positive = 3600
    max_age: Positive = 86_400
    max_commands: Count = 500
    max_searches: Count = 200
    max_fetches: Count = 300
    max_per_host: Count = 200
    max_bytes: Annotated[int, Field(ge=1024)] = 200_000_000
    max_sessions: Count = 10_000
    open: Literal["any", "seen"] = "any"


class CacheSection(_Section):
    """How long and how much is used again without asking; 0 for either asks every time."""

    max_age: NotNegative = 900
    max_bytes: Annotated[int, Field(ge=0)] = 67_108_864


class StoreSection(_Section):
    """Where state is kept."""

    url: str = "sqlite:///polite-browser.db"


class Settings(BaseSettings):
    """All settings."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    server: Server = Server()
    agent: Agent = Agent()
    plugin: Plugin = Plugin()
    search: Search = Search()
    limits: LimitsSection = LimitsSection()
    egress: Egress = Egress()
    page: PageSection = PageSection()
    quotes: Quotes = Quotes()
    signals: Signals = Signals()
    session: SessionSection = SessionSection()
    cache: CacheSection = CacheSection()
    store: StoreSection = StoreSection()
    telemetry: Telemetry = Telemetry()

    @model_validator(mode="after")
    def _signs_under_an_address(self) -> Settings:
        if self.agent.signing_key and not self.signature_agent:
            raise ValueError(
                "agent.signing_key needs agent.signature_agent, the https origin where the key is "
                "published; server.public_url serves when it is such an origin"
            )
        return self

    @property
    def signature_agent(self) -> str:
        """The origin at which the keys of signed requests are published; possibly empty."""
        try:
            return self.agent.signature_agent or identity.https_origin(self.server.public_url)
        except ValueError:
            return ""
