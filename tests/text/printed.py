"""PDF files written by hand (ISO 32000-2, 7.5), small enough to be read in a test."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple


class Text(NamedTuple):
    """Words at a place, in points from the bottom left."""

    x: float
    y: float
    words: str
    size: float = 10
    bold: bool = False
    mode: int = 0
    white: bool = False


class Anchor(NamedTuple):
    """A link on a rectangle: left, bottom, right, top."""

    area: tuple[float, float, float, float]
    url: str


class Picture(NamedTuple):
    """A grey square that covers the page."""

    side: float = 600


class Area(NamedTuple):
    """A rectangle that is painted: left, bottom, width, height; 0 is black and 1 white."""

    place: tuple[float, float, float, float]
    grey: float = 0


Item = Text | Anchor | Picture | Area

LEADING = 12
ADVANCE = 6  # points from one letter to the next, in letters of 10 points


def column(words: str, x: float, y: float, width: int, **style: float) -> list[Text]:
    """Words in lines of at most *width* characters, downwards from *y*."""
    lines: list[str] = []
    for word in words.split():
        if lines and len(lines[-1]) + len(word) < width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return [Text(x, y - LEADING * n, line, **style) for n, line in enumerate(lines)]  # type: ignore[arg-type]


def pdf(
    pages: Iterable[Iterable[Item]],
    info: Mapping[str, str] = MappingProxyType({}),
    *,
    locked: bool = False,
    form: bytes = b"",
) -> bytes:
    """A file with these pages.

    Args:
        pages: What stands on them.
        info: The document information.
        locked: Whether it asks for a password that nobody knows.
        form: What stands in place of every picture.
    """
    objects: list[bytes] = [b""] * 5
    kids = []
    for page in pages:
        items = list(page)
        content = zlib.compress(_content(items))
        objects.append(
            b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(content), content)
        )
        stream = len(objects)
        anchors = b" ".join(_anchor(item) for item in items if isinstance(item, Anchor))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Annots[%b]"
            b"/Resources<</Font<</F1 3 0 R/F2 4 0 R>>/XObject<</I1 5 0 R>>>>>>" % (stream, anchors)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<</Type/Catalog/Pages 2 0 R/Lang(en-GB)>>"
    objects[1] = b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(kids), b" ".join(kids))
    for at, name in ((2, b"Courier"), (3, b"Courier-Bold")):
        objects[at] = b"<</Type/Font/Subtype/Type1/BaseFont/%b/Encoding/WinAnsiEncoding>>" % name
    objects[4] = form or (
        b"<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8"
        b"/ColorSpace/DeviceGray/Length 1>>stream\n\x80\nendstream"
    )
    objects.append(
        b"<<%b>>" % b"".join(b"/%b %b" % (k.encode(), _string(v)) for k, v in info.items())
    )
    trailer = b"/Root 1 0 R/Info %d 0 R" % len(objects)
    if locked:
        objects.append(
            b"<</Filter/Standard/V 2/R 3/Length 128/P -4/O<%b>/U<%b>>>" % (b"41" * 32, b"42" * 32)
        )
        trailer += b"/Encrypt %d 0 R/ID[<00><00>]" % len(objects)
    return _file(objects, trailer)


def _file(objects: list[bytes], trailer: bytes) -> bytes:
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d%b>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, table)
    return bytes(out)


def _content(items: list[Item]) -> bytes:
    parts = []
    for item in items:
        if isinstance(item, Text):
            font = b"F2" if item.bold else b"F1"
            parts.append(
                b"%d g BT /%b %.3f Tf %d Tr %.2f %.2f Td %b Tj ET"
                % (item.white, font, item.size, item.mode, item.x, item.y, _string(item.words))
            )
        elif isinstance(item, Area):
            parts.append(b"%.1f g %.1f %.1f %.1f %.1f re f" % (item.grey, *item.place))
        elif isinstance(item, Picture):
            parts.append(b"q %.1f 0 0 %.1f 0 0 cm /I1 Do Q" % (item.side, item.side))
    return b"\n".join(parts)


def _anchor(item: Anchor) -> bytes:
    area = b" ".join(b"%.2f" % edge for edge in item.area)
    return b"<</Type/Annot/Subtype/Link/Rect[%b]/A<</S/URI/URI%b>>>>" % (area, _string(item.url))


def _string(text: str) -> bytes:
    raw = text.encode("cp1252")
    return b"(%b)" % raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
