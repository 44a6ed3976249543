from __future__ import annotations

import pytest

from browser.model.page import Page
from browser.text import render
from browser.text.csv_rows import find_separator


def page(text: str, kind: str = "text/csv") -> Page:
    return render(text.encode(), f"{kind}; charset=utf-8", "https://data.example/tides.csv")


def lines(text: str, kind: str = "text/csv") -> list[str]:
    return [line.text for line in page(text, kind).lines[2:]]


def test_every_record_is_a_row():
    found = page("place,height\r\nNorth pier,4.2\r\n")
    assert [line.text for line in found.lines[2:]] == [
        "| place | height |",
        "| North pier | 4.2 |",
    ]
    assert found.lines[3].plain == "North pier\t4.2"
    assert {line.role for line in found.lines[2:]} == {"row"}
    assert found.title == "tides.csv"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_told_from_the_rows(separator: str):
    text = "\n".join(separator.join(row) for row in ("abc", "123", "456"))
    assert lines(text)[1] == "| 1 | 2 | 3 |"
    assert find_separator(text) == separator


def test_a_decimal_comma_does_not_cut_a_row_of_semicolons():
    assert lines("a;b\n1,5;2,5\n3,5;4,5\n") == ["| a | b |", "| 1,5 | 2,5 |", "| 3,5 | 4,5 |"]


def test_commas_in_a_file_of_tabs_are_text():
    assert lines("a, b\tc\n1, 2\t3", "text/tab-separated-values") == [
        "| a, b | c |",
        "| 1, 2 | 3 |",
    ]


def test_quoted_cells_hold_separators_quotes_and_line_breaks():
    assert lines('a,b\n"x, ""y""\nz",2\n') == ["| a | b |", '| x, "y" z | 2 |']


def test_rows_may_have_any_number_of_cells():
    assert lines("a,b,c\n1\n1,,3,4\n,,\n\n2,3,4\n") == [
        "| a | b | c |",
        "| 1 |",
        "| 1 |  | 3 | 4 |",
        "| 2 | 3 | 4 |",
    ]


def test_a_quote_that_never_ends_does_not_swallow_the_rows():
    found = lines('a,b\n"lost,1\n' + "2,3\n" * 3000)
    assert found[1] == '| "lost | 1 |'
    assert len(found) == 3002


def test_one_column_is_plain_text():
    found = page("just words\nand more\n")
    assert [line.role for line in found.lines[2:]] == ["text", "text"]


def test_a_cell_that_is_an_address_is_a_link():
    found = page(
        "name,url\nx,https://o.example/a\ny,https://data.example/b\nz,see http://n.example\n"
    )
    assert found.lines[3].text == "| x | 【0†https://o.example/a†o.example】 |"
    assert [link.url for link in found.links] == ["https://o.example/a", "https://data.example/b"]


def test_a_huge_cell_is_not_lost():
    found = page("a,b\n1," + "word " * 60_000 + "end\n")
    assert found.lines[-1].plain.endswith("end")
    assert not found.truncated


def test_a_table_of_too_many_rows_says_so():
    found = page("a,b\n" + "1,2\n" * 60_000)
    assert found.truncated
    assert found.lines[-1].role == "note"


def test_a_cell_cannot_forge_a_marker():
    assert lines("a,b\n【1†x】,2")[1] == "| 〖1‡x〗 | 2 |"


def test_a_stray_carriage_return_ends_a_line_and_quoting_goes_on():
    assert lines('name,n\n"Doe, John",1\nbad\rcell,3\n') == [
        "| name | n |",
        "| Doe, John | 1 |",
        "| bad |",
        "| cell | 3 |",
    ]


def test_carriage_returns_alone_end_lines():
    assert lines('name,n\r"Doe, John",1\r"Roe, Jane",2\r') == [
        "| name | n |",
        "| Doe, John | 1 |",
        "| Roe, Jane | 2 |",
    ]
