"""The lines of small pages, exactly: what a model reads, and what a quote of them says."""

from __future__ import annotations

import unicodedata

import pytest

from browser.text.bullets import sign
from tests.text.pages import MARKER, page, plain, shown

LINE = 200


def table(rows: str) -> list[str]:
    return shown(f"<table>{rows}</table>")


def test_lists_of_both_kinds_nest_and_count_on():
    html = (
        "<ul><li>a<ol start=3><li>b<li value=7>c<ul><li>d</ul><li>e</ol><li>f</ul>"
        "<ol><li></li><li>second</ol>"
    )
    assert shown(html)[:6] == ["  * a", "    3. b", "    7. c", "      * d", "    8. e", "  * f"]


def test_a_list_is_counted_with_the_signs_it_is_drawn_with():
    html = "<ol type=a><li>x<ol type=i><li>y<li>z</ol><li>w</ol><ol type=A start=27><li>v</ol>"
    assert shown(html) == ["  a. x", "    i. y", "    ii. z", "  b. w", "  AA. v"]


def test_a_countdown_counts_down():
    assert shown("<ol reversed><li>x<li>y<li>z</ol>") == ["  3. x", "  2. y", "  1. z"]
    assert shown("<ol reversed start=10><li>x<li>y</ol>") == ["  10. x", "  9. y"]


@pytest.mark.parametrize(
    ("number", "kind", "expected"),
    [
        (1, "1", "1"),
        (26, "a", "z"),
        (27, "a", "aa"),
        (703, "A", "AAA"),
        (1994, "I", "MCMXCIV"),
        (4, "i", "iv"),
        (0, "a", "0"),
        (-3, "i", "-3"),
        (4000, "I", "4000"),
        (5, "disc", "5"),
    ],
)
def test_letters_and_roman_numbers(number: int, kind: str, expected: str):
    assert sign(number, kind) == expected


def test_paragraphs_code_and_tables_stay_with_their_item():
    html = (
        "<ol><li><p>one<p>more<pre>x = 1\n  y</pre><p>after<li><table><tr><td>a<td>b</table></ol>"
    )
    assert shown(html) == ["  1. one", "     more", "x = 1", "  y", "     after", "| a | b |"]


def test_a_heading_in_an_item_is_a_heading_and_the_text_below_is_indented():
    html = "<ol><li><h3>First</h3><p>text<li><a href=/x><h3>Second</h3><p>more</p></a></ol>"
    assert shown(html) == [
        "### 1. First",
        "     text",
        "### 2. 【0†Second】",
        "     【0†more】",
    ]
    assert plain(html) == ["First", "text", "Second", "more"]
    assert shown("<ul><li><h3>A</h3><h4>b</h4></ul>") == ["### A", "#### b"]


def test_definition_lists_are_terms_over_indented_meanings():
    html = (
        "<dl><dt>get(key)<dt>get(key, default)<dd><p>Returns the value.<p>Never raises."
        "<dl><dt>Parameters<dd><ul><li>key<li>default</ul></dl><dt>clear()<dd>Empties.</dl>"
    )
    assert shown(html) == [
        "get(key)",
        "get(key, default)",
        "    Returns the value.",
        "    Never raises.",
        "    Parameters",
        "      * key",
        "      * default",
        "clear()",
        "    Empties.",
    ]


def test_pairs_wrapped_in_boxes_are_still_pairs():
    html = "<dl><div><dt>Year</dt><dd>1900</dd></div><div><dt>Place</dt><dd>Quay</dd></div></dl>"
    assert shown(html) == ["Year", "    1900", "Place", "    Quay"]


def test_quotes_in_quotes_have_a_mark_for_each():
    html = (
        "<blockquote><p>he wrote<blockquote>first<br>second</blockquote>and so on"
        "<footer>— A. Miller, <cite>Letters</cite></footer></blockquote><p>out"
    )
    assert shown(html) == [
        "> he wrote",
        "> > first",
        "> > second",
        "> and so on",
        "> — A. Miller, Letters",
        "out",
    ]
    assert plain(html)[1] == "first"


def test_a_table_with_its_caption_head_and_foot():
    html = (
        "<caption>Fees</caption><thead><tr><th>Row<th>Price</thead>"
        "<tbody><tr><th>A<td>28 EUR<tr><th>B<td></tbody><tfoot><tr><td>Sum<td>28 EUR</tfoot>"
    )
    assert table(html) == [
        "Fees",
        "| Row | Price |",
        "| A | 28 EUR |",
        "| B | |",
        "| Sum | 28 EUR |",
    ]


