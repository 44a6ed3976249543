r"""Which URLs may be opened, judged before any DNS query.

Governing texts: the WHATWG URL Standard (what a URL means), RFC 1035 and RFC 1123 (names),
RFC 5891 (internationalised names), the IANA special-use domain names (RFC 6761), and for names
that leak from private networks the ICANN decisions on ``internal``, ``home``, ``corp``, ``mail``.

Two steps. `parse_target` turns text into a URL and refuses every spelling that another parser
could read as another host: a guard and a client that disagree are how guards are bypassed.
Such text is refused, never repaired. `judge_target` says whether the URL may be asked for; the
addresses that its name resolves to are judged later, by `browser.rules.address`.

Left to taste:
- Text with a base (a page's link, a Location) is trimmed of ASCII white space, as web browsers
  do; text without one was typed, and white space around it is refused like any other.
- An address in another than its canonical spelling (``http://2130706433/``) is refused as
  ``address_refused``, also when the address is public; any other bad spelling as ``bad_url``.
- A root dot after the name is dropped, so that a site has one pace and one robots.txt.
- A label may begin or end with a hyphen: the DNS allows it, and some sites have it.
- An internationalised name must be valid IDNA 2008 in all its labels: emoji domains are not, nor
  is an underscore beside an A-label. Our HTTP client cannot ask for either.
"""

from __future__ import annotations

import re
import unicodedata

import idna

from browser.errors import UsageError
from browser.model.reason import Reason
from browser.model.url import Url
from browser.model.verdict import Allow, Deny, Verdict
from browser.rules.address import judge_address
from browser.rules.own_hosts import HostMap, is_name

MAX_URL = 2048  # characters without the fragment; longest that common clients and servers take

# Top-level names that never lead to a public site.
PRIVATE_SUFFIXES = frozenset(
    {
        # IANA special use: RFC 6761, 6762, 7686, 9476
        "alt",
        "example",
        "invalid",
        "local",
        "localhost",
        "onion",
        "test",
        # infrastructure only (RFC 3172), and home.arpa for homes (RFC 8375)
        "arpa",
        # ICANN: reserved for private use, or never to be delegated because of leaked queries
        "corp",
        "home",
        "internal",
        "mail",
        # common defaults of routers, container platforms and company networks
        "cluster",
        "consul",
        "default",
        "dhcp",
        "docker",
        "domain",
        "i2p",
        "intra",
        "intranet",
        "lan",
        "localdomain",
        "localnet",
        "loc",
        "private",
        "router",
        "svc",
        "workgroup",
    }
)

_WHITE = " \t\n\f\r"  # ASCII white space, WHATWG Infra Standard 4.6
_INVISIBLE = {"Cc", "Cf", "Cs"}  # control, format, surrogate: Unicode general categories
_SPACE = {"Zs", "Zl", "Zp"}
_SCHEME = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*):", re.IGNORECASE | re.ASCII)
_PORT_FOLLOWS = re.compile(r"[^/?#:@]+:[0-9]{1,5}(?:[/?#]|$)", re.ASCII)
_AUTHORITY = re.compile(r"(?:https?:)?//(?P<authority>[^/?#]*)", re.IGNORECASE | re.ASCII)
_ROOT_DOT = re.compile(r"[^.]\.$")
_WRITTEN_HOST = re.compile(r"\[[^\]]*\]|[^:]*")

_USERINFO = (
    "URLs with a user name or password are not opened. Leave out all that stands before the @."
)
_IN_FRONT = "Write https:// and the name of the site in front."


def parse_target(text: str, base: Url | None = None) -> Url:
    """Read a URL that a model typed, a page linked to, or a site redirects to.

    Args:
        text: As it came.
        base: The URL it stands in; without one, *text* must be absolute.

    Returns:
        The URL in WHATWG form, fragment kept, root dot of the host dropped. Its scheme may be any:
        `judge_target` refuses those that are not of the web.

    Raises:
        UsageError: ``bad_url``, with a sentence that says what to write instead; or
            ``address_refused`` when the host is an IP address in disguise.
    """
    if base is not None:
        text = text.strip(_WHITE)
    _refuse_characters(text)
    if base is None:
        _refuse_partial(text)
    written = _written_host(text)
    try:
        url = Url.parse(text, base)
    except ValueError:
        raise _bad(
            "This is not a valid URL. Check the spelling or choose another source."
        ) from None
    if len(url.href) > 2 * MAX_URL:  # with a fragment, which is not sent but repeated in displays
        raise _bad(
            f"The URL is longer than {2 * MAX_URL:,} characters. "
            "Leave out what follows the #, or choose another source."
        )
    if written is not None and url.is_web:
        _refuse_disguise(written, url)
    return _without_root_dot(url)


