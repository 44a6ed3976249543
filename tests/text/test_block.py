from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from browser.text.block import Kind, Run
from browser.text.number import cut
from tests.text.pages import block

KINDS: list[Kind] = ["text", "link", "image", "deco", "cell"]
HOSTS = {1: "other.example"}


def composed(*runs: Run, verbatim: bool = False, room: int = 200) -> tuple[str, str]:
    made = block(*runs, is_code=verbatim, hosts=HOSTS, limit=room)
    return made.text, made.plain


def test_the_two_texts_are_made_side_by_side():
    assert composed(Run(" See "), Run("one ", "link", 0), Run(" and"), Run(" two", "link", 1)) == (
        "See 【0†one】 and 【1†two†other.example】",
        "See one and two",
    )


def test_marks_of_ours_leave_no_trace_in_the_words():
    assert composed(Run("10"), Run("^", "deco"), Run("6 m ^")) == ("10^6 m ^", "106 m ^")
    assert composed(Run("a "), Run("[Image 0: x]", "image"), Run(" b")) == (
        "a [Image 0: x] b",
        "a b",
    )
    assert composed(Run("[Image 0: x]", "image"), Run(" b")) == ("[Image 0: x] b", "b")
    assert composed(Run("a "), Run("[Image 0: x]", "image"), Run(" ")) == ("a [Image 0: x]", "a")


def test_cells_are_bars_and_tabs():
    assert composed(Run("a "), Run("", "cell"), Run(" b"), Run(" |", "deco")) == ("a | b |", "a\tb")


def test_verbatim_text_keeps_its_white_space():
    assert composed(Run("  a  b "), Run(" c ", "link", 0), verbatim=True) == (
        "  a  b 【0† c 】",
        "  a  b  c ",
    )


def test_a_long_link_text_is_several_markers_of_the_same_link():
    text, plain = composed(Run("word " * 60, "link", 0))
    pieces = [part.rstrip("】 ") for part in text.split("【0†")[1:]]
    assert len(pieces) > 1
    assert all(len(piece) <= 160 for piece in pieces)
    assert " ".join(pieces) == plain == ("word " * 60).strip()


def test_a_long_link_text_without_spaces_is_cut_between_characters():
    text, plain = composed(Run("灯" * 300, "link", 0))
    assert plain == "灯" * 300
    assert text.replace("】【0†", "") == f"【0†{plain}】"


def test_no_marker_is_longer_than_the_line():
    for kind in ("link", "image"):
        made = block(Run("x" * 80, kind, 1), hosts={1: "a" * 250 + ".example"}, limit=60)
        assert made.spans is not None
        assert max(span.end - span.start for span in made.spans) <= 60
        assert ".example】" in made.text


def test_where_a_line_ends_the_words_end_too():
    made = block(*[Run("ab "), Run("cd", "link", 0), Run(" ef ")] * 12, limit=60)
    lines = list(cut(made, 60))
    assert len(lines) > 2
    for line in lines:
        assert line.plain == line.text.replace("【0†", "").replace("】", "")


def test_texts_side_by_side_cannot_forge_a_mark_together():
    assert composed(Run("<"), Run("|x "), Run("y", "link", 0)) == ("<¦x 【0†y】", "<|x y")


def trailing_cells(runs: list[tuple[str, Kind]], missing: int) -> int:
    """Empty cells at the end leave no tabs in the words."""
    return min(missing, sum(kind == "cell" for _, kind in runs))


@given(
    st.lists(
        st.tuples(
            st.text(alphabet="ab é灯\n【†】<|\u200b", max_size=8),
            st.sampled_from(KINDS),
        ),
        max_size=8,
    ),
    st.booleans(),
)
def test_spans_cover_both_texts_in_order(runs: list[tuple[str, Kind]], verbatim: bool):
    made = block(
        *[
            Run("" if kind == "cell" else text, kind, 0 if kind == "link" else -1)
            for text, kind in runs
        ],
        is_code=verbatim,
    )
    at = plain_at = 0
    if made.spans is None:
        return
    for span in made.spans:
        assert (span.start, span.plain_start) == (at, plain_at)
        at, plain_at = span.end, span.plain_end
    assert at == len(made.text)
    assert plain_at == len(made.plain) + trailing_cells(runs, plain_at - len(made.plain))
