from __future__ import annotations

import pytest

from browser.text.hidden import is_hidden
from tests.text.pages import plain

NOT_DRAWN = """
display:none
DISPLAY : NONE !important
display:block; display: none
d\\69splay:none
\\000064isplay:none
display:/* why */none
color:red;display:none
visibility:hidden
visibility:collapse
content-visibility:hidden
opacity:0
opacity:.0
opacity: 0%
filter:blur(0) opacity(0)
font-size:0
font-size:0.1px
font-size:1px
font:0/0 a
color:transparent
color:rgba(0,0,0,0)
color:rgb(0 0 0 / 0%)
color:#0000
color:#fff;background:#fff
color:white;background-color:#FFFFFF
height:0;overflow:hidden
max-height:0px;overflow:hidden
width:1px;height:1px;overflow:hidden;position:absolute
clip-path:inset(100%)
clip-path:inset(50%)
clip:rect(0,0,0,0);position:absolute
clip:rect(1px, 1px, 1px, 1px); position: absolute
transform:scale(0)
scale:0
text-indent:-9999px
position:absolute;left:-9999px
position:fixed;top:-999em
""".strip().splitlines()

DRAWN = """
display:none;display:block
display:inline
opacity:0.5
opacity:1
opacity:0;transition:opacity .5s
opacity:0;transform:translateY(20px)
font-size:12px
font-size:0.8em
font:12px/1.5 a
height:0
height:100px;overflow:hidden
width:1px
clip-path:inset(0)
clip:rect(0,0,0,0)
transform:scale(0.9)
text-indent:-10px
text-indent:2em
left:-9999px
position:absolute;top:-10px
margin-left:-100px
color:#fff;background:#000
color:rgb(0,0,0)
color:rgb(0, 0, 0)
color:rgba(0,0,0,0.87)
color:inherit;background:inherit
color:transparent;background:linear-gradient(red,blue);-webkit-background-clip:text
border:none;background:none;list-style:none
overflow:hidden
""".strip().splitlines()


@pytest.mark.parametrize("style", NOT_DRAWN)
def test_text_that_this_style_hides_is_not_drawn(style: str):
    assert is_hidden("p", {"style": style})


@pytest.mark.parametrize("style", DRAWN)
def test_text_in_this_style_is_drawn(style: str):
    assert not is_hidden("p", {"style": style})


@pytest.mark.parametrize(
    "opening",
    [
        "<p hidden>",
        "<p hidden=until-found>",
        "<div popover>",
        "<dialog>",
        "<template>",
        "<noscript>",
        "<script>",
        "<style>",
        "<textarea>",
        "<select><option>",
        "<svg><text>",
        "<canvas>",
        "<iframe>",
        "<object>",
        "<audio>",
        "<video>",
        "<datalist><option>",
        "<div class='x sr-only'>",
        "<span class=visually-hidden>",
        "<span class=visuallyhidden>",
        "<b class=screen-reader-text>",
    ],
)
def test_what_is_not_text_of_the_page_is_left_out(opening: str):
    assert plain(f"<p>before</p>{opening}SECRET") == ["before"]


@pytest.mark.parametrize(
    "opening",
    [
        "<dialog open>",
        "<details>",
        "<details><summary>s</summary>",
        "<p aria-hidden=true>",
        "<div class=sr-only-focus>",
    ],
)
def test_what_a_reader_can_see_is_kept(opening: str):
    assert "OPEN" in " ".join(plain(f"<p>before</p>{opening}OPEN"))


def test_what_hides_an_element_hides_everything_in_it():
    html = (
        "<div style='display:none'><p>a<div style='display:block'>b<a href=/x>c</a></div></div><p>d"
    )
    assert plain(html) == ["d"]


def test_text_after_a_hidden_element_is_not_touched():
    assert plain("<p>one<span hidden> two </span>three") == ["onethree"]
