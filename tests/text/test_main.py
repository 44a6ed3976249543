from __future__ import annotations

from browser.text.block import Block, Run
from browser.text.main import mark_main
from tests.text.pages import page

STORY = [
    f"Paragraph {n} of the story is about the tide, which comes in twice a day and goes out again, "
    "and takes with it whatever was left on the sand by those who did not read the tables."
    for n in range(8)
]


def text(words: str, role: str = "text", area: str = "", **more: bool) -> Block:
    return Block([Run(words)], role, {"heading": "## "}.get(role, ""), area, **more)


def link(words: str, area: str = "") -> Block:
    return Block([Run(words, "link", 0)], "item", "  * ", area)


def main(blocks: list[Block], judged: str | None) -> list[bool]:
    mark_main(blocks, judged)
    return [block.main for block in blocks]


def test_the_blocks_that_the_judge_names_are_main():
    blocks = [
        link("Home", "navigation"),
        *map(text, STORY),
        text("All rights reserved", area="footer"),
    ]
    assert main(blocks, "\n".join(STORY)) == [False, *[True] * 8, False]


def test_links_that_the_judge_left_out_of_a_sentence_do_not_cost_it():
    blocks = [
        Block([Run(STORY[0][:40]), Run("link", "link", 0), Run(STORY[0][44:])]),
        *map(text, STORY[1:]),
    ]
    assert all(main(blocks, "\n".join(STORY)))


def test_characters_that_only_one_side_keeps_make_no_difference():
    persian = (
        "هر پایگاه می\u200cتواند چندین نما داشته باشد و نماها را می\u200cتوان به جدول تبدیل کرد"
    )
    blocks = [text(f"{persian} {n}") for n in range(5)]
    assert all(main(blocks, "\n".join(f"{persian} {n}".replace("\u200c", "") for n in range(5))))


def test_headings_that_introduce_main_blocks_are_main_and_others_are_not():
    blocks = [
        Block([Run("Title")], "heading", "# "),
        text("Kicker"),
        text("Section", "heading"),
        *map(text, STORY),
        text("Related", "heading"),
        link("Another story with a title of some length"),
    ]
    assert main(blocks, "\n".join(STORY)) == [True, False, True, *[True] * 8, False, False]


def test_short_blocks_between_main_ones_are_main():
    blocks = [*map(text, STORY[:4]), text("* * *"), *map(text, STORY[4:])]
    assert all(main(blocks, "\n".join(STORY)))


def test_a_list_that_the_judge_dropped_is_main_where_it_is_more_than_links():
    winners = [
        Block(
            [Run(f"Film {n}", "link", n), Run(f" – {n} people who made it, producers")],
            "item",
            "  * ",
        )
        for n in range(9)
    ]
    blocks = [*map(text, STORY[:4]), *winners, *map(text, STORY[4:])]
    assert all(main(blocks, "\n".join(STORY)))


def test_a_list_of_links_between_main_blocks_is_not_main():
    links = [link(f"Read more about the thing number {n} on our site") for n in range(9)]
    blocks = [*map(text, STORY[:4]), *links, *map(text, STORY[4:])]
    assert main(blocks, "\n".join(STORY))[4:13] == [False] * 9


def test_a_list_in_an_element_named_for_what_stands_beside_is_not_main():
    asides = [
        text(f"Sponsored words number {n} that are quite long", "item", beside=True)
        for n in range(9)
    ]
    blocks = [*map(text, STORY[:4]), *asides, *map(text, STORY[4:])]
    assert main(blocks, "\n".join(STORY))[4:13] == [False] * 9


def test_rows_of_a_table_in_the_article_are_main():
    rows = [text(f"row {n}\tvalue", "row", inside=True) for n in range(3)]
    assert all(main([*map(text, STORY), *rows], "\n".join(STORY)))


def test_the_table_of_contents_is_navigation_although_the_text_repeats_its_words():
    blocks = [
        link("The ebb of it", "navigation"),
        *map(text, STORY),
        text("The ebb of it", "heading"),
        text(STORY[0]),
    ]
    assert main(blocks, "\n".join([*STORY, "The ebb of it"]))[0] is False


def test_without_an_opinion_everything_outside_the_frame_is_main():
    blocks = [
        link("Home", "navigation"),
        text("a"),
        link("b"),
        text("c", area="footer"),
        text("d", area="sidebar"),
    ]
    assert main(blocks, None) == [False, True, True, False, False]


def test_an_opinion_on_little_of_the_page_does_not_fold_the_rest():
    blocks = [text(f"Entry {n}: {STORY[n % 8]}") for n in range(60)]
    assert all(main(blocks, STORY[0] + "\n" + STORY[1]))


def test_a_page_that_is_all_frame_is_shown():
    assert main([text("a", area="footer"), text("b", area="header")], None) == [True, True]
    assert main([text(line, area="header") for line in STORY], "\n".join(STORY)) == [True] * 8


def test_a_whole_page_is_told_apart_from_its_frame():
    story = "".join(f"<p>{line}" for line in STORY)
    made = page(
        "<header><a href=/>Site</a></header>"
        "<nav><ul><li><a href=/a>A</a><li><a href=/b>B</a></ul></nav>"
        f"<main><article><h1>Tides</h1>{story}"
        "<table><tr><th>Day<th>Time<tr><td>Tue<td>04:31</table></article></main>"
        "<footer><p>© The site</footer>"
    )
    folded = {line.plain for line in made.lines[2:] if not line.main}
    assert folded == {"Site", "A", "B", "© The site"}
    assert all(line.area for line in made.lines if not line.main)


def test_a_byline_between_the_title_and_the_story_belongs():
    blocks = [
        Block([Run("The tide")], "heading", "# ", inside=True),
        text("By Ines Calloway", inside=True),
        *(text(words, inside=True) for words in STORY),
    ]
    assert all(main(blocks, "\n".join(STORY)))


def test_posts_that_the_judge_passed_over_belong_to_their_thread():
    posts = [
        text(part, inside=True)
        for n in range(8)
        for part in (f"member {n}", "Joined", "Nov 2009, far away", STORY[n])
    ]
    assert all(main(posts, "\n".join(STORY[::2]))[3:-4])


def test_a_box_of_links_between_paragraphs_stays_outside():
    blocks = [
        *(text(words, inside=True) for words in STORY[:4]),
        *(Block([Run(f"Another story {n}", "link", n)], "item", inside=True) for n in range(6)),
        *(text(words, inside=True) for words in STORY[4:]),
    ]
    assert main(blocks, "\n".join(STORY)) == [True] * 4 + [False] * 6 + [True] * 4
