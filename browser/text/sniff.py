"""What kind of document the bytes are.

Governing texts: RFC 9110 8.3 for Content-Type; the WHATWG MIME Sniffing Standard for the
signatures looked at.

Left to taste: a server's label is believed unless the bytes are plainly something else, such as
the page of an error under the label of the file that was asked for; without a label, or under one
that says nothing, the bytes are looked at, and then the name in the address.
"""

from __future__ import annotations

import re

HTML = frozenset(("text/html", "application/xhtml+xml"))
_UNTOLD = frozenset(
    (
        "",
        "application/octet-stream",
        "binary/octet-stream",
        "application/x-download",
        "application/force-download",
        "unknown/unknown",
        "application/unknown",
    )
)
_SIGNATURES = tuple(
    (re.compile(pattern, re.DOTALL), kind)
    for pattern, kind in (
        (rb"\s*%PDF-", "application/pdf"),
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
_COMMENTS = rb"\s*+(?:(?><!--.*?-->)\s*+)*+"
_MARKUP = re.compile(
    _COMMENTS + rb"<(?:!doctype\s+html|html|head|body|title|script|div|h1|p|table|a)\b",
    re.IGNORECASE | re.DOTALL,
)
_PAGE = re.compile(_COMMENTS + rb"<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_FEED = re.compile(  # MIME Sniffing Standard 8.1, "sniff a mislabeled feed"
    rb"\s*+(?:(?><!--.*?-->|<\?.*?\?>|<![^>]*+>)\s*+)*+<(?:rss|feed|rdf:RDF)\b", re.DOTALL
)
_XML = re.compile(rb"\s*<(?:\?xml\s|rss\b|feed\b|rdf:RDF\b|urlset\b|sitemapindex\b|svg\b)")
_JSON = re.compile(rb"\s*(?:\{\s*(?:\"|\}\s*\Z)|\[\s*(?:[\[{\"\d-]|true|false|null|\]\s*\Z))")
_JSON_LINES = re.compile(rb"\s*\{[^\n]*\}[ \t\r]*\n\s*\{")
_NAMED = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "tab": "text/tab-separated-values",
    "jsonl": "application/jsonl",
    "ndjson": "application/x-ndjson",
    "md": "text/markdown",
    "markdown": "text/markdown",
    "yaml": "application/yaml",
    "yml": "application/yaml",
    "toml": "application/toml",
    "css": "text/css",
    "js": "text/javascript",
    "mjs": "text/javascript",
    "ts": "application/typescript",
    "py": "text/x-python",
    "sh": "application/x-sh",
    "sql": "application/sql",
    "c": "text/x-c",
    "h": "text/x-c",
    "go": "text/x-go",
    "rs": "text/x-rust",
    "java": "text/x-java",
    "tex": "application/x-tex",
}

LOOKED_AT = 1024  # octets


def media_type(content_type: str, body: bytes, path: str = "") -> str:
    """Name the kind of document, from its label and its first bytes.

    Args:
        content_type: The Content-Type field, possibly empty.
        body: The decoded body.
        path: The path of its address; what it ends in counts where nothing else tells.

    Returns:
        ``type/subtype`` in lower case.
    """
    label = content_type.partition(";")[0].strip().lower()
    if "/" not in label or "*" in label:
        label = ""
    head = body[:LOOKED_AT].removeprefix(b"\xef\xbb\xbf")
    if label in _UNTOLD or label.startswith("text/") or label in HTML:
        for signature, kind in _SIGNATURES:
            if signature.match(head):
                return kind
    if label in _UNTOLD:
        return _untold(head, path)
    if label == "text/html" and _FEED.match(head):
        return "application/xml"
    if _is_data(label) and _PAGE.match(head):
        return "text/html"
    return label


def _is_data(label: str) -> bool:
    """Whether a document of this kind cannot begin as a page does."""
    return label in ("application/pdf", "application/json", "text/csv") or label.endswith("+json")


def _untold(head: bytes, path: str) -> str:
    """The kind of a document whose label says nothing."""
    if _XML.match(head):
        return "application/xml"
    if _MARKUP.match(head):
        return "text/html"
    if not head.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\0" in head:
        return "application/octet-stream"
    named = _NAMED.get(path.rpartition("/")[2].rpartition(".")[2].lower())
    if named:
        return named
    if _JSON_LINES.match(head):
        return "application/x-ndjson"
    return "application/json" if _JSON.match(head) else "text/plain"
