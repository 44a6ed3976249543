"""The Encoding Standard and HTML 13.2.3: how bytes become text, whatever names their encoding."""

from __future__ import annotations

import codecs

import pytest
import webencodings
from webencodings.labels import LABELS

from browser.errors import FetchFailed
from browser.model.reason import Reason
from browser.text.charset import decode, decoded
from browser.text.prescan import prescan
from tests.specs.whatwg_encoding.legacy import GERMAN, JAPANESE, LEGACY, RUSSIAN

IDS = [f"{label}-{text[:12]}" for label, _, text in LEGACY]


def head(text: str) -> str | None:
    found = prescan(text.encode("latin-1"))
    return found.name if found else None


@pytest.mark.parametrize(("label", "codec", "text"), LEGACY, ids=IDS)
def test_encoding_standard_an_old_encoding_is_read_by_its_header(label: str, codec: str, text: str):
    assert decode(text.encode(codec), f"text/html; charset={label}", markup=True) == text


@pytest.mark.parametrize(("label", "codec", "text"), LEGACY, ids=IDS)
def test_html_standard_an_old_encoding_is_read_by_its_meta(label: str, codec: str, text: str):
    page = f"<!doctype html><html><head><title>x</title><meta charset={label}></head><body>{text}"
    assert decode(page.encode(codec), "text/html", markup=True) == page


# Text in the Macintosh encoding names itself or is not told from windows-1252.
GUESSABLE = [row for row in LEGACY if row[0] != "macintosh"]


@pytest.mark.parametrize(
    ("codec", "text"),
    [row[1:] for row in GUESSABLE],
    ids=[f"{row[0]}-{row[2][:12]}" for row in GUESSABLE],
)
def test_ours_an_old_encoding_that_nothing_names_is_guessed(codec: str, text: str):
    assert decode(text.encode(codec), "text/plain", markup=False) == text
    page = f"<html><head><title>{text[:30]}</title></head><body><p>{text}</p></body></html>"
    assert decode(page.encode(codec), "text/html", markup=True) == page


def test_ours_utf_8_is_never_guessed_to_be_anything_else():
    for _, _, text in LEGACY:
        assert decode(text.encode(), "text/plain", markup=False) == text
        assert decode(text.encode(), "text/html", markup=True) == text


def test_ours_one_broken_byte_does_not_turn_a_page_of_utf_8_into_another_encoding():
    body = RUSSIAN.encode() + b"\xd0 " + RUSSIAN.encode()
    assert decode(body, "text/html", markup=True) == f"{RUSSIAN}\ufffd {RUSSIAN}"


REPLACED = [
    "csiso2022kr",
    "hz-gb-2312",
    "iso-2022-cn",
    "iso-2022-cn-ext",
    "iso-2022-kr",
    "replacement",
]


def test_ours_a_page_that_is_cut_inside_its_last_character_is_still_utf_8():
    body = ("Plain words and one café. " * 3 + "é").encode()[:-1]
    assert decode(body, "text/html", markup=True).count("café") == 3
    assert decode("Plain words and one café".encode("cp1252"), "", markup=True)[-4:] == "café"


@pytest.mark.parametrize("label", sorted(set(LABELS) - set(REPLACED)))
def test_every_label_of_the_encoding_standard_names_its_encoding(label: str):
    encoding = webencodings.lookup(label)
    assert encoding is not None
    sample = "".join(
        one
        for one in map(chr, range(0x20, 0x500))
        if one not in "¢£¬" and _reversible(one, encoding.codec_info)
    )
    body = encoding.codec_info.encode(sample)[0]
    if encoding.name in ("x-user-defined", "iso-2022-jp", "utf-8", "gbk", "gb18030"):
        body, sample = b"plain words", "plain words"
    assert decode(body, f"text/plain; charset={label}", markup=False) == sample


def _reversible(one: str, info: codecs.CodecInfo) -> bool:
    try:
        return info.decode(info.encode(one)[0])[0] == one
    except UnicodeError:
        return False


