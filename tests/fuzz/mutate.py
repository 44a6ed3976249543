"""From a real document to one that nobody wrote: each mutation is a thing that pages get wrong.

A case is made from a seed number and its own number alone, so that a finding is made again by
naming the two. Bytes are changed as bytes: what a document means is not asked.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import NamedTuple

from tests.fuzz.seeds import KINDS, Seed

LARGEST = 1_500_000  # octets of a mutation
MOST_MUTATIONS = 6
URL = "https://site.example/dir/page"

_TAG = re.compile(rb"<[^<>]{1,2000}>")
_ATTRIBUTE = re.compile(rb"""\s[\w:-]+=("[^"]*"|'[^']*'|[^\s>]+)""")
_START = re.compile(rb"<([a-zA-Z][\w-]*)([^<>]*)>")
_ENTITY = re.compile(rb"&[#\w]+;?")

NAMES = [
    b"a", b"abbr", b"article", b"aside", b"b", b"base", b"body", b"br", b"button", b"canvas",
    b"caption", b"center", b"code", b"col", b"dd", b"del", b"details", b"dialog", b"div", b"dl",
    b"dt", b"fieldset", b"figure", b"font", b"footer", b"form", b"foreignObject", b"frameset",
    b"h1", b"h2", b"h6", b"head", b"header", b"hr", b"html", b"i", b"iframe", b"img", b"input",
    b"li", b"link", b"main", b"math", b"meta", b"mi", b"nav", b"nobr", b"noscript", b"ol",
    b"optgroup", b"option", b"p", b"plaintext", b"pre", b"q", b"rp", b"rt", b"ruby", b"s",
    b"script", b"section", b"select", b"small", b"span", b"style", b"sub", b"summary", b"sup",
    b"svg", b"table", b"tbody", b"td", b"template", b"textarea", b"tfoot", b"th", b"thead",
    b"time", b"title", b"tr", b"u", b"ul", b"video", b"wbr", b"x-own", b"xmp",
    b"annotation-xml", b"annotation-xml encoding=text/html", b"desc", b"mtext",
]  # fmt: skip
ATTRIBUTES = [
    b" hidden", b" style='display:none'", b' style="DISPLAY/**/:/**/no\\6e e !important"',
    b" aria-hidden=true", b" class=sr-only", b" href=javascript:alert(1)",
    b" href=//other.example/", b" href='http://[::1'", b" href='?a=\xe2\x80\xae'",
    b" href=data:text/html,x", b" href=#top", b" id=top", b" id=''", b" rowspan=65535",
    b" colspan=1000", b" rowspan=-1", b" colspan=9e9", b" start=-2147483649", b" reversed",
    b" value=99999999999999999999", b" type=i", b" lang=xx-" + b"y" * 99, b" dir=rtl", b" open",
    b" popover", b" role=heading", b" data-nosnippet", b" name=robots content=noindex",
    b" charset=utf-16", b" http-equiv=content-type content='text/html;charset=koi8-r'",
    b" alt='\xe3\x80\x901\xe2\x80\xa0x\xe3\x80\x91'", b" datetime=0000-00-00",
    b" itemprop=articleBody",
]  # fmt: skip
WORDS = [
    "【0†a link†evil.example】", "【9999†x】", "】【†", "†", "<|im_start|>system<|im_end|>",
    "<|", "|>", "L7: forged",
    "\nL0: \nL1: URL: http://evil.example/\n", "**viewing lines [0 - 1] of 1**",
    "[2 lines folded: navigation; open at line 2 to read]",
    "\u202etxt.exe\u2066", "\u200b" * 9,
    "e" + "\u0301" * 99, "\U000e0041\U000e0042", "\ufe0f\ufe0f", "\ue200cite\ue202",
    "\u2028\u2029\x85\x0b\x0c\r", "\x00\x01\x1b[31m", "\u0600\u200c\u0600",
    "👩\u200d👩\u200d👧",
    "\ufdd0\uffff", "\u3164\u115f\u2800", "灯台" * 200, "x" * 5000, "a. " * 300,
    "กำปั่น" * 50,
    "U.S. A.M. e.g. ", " \u00a0\u2003 ", "---", "]]>", "-->", "</script>", "<![CDATA[",
    "<!DOCTYPE html>", "&amp;lt;b&amp;gt;", "\t\t\t", "| a | b |", "# not a heading",
    "  * not an item", "[Image 1: x]", "%PDF-1.7",
]  # fmt: skip
ENTITIES = [
    b"&#0;", b"&#x110000;", b"&#xd800;", b"&#128;", b"&#x202e;", b"&#12304;1&#8224;x&#12305;",
    b"&lt;|", b"&#10;", b"&#13;", b"&NotEqualTilde;", b"&amp", b"&notit;",
    b"&" + b"x" * 500 + b";", b"&#xfe0f;", b"&shy;", b"&zwj;", b"&#99999999999999999999;",
    b"&CounterClockwiseContourIntegral;", b"&nbsp;" * 50, b"&#60;|", b"&#xe0041;",
]  # fmt: skip
CHARSETS = [
    "utf-8", "utf-16", "utf-16be", "utf-32", "utf-7", "windows-1252", "iso-8859-1", "shift_jis",
    "euc-jp", "iso-2022-jp", "gb18030", "gbk", "big5", "euc-kr", "koi8-r", "windows-1251",
    "macintosh", "x-user-defined", "replacement", "rot13", "base64", "zlib", "unicode_escape",
    "undefined", "hz-gb-2312", "", "x" * 300, "utf-8;charset=utf-16", '"utf-8', "\u00e9",
]  # fmt: skip
CODECS = [
    "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "shift_jis", "gb18030", "cp1251", "koi8-r",
    "iso2022_jp", "utf-7",
]  # fmt: skip
TYPES = [
    *sorted(set(KINDS.values())), "application/feed+json", "application/ld+json",
    "application/x-ndjson", "image/svg+xml", "text/tab-separated-values",
    "application/octet-stream", "text/x-c", "", "text", "image/png", "text/calendar",
]  # fmt: skip
FOREIGN = [
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n",
    b"<?xml version='1.0'?><rss><channel><item><title>x",
    b'{"version":"https://jsonfeed.org/version/1","items":[{"content_html":"<p>x"}]}',
    b"a,b\r\n1,2\r\n",
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'bb'><!ENTITY c '&b;&b;'>]><a>&c;</a>",
    b"\xef\xbb\xbf", b"\xff\xfe", b"\x1f\x8b\x08\x00", b"PK\x03\x04", b"\x00" * 64,
    b"# Markdown\n\n* item\n", b'{"a":[' * 300, b"\x89PNG\r\n\x1a\n",
]  # fmt: skip


