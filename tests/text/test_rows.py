from __future__ import annotations

from tests.text.pages import page, plain, shown

WORDS = "word " * 30


def test_a_table_row_is_one_line_of_cells():
    html = (
        "<table><caption>Fees</caption><thead><tr><th>Row<th>Price</thead>"
        "<tr><th>A<td>28 EUR</table>"
    )
    assert shown(html) == ["Fees", "| Row | Price |", "| A | 28 EUR |"]
    assert plain(html) == ["Fees", "Row\tPrice", "A\t28 EUR"]
    assert [line.role for line in page(html).lines[3:]] == ["row", "row"]


def test_empty_cells_keep_their_place():
    assert shown("<table><tr><td><td>b<td></td><tr><td>a<td> <td>c</table>") == [
        "|  | b | |",
        "| a |  | c |",
    ]


def test_a_row_without_any_text_is_nothing():
    assert shown("<p>x<table><tr><td><td></table>") == ["x"]


def test_links_lists_breaks_and_images_stay_in_their_cell():
    html = (
        "<table><tr><td><a href=/x>one</a><br>two<td><ul><li>a<li>b</ul><td><img alt=pic> z"
        "<td><a href=//o.example/>out</a></table>"
    )
    assert shown(html) == ["| 【0†one】 · two | • a • b | [Image 0: pic] z | 【1†out†o.example】 |"]


def test_a_single_cell_under_a_row_is_a_row_as_under_a_cell_that_spans_several():
    html = "<table><tr><td rowspan=2>9<td>first<tr><td>second</table><table><tr><td>alone</table>"
    assert shown(html) == ["| 9 | first |", "| 9 | second |", "alone"]


def test_a_table_for_layout_becomes_the_blocks_it_holds():
    html = f"<table><tr><td><p>{WORDS}</p><p>{WORDS}</p><td><ul><li>{WORDS}</ul></table>"
    lines = shown(html)
    assert not any("|" in line for line in lines)
    assert lines[0].startswith("word")
    assert lines[-1].startswith("  * word")


def test_a_table_in_a_table_is_read_row_by_row():
    html = "<table><tr><td>side<td><table><tr><td>a<td>b<tr><td>c<td>d</table></table>"
    assert shown(html) == ["side", "| a | b |", "| c | d |"]


def test_a_very_long_row_is_cut_like_any_text_and_loses_nothing():
    cells = "".join(f"<td>cell number {n} holds some words" for n in range(40))
    made = page(f"<table><tr>{cells}</table>")
    assert all(len(line.text) <= 200 for line in made.lines)
    joined = "".join(line.glue + line.plain for line in made.lines[2:])
    assert joined.strip() == "\t".join(f"cell number {n} holds some words" for n in range(40))
    assert made.lines[2].text.startswith("| cell number 0")
    assert made.lines[-1].text.endswith("|")


def test_header_cells_in_every_row_are_cells():
    html = (
        "<table><tr><th>Best actress<td>Michelle Yeoh<tr><th>Best actor<td>Brendan Fraser</table>"
    )
    assert shown(html) == ["| Best actress | Michelle Yeoh |", "| Best actor | Brendan Fraser |"]


def test_code_in_a_cell_is_on_one_line():
    assert shown("<table><tr><td><pre>a\n  b</pre><td>c</table>") == ["| a b | c |"]


def test_a_table_within_code_has_cells_and_no_marker_of_a_link():
    html = "<pre>a\n<table><tr><td>1\n2<td>b\n  <i>x</i><td>c</table></pre><p>y"
    assert [line for line in shown(html) if "†" in line] == []
    assert shown(html) == ["a", "1", "2 | b", "| x | c |", "y"]
