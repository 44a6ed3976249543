import sqlite3

import pytest

from browser.model.search import Query
from browser.search.index import Built, build
from browser.search.local import Local

PAGE = "<!doctype html><title>{0}</title><main><p>about {0}</p></main>"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "web"
    folder.mkdir()
    return folder


def put(folder, **files):
    """Write files; ``a__b_html`` is the file ``a/b.html``."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def rows(database):
    connection = sqlite3.connect(database)
    found = connection.execute(
        "SELECT url, title, body FROM pages JOIN words ON words.rowid = pages.id ORDER BY url"
    ).fetchall()
    connection.close()
    return found


def urls(database):
    return [row[0] for row in rows(database)]


def test_a_file_is_found_where_a_file_server_would_put_it(folder, tmp_path):
    put(
        folder,
        index_html=PAGE.format("home"),
        about_html=PAGE.format("about"),
        old_htm=PAGE.format("old"),
        docs__index_html=PAGE.format("docs"),
        docs__guide_md="# Guide\n\ntext",
        docs__notes_txt="some notes",
        README="read me",
        plain__page=PAGE.format("no suffix"),
    )
    (folder / "a b#c?.html").write_text(PAGE.format("odd"))
    built = build(folder, "https://site.example/base", tmp_path / "index.db")
    assert built == Built(9, ())
    assert urls(tmp_path / "index.db") == [
        "https://site.example/base/",
        "https://site.example/base/README",
        "https://site.example/base/a%20b%23c%3F",
        "https://site.example/base/about",
        "https://site.example/base/docs/",
        "https://site.example/base/docs/guide.md",
        "https://site.example/base/docs/notes.txt",
        "https://site.example/base/old",
        "https://site.example/base/plain/page",
    ]


def test_what_is_no_page_is_passed_over(folder, tmp_path):
    put(
        folder,
        page_html=PAGE.format("page"),
        robots_txt="User-agent: *",
        static__style_html=PAGE.format("static"),
        docs__static__x_html=PAGE.format("static"),
        picture_png=b"\x89PNG",
        data_json="{}",
    )
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main")
    built = build(folder, "https://site.example/", tmp_path / "index.db")
    assert built == Built(1, ())
    assert urls(tmp_path / "index.db") == ["https://site.example/page"]


def test_a_page_that_cannot_be_read_is_named_with_its_reason(folder, tmp_path):
    put(folder, empty_html="", binary=b"\x00\x01", odd=b"\xff\xfe\xfa", good_html=PAGE.format("x"))
    built = build(folder, "https://site.example/", tmp_path / "index.db")
    assert built.added == 1
    names = [sentence.partition(": ")[0] for sentence in built.skipped]
    assert names == ["binary", "empty.html", "odd"]
    assert built.skipped[0] == "binary: not a text file"


def test_a_file_too_large_for_a_page_is_skipped(folder, tmp_path):
    put(folder, large_txt=b"x" * 5_000_001)
    built = build(folder, "https://site.example/", tmp_path / "index.db")
    assert built == Built(0, ("large.txt: larger than 5,000,000 bytes",))


def test_of_two_files_with_one_address_the_first_is_kept(folder, tmp_path):
    put(folder, a_htm=PAGE.format("first"), a_html=PAGE.format("second"))
    built = build(folder, "https://site.example/", tmp_path / "index.db")
    assert built == Built(1, ("a.html: another file is https://site.example/a",))
    assert rows(tmp_path / "index.db")[0][1] == "first"


def test_only_the_main_content_is_searched(folder, tmp_path):
    put(
        folder,
        a_html="<title>A</title><nav><a href=/x>Menu</a></nav><main><p>Main words.</p></main>",
    )
    build(folder, "https://site.example/", tmp_path / "index.db")
    assert rows(tmp_path / "index.db") == [("https://site.example/a", "A", "Main words.")]


def test_a_text_without_a_title_is_named_after_its_file(folder, tmp_path):
    put(folder, docs__guide_md="only text")
    build(folder, "https://site.example/", tmp_path / "index.db")
    assert rows(tmp_path / "index.db")[0][1].startswith("guide")


async def test_building_again_replaces_pages_and_adds_new_ones(folder, tmp_path, clock):
    database = tmp_path / "index.db"
    put(folder, a_html=PAGE.format("ancient"), b_html=PAGE.format("bread"))
    build(folder, "https://site.example/", database)
    put(folder, a_html=PAGE.format("modern"), c_html=PAGE.format("cheese"))
    assert build(folder, "https://site.example/", database).added == 3
    local = Local(database, clock=clock)
    assert (await local.search(Query("ancient"))).hits == ()
    (hit,) = (await local.search(Query("modern"))).hits
    assert (hit.url, hit.title) == ("https://site.example/a", "modern")
    assert len(urls(database)) == 3


def test_several_sites_share_an_index(folder, tmp_path):
    put(folder, a_html=PAGE.format("one"))
    build(folder, "https://a.example/", tmp_path / "index.db")
    build(folder, "http://b.example:8080/sub/", tmp_path / "index.db")
    assert urls(tmp_path / "index.db") == [
        "http://b.example:8080/sub/a",
        "https://a.example/a",
    ]


def test_more_pages_than_one_transaction_holds_are_all_written(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("browser.search.index.BATCH", 2)
    put(folder, **{f"p{n}_txt": f"page {n}" for n in range(5)})
    assert build(folder, "https://site.example/", tmp_path / "index.db").added == 5
    assert len(urls(tmp_path / "index.db")) == 5


@pytest.mark.parametrize(
    "base", ["ftp://site.example/", "site.example", "file:///tmp", "https://user:pw@site.example/"]
)
def test_the_base_has_to_be_a_plain_web_address(folder, tmp_path, base):
    with pytest.raises(ValueError):
        build(folder, base, tmp_path / "index.db")
    assert not (tmp_path / "index.db").exists()


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="is not a folder"):
        build(tmp_path / "none", "https://site.example/", tmp_path / "index.db")
    assert not (tmp_path / "index.db").exists()


def test_a_database_of_something_else_is_left_alone(folder, tmp_path):
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE precious (x)")
    connection.commit()
    connection.close()
    with pytest.raises(ValueError, match="not an index of this version"):
        build(folder, "https://site.example/", tmp_path / "other.db")


def test_a_file_that_is_no_database_is_left_alone(folder, tmp_path):
    (tmp_path / "notes.txt").write_bytes(b"my notes " * 100)
    with pytest.raises(ValueError, match="cannot be written as an index"):
        build(folder, "https://site.example/", tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_bytes() == b"my notes " * 100