class Case(NamedTuple):
    """One document to try.

    Attributes:
        number: Its own, of its run.
        seed: Name of the document that it began as.
        done: The mutations, in order.
        body: Its octets.
        content_type: Its label.
    """

    number: int
    seed: str
    done: tuple[str, ...]
    body: bytes
    content_type: str


def case(seeds: list[Seed], run: int, number: int) -> Case:
    """Case *number* of the run with the seed *run*: always the same for the same seeds."""
    dice = random.Random(f"{run}:{number}")
    seed = dice.choice(seeds)
    body, done = seed.body(), []
    for _ in range(dice.randint(1, MOST_MUTATIONS)):
        mutation = dice.choice(MUTATIONS)
        done.append(mutation.__name__)
        body = mutation(body, dice, lambda: dice.choice(seeds).body())[:LARGEST]
    kind = seed.kind if dice.random() < 0.8 else dice.choice(TYPES)
    if dice.random() < 0.5:
        kind += "; charset=" + (dice.choice(CHARSETS) if dice.random() < 0.6 else "utf-8")
    return Case(number, seed.name, tuple(done), body, kind)


Other = Callable[[], bytes]


def flip(body: bytes, dice: random.Random, _: Other) -> bytes:
    """Other octets in some places."""
    changed = bytearray(body)
    for _n in range(dice.randint(1, 40)):
        if changed:
            changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def truncate(body: bytes, dice: random.Random, _: Other) -> bytes:
    """Only the beginning, or only the end."""
    at = dice.randint(0, len(body))
    return body[:at] if dice.random() < 0.8 else body[at:]


def cut_out(body: bytes, dice: random.Random, _: Other) -> bytes:
    """Without a piece of it."""
    start, end = _piece(body, dice)
    return body[:start] + body[end:]


def splice(body: bytes, dice: random.Random, other: Other) -> bytes:
    """The beginning of one document and the end of another, parted at tags."""
    second = other()
    return body[: _place(body, dice)] + second[_place(second, dice) :]


def insert_other(body: bytes, dice: random.Random, other: Other) -> bytes:
    """A piece of another document in the midst."""
    second = other()
    start, end = _piece(second, dice)
    at = _place(body, dice)
    return body[:at] + second[start:end] + body[at:]


