"""What could be typed next: commands, and numbers and addresses of what has been shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from browser.shell.commands import ALIASES, COMMANDS, Kind
from browser.shell.memory import Memory

MANY = 200  # addresses offered at once


class Choice(NamedTuple):
    """One thing that could stand in the place of the last *typed* characters."""

    text: str
    typed: int
    meaning: str


def choices(before: str, memory: Memory) -> list[Choice]:
    """What could be typed, given the text *before* the cursor."""
    text = before.lstrip()
    word, space, rest = text.partition(" ")
    if not space:
        return [*_commands(word, typed=len(word)), *_openings(word, memory)]
    if word.isdecimal():
        word, rest = "click", text
    command = COMMANDS.get(ALIASES.get(word.lower(), word.lower()))
    if command is None or not command.parameters:
        return []
    parts = rest.split(" ")
    place = len([part for part in parts[:-1] if part])
    if place >= len(command.parameters):
        return []
    return list(_values(command.parameters[place].kind, parts[-1], memory))


def _commands(word: str, typed: int) -> Iterator[Choice]:
    for command in COMMANDS.values():
        if command.name.startswith(word.lower()):
            needs = command.usage.removeprefix(command.name).strip()
            meaning = f"{needs}: {command.meaning}" if needs else command.meaning
            yield Choice(command.name, typed, meaning)


def _openings(word: str, memory: Memory) -> Iterator[Choice]:
    """What may stand first without a command."""
    if word.isdecimal():
        yield from _values("link", word, memory)
    elif word:
        yield from _values("url", word, memory)


def _values(kind: Kind, part: str, memory: Memory) -> Iterator[Choice]:
    if kind == "command":
        yield from _commands(part, typed=len(part))
        return
    if kind == "url":
        yield from _addresses(part, memory)
        return
    here = memory.here()
    told: dict[int, str] = {}
    if kind == "cursor":
        told = memory.titles
    elif kind == "link" and here is not None:
        told = {n: f"{link['text']} ({link['domain']})" for n, link in here.links.items()}
    elif kind == "line" and here is not None:
        told = here.lines()
    for number, meaning in told.items():
        if str(number).startswith(part):
            yield Choice(str(number), len(part), meaning)


def _addresses(part: str, memory: Memory) -> Iterator[Choice]:
    """Addresses that begin with *part*, with or without their scheme, the newest first."""
    found = 0
    for url in reversed(memory.urls):
        bare = url.partition("://")[2]
        if url.startswith(part) or bare.startswith((part, f"www.{part}")):
            yield Choice(url, len(part), memory.urls[url])
            found += 1
            if found == MANY:
                return
