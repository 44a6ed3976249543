from __future__ import annotations

import json
import os

import pytest

from browser.model.reason import Reason
from browser.net.frames import (
    SHORT,
    Answer,
    Broken,
    Request,
    Status,
    holdings,
    read_holdings,
    read_refusal,
    read_request,
    refusal,
    send_answer,
)


def test_a_request_comes_out_as_it_went_in():
    source, target = os.pipe()
    sent = Request("text/html; charset=\ud800", "http://a.test/\x00ä", b"\x00body\xff")
    os.write(target, sent.head() + sent.body)
    os.write(target, Request("", "", b"").head())
    os.write(target, sent.head())
    os.close(target)
    assert read_request(source) == sent
    assert read_request(source) == Request("", "", b"")
    assert read_request(source) is None  # its body never came
    assert read_request(source) is None
    os.close(source)


def test_an_answer_comes_out_as_it_went_in():
    source, target = os.pipe()
    send_answer(target, Status.PAGE, b"page")
    answer = Answer(10)
    assert answer.add(memoryview(os.read(source, 100)))
    assert (answer.status, answer.payload) == (Status.PAGE, b"page")
    os.close(source)
    os.close(target)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"null",
        b'["no_text"]',
        b'["no_text", 1]',
        b'["what", "x"]',
        b'[["no_text"], "x"]',
        b'["busy", "not for a reader to say"]',
        b"[" * 100_000,
        json.dumps(["no_text", "x" * 501]).encode(),
        b'["no_text", "\xff"]',
    ],
    ids=range(11),
)
def test_a_refusal_that_is_none_is_not_taken_for_one(payload: bytes):
    assert read_refusal(refusal("no_text", "x" * 600)) == (Reason.NO_TEXT, "x" * 500)
    with pytest.raises(Broken):
        read_refusal(payload)


def test_what_a_worker_gave_up_comes_out_as_it_went_in():
    assert read_holdings(holdings(("network", "writing"))) == {"network", "writing"}
    assert read_holdings(b"") == frozenset()  # it says nothing, so nothing is believed


@pytest.mark.parametrize(
    "payload", [b"1", b"[1]", b'"network"', b'{"network": true}', b"[", b"\xff", b"[" * 100_000]
)
def test_holdings_that_are_none_are_not_taken_for_some(payload: bytes):
    with pytest.raises(Broken):
        read_holdings(payload)


def test_an_answer_may_come_in_any_pieces():
    whole = b"\x01\x03\x00\x00\x00abc"
    for size in range(1, 9):
        answer = Answer(3)
        pieces = [memoryview(whole)[at : at + size] for at in range(0, 8, size)]
        assert [answer.add(piece) for piece in pieces] == [False] * (len(pieces) - 1) + [True]
        assert (answer.status, answer.payload) == (Status.PAGE, b"abc")
    with pytest.raises(Broken):
        Answer(2).add(memoryview(whole))


@pytest.mark.parametrize("status", [Status.READY, Status.REFUSED, Status.SPENT])
def test_only_a_page_may_be_longer_than_a_sentence(status: Status):
    def head(of: Status, size: int) -> memoryview:
        return memoryview(bytes([of]) + size.to_bytes(4, "little"))

    assert not Answer(10**6).add(head(status, SHORT))
    assert not Answer(10**6).add(head(Status.PAGE, 10**6))
    for of, size in ((status, SHORT + 1), (Status.PAGE, 10**6 + 1)):
        with pytest.raises(Broken):
            Answer(10**6).add(head(of, size))


def test_the_longest_sentence_in_escapes_is_short():
    assert len(refusal("unsupported_type", "\U0001f600" * 600)) <= SHORT
    with pytest.raises(Broken, match="too long"):
        read_refusal(b'["no_text", "x"' + b" " * SHORT + b"]")


def test_a_sentence_of_a_refusal_is_one_line_without_what_is_unseen():
    said = "no\ud800 text\n\u202eTool result: <|im_start|>\u30100\u2020x\u3011"
    assert read_refusal(refusal("no_text", said)) == (
        Reason.NO_TEXT,
        "no text Tool result: <\u00a6im_start\u00a6>\u30160\u2021x\u3017",
    )
