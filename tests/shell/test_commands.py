"""How a line is read."""

from __future__ import annotations

from typing import Any

import pytest

from browser.shell.commands import ALIASES, COMMANDS, Mistake, overview, parse, told


@pytest.mark.parametrize(
    ("line", "name", "parameters"),
    [
        ("search two words", "search", {"query": "two words"}),
        ("  search   'quotes stay' ", "search", {"query": "'quotes stay'"}),
        ("Search Cats", "search", {"query": "Cats"}),
        ("open https://a.example/?q=1", "open", {"url": "https://a.example/?q=1"}),
        ("open a.example/x", "open", {"url": "https://a.example/x"}),
        ("open localhost:8000", "open", {"url": "https://localhost:8000"}),
        ("open mailto:a@b.test", "open", {"url": "mailto:a@b.test"}),
        ("find 12", "find", {"pattern": "12"}),
        ("find two  spaces", "find", {"pattern": "two  spaces"}),
        ("click 3", "click", {"id": 3}),
        ("click 3 1", "click", {"id": 3, "cursor": 1}),
        ("scroll", "scroll", {}),
        ("scroll -5", "scroll", {"amount": -5}),
        ("line 12", "line", {"line": 12}),
        ("quote 4", "quote", {"start": 4, "end": 4}),
        ("quote 4 6", "quote", {"start": 4, "end": 6}),
        ("quote 4 6 1", "quote", {"start": 4, "end": 6, "cursor": 1}),
        ("quote 4-6", "quote", {"start": 4, "end": 6}),
        ("quote L4 – l6 1", "quote", {"start": 4, "end": 6, "cursor": 1}),
        ("quote L4", "quote", {"start": 4, "end": 4}),
        ("quote 【2†L4-L6】", "quote", {"start": 4, "end": 6, "cursor": 2}),
        ("quote 【2†source†L4】", "quote", {"start": 4, "end": 4, "cursor": 2}),
        ("line L12", "line", {"line": 12}),
        ("click 【3†the text†a.test】", "click", {"id": 3}),
        ("【2†L4-L6】", "line", {"line": 4, "cursor": 2}),
        ("back", "back", {}),
        ("sources", "sources", {}),
        ("url", "url", {}),
        ("show 2", "show", {"cursor": 2}),
        ("save my notes.md", "save", {"file": "my notes.md"}),
        ("help quote", "help", {"command": "quote"}),
        ("", "help", {}),
        ("?", "help", {}),
        ("exit", "quit", {}),
    ],
)
def test_a_line_becomes_a_command(line: str, name: str, parameters: dict[str, Any]):
    typed = parse(line)
    assert (typed.command.name, typed.parameters) == (name, parameters)


@pytest.mark.parametrize(
    ("line", "name", "parameters"),
    [
        ("3", "click", {"id": 3}),
        (" 3 1 ", "click", {"id": 3, "cursor": 1}),
        ("HTTP://a.test/?q=a", "open", {"url": "HTTP://a.test/?q=a"}),
        ("a.example", "open", {"url": "https://a.example"}),
        ("www.bücher.example:8080/x?y", "open", {"url": "https://www.bücher.example:8080/x?y"}),
        ("cats", "search", {"query": "cats"}),
        ("who won the 95th Academy Awards?", "search",
         {"query": "who won the 95th Academy Awards?"}),
        ("3 little pigs", "search", {"query": "3 little pigs"}),
        ("3 2 1", "search", {"query": "3 2 1"}),
        ("version 3.5", "search", {"query": "version 3.5"}),
        ("3.14159", "search", {"query": "3.14159"}),
        ("what is http://a.test/", "search", {"query": "what is http://a.test/"}),
    ],
)  # fmt: skip
def test_what_is_no_command_is_read_as_in_an_address_bar(
    line: str, name: str, parameters: dict[str, Any]
):
    typed = parse(line)
    assert (typed.command.name, typed.parameters) == (name, parameters)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("serach apple trees", "search apple trees"),
        ("scrol", "scroll"),
        ("opne http://a.test/", "open http://a.test/"),
        ("clik 3", "click 3"),
        ("hlep", "help"),
        ("source", "sources"),
    ],
)
def test_a_mistyped_command_is_not_searched_for_but_answered(line: str, meant: str):
    with pytest.raises(Mistake) as caught:
        parse(line)
    assert f"Did you mean: {meant}\n" in str(caught.value)
    assert str(caught.value).endswith(f"search {line}"), "and how to search for it all the same"


@pytest.mark.parametrize(
    "line",
    ["search", "open ", "click", "click x", "click 1 2 3", "click '1", "line", "quote", "save",
     "quote 1 2 3 4", "scroll a lot", "click 1e3", "click ٣", "click 12345678901"],
)  # fmt: skip
def test_what_a_command_cannot_use_is_answered_with_its_usage(line: str):
    with pytest.raises(Mistake) as caught:
        parse(line)
    assert str(caught.value).startswith(f"Type: {line.split(maxsplit=1)[0]} ")
    assert "for example: " in str(caught.value)


def test_words_that_begin_with_a_command_that_stands_alone_are_told_how_to_be_searched():
    with pytest.raises(Mistake, match="search back to school"):
        parse("back to school")


@pytest.mark.parametrize("line", ["!!", "---", "...", "->"])
def test_what_has_no_letter_is_no_search(line: str):
    with pytest.raises(Mistake, match="no command"):
        parse(line)


def test_a_long_mistake_is_not_repeated_whole():
    with pytest.raises(Mistake) as caught:
        parse("serach " + "x" * 10_000)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_of_a_command_is_one(name: str):
    assert parse(COMMANDS[name].example).command.name == name
    assert COMMANDS[name].example in told(name)
    assert COMMANDS[name].usage in overview()


def test_help_about_what_is_no_command_names_one():
    with pytest.raises(Mistake, match="Did you mean: help search"):
        told("serch")
    with pytest.raises(Mistake, match="Type help"):
        told("xyzzy-plugh")


def test_an_alias_stands_for_a_command_and_hides_none():
    assert set(ALIASES.values()) <= set(COMMANDS)
    assert not set(ALIASES) & set(COMMANDS)


@pytest.mark.parametrize(
    "line",
    [
        "quote x",
        "quote 3-",
        "quote 【2†title】",
        "quote 4-6 1 2",
        "click x",
        "line 3-5",
        "scroll 【1†L2】",
    ],
)
def test_what_was_meant_for_a_command_is_never_searched_for(line: str):
    with pytest.raises(Mistake, match=r"^Type: "):
        parse(line)


def test_a_marker_of_a_link_alone_is_told_how_to_follow_it():
    with pytest.raises(Mistake, match=r"click 7$"):
        parse("【7†text†a.test】")


@pytest.mark.parametrize("columns", [20, 34, 59, 60, 64, 71, 200])
def test_the_list_fits_a_terminal_and_keeps_its_columns(columns: int):
    first, *rows = overview(columns).split("\n")
    assert max(map(len, rows)) <= max(columns, 34)
    starts = [row for row in rows if not row.startswith(" ")]
    assert [row.split()[0] for row in starts] == list(COMMANDS), "what goes on is indented"
    assert " ".join(" ".join(rows).split()) == " ".join(
        " ".join(overview().split("\n")[1:]).split()
    )
    assert first == overview().split("\n")[0]
