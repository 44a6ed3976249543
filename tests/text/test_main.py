from __future__ import annotations

import gzip
import json

import pytest

from browser.text.block import Block
from browser.text.box import Box
from browser.text.main import mark_main
from browser.text.score_fill import fill
from tests.text.pages import data, page

STORY = [
    f"Paragraph {n} of the story is about the tide, which comes in twice a day and goes out again, "
    "and takes with it whatever was left on the sand by those who did not read the tables."
    for n in range(8)
]
PARAGRAPHS = "".join(f"<p>{line}</p>" for line in STORY)


def folded(html: str) -> set[str]:
    return {line.plain for line in page(html).lines[2:] if not line.main}


def text(words: str, role: str = "text", area: str = "", linked: int = 0, box: int = 0) -> Block:
    return Block(words, words, role, {"heading": "## "}.get(role, ""), area, linked=linked, box=box)


def silent() -> str | None:
    return None


def main(blocks: list[Block], boxes: list[Box] | None = None) -> list[bool]:
    mark_main(blocks, boxes or [Box(-1, "body")], frozenset(), silent)
    return [block.main for block in blocks]


def test_a_page_is_told_apart_from_its_frame():
    html = (
        "<header class=header><a href=/>Site</a></header>"
        "<nav class=nav><ul><li><a href=/a>A</a><li><a href=/b>B</a></ul></nav>"
        f"<main class=content><article class=post><h1>Tides</h1>{PARAGRAPHS}"
        "<table><tr><th>Day<th>Time<tr><td>Tue<td>04:31</table>"
        f"<p>{STORY[0]}</article></main>"
        "<footer class=footer><p>© The site</footer>"
    )
    assert folded(html) == {"Site", "A", "B", "© The site"}


def test_related_stories_and_sharing_beside_the_text_are_folded():
    beside = "".join(f"<li><a href=/{n}>Another story number {n}</a>" for n in range(6))
    html = (
        f"<article class=article-body><h1>Tides</h1>{PARAGRAPHS}</article>"
        f"<div class=related-posts><h3>Related</h3><ul>{beside}</ul></div>"
        "<div class=social-share><a href=/f>Share on Facebook</a></div>"
    )
    assert {"Another story number 3", "Share on Facebook"} <= folded(html)
    assert not folded(html) & {"Tides", *STORY}


def test_a_thread_keeps_all_its_posts():
    posts = "".join(
        f"<div class=post id=post-{n}><div class=post-body><p>Member {n} writes: {line}</p>"
        "<p>Thanks, that helped me.</p></div></div>"
        for n, line in enumerate(STORY * 2)
    )
    html = (
        "<nav class=nav><a href=/>Forum index</a></nav>"
        f"<div class=thread><h1>When is low tide?</h1>{posts}</div>"
    )
    assert folded(html) == {"Forum index"}


def test_a_product_keeps_its_facts():
    html = (
        "<nav class=nav><a href=/>Shop</a></nav>"
        "<main class=product-page><h1>Tide clock</h1><p>$49.00</p>"
        "<div class=product-description><p>A clock that shows the tide of the nearest harbour, "
        "made of oak and brass, with a movement that follows the moon.</p></div>"
        "<table class=specs><tr><th>Weight<td>420 g<tr><th>Width<td>18 cm<tr><th>Battery<td>AA"
        "</table></main>"
    )
    assert folded(html) - {"Tide clock"} == {"Shop"}  # the display shows a title all the same


def test_headings_between_main_blocks_are_main():
    section, part = text("Section", "heading"), text("Part", "heading")
    assert all(main([*map(text, STORY[:4]), section, part, *map(text, STORY[4:])]))


def test_a_heading_before_something_else_is_judged_like_any_block():
    boxes = [Box(-1, "body"), Box(0, "article", "article-body"), Box(0, "div", "related-posts")]
    story = [text(line, box=1) for line in STORY]
    beside = [text("Related stories", "heading", box=2), text("One more tide", linked=13, box=2)]
    assert main([*story, *beside], boxes) == [True] * 8 + [False] * 2


