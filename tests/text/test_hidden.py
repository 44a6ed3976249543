from __future__ import annotations

import pytest

from tests.text.hiding import is_hidden
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
display:none!important;display:block
display:none ! important;display:block
display:none;display:bogus
display:none;display:none!ie
visibility:hidden;visibility:shown
display:none;--x:";display:block;"
display:none;--x:(;display:block;)
display:none;--x:"\\";display:block;"
background:url(data:image/png;base64,AA==);display:none
font-size:0!important;font-size:16px
transform:translateX(-9999px)
transform:translate3d(0,-9999px,0)
translate:-9999px
margin-left:-9999px
margin:0 0 0 -9999px
position:relative;left:-9999px
position:absolute;left:-200%
position:absolute;left:calc(-9999px)
position:absolute;left:-1e4px
position:absolute;inset:-9999px auto auto -9999px
position:fixed;left:9999px
position:absolute;left:-256px;width:256px
width:9999px;transform:translateX(-9999px)
display : none
font-size:10%
font-size:.5px
text-indent:-500%
width:0;overflow:hidden
width:0;height:1px;overflow:hidden
overflow:auto;height:0
overflow:hidden scroll;height:0
overflow-x:hidden;height:0
font-size:0.1em
font-size:1%
font-size:1e-3px
font-size:calc(0px)
font-size:calc(calc(0px))
zoom:0
line-height:0;overflow:hidden
opacity:0.01
opacity:-1
opacity:1e-9
opacity:0;transition:none
opacity:0;will-change:auto
-webkit-text-fill-color:transparent
color:#000;-webkit-text-fill-color:transparent
color:rgba(0,0,0,0.01)
color:oklch(0.5 0.1 20 / 0)
color:#fff;background:#fff url(x)
color:#fff;background:url(x) no-repeat #fff
color:#fff;background:rgb(255,255,255)
color:hsl(0,0%,100%);background:white
color:RED;background-color:#f00
-webkit-clip-path:inset(100%)
clip-path:inset(100% 0 0 0)
clip-path:inset(50% 50%)
clip-path:inset(50% round 4px)
clip-path:polygon(0 0, 0 0, 0 0)
transform:scale(0.001)
transform:rotate(5deg) scale(0)
transform:matrix(0,0,0,0,0,0)
transform:matrix(1,0,0,1,-9999,0)
-webkit-transform:scale(0)
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
display:none;display:-webkit-flex
display:none!important;display:block!important
display:bogus
display:block!important;display:none
--x:";display:none;"
--x:(;display:none;)
dis/**/play:none
--x:"/*";color:red;--y:"*/display:none"
font-size:16px!important;font-size:0
transform:translateX(-100%)
transform:translateX(-1900%)
transform:translate3d(-1592px, 0px, 0px)
width:15180px;transform:translate3d(-9200px,0,0)
transform:translate(-50%,-50%)
margin-left:-999px
margin:0 -9999px;padding:0 9999px
margin-bottom:-9999px;padding-bottom:9999px
position:relative;left:-300px
width:1800px;position:relative;left:-1200px
position:absolute;left:-50%
position:absolute;left:-100%;width:500%
position:absolute;left:50%;margin-left:-1000px
position:absolute;top:12000px
position:absolute;inset:0
left:9999px
text-indent:-50%
width:0
flex:1;width:0;overflow:hidden
height:0;padding-bottom:56.25%;overflow:hidden
height:0;min-height:100%;overflow:auto
overflow-x:clip;height:0
overflow:auto;height:300px
font-size:0.16rem
font-size:.5em
font-size:80%
font-size:-1px
zoom:1
line-height:0
line-height:0;height:40px;overflow:hidden
opacity:0.1
opacity:0;animation:in 1s
opacity:0;will-change:opacity
opacity:0;transform:none
-webkit-text-fill-color:transparent;-webkit-background-clip:text
color:transparent;-webkit-text-fill-color:#000
color:rgba(0,0,0,0.1)
color:#fff;background:rgba(255,255,255,.1)
color:#fff;background:#fff linear-gradient(red,blue)
color:#fff;background:linear-gradient(#fff,#000)
color:#fff;background:url(#fff) #000
color:red;background-color:#f01
clip-path:inset(10% 20%)
clip-path:polygon(0 0, 100% 0, 50% 100%)
transform:matrix(1,0,0,1,0,0)
transform:matrix(0,1,-1,0,0,0)
transform:scale3d(1,1,0)
transform:scale(1)
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
        "<div class='sr-only md:not-sr-only'>",
        "<div class='not-sr-only sr-only'>",
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


