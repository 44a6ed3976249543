"""Images that say what the page says in letters beside them are left out; others stay."""

from __future__ import annotations

import pytest

from tests.text.pages import page, shown


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<p><img alt='A cat'> A cat sleeps", ["A cat sleeps"]),
        ("<p><a href=/x><img alt=Home> Home</a>", ["【0†Home】"]),
        (
            "<a href=/x><img alt='Big Sale'></a><h3><a href=/x>Big sale</a></h3>",
            ["### 【0†Big sale】"],
        ),
        ("<p><a href=/p><img alt='Pizza Stars'></a> Pizza Stars", ["【0†Pizza Stars】"]),
        ("<img alt=Lantern><p>The lantern is lit.", ["The lantern is lit."]),
    ],
)
def test_an_image_that_repeats_the_words_beside_it_is_left_out(html: str, lines: list[str]):
    assert shown(html) == lines
    assert all(link.text for link in page(html).links)


@pytest.mark.parametrize(
    "html",
    [
        "<p><img alt='A dog'> A cat sleeps",
        "<p>See <a href=/big><img alt=Cat></a> the Cat",
        "<a href=/big><img alt=Cat></a><p>The Cat <a href=/y>sleeps</a>",
        "<img alt=One><p>Two",
        "<p>One</p><img alt=One>",
    ],
)
def test_an_image_that_says_more_or_alone_shows_a_link_stays(html: str):
    assert "[Image 0: " in "\n".join(shown(html))


def test_a_place_behind_an_image_that_is_left_out_stays_where_it_is():
    made = page("<p>before<div id=i><img alt=Pier></div><h2 id=h>The pier</h2><p id=p>text")
    assert {place: made.lines[line].plain for place, line in made.anchors.items()} == {
        "i": "The pier",
        "h": "The pier",
        "p": "text",
    }
