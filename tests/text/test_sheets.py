from __future__ import annotations

import pytest

from browser.text.css_rules import holds, rules
from browser.text.css_select import parse
from tests.text.pages import page, plain

WORDS = "<p>" + "Words that the page is made of, which are many. " * 20
BEFORE = len(plain(WORDS))


def read(css: str, body: str, head: str = "") -> list[str]:
    """The lines of a page with this sheet behind its ordinary words."""
    return plain(f"<!doctype html>{head}<style>{css}</style>{WORDS}{body}<p>END")[BEFORE:]


@pytest.mark.parametrize(
    "css",
    [
        ".z{display:none}",
        ".z { DISPLAY : NONE !important ; color : red }",
        "p.z{display:none}",
        "P.z{display:none}",
        "#q{display:none}",
        "p#q.z{display:none}",
        ".y,.z{display:none}",
        ".w .z{display:none}",
        ".w>.z{display:none}",
        "div > p{display:none}",
        ".v + .z{display:none}",
        ".v ~ .z{display:none}",
        "[data-a]{display:none}",
        "[data-a=b]{display:none}",
        "p[data-a='b']{display:none}",
        '[data-a="B" i]{display:none}',
        "[class^=z]{display:none}",
        "[class*=z]{display:none}",
        "[class~=z]{display:none}",
        ":is(.z,.y){display:none}",
        ".z:not(.y){display:none}",
        ".w p:last-child{display:none}",
        ".z{visibility:hidden}",
        ".z{visibility:collapse}",
        ".z{opacity:0}",
        ".z{font-size:0}",
        ".z{font:0/0 a}",
        ".z{position:absolute;left:-9999px}",
        ".z{position:absolute}.z{left:-9999px}",
        ".w p{position:absolute}#q{left:-9999px}",
        ".z{height:0}p{overflow:hidden}",
        ".z{text-indent:-9999px}",
        ".z{clip-path:inset(100%)}",
        ".z{position:absolute;clip:rect(0,0,0,0)}",
        ".z{transform:scale(0)}",
        ".z{width:1px;height:1px;overflow:hidden}",
        ".z{color:#fff;background:#fff}",
        ".z{color:transparent}",
        ".z{color:rgba(0,0,0,0)}",
        "@media screen{.z{display:none}}",
        "@media (min-width:600px){.z{display:none}}",
        "@media only screen and (min-width: 40em) and (max-width:200em){.z{display:none}}",
        "@media not print{.z{display:none}}",
        "@media print,screen{.z{display:none}}",
        "@media screen{@media all{.z{display:none}}}",
        "@supports (display:grid){.z{display:none}}",
        "@layer base{.z{display:none}}",
        "@import url(x.css);@charset 'utf-8';.z{display:none}",
        ".w{color:red;.z{display:none}}",
        ".w{& .z{display:none}}",
        ".z{@media screen{display:none}}",
        "/* .z{display:block} */.z{display:/**/none}",
        ".z/**/{display:none}",
        ".a::after{content:'}'}.z{display:none}",
        ".a::after{content:'{'}.z{display:none}",
        '.a::before{content:"\\"{"}.z{display:none}',
        "<!-- .z{display:none} -->",
        ".\\7a{display:none}",
        ".\\z{display:none}",
        ".z{d\\69splay:none}",
        ".z{display:none",
        "@media screen{.z{display:none",
        ".z:hover{color:red}.z{display:none}",
        ".z{display:block}.z{display:none}",
        ".z{display:none}.y{display:block}",
        ".z{display:none}p{display:block}",
        ".z{display:none!important}#q{display:block}",
        "#q{display:none}.z{display:block}",
        "}.z{display:none}",
        "@font-face{font-family:a}.z{display:none}",
        "@keyframes a{0%{opacity:0}to{opacity:1}}.z{display:none}",
    ],
)
def test_a_style_sheet_hides_what_it_hides(css: str):
    body = "<div class=w><b class=v>seen</b><p id=q class=z data-a=b>SECRET</p></div>"
    assert read(css, body) == ["seen", "END"]


