"""The encoding that a document names itself.

Governing text: the HTML Standard 13.2.3.2, "prescan a byte stream to determine its encoding",
with "get an attribute" and "get an XML encoding" there, and "extracting a character encoding
from a meta element" in its section 2. Labels are those of the Encoding Standard.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import webencodings

_SPACE = rb"\t\n\f\r "
_TAG = re.compile(rb"</?[A-Za-z][^\t\n\f\r >]*")
_META = re.compile(rb"<meta(?=[\t\n\f\r /])", re.IGNORECASE)
_COMMENT_END = re.compile(rb"-->")
_NAME = re.compile(rb"[" + _SPACE + rb"/]*([^" + _SPACE + rb"/>][^" + _SPACE + rb"/>=]*)")
_VALUE = re.compile(
    rb"[" + _SPACE + rb"]*=[" + _SPACE + rb"]*(?:([\"'])(.*?)\1|(?![\"'])([^" + _SPACE + rb">]*))",
    re.DOTALL,
)
_EQUALS = re.compile(rb"[" + _SPACE + rb"]*=")
_FILLER = re.compile(rb"[" + _SPACE + rb"/]*")
_CONTENT = re.compile(
    rb"charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:\"([^\"]*)\"|'([^']*)'|([^\t\n\f\r ;\"'][^\t\n\f\r ;]*))",
    re.IGNORECASE,
)
_XML = re.compile(rb"<\?xml[^>]*?encoding[\x00-\x20]*=[\x00-\x20]*([\"'])([^\"'>\x00-\x20]*)\1")
_WIDE = ((b"<\0?\0x\0", "utf-16le"), (b"\0<\0?\0x", "utf-16be"))


class _CutError(Exception):
    """The bytes end inside a tag: the algorithm gives up there."""


class _Attribute(NamedTuple):
    name: bytes
    value: bytes
    end: int


def prescan(head: bytes) -> webencodings.Encoding | None:
    """The encoding named in *head*, the first octets of a document, ``None`` when none is."""
    for mark, label in _WIDE:
        if head.startswith(mark):
            return webencodings.lookup(label)
    try:
        found = _in_markup(head)
    except _CutError:
        found = None
    return found or _in_declaration(head)


def _in_markup(head: bytes) -> webencodings.Encoding | None:
    at = head.find(b"<")
    while at >= 0:
        if head.startswith(b"<!--", at):
            end = _COMMENT_END.search(head, at + 2)  # "<!-->" is a whole comment
            if end is None:
                return None
            at = end.end()
        elif meta := _META.match(head, at):
            found, at = _in_meta(head, meta.end())
            if found is not None:
                return found
        elif tag := _TAG.match(head, at):
            at = tag.end()
            while attribute := _attribute(head, at):
                at = attribute.end
        elif head[at + 1 : at + 2] in (b"!", b"/", b"?"):
            at = head.find(b">", at + 1)
            if at < 0:
                return None
        else:
            at += 1
        at = head.find(b"<", at)
    return None


def _in_meta(head: bytes, at: int) -> tuple[webencodings.Encoding | None, int]:
    """The encoding that a ``<meta>`` names, and where its attributes end."""
    seen: dict[bytes, bytes] = {}
    while attribute := _attribute(head, at):
        seen.setdefault(attribute.name, attribute.value)
        at = attribute.end
    label: bytes | None = None
    if b"charset" in seen:
        label = seen[b"charset"]
    elif seen.get(b"http-equiv") == b"content-type" and b"content" in seen:
        found = _CONTENT.search(seen[b"content"])
        label = (
            next((group for group in found.groups() if group is not None), None) if found else None
        )
    return (named(label) if label is not None else None), at


def _attribute(head: bytes, at: int) -> _Attribute | None:
    """The attribute that begins at *at*, ``None`` at the end of the tag.

    Raises:
        _CutError: when the bytes end before the attribute does.
    """
    name = _NAME.match(head, at)
    if name is None:
        if _FILLER.match(head, at).end() >= len(head):  # type: ignore[union-attr]  # matches nothing too
            raise _CutError
        return None
    at = name.end()
    if at >= len(head):
        raise _CutError
    if _EQUALS.match(head, at) is None:
        return _Attribute(name[1].lower(), b"", at)
    value = _VALUE.match(head, at)
    if value is None or value.end() >= len(head):
        raise _CutError
    return _Attribute(name[1].lower(), (value[2] or value[3] or b"").lower(), value.end())


def _in_declaration(head: bytes) -> webencodings.Encoding | None:
    """What an XML declaration at the very beginning says."""
    found = _XML.match(head)
    return named(found[2]) if found else None


def named(label: bytes) -> webencodings.Encoding | None:
    """The encoding with *label*, as a declaration that was itself read as ASCII can mean it."""
    encoding = webencodings.lookup(label.decode("latin-1"))
    if encoding is None:
        return None
    if encoding.name in ("utf-16le", "utf-16be"):
        return webencodings.UTF8
    if encoding.name == "x-user-defined":
        return webencodings.lookup("windows-1252")
    return encoding