def judge_target(url: Url, *, ports: frozenset[int], own_hosts: HostMap) -> Verdict:
    """Judge a URL by what it says, before anything is resolved.

    Args:
        url: From `parse_target`, or joined from a page.
        ports: That may be dialled, ``{80, 443}`` as a rule.
        own_hosts: The operator's own hosts. They are exempt from the rules about private names
            and addresses, and from *ports* when the map names the port to dial.

    Returns:
        `Deny` with ``scheme_refused``, ``bad_url``, ``port_refused`` or ``address_refused``.
    """
    if not url.is_web:
        return Deny(
            Reason.SCHEME_REFUSED,
            f"Only http and https pages can be opened, not {url.scheme[:20]}: links. "
            "Do not retry; choose another source.",
        )
    if len(url.without_fragment().href) > MAX_URL:
        return Deny(
            Reason.BAD_URL, f"The URL is longer than {MAX_URL:,} characters. Choose another source."
        )
    if url.has_userinfo:
        return Deny(Reason.BAD_URL, _USERINFO)
    own = own_hosts.lookup(url.host)
    if url.port not in ports and (own is None or own[1] is None):
        return Deny(
            Reason.PORT_REFUSED,
            f"Port {url.port} is not opened; allowed: {', '.join(map(str, sorted(ports)))}. "
            "Do not retry; choose another source.",
        )
    return _judge_host(url, own is not None)


def _judge_host(url: Url, own: bool) -> Verdict:
    if url.is_address:
        return Allow() if own else judge_address(url.host)
    host = url.host.removesuffix(".")
    if not is_name(host) or not _is_idna(host):
        return Deny(
            Reason.BAD_URL,
            "The host of this URL is not a valid name. "
            "Check the spelling or choose another source.",
        )
    labels = host.split(".")
    if own or (len(labels) > 1 and labels[-1] not in PRIVATE_SUFFIXES):
        return Allow()
    return Deny(
        Reason.ADDRESS_REFUSED,
        f"{host} is not a name on the public internet. Do not retry; choose another source.",
    )


def _is_idna(host: str) -> bool:
    """Whether *host* has no A-label, or is a valid internationalised name (RFC 5891 5.4)."""
    if not any(label.startswith("xn--") for label in host.split(".")):
        return True
    try:
        idna.decode(host)
    except idna.IDNAError:
        return False
    return True


def _refuse_characters(text: str) -> None:
    """Refuse what a person cannot see and parsers drop, move or read as another thing."""
    kinds = {unicodedata.category(character) for character in text}
    if kinds & _INVISIBLE:
        raise _bad("The URL holds a control or invisible character. Write it without.")
    if kinds & _SPACE:
        raise _bad("The URL holds a space. Leave it out, or write %20 where it belongs to the URL.")
    # Browsers read a backslash as a slash, other parsers as part of the host.
    if "\\" in re.split(r"[?#]", text, maxsplit=1)[0]:
        raise _bad("The URL holds a backslash. Write / instead.")


def _refuse_partial(text: str) -> None:
    """Refuse what has no scheme, with the words to write instead."""
    scheme = _SCHEME.match(text)
    if scheme and "." not in scheme["scheme"] and not _PORT_FOLLOWS.match(text):
        return
    raise _bad(f"The URL does not begin with a scheme. {_offer(text)}")


def _offer(text: str) -> str:
    """What to write: the whole URL that *text* is a part of, when that can be told."""
    rest = text.removeprefix("//")
    whole = f"https://{rest}"
    try:
        url = Url.parse(whole)
    except ValueError:
        url = None
    # A path alone does not name its site: "report/2024" is no host.
    if url is None or rest.startswith("/") or not is_name(url.host) or len(whole) > MAX_URL:
        return _IN_FRONT
    named = "." in url.host or _PORT_FOLLOWS.match(text)
    return f"Write {whole} instead." if named else _IN_FRONT


def _written_host(text: str) -> str | None:
    """The host as it stands in *text*, without port; ``None`` when the text names no host."""
    match = _AUTHORITY.match(text)
    if match is None:
        # The URL Standard finds a host in "http:example.com", or none, depending on the base.
        scheme = _SCHEME.match(text)
        if scheme and scheme["scheme"].lower() in {"http", "https"}:
            raise _bad("After http: or https: must come // and the name of the site.")
        return None
    authority = match["authority"]
    if not authority:
        raise _bad("The URL names no site. The name must follow the // at once.")
    if "@" in authority:
        raise _bad(_USERINFO)
    host = _WRITTEN_HOST.match(authority)
    return host[0] if host else authority


def _refuse_disguise(written: str, url: Url) -> None:
    """Refuse a host whose spelling hides what it is."""
    if url.is_address and written.lower() != url.host:
        raise UsageError(
            Reason.ADDRESS_REFUSED,
            "This URL spells an IP address in an unusual way, which is not followed. "
            "Do not retry; choose another source.",
        )
    if "%" in written:
        raise _bad("The name of the site holds a percent sign. Write the name in plain letters.")


def _without_root_dot(url: Url) -> Url:
    if not url.is_web or not _ROOT_DOT.search(url.host):
        return url
    start = f"{url.scheme}://{url.host}"
    return Url(start[:-1] + url.href.removeprefix(start))


def _bad(sentence: str) -> UsageError:
    return UsageError(Reason.BAD_URL, sentence)
