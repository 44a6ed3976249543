"""What is printed, whatever a page or a service sends."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import width

from browser.shell.screen import Screen

SGR = re.compile(r"\x1b\[\d*m")
LINE = (
    "L12:   * Pears ripen after the harvest, off the tree, as 【3†every gardener†garden.test】 "
    "knows who has tasted one that did not."
)


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("LINES", "1000")


def printed(text: str, *, terminal: bool = True, colour: bool = False) -> str:
    out = io.StringIO()
    Screen(out, terminal=terminal, colour=colour).show(text)
    return out.getvalue()


def test_a_line_is_wrapped_at_word_ends_below_its_text():
    lines = printed(LINE).splitlines()
    assert lines[0].startswith("L12:   * Pears ")
    assert len(lines) > 3
    assert all(line.startswith(" " * len("L12:   * ")) for line in lines[1:])
    assert all(width(line) <= 40 for line in lines)
    assert " ".join(" ".join(lines).split()) == " ".join(LINE.split()), "no word was broken"


def test_wide_characters_count_for_two():
    lines = printed("L1: " + "日本語の文章" * 20).splitlines()
    assert max(width(line) for line in lines) in {39, 40}
    assert [line[:4] for line in lines] == ["L1: ", *["    "] * (len(lines) - 1)]


def test_an_address_is_not_broken():
    url = "http://library.test/" + "long-path/" * 10
    assert url in printed(f"L1: URL: {url}")


def test_styles_are_added_and_nothing_else():
    plain, styled = printed(LINE), printed(LINE, colour=True)
    assert "\x1b[36m【3†every" in styled
    assert styled.startswith("\x1b[2mL12: \x1b[0m")
    assert SGR.sub("", styled) == plain


def test_a_pipe_gets_the_text_as_it_is():
    text = f"[1] Title (http://a.test/)\n**viewing lines [0 - 1] of 1**\n\n{LINE}"
    assert printed(text, terminal=False, colour=False) == f"{text}\n"


HOSTILE = {
    "escape": "\x1b]0;title\x07\x1b[2J\x1b[31m",
    "c1": "\x9b31m\x9d0;title\x9c\x90q\x9c",
    "bell and backspace": "\x07\x08\x08\x7f",
    "carriage return": "shown\rhidden",
    "bidi": "\u202eevil\u2066\u2069\u200f\u061c",
    "line separators": "a\u2028b\u2029c\x85d\x0be\x0cf",
    "tags": "\U000e0041\U000e007f",
    "private use": "\ue000\U000f0000",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("terminal", [True, False])
def test_no_control_character_of_a_text_reaches_the_terminal(name: str, terminal: bool):
    bad = HOSTILE[name]
    out = io.StringIO()
    screen = Screen(out, terminal=terminal)
    screen.show(f"[1] {bad}\n{bad}\nL2: {bad}")
    screen.say(bad)
    if terminal:
        screen.status(bad)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", out.getvalue().replace("\r", "", 1)
                         .replace("\x1b[K", "", 1))  # fmt: skip
    assert not set(out.getvalue()) & set("\u202e\u2066\u2069\u200f\u061c\u2028\u2029\U000e0041")


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=100))
def test_whatever_it_is_only_styles_of_ours_are_written(text: str):
    out = io.StringIO()
    Screen(out, terminal=True, colour=True).show(f"L1: {text}")
    rest = SGR.sub("", out.getvalue()).replace("\n", "")
    assert not re.search("[\x00-\x1f\x7f-\x9f]", rest)


def test_the_status_stays_on_one_line():
    out = io.StringIO()
    Screen(out, terminal=True).status("waiting 3 s for " + "日" * 100 + "\n\x1b[2J")
    line = out.getvalue().removeprefix("\r").removesuffix("\x1b[K")
    assert "\x1b" not in line
    assert "\n" not in line
    assert width(line) < 40
