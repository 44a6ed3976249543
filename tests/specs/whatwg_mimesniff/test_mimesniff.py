"""The MIME Sniffing Standard 7: what kind of document a body is, from its label and first bytes."""

from __future__ import annotations

import pytest

from browser.text.sniff import media_type


@pytest.mark.parametrize(
    ("label", "body", "kind"),
    [
        ("text/html", b"<p>x", "text/html"),
        ("TEXT/HTML; Charset=utf-8", b"<p>x", "text/html"),
        ("application/xhtml+xml", b"<html>", "application/xhtml+xml"),
        ("text/plain", b"<p>looks like a page", "text/plain"),
        ("", b"  <!-- c --> <!DOCTYPE html><p>x", "text/html"),
        ("", b"\xef\xbb\xbf<html>", "text/html"),
        ("", b"just words", "text/plain"),
        ("", b"\xff\xfej\0u\0s\0t\0", "text/plain"),
        ("", b"a\0b", "application/octet-stream"),
        ("application/octet-stream", b"<title>x", "text/html"),
        ("nonsense", b"words", "text/plain"),
        ("*/*", b"words", "text/plain"),
        ("text/html", b"%PDF-1.4", "application/pdf"),
        ("text/html", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("text/plain", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("", b"GIF89a", "image/gif"),
        ("", b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        ("", b"\0\0\0\x18ftypmp42", "video/mp4"),
        ("text/html", b"PK\x03\x04", "application/zip"),
        ("", b"\x1f\x8b\x08", "application/gzip"),
        (
            "application/vnd.oasis.opendocument.text",
            b"PK\x03\x04",
            "application/vnd.oasis.opendocument.text",
        ),
    ],
)
def test_mimesniff_the_kind_is_told_from_label_and_bytes(label: str, body: bytes, kind: str):
    assert media_type(label, body) == kind


@pytest.mark.parametrize(
    "body",
    [b"<!---->" * 140 + b"<z", b"<?x?>" * 200 + b"<z", b"<!x>" * 250 + b"<z", b" " * 1024 + b"<"],
)
@pytest.mark.timeout(5)
def test_ours_a_beginning_of_many_comments_is_not_slow(body: bytes):
    for label in ("", "text/html", "application/pdf"):
        assert media_type(label, body) == (label or "text/plain")


@pytest.mark.parametrize(
    "text",
    ["ID3 tags are read by players.", "RIFF is a format.", "GIF8 what?", "OggS", "The ftyp box"],
)
def test_ours_a_text_about_a_file_format_is_not_taken_for_such_a_file(text: str):
    assert media_type("text/plain", text.encode()) == "text/plain"
