"""``polite-browser keys``: make a key to sign requests with, and show what sites may know of it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from browser.api.directory import directory
from browser.model.clock import Clock
from browser.net.clock import SystemClock
from browser.net.signing_key import SigningKey, read_key, write_key
from browser.rules.web_bot_auth import DIRECTORY, MEDIA_TYPE
from browser.settings import Settings
from browser.who import signing_keys


def new(path: str) -> list[str]:
    """Make a key and write it into the file *path*, which may not be there yet.

    Returns:
        Lines that say what to do with it.

    Raises:
        ValueError: the file cannot be made, with one line for the operator.
    """
    try:
        write_key(path)
    except FileExistsError:
        raise ValueError(f"{path} is there already; a key is never written over") from None
    except OSError as error:
        raise ValueError(f"{path} cannot be written: {error.strerror}") from None
    except ValueError:
        raise ValueError("this is not the name of a file") from None
    key = read_key(path, SystemClock().now())
    return [
        f"wrote {path} (private: keep it on this machine, readable by the service alone)",
        f"keyid: {key.keyid}",
        f'next: set agent.signing_key = "{path}"',
        f"and agent.signature_agent to the https origin where {DIRECTORY} will be answered",
    ]


def show(path: str, clock: Clock | None = None) -> list[str]:
    """What is public of the key in the file *path*; raises ``ValueError`` with one line."""
    now = (clock or SystemClock()).now()
    return _shown([read_key(path, now)], now, "")


def show_configured(settings: Settings, clock: Clock | None = None) -> list[str]:
    """What is public of the keys that *settings* name; raises ``ValueError`` with one line."""
    clock = clock or SystemClock()
    keys = signing_keys(settings, clock)
    if not keys:
        raise ValueError("agent.signing_key is not set: requests are not signed")
    return _shown(keys, clock.now(), settings.signature_agent)


def _shown(keys: Sequence[SigningKey], now: float, origin: str) -> list[str]:
    lines = []
    for key in keys:
        lines += [f"keyid: {key.keyid}", f"public key: {json.dumps(key.public)}"]
    where = f"{origin or 'https://YOUR-ORIGIN'}{DIRECTORY}"
    lines += [f"directory ({where}, {MEDIA_TYPE}):"]
    return [*lines, *json.dumps(directory(keys, now), indent=2).splitlines()]