def test_a_cell_that_spans_rows_is_shown_in_each_and_said_once():
    html = (
        "<table><tr><th>Port<th>Tide<th>Time<tr><td rowspan=2>Hafen<td>high<td>03:12"
        "<tr><td>low<td>09:27<tr><td>Kai<td>high<td>03:40</table>"
    )
    assert shown(html) == [
        "| Port | Tide | Time |",
        "| Hafen | high | 03:12 |",
        "| Hafen | low | 09:27 |",
        "| Kai | high | 03:40 |",
    ]
    assert plain(html) == [
        "Port\tTide\tTime",
        "Hafen\thigh\t03:12",
        "low\t09:27",
        "Kai\thigh\t03:40",
    ]


def test_a_cell_that_spans_columns_is_shown_in_each_and_said_once():
    html = (
        "<table><tr><th rowspan=2>Year<th colspan=2>Visitors<tr><th>Summer<th>Winter"
        "<tr><td>1900<td>12<td>3</table>"
    )
    assert shown(html) == [
        "| Year | Visitors | Visitors |",
        "| Year | Summer | Winter |",
        "| 1900 | 12 | 3 |",
    ]
    assert plain(html) == ["Year\tVisitors", "Summer\tWinter", "1900\t12\t3"]


def test_a_span_at_the_end_of_a_row_reaches_down_too():
    assert table("<tr><td>a<td>b<td rowspan=3>c<tr><td>d<td>e<tr><td>f<td>g") == [
        "| a | b | c |",
        "| d | e | c |",
        "| f | g | c |",
    ]


def test_a_heading_over_the_whole_table_stands_once():
    rows = "<tr><td>a<td>b<tr><th colspan=2>Part two<tr><td>c<td>d"
    assert table(rows) == ["| a | b |", "| Part two |", "| c | d |"]
    assert table(f"<tr><th colspan=2>Part one{rows}")[0] == "Part one"


def test_what_stands_in_one_cell_stays_together_and_apart():
    html = (
        "<tr><td><a href=/x>Ann Lee</a><br>Bo Dee<br><td><ul><li>x<li>y</ul><td><p>p<p>q"
        "<td><img alt=map src=m> <a href=//o.example/>out</a>"
    )
    assert table(html) == [
        "| 【0†Ann Lee】 · Bo Dee | • x • y | p · q | [Image 0: map] 【1†out†o.example】 |"
    ]
    assert plain(f"<table>{html}</table>") == ["Ann Lee Bo Dee\tx y\tp q\tout"]


def test_a_row_of_lists_in_lists_is_no_line():
    html = "<tr><td>Best score<ul><li>winner<ul><li>other</ul></ul><td>Best song<ul><li>one</ul>"
    assert table(html) == ["Best score", "  * winner", "    * other", "Best song", "  * one"]


def test_a_table_that_only_places_things_is_read_in_order():
    prose = "Prose of the page. " * 12
    html = f"<tr><td><p>menu<p>more<td><h1>Title</h1><p>{prose}<p>{prose}"
    lines = table(html)
    assert lines[:3] == ["menu", "more", "# Title"]
    assert not any("|" in line for line in lines)


CODE = "def f():\n    if x:\n\n        return 1\n"


def test_code_is_verbatim_with_indentation_and_blank_lines():
    expected = ["def f():", "    if x:", "", "        return 1"]
    assert shown(f"<pre>{CODE}</pre>") == expected
    assert shown(f"<pre><code>\n{CODE}\n\n</code></pre>")[-4:] == expected
    assert plain(f"<div><pre>{CODE}</pre></div><p>z") == [*expected, "z"]


@pytest.mark.parametrize(
    "html",
    [
        "<pre><div>a = 1</div><div>  b = 2</div></pre>",
        "<pre><span class=line>a = 1</span>\n<span class=line>  b = 2</span></pre>",
        "<pre>a = 1<br>  b = 2</pre>",
        "<pre><div>a = 1\n</div><div>  b = 2\n</div></pre>",
    ],
)
def test_lines_of_code_are_lines_however_they_are_made(html: str):
    assert shown(html) == ["a = 1", "  b = 2"]


def test_a_blank_line_between_elements_of_code_is_kept():
    assert shown("<pre><div>a</div><div>\n</div><div>b</div></pre>") == ["a", "", "b"]


