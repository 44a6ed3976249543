from __future__ import annotations

import pytest
from trafilatura import load_html

from browser.text.meta import About, about

LD = (
    '{"@context":"https://schema.org","@type":"Article","datePublished":"2023-03-13T08:00:00Z",'
    '"dateModified":"2024-01-01","author":{"@type":"Person","name":"Ines Calloway"}}'
)


def read(head: str, body: str = "<p>Words.") -> About:
    return about(load_html(f"<html><head><title>T</title>{head}</head><body>{body}</body></html>"))


@pytest.mark.parametrize(
    "head",
    [
        "<meta property=article:published_time content=2023-03-13T08:00:00+01:00>",
        "<meta name=date content=2023-03-13>",
        "<meta itemprop=datePublished content=2023-03-13>",
        f"<script type=application/ld+json>{LD}</script>",
    ],
)
def test_the_date_of_publication_is_read(head: str):
    assert read(head).published == "2023-03-13"


def test_a_time_element_is_a_date():
    assert (
        read("", "<p>By me, <time datetime=2023-03-13 pubdate>13 March</time> words").published
        == "2023-03-13"
    )


@pytest.mark.parametrize(
    "head",
    [
        "<meta name=author content='Ines Calloway'>",
        "<meta property=article:author content='Ines Calloway'>",
        f"<script type=application/ld+json>{LD}</script>",
    ],
)
def test_the_author_is_read(head: str):
    assert read(head).author == "Ines Calloway"


def test_a_page_that_says_nothing_has_neither():
    assert read("") == About(None, None)


@pytest.mark.parametrize(
    "json", ["{", "null", "[]", '{"@type": 7}', '{"author": [[[]]]}', "[" * 5000]
)
def test_broken_metadata_cost_nothing_but_themselves(json: str):
    head = f"<script type=application/ld+json>{json}</script><meta name=date content=2023-03-13>"
    assert read(head).published == "2023-03-13"


def test_an_author_is_one_clean_line():
    assert (
        read("<meta name=author content='Ines \u202e\n Calloway\u200b'>").author == "Ines Calloway"
    )
