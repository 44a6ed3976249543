"""Which reader reads which kind of document; HTML has its own (`browser.text.htmlpage`).

Governing texts: the media types' registrations (IANA), with the names that servers used before;
RFC 6839 for the suffixes ``+json`` and ``+xml``. Every ``text/*`` can at least be read as lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from browser.errors import FetchFailed
from browser.model.reason import Reason
from browser.model.url import Url
from browser.text.charset import decode
from browser.text.htmlpage import LINE_CHARS, Document
from browser.text.plain import read_code, read_markdown, read_plain

MARKDOWN = frozenset(("text/markdown", "text/x-markdown"))
PDF = frozenset(("application/pdf", "application/x-pdf"))
JSON = frozenset(("application/json", "text/json", "application/x-json"))
JSON_LINES = frozenset(
    (
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/x-jsonlines",
        "application/jsonlines",
        "application/json-lines",
        "text/x-ndjson",
        "text/jsonl",
    )
)
SEPARATED = {
    "text/csv": "",
    "text/x-csv": "",
    "application/csv": "",
    "text/comma-separated-values": "",
    "text/tab-separated-values": "\t",
    "text/tsv": "\t",
}
XHTML = "application/xhtml+xml"
XML = frozenset(("application/xml", "text/xml", "application/x-rss+xml"))
CODE = frozenset(
    (
        "text/css",
        "text/javascript",
        "text/ecmascript",
        "text/yaml",
        "text/toml",
        *(
            f"application/{name}"
            for name in (
                "javascript",
                "x-javascript",
                "ecmascript",
                "typescript",
                "x-typescript",
                "yaml",
                "x-yaml",
                "toml",
                "sql",
                "graphql",
                "x-sh",
                "x-shellscript",
                "x-csh",
                "x-python",
                "x-python-code",
                "x-perl",
                "x-php",
                "x-httpd-php",
                "x-httpd-php-source",
                "x-ruby",
                "x-tcl",
                "x-latex",
                "x-tex",
            )
        ),
    )
)
_JSON_FEED = "jsonfeed.org/version"
_NAME = "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,127}"  # RFC 9110 5.6.2, RFC 6838 4.2
_TYPE = re.compile(rf"{_NAME}/{_NAME}\Z")
_HEAD = 1024  # characters in which a JSON Feed says that it is one


def is_type(kind: str) -> bool:
    """Whether *kind* has the form of a media type: a server may send anything as one."""
    return _TYPE.match(kind) is not None


def read(body: bytes, content_type: str, kind: str, url: Url, room: int = LINE_CHARS) -> Document:
    """Read a document that is not served as ``text/html``.

    Args:
        body: Decoded from its content coding.
        content_type: The Content-Type field; its charset counts.
        kind: What `browser.text.sniff.media_type` says.
        url: Where it came from.
        room: Longest line, in characters.

    Raises:
        FetchFailed: ``unsupported_type``, ``unreadable`` or ``no_text``.
    """
    if kind in PDF:
        from browser.text.pdf import read_pdf  # noqa: PLC0415 - loads a native library

        return read_pdf(body, url, room)
    if kind == XHTML:
        from browser.text.xml_text import read_xhtml  # noqa: PLC0415 - few pages need it

        return read_xhtml(decode(body, content_type, markup=True), url, room)
    if kind in XML or kind.endswith("+xml"):
        from browser.text.xml_text import read_xml  # noqa: PLC0415 - few pages need it

        return read_xml(decode(body, content_type, markup=True), url, room)
    reader = _reader(kind, url)
    if reader is None:
        named = kind[:100] if is_type(kind) else "a document of an unknown type"
        raise FetchFailed(
            Reason.UNSUPPORTED_TYPE,
            f"the address leads to {named}, and this browser reads HTML, PDF, plain text, "
            "Markdown, feeds, JSON, CSV and XML. Choose another source.",
            url=url.href,
        )
    return reader(decode(body, content_type, markup=False), url, room)


def _reader(kind: str, url: Url) -> Callable[[str, Url, int], Document] | None:
    """What reads the text of a document of *kind*."""
    if kind in JSON or kind.endswith("+json"):
        return _read_json
    if kind in JSON_LINES:
        from browser.text.json_text import read_json_lines  # noqa: PLC0415 - few pages need it

        return read_json_lines
    if kind in SEPARATED:
        from browser.text.csv_rows import read_csv  # noqa: PLC0415 - few pages need it

        return partial(read_csv, separator=SEPARATED[kind])
    if kind in MARKDOWN or (kind == "text/plain" and url.path.endswith((".md", ".markdown"))):
        return read_markdown
    if kind in CODE or kind.startswith("text/x-"):
        return read_code
    return read_plain if kind.startswith("text/") else None


def _read_json(text: str, url: Url, room: int) -> Document:
    from browser.text.json_feed import read_json_feed  # noqa: PLC0415 - few pages need it
    from browser.text.json_text import read_json  # noqa: PLC0415 - few pages need it

    feed = read_json_feed(text, url, room) if _JSON_FEED in text[:_HEAD] else None
    return feed or read_json(text, url, room)
