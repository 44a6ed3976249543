import sqlite3

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from browser.errors import SearchFailed
from browser.model.search import Hit, Query
from browser.search.index import build
from browser.search.local import SCHEMA, SNIPPET, Local, passage, read_terms, spaced, unspaced


def html(title, body, date=None):
    dated = f'<meta property="article:published_time" content="{date}">' if date else ""
    if date:  # what a page says of itself is read from pages of some length
        body += "</p><p>" + "And many more sentences, as an article has them. " * 20
    return f"<!doctype html><title>{title}</title>{dated}<main><p>{body}</p></main>"


@pytest.fixture
def index(tmp_path):
    """Make an index out of {host: {file name: text}}; returns its path."""

    def make(worlds):
        for host, files in worlds.items():
            folder = tmp_path / host
            folder.mkdir()
            for name, text in files.items():
                (folder / name).write_text(text, encoding="utf-8")
            build(folder, f"https://{host}/", tmp_path / "index.db")
        return tmp_path / "index.db"

    return make


@pytest.fixture
def search(index, clock):
    """Search {host: {file name: text}}."""

    async def ask(worlds, text, **options):
        return await Local(index(worlds), clock=clock).search(Query(text, **options))

    return ask


def titles(results):
    return [hit.title for hit in results.hits]


async def test_a_page_is_found_by_its_words(search):
    found = await search(
        {
            "a.example": {
                "robots.html": html("Robots", "Rules for robots &amp; crawlers."),
                "tea.html": html("Tea", "Leaves in water."),
            }
        },
        "crawler rules",
    )
    assert found.hits == (
        Hit("https://a.example/robots", "Robots", "Rules for robots & crawlers."),
    )
    assert (found.provider, found.ignored) == ("local", ())


async def test_a_word_in_the_title_weighs_more_than_in_the_body(search):
    files = {
        "a.html": html("Other", "Tea and tea once more, tea all day."),
        "b.html": html("Tea", "A drink of leaves in hot water, all day."),
    }
    assert titles(await search({"a.example": files}, "tea")) == ["Tea", "Other"]


async def test_a_page_with_all_the_words_keeps_out_those_with_some(search):
    files = {
        "a.html": html("Both", "green and tea"),
        "b.html": html("One", "green green green"),
    }
    assert titles(await search({"a.example": files}, "green tea")) == ["Both"]


async def test_any_word_will_do_when_no_page_has_them_all(search):
    files = {"a.html": html("One", "green fields"), "b.html": html("None", "blue sky")}
    assert titles(await search({"a.example": files}, "green tea")) == ["One"]


async def test_a_phrase_in_quotation_marks_stays_together(search):
    files = {
        "a.html": html("Apart", "the tea was green"),
        "b.html": html("Together", "a green tea"),
    }
    assert titles(await search({"a.example": files}, '"green tea"')) == ["Together"]


@pytest.mark.parametrize("written", ["CAFÉ", "cafe\u0301", "cafe"])
@pytest.mark.parametrize("asked", ["café", "Cafe", "CAFE\u0301"])
async def test_accents_and_capitals_do_not_matter(search, written, asked):
    files = {"a.html": html("Drink", f"un {written} noir"), "b.html": html("Other", "caf noir")}
    assert titles(await search({"a.example": files}, asked)) == ["Drink"]


@pytest.mark.parametrize(
    ("title", "body", "words"),
    [
        ("東京", "東京都は日本の首都であり、Python入門の本もある。", "日本の首都"),
        ("東京", "東京都は日本の首都であり、Python入門の本もある。", "python入門"),
        ("北京", "北京是中华人民共和国的首都。", "首都 中华人民共和国"),
        ("서울", "서울에서 회의가 열렸다.", "서울"),
        ("กรุงเทพ", "กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย", "เมืองหลวง"),
        ("ភ្នំពេញ", "ភ្នំពេញជារាជធានីនៃប្រទេសកម្ពុជា", "រាជធានី"),
    ],
)
async def test_words_of_scripts_without_spaces_are_found(search, title, body, words):
    other = html("Other", "首 都 京 東 日 中 華 ก ร ุ ง ម រ")
    found = await search({"a.example": {"a.html": html(title, body), "b.html": other}}, words)
    assert found.hits == (Hit("https://a.example/a", title, body),)


async def test_a_question_without_spaces_finds_pages_with_parts_of_it(search):
    files = {"a.html": html("東京", "東京都は日本の首都です。"), "b.html": html("茶", "緑茶の本")}
    assert titles(await search({"a.example": files}, "東京の人口は何人ですか")) == ["東京"]


@pytest.mark.parametrize(
    "text",
    [
        'title : tea OR "',
        "NEAR(tea leaves)",
        "tea*",
        "-tea",
        "body:tea",
        "(tea)AND(leaves)",
        "^tea",
        "{title body}: tea",
        "tea' --",
        '""tea',
        "tea \x00 \u200b",
    ],
)
async def test_nothing_in_a_question_is_an_operator(search, text):
    found = await search({"a.example": {"a.html": html("A", "tea leaves")}}, text)
    assert titles(found) == ["A"]


@pytest.mark.parametrize("text", ["", "  ", '"', "?! —", "( )"])
async def test_a_question_without_words_finds_nothing_and_says_why(search, text):
    found = await search({"a.example": {"a.html": html("A", "tea")}}, text)
    assert (found.hits, found.ignored) == ((), ("the query has no words to look for.",))


async def test_a_very_long_question_is_answered_by_its_beginning(search):
    files = {"a.html": html("A", " ".join(f"word{n}" for n in range(32)))}
    text = " ".join(f"word{n}" for n in range(3000))
    found = await search({"a.example": files}, text)
    assert titles(found) == ["A"]
    assert found.ignored == ("local looks for 32 words; the end of the query was ignored.",)