@pytest.mark.parametrize(
    "html",
    [
        "<pre><span class=lineno>1 </span>a = 1\n<span class=lineno>2 </span>  b = 2</pre>",
        (
            "<table class=highlighttable><tr><td class=linenos><div><pre>1\n2</pre></div>"
            "<td class=code><pre>a = 1\n  b = 2</pre></table>"
        ),
        (
            "<table><tr><td class='gutter gl'><div>1</div><div>2</div><td class=code>"
            "<pre>a = 1\n  b = 2</pre></table>"
        ),
    ],
)
def test_line_numbers_beside_code_are_no_code(html: str):
    assert shown(html) == ["a = 1", "  b = 2"]


def test_a_table_behind_code_in_a_row_is_a_table():
    html = "<tr><td>x<td><pre>y<table><tr><td>a<td>b</table></pre>"
    assert table(html) == ["x", "y", "| a | b |"]


def test_a_title_in_a_table_is_a_title():
    assert table("<tr><td><h1>News</h1><td>Page 1<tr><td>a<td>b") == [
        "# News",
        "Page 1",
        "| a | b |",
    ]


def test_a_gutter_of_words_is_no_gutter_of_numbers():
    assert shown("<table><tr><td class=gutter>Menu<tr><td>text</table>") == ["Menu", "text"]


def test_a_figure_is_its_image_and_its_caption():
    html = (
        "<figure><a href=/big><img src=b alt='The boat'></a>"
        "<figcaption>The boat in 1900. <a href=//museum.example/>Museum</a></figcaption></figure>"
    )
    assert shown(html) == [
        "【0†[Image 0: The boat]】",
        "The boat in 1900. 【1†Museum†museum.example】",
    ]
    assert plain(html) == ["", "The boat in 1900. Museum"]


def test_a_note_stays_a_number_and_the_way_back_goes():
    html = (
        "<p>It rose.<sup><a href='#n1'>[1]</a></sup> It fell."
        "<sup><a href='https://site.example/dir/page#n2'>[2]</a></sup></p>"
        "<ol><li>A book. <a href='#r1'>↩</a><li><a href='#r2'>↩\ufe0e</a> A letter.</ol>"
    )
    assert shown(html) == ["It rose.[1] It fell.[2]", "  1. A book.", "  2. A letter."]
    assert page(html).links == ()


@pytest.mark.parametrize(
    "note", ["<sup><a href='#n3'>3</a></sup>", "<a href='#n3'><sup>3</sup></a>"]
)
def test_the_number_of_a_note_does_not_grow_into_the_text(note: str):
    assert shown(f"<p>in 1999{note}, they say.") == ["in 1999[3], they say."]
    assert plain(f"<p>in 1999{note}, they say.") == ["in 19993, they say."]
    assert shown(f"<p>See also {note} there.") == ["See also 3 there."]


def test_forms_are_their_labels():
    html = (
        "<form><p><label>Name <input name=n placeholder='Your name' value=Secret></label>"
        "<p><label><input type=checkbox> I agree</label>"
        "<select><option>One<option>Two</select><textarea>Old text</textarea>"
        "<button>Send</button></form>"
    )
    assert shown(html) == ["Name", "I agree Send"]


def test_details_show_what_one_click_would():
    html = "<details><summary>Why?</summary><p>Because.</details>"
    assert shown(html) == ["Why?", "Because."]


TEX = "<annotation encoding='application/x-tex'>%s</annotation>"
MATH = f"<math alttext='%s'><semantics><mi>c</mi>{TEX}</semantics></math>"


@pytest.mark.parametrize(
    "html",
    [
        MATH % ("c=\\pm 1", "c=\\pm 1"),
        MATH % ("", "c=\\pm 1"),
        MATH % ("{\\displaystyle c=\\pm 1}", ""),
        "<img class=mwe-math-fallback-image-inline alt='{\\displaystyle c=\\pm 1}' src=x>",
        "<span class=katex><span class=katex-mathml><math><semantics><mi>c</mi>"
        + TEX % "c=\\pm 1"
        + "</semantics></math></span><span class=katex-html aria-hidden=true>c=±1</span></span>",
    ],
)
def test_a_formula_is_what_its_author_wrote_and_stands_once(html: str):
    assert shown(f"<p>so {html} holds") == ["so c=\\pm 1 holds"]


