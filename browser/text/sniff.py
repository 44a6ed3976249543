"""What kind of document the bytes are, and in which encoding.

Governing texts: RFC 9110 8.3 for Content-Type; the WHATWG MIME Sniffing Standard for the
signatures looked at; the HTML Standard's encoding sniffing (byte order mark, header, the first
1,024 bytes, a later ``<meta>``) and the Encoding Standard's labels through webencodings, so that
``latin1`` is windows-1252 and Python-only codecs such as utf-7 do not exist.

Left to taste: a server's label is believed unless the bytes are plainly something else; every
``text/*`` can be read as lines; valid UTF-8 is UTF-8 whatever its ``<meta>`` says, as in pages
that were converted and not edited; where nothing names an encoding, the rest is windows-1252.
"""

from __future__ import annotations

import re

import webencodings

from browser.errors import FetchFailed
from browser.model.reason import Reason

HTML = frozenset(("text/html", "application/xhtml+xml"))
MARKDOWN = frozenset(("text/markdown", "text/x-markdown"))
_UNTOLD = frozenset(("", "application/octet-stream", "unknown/unknown", "application/unknown"))
_SIGNATURES = tuple(
    (re.compile(pattern, re.DOTALL), kind)
    for pattern, kind in (
        (rb"%PDF-", "application/pdf"),
        (rb"\x89PNG\r\n", "image/png"),
        (rb"\xff\xd8\xff", "image/jpeg"),
        (rb"GIF8[79]a", "image/gif"),
        (rb"RIFF.{4}WEBP", "image/webp"),
        (rb"RIFF.{4}WAVE", "audio/wave"),
        (rb"RIFF.{4}AVI ", "video/avi"),
        (rb"OggS\0", "application/ogg"),
        (rb"ID3[\x02-\x04]", "audio/mpeg"),
        (rb"\0.{3}ftyp", "video/mp4"),
        (rb"PK\x03\x04", "application/zip"),
        (rb"\x1f\x8b\x08", "application/gzip"),
        (rb"\x7fELF", "application/octet-stream"),
    )
)
_MARKUP = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|script|div|h1|p|table|a)\b",
    re.IGNORECASE | re.DOTALL,
)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]{1,40})", re.IGNORECASE)

_BINARY = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")  # MIME Sniffing Standard 3

PRESCAN = 1024  # octets, HTML Standard 13.2.3.2
CERTAIN = 4  # characters beyond ASCII in valid UTF-8 that outweigh another <meta>
LATE_META = 65_536  # octets; a browser changes its mind when the parser meets a later <meta>
MAX_BINARY = 0.01  # share of control characters that no text has; more is no text
MAX_BROKEN = 0.05  # share of U+FFFD; more is no text


def media_type(content_type: str, body: bytes) -> str:
    """Name the kind of document, from its label and its first bytes.

    Args:
        content_type: The Content-Type field, possibly empty.
        body: The decoded body.

    Returns:
        ``type/subtype`` in lower case.
    """
    label = content_type.partition(";")[0].strip().lower()
    if "/" not in label or "*" in label:
        label = ""
    head = body[:PRESCAN].removeprefix(b"\xef\xbb\xbf")
    if label in _UNTOLD or label.startswith("text/") or label in HTML:
        for signature, kind in _SIGNATURES:
            if signature.match(head):
                return kind
    if label in _UNTOLD:
        if _MARKUP.match(head):
            return "text/html"
        utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
        return "text/plain" if utf16 or b"\0" not in head else "application/octet-stream"
    return label


def decode(body: bytes, content_type: str, *, markup: bool) -> str:
    """Turn bytes into text.

    Args:
        body: The decoded body.
        content_type: Its charset parameter counts unless a byte order mark is there.
        markup: Whether a ``<meta charset>`` may stand in it.

    Raises:
        FetchFailed: ``unreadable`` when the result is not text.
    """
    text = _decode(body, content_type, markup=markup)
    size = max(len(text), 1)
    binary = sum(1 for _ in _BINARY.finditer(text))
    if binary > MAX_BINARY * size or text.count("\ufffd") > MAX_BROKEN * size:
        raise FetchFailed(
            Reason.UNREADABLE,
            "the page says it is text, but its bytes are not. Choose another source.",
        )
    return text.replace("\0", "\ufffd")


def _decode(body: bytes, content_type: str, *, markup: bool) -> str:
    if body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        text: str = webencodings.decode(body, "utf-8", errors="replace")[0]
        return text
    named = _CHARSET.search(content_type)
    encoding = webencodings.lookup(named.group(1)) if named else None
    if encoding is not None:
        return _with(encoding, body)
    declared = _declared(body[:PRESCAN]) if markup else None
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        cut = error.start >= len(body) - 4 and not body[: error.start].isascii()
        if declared is None and cut:  # inside its last character
            return body.decode("utf-8", "replace")
    else:
        if declared is None or _beyond_chance(text):
            return text
    late = _declared(body[:LATE_META]) if markup else None
    return _with(declared or late or webencodings.lookup("windows-1252"), body)


def _beyond_chance(text: str) -> bool:
    """Whether so much of *text* is not ASCII that it cannot be valid UTF-8 by accident."""
    return len(text.encode("ascii", "ignore")) <= len(text) - CERTAIN


def _declared(head: bytes) -> webencodings.Encoding | None:
    """The encoding that the document names itself."""
    found = _META.search(head) or _XML.match(head)
    encoding = webencodings.lookup(found.group(1).decode("ascii")) if found else None
    if encoding is not None and encoding.name in ("utf-16le", "utf-16be"):
        return webencodings.UTF8  # the declaration itself was read as ASCII bytes
    return encoding


def _with(encoding: webencodings.Encoding, body: bytes) -> str:
    if encoding.name == "gbk":  # Encoding Standard 10.1.1: gbk's decoder is gb18030's
        return body.decode("gb18030", "replace")
    text: str = encoding.codec_info.decode(body, "replace")[0]
    return text