@pytest.mark.parametrize(
    "css",
    [
        ".y{display:none}",
        ".z{display:block}",
        ".z{display:none}.z{display:block}",
        ".z{display:none}#q{display:block}",
        ".z{display:none}p.z{display:block}",
        ".z{display:none}.z{display:block!important}",
        "@media print{.z{display:none}}",
        "@media screen and (max-width:600px){.z{display:none}}",
        "@media (prefers-color-scheme:dark){.z{display:none}}",
        "@media speech{.z{display:none}}",
        "@media (what-nobody-knows:1){.z{display:none}}",
        "@supports not (display:grid){.z{display:none}}",
        "@container (min-width:1px){.z{display:none}}",
        "@keyframes z{from{opacity:0}}",
        ".z:hover{display:none}",
        ".z::before{display:none}",
        ".z:not(.z){display:none}",
        ".z:not(p){display:none}",
        ".no-js .z{display:none}",
        ".w>p>.z{display:none}",
        ".z>.w{display:none}",
        ".z + .v{display:none}",
        "div.z{display:none}",
        "[data-b]{display:none}",
        "[data-a=c]{display:none}",
        "[data-a^='']{display:none}",
        ".Z{display:none}",
        "html{display:none}",
        "body{opacity:0}",
        "*{display:none}",
        ".z{opacity:0;transition:opacity 1s}",
        ".z{opacity:0}.z{animation:in 1s}",
        ".z{opacity:0;transform:translateY(20px)}",
        ".z{position:absolute;left:-9999px}.z{position:static}",
        ".z{/*display:none*/}",
        "/*.z{display:none}*/",
        ".a{content:'.z{display:none}'}",
        ".z{display:none;display:flex}",
        ".z{color:#fff;background:#000}",
        "\\",
        "{display:none}",
        ",{display:none}",
        "&{display:none}",
        "@media{",
    ],
)
def test_a_style_sheet_does_not_hide_what_it_shows(css: str):
    body = "<div class=w><b class=v>seen</b><p id=q class=z data-a=b>SECRET</p></div>"
    assert read(css, body, "<html class='no-js'>") == ["seen", "SECRET", "END"]


def test_the_style_of_an_element_counts_before_every_sheet():
    assert read(".z{display:none}", "<p class=z style=display:block>A") == ["A", "END"]
    important = read(".z{display:none!important}", "<p class=z style=display:block>A")
    assert important == ["END"]


@pytest.mark.parametrize(
    "opening",
    [
        "<style media=print>",
        "<style media='(max-width:400px)'>",
        "<style type=text/less>",
        "<noscript><style>",
        "<template><style>",
    ],
)
def test_a_sheet_that_does_not_count_hides_nothing(opening: str):
    close = "</style></noscript></template>"
    html = f"<!doctype html><body>{opening}.z{{display:none}}{close}{WORDS}<p class=z>A"
    assert plain(html)[BEFORE:] == ["A"]


def test_a_sheet_in_the_body_counts_as_one_in_the_head():
    html = f"{WORDS}<p class=z>A<div><style media=screen>.z{{display:none}}</style></div><p>END"
    assert plain(html)[BEFORE:] == ["END"]


def test_what_is_visible_in_what_is_invisible_is_read():
    body = "<div class=h>INJ<p>x</p><p class=v>shown <b>too</b></p>tail</div>"
    assert read(".h{visibility:hidden}.v{visibility:visible}", body) == ["shown too", "END"]
    assert read(".h{display:none}.v{visibility:visible}", body) == ["END"]


