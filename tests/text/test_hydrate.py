from __future__ import annotations

import gzip
import html
import json
import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from browser.littleweb import fixtures
from browser.text.hydrate import Hydrated, article
from tests.text.pages import data

FIRST = "The lamp on the pier was lit at dusk, and the keeper wrote down the hour in his book."
SECOND = "By morning the tide had taken the ladder, two oars and the good rope from the boathouse."
THIRD = "Nobody in the village could say whose boat it was that lay upside down on the sand."
FONTS = {
    "variables": [
        {"key": "fonts", "type": "json", "value": json.dumps(
            {"list": [{"fontFamily": "Branded Primary", "file": f"/static/f/{n}.woff2",
                       "fontDisplay": "auto", "fontStyle": "normal"} for n in range(30)]}, indent=1)
         + " "}
        for _ in range(5)
    ] + [{"key": "test", "type": "string", "value": "on and off"}] * 2
}  # fmt: skip
CSS = ".a{color:red;margin:0}.b{display:none;padding:1px}.c:hover{color:blue;border:0}" * 20


def page(*scripts: str, body: str = "<div id=root></div>") -> str:
    return f"<!doctype html><title>T</title><body>{body}{''.join(scripts)}"


def ld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def blob(value: object, name: str = "__NEXT_DATA__") -> str:
    return f'<script id="{name}" type="application/json">{json.dumps(value)}</script>'


def found(*scripts: str, body: str = "<div id=root></div>") -> Hydrated:
    got = article(page(*scripts, body=body))
    assert got is not None
    return got


def texts(got: Hydrated, tags: str = "h1,h2,h3,h4,p,li,pre") -> list[str]:
    return [node.text().strip() for node in LexborHTMLParser(got.html).css(tags)]


def test_an_article_in_json_ld_is_read_in_paragraphs():
    got = found(
        ld({"@type": "NewsArticle", "headline": "The boat", "description": FIRST[:40],
            "author": {"name": "Ann Lee"}, "datePublished": "2023-03-13T08:00Z",
            "articleBody": f"{FIRST}\n\n{SECOND} 1 < 2 &amp; so on."})
    )  # fmt: skip
    assert (got.title, got.kind) == ("The boat", "ld+json articleBody")
    assert texts(got) == ["Ann Lee · 2023-03-13", FIRST, f"{SECOND} 1 < 2 & so on."]


@pytest.mark.parametrize(
    "written", ["<p>{}</p><p><b>{}</b></p>", "&lt;p&gt;{}&lt;/p&gt;&lt;p&gt;{}"]
)
def test_html_in_a_string_stays_html(written: str):
    body = written.format(FIRST, SECOND)
    assert texts(found(ld({"@type": "Article", "articleBody": body}))) == [FIRST, SECOND]


def test_a_discussion_has_its_comments_each_with_who_and_when():
    got = found(
        ld({"@graph": [{"@type": "WebSite", "name": "Forum"}, {
            "@type": "DiscussionForumPosting", "headline": "Whose boat?", "text": FIRST,
            "author": {"@type": "Person", "name": "ann"}, "datePublished": "2023-03-13",
            "comment": [
                {"@type": "Comment", "text": SECOND, "author": {"name": "bo"}},
                {"@type": "Comment", "text": THIRD, "author": "cy", "dateCreated": "2023-03-15"},
            ]}]})
    )  # fmt: skip
    assert got.title == "Whose boat?"
    assert texts(got) == ["ann · 2023-03-13", FIRST, "bo", SECOND, "cy · 2023-03-15", THIRD]


def test_a_question_has_its_answers():
    got = found(
        ld({"@type": "QAPage", "mainEntity": {
            "@type": "Question", "name": "Whose boat is it?", "text": FIRST,
            "acceptedAnswer": {"@type": "Answer", "text": SECOND, "author": {"name": "bo"}},
            "suggestedAnswer": [{"@type": "Answer", "text": THIRD}]}})
    )  # fmt: skip
    assert texts(got) == ["Whose boat is it?", FIRST, "bo", SECOND, THIRD]


def test_a_list_of_questions_has_them_all():
    questions = [
        {"@type": "Question", "name": f"Question {n}?", "acceptedAnswer": {"text": text}}
        for n, text in enumerate((FIRST, SECOND))
    ]
    got = found(ld({"@type": "FAQPage", "mainEntity": questions}))
    assert texts(got) == ["Question 0?", FIRST, "Question 1?", SECOND]


