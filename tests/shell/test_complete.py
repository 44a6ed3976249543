"""What Tab offers."""

from __future__ import annotations

import pytest

from browser.shell.commands import COMMANDS
from browser.shell.complete import MANY, choices
from browser.shell.memory import Memory, Shown

TEXT = (
    "[1] Pears (http://library.test/pears)\n**viewing lines [0 - 3] of 9**\n\n"
    "L0: \nL1: URL: x\nL12: Pears."
)


@pytest.fixture
def memory() -> Memory:
    links = {
        n: {"id": n, "text": f"Link {n}", "url": f"http://www.a.test/{n}", "domain": "a.test"}
        for n in (2, 3, 21)
    }
    memory = Memory()
    memory.add(Shown(0, "", {"title": "Words", "url": ""}, {}))
    memory.add(Shown(1, TEXT, {"title": "Pears", "url": "http://library.test/pears"}, links))
    return memory


def offered(before: str, memory: Memory) -> dict[str, str]:
    return {choice.text: choice.meaning for choice in choices(before, memory)}


def test_an_empty_line_offers_every_command_with_what_it_takes(memory: Memory):
    told = offered("", memory)
    assert list(told) == list(COMMANDS)
    assert told["click"] == "N [CURSOR]: follow link N"
    assert told["back"] == "the page before"


def test_the_beginning_of_a_command_is_replaced_by_it(memory: Memory):
    assert [(each.text, each.typed) for each in choices("  sh", memory)] == [("show", 2)]
    assert set(offered("S", memory)) == {"search", "scroll", "sources", "show", "steps", "save"}


def test_link_numbers_come_with_the_text_of_the_link_shown(memory: Memory):
    everything = {"2": "Link 2 (a.test)", "3": "Link 3 (a.test)", "21": "Link 21 (a.test)"}
    assert offered("click ", memory) == everything
    assert offered("url ", memory) == everything
    assert set(offered("click 2", memory)) == {"2", "21"}
    assert set(offered("2", memory)) == {"2", "21"}


def test_cursors_come_with_titles(memory: Memory):
    for before in ("show ", "page ", "click 3 ", "3 ", "quote 1 2 "):
        assert offered(before, memory) == {"0": "Words", "1": "Pears"}, before


def test_line_numbers_come_with_their_lines(memory: Memory):
    for before in ("line 1", "quote 1", "quote 0 1"):
        assert offered(before, memory) == {"1": "URL: x", "12": "Pears."}, before


def test_addresses_seen_are_found_with_and_without_their_beginning(memory: Memory):
    assert set(offered("open ", memory)) == {
        "http://library.test/pears", "http://www.a.test/2", "http://www.a.test/3",
        "http://www.a.test/21",
    }  # fmt: skip
    assert offered("open libr", memory) == {"http://library.test/pears": "Pears"}
    assert set(offered("a.test/2", memory)) == {"http://www.a.test/2", "http://www.a.test/21"}
    memory.urls |= {f"http://many.test/{n}": "" for n in range(2 * MANY)}
    assert len(offered("open http://many", memory)) == MANY


def test_words_and_what_is_complete_offer_nothing(memory: Memory):
    for before in ("find ", "search app", "click 3 1 ", "back ", "cats and ", "save n"):
        assert offered(before, memory) == {}, before


def test_nothing_shown_offers_no_number():
    assert offered("click ", Memory()) == {}
    assert offered("quote ", Memory()) == {}


def test_help_offers_commands(memory: Memory):
    assert set(offered("help qu", memory)) == {"quote", "quit"}
