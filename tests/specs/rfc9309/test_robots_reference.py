"""RFC 9309 read a second time, slowly: no file may open what the plain reading closes."""

from __future__ import annotations

import random
import re

from browser.model.url import Url
from browser.model.verdict import Deny
from browser.rules.robots import parse

US = "ChatGPT-User"
SITE = "https://site.example"
FILES = 3000
PLAIN = frozenset(
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#[]@!$&'()*+,;=%"
)
DECODED = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~'")

ENDS = [b"\n", b"\r\n", b"\r", b"\n\n", b"\r\r\n"]
AGENTS = [
    b"*", b"ChatGPT-User", b"chatgpt-USER", b"ChatGPT-User/2.0", b"ChatGPT-User, Other",
    b"ChatGPT", b"ChatGPT-User-Plus", b"Other", b"User", b"", b"* all", b"*bot", b"ChatGPT-User*",
    "Bücher".encode(), "ChatGPT-Usér".encode(), b"Chat GPT-User", b"ChatGPT_User", b"\xff\xfe",
]  # fmt: skip
KEYS = [
    b"User-agent", b"USER-AGENT", b"user-agent ", b" User-Agent", b"Allow", b"ALLOW", b"Disallow",
    b"disallow ", b"Dissallow", b"Disalow", b"Sitemap", b"Crawl-delay", b"Host", b"Foo",
    b"Content-Signal", b"Useragent", b"Noindex",
]  # fmt: skip
BITS = [
    b"/", b"a", b"b", b"*", b"$", b"?", b"%2F", b"%2f", b"%61", b"%41", b"%", b"%z", b"%E2%82%AC",
    "€".encode(), b"%2A", b"%24", b"=", b"&", b"index.html", b"\xff", b".", b"//", b"'", b"%3F",
]  # fmt: skip
STARTS = [b"", b"", b"", b"\xef\xbb\xbf", b"\xef\xbb", b"\xef", b"\n", b"\r", b"# hello\n"]


def spelled(octets: bytes) -> str:
    """One octet after the other: RFC 9309 2.2.2."""
    out, place = "", 0
    while place < len(octets):
        pair = octets[place + 1 : place + 3]
        if octets[place] == 0x25 and re.fullmatch(rb"[0-9A-Fa-f]{2}", pair):
            octet = int(pair, 16)
            out += chr(octet) if octet in DECODED else f"%{octet:02X}"
            place += 3
            continue
        octet = octets[place]
        out += chr(octet) if octet in PLAIN else f"%{octet:02X}"
        place += 1
    return out


def rule_matches(path: bytes, target: str) -> bool:
    if not path.startswith((b"/", b"*")):
        return False
    anchored = path.endswith(b"$")
    wanted = spelled(path[:-1] if anchored else path).replace("$", "%24")
    pattern = ".*".join(re.escape(part) for part in wanted.split("*"))
    return re.match(pattern + (r"\Z" if anchored else ""), target, re.DOTALL) is not None


def weight(path: bytes) -> int:
    return len(path) + 2 * sum(octet > 127 for octet in path)


def groups(body: bytes) -> list[tuple[set[str], list[tuple[bool, bytes]]]]:
    for mark in (b"\xef\xbb\xbf", b"\xef\xbb", b"\xef"):
        if body.startswith(mark):
            body = body[len(mark) :]
            break
    found: list[tuple[set[str], list[tuple[bool, bytes]]]] = []
    naming = False
    for raw in re.split(rb"\r\n|\r|\n", body):
        line = raw.split(b"\0")[0].split(b"#")[0]
        if b":" not in line:
            continue
        key, value = (part.strip() for part in line.split(b":", 1))
        key = key.lower()
        if key in (b"user-agent", b"useragent"):
            if not naming:
                found.append((set(), []))
            naming = True
            token = re.match(rb"[A-Za-z_-]*", value)
            everyone = re.match(rb"\*(\s|\Z)", value) is not None
            found[-1][0].add("*" if everyone else token[0].decode().lower() if token else "")
        elif key in (b"allow", b"disallow", b"dissallow", b"disalow"):
            naming = False
            if found and value:
                found[-1][1].append((key == b"allow", value))
    return found


def reference(body: bytes, target: str) -> bool:
    """Whether the plain reading allows *target*."""
    all_groups = groups(body)
    name = US.lower() if any(US.lower() in agents for agents, _ in all_groups) else "*"
    matching = []
    for agents, rules in all_groups:
        for allow, path in rules if name in agents else ():
            paths = [path]
            if allow and (index := re.fullmatch(rb"(.*/)index\.htm[^/]*", path, re.DOTALL)):
                paths.append(index[1] + b"$")
            matching += [(weight(p), allow) for p in paths if rule_matches(p, target)]
    return max(matching)[1] if matching else True


def some_file(luck: random.Random) -> bytes:
    lines = luck.choice(STARTS)
    for _ in range(luck.randrange(1, 12)):
        key = luck.choice(KEYS)
        if b"ser" in key:
            value = luck.choice(AGENTS[: luck.choice([3, 3, len(AGENTS)])])
        else:
            value = luck.choice([b"/", b"/", b"", b"*", b" /"]) + some_bits(luck)
        line = key + luck.choice([b":", b": ", b" : ", b":\t"]) + value
        line += luck.choice([b"", b"", b"", b" ", b" # why", b"#x", b"\0", b"\0/"])
        lines += line + luck.choice(ENDS)
    return lines


def some_path(luck: random.Random) -> str:
    bits = [bit for bit in BITS if bit not in (b"\xff", b"//")]
    return "/" + b"".join(luck.choices(bits, k=luck.randrange(4))).decode()


def some_bits(luck: random.Random) -> bytes:
    few = luck.randrange(luck.choice([1, 3, 6]))
    return b"".join(luck.choices(BITS, k=few))


def differences(seed: int, files: int) -> tuple[list[object], int]:
    """Verdicts that differ, and how many were refusals; a doubt may only close."""
    luck = random.Random(seed)
    wrong: list[object] = []
    refused = 0
    for _ in range(files):
        body = some_file(luck)
        for path in (some_path(luck), some_path(luck), "/a", "/"):
            url = Url.parse(SITE + path)
            sent = url.target + ("?" if url.href.endswith("?") and "?" not in url.target else "")
            target = spelled(sent.encode()).replace("$", "%24").replace("*", "%2A")
            plain, ours = reference(body, target), parse(body).judge(url.href, US)
            refused += not ours.allowed
            doubt = isinstance(ours, Deny) and ours.rule is None
            if ours.allowed != plain and not (plain and doubt):
                wrong.append((body, path, plain, ours))
    return wrong, refused


def test_rfc_9309_no_file_opens_what_its_plain_reading_closes() -> None:
    wrong, refused = differences(seed=9309, files=FILES)
    assert wrong == []
    assert refused > FILES / 2, "most files refuse nothing, so little was compared"
