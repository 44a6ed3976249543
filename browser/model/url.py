r"""One URL type for everything: model input, page links, redirects, settings.

Governing text: the WHATWG URL Standard, through ada-url. httpx and the standard library
read some strings as another host than a web browser does (``http://127.0.0.1\@1.1.1.1``,
``http://0x7f.1/``), and that difference is how guards are bypassed. So text is parsed once,
here, and everything else sees only the ``href`` of that parse.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import ada_url
from ada_url.ada_adapter import ParseAttributes

DEFAULT_PORTS = {"http": 80, "https": 443}

_WEB = frozenset(f"{scheme}:" for scheme in DEFAULT_PORTS)
_PARTS = (
    "href",
    "username",
    "password",
    "protocol",
    "port",
    "hostname",
    "pathname",
    "search",
    "hash",
    "host_type",
)


@dataclass(frozen=True)
class Authority:
    """The scope of a robots.txt file: scheme, host and port (RFC 9309 2.3).

    Attributes:
        scheme: ``http`` or ``https``.
        host: Lower-case ASCII name or address; IPv6 in brackets.
        port: With the default of the scheme filled in.
    """

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        default = DEFAULT_PORTS.get(self.scheme) == self.port
        return f"{self.scheme}://{self.host}" + ("" if default else f":{self.port}")


@dataclass(frozen=True)
class Url:
    """An absolute URL in WHATWG form.

    Attributes:
        href: The whole URL, normalised.
    """

    href: str

    @classmethod
    def parse(cls, text: str, base: Url | None = None) -> Url:
        """Parse *text*, relative to *base* when given.

        Raises:
            ValueError: when the URL Standard calls the input a failure.
        """
        try:
            if base is not None:
                return cls(ada_url.URL(text, base=base.href).href)
            parts = ada_url.parse_url(text, _PARTS)
        except (ValueError, UnicodeError) as error:
            raise ValueError(f"not a URL: {text[:200]!r}") from error
        url = cls(parts["href"])
        if parts["protocol"] in _WEB:  # read again, its href has the same parts
            url.__dict__["_parts"] = parts
        return url

    def join(self, reference: str) -> Url:
        """Resolve *reference* against this URL; raises ``ValueError`` like `parse`."""
        return Url.parse(reference, self)

    @cached_property
    def _parts(self) -> ParseAttributes:
        return ada_url.parse_url(self.href, _PARTS)

    @property
    def scheme(self) -> str:
        """``http``, without the colon."""
        return self._parts["protocol"][:-1]

    @property
    def host(self) -> str:
        """ASCII host, IPv6 in brackets, empty when the scheme has none."""
        return self._parts["hostname"]

    @property
    def port(self) -> int:
        """The port to dial; 0 for a scheme without a default."""
        text = self._parts["port"]
        return int(text) if text else DEFAULT_PORTS.get(self.scheme, 0)

    @cached_property
    def authority(self) -> Authority:
        """Scheme, host and port."""
        return Authority(self.scheme, self.host, self.port)

    @property
    def target(self) -> str:
        """Path and query, as they stand in the request line."""
        return self._parts["pathname"] + self._parts["search"]

    @property
    def path(self) -> str:
        """The path alone, percent-encoded."""
        return self._parts["pathname"]

    @property
    def fragment(self) -> str:
        """The part after ``#``, without it."""
        return self._parts["hash"][1:]

    @property
    def has_userinfo(self) -> bool:
        """Whether a user name or password stands before the host."""
        return bool(self._parts["username"] or self._parts["password"])

    @property
    def is_address(self) -> bool:
        """Whether the host is an IP address rather than a name."""
        return self._parts["host_type"] != ada_url.HostType.DEFAULT

    @property
    def is_web(self) -> bool:
        """Whether the scheme is http or https."""
        return self.scheme in DEFAULT_PORTS

    def without_fragment(self) -> Url:
        """The same URL as a server sees it."""
        return Url(self.href.partition("#")[0]) if "#" in self.href else self

    def __str__(self) -> str:
        return self.href