def test_a_table_whose_rows_are_main_for_the_most_part_is_main():
    def rows(*are_main: bool) -> list[bool]:
        blocks = [Block("a", "a", "row", "| ", main=one) for one in are_main]
        fill(blocks)
        return [block.main for block in blocks]

    assert rows(False, True, True, False) == [True] * 4
    assert rows(True, False, False, False) == [True, False, False, False]


def test_short_blocks_between_main_ones_are_main():
    assert all(main([*map(text, STORY[:4]), text("* * *"), *map(text, STORY[4:])]))


def test_a_blank_line_of_code_goes_with_the_line_before():
    blocks = [*map(text, STORY), text("x = tide(now)", "code"), text("", "code")]
    found = main(blocks)
    assert found[-1] == found[-2]


def test_words_of_the_footer_are_main_only_as_prose():
    notice = text("© The site", area="footer")
    prose = text(STORY[0], area="footer")
    assert main([*map(text, STORY), notice]) == [True] * 8 + [False]
    assert main([notice, text("Home", area="navigation")]) == [True, True]
    assert any(main([prose, text("Home", area="navigation", linked=4)]))


def test_a_page_without_a_main_text_folds_nothing_but_its_frame():
    html = (
        "<nav class=nav><a href=/>Start</a></nav><div>"
        + "".join(f"<div><a href=/{n}>Entry {n}</a></div>" for n in range(30))
        + "</div><footer class=footer><a href=/imprint>Imprint</a></footer>"
    )
    assert folded(html) == {"Start", "Imprint"}


def test_a_page_that_is_all_frame_is_shown():
    assert main([text("a", area="footer"), text("b", area="header")]) == [True, True]


def test_nothing_is_main_of_nothing():
    assert main([]) == []


def test_a_sure_page_does_not_ask_the_other_judge():
    def asked() -> str | None:
        pytest.fail("asked")

    boxes = [Box(-1, "body"), Box(0, "article", "article-body")]
    mark_main([text(line, box=1) for line in STORY], boxes, frozenset({"newsarticle"}), asked)


def test_odd_containers_do_no_harm():
    boxes = [Box(-1, "body")]
    boxes += [Box(n, "div", "nav " * 500, "x" * 5000) for n in range(3000)]
    blocks = [text("\ud800" + STORY[0], box=n) for n in range(0, 3000, 100)]
    assert any(main(blocks, boxes))


@pytest.mark.parametrize("corpus", ["aeb", "readability"])
def test_real_articles_are_found(corpus: str):
    gold = data("pages", corpus, "gold.jsonl")
    kept = wanted = 0
    with gold.open(encoding="utf-8") as lines:
        for record in [json.loads(line) for line in lines][::12]:
            packed = gold.parent / "pages" / f"{record['id']}.html.gz"
            made = page(gzip.decompress(packed.read_bytes()).decode("utf-8", "replace"))
            words = {w for line in made.lines if line.main for w in line.plain.split()}
            own = set(record["gold"].split())
            kept += len(own & words)
            wanted += len(own)
    assert kept > 0.9 * wanted


def test_what_stands_on_a_page_twice_is_main_once():
    text = "".join(
        f"<p>Paragraph {n} tells how the harbour got its third pier.</p>" for n in range(6)
    )
    html = f"<main><h1>Piers</h1><div class=wide>{text}</div><div class=narrow>{text}</div></main>"
    told = [line for line in page(html).lines if line.plain.startswith("Paragraph")]
    assert [line.main for line in told] == [True] * 6 + [False] * 6


def test_a_refrain_stays():
    verse = "<p>The pier went out, the pier came in, and nobody remembers why it did.</p>" * 4
    html = f"<main><article><h1>Song</h1>{verse}<p>A verse between the two of them.</p>{verse}"
    assert all(line.main for line in page(html).lines if line.plain.startswith("The pier"))


def test_a_code_line_that_is_one_link_and_ends_in_white_space_is_scored_too():
    html = f"<article class=post><h1>Tides</h1>{PARAGRAPHS}</article>"
    lines = "".join(
        f"\t\tline {n} of a listing that is long enough to count\t\t\n" for n in range(9)
    )
    assert set(STORY).isdisjoint(folded(f"{html}<pre><a href=/x>{lines}</a></pre>"))
