from __future__ import annotations

from collections.abc import Sequence

import pytest

from browser.errors import FetchFailed
from browser.model.page import Page
from browser.model.reason import Reason
from browser.net.sandbox import Sandbox
from browser.text import codec, render
from browser.text import pdf as reader
from browser.text.pdf_page import visible
from tests.text.printed import Anchor, Area, Item, Picture, Text, column, pdf

TIDE = (
    "The tide tables of the harbour were first printed in 1871 and have been corrected by hand "
    "ever since. Each spring the harbour master compares the predicted heights with the gauge on "
    "the north pier and publishes the differences."
)
WRECK = (
    "A wreck lies off the point and shows its ribs at the lowest water of the year. It is marked "
    "on no chart, and the pilots know it by the colour of the sea above it."
)


def read(*pages: Sequence[Item], **info: str) -> Page:
    return render(pdf(pages, info), "application/pdf", "https://site.example/dir/report.pdf")


def blocks(page: Page) -> list[str]:
    """The blocks of a page, in its own words."""
    found: list[str] = []
    for line in page.lines[2:]:
        if line.glue == "\n":
            found.append(line.plain)
        else:
            found[-1] += line.glue + line.plain
    return found


def refused(body: bytes, kind: str = "application/pdf") -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        render(body, kind, "https://site.example/a.pdf")
    return caught.value


def test_lines_become_paragraphs_under_the_number_of_their_page():
    page = read(
        [*column(TIDE, 72, 700, 60), *column(WRECK, 72, 600, 60)], column(WRECK, 72, 700, 60)
    )
    assert blocks(page) == ["Page 1", TIDE, WRECK, "Page 2", WRECK]
    assert page.lines[2].text == "## Page 1"
    assert page.media_type == "application/pdf"


def test_an_indented_line_begins_a_paragraph():
    first, second = column(TIDE, 72, 700, 60), column(WRECK, 72, 700 - 12 * 4, 60)
    assert len(first) == 4
    second[0] = second[0]._replace(x=84)
    assert blocks(read([*first, *second]))[1:] == [TIDE, WRECK]


def test_a_line_that_ends_early_ends_its_paragraph():
    lines = [Text(72, 700, "Saltmere Harbour Office"), Text(72, 688, "14 Ropewalk Quay")]
    body = column(TIDE, 72, 676, 60)
    assert blocks(read([*lines, *body]))[1:] == [
        "Saltmere Harbour Office",
        "14 Ropewalk Quay",
        TIDE,
    ]


def test_items_of_a_list_stay_apart_and_whole():
    first = column("• " + TIDE, 72, 700, 60)
    second = column("• " + WRECK, 72, 700 - 12 * len(first), 60)
    assert blocks(read([*first, *second]))[1:] == ["• " + TIDE, "• " + WRECK]


def test_columns_are_read_one_after_the_other():
    left, right = column(TIDE, 50, 700, 36), column(WRECK, 320, 700, 36)
    assert blocks(read([*left, *right]))[1:] == [TIDE, WRECK]


def test_a_paragraph_goes_on_in_the_next_column():
    lines = column(TIDE, 50, 700, 36)
    half = len(lines) // 2
    moved = [line._replace(x=320, y=700 - 12 * number) for number, line in enumerate(lines[half:])]
    assert blocks(read([*lines[:half], *moved]))[1:] == [TIDE]


def test_a_word_broken_at_the_end_of_a_line_is_joined():
    lines = [
        "The corrected tables are an inter-",
        "national work of many hands. Light-",
        "house keepers wrote a state-of-the-",
        "art report on well-known reefs, well-",
        "known to pilots.",
    ]
    page = read([Text(72, 700 - 12 * n, line) for n, line in enumerate(lines)])
    found = " ".join(blocks(page)[1:])
    assert "international work" in found
    assert "Lighthouse keepers" in found
    assert "state-of-the-art report" in found
    assert "well-known to pilots" in found


def test_larger_letters_and_bold_lines_are_headings():
    page = read(
        [
            Text(72, 760, "Annual report", 20),
            Text(72, 720, "Heights", 14),
            *column(TIDE, 72, 700, 60),
            Text(72, 640, "Wrecks", bold=True),
            *column(WRECK, 72, 626, 60),
        ]
    )
    assert [line.plain for line in page.lines if line.role == "heading"] == [
        "Page 1",
        "Annual report",
        "Heights",
        "Wrecks",
    ]
    assert page.title == "Annual report"


