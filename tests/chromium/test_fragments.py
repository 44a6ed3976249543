"""Source links open at the quoted words in a real Chromium, scrolled to and highlighted.

`tests.chromium.fragments` does it, and as a command tells the shares over more pages.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.chromium import fragments
from tests.chromium.fragments import Rig, Share
from tests.text.pages import data

# What no numbered line tells: an edge that only styles make, words that the browser lays out and
# a reader does not see, blanks that do not break in a row, a button within a sentence.
CANNOT = {
    ("blocks", 12), ("hidden", 6), ("hidden", 9), ("inline", 9), ("inline", 10), ("latin", 6),
    ("latin", 9),
}  # fmt: skip

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    if shutil.which("chromium") is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is needed here: apt-get install chromium")
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with fragments.rig() as running:
        yield running


def test_links_to_places_of_every_kind_of_page_open_there(rig: Rig):
    seen = [rig.see(case) for case in fragments.places(rig)]
    assert len({one.case.page for one in seen}) >= 20
    faults = {(one.case.page, one.case.lines[0]): one.fault for one in seen if one.fault}
    assert faults.keys() <= CANNOT, faults
    assert len(seen) >= 100


def test_links_to_the_little_web_open_at_their_words(rig: Rig):
    seen = [rig.see(case) for case in fragments.little_web(rig, each=1, every=8)]
    share = Share.of(one for one in seen if one.case.is_main)
    assert share.total >= 10
    assert share.good / share.total >= 0.85, [one for one in seen if one.fault]
    assert Share.of(seen).good / Share.of(seen).total >= 0.75


def test_links_to_real_pages_open_at_their_words(rig: Rig):
    data("pages", "README.md")
    seen = [rig.see(case) for case in fragments.real(rig, 18, 1)]
    share = Share.of(seen)
    assert share.total >= 10
    assert share.good / share.total >= 0.7, [one for one in seen if one.fault]


def test_a_link_that_leads_elsewhere_would_be_noticed(rig: Rig):
    case = next(case for case in fragments.places(rig) if case.page == "repeats")
    page = case.source_url.partition("#")[0]
    assert rig.see(case).fault == ""
    for directive, fault in [
        ("Open%20daily.", "other element"), ("Museum", "other element"),
        ("no%20such%20words", "not found"),
    ]:  # fmt: skip
        wrong = case._replace(source_url=f"{page}#:~:text={directive}")
        assert rig.see(wrong).fault == fault
    assert rig.see(case._replace(source_url=page)).fault == "no directive"
