from __future__ import annotations

import pytest

from tests.text.pages import page, plain, shown


@pytest.mark.parametrize("level", range(1, 7))
def test_a_heading_has_its_level_in_front(level: int):
    made = page(f"<h{level}>A <b>b</b><br>c</h{level}>")
    assert (made.lines[2].text, made.lines[2].plain) == ("#" * level + " A b c", "A b c")
    assert made.lines[2].role == "heading"


def test_blocks_stand_on_lines_of_their_own():
    html = (
        "text<div>a<p>b</p>c</div><section>d</section>"
        "<figure><figcaption>e</figcaption></figure>f<hr>g"
    )
    assert shown(html) == ["text", "a", "b", "c", "d", "e", "f", "g"]


def test_inline_elements_do_not_break_words():
    assert shown("<p>mem<b>ber</b>ship<i>s</i> <span>a</span><span>b</span>") == ["memberships ab"]


def test_white_space_is_folded_as_in_a_web_browser():
    assert shown("<p>  a \n\t b&nbsp;&nbsp;c <b> d </b> e  </p>") == ["a b c d e"]


def test_a_line_break_begins_a_new_line():
    assert shown("<p>one<br>two<br><br>three") == ["one", "two", "three"]


def test_a_line_break_in_a_link_is_a_space():
    assert shown("<p><a href=/x>one<br>two</a>") == ["【0†one two】"]


def test_buttons_and_labels_side_by_side_do_not_grow_together():
    assert shown("<button>Save</button><button>Close</button><label>Name</label>") == [
        "Save Close Name"
    ]


def test_lists_are_items_with_bullets_by_depth():
    html = "<ul><li>a<ul><li>b<ul><li>c</ul><li>d</ul><li>e</ul>"
    assert shown(html) == ["  * a", "    * b", "      * c", "    * d", "  * e"]
    assert plain(html) == ["a", "b", "c", "d", "e"]
    assert {line.role for line in page(html).lines[2:]} == {"item"}


def test_ordered_lists_count_from_their_start_and_obey_values():
    html = "<ol start=3><li>c<li>d<li value=10>j<li>k</ol><ol><li>a<ul><li>x</ul><li>b</ol>"
    assert shown(html) == [
        "  3. c",
        "  4. d",
        "  10. j",
        "  11. k",
        "  1. a",
        "    * x",
        "  2. b",
    ]


@pytest.mark.parametrize("start", ["x", "", "1e9", "٣x", "9" * 40])
def test_a_start_that_is_no_small_number_does_no_harm(start: str):
    assert shown(f"<ol start='{start}'><li>a</ol>")[0].endswith(". a")


def test_a_second_paragraph_of_an_item_is_indented_without_a_bullet():
    assert shown("<ol><li><p>one<p>two</ol>") == ["  1. one", "     two"]


def test_a_heading_takes_the_number_of_its_item():
    assert shown("<ol><li><h3>Title</h3><p>text</ol>") == ["### 1. Title", "     text"]


def test_lists_in_lists_stop_being_indented_at_some_depth():
    (line,) = shown("<ul><li>" * 100 + "deep")
    assert line == "                * deep"


def test_definition_lists_are_terms_and_indented_meanings():
    html = "<dl><dt>Tide<dd>rise and fall<dd>a brand<dt>Ebb<dd>fall</dl>"
    assert shown(html) == ["Tide", "    rise and fall", "    a brand", "Ebb", "    fall"]


def test_quotes_carry_their_mark_on_every_line():
    html = f"<blockquote><p>{'One two three. ' * 20}</p><ul><li>item</ul></blockquote><p>after"
    lines = shown(html)
    assert len(lines) > 3
    assert all(line.startswith("> One two") for line in lines[:-2])
    assert lines[-2:] == ["  * item", "after"]
    assert page(html).lines[2].role == "quote"


def test_a_quote_in_a_list_item_is_a_quote():
    assert shown("<ul><li>he said<blockquote>words</blockquote></ul>") == ["  * he said", "> words"]


def test_code_is_kept_line_by_line_with_its_indentation():
    html = "<pre>\ndef f(x):\n\treturn  x\n\n    # end  </pre><p>after"
    assert plain(html) == ["def f(x):", "\treturn  x", "", "    # end  ", "after"]
    assert [line.role for line in page(html).lines[2:]] == ["code"] * 4 + ["text"]


def test_highlighted_code_is_code():
    html = "<pre><code><span>if</span> <span>a</span>:\n    <span>b</span>()</code></pre>"
    assert shown(html) == ["if a:", "    b()"]


def test_links_in_code_are_links():
    html = "<pre><a href=../>up</a>\n  <a href=f.txt>f.txt</a>   12K</pre>"
    assert shown(html) == ["【0†up】", "  【1†f.txt】   12K"]
    assert plain(html) == ["up", "  f.txt   12K"]


