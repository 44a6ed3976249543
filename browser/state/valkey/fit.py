"""Which servers may keep the shared store, and how one is named.

Governing texts: the reference of INFO; redis-py's URLs. Redis >= 7.0 or Valkey >= 7.2 is needed:
scripts that write after they asked for the time, on one node that is not a cluster.

**URLs** are redis-py's: ``redis://[user][:password]@host[:port][/database]``, ``rediss://`` with
TLS, ``unix://[user][:password]@/path/of/socket[?db=n]``; ``valkey://`` and ``valkeys://`` are the
same as the first two. TLS takes ``ssl_ca_certs``, ``ssl_certfile`` and ``ssl_keyfile``; there is
no way to turn the check of a certificate off. No message and no log line repeats a URL.

**Eviction.** A pace that is forgotten is a fresh burst at somebody's server, and pace is kept
under keys that expire. So a server that has a `maxmemory` must have the policy ``noeviction``:
when it is full, commands fail and nothing is asked of anybody. All other policies are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from redis.asyncio.connection import parse_url
from redis.exceptions import RedisError

OLDEST = (7, 0)  # what a server says in `redis_version`; Valkey 7.2, the first, says 7.2.4
_SCHEMES = {"valkey": "redis", "redis": "redis", "valkeys": "rediss", "rediss": "rediss"}
_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
_OPTIONS = ("db", *_FILES)
_OPTION = f"({'|'.join(_OPTIONS)})=[^#&]*"
_QUERY = rf"(\?{_OPTION}(&{_OPTION})*)?"
_TCP = re.compile(rf"([^/?#@]*@)?[^/?#@]+(/[0-9]*)?{_QUERY}")
_UNIX = re.compile(rf"([^/?#@]*@)?/[^?#]+{_QUERY}")
FORMS = (
    'Valid forms are "valkey://:password@host:6379/0", "redis://…", "valkeys://…" and "rediss://…"'
    ' with TLS, and "unix:///path/of/socket?db=0"; signs like / ? # @ of a password are written'
    f" as %2F %3F %23 %40. Options are {', '.join(_OPTIONS)}."
)


class Unfit(RedisError):
    """The server cannot serve as a store; the sentence says why and is for the operator."""


def read(info: bytes) -> dict[str, str]:
    """What a server says of itself, from its answer to INFO."""
    lines = info.decode("utf-8", "replace").splitlines()
    return {name: value for name, _, value in (line.partition(":") for line in lines) if value}


def check(facts: Mapping[str, str]) -> None:
    """Whether a server that says this of itself is fit.

    Raises:
        Unfit: when it is not.
    """
    version = facts.get("redis_version", "0")
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if numbers < OLDEST:
        raise Unfit(
            f"The shared store is version {version[:20]}: Redis 7.0, Valkey 7.2 or newer is needed."
        )
    if facts.get("cluster_enabled") == "1":
        raise Unfit(
            "The shared store is a cluster: a single server without cluster mode is needed."
        )
    if facts.get("role") != "master":
        raise Unfit("The shared store is a read-only replica: store.url must name the primary.")
    if facts.get("loading") == "1":
        raise Unfit("The shared store is still loading its data.")
    policy = facts.get("maxmemory_policy", "")
    if facts.get("maxmemory") != "0" and policy != "noeviction":
        raise Unfit(
            f"The shared store may forget what it must keep (maxmemory-policy {policy[:20]}):"
            " set maxmemory-policy to noeviction."
        )


def reached_by(url: str) -> dict[str, Any]:
    """What redis-py makes of *url*.

    Raises:
        ValueError: when it makes nothing of it, or of a part of it, or a file cannot be read.
    """
    scheme, _, rest = url.partition("://")
    scheme = _SCHEMES.get(scheme, scheme)
    form = _UNIX if scheme == "unix" else _TCP
    wrong = f"The URL of the shared store is not valid. {FORMS}"
    if not form.fullmatch(rest):
        raise ValueError(wrong)
    try:
        found: dict[str, Any] = dict(parse_url(f"{scheme}://{rest}"))
    except ValueError:
        raise ValueError(wrong) from None
    for name in _FILES:
        _readable(name, found.get(name))
    return found


def _readable(name: str, path: str | None) -> None:
    """Raise ``ValueError`` unless the file at *path* can be read, if one is named."""
    if path is None:
        return
    try:
        with Path(path).open("rb"):
            return
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or "that is no path"
        raise ValueError(f"The file that {name} of store.url names: {said}.") from None
