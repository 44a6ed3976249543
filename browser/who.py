"""From settings to who the browser is: what requests say, what signs them, what sites are told."""

from __future__ import annotations

from browser.api.about import About
from browser.model.clock import Clock, iso
from browser.model.url import Url
from browser.net.send import Identity
from browser.net.signer import Signer
from browser.net.signing_key import SigningKey, read_key
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
        ValueError: a key file cannot be used; the text is one line for the operator.
    """
    agent = settings.agent
    paths = (agent.signing_key, *agent.directory_keys) if agent.signing_key else ()
    keys = (read_key(path, clock.now()) for path in paths)
    return tuple({key.keyid: key for key in keys}.values())


def signer(settings: Settings, clock: Clock) -> Signer | None:
    """Signs requests, when there is a key; raises ``ValueError`` as `signing_keys` does."""
    keys = signing_keys(settings, clock)
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
    )


def belongs_to_openai(settings: Settings) -> bool:
    """Whether the operator says so: by where the service or its keys are, or who answers for it."""
    addresses = (settings.server.public_url, settings.signature_agent)
    hosts = [Url.parse(address).host for address in addresses if address]
    hosts.append(settings.agent.contact.rpartition("@")[2].lower())
    return any(f".{host}".endswith((".openai.com", ".chatgpt.com")) for host in hosts)