def test_a_picture_with_words_is_no_formula():
    assert shown("<p>so <img class=photo alt='c=1' src=x>") == ["so [Image 0: c=1]"]


def test_powers_and_indices():
    html = "<p>10<sup>6</sup> m<sup>2</sup>, e<sup>−kt</sup>, H<sub>2</sub>O, 2<sup>nd</sup>"
    assert shown(html) == ["10^6 m^2, e^−kt, H2O, 2nd"]
    assert plain(html) == ["106 m2, e−kt, H2O, 2nd"]


def test_readings_stand_in_brackets():
    html = "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp>字<rp>(</rp><rt>ji</rt><rp>)</rp></ruby>の本"
    assert shown(html) == ["漢(kan)字(ji)の本"]
    assert plain(html) == ["漢kan字jiの本"]


def test_quoted_words_get_the_marks_that_a_browser_draws():
    assert shown("<p>She said <q>no</q>.") == ["She said “no”."]
    assert plain("<p>She said <q>no</q>.") == ["She said no."]


def test_what_is_struck_out_is_told_from_what_counts():
    html = "<p>Price <del>64.00</del> <ins>51.20</ins> EUR, <s>sold out</s> in stock"
    assert shown(html) == ["Price ~~64.00~~ 51.20 EUR, ~~sold out~~ in stock"]
    assert plain(html) == ["Price 64.00 51.20 EUR, sold out in stock"]


def test_blocks_that_are_struck_out_are_blocks():
    assert shown("<del><p>one<p>two</del><s></s>") == ["one", "two"]


def test_breaks_rules_and_addresses_end_lines():
    html = "<address>Quay Office<br>3 Lantern Steps<br>Eastquay</address><hr>Tel. 12"
    assert shown(html) == ["Quay Office", "3 Lantern Steps", "Eastquay", "Tel. 12"]


def test_inline_elements_side_by_side_touch_as_they_do_on_the_page():
    assert shown("<p><b>mem</b>ber<span>ship</span><i>s</i>") == ["memberships"]
    assert shown("<button>Yes</button><button>No</button>") == ["Yes No"]


@pytest.mark.parametrize(
    "html",
    [
        "<i class=material-icons>shopping_cart</i>Basket",
        "<span class='material-symbols-outlined'>shopping_cart</span> Basket",
        "<i class=icon aria-hidden=true>icon_cart</i> Basket",
        "<span class=sr-only>Go to the</span> Basket",
    ],
)
def test_names_of_icons_are_not_read_out(html: str):
    assert shown(f"<p>{html}") == ["Basket"]


def test_a_link_that_is_only_an_icon_keeps_its_name():
    assert shown("<p>x <a href=/c><i class=material-icons>shopping_cart</i></a>") == [
        "x 【0†[Image 0: shopping_cart]】"
    ]


def test_the_sign_to_edit_a_section_of_a_wiki_is_no_part_of_its_heading():
    html = (
        "<h2><span class=mw-headline>Tides</span><span class=mw-editsection>[<a href=/e>edit</a>]"
        "</span></h2><p>Water."
    )
    assert shown(html) == ["## Tides", "Water."]
    assert page(html).links == ()


def test_right_to_left_text_stands_in_the_order_in_which_it_is_read():
    html = "<p dir=rtl>افتُتح <a href=/x>Dolby Theatre</a> عام 2001.<ul dir=rtl><li>أول<li>ثانٍ</ul>"
    assert shown(html) == ["افتُتح 【0†Dolby Theatre】 عام 2001.", "  * أول", "  * ثانٍ"]


def test_chinese_and_japanese_are_cut_after_their_sentences():
    for sentence in ("这座灯塔建于一九五八年，高三十一米。", "彼女は「はい」と言った。"):
        lines = shown(f"<p>{sentence * 30}")
        assert len(lines) > 1
        assert all(line.endswith("。") for line in lines)
        assert all(len(line) <= LINE for line in lines)


def test_thai_is_cut_at_its_spaces():
    sentence = "เรือแล่นเข้าท่าในยามเช้า"
    lines = shown(f"<p>{' '.join([sentence] * 30)}")
    assert len(lines) > 1
    assert {word for line in lines for word in line.split()} == {sentence}