@pytest.mark.parametrize(
    "label", ["utf-7", "rot13", "base64", "zlib", "unicode_escape", "cp037", "punycode", "mbcs"]
)
def test_encoding_standard_an_encoding_of_python_alone_does_not_exist(label: str):
    body = b"+ADw-p \\u0041"
    assert decode(body, f"text/html; charset={label}", markup=True) == "+ADw-p \\u0041"
    assert head(f"<meta charset={label}>") is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<meta charset=koi8-r>", "koi8-r"),
        ("<META CHARSET = 'koi8-r' >", "koi8-r"),
        ('<meta/charset="koi8-r">', "koi8-r"),
        ("<meta name=a charset=koi8-r charset=big5>", "koi8-r"),
        ("<!-- <meta charset=big5> --><meta charset=koi8-r>", "koi8-r"),
        ("<!--><meta charset=koi8-r>", "koi8-r"),
        ("<!---><meta charset=koi8-r>", "koi8-r"),
        ("<!-- never closed <meta charset=koi8-r>", None),
        ("<a title='<meta charset=big5>'><meta charset=koi8-r>", "koi8-r"),
        ('<a title="never closed <meta charset=koi8-r>', None),
        ("<? x <meta charset=big5><meta charset=koi8-r>", "koi8-r"),
        ("</ <meta charset=big5><meta charset=koi8-r>", "koi8-r"),
        ("<metadata charset=koi8-r>", None),
        ("<meta charset=nonsense><meta charset=koi8-r>", "koi8-r"),
        ("<meta content='text/html; charset=koi8-r'>", None),
        ("<meta http-equiv=refresh content='text/html; charset=koi8-r'>", None),
        ("<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>", "koi8-r"),
        ("<meta content='text/html; charset=koi8-r' http-equiv=content-type>", "koi8-r"),
        ("<meta http-equiv=content-type content='charset = \"koi8-r\"'>", "koi8-r"),
        ("<meta http-equiv=content-type content='charset charset=koi8-r;x'>", "koi8-r"),
        ("<meta http-equiv=content-type content='text/html'>", None),
        ("<meta charset=utf-16>", "utf-8"),
        ("<meta charset=utf-16be>", "utf-8"),
        ("<meta charset=x-user-defined>", "windows-1252"),
        ("<meta charset=latin1>", "windows-1252"),
        ("<meta charset=koi8-r", None),
        ("<meta charset", None),
        ("<meta charset=>", None),
        ("<script>'<meta charset=koi8-r>'</script>", "koi8-r"),
        ("<?xml version='1.0' encoding='koi8-r'?><p>", "koi8-r"),
        (" <?xml version='1.0' encoding='koi8-r'?>", None),
        ("<?xml version='1.0' encoding='utf-16'?><p>", "utf-8"),
        ("<?xml version='1.0' encoding='koi8 r'?><p>", None),
        ("<\0?\0x\0m\0l\0", "utf-16le"),
        ("\0<\0?\0x\0m\0l", "utf-16be"),
        ("no markup", None),
        ("<", None),
        ("", None),
    ],
)
def test_html_standard_the_document_is_searched_as_the_standard_says(text: str, name: str | None):
    assert head(text) == name


def test_html_standard_the_header_is_believed_before_the_meta_and_a_mark_before_both():
    page = f"<meta charset=koi8-r>{RUSSIAN}"
    assert decode(page.encode("cp1251"), "text/html; charset=cp1251", markup=True) == page
    marked = codecs.BOM_UTF8 + page.encode()
    assert decode(marked, "text/html; charset=cp1251", markup=True) == page


def test_ours_a_meta_behind_the_first_kilobyte_counts_and_one_behind_64_does_not():
    near = "<p>" + " " * 5000 + f"<meta charset=ibm866>{GERMAN[:40]}"
    assert decode(f"{near}{RUSSIAN}".replace("ü", "").encode("cp866", "ignore"), "", markup=True)
    body = b"<p>" + b" " * 5000 + b"<meta charset=macintosh>caf\x8e"
    assert decode(body, "text/html", markup=True).endswith("café")
    body = b"<p>" + b" " * 70_000 + b"<meta charset=macintosh>caf\x8e"
    assert not decode(body, "text/html", markup=True).endswith("café")


def test_ours_the_bytes_are_handed_on_where_they_are_utf_8_to_the_letter():
    body = f"<meta charset=utf-8><p>{JAPANESE}".encode()
    for kind in ("text/html", "text/html; charset=utf-8"):
        assert decoded(body, kind, markup=True) == (body.decode(), body)
    assert decoded(codecs.BOM_UTF8 + body, "text/html", markup=True) == (body.decode(), body)
    ascii_only = b"<meta charset=windows-1251><p>words"
    assert decoded(ascii_only, "text/html", markup=True).raw == ascii_only


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (f"<p>{JAPANESE}".encode() + b"\xff", "text/html; charset=utf-8"),
        (b"words " * 50 + b"\0", "text/html; charset=utf-8"),
        (RUSSIAN.encode("cp1251"), "text/html; charset=windows-1251"),
        (JAPANESE.encode("iso2022_jp"), "text/html"),
        (RUSSIAN.encode("utf-16"), "text/html"),
    ],
)
def test_ours_the_bytes_are_not_handed_on_where_a_parser_would_read_something_else(
    body: bytes, kind: str
):
    assert decoded(body, kind, markup=True).raw is None