def test_running_heads_and_feet_are_folded_and_not_glued_to_the_text():
    pages: list[list[Item]] = [
        [
            Text(72, 800, "Harbour Office, annual report"),
            *column(" ".join((TIDE.split() * 2)[5 * number : 5 * number + 30]), 72, 700, 60),
            Text(280, 40, f"Page {number} of 5"),
        ]
        for number in range(1, 6)
    ]
    page = read(*pages)
    beside = [line.plain for line in page.lines if not line.main]
    assert beside == [
        text
        for number in range(1, 6)
        for text in ("Harbour Office, annual report", f"Page {number} of 5")
    ]
    assert sum(len(block.split()) == 30 for block in blocks(page)) == 5


def test_rows_of_a_table_are_rows():
    rows = [("Place", "First", "Height"), ("North pier", "10:52", "5.6"), ("Bar", "11:33", "5.9")]
    cells = [
        Text(72 + 140 * column, 600 - 16 * row, cell)
        for row, words in enumerate(rows)
        for column, cell in enumerate(words)
    ]
    page = read([*column(TIDE, 72, 700, 60), *cells, *column(WRECK, 72, 500, 60)])
    assert [line.text for line in page.lines if line.role == "row"] == [
        "| Place | First | Height |",
        "| North pier | 10:52 | 5.6 |",
        "| Bar | 11:33 | 5.9 |",
    ]
    assert [block for block in blocks(page) if block in (TIDE, WRECK)] == [TIDE, WRECK]


def test_two_words_far_apart_are_no_table():
    page = read([Text(72, 700, "Saltmere"), Text(400, 700, "1871"), *column(TIDE, 72, 660, 60)])
    assert blocks(page) == ["Page 1", "Saltmere 1871", TIDE]


def test_links_stand_on_their_words():
    page = read(
        [
            Text(72, 700, "See the supplement to the tables for more."),
            Anchor((120, 697, 264, 710), "https://tides.example/notes?a=1&b=2"),
            Text(72, 660, "Also at https://site.example/plain today."),
            Anchor((300, 300, 400, 400), "https://picture.example/"),
            Anchor((72, 655, 90, 670), "javascript:alert(1)"),
        ]
    )
    assert [line.text for line in page.lines[3:]] == [
        "See the 【0†supplement to the tables†tides.example】 for more.",
        "Also at 【1†https://site.example/plain】 today.",
        "  * 【2†https://picture.example/†picture.example】",
    ]
    assert page.links[0].url == "https://tides.example/notes?a=1&b=2"


def test_a_link_over_two_lines_is_one():
    page = read(
        [
            Text(72, 700, "The differences of last year are published in the supplement"),
            Text(72, 688, "to the tables, which is free of charge for all who ask for it"),
            Anchor((372, 697, 432, 710), "https://tides.example/"),
            Anchor((72, 685, 150, 697), "https://tides.example/"),
        ]
    )
    assert "【0†supplement to the tables†tides.example】" in page.lines[3].text


@pytest.mark.parametrize(
    "secret",
    [
        Text(72, 500, "SECRET", mode=3),
        Text(72, 500, "SECRET", size=0.01),
        Text(-500, 500, "SECRET"),
        Text(72, 2000, "SECRET"),
        Text(72, 688, "SECRET", mode=7),
        Text(72, 500, "SECRET", white=True),
    ],
)
def test_text_that_nobody_sees_is_not_read(secret: Text):
    page = read([*column(TIDE, 72, 700, 60), secret, *column(WRECK, 72, 600, 60)])
    assert blocks(page) == ["Page 1", TIDE, WRECK]


def test_what_nobody_sees_is_counted():
    secret = Text(72, 500, "SIX OF", mode=3)
    assert read([*column(TIDE, 72, 700, 60), secret]).hidden_removed == 5
    assert read([*column(TIDE, 72, 700, 60)]).hidden_removed == 0


@pytest.mark.parametrize(
    ("behind", "is_read"),
    [
        (Area((60, 490, 400, 30)), True),
        (Area((60, 490, 400, 30), 0.5), True),
        (Area((60, 490, 400, 30), 1), False),
        (Area((60, 100, 400, 30)), False),
        (Picture(), True),
    ],
)
def test_white_words_are_read_where_something_is_painted_behind_them(behind: Item, is_read: bool):
    page = read([behind, *column(TIDE, 72, 700, 60), Text(72, 500, "Heading", white=True)])
    assert ("Heading" in blocks(page)) is is_read


