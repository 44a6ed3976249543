"""What an operator may write about those who call: tokens, our names, other sites' pages.

The doors judge callers by them (`browser.api.access`, `browser.api.names`); commands that open no
door read the same settings without them.

Governing texts: RFC 6750 2.1 (tokens), RFC 9110 7.2 (names), RFC 6454 6.2 (origins).
"""

from __future__ import annotations

import re

MIN_TOKEN = 16  # characters
_TOKEN = re.compile(r"[!-~]+")  # what a header field carries unchanged
_NAME = re.compile(r"\*|(?:\*\.)?[A-Za-z0-9._-]+|\[?[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*\]?")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[1-9][0-9]*)?")


def checked_tokens(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """*tokens*, when each is long enough and can be sent.

    Raises:
        ValueError: one of them is not; the sentence does not repeat it.
    """
    if any(len(token) < MIN_TOKEN for token in tokens):
        raise ValueError(f"a token needs at least {MIN_TOKEN} characters")
    if not all(_TOKEN.fullmatch(token) for token in tokens):
        raise ValueError("a token is visible ASCII without spaces")
    return tokens


def checked_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """*names*, when each is one that the service may answer to.

    Raises:
        ValueError: one of them is no host, or has a port.
    """
    for n, name in enumerate(names, 1):
        if not _NAME.fullmatch(name):
            raise ValueError(f"number {n} is no host name; write it without port, or *.example.org")
    return names


def checked_origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    """*origins*, when each is one as web browsers send it (RFC 6454 6.2).

    Raises:
        ValueError: one of them is not; ``*`` never is, since callers carry a credential.
    """
    for n, origin in enumerate(origins, 1):
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"number {n} is no origin; write it as https://chat.example.org")
    return origins