def test_a_recipe_has_its_ingredients_and_steps():
    got = found(
        ld({"@type": ["Recipe"], "name": "Soup", "description": FIRST,
            "recipeIngredient": ["2 leeks", "1 l water"],
            "recipeInstructions": [
                {"@type": "HowToSection", "name": "Broth", "itemListElement": [
                    {"@type": "HowToStep", "text": "Boil the leeks in the water."}]},
                {"@type": "HowToStep", "name": "Serve.", "text": "Serve."},
                "Eat it hot."]})
    )  # fmt: skip
    assert texts(got) == [
        FIRST, "2 leeks", "1 l water", "Broth", "Boil the leeks in the water.", "Serve.",
        "Eat it hot.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        ({"@type": "Product", "name": "Lamp", "description": FIRST + " " + SECOND,
          "offers": {"price": "12.50", "priceCurrency": "EUR"}}, "ld+json description"),
        ({"@type": "JobPosting", "title": "Keeper", "description": f"<p>{FIRST}<p>{SECOND}"},
         "ld+json description"),
        ({"@type": "VideoObject", "name": "Boat", "transcript": FIRST + " " + SECOND},
         "ld+json transcript"),
    ],
)  # fmt: skip
def test_products_jobs_and_videos_are_read(item: dict[str, object], kind: str):
    got = found(ld(item))
    assert got.kind == kind
    assert FIRST in got.html
    assert SECOND in got.html
    if item["@type"] == "Product":
        assert "12.50 EUR" in got.html


def test_the_way_leads_past_settings_and_menus_to_the_article():
    got = found(
        blob({"props": {
            "pageProps": {
                "article": {"title": "The boat", "author": {"name": "Ann Lee"}, "id": 7,
                            "body": f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>",
                            "excerpt": FIRST},
                "related": [{"title": "x", "teaser": THIRD * 5}],
                "_nextI18Next": {"store": {f"key{n}": THIRD + str(n) for n in range(50)}},
            },
            "config": {"footer": THIRD * 9}, "css": CSS, "token": "QWxhZGRpbjpv" * 99,
        }})
    )  # fmt: skip
    assert (got.title, got.kind) == ("The boat", "__NEXT_DATA__")
    assert texts(got) == ["Ann Lee", FIRST, SECOND, THIRD]


def test_posts_stay_together_in_their_order():
    posts = [
        {"username": "ann", "created_at": "2023-03-13T08:00:00Z", "cooked": f"<p>{FIRST * 9}</p>"},
        {"username": "bo", "created_at": "2023-03-14T08:00:00Z", "cooked": f"<p>{SECOND}</p>"},
        {"username": "cy", "created_at": "2023-03-15T08:00:00Z", "cooked": f"<p>{THIRD}</p>"},
    ]
    topic = json.dumps({"title": "Whose boat?", "post_stream": {"posts": posts}})
    site = json.dumps({"categories": [{"description": THIRD * 40}]})
    value = html.escape(json.dumps({"topic_7": topic, "site": site}), quote=True)
    got = found(body=f'<div id=data-preloaded data-preloaded="{value}"></div>')
    assert (got.title, got.kind) == ("Whose boat?", "data-preloaded")
    assert texts(got) == [
        "ann · 2023-03-13", FIRST * 9, "bo · 2023-03-14", SECOND, "cy · 2023-03-15", THIRD,
    ]  # fmt: skip


def test_text_that_an_editor_cut_into_runs_is_put_together():
    def run(*parts: str) -> list[dict[str, str]]:
        return [{"type": "text", "text": part} for part in parts]

    content = [
        {"type": "heading", "content": run("The boat")},
        {
            "type": "paragraph",
            "content": run(FIRST[:12], FIRST[12:20], FIRST[20:]),
        },
        {"type": "paragraph", "content": run("By morning the tide had taken ", "two oars", ".")},
        {
            "type": "blockquote",
            "content": [{"type": "paragraph", "content": run("Whose boat ", f"is it? {THIRD}")}],
        },
    ]
    got = found(blob({"page": {"doc": {"type": "doc", "content": content}}}, "state"))
    assert texts(got) == [
        "The boat",
        FIRST,
        "By morning the tide had taken two oars.",
        f"Whose boat is it? {THIRD}",
    ]


BODY = json.dumps({"post": {"title": "The boat", "text": f"{FIRST}\n{SECOND}\n{THIRD}"}})


