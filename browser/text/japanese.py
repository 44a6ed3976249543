"""EUC-JP and ISO-2022-JP as browsers read them.

Governing text: the Encoding Standard, index jis0208 and sections 12.1 and 12.2. Python's codecs
know the national standard alone; the web's index also has the rows of NEC and IBM (①, ㈱, 髙) and
gives a few signs other characters, both as in Shift_JIS, from which they are taken here.
"""

from __future__ import annotations

import codecs

_CODECS = {"euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp_ext"}
_SIGNS = str.maketrans("\u301c\u2016\u2212\xa2\xa3\xac", "\uff5e\u2225\uff0d\uffe0\uffe1\uffe2")
_EXTENDED = "browser.jis0208"


def decode(name: str, body: bytes) -> str | None:
    """The text of *body* in the encoding *name*, ``None`` when it is neither of the two."""
    codec = _CODECS.get(name)
    return body.decode(codec, _EXTENDED).translate(_SIGNS) if codec else None


def _extended(error: UnicodeError) -> tuple[str, int]:
    """What stands where Python's codec knows nothing: a sign of the extended index, or U+FFFD."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    pair = bytes(octet & 0x7F for octet in error.object[error.start : error.start + 2])
    if len(pair) == 2 and all(0x21 <= octet <= 0x7E for octet in pair):
        row, cell = pair[0] - 0x20, pair[1] - 0x20
        lead = (row - 1 >> 1) + (0x81 if row <= 62 else 0xC1)
        trail = cell + (0x9E if row % 2 == 0 else 0x3F if cell <= 63 else 0x40)
        found = bytes((lead, trail)).decode("cp932", "replace")
        if len(found) == 1 and found != "\ufffd":
            return found, error.start + 2
    return "\ufffd", error.end


codecs.register_error(_EXTENDED, _extended)
