"""From settings to who the browser is: what requests say, what signs them, what sites are told."""

from __future__ import annotations

from collections.abc import Sequence

from browser.api.manifest import Introduction
from browser.model.about import About
from browser.model.clock import Clock, iso
from browser.model.url import Url
from browser.net.send import Identity
from browser.net.signer import Signer
from browser.net.signing_key import SigningKey, read_key
from browser.rules.web_bot_auth import DIRECTORY
from browser.settings import Settings
from browser.settings_agent import Agent


def identity(agent: Agent) -> Identity:
    """Who the browser says it is."""
    return Identity(
        token=agent.token,
        user_agent=agent.sent_as,
        contact=agent.contact,
        accept_language=agent.accept_language,
        also_obey=agent.also_obey,
    )


def signing_keys(settings: Settings, clock: Clock) -> tuple[SigningKey, ...]:
    """The keys of the settings, the one that signs requests first, perhaps none.

    Raises:
        ValueError: a key file cannot be used; one line for the operator that names the setting.
    """
    agent = settings.agent
    if not agent.signing_key:
        return ()
    now = clock.now()
    keys = [_read("agent.signing_key", agent.signing_key, now)]
    keys += [_read("agent.directory_keys", path, now) for path in agent.directory_keys]
    return tuple({key.keyid: key for key in keys}.values())


def _read(setting: str, path: str, now: float) -> SigningKey:
    try:
        return read_key(path, now)
    except ValueError as error:
        raise ValueError(f"config: {setting}: {error}") from error


def signer(settings: Settings, keys: Sequence[SigningKey], clock: Clock) -> Signer | None:
    """Signs requests with the first of *keys*, when there is one."""
    if not keys:
        return None
    return Signer(keys[0], settings.signature_agent, settings.agent.signature_form, clock)


def about(settings: Settings, clock: Clock) -> About:
    """What the service says of itself."""
    limits = settings.limits
    return About(
        token=settings.agent.token,
        user_agent=settings.agent.sent_as,
        contact=settings.agent.contact,
        rate=limits.rate,
        burst=limits.burst,
        hourly=limits.hourly,
        crawl_delay_cap=limits.crawl_delay_cap,
        provider=settings.search.chosen,
        prefixes=tuple(str(prefix) for prefix in settings.egress.prefixes),
        since=iso(clock.now()),
        also_obey=settings.agent.also_obey,
        signals=settings.signals.mode,
        public_url=settings.server.public_url.rstrip("/"),
        signs_as=settings.signature_agent if settings.agent.signing_key else "",
        borrowed=settings.agent.is_default and not belongs_to_openai(settings),
    )


def introduction(settings: Settings) -> Introduction:
    """What chats that plug the service in show their users."""
    plugin = settings.plugin
    return Introduction(
        name=plugin.name,
        description=plugin.description,
        contact=plugin.contact or settings.agent.contact,
        logo_url=plugin.logo_url,
        legal_url=plugin.legal_url,
        secured=bool(settings.server.tokens),
        verification_tokens=plugin.verification_tokens,
        public_url=settings.server.public_url,
    )


def belongs_to_openai(settings: Settings) -> bool:
    """Whether the operator says so: by where the service or its keys are, or who answers for it."""
    addresses = (settings.server.public_url, settings.signature_agent)
    hosts = [Url.parse(address).host for address in addresses if address]
    hosts.append(settings.agent.contact.rpartition("@")[2].lower())
    return any(f".{host}".endswith((".openai.com", ".chatgpt.com")) for host in hosts)


def notices(settings: Settings) -> list[str]:
    """What the operator should know of how sites will see this service."""
    told = []
    if settings.agent.is_default and not belongs_to_openai(settings):
        told.append(
            "agent.token is ChatGPT-User; sites check that name against OpenAI's published "
            "addresses, and anywhere else it passes for an impostor. Set agent.token, "
            'agent.info_url and agent.contact of your own, agent.also_obey = ["ChatGPT-User"], '
            "and publish your addresses in egress.prefixes."
        )
    if settings.telemetry.log_queries:
        told.append(
            "telemetry.log_queries is on: what people look for stands in the log, as part of "
            "addresses."
        )
    if settings.agent.signing_key:
        told.append(
            f"requests are signed; the key has to be published at {settings.signature_agent}"
            f"{DIRECTORY}"
        )
    return told
