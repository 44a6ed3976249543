r"""How long text gets on its way to a model, and how long it may get.

Chats cut or drop a reply of 100,000 characters and more. Some count characters as they are, some
UTF-16 units, some octets, and some write everything beyond ASCII as ``\ud83d\ude00`` first. The
weight of a text is its length as a JSON string in ASCII: none of them counts more.

Governing texts: RFC 8259 7 (escapes); the limit is that of the plugin contract of 2023.
"""

from __future__ import annotations

from json import JSONEncoder

MAX_REPLY = 90_000  # of a whole reply
MAX_SHOWN = 60_000  # of a display; the rest is for links and what is known of the page
MAX_QUOTED = 24_000  # of a quote, which a reply holds twice


_encode = JSONEncoder(separators=(",", ":")).encode


def weight(value: object) -> int:
    """Characters of *value* as JSON in ASCII, without space between members."""
    return len(_encode(value))


def fitting(text: str, most: int) -> int:
    """How many characters of *text*, from its beginning, weigh at most *most* together."""
    if weight(text) <= most:
        return len(text)
    few, many = 0, len(text)  # as many fit, and do not
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (middle, many) if weight(text[:middle]) <= most else (few, middle)
    return few