async def test_topn_is_the_most(search):
    files = {f"{n}.html": html(f"T{n}", "tea") for n in range(5)}
    assert len((await search({"a.example": files}, "tea", topn=3)).hits) == 3


async def test_a_site_is_its_host_and_its_subdomains(search):
    page = {"a.html": html("A", "tea")}
    worlds = {"site.example": page, "docs.site.example": page, "notsite.example": page}
    found = await search(worlds, "tea", site="SITE.example")
    assert sorted(hit.url for hit in found.hits) == [
        "https://docs.site.example/a",
        "https://site.example/a",
    ]


async def test_recency_goes_by_the_date_of_publication(search):
    files = {
        "new.html": html("New", "tea", "2023-11-08"),
        "old.html": html("Old", "tea", "2023-11-07"),
        "undated.html": html("Undated", "tea"),
    }
    found = await search({"a.example": files}, "tea", recency_days=7)
    assert [(hit.title, hit.date) for hit in found.hits] == [("New", "2023-11-08")]
    assert found.ignored == ("local leaves out pages whose date is unknown.",)


async def test_recency_has_nothing_to_report_when_every_page_found_is_dated(search):
    files = {"new.html": html("New", "tea", "2023-11-08"), "undated.html": html("X", "milk")}
    found = await search({"a.example": files}, "tea", recency_days=7)
    assert (titles(found), found.ignored) == (["New"], ())


async def test_a_title_that_looks_like_markup_is_shown_as_it_is(search):
    files = {"a.html": html("The &lt;b&gt; tag", "bold &lt;i&gt; words")}
    (hit,) = (await search({"a.example": files}, "bold")).hits
    assert (hit.title, hit.snippet) == ("The <b> tag", "bold <i> words")


async def test_a_snippet_is_the_passage_with_the_words(search):
    filler = "other words stand here " * 40
    files = {"a.html": html("A", f"{filler} the needle in a haystack {filler}")}
    (hit,) = (await search({"a.example": files}, "needle haystack")).hits
    assert "the needle in a haystack" in hit.snippet
    assert hit.snippet.startswith("…")
    assert hit.snippet.endswith("…")
    assert SNIPPET - 20 < len(hit.snippet) <= SNIPPET + 2


async def test_a_missing_index_is_a_failure_that_says_how_to_build_it(tmp_path, clock):
    with pytest.raises(SearchFailed, match="polite-browser index FOLDER --base-url URL"):
        await Local(tmp_path / "none.db", clock=clock).search(Query("tea"))
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("content", [b"", b"not a database " * 100])
async def test_a_file_that_is_no_index_is_a_failure_that_says_how_to_build_it(
    tmp_path, clock, content
):
    (tmp_path / "bad.db").write_bytes(content)
    with pytest.raises(SearchFailed, match="polite-browser index FOLDER --base-url URL"):
        await Local(tmp_path / "bad.db", clock=clock).search(Query("tea"))


async def test_an_index_of_another_version_is_a_failure(index, clock):
    path = index({"a.example": {"a.html": html("A", "tea")}})
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(SearchFailed, match="polite-browser index"):
        await Local(path, clock=clock).search(Query("tea"))


async def test_an_index_that_is_being_written_is_a_failure_that_passes(index, clock, monkeypatch):
    monkeypatch.setattr("browser.search.local.BUSY", 0.05)
    path = index({"a.example": {"a.html": html("A", "tea")}})
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    local = Local(path, clock=clock)
    with pytest.raises(SearchFailed, match="being rebuilt") as failed:
        await local.search(Query("tea"))
    assert failed.value.retry_after == 5
    connection.close()
    assert titles(await local.search(Query("tea"))) == ["A"]


async def test_an_index_in_a_folder_with_an_odd_name_is_found(tmp_path, clock):
    folder = tmp_path / "a%20b?c#d é"
    folder.mkdir()
    (folder / "a.html").write_text(html("A", "tea"))
    build(folder, "https://a.example/", folder / "i.db")
    assert titles(await Local(folder / "i.db", clock=clock).search(Query("tea"))) == ["A"]


@pytest.mark.parametrize(
    "text", ["東京Tower 2023年", "กรุงเทพ abc", "plain", "", "\u1112\u1161\u11ab"]
)
def test_splitting_for_the_index_can_be_undone(text):
    import unicodedata

    assert unspaced(spaced(text)) == unicodedata.normalize("NFC", text)


def test_the_words_of_a_question_are_quoted():
    terms = read_terms('green "black tea" 緑茶葉')
    assert terms is not None
    assert terms.every == '"green" AND "black tea" AND "緑\u200b茶\u200b葉"'
    assert terms.some == '"green" OR "black" OR "tea" OR "緑\u200b茶" OR "茶\u200b葉"'


@given(text=st.text(st.characters(), max_size=60) | st.text('"*^:(){}-+ aบ京\0\ud800', max_size=20))
@example(text="te\0a")
@example(text="a\ud800b")
def test_no_question_breaks_the_search(text):
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    connection.execute("INSERT INTO words (title, body) VALUES ('a', 'a')")
    for match in read_terms(text) or ():
        connection.execute("SELECT rowid FROM words WHERE words MATCH ?", (match,)).fetchall()
    connection.close()


def test_a_short_passage_is_whole():
    assert passage("some \x02marked\x03\n words") == "some marked words"


def test_a_passage_cut_by_the_index_shows_it():
    assert passage("\x04some \x02marked\x03 words\x04") == "…some marked words…"


def test_a_passage_of_a_script_without_spaces_is_cut_anywhere():
    text = passage("あ" * 200 + "\x02茶\x03" + "い" * 200)
    assert "茶" in text
    assert len(text) == SNIPPET + 2
