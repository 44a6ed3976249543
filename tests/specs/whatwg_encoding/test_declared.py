"""HTML 13.2.3 and the Encoding Standard: of several that name the encoding, which is believed."""

from __future__ import annotations

import pytest

from browser.errors import FetchFailed
from browser.model.reason import Reason
from browser.text.charset import decode

RUSSIAN = "Привет, мир. Море спокойно."
JAPANESE = "灯台は岬の先端に建てられる。"
CHINESE = "灯塔建在海岬的尽头。"
KOREAN = "등대는 곶의 끝에 있다."


def html(text: str, encoding: str, head: str = "") -> bytes:
    return f"<html><head>{head}</head><body><p>{text}".encode(encoding)


@pytest.mark.parametrize("bom", ["utf-8-sig", "utf-16"])
def test_encoding_standard_a_byte_order_mark_outweighs_the_header(bom: str):
    assert decode(RUSSIAN.encode(bom), "text/html; charset=koi8-r", markup=True) == RUSSIAN


def test_encoding_standard_big_endian_utf_16_is_known_by_its_mark():
    body = b"\xfe\xff" + RUSSIAN.encode("utf-16-be")
    assert decode(body, "text/plain", markup=False) == RUSSIAN


def test_html_standard_the_header_outweighs_the_document():
    body = html(RUSSIAN, "koi8-r", "<meta charset=windows-1251>")
    assert RUSSIAN in decode(body, "text/html; charset=koi8-r", markup=True)


@pytest.mark.parametrize(
    ("label", "encoding", "text"),
    [
        ("windows-1251", "windows-1251", RUSSIAN),
        ("cp1251", "windows-1251", RUSSIAN),
        ("koi8-r", "koi8-r", RUSSIAN),
        ("Shift_JIS", "cp932", JAPANESE),
        ("x-sjis", "cp932", JAPANESE),
        ("euc-jp", "euc-jp", JAPANESE),
        ("iso-2022-jp", "iso-2022-jp", JAPANESE),
        ("gb2312", "gbk", CHINESE),
        ("gbk", "gb18030", CHINESE + "𠀀"),
        ("big5", "big5", "燈塔建在海岬。"),
        ("euc-kr", "cp949", KOREAN),
        ("latin1", "windows-1252", "naïve “quotes” – €"),
        ("iso-8859-1", "windows-1252", "naïve “quotes” – €"),
        ("us-ascii", "windows-1252", "naïve"),
        ("utf-16le", "utf-16-le", RUSSIAN),
    ],
)
def test_html_standard_an_encoding_named_in_the_header_is_read(
    label: str, encoding: str, text: str
):
    found = decode(text.encode(encoding), f'text/plain; charset="{label}"', markup=False)
    assert found == text


@pytest.mark.parametrize(
    "head",
    [
        "<meta charset=windows-1251>",
        "<META CHARSET = 'windows-1251'>",
        "<meta http-equiv=Content-Type content='text/html; charset=windows-1251'>",
    ],
)
def test_html_standard_an_encoding_named_in_the_document_is_read(head: str):
    assert RUSSIAN in decode(html(RUSSIAN, "windows-1251", head), "text/html", markup=True)


def test_xml_1_0_an_xml_declaration_names_the_encoding():
    body = b'<?xml version="1.0" encoding="windows-1251"?><p>' + RUSSIAN.encode("windows-1251")
    assert RUSSIAN in decode(body, "application/xhtml+xml", markup=True)


def test_ours_a_declaration_far_into_the_head_still_counts():
    head = "<!--" + "-" * 5000 + "--><meta charset=windows-1251>"
    assert RUSSIAN in decode(html(RUSSIAN, "windows-1251", head), "text/html", markup=True)


def test_html_standard_plain_text_has_no_meta():
    body = b"<meta charset=koi8-r> caf\xe9"
    assert decode(body, "text/plain", markup=False) == "<meta charset=koi8-r> café"


def test_html_standard_a_meta_that_says_utf_16_was_read_as_ascii_and_means_utf_8():
    body = html("é", "utf-8", "<meta charset=utf-16>")
    assert "é" in decode(body, "text/html", markup=True)


def test_ours_valid_utf_8_outweighs_a_meta_left_over_from_a_conversion():
    body = html(CHINESE, "utf-8", "<meta charset=gb2312>")
    assert CHINESE in decode(body, "text/html", markup=True)


@pytest.mark.parametrize(
    "label", ["utf-7", "rot13", "base64", "zlib", "unicode_escape", "idna", "utf-32"]
)
def test_encoding_standard_an_encoding_that_the_web_does_not_have_is_not_used(label: str):
    assert decode(b"+ADw-p", f"text/plain; charset={label}", markup=False) == "+ADw-p"


def test_encoding_standard_an_encoding_that_browsers_replace_is_unreadable():
    with pytest.raises(FetchFailed) as caught:
        decode(b"hz text", "text/html; charset=hz-gb-2312", markup=True)
    assert caught.value.reason is Reason.UNREADABLE


def test_ours_without_any_name_utf_8_is_tried_first_and_windows_1252_is_the_rest():
    assert decode("größer".encode(), "text/html", markup=True) == "größer"
    assert decode(b"gr\xf6\xdfer \x96 \x80", "text/html", markup=True) == "größer – €"


def test_ours_a_body_cut_inside_its_last_character_is_still_utf_8():
    assert decode((RUSSIAN * 9).encode()[:-1], "", markup=True).startswith(RUSSIAN)


def test_ours_bytes_that_are_no_text_are_unreadable():
    for body in (b"\0" * 50 + b"x" * 50, b"\xc3\x28" * 50):
        with pytest.raises(FetchFailed) as caught:
            decode(body, "text/html; charset=utf-8", markup=True)
        assert caught.value.reason is Reason.UNREADABLE


def test_ours_a_stray_nul_does_not_cost_the_page():
    assert decode(b"a" * 200 + b"\0", "text/plain", markup=False) == "a" * 200 + "\ufffd"
