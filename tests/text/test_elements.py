from __future__ import annotations

from browser.text import elements


def test_what_is_skipped_begins_no_line():
    assert not elements.SKIPPED - {"noscript"} & elements.BLOCKS


def test_every_block_with_a_meaning_of_its_own_is_a_block():
    special = {
        "li",
        "dd",
        "blockquote",
        "tr",
        "td",
        "th",
        "table",
        *elements.HEADINGS,
        *elements.AREAS,
    }
    assert special | elements.LISTS | elements.CONTENTS | elements.VERBATIM <= elements.BLOCKS


def test_no_element_is_both_empty_and_full():
    assert not elements.VOID & (elements.BLOCKS - {"hr"})
    assert not elements.VOID & elements.RAW
    assert not elements.LOOSE & elements.FORMATTING