@pytest.mark.parametrize("label", REPLACED)
def test_encoding_standard_an_encoding_that_browsers_refuse_is_refused(label: str):
    with pytest.raises(FetchFailed) as caught:
        decode(b"plain words", f"text/plain; charset={label}", markup=False)
    assert caught.value.reason is Reason.UNREADABLE


def test_encoding_standard_an_encoding_that_browsers_refuse_is_refused_when_a_meta_names_it():
    with pytest.raises(FetchFailed):
        decode(b"<meta charset=hz-gb-2312><p>~{1}~}", "text/html", markup=True)


@pytest.mark.parametrize("place", [0, 5_000, 100_000, 199_000])
def test_ours_a_binary_part_is_found_wherever_it_stands(place: int):
    body = bytearray(b"word " * 40_000)
    body[place : place + 6_000] = b"\0\1\2" * 2_000
    with pytest.raises(FetchFailed) as caught:
        decode(bytes(body), "text/plain", markup=False)
    assert caught.value.reason is Reason.UNREADABLE


def test_ours_a_page_of_replacement_characters_is_no_text():
    with pytest.raises(FetchFailed):
        decode(("\ufffd\ufffd a" * 3_000).encode(), "text/html; charset=utf-8", markup=True)


def test_ours_a_form_feed_an_escape_and_a_tab_are_text():
    text = "\tone\x0ctwo\x1b[0m\r\n" * 100
    assert decode(text.encode(), "text/plain", markup=False) == text


@pytest.mark.parametrize("label", ["euc-jp", "iso-2022-jp"])
def test_encoding_standard_japanese_signs_are_those_that_browsers_show(label: str):
    shift_jis = "①㈱㍻髙﨑～∥－￠￡￢日本".encode("cp932")
    pairs = [shift_jis[at : at + 2] for at in range(0, len(shift_jis), 2)]
    body = b"".join(_to_jis(pair) for pair in pairs if pair[0] < 0xF0)
    if label == "euc-jp":
        body = bytes(octet | 0x80 for octet in body)
    else:
        body = b"\x1b$B" + body + b"\x1b(B"
    shown = b"".join(pair for pair in pairs if pair[0] < 0xF0).decode("cp932")
    assert decode(body, f"text/plain; charset={label}", markup=False) == shown
    assert set("①㈱㍻～∥－￠￡￢日本") <= set(shown)


def _to_jis(pair: bytes) -> bytes:
    """A pair of octets of Shift_JIS in JIS X 0208."""
    lead, trail = pair
    row = 2 * (lead - (0x81 if lead < 0xA0 else 0xC1))
    cell = trail - (0x40 if trail > 0x7F else 0x3F)
    if trail >= 0x9F:
        row, cell = row + 1, trail - 0x9E
    return bytes((0x21 + row, 0x20 + cell))


def test_encoding_standard_half_width_letters_and_broken_octets_of_japanese_are_read():
    assert decode(b"\x8e\xb1\x8e\xb2", "text/plain; charset=euc-jp", markup=False) == "ｱｲ"
    assert decode(b"\x1b(I12\x1b(B", "text/plain; charset=iso-2022-jp", markup=False) == "ｱｲ"
    body = JAPANESE.encode("euc_jp") + b"\xff" + JAPANESE.encode("euc_jp")
    found = decode(body, "text/plain; charset=euc-jp", markup=False)
    assert found == f"{JAPANESE}\ufffd{JAPANESE}"


@pytest.mark.parametrize("label", ["gbk", "gb2312", "gb18030"])
def test_encoding_standard_the_octet_80_of_chinese_text_is_the_euro_sign(label: str):
    body = "价格".encode("gbk") + b" \x80 5, " + "丂亐".encode("gbk") + b"\x80\x80.\xff"
    text = "价格 € 5, 丂亐€€.\ufffd" + "。" * 20
    body += "。".encode("gbk") * 20
    assert decode(body, f"text/plain; charset={label}", markup=False) == text
    assert "\x80" in "亐".encode("gbk").decode("latin-1")