@pytest.mark.parametrize(
    ("script", "name"),
    [
        (f"window.__INITIAL_STATE__ = {BODY};(function(){{}})()", "__INITIAL_STATE__"),
        (f'window["__APOLLO_STATE__"]={BODY}', "__APOLLO_STATE__"),
        (f"self.__NUXT__={BODY};", "__NUXT__"),
        (f"var a=1; window.x = {{bad: 1}}; const pageData = {BODY};", "pageData"),
        (f"window.__STATE__ = JSON.parse({json.dumps(BODY)});", "__STATE__"),
    ],
)
def test_plain_assignments_of_json_are_read(script: str, name: str):
    got = found(f"<script>{script}</script>")
    assert (got.kind, got.title) == (name, "The boat")
    assert texts(got) == [FIRST, SECOND, THIRD]


def test_json_ld_wins_unless_it_is_only_an_excerpt():
    body = f"{FIRST} {SECOND}"
    whole = blob({"article": {"body": f"{body} {THIRD}"}})
    assert found(ld({"@type": "Article", "articleBody": body}), whole).kind == "ld+json articleBody"
    short = ld({"@type": "Article", "description": f"{FIRST} Read more."})
    assert found(short, whole).kind == "__NEXT_DATA__"


@pytest.mark.parametrize("key", ["product", "productData", "pdp"])
def test_the_description_of_a_product_wins_over_longer_other_data(key: str):
    others = {"posts": [{"author": f"a{n}", "body": f"{THIRD} {n}"} for n in range(40)]}
    described = f"{FIRST} {SECOND} {THIRD}"
    value = {"props": {key: {"name": "Lamp", "sku": "7", "description": described}, **others}}
    got = found(blob(value), blob(others, "stream"))
    assert (got.title, got.kind, texts(got)) == ("Lamp", "__NEXT_DATA__", [described])


def test_a_product_in_json_ld_wins_over_longer_other_data():
    product = ld({"@type": "Product", "name": "Lamp", "description": f"{FIRST} {SECOND}"})
    others = blob({"posts": [{"author": f"a{n}", "body": f"{THIRD} {n}"} for n in range(40)]})
    assert found(product, others).kind == "ld+json description"
    longer = blob({"product": {"title": "Lamp", "description": f"{FIRST} {SECOND} {THIRD}" * 2}})
    assert found(product, longer).kind == "__NEXT_DATA__"
    nameless = ld({"@type": "Product", "name": "Lamp", "offers": {"price": 7}})
    assert found(nameless, others).kind == "__NEXT_DATA__"


def test_sentences_are_counted_in_scripts_without_spaces():
    japanese = "桟橋の灯りは夕暮れにともされ、番人は帳面にその時刻を書きとめた。"
    got = found(blob({"article": {"title": "灯り", "body": japanese * 5}}))
    assert japanese in got.html
    few = blob({"article": {"title": "灯り", "body": japanese[:-1] * 5 + "。" + japanese}})
    assert article(page(few)) is None


def test_text_that_begins_with_a_bracket_is_no_settings():
    runs = [{"text": "[The keeper](/k) went down to the boat."}, {"text": f"{FIRST} {SECOND}"},
            {"text": THIRD}]  # fmt: skip
    assert "The keeper" in found(blob({"story": {"title": "T", "parts": runs}})).html


def test_a_string_stands_only_once():
    value = {"a": {"text": FIRST, "summary": FIRST, "html": f"<p>{FIRST}</p>", "more": SECOND,
                   "last": THIRD}}  # fmt: skip
    assert sorted(texts(found(blob(value)))) == sorted([FIRST, SECOND, THIRD])


@pytest.mark.parametrize(
    "source",
    [
        "",
        page(),
        page(body=f"<p>{FIRST} {SECOND} {THIRD}</p>"),
        page(f"<script>var text = '{FIRST} {SECOND} {THIRD}';</script>"),
        page(f"<script>function f() {{ return {BODY} }}</script>"),
        page(f'<script type="text/template">{BODY}</script>'),
        page(f"<script src=x>window.a = {BODY}</script>"),
        page(blob({"css": CSS, "js": "function(a){return a=>a&&b||c}" * 30, "b64": "QUJD" * 400})),
        page(blob({"urls": [f"https://site.example/{n}/{'a' * 90}" for n in range(50)]})),
        page(blob({"translations": {"a": FIRST, "b": SECOND, "c": THIRD}})),
        page(blob({"a": FIRST, "b": SECOND, "c": THIRD}, "config")),
        page(blob({"a": FIRST, "b": f"{SECOND[:-1]}, and {THIRD.lower()}"})),  # two sentences
        page(blob({"a": {f"n{n}": "Helvetica, Arial, sans-serif" for n in range(90)}})),
        page(f"<script>window.fonts = {json.dumps(FONTS)}</script>"),
        page(ld({"@type": "Organization", "name": "Site"})),
        page(ld({"@type": "BreadcrumbList", "itemListElement": [{"name": FIRST + THIRD}]})),
        page(ld({"@type": "WebSite", "description": FIRST + SECOND})),
    ],
)  # fmt: skip
def test_where_there_is_no_article_none_is_made_up(source: str):
    assert article(source) is None


