"""What a browser may say of itself in a request, before it is said in every one of them.

Governing texts: RFC 9309 2.2.1 (product token), RFC 9110 5.5 (field values), 10.1.2 (From) with
RFC 5321 4.1.2 (an address), 12.5.4 (Accept-Language) with RFC 4647 2.1 (language ranges), and
10.1.5 (User-Agent).

Left to taste: of what RFC 5322 calls a mailbox only the plain address is taken, without a name or
quotes around it; a site owner's log shows it as it stands.
"""

from __future__ import annotations

import re

from browser.model.url import Url

DEFAULT_TOKEN = "ChatGPT-User"  # noqa: S105 - a product token
DEFAULT_VERSION = "1.0"  # the one its documented User-Agent field names
DEFAULT_INFO = "https://openai.com/bot"

_ENGINE = "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko)"
_TOKEN = re.compile(r"[A-Za-z_-]+")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{3,254}}\Z){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_RANGE = r"(?:\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)"
_WEIGHT = r"(?:[ \t]*;[ \t]*[qQ]=(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?"
_LANGUAGES = re.compile(rf"{_RANGE}{_WEIGHT}(?:[ \t]*,[ \t]*{_RANGE}{_WEIGHT})*")


def product_token(text: str) -> str:
    """A name that robots.txt can address; raises ``ValueError`` for any other."""
    if not _TOKEN.fullmatch(text):
        raise ValueError("a robots.txt token holds only letters, - and _ (RFC 9309 2.2.1)")
    return text


def field_value(text: str) -> str:
    """A value that any header field can carry; raises ``ValueError`` for any other."""
    if not text.isascii() or not text.isprintable():
        raise ValueError("has to be printable ASCII")
    if text != text.strip():
        raise ValueError("begins or ends with a space")
    return text


def address(text: str) -> str:
    """An e-mail address, or nothing; raises ``ValueError`` for anything else."""
    if field_value(text) and not _ADDRESS.fullmatch(text):
        raise ValueError("has to be an e-mail address, as in ops@example.org (RFC 9110 10.1.2)")
    return text


def languages(text: str) -> str:
    """A list of language ranges; raises ``ValueError`` for anything else."""
    if not _LANGUAGES.fullmatch(field_value(text)):
        raise ValueError("has to list languages, as in en or de-CH, de;q=0.9 (RFC 9110 12.5.4)")
    return text


def web_page(text: str) -> str:
    """The address of a page, or nothing; raises ``ValueError`` for anything else."""
    if field_value(text):
        url = _parsed(text)
        if url is None or not url.is_web or url.has_userinfo or " " in text:
            raise ValueError("has to be the address of a page, as in https://example.org/browser")
    return text


def own_address(text: str) -> str:
    """Where callers reach the service, or nothing; raises ``ValueError`` for anything else."""
    try:
        return web_page(text)
    except ValueError:
        raise ValueError(
            "has to be the address of this service, as in https://browser.example.org"
        ) from None


def https_origin(text: str) -> str:
    """An origin as it is written everywhere, ``https://agent.example``, or nothing.

    Raises:
        ValueError: *text* is anything else, or an origin with a path.
    """
    if not text:
        return ""
    url = _parsed(text)
    bare = url is not None and url.href == f"{url.authority}/"
    if url is None or not bare or url.scheme != "https" or text.endswith(("#", "?")):
        raise ValueError("has to be an https origin without a path, as in https://agent.example")
    return str(url.authority)


def user_agent(token: str, version: str, info_url: str) -> str:
    """The User-Agent field.

    Args:
        token: Of robots.txt.
        version: Of this program; the default token keeps the one it is documented with.
        info_url: Page about this browser, possibly empty.
    """
    if is_default(token):
        version, info_url = DEFAULT_VERSION, info_url or DEFAULT_INFO
    tail = f"; +{info_url}" if info_url else ""
    return f"{_ENGINE}; compatible; {token}/{version}{tail}"


def is_default(token: str) -> bool:
    """Whether *token* is the one that only OpenAI's own addresses may use."""
    return token.lower() == DEFAULT_TOKEN.lower()


def _parsed(text: str) -> Url | None:
    try:
        return Url.parse(text)
    except ValueError:
        return None