def test_the_words_recognised_in_a_scan_are_read():
    page = read([Picture(), *(line._replace(mode=3) for line in column(TIDE, 72, 700, 60))])
    assert blocks(page) == ["Page 1", TIDE]


def test_pictures_of_pages_have_no_text():
    error = refused(pdf([[Picture()], [Picture()]]))
    assert error.reason is Reason.NO_TEXT
    assert "pictures" in error.sentence


def test_a_file_with_a_password_is_told():
    error = refused(pdf([column(TIDE, 72, 700, 60)], locked=True))
    assert error.reason is Reason.UNREADABLE
    assert "password" in error.sentence


@pytest.mark.parametrize("body", [b"%PDF-1.7\n" + bytes(64), b"no PDF at all", b"%PDF-1.7 " * 999])
def test_a_broken_file_is_told(body: bytes):
    error = refused(body)
    assert error.reason is Reason.UNREADABLE
    assert "broken" in error.sentence


def test_a_file_is_known_under_any_label():
    body = pdf([column(TIDE, 72, 700, 60)])
    for label in ("text/html", "application/octet-stream", "", "text/plain"):
        assert render(body, label, "https://site.example/x").media_type == "application/pdf"


def test_the_document_information_is_told():
    page = read(
        column(TIDE, 72, 700, 60),
        Title="Tide tables",
        Author="Ann Quay",
        CreationDate="D:20240102030405+01'00'",
    )
    assert (page.title, page.author, page.published) == ("Tide tables", "Ann Quay", "2024-01-02")
    assert page.language == "en-GB"


@pytest.mark.parametrize(
    "junk",
    ["", "Microsoft Word - draft 3.doc", "untitled", "report-final.indd", "(unspecified)", "-"],
)
def test_a_title_that_is_none_is_replaced_by_the_largest_letters(junk: str):
    lines = [Text(72, 760, "Tide tables of", 18), Text(72, 740, "the harbour", 18)]
    page = read([*lines, *column(TIDE, 72, 700, 60)], Title=junk)
    assert page.title == "Tide tables of the harbour"


def test_a_long_file_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reader, "MAX_PAGES", 3)
    page = read(*([Text(72, 700, f"Words of page {number}.")] for number in range(10)))
    assert page.truncated
    assert page.lines[-1].role == "note"
    assert page.lines[-1].text == "[The PDF is cut: 7 of its 10 pages are left out.]"
    assert page.lines[-2].text == "Words of page 2."


def test_a_page_that_draws_itself_or_is_missing_does_not_cost_the_others():
    body = pdf([[Text(72, 700, "First page.")], [Text(72, 700, "Second page.")]])
    broken = body.replace(b"/Kids[7 0 R 9 0 R]", b"/Kids[7 0 R 1 0 R]")
    assert broken != body
    page = render(broken, "application/pdf", "https://site.example/a.pdf")
    assert "First page." in blocks(page)


def test_ligatures_are_letters_and_leading_dots_one_mark():
    assert visible("e\ufb03cient \ufb02ow") == "efficient flow"
    assert visible("Heights . . . . . . . . . 12") == "Heights … 12"


def test_words_of_a_file_cannot_forge_a_marker():
    page = read([Text(72, 700, "a <|im_end|> <b>b</b>")])
    assert page.lines[3].text == "a <¦im_end¦> <b>b</b>"


async def test_a_form_that_draws_itself_costs_one_worker_and_no_more():
    drawn = b"/I1 Do /I1 Do"
    form = (
        b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</I1 5 0 R>>>>"
        b"/Length %d>>stream\n%b\nendstream" % (len(drawn), drawn)
    )
    body = pdf([[Picture(), Text(72, 700, "Words.")]], form=form)
    good = pdf([column(TIDE, 72, 700, 60)])
    sandbox = Sandbox(workers=1, memory_mb=64, timeout=20)
    try:
        with pytest.raises(FetchFailed) as caught:
            await sandbox.render(body, "application/pdf", "https://site.example/a.pdf")
        read = await sandbox.render(good, "application/pdf", "https://site.example/b.pdf")
    finally:
        await sandbox.aclose()
    assert caught.value.reason is Reason.UNREADABLE
    assert blocks(codec.decode(read)) == ["Page 1", TIDE]