@pytest.mark.parametrize(
    "raw",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        "[" * 900 + "]" * 900,
        '{"text": ' + "9" * 6000 + "}",
        '"' + "\\ud800" * 500 + '"',
        '{"text": "' + "\\u0000 \\ud800 \\uffff " * 400 + '"}',
        "null", "NaN", "{", "\0", "",
    ],
)  # fmt: skip
def test_broken_and_hostile_data_cost_nothing_but_themselves(raw: str):
    good = ld({"@type": "Article", "articleBody": FIRST + " " + SECOND})
    for kind in ("application/ld+json", "application/json", "text/javascript"):
        script = f'<script type="{kind}">{"window.x = " if "java" in kind else ""}{raw}</script>'
        assert FIRST in found(script, good).html


def test_deep_wide_and_repeated_data_are_read_within_bounds():
    deep: object = f"{FIRST} {SECOND} {THIRD}"
    for _ in range(300):
        deep = {"children": [deep]}
    assert article(page(blob(deep))) is None
    wide = {"posts": [{"author": f"a{n}", "body": f"{FIRST} {n}"} for n in range(5_000)]}
    got = found(blob(wide))
    assert 500 <= len(re.findall("<p>The lamp", got.html)) <= 1_000
    comments: dict[str, object] = {"text": THIRD}
    for n in range(12):  # 4,096 comments
        comments = {"text": f"{FIRST} {n}", "comment": [comments, comments]}
    got = found(ld({"@type": "DiscussionForumPosting", **comments}))
    assert 100 <= len(re.findall("<p>The lamp", got.html)) <= 1_000
    assert article(page(blob({"text": f"{FIRST} {SECOND} {THIRD}"})) + " " * 5_000_000) is None


def test_an_article_of_the_little_web_stands_only_in_its_data():
    path = fixtures() / "web/www.harborledger.test/local/2023/03/12/east-steps-lit-again.html"
    got = article(path.read_text("utf-8"))
    assert got is not None
    assert (got.title, got.kind) == ("The east steps are lit again, in red", "__NEXT_DATA__")
    lines = texts(got)
    assert lines[0] == "Tamsin Ropewell · 2023-03-12"
    assert lines[1] == "Three winters of torches end on Monday; the terns have no objection."
    assert lines[2].startswith("Saltmere’s harbour master will keep the east steps lit")
    assert lines[5] == "What stays closed"
    assert lines[-1].endswith("has offered to pay for the switch.")
    assert "Dredger" not in got.html


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


@pytest.mark.parametrize("page_id", ["0502", "0510", "1126", "1764", "1976"])
def test_threads_that_stand_only_in_data_are_found(page_id: str):
    folder = data("pages", "wcxb-dev")
    records = map(json.loads, (folder / "gold.jsonl").read_text("utf-8").strip().split("\n"))
    gold = next(record["gold"] for record in records if record["id"] == page_id)
    source = gzip.decompress((folder / "pages" / f"{page_id}.html.gz").read_bytes())
    got = article(source.decode("utf-8", "replace"))
    assert got is not None
    assert got.kind == "data-preloaded"
    there = set(words(LexborHTMLParser(got.html).text(separator=" ")))
    wanted = words(gold)
    assert sum(word in there for word in wanted) > 0.85 * len(wanted)


def test_settings_for_fonts_are_not_the_text_of_a_product():
    source = gzip.decompress((data("pages", "wcxb-dev") / "pages" / "0631.html.gz").read_bytes())
    text = source.decode("utf-8", "replace")
    got = article(text)
    assert got is not None
    assert got.kind == "ld+json description"
    assert "fontFamily" not in got.html
    assert article(text.replace("application/ld+json", "text/plain")) is None