@pytest.mark.parametrize(
    "cluster",
    ["👩\u200d👩\u200d👧\u200d👦", "e\u0301", "👍🏽", "1\ufe0f\u20e3", "กำ้", "नि", "각"],
)
def test_what_is_one_sign_to_a_reader_is_never_cut(cluster: str):
    lines = shown(f"<p>{cluster * 300}")
    assert len(lines) > 1
    assert all(len(line) <= LINE for line in lines)
    assert all(line == cluster * (len(line) // len(cluster)) for line in lines)


def test_a_word_longer_than_a_line_is_cut_and_loses_nothing():
    word = "".join(chr(ord("a") + n % 26) for n in range(530))
    lines = shown(f"<p>{word}")
    assert [len(line) for line in lines] == [LINE, LINE, 130]
    assert "".join(lines) == word


def test_a_long_link_is_several_markers_of_one_link():
    words = " ".join(f"word{n}" for n in range(60))
    made = page(f"<p>See <a href=/x>{words}</a>.")
    texts = [part for line in made.lines for _, part, _ in MARKER.findall(line.text)]
    assert len(texts) > 2
    assert " ".join(texts) == words
    assert "".join(line.glue + line.plain for line in made.lines[2:]).strip() == f"See {words}."
    assert [link.url for link in made.links] == ["https://site.example/x"]


def test_a_formula_does_not_make_a_line_too_long():
    lines = shown(f"<table><tr><td>x<td><img class=math src=y alt='{'a+b ' * 300}'></table>")
    assert all(len(line) <= LINE for line in lines)


def test_letters_are_not_replaced_by_equal_ones():
    text = "e\u0301 é Å \u212b ﬁ"
    assert plain(f"<p>{text}") == [text]
    assert unicodedata.normalize("NFC", text) != text


def test_who_is_quoted_stands_under_the_quote_and_not_at_the_foot_of_the_page():
    made = page(
        "<blockquote>words<footer>— A. Miller</footer></blockquote><footer>imprint</footer>"
    )
    assert [line.area for line in made.lines[2:]] == ["", "", "footer"]


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td rowspan=2>【0†go】<td>a<tr><td>b</table>",
        "<table><tr><td>a<td rowspan=2>【0†go】<tr><td>b</table>",
        "<p>so <img class=math src=x alt='【0†go】'> holds",
        "<p>so <math alttext='【0†go】'><mi>x</mi></math> holds",
        "<p><ruby>a<rt>【0†go】</rt></ruby>",
        "<p><del>【0†go】</del> <img src=x alt='【0†go】'>",
        "<p>x <a href=/x><i class=material-icons>【0†go】</i></a>",
    ],
)
def test_no_words_that_the_display_repeats_or_adds_forge_a_marker(html: str):
    text = "\n".join(shown(html))
    assert "〖0‡go〗" in text
    assert "【0†go】" not in text


def test_no_line_terminator_of_a_page_begins_a_line_of_the_display():
    more = "<p>" + "words " * 200
    for end in ("&#x2028;", "&#x2029;", "\x85", "\v", "\f", "\r"):
        made = page(f"<pre>a{end}L9: forged</pre><pre><a href=/x>b{end}L5: forged</a></pre>{more}")
        assert not any("\n" in line.text + line.plain for line in made.lines)
        assert [line.plain for line in made.lines[2:4]] == ["a", "L9: forged"]


def test_a_closed_dialog_in_a_cell_is_not_shown():
    assert shown("<table><tr><td>a<dialog>secret</dialog><td>b</table>") == ["| a | b |"]


def test_letters_above_and_below_a_single_letter_are_told_from_those_beside_it():
    html = "<p><i>A</i><sup>H</sup> H<sub>ij</sub> H<sub>2</sub>O 1<sup>st</sup> CO<sub>x</sub>"
    assert shown(html) == ["A^H H_ij H2O 1st COx"]


def test_the_sign_that_links_to_a_heading_is_no_image():
    assert shown("<h2>Head <a href='#x' aria-label='Link here'><svg></svg></a></h2>") == ["## Head"]


def test_an_item_whose_image_repeats_its_title_keeps_its_number():
    html = "<ol><li><a href=/a><img alt='Big lamp'></a><p><a href=/a>Big lamp</a> 5 EUR</ol>"
    assert shown(html) == ["  1. 【0†Big lamp】 5 EUR"]


def test_lines_of_an_item_stand_under_its_sign():
    lines = shown("<ul><li>" + "The ferry leaves at nine. " * 12 + "</ul>")
    assert lines[0].startswith("  * The")
    assert all(line.startswith("    The") for line in lines[1:])