@pytest.mark.parametrize("state", ["hover", "focus-within", "checked", "target"])
def test_a_menu_that_opens_when_a_person_points_at_it_is_read(state: str):
    body = "<div class=w><p class=z>menu</div>"
    assert read(f".z{{display:none}}.w:{state} .z{{display:block}}", body) == ["menu", "END"]
    assert read(f".z{{display:none}}.w:{state} .z{{color:red}}", body) == ["END"]
    assert read(f".z{{display:none}}.z:{state}{{display:block}}", body) == ["END"]
    assert read(f".z{{display:none}}.v:{state} .z{{display:block}}", body) == ["END"]


MENU = "<a href=/a>Birds of the coast</a><a href=/b>Fish of the coast</a><a href=/c>Boats</a>"


@pytest.mark.parametrize(
    ("css", "body"),
    [
        (".z{display:none}", f"<div class=z>{MENU}</div>"),
        (".z{display:none}", f"<ul class=z><li>{MENU}</ul>"),
        (".z{display:none}", "<button aria-controls='x z1'>+</button><p id=z1 class=z>A"),
        (".z{display:none}", "<a data-bs-target='#z1'>+</a><div id=z1><p class=z>A</div>"),
        (".z{display:none}", "<h3><button aria-expanded=false>Q</button></h3> <p class=z>A"),
        (".z{display:none}", "<p role=tabpanel class=z>A"),
        (".z{visibility:hidden;transition:opacity .2s}", "<p class=z>A"),
        (".z{height:0;overflow:hidden;transition:height 300ms}", "<p class=z>A"),
        (".z{max-height:0;overflow:hidden}.z{transition:all var(--t)}", "<p class=z>A"),
    ],
)
def test_what_a_click_opens_is_read(css: str, body: str):
    assert len(read(css, body)) > 1


@pytest.mark.parametrize(
    ("css", "body"),
    [
        (".z{display:none}", "<button>Buy</button><p class=z>A"),
        (".z{display:none}", "<button aria-controls=y>Buy</button><p id=z1 class=z>A"),
        (".z{display:none}", "<p class=z><a href=/a>All of a sentence that stands in a link</a>"),
        (".z{display:none}", f"<p class=z>{'Words that are no link. ' * 3}{MENU}"),
        (".z{display:none;transition:all 1s}", "<p class=z>A"),
        (".z{visibility:hidden;transition:all 0s}", "<p class=z>A"),
        (".z{height:0;overflow:hidden;transition:none}", "<p class=z>A"),
    ],
)
def test_what_no_click_opens_is_not_read(css: str, body: str):
    assert [line for line in read(css, body) if line not in ("Buy", "END")] == []


def test_a_large_part_that_a_linked_sheet_may_show_is_read():
    part = f"<style>.z{{display:none}}</style>{WORDS}<div class=z><h2>Part</h2>{WORDS}</div>"
    assert plain(part)[BEFORE:] == []
    linked = plain(f"<link rel=stylesheet href=x.css>{part}")[BEFORE:]
    assert linked[0] == "# Part" or linked[0] == "Part"
    small = part.replace(f"<h2>Part</h2>{WORDS}", "<h2>Part</h2><p>small")
    assert plain(f"<link rel=stylesheet href=x.css>{small}")[BEFORE:] == []


def test_letters_without_size_hide_no_parts_that_have_letters_again():
    body = "<ul class=z><li>one<li>two</ul>"
    assert read(".z{font-size:0}.z li{font-size:14px}", body) == ["one", "two", "END"]
    assert read(".z{font-size:0}.z li{font-size:1px}", body) == ["END"]
    assert read(".z{font-size:0}", body) == ["END"]
    mixed = "<p class=z>INJ <b>one</b>"
    assert read(".z{font-size:0}.z b{font-size:14px}", mixed) == ["END"]


def test_a_picture_that_a_sheet_hides_is_not_named():
    image = "<img class=z alt='A picture' src=x.png>"
    assert read(".z{display:none}", image) == ["END"]
    assert len(read(".y{display:none}", image)) == 2