def test_hidden_text_in_code_is_hidden():
    assert plain("<pre>a<script>b</script><b hidden>c</b>d</pre>") == ["ad"]


def test_windows_line_ends_in_code_are_line_ends():
    assert plain("<pre>a&#13;&#10;b&#13;c</pre>") == ["a", "b", "c"]


def test_ruby_readings_stand_in_brackets_in_the_display():
    html = "<p><ruby>灯台<rp>(</rp><rt>とうだい</rt><rp>)</rp></ruby>守"
    assert shown(html) == ["灯台(とうだい)守"]
    assert plain(html) == ["灯台とうだい守"]


def test_powers_are_told_from_digits():
    assert shown(
        "<p>10<sup>6</sup> m<sup>2</sup> 10<sup>−3</sup> x<sup>n</sup> (a)<sup>2</sup>"
    ) == ["10^6 m^2 10^−3 x^n (a)^2"]
    assert plain("<p>10<sup>6</sup>") == ["106"]


@pytest.mark.parametrize(
    "html",
    ["2<sup>nd</sup>", "ACME<sup>TM</sup>", "said.<sup>3</sup>", "w<sup><a href=#n>1</a></sup>"],
)
def test_ordinals_and_notes_are_no_powers(html: str):
    assert "^" not in shown(f"<p>{html}")[0]


def test_indices_are_part_of_the_word():
    assert shown("<p>H<sub>2</sub>O") == ["H2O"]


def test_a_formula_is_shown_as_its_author_wrote_it():
    assert shown("<p>so <math alttext='E=mc^2'><mi>E</mi></math>!") == ["so E=mc^2 !"]
    tex = (
        "<math><semantics><mi>x</mi>"
        "<annotation encoding=application/x-tex>\\frac12</annotation></semantics></math>"
    )
    assert shown(f"<p>so {tex} ok") == ["so \\frac12 ok"]
    assert shown("<p>so <math><mi>x</mi><mo>+</mo><mi>y</mi></math>") == ["so x+y"]


def test_forms_show_their_labels_and_not_what_is_typed():
    html = (
        "<form><fieldset><legend>Who</legend>"
        "<label>Name <input value=SECRET placeholder=HINT></label>"
        "<select><option>One</select><textarea>T</textarea><button>Send</button></fieldset></form>"
    )
    assert shown(html) == ["Who", "Name Send"]


def test_parts_of_the_page_are_known_by_element_or_role():
    html = (
        "<header>H</header><nav>N</nav><div role=navigation>R</div>"
        "<main><header>M</header><aside>A</aside></main><aside>S</aside>"
        "<div role=complementary>C</div><footer>F</footer><div role=contentinfo>I</div>"
    )
    areas = {line.plain: line.area for line in page(html).lines[2:]}
    assert areas == {
        "H": "header",
        "N": "navigation",
        "R": "navigation",
        "M": "",
        "A": "",
        "S": "sidebar",
        "C": "sidebar",
        "F": "footer",
        "I": "footer",
    }


def test_what_is_open_at_the_end_is_closed():
    assert shown("<ul><li><b>a <a href=/x>b") == ["  * a 【0†b】"]


def test_misnested_tags_lose_nothing():
    html = (
        "<b><p>one</b> two</p></ul></li><table><p>three<tr><td>four<td>five</table>"
        "<a href=/x><b>six</a> seven</b>"
    )
    words = " ".join(plain(html)).replace("\t", " ").split()
    assert sorted(words) == sorted(["one", "two", "three", "four", "five", "six", "seven"])


def test_a_tree_as_deep_as_the_guard_allows_is_walked():
    assert shown("<div>" * 400 + "deep") == ["deep"]


def test_blank_lines_stand_within_code_and_not_around_it():
    html = "<pre>\n\n\na = 1\n\n\n\n\nb = 2\n\n\n</pre><p>after"
    assert plain(html) == ["a = 1", "", "", "b = 2", "after"]


def test_line_numbers_in_a_gutter_are_no_code():
    html = "<pre><span class=linenos>1</span>a = 1\n<span class='lineno'>2</span>b = 2</pre>"
    assert plain(html) == ["a = 1", "b = 2"]


def test_signs_to_click_are_no_text():
    html = "<h2>Rules<a class=headerlink href='#rules'>¶</a></h2><button>⧉</button><p>One.</p>"
    assert plain(html) == ["Rules", "One."]


def test_a_short_link_with_letters_stays():
    assert plain("<p><a href='#a'>A</a> <a href='#2'>2</a> <button>OK</button></p>") == ["A 2 OK"]