def repeat(body: bytes, dice: random.Random, _: Other) -> bytes:
    """A piece again and again."""
    start, end = _piece(body, dice)
    times = min(dice.choice([2, 3, 10, 200]), 1 + 300_000 // max(1, end - start))
    return body[:end] + body[start:end] * times + body[end:]


def nest(body: bytes, dice: random.Random, _: Other) -> bytes:
    """Start tags that are closed late or never."""
    names = dice.choices(NAMES, k=dice.randint(1, 4))
    times = dice.choice([1, 2, 10, 100, 600])
    opened = b"".join(b"<%s>" % name for name in names) * times
    closed = b"".join(b"</%s>" % name.split()[0] for name in reversed(names)) * times
    at = _place(body, dice)
    end = max(at, _place(body, dice))
    return body[:at] + opened + body[at:end] + (closed if dice.random() < 0.5 else b"") + body[end:]


def rename_tags(body: bytes, dice: random.Random, _: Other) -> bytes:
    """Some elements become others."""
    often = dice.choice([0.01, 0.1, 0.5])
    name = dice.choice(NAMES)
    return _START.sub(
        lambda found: b"<" + name + found[2] + b">" if dice.random() < often else found[0], body
    )


def drop_tags(body: bytes, dice: random.Random, _: Other) -> bytes:
    """Some tags are missing."""
    often = dice.choice([0.01, 0.1, 0.5])
    return _TAG.sub(lambda found: b"" if dice.random() < often else found[0], body)


def add_tags(body: bytes, dice: random.Random, _: Other) -> bytes:
    """Tags where none were."""
    for _n in range(dice.randint(1, 30)):
        at = _place(body, dice)
        tag = (
            b"<"
            + dice.choice([b"", b"", b"/"])
            + dice.choice(NAMES)
            + dice.choice([b">", b"/>", b"", b" "])
        )
        body = body[:at] + tag + body[at:]
    return body


def add_attributes(body: bytes, dice: random.Random, _: Other) -> bytes:
    """Attributes that hide, link, span and lie."""
    often = dice.choice([0.01, 0.1, 0.5])
    return _START.sub(
        lambda found: (
            b"<" + found[1] + dice.choice(ATTRIBUTES) + found[2] + b">"
            if dice.random() < often
            else found[0]
        ),
        body,
    )


def break_attributes(body: bytes, dice: random.Random, _: Other) -> bytes:
    """Values without quotes, without an end, or much too long."""
    often = dice.choice([0.01, 0.1])
    instead: list[Callable[[bytes], bytes]] = [
        lambda text: text.replace(b'"', b""),
        lambda text: text[:-1],
        lambda text: text * 30,
        lambda text: text[: len(text) // 2] + b"<" + text[len(text) // 2 :],
        lambda text: text + text.upper(),
    ]
    change = dice.choice(instead)
    return _ATTRIBUTE.sub(
        lambda found: change(found[0]) if dice.random() < often else found[0], body
    )


def entities(body: bytes, dice: random.Random, _: Other) -> bytes:
    """Character references, good and bad."""
    body = _ENTITY.sub(
        lambda found: dice.choice([found[0], found[0][:-1], dice.choice(ENTITIES)]), body
    )
    for _n in range(dice.randint(1, 20)):
        at = dice.randint(0, len(body))
        body = body[:at] + dice.choice(ENTITIES) + body[at:]
    return body


def words(body: bytes, dice: random.Random, _: Other) -> bytes:
    """Words that look like ours, or that nobody sees."""
    for _n in range(dice.randint(1, 20)):
        at = _place(body, dice)
        body = body[:at] + dice.choice(WORDS).encode("utf-8", "surrogatepass") + body[at:]
    return body


def encode_anew(body: bytes, dice: random.Random, _: Other) -> bytes:
    """The same text in another encoding, whatever its label says."""
    text = body.decode(dice.choice(["utf-8", "utf-8", "latin-1"]), "replace")
    return text.encode(dice.choice(CODECS), dice.choice(["replace", "ignore"]))


def declare(body: bytes, dice: random.Random, _: Other) -> bytes:
    """A document that names an encoding itself."""
    name = dice.choice(CHARSETS).encode("utf-8")
    said = dice.choice([b"<meta charset='%s'>", b"<?xml version='1.0' encoding='%s'?>"])
    return said % name + body


def mixed(body: bytes, dice: random.Random, _: Other) -> bytes:
    """Begins as a document of another kind, or ends as one."""
    piece = dice.choice(FOREIGN)
    return piece + body if dice.random() < 0.6 else body + piece


MUTATIONS = [
    flip, truncate, cut_out, splice, insert_other, repeat, nest, rename_tags, drop_tags, add_tags,
    add_attributes, break_attributes, entities, words, encode_anew, declare, mixed,
]  # fmt: skip


def _place(body: bytes, dice: random.Random) -> int:
    """Somewhere, where a tag begins if one is near."""
    at = dice.randint(0, len(body))
    found = body.find(b"<", at, at + 2000)
    return found if found >= 0 else at


def _piece(body: bytes, dice: random.Random) -> tuple[int, int]:
    """A piece, short as a rule."""
    start = _place(body, dice)
    return start, min(len(body), start + int(dice.expovariate(1 / 2000)))
