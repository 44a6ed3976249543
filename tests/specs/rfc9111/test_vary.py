"""RFC 9111 4.1: a kept reply answers the requests it was one to."""

import pytest

from browser.rules.freshness import answers, nominated
from tests.specs.rfc9111.replies import SENT, headers, reply


def test_4_1_a_reply_without_vary_answers_every_request():
    assert answers(reply(), {"accept": "something else"})


def test_4_1_the_named_fields_have_to_be_the_same():
    kept = reply("Vary: Accept-Language, User-Agent")
    assert answers(kept, SENT)
    assert answers(kept, {**SENT, "accept": "text/plain"})
    assert not answers(kept, {**SENT, "accept-language": "de"})


def test_4_1_a_field_that_was_not_sent_must_not_be_sent_now():
    kept = reply("Vary: Cookie, Origin")
    assert answers(kept, SENT)
    assert not answers(kept, {**SENT, "cookie": "a=b"})
    assert not answers(kept, {**SENT, "origin": ""})


@pytest.mark.parametrize(
    ("vary", "names"),
    [("", ()), ("Accept", ("accept",)), (" b ,A,, a", ("a", "b")), ("*", None), ("a, *", None)],
)
def test_the_names_are_a_list_without_regard_to_case_and_order(vary, names):
    assert nominated({"vary": vary}) == names


def test_two_fields_are_one_list():
    assert nominated(headers("Vary: a", "Vary: b")) == ("a", "b")
