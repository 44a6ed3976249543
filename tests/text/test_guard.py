from __future__ import annotations

import contextlib
import gzip
import json

import pytest

from browser.errors import FetchFailed
from browser.model.reason import Reason
from browser.text.guard import MAX_ATTRIBUTES, MAX_DEPTH, MAX_OPTIONS, MAX_TAGS, guard
from tests.text.pages import data, shown

N = 20_000
HOSTILE = {
    "deep": "<div>" * N,
    "deep with attributes": "<div a='>' b=\">\">" * N,
    "deep behind end tags that close nothing": "<div></x>" * N,
    "deep behind a quote in a name": "<p a'><div>" * N,
    "deep behind an equals sign": '<p ="><div>' * N,
    "deep in noscript": "<p><noscript>" + "<div>" * N,
    "deep behind a comment that ends early": "<!--><div>" * N,
    "deep in a style of a drawing": "<svg><style>" + "<g>" * N,
    "deep in unknown elements": "<x-a>" * N,
    "formatting that is never closed": "".join(f"<b {n}>" for n in range(N)),
    "formatting over blocks": "".join(f"<i {n}><p>x</p>" for n in range(N)),
    "options": "<select>" + "<option>" * N,
    "attributes": "<p " + " ".join(f"a{n}" for n in range(N)) + ">",
    "attributes without spaces": "<p " + "/".join(f"a{n}" for n in range(N)) + ">",
    "attributes with values": "<p " + " ".join(f"a{n}='x y'" for n in range(N)) + ">",
    "tags": "<br>" * (MAX_TAGS + 1),
    "end tags": "</p>x" * (MAX_TAGS + 1),
    "links around blocks": "<a><div>" * N,
    "bodies": "<body bi>" * N,
    "fonts": "".join(f"<font a={n}>" for n in range(N)),
    "fonts that paragraphs open again": "".join(f"<p><font a={n}>x" for n in range(N)),
    "lists in lists": "<ul><li>" * N,
    "definitions in definitions": "<dl><dd>" * N,
    "tables in tables": "<table><tr><td>" * N,
    "blocks that a table throws out": "<table>" + "<div>x" * N,
    "groups of options": "<select>" + "<optgroup><option>" * N,
    "many selections": "<select><option>a</select>" * N,
    "HTML in a drawing": "<svg><foreignObject>" * N,
    "drawings in formulas": "<math><mi><svg><desc>" * N,
    "HTML in annotations": "<math><annotation-xml encoding=text/html><p>" * N,
    "templates": "<template>" * N,
    "buttons": "<button>" * N,
    "headings": "<h1>" * N,
}

HARMLESS = {
    "unclosed paragraphs": "<p>x" * 5000,
    "unclosed items": "<ul>" + "<li>x" * 5000,
    "unclosed cells": "<table>" + "<tr><td>x" * 5000,
    "the same font again and again": "<p><font color=red>x</p>" * 5000,
    "anchors that are not closed": "".join(f"<a href={n}>x" for n in range(5000)),
    "bold in cells": "<table>"
    + "".join(f"<tr><td><b class=c{n}>x</td>" for n in range(3000))
    + "</table>",
    "unclosed spans in blocks": "<div><span>x</div>" * 5000,
    "JSON in an attribute": "<div data-x='"
    + json.dumps([{"a": '<div><div class="x y z">', "n": n} for n in range(3000)]).replace("'", "")
    + "'>x</div>",
    "a drawing in an address": "<i style=\"background:url('data:image/svg+xml,<path d=M1 2 3"
    + " 4 5" * 3000
    + "/>')\">x</i>",
    "markup in a script": "<script>" + "document.write('<div>');" * 5000 + "</script><p>x",
    "markup in a comment": "<!--" + "<div>" * 5000 + "--><p>x",
    "markup in a text area": "<textarea>" + "<div>" * 5000 + "</textarea><p>x",
    "self-closed drawing": "<svg>" + "<path/>" * 5000 + "</svg><p>x",
    "less-than signs": "<p>x" + "a < b " * 5000,
    "one long value": "<img alt='" + "word " * 5000 + "'>x",
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_document_built_to_be_slow_is_refused_before_it_is_parsed(name: str):
    with pytest.raises(FetchFailed) as caught:
        guard(HOSTILE[name])
    assert caught.value.reason is Reason.UNREADABLE
    assert "Choose another source" in caught.value.sentence


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", HARMLESS)
def test_a_document_that_only_looks_so_is_read(name: str):
    assert guard(HARMLESS[name])
    assert "x" in " ".join(shown(HARMLESS[name]))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "<" * 10**6,
        "<a" * 10**6,
        "<a '" * 10**6,
        '<a ="' * 500_000,
        "<a a=" * 10**6,
        "<!--" * 10**6,
        "<script>" * 500_000,
        "</" * 10**6,
        "&lt;" * 10**6,
        " " * 10**6,
        "<p " + " " * 10**6,
        "<p " + "/" * 10**6,
        "<p a" + "=" * 10**6,
    ],
    ids=lambda text: text[:8],
)
def test_the_look_takes_time_in_proportion_to_the_document(text: str):
    with contextlib.suppress(FetchFailed):
        guard(text)


def test_the_limits_are_where_they_are_said_to_be():
    deep, options = "<div>" * (MAX_DEPTH - 1), "<option>" * MAX_OPTIONS
    attributes = "<p " + " ".join(f"a{n}" for n in range(MAX_ATTRIBUTES)) + ">"
    for text in (deep, options, attributes):
        assert "x" in shown(text + "</select>x")
    for text in (f"{deep}<div><div><p>x", f"<option>{options}x"):
        with pytest.raises(FetchFailed) as caught:
            shown(text)
        assert caught.value.reason is Reason.UNREADABLE


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<noscript>x</noscript><p>y", "</noscript><p>y"),
        (
            "<html><head><NoScript a=b><div>x</div></NOSCRIPT ><title>t</title><p>y",
            "<html><head></NOSCRIPT ><title>t</title><p>y",
        ),
        ("<head><noscript>x", "<head>"),
        ("<body><noscript>x</noscript>", "<body><noscript>x</noscript>"),
        ("<p>y<noscript>x</noscript>", "<p>y<noscript>x</noscript>"),
        ("<!-- <noscript>x</noscript> --><p>y", "<!-- <noscript>x</noscript> --><p>y"),
    ],
)
def test_noscript_in_the_head_is_nothing(text: str, left: str):
    assert guard(text) == left


def test_real_pages_pass():
    refused = []
    for record in sorted(data("pages").glob("*/pages/*.html.gz"))[::3]:
        try:
            guard(gzip.decompress(record.read_bytes()).decode("utf-8", "replace"))
        except FetchFailed:
            refused.append(record.name)
    assert refused == []
