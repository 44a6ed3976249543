"""Every refusal has one Reason, and every Reason its place in deploy/failures.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from browser import errors
from browser.errors import BrowserError
from browser.model.reason import Reason
from browser.model.verdict import Deny
from browser.settings import Settings
from tests.house.project import ROOT, name, sources, tree
from tests.house.test_docs import settings

PAGE = ROOT / "deploy" / "failures.md"
PARTS = ["When", "The model", "The person", "The operator", "Retry"]
ERRORS = {
    kind.__name__
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, BrowserError)
}
# These name their reason themselves, for everything that raises them.
OWN_REASON = {"SearchFailed", "StateUnavailable"}
MAKERS = (ERRORS - OWN_REASON) | {Deny.__name__}


def entries() -> dict[str, str]:
    """The text below each heading of a code, by code; a code with two headings fails."""
    found: dict[str, str] = {}
    for part in re.split(r"^### ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        heading, _, text = part.partition("\n")
        code = re.fullmatch(r"`([a-z_]+)`", heading)
        assert code is not None, f"{heading!r} is no code"
        assert code[1] not in found, f"{heading} stands twice"
        found[code[1]] = re.split(r"^## ", text, flags=re.MULTILINE)[0]
    return found


def test_every_reason_has_a_heading_and_every_heading_is_a_reason():
    assert sorted(entries()) == sorted(reason.value for reason in Reason)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_says_when_it_happens_and_what_everybody_does(reason):
    text = entries().get(reason.value, "")
    parts = re.findall(r"^- \*\*([^*]+):\*\* +(\S.*(?:\n  +\S.*)*)", text, re.MULTILINE)
    assert [title for title, _ in parts] == PARTS
    assert [title for title, words in parts if len(words) < len("no.")] == []
    assert [title for title, words in parts if not words.endswith(".")] == []


def test_the_page_names_no_setting_that_does_not_exist():
    known = dict(settings())
    sections = "|".join(Settings.model_fields)
    named = re.findall(rf"`((?:{sections})\.[a-z_.*]+)", PAGE.read_text("utf-8"))
    assert len(named) > 20
    strangers = {
        word
        for word in named
        if word.rstrip(".") not in known
        and not ("*" in word and any(key.startswith(word.split("*")[0]) for key in known))
    }
    assert strangers == set()


def calls(module: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """Calls that make a failure or a verdict against, with the name that is called."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MAKERS:
            yield node, ast.unparse(node.func)


def reason_of(call: ast.Call) -> ast.expr | None:
    if call.args:
        return call.args[0]
    return next((item.value for item in call.keywords if item.arg == "reason"), None)


def is_member(node: ast.expr | None) -> bool:
    """Whether *node* is ``Reason.NAME`` of a name that there is."""
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Reason"
        and node.attr in Reason.__members__
    )


def is_passed_on(node: ast.expr | None) -> bool:
    """Whether *node* is the reason of another failure, or what a worker said, which is checked."""
    return isinstance(node, ast.Starred) or (
        isinstance(node, ast.Attribute) and node.attr == "reason"
    )


def test_every_failure_names_its_reason():
    nameless, seen = [], 0
    for path in sources("browser"):
        for call, kind in calls(tree(path)):
            seen += 1
            reason = reason_of(call)
            if not is_member(reason) and not is_passed_on(reason):
                nameless.append(f"{name(path)}:{call.lineno} {kind}")
    assert seen > 50
    assert nameless == []


def test_every_reason_is_the_reason_of_some_failure():
    given = {
        reason.attr
        for path in sources("browser")
        for call, _ in calls(tree(path))
        if isinstance(reason := reason_of(call), ast.Attribute) and is_member(reason)
    }
    given |= {Reason.SEARCH_FAILED.name, Reason.BUSY.name}  # by the two that name their own
    assert set(Reason.__members__) - given == set()


def test_the_failures_that_name_their_own_reason_do():
    assert errors.SearchFailed("words").reason is Reason.SEARCH_FAILED
    assert errors.StateUnavailable("words").reason is Reason.BUSY
    assert {errors.SearchFailed.__name__, errors.StateUnavailable.__name__} == OWN_REASON
