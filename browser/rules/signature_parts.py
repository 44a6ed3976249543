"""The parts of a message that a signature can cover, each as the text that is signed.

Governing texts: RFC 9421 2.1 (fields), 2.2 (derived components) and 2.4 (parts of the request in a
response); RFC 9651 3 and 4 for what stands in a structured field.

What cannot be said in one way only is refused with ``ValueError`` rather than guessed at: a field
that is not there, a query parameter that occurs twice, several ``Set-Cookie`` fields without
``bs``, a structured field whose type is not known.

Left to taste: trailers (``tr``) are refused, since none are sent or read here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote

import http_sf

from browser.model.url import Url

Fields = tuple[tuple[str, str], ...]
Parameters = tuple[tuple[str, str | int | bool], ...]
Kinds = Mapping[str, str]

MAX_INTEGER = 999_999_999_999_999  # RFC 9651 3.3.1

_FIELD_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9a-z]+")  # RFC 9110 5.1, lower-case by RFC 9421 2.1
_KEY = re.compile(r"[a-z*][a-z0-9_\-.*]*")  # RFC 9651 3.1.2
_FOLD = re.compile(r"[ \t]*\r?\n[ \t]+")  # RFC 9112 5.2


@dataclass(frozen=True)
class Request:
    """A request, as far as signatures look at it.

    Attributes:
        method: As sent; its case counts.
        url: The target URI.
        fields: Header fields in order, repetitions included.
        target: The request target, when it is not the URL's path and query.
    """

    method: str
    url: Url
    fields: Fields = ()
    target: str | None = None


@dataclass(frozen=True)
class Response:
    """A response, as far as signatures look at it.

    Attributes:
        status: Three digits.
        fields: Header fields in order, repetitions included.
        request: What it answers, for components with ``req``.
    """

    status: int
    fields: Fields = ()
    request: Request | None = None


Message = Request | Response


@dataclass(frozen=True)
class Component:
    """One covered part of a message.

    Attributes:
        name: A field name in lower case, or a derived name such as ``@authority``.
        parameters: ``key``, ``sf``, ``bs``, ``req``, ``name``, in the order they are written.
    """

    name: str
    parameters: Parameters = ()

    @cached_property
    def identifier(self) -> str:
        """``"@query-param";name="Pet"``."""
        return _string(self.name) + written(self.parameters)


def _string(value: str) -> str:
    if not value.isascii() or not value.isprintable():
        raise ValueError("a string of a structured field is printable ASCII (RFC 9651 3.3.3)")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def written(parameters: Parameters) -> str:
    """Parameters of a structured field (RFC 9651 4.1.1.2)."""
    return "".join(f";{name}{_bare(name, value)}" for name, value in parameters)


def _bare(name: str, value: object) -> str:
    if not _KEY.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a parameter (RFC 9651 3.1.2)")
    if isinstance(value, bool):
        return "" if value else "=?0"
    if isinstance(value, int) and abs(value) <= MAX_INTEGER:
        return f"={value}"
    if type(value) is str:
        return f"={_string(value)}"
    raise ValueError(f"the value of {name} is neither a string, a whole number nor a flag")


def value_of(message: Message, component: Component, kinds: Kinds) -> str:
    """What *component* is in *message*, as it is signed.

    Args:
        message: With all its fields in place.
        component: Which part.
        kinds: ``dictionary``, ``list`` or ``item``, by the name of a structured field that is not
            among the registered ones.

    Raises:
        ValueError: there is no such part, or no one way to say it.
    """
    name, given = component.name, dict(component.parameters)
    if given.pop("req", False) is not False:
        if not isinstance(message, Response) or message.request is None:
            raise ValueError(f"{component.identifier} needs the request of a response")
        message = message.request
    if name.startswith("@"):
        return _derived(message, component, given)
    if not _FIELD_NAME.fullmatch(name):
        raise ValueError(f"{component.identifier} is not the lower-case name of a field")
    return _field(name, _lines(message.fields, name), given, kinds)


def _derived(message: Message, component: Component, given: dict[str, str | int | bool]) -> str:
    name = component.name
    if name == "@query-param" and isinstance(message, Request):
        asked = given.pop("name", None)
        if given or not isinstance(asked, str):
            raise ValueError(f"{component.identifier} takes one parameter, name")
        return _query_param(message, asked)
    if not given:
        if isinstance(message, Response) and name == "@status":
            return str(message.status)
        if isinstance(message, Request) and name in _OF_REQUEST:
            return _OF_REQUEST[name](message)
    raise ValueError(f"there is no {component.identifier} of such a message")


def _field(name: str, lines: list[str], given: dict[str, str | int | bool], kinds: Kinds) -> str:
    if not lines:
        raise ValueError(f"the message has no field {name}")
    flags = {flag for flag in ("sf", "bs") if given.pop(flag, False) is True}
    key = given.pop("key", None)
    if given or (flags == {"sf", "bs"}) or ("bs" in flags and key is not None):
        raise ValueError(f"a field is not covered in that way: {name}")
    if "bs" in flags:
        return http_sf.ser([(line.encode("latin-1"), {}) for line in lines])
    if name == "set-cookie" and len(lines) > 1:
        raise ValueError("several Set-Cookie fields are covered with bs only (RFC 9421 2.1)")
    joined = ", ".join(lines)
    if key is not None:
        return _member(name, joined, key)
    if flags:
        return _strict(name, joined, kinds)
    return joined


def _lines(fields: Fields, name: str) -> list[str]:
    values = (value for field, value in fields if field.lower() == name)
    return [_FOLD.sub(" ", value).strip(" \t") for value in values]


def _member(name: str, text: str, key: object) -> str:
    members: Any = http_sf.parse(text.encode("latin-1"), tltype="dictionary")
    if not isinstance(key, str) or key not in members:
        raise ValueError(f"the field {name} has no such member")
    member = members[key]
    if member[0] is True:  # an Item of its own says what a Dictionary leaves out
        return http_sf.ser(member)
    return http_sf.ser({"k": member}).removeprefix("k=")


def _strict(name: str, text: str, kinds: Kinds) -> str:
    octets = text.encode("latin-1")
    try:
        if name in kinds:
            return http_sf.ser(http_sf.parse(octets, tltype=kinds[name]))
        return http_sf.ser(http_sf.parse(octets, name=name))
    except KeyError as error:
        raise ValueError(f"the type of the structured field {name} is not known") from error


def _target(request: Request) -> str:
    """Path and query as they are sent: `Url.target` has no question mark before an empty query."""
    if request.target is not None:
        return request.target
    return request.url.without_fragment().href.removeprefix(str(request.url.authority))


def _path(request: Request) -> str:
    # The absolute form (RFC 9112 3.2.2) and the asterisk have no path of their own.
    target = _target(request)
    return target.partition("?")[0] if target.startswith("/") else request.url.path


def _query(request: Request) -> str:
    target = _target(request)
    if not target.startswith("/"):
        target = request.url.target
    return target.partition("?")[2]


def _target_uri(request: Request) -> str:
    if request.target is not None and request.target.startswith("/"):
        return f"{request.url.authority}{request.target}"
    return request.url.without_fragment().href


def _query_param(request: Request, name: str) -> str:
    parts = (part.partition("=") for part in _query(request).split("&") if part)
    values = [_decoded(value) for key, _, value in parts if _decoded(key) == unquote(name)]
    if len(values) != 1:
        # RFC 9421 2.2.8: which of several is meant cannot be said.
        raise ValueError(f"the query has {len(values)} parameters of this name, not one")
    # The percent-encode set of application/x-www-form-urlencoded, with %20 for a space.
    return quote(values[0], safe="*").replace("~", "%7E")


def _decoded(text: str) -> str:
    return unquote(text.replace("+", " "))


_OF_REQUEST: dict[str, Callable[[Request], str]] = {  # RFC 9421 2.2
    "@method": lambda request: request.method,
    "@target-uri": _target_uri,
    "@authority": lambda request: str(request.url.authority).partition("://")[2],
    "@scheme": lambda request: request.url.scheme,
    "@request-target": _target,
    "@path": _path,
    "@query": lambda request: f"?{_query(request)}",
}
