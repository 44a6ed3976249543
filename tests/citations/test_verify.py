"""Quoted phrases of an answer, compared with the lines that their sentence cites."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from browser.model.page import Line
from browser.resolve import resolved
from browser.text import cite, quoted, said
from tests.citations.answers import ARTICLE, answered, shown
from tests.text.pages import made

PAGE = ARTICLE.page


def faults(text: str) -> list[tuple[str, str]]:
    done = answered(text, "plain", verify=True)
    return [(fault["text"], fault["reason"]) for fault in done.misquoted]


def test_a_phrase_that_stands_in_the_cited_lines_is_not_reported():
    assert faults('It says "the lamp was lit again" 【1†L2】.') == []
    assert answered("“not at all there” 【1†L2】").misquoted == [], "nobody asked"


def test_a_phrase_that_does_not_is_reported_with_its_place():
    answer = "😀 He “will never return”, it says 【1†L2】【3†L2】."
    done = answered(answer, "plain", verify=True)
    assert done.misquoted == [
        {
            "text": "will never return",
            "start_index": 6,
            "end_index": 23,
            "markers": ["【1†L2】", "【3†L2】"],
            "reason": "not_on_page",
            "found": None,
        }
    ]
    assert done.text[6:23] == "will never return"


def test_a_phrase_of_other_lines_is_reported_with_the_right_citation():
    [fault] = answered("Its cost: “5% more than planned” 【1†L2】.", verify=True).misquoted
    assert fault["reason"] == "elsewhere_on_page"
    assert fault["found"] == {
        "cursor": 1, "start_line": 4, "end_line": 4, "citation": "【1†L4】",
    }  # fmt: skip
    [fault] = answered("“a baker — did not agree” 【3†L2】【1†L5】.", verify=True).misquoted
    assert fault["found"]["citation"] == "【1†L5-L6】"
    assert faults(f"“a baker — did not agree” {fault['found']['citation']}.") == []


@pytest.mark.parametrize(
    "phrase",
    [
        "THE LAMP was lit", "the  lamp\nwas lit", "the lamp was lit again,",
        "The **lamp** was _lit_", "[T]he lamp was lit", "The lamp … on 1 March",
        "The lamp ... on 1 March.", "[It] was lit again",
        "lamp [of the harbour] was lit", "…lit again on", "it will burn, the keeper said",
        "It will burn,' the keeper", "the keepers wife - a baker", "the keeper’s wife, a baker",
        "did not agree", "1,200 euros", "5% more", "lámp was lit",
    ],
)  # fmt: skip
def test_what_a_person_would_accept_is_accepted(phrase: str):
    assert faults(f"So “{phrase}” 【1†L2-L7】.") == []


@pytest.mark.parametrize(
    "phrase",
    [
        "the lamps were lit", "lamp again was lit", "amp was lit", "on 1 Marc",
        "1 March … the lamp", "12,00 euros", "5 more than", "5€ more than",
        "was not lit", "the keepers wife, no baker",
    ],
)  # fmt: skip
def test_other_words_or_another_order_are_reported(phrase: str):
    assert faults(f"So “{phrase}” 【1†L2-L7】.") == [(phrase, "not_on_page")]


def test_a_figure_s_sign_counts():
    page = shown(made("It was -5 degrees, from 1914-1918."))
    for phrase, count in [("was -5 degrees", 0), ("was −5 degrees", 0), ("was 5 degrees", 1),
                          ("from 1914–1918", 0)]:  # fmt: skip
        done = resolved(f"“{phrase}” 【0†L2】", "keep", {0: page}, {}, verify=True)
        assert len(done.misquoted) == count, phrase


def test_numbers_of_footnotes_on_the_page_are_not_its_words():
    page = shown(made("The lamp[12] was lit[a] again.[citation needed] Soon after."))
    done = resolved("“lamp was lit again. Soon” 【0†L2】", "keep", {0: page}, {}, verify=True)
    assert done.misquoted == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"{}" 【1†L2】', 1), ("„{}“ 【1†L2】", 1), ("„{}” 【1†L2】", 1), ("«{}» 【1†L2】", 1),
        ("»{}« 【1†L2】", 1), ("‚{}‘ 【1†L2】", 1), ("「{}」【1†L2】", 1), ("『{}』【1†L2】", 1),
        ('He said: "{}."【1†L2】', 1), ('【1†L2】 "{}"', 1), ('"{}". 【1†L2】 More.', 1),
        ('"{}" of Dr. Who cost 3.5 euros, e.g. much 【1†L2】.', 1),
        ('"{}," said J. R. Smith at 5 p.m. in the U.S. 【1†L2】.', 1),
        ('"One. Two! {}?" he asked 【1†L2】.', 1),
        ('"{}" he said. Another sentence 【1†L2】.', 0), ('"{}." Another one 【1†L2】.', 0),
        ('Cited 【1†L2】. "{}" is not.', 0), ('- "{}"\n- cited 【1†L2】', 0),
        ('"{}"\n\nCited 【1†L2】', 0), ('1. "{}"\n2. Two 【1†L2】', 0),
        ("「{}」と言った。次の文【1†L2】。", 0), ("他の文。「{}」と言った。【1†L2】次", 1),
        ('"{}"', 0), ('`"{}"` 【1†L2】', 0), ('```\n"{}" 【1†L2】\n```', 0),
        ('a 6" pipe and 8" pipe, {} 【1†L2】', 0), ("don’t {} won’t 【1†L2】", 0),
        ('"single" 【1†L2】 {}', 0), ('"{}" 【99†L1】', 0), ('"{}" 【99†L1】【1†L2】', 1),
        ('"{}\nsoft wrapped" 【1†L2】', 1), ('"{}\n\nanother" 【1†L2】', 0),
        ('"{}\n- an item" 【1†L2】', 0), ('"{}\nof\nthree" 【1†L2】', 0),
        ('"unpaired\n"{}" 【1†L2】', 1), ('a 6" pipe\n8" {} 【1†L2】', 0),
        ("‘{}’ 【1†L2】", 1), ("‘{},’ he said 【1†L2】", 1), ("‘{}\nwrapped’ 【1†L2】", 1),
        ("‘don’t {}’ 【1†L2】", 1), ("“a ‘{}’ b” 【1†L2】", 1), ("‘a “{}” b’ 【1†L2】", 1),
        ("the ‘90s {} dogs’ bowls 【1†L2】", 0), ("‘Twas {} the dogs’ bowls 【1†L2】", 0),
        ("Hawai‘i {} dogs’ bowls 【1†L2】", 0), ("‘ {} ’ 【1†L2】", 0),
        ("the keepers’ {} dogs’ bowls 【1†L2】", 0),
        ("‹{}› 【1†L2】", 1), ("›{}‹ 【1†L2】", 1), ("Home › {} › Docs 【1†L2】", 0),
        ("｢{}｣【1†L2】", 1), ("《{}》【1†L2】", 1),
        ('He said "{}."\n\n【1†L2】', 1), ("“{}”\n\n  \n【1†L2】 【3†L2】\n\nMore.", 1),
        ("“{}”\n\n【1†L2】\n\n【3†L2】", 1), ("“{}.” Another one.\n\n【1†L2】", 0),
        ("“{}”\n\n【1†L2】 It says so.", 0), ("“{}”\n\n- 【1†L2】", 0), ("“{}”\n\n【99†L2】", 0),
        ("“{}\nsoft wrapped” 【1†L2】", 1),
    ],
)  # fmt: skip
def test_phrases_are_those_of_a_sentence_that_is_cited(text: str, found: int):
    assert len(faults(text.format("words that never were"))) == found


def test_a_marker_inside_a_quote_is_not_of_its_words():
    assert faults("He said “the lamp 【1†L2】 was lit”.") == []
    [fault] = answered("“lamp 【1†L2】 is out” x", "plain", verify=True).misquoted
    assert fault["text"] == "lamp [1] is out"


def test_a_marker_alone_belongs_to_the_sentence_before_it():
    done = answered("“never said”. So “the lamp was lit”.\n\n【1†L2】", "plain", verify=True)
    assert done.misquoted == []
    done = answered("“is not there” 【3†L2】\n\n【1†L2】", "plain", verify=True)
    assert done.misquoted[0]["markers"] == ["【3†L2】", "【1†L2】"]


def test_marks_of_titles_may_name_what_stands_anywhere_on_the_page():
    assert faults("《岬の先端に》という本【1†L2】。") == []
    assert faults("「岬の先端に」という本【1†L2】。") == [("岬の先端に", "elsewhere_on_page")]
    assert faults("《灯台は海の底》という本【1†L2】。") == [("灯台は海の底", "not_on_page")]


def test_a_plural_s_apostrophe_ends_no_more_than_the_words_before_it():
    page = shown(made("The dogs’ bowls were red."))
    done = resolved("‘The dogs’ bowls were red’ 【0†L2】", "keep", {0: page}, {}, verify=True)
    assert done.misquoted == []


def test_a_title_may_be_quoted_and_a_whole_page_cited():
    titled = shown(replace(PAGE, title="Night Watch at Sea"))
    done = resolved("“Night Watch at Sea” 【0†L2】", "keep", {0: titled}, {}, verify=True)
    assert done.misquoted == []
    assert faults("“5% more than planned” 【1†the article】") == []
    assert faults("“6% more than planned” 【1†the article】")[0][1] == "not_on_page"


def test_of_what_is_not_known_whole_nothing_is_said_about_the_rest():
    assert faults("“a lamp of the harbour” 【0†L4】") == []
    assert faults("“a lamp of the desert” 【0†L4】")[0][1] == "not_in_cited_lines"
    cut = shown(replace(PAGE, truncated=True))
    done = resolved("“never said that” 【0†L2】", "keep", {0: cut}, {}, verify=True)
    assert done.misquoted[0]["reason"] == "not_in_cited_lines"


@pytest.mark.parametrize("phrase", ["灯台は、岬の先端", "灯台は 岬の先端", "岬の…建てられた"])
def test_scripts_without_spaces_are_compared_too(phrase: str):
    assert faults(f"「{phrase}」とある【1†L7】。") == []
    assert faults("「灯台は海の底」とある【1†L7】。") == [("灯台は海の底", "not_on_page")]


def test_hindi_vowels_count():
    page = shown(made("कोहरे वाली रात में नावें लौट आती थीं।"))
    done = resolved("“वाली रात में” “वाला रात में” 【0†L2】", "keep", {0: page}, {}, verify=True)
    assert [fault["text"] for fault in done.misquoted] == ["वाला रात में"]


WORDS = st.lists(
    st.sampled_from(["a", "b", "the", "Lamp's", "1,5", "灯台", "x.", "“y”", "—", "ø", "é"]),
    min_size=1,
    max_size=9,
)


@settings(max_examples=120, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=5), st.data())
def test_every_run_of_words_of_a_page_is_found_where_it_stands(rows: list[list[str]], data):
    lines = [" ".join(row) for row in rows]
    glue = data.draw(st.sampled_from([" ", "\n"]))
    page = made(*(Line(0, line, line, glue=glue) for line in lines))
    flat = [(n + 2, word) for n, row in enumerate(rows) for word in row]
    a = data.draw(st.integers(0, len(flat) - 1))
    b = data.draw(st.integers(a, len(flat) - 1))
    wanted = said.parts(" ".join(word for _, word in flat[a : b + 1]))
    if wanted:
        assert said.place(page, wanted, flat[a][0], flat[b][0])
        place = said.place(page, wanted)
        assert place is not None
        assert place <= (flat[b][0], flat[b][0])
        assert said.place(page, wanted, *place) == place


TEXTS = st.text(alphabet="a B.\"“”„‘’‹›《》｢｣«»「」。…[]()1-\n `'*【†】L2é灯", max_size=60)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_any_text_is_read(text: str):
    text = f"{text}【1†L2】{text}"
    markers = list(cite.markers(text))
    last = 0
    for phrase in quoted.phrases(text, markers, []):
        assert last <= phrase.start <= phrase.end <= len(text)
        assert phrase.markers
        last = phrase.end
        said.parts(text[phrase.start : phrase.end])
