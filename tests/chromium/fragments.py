"""Do source links open at their words in Chromium? ``python -m tests.chromium.fragments``.

Every link is made by the real service: it opens a page, quotes a run of lines, and its
``source_url`` is opened. What Chromium found it tells itself (``document.fragmentDirective``,
behind its switch TextFragmentAPI), where it scrolled is measured, and that the words are
highlighted is seen on a screenshot: in a colour that ``::target-text`` alone gives.

Pages: those of ``places`` (one kind of page each, where ``data-lines`` names the lines that an
element becomes), the little web, and with ``--real`` the pages of the shared data.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import gzip
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from browser.littleweb import LittleWeb, fixtures
from browser.model.page import Page as Text
from browser.text import render
from browser.text.wording import squeeze
from tests.chromium.conftest import FLAGS
from tests.chromium.looks import LOOK, PAINT, PIXELS, READ, WHERE
from tests.service.living import Talk, serving
from tests.specs.text_fragments.directives import parse
from tests.text.pages import DATA
from tests.world import World

ABOVE = "begins above"
NOT_THERE = "not rendered"  # words of a closed menu, or that a script would have shown
PLACES = Path(__file__).parent / "places"
CORPORA = ("aeb", "magic-article", "magic-forum", "newspaper", "readability", "wcxb-test")
HOST = "places.test"
KIND = "text/html; charset=utf-8"
SIZE = {"width": 1000, "height": 700}
PATIENCE = 60  # frames until a page that was scrolled stands still
LOOKS = 8  # screenshots until a highlight has to be there
_NAMED = re.compile(r"data-lines=(\d+)(?:-(\d+))?")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


class Case(NamedTuple):
    """One quote and its link.

    Attributes:
        page: Its name, for people.
        lines: First and last line.
        said: The quoted words.
        before: How often they stand further up, by the service's own lines.
        source_url: The link.
        is_main: Whether all of its lines are main content.
        named: Value of ``data-lines`` of the elements that were quoted; empty when unknown.
    """

    page: str
    lines: tuple[int, int]
    said: str
    before: int
    source_url: str
    is_main: bool
    named: str


class Seen(NamedTuple):
    """What Chromium did with a link: why it does not work, or nothing."""

    case: Case
    fault: str
    got: str


class Rig:
    """The service, the origins and Chromium."""

    def __init__(self, world: World, client: httpx.Client, chromium: Browser) -> None:
        self.world = world
        self.client = client
        context = chromium.new_context(viewport=SIZE)  # type: ignore[arg-type]
        self.tab: Page = context.new_page()
        self.eye: Page = context.new_page()

    def see(self, case: Case) -> Seen:
        """Open the link of *case* and look."""
        if ":~:" not in case.source_url:
            return Seen(case, "no directive", "")
        self.tab.goto("about:blank")
        self.tab.goto(case.source_url, wait_until="domcontentloaded")
        self.tab.add_style_tag(content=PAINT)
        found = self.tab.evaluate(LOOK, {"named": case.named, "patience": PATIENCE})
        if found is None:
            rendered = _squeezed(self.tab.evaluate("document.body.innerText"))
            return Seen(case, "not found" if _is_in(case, rendered) else NOT_THERE, "")
        painted = self._is_painted()
        raw, got, before, whole = map(_squeezed, self.tab.evaluate(READ))
        if not _matches(case, got):  # what cannot be selected, as a prompt, is not in there
            got = raw
        return Seen(case, _fault(case, found, painted, got, before, whole), got)

    def _is_painted(self) -> bool:
        """Whether the words, and hardly anything else, have the colour of a highlight."""
        for _ in range(LOOKS):  # a page may scroll slowly, and is painted some frames later
            rects = self.tab.evaluate(WHERE)
            image = base64.b64encode(self.tab.screenshot()).decode()
            seen = self.eye.evaluate(PIXELS, {"image": image, "rects": rects})
            if seen["inside"] > seen["outside"]:
                return True
        return False


def _fault(
    case: Case, found: dict[str, Any], painted: bool, got: str, before: str, whole: str
) -> str:
    said = _squeezed(case.said)
    if not found["inside"]:
        return "other element"
    if not _matches(case, got):
        return ABOVE if got.endswith(said) else "other words"
    if before.count(said) != case.before and whole.count(said) > 1:
        return "other place"
    if not found["inView"]:
        return "not scrolled to"
    return "" if painted else "not highlighted"


def _is_in(case: Case, rendered: str) -> bool:
    """Whether at least half of the quote's words are laid out by the browser at all."""
    words = [_squeezed(word) for word in case.said.split()]
    return 2 * sum(word in rendered for word in words) >= len(words)


def _matches(case: Case, got: str) -> bool:
    """Whether *got* begins as the quote does and, where its end is named, ends so too."""
    said = _squeezed(case.said)
    parts = parse(case.source_url.partition(":~:")[2])
    few = min(12, len(said), len(got))
    if not few or got[:few] != said[:few]:
        return False
    return got[-few:] == said[-few:] if parts.end else said.startswith(got)


def _squeezed(text: str) -> str:
    return squeeze(_UNSEEN.sub("", text)).replace("‡", "†")


@contextlib.contextmanager
def rig() -> Iterator[Rig]:
    """Everything, running."""
    with contextlib.ExitStack() as stack:
        world = stack.enter_context(World())
        web = stack.enter_context(LittleWeb(fixtures() / "web"))
        hosts = {HOST: f"127.0.0.1:{world.port}", "*.test": f"127.0.0.1:{web.port}"}
        client = stack.enter_context(serving(world, egress={"hosts": hosts}))
        rules = [*(f"MAP {name} {to}" for name, to in hosts.items()), "MAP * ~NOTFOUND"]
        playwright = stack.enter_context(sync_playwright())
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[
                *FLAGS,
                f"--host-resolver-rules={', '.join(rules)}",
                "--enable-blink-features=TextFragmentAPI",
            ],
        )
        stack.callback(chromium.close)
        yield Rig(world, client, chromium)