SEEN, UNSEEN = "style=visibility:visible", "style=visibility:hidden"


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("<div style=visibility:hidden>A<p style=visibility:visible>b</div>", ["b"]),
        ("<div style=visibility:collapse>A<p style='VISIBILITY: Visible'>b</div>", []),
        ("<div style=visibility:hidden>A<b style='visibility:visible'>b</b>C</div>", ["b"]),
        (
            "<div style=visibility:hidden>A<div>B<p style=visibility:visible>c<b>d</b></div></div>",
            ["cd"],
        ),
        (
            f"<div {UNSEEN}><p {SEEN}>a<b {UNSEEN}>B<i {SEEN}>c</i></b></div>",
            ["ac"],
        ),
        ("<div style=visibility:hidden;display:none><p style=visibility:visible>A</div>", []),
        ("<div style=visibility:hidden hidden><p style=visibility:visible>A</div>", []),
        ("<div style=visibility:hidden><p style=visibility:visible;display:none>A</div>", []),
    ],
)
def test_what_is_visible_in_an_invisible_element_is_read(body: str, lines: list[str]):
    assert plain(f"<p>before</p>{body}<p>after") == ["before", *lines, "after"]


@pytest.mark.parametrize(
    ("shadow", "lines"),
    [
        ("", []),
        ("<p>shadow</p>", []),
        ("<slot></slot>", ["a b", "c"]),
        ("<div><slot>fallback</slot></div>", ["a b", "c"]),
        ("<slot name=s></slot>", ["d"]),
        ("<slot name='s'></slot><slot></slot>", ["a b", "c", "d"]),
        ("<slot name=t></slot>", []),
    ],
)
def test_what_has_no_slot_in_a_shadow_tree_is_not_drawn(shadow: str, lines: list[str]):
    light = "a <b>b</b><p>c</p><p slot=s>d</p>"
    html = f"<x-a><template shadowrootmode=open>{shadow}</template>{light}</x-a><p>after"
    assert plain(f"<p>before</p>{html}") == ["before", *lines, "after"]


def test_a_template_of_no_shadow_tree_leaves_its_surroundings_alone():
    assert plain("<div><template><p>no</p></template><p>yes</div>") == ["yes"]


SENTENCE = "A whole sentence of words that stand behind a sign for readers."


@pytest.mark.parametrize(
    ("html", "is_read"),
    [
        (f"<p aria-hidden=true>{SENTENCE}</p>", False),
        (f"<div ARIA-HIDDEN=TRUE><p>{SENTENCE}</div>", False),
        (f"<p aria-hidden=false>{SENTENCE}</p>", True),
        (f"<div role=tabpanel aria-hidden=true>{SENTENCE}</div>", True),
        (f"<div role=region aria-hidden=true><p>{SENTENCE}</div>", True),
        (f"<p aria-hidden>{SENTENCE}</p>", True),
        (f"<div aria-hidden=true><h2>Title</h2><p>{SENTENCE}</div>", True),
        (f"<div aria-hidden=true><ul><li>{SENTENCE}</ul></div>", True),
        (f"<div aria-hidden=true><p>{SENTENCE}</p><p>{SENTENCE}</div>", True),
        (f"<h2 aria-hidden=true>{SENTENCE}</h2>", True),
        (f"<a aria-controls=q>+</a><div id=q><p aria-hidden=true>{SENTENCE}</div>", True),
        ("<p aria-hidden=true>Only a label</p>", True),
        (f"<div aria-hidden=true><main><p>{SENTENCE}</main></div>", True),
        (f"<p><b aria-hidden=true>{SENTENCE}</b><b class=sr-only>copy</b></p>", True),
        (f"<span class=katex-html aria-hidden=true>{SENTENCE}</span>", True),
    ],
)
def test_aria_hidden_hides_sentences_but_not_labels_and_copies(html: str, is_read: bool):
    lines = plain(f"<p>before</p>{html}")
    assert ([line for line in lines if line in (SENTENCE, "Only a label")] != []) is is_read


@pytest.mark.parametrize(
    "style",
    [
        "font-size:" + "1" * 200_000,
        "font-size:1e" + "9" * 200_000 + "px",
        "transform:" + "scale(" * 50_000,
        "width:" + "calc(" * 50_000 + "0",
        "--x:" + '"' * 99_999 + ";" * 99_999,
        "--x:" + "(" * 99_999 + ";/*" * 50_000,
        "transform:" + "a" * 200_000,
        "background:" + "a(" * 99_999,
        "color:rgb(1e999,-1e999,1e999);background:hsl(1e999,1e999%,-1e999%)",
        "color:rgb();background:rgb(,,,/)",
        "clip-path:inset();transform:scale();margin:;padding:;font:;overflow:;inset:",
        "transform:matrix(1e999,1e999,1e999,1e999,x,y);opacity:none",
        "margin:1px 2px 3px 4px 5px",
    ],
)
def test_a_style_without_sense_hides_nothing(style: str):
    assert not is_hidden("p", {"style": style})
