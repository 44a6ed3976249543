"""Who wrote a post is shown, although it is no part of what they wrote."""

from __future__ import annotations

from browser.model.page import Line, Link, Page
from browser.text.display import window
from browser.text.kept import kept
from tests.text.pages import made

PEOPLE = tuple(
    Link(n, name, f"https://site.example/members/{name}.{n}/", "site.example")
    for n, name in enumerate(("ann", "bo", "cy", "di"))
)
NOISE = [Line(0, f"noise {n} " * 12, f"noise {n} " * 12, main=False) for n in range(6)]


def head(n: int, date: str = "Mar 6, 2024") -> list[Line]:
    name = PEOPLE[n].text
    return [
        Line(0, f"【{n}†{name}】", name, main=False, area="header"),
        Line(0, date, date, main=False, area="header"),
    ]


def thread(posts: int) -> Page:
    lines: list[Line] = []
    for n in range(posts):
        lines += [*NOISE, *head(n), Line(0, f"What {n} said.", f"What {n} said.")]
    return made(*lines, links=PEOPLE)


def test_the_writers_of_posts_are_shown_and_what_stands_above_them_is_folded():
    text = window(thread(4), 0, 10_000).text
    for n, person in enumerate(PEOPLE):
        assert f"【{n}†{person.text}】" in text
    assert text.count("lines folded") == 4
    assert "noise" not in text


def test_one_byline_makes_no_thread():
    assert not kept(thread(2))


def test_a_person_without_a_date_is_no_head_of_a_post():
    lines: list[Line] = []
    for n in range(4):
        lines += [*NOISE, *head(n, "Follow"), Line(0, "What they said.", "What they said.")]
    assert not kept(made(*lines, links=PEOPLE))


def test_what_stands_below_the_title_is_shown_as_far_as_it_is_text():
    told = made(
        *NOISE,
        Line(0, "# The pier", "The pier", "heading", main=False),
        Line(0, "It was built twice.", "It was built twice.", main=False),
        Line(0, "By Ann, 6 March 2024", "By Ann, 6 March 2024", main=False),
        Line(0, "  * Share", "Share", "item", main=False),
        Line(0, "By nobody", "By nobody", main=False),
        *NOISE,
        Line(0, "The first pier burned down.", "The first pier burned down."),
    )
    assert sorted(kept(told)) == [8, 9, 10]