def places(rig: Rig) -> Iterator[Case]:
    """Every place that the pages of this folder name."""
    for path in sorted(PLACES.glob("*.html")):
        source = path.read_text()
        rig.world.reply(HOST, f"/{path.stem}", body=source)
        talk = Talk(rig.client)
        talk.open(f"http://{HOST}/{path.stem}")
        page = render(source.encode(), KIND, f"http://{HOST}/{path.stem}")
        for first, last in sorted({(int(a), int(b or a)) for a, b in _NAMED.findall(source)}):
            named = f"{first}-{last}" if last > first else str(first)
            case = _quoted(talk, page, path.stem, first, last, named)
            if case is None:
                raise RuntimeError(f"{path.stem}: lines {first} to {last} cannot be quoted")
            yield case


def little_web(rig: Rig, each: int, every: int = 1) -> Iterator[Case]:
    """Quotes of the pages of the little web, or of one in *every* so many."""
    root = fixtures() / "web"
    for path in sorted(root.rglob("*.html"))[::every]:
        host, *rest = path.relative_to(root).with_suffix("").parts
        url = f"http://{host}/{'/'.join(rest)}"
        yield from _some(rig, url, path.read_bytes(), path.stem, each)


def real(rig: Rig, pages: int, each: int) -> Iterator[Case]:
    """Quotes of real pages, as many of each corpus; their scripts do not run."""
    for corpus in CORPORA:
        every = sorted((DATA / "pages" / corpus / "pages").glob("*.html.gz"))
        for path in Random(corpus).sample(every, min(len(every), pages // len(CORPORA))):
            target = f"/real/{corpus}/{path.name.partition('.')[0]}"
            body = gzip.decompress(path.read_bytes())
            still = {"Content-Security-Policy": "script-src 'none'"}
            rig.world.reply(HOST, target, body=body, headers=still, kind="text/html")
            yield from _some(rig, f"http://{HOST}{target}", body, target, each)


def _some(rig: Rig, url: str, body: bytes, name: str, each: int) -> Iterator[Case]:
    """The same quotes each time, of one line and of several."""
    talk = Talk(rig.client)
    if not talk.do("open_url", url=url)["ok"]:
        return
    page = render(body, "text/html", url)
    last = page.last
    chance = Random(url)
    for _ in range(each if last > 1 else 0):
        start = chance.randint(2, last)
        end = min(start + chance.choice([0, 0, 0, 1, 2, 8]), last)
        case = _quoted(talk, page, name, start, end)
        if case is not None:
            yield case


def _quoted(
    talk: Talk, page: Text, name: str, start: int, end: int, named: str = ""
) -> Case | None:
    reply = talk.do("quote", start=start, end=end, cursor=0)
    if not reply["ok"]:
        return None
    quote = reply["quote"]
    before = "".join(_squeezed(line.plain) for line in page.lines[2:start])
    is_main = all(line.main for line in page.lines[start : quote["end"] + 1])
    times = before.count(_squeezed(quote["text"]))
    return Case(
        name, (start, quote["end"]), quote["text"], times, quote["source_url"], is_main, named
    )


class Share(NamedTuple):
    """How many links work: open at their words, which are highlighted.

    *above* is how many do so from a heading further up, *absent* how many words the browser
    does not lay out, which are not of the *total*.
    """

    good: int
    above: int
    total: int
    absent: int

    @classmethod
    def of(cls, seen: Iterable[Seen]) -> Share:
        faults = Counter(one.fault for one in seen)
        absent = faults[NOT_THERE]
        return cls(faults[""], faults[ABOVE], faults.total() - absent, absent)

    def __str__(self) -> str:
        rate = f"{100 * self.good / self.total:.1f} %" if self.total else "-"
        above = f", {self.above} more from a heading above" if self.above else ""
        absent = f"; {self.absent} quote words that Chromium does not show" if self.absent else ""
        return f"{self.good} of {self.total} ({rate}){above}{absent}"


def main() -> int:
    """Print what works and what does not."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--each", type=int, default=3, help="quotes of each page")
    parser.add_argument("--real", type=int, default=0, help="real pages of the shared data")
    parser.add_argument("--only", default="", help="part of a page's name")
    parser.add_argument("--all", action="store_true", help="print every link")
    asked = parser.parse_args()
    with rig() as running:
        kinds = {"places": places(running), "little web": little_web(running, asked.each)}
        if asked.real:
            kinds["real pages"] = real(running, asked.real, asked.each)
        for kind, cases in kinds.items():
            seen = [running.see(case) for case in cases if asked.only in case.page]
            for one in seen:
                if one.fault or asked.all:
                    where = f"{one.case.page} L{one.case.lines[0]}-L{one.case.lines[1]}"
                    print(f"  {one.fault or 'ok'}: {where}\n    {one.case.source_url}")
                    print(f"    said {one.case.said[:90]!r}\n    got  {one.got[:90]!r}")
            told = Counter(one.fault for one in seen if one.fault).most_common()
            print(f"{kind}, {len({one.case.page for one in seen})} pages:")
            print(f"  main content: {Share.of(one for one in seen if one.case.is_main)}")
            print(f"  menus, footers: {Share.of(one for one in seen if not one.case.is_main)}")
            print(f"  {', '.join(f'{count} {fault}' for fault, count in told)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
