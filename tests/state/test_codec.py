from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser.model.session import Display, Quote, Step
from browser.model.signals import Signals
from browser.state import codec
from tests.state.samples import display, full_session

# Lone surrogates and NUL included: a model may send "\ud800" in JSON.
words = st.text(st.characters(exclude_categories=()), max_size=30)
whole = st.integers(-(2**53), 2**53)
values = st.recursive(
    st.none() | st.booleans() | whole | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(words, values, max_size=4)


@given(words, words, st.lists(st.integers(0, 999)).map(tuple), st.floats(0, 4e9))
def test_a_display_survives_whatever_its_text(text, title, links, moment):
    shown = Display(3, "find", "key", 0, 9, text, links, "u", title, moment, 1, 2)
    assert codec.display(codec.pack(shown)) == shown


@given(words, words, st.booleans())
def test_a_quote_survives_whatever_its_text(text, title, truncated):
    taken = Quote("q1", 0, 1, 2, text, "【0†L1-L2】", "u", title, "d", "t", "s", "x", truncated)
    assert codec.quote(codec.pack(taken)) == taken


@given(objects, st.none() | objects, words)
def test_a_step_survives_whatever_its_arguments(args, failure, title):
    done = Step(1, "click", args, "failed", "now", 2, "u", title, failure, None, 7)
    assert codec.step(codec.pack(done)) == done


def test_the_sample_leaves_no_field_at_its_default():
    shown, words_taken, failed = (
        full_session().displays[1],
        full_session().quotes[0],
        full_session().steps[1],
    )
    for value in (shown, words_taken, failed):
        for field in fields(value):
            assert getattr(value, field.name) != field.default, field.name


def test_a_display_of_a_page_that_may_not_be_kept_is_written_without_its_text():
    secret = Signals(keep=False, obeyed=("noarchive",))
    shown = replace(display(0), text="L2: words", signals=secret)
    written = codec.pack(shown)
    assert "words" not in written
    assert codec.display(written) == replace(shown, text="")


@pytest.mark.parametrize("signals", ["null", "[]", '{"quote": 1}', '{"obeyed": 1}', "3"])
def test_a_display_with_damaged_signals_is_named_as_such(signals):
    fields = json.loads(codec.pack(display(0)))
    text = json.dumps({**fields, "signals": json.loads(signals)})
    with pytest.raises(codec.Damaged):
        codec.display(text)


def test_a_row_is_plain_ascii_json():
    text = codec.pack(full_session().displays[1])
    assert text.isascii()
    assert set(json.loads(text)) == set(asdict(display(0)))


def test_a_row_written_before_a_field_existed_takes_its_default():
    older = json.loads(codec.pack(display(1)))
    del older["of"]
    assert codec.display(json.dumps(older)) == display(1)


@pytest.mark.parametrize("read", [codec.display, codec.quote, codec.step])
@pytest.mark.parametrize("text", ["", "{", "null", "[]", '"words"', "{}", '{"n": 1, "x": 2}'])
def test_a_damaged_row_is_named_as_such(read: Any, text):
    with pytest.raises(codec.Damaged):
        read(text)


def test_a_value_that_is_not_json_is_not_written():
    with pytest.raises(TypeError):
        codec.pack(Step(1, "click", {"id": object()}, "finished", "now"))
