"""Which encoding the bytes of a document are in, and the text that they are.

Governing texts: the HTML Standard 13.2.3.2 (byte order mark, then the header, then what the
document says itself, then a guess) and the Encoding Standard, whose labels webencodings knows:
``latin1`` is windows-1252, and Python-only codecs such as utf-7 do not exist.

Left to taste: valid UTF-8 is UTF-8 whatever its ``<meta>`` says, as in pages that were converted
and not edited; where nothing names an encoding, text with a few broken places among much that is
valid UTF-8 is UTF-8 too; the guess about the rest is chardetng's, as in Firefox.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

import webencodings

from browser.errors import FetchFailed
from browser.model.reason import Reason
from browser.text import japanese
from browser.text.prescan import prescan

PRESCAN = 1024  # octets, HTML Standard 13.2.3.2
LATE_META = 65_536  # octets; a browser changes its mind when the parser meets a later <meta>
GUESSED = 65_536  # octets that the guess is made from
CERTAIN = 4  # characters beyond ASCII in valid UTF-8 that outweigh another <meta>
WIDEST = 4  # octets of a character in UTF-8, at most
SAMPLE = 1024  # octets at the beginning, the middle and the end of valid UTF-8
MAX_BINARY = 0.01  # share of control characters that no text has; more is no text
MAX_BROKEN = 0.05  # share of U+FFFD; more is no text
BROKEN_UTF8 = 20  # valid characters beyond ASCII for each broken one in text that is UTF-8

_UTF8_MARK = b"\xef\xbb\xbf"
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]{1,40})", re.IGNORECASE)
_BINARY = bytes((*range(9), 11, *range(14, 27), *range(28, 32)))  # MIME Sniffing Standard 3
_OWN_NAMES = {"cp874": "windows-874"}  # of chardetng's Python edition
_REPLACED = "\ufffd".encode()
_EURO = "browser.text.charset.euro"  # an error handler of ours
_EURO_BYTE = 0x80


class Decoded(NamedTuple):
    """The text of a document.

    Attributes:
        text: As characters, NUL as U+FFFD.
        raw: The same text in UTF-8, without byte order mark, where the body holds it so and a
            parser may read it as it is; else ``None``.
    """

    text: str
    raw: bytes | None


def decode(body: bytes, content_type: str, *, markup: bool) -> str:
    """Turn bytes into text; see `decoded`."""
    return decoded(body, content_type, markup=markup).text


def decoded(body: bytes, content_type: str, *, markup: bool) -> Decoded:
    """Turn bytes into text, and say whether they were UTF-8 to the letter.

    Args:
        body: The document, decoded from its content coding.
        content_type: Its charset parameter counts unless a byte order mark is there.
        markup: Whether a ``<meta charset>`` or an XML declaration may stand in it.

    Raises:
        FetchFailed: ``unreadable`` when the result is not text.
    """
    header = _named_in(content_type)
    told = body.startswith(_UTF8_MARK) or header is webencodings.UTF8
    if told or (header is None and not body.startswith((b"\xff\xfe", b"\xfe\xff"))):
        rest = body.removeprefix(_UTF8_MARK)
        try:
            text = rest.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            if told or _is_utf8(rest, text, markup=markup):
                return _checked_utf8(rest, text)
    text = _decode(body, header, markup=markup)
    _check(text.encode("utf-8", "replace"), len(text))
    return Decoded(text.replace("\0", "\ufffd"), None)


def _named_in(content_type: str) -> webencodings.Encoding | None:
    found = _CHARSET.search(content_type)
    return webencodings.lookup(found[1]) if found else None


def _is_utf8(body: bytes, text: str, *, markup: bool) -> bool:
    """Whether *text*, valid UTF-8 that no header names so, is to be read as that."""
    other_script = b"\x1b" in body or b"hz-" in body[:PRESCAN]  # may be written in ASCII
    more = len(body) - len(text)
    if not other_script and (not more or more > (CERTAIN - 1) * (WIDEST - 1)):
        return True
    named = prescan(body[:PRESCAN]) if markup else None
    if named is None and b"\x1b" in body:
        return str(_guess(body).name) != "iso-2022-jp"
    if named is None or named is webencodings.UTF8:
        return True
    return not other_script and more > 0 and _beyond_ascii(text) >= CERTAIN


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _decode(body: bytes, header: webencodings.Encoding | None, *, markup: bool) -> str:
    """The text of *body*, whatever its encoding; what has no meaning becomes U+FFFD."""
    if body.startswith((_UTF8_MARK, b"\xff\xfe", b"\xfe\xff")):
        text: str = webencodings.decode(body, "utf-8", errors="replace")[0]
        return text
    if header is not None:
        return _with(header, body)
    declared = prescan(body[:PRESCAN]) or prescan(body[:LATE_META]) if markup else None
    if declared is not None:
        return _with(declared, body)
    text = body.decode("utf-8", "replace")
    broken, beyond = text.count("\ufffd"), _beyond_ascii(text)
    cut = broken == 1 and beyond > 1 and text.endswith("\ufffd")  # inside its last character
    if cut or broken * BROKEN_UTF8 < beyond:
        return text
    return _with(_guess(body), body)


def _guess(body: bytes) -> webencodings.Encoding:
    """What chardetng takes *body* for when it is not UTF-8; at worst windows-1252."""
    from chardetng_py import EncodingDetector  # noqa: PLC0415 - few pages need it

    detector = EncodingDetector()
    detector.feed(body[:GUESSED], last=True)
    guess = detector.guess(tld=None, allow_utf8=False)
    guess = webencodings.lookup(_OWN_NAMES.get(guess, guess))
    return guess or webencodings.lookup("windows-1252")


def _euro(error: UnicodeError) -> tuple[str, int]:
    """What gb18030's decoder makes of bytes that Python's has no character for."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if error.object[error.start] == _EURO_BYTE:  # Encoding Standard 10.2.1, step 5
        return "\N{EURO SIGN}", error.start + 1
    return "\ufffd", error.end


codecs.register_error(_EURO, _euro)


def _with(encoding: webencodings.Encoding, body: bytes) -> str:
    if encoding.name in ("gbk", "gb18030"):  # Encoding Standard 10.1.1: one decoder for both
        return body.decode("gb18030", _EURO)
    text: str | None = japanese.decode(encoding.name, body)
    return encoding.codec_info.decode(body, "replace")[0] if text is None else text


def _checked_utf8(body: bytes, text: str) -> Decoded:
    """Valid UTF-8; looked at in three places first, since no binary format is valid UTF-8."""
    middle = len(body) // 2
    sample = b"".join((body[:SAMPLE], body[middle : middle + SAMPLE], body[-SAMPLE:]))
    nul = b"\0" in body
    if nul or _REPLACED in sample or len(sample.translate(None, _BINARY)) < len(sample):
        _check(body, len(text))
    return Decoded(text.replace("\0", "\ufffd"), None) if nul else Decoded(text, body)


def _check(text: bytes, size: int) -> None:
    """Refuse *text*, in UTF-8 and of *size* characters, that is none to a reader."""
    binary = len(text) - len(text.translate(None, _BINARY))
    if binary > MAX_BINARY * size or text.count(_REPLACED) > MAX_BROKEN * size:
        raise FetchFailed(
            Reason.UNREADABLE,
            "the page says it is text, but its bytes are not. Choose another source.",
        )