def test_a_page_that_waits_for_its_scripts_is_read():
    html = f"<style>#app{{opacity:0}}</style><div id=app>{WORDS}</div>"
    assert len(plain(html)) == BEFORE
    html = f"<style>#app{{display:none}}</style>{WORDS}<div id=app><main><p>Main</main></div>"
    assert plain(html)[BEFORE:] == ["Main"]


def test_more_hidden_text_than_shown_is_no_reason_to_show_it_on_a_page_that_says_enough():
    html = f"<style>.z{{display:none}}</style>{WORDS}<div class=z>{WORDS * 5}</div><p>END"
    assert plain(html)[BEFORE:] == ["END"]


def test_a_formula_that_is_hidden_from_eyes_alone_is_read():
    body = "<span class=m><math alttext='a+b'><mi>a</mi></math></span>"
    css = ".m{position:absolute;clip:rect(1px,1px,1px,1px)}"
    assert read(css, f"<p>{body}") == ["a+b", "END"]


def test_what_sheets_hide_is_counted():
    told = page(f"<style>.z{{display:none}}</style>{WORDS}<p class=z>four more words")
    assert told.hidden_removed == 13


@pytest.mark.parametrize(
    "css",
    [
        "a{" * 50_000,
        "}" * 50_000,
        ".z," * 50_000 + ".z{display:none}",
        "div " * 5_000 + ".z{display:none}",
        ".w " * 7 + ".z{display:none}",
        ":is(" * 5_000 + "{display:none}",
        ":not(" * 5_000 + ")" * 5_000 + "{display:none}",
        ".z:has(p *){display:none}",
        "@media " + "(" * 50_000 + "{.z{display:none}}",
        "@media " + "and " * 20_000 + "{.z{display:none}}",
        "/*" * 50_000,
        '"' * 50_001,
        "\\" * 50_001,
        ".z{" + "display:none;" * 20_000,
        "[a" * 20_000 + "{display:none}",
        "".join(f".w .w .w .w .w .x .z{{display:none;left:{n}px}}" for n in range(5_000)),
    ],
)
def test_a_sheet_built_to_be_slow_or_broken_does_no_harm(css: str):
    told = read(css, "<div class=w>" * 50 + "<p>seen")
    assert told == ["seen", "END"]


def test_rules_are_found_in_order_with_nested_ones_in_full():
    css = "a{b:c;d{e:f}g:h}@media print{i{j:k}}@media all{l,m{n:o}}"
    assert [(rule.selectors, rule.body.replace(";", " ").split()) for rule in rules(css)] == [
        ("a d", ["e:f"]),
        ("a", ["b:c", "g:h"]),
        ("l,m", ["n:o"]),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", True),
        ("all", True),
        ("print", False),
        ("not print", True),
        ("not screen", False),
        ("screen and (color)", True),
        ("(width >= 600px)", True),
        ("(width <= 600px)", False),
        ("(min-height: 5000px)", False),
        ("(orientation:landscape)", True),
        ("(hover:none)", False),
        ("(min-width:x)", False),
        ("screen and", True),
        ("((min-width:1px))", False),
        ("tty", False),
    ],
)
def test_a_media_query_is_judged_for_a_desktop_screen(query: str, expected: bool):
    assert holds(query) is expected


@pytest.mark.parametrize(
    ("selector", "weight"),
    [
        ("*", (0, 0, 0)),
        ("li", (0, 0, 1)),
        ("ul li", (0, 0, 2)),
        (".a", (0, 1, 0)),
        ("ul ol li.red", (0, 1, 3)),
        ("li.red.level", (0, 2, 1)),
        ("#x34y", (1, 0, 0)),
        ("#s12:not(foo)", (1, 0, 1)),
        (".foo :is(.bar, #baz)", (1, 1, 0)),
        (".qux:where(em, #foo)", (0, 1, 0)),
        ("a[href]:first-child", (0, 2, 1)),
    ],
)
def test_selectors_weigh_as_selectors_4_has_it(selector: str, weight: tuple[int, int, int]):
    (found,) = parse(selector)
    assert found.weight == weight
