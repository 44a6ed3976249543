"""Search an index of one's own, made by `polite-browser index`: no network, no key.

Governing text: SQLite's FTS5 documentation (query syntax, ``bm25()``, ``snippet()``). The words
of a query reach FTS5 as quoted strings only, so that nothing in them is an operator.

FTS5 splits text at spaces, which Chinese, Japanese, Korean, Thai, Lao, Khmer and Burmese do not
put (or not only) between words. So a zero-width space is put between any two of their characters
in the index, each is a word of its own, and a word of the query is a phrase of them. Page text
never holds that character: the text layer removes it.

Left to taste: a title weighs five times the body; all words first, and when no page has them
all, any of them (pairs of characters, where a script has no spaces); English endings are cut.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from anyio import to_thread

from browser.errors import SearchFailed
from browser.model.clock import Clock
from browser.model.search import Hit, Query, Results
from browser.search._util import day, pick, read_site
from browser.text.clean import clean

APPLICATION = 0x504F4C42  # SQLite's application_id of our index files
VERSION = 1  # SQLite's user_version: changes with SCHEMA and with `spaced`
SCHEMA = """
CREATE TABLE pages (
    id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, host TEXT NOT NULL, published TEXT
);
CREATE VIRTUAL TABLE words USING fts5 (
    title, body,
    tokenize = "porter unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
);
"""
HOW_TO_BUILD = "build it with: polite-browser index FOLDER --base-url URL"

MAX_TERMS = 32  # of a query; bounds the work of one search
SNIPPET = 160  # characters
LEAD = 40  # characters of a snippet before its first match, when there is more text before it
TOKENS = 64  # the most that FTS5's snippet() gives
BUSY = 5.0  # seconds to wait for a writer

_SPACE = "\u200b"
_OPEN, _CLOSE, _CUT = "\x02", "\x03", "\x04"  # marks inside snippet(); the index holds no controls
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao; Burmese; Khmer
    "\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31f0-\u31ff\uff66-\uff9f"  # kana, bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\uac00-\ud7af"  # Hangul: particles are joined to their words
)
_BETWEEN = re.compile(rf"(?<=[{_UNSPACED}])(?=\S)|(?<=\S)(?=[{_UNSPACED}])")
_RUN = re.compile(rf"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_WORD = re.compile(r"\w+")
_BEHIND = re.compile(r"\s[-–—|·:]\s")  # between a page's name and its site's
_TERM = re.compile(r'"([^"]+)"|([^\s"]+)')

_FIND = """
SELECT words.rowid FROM words JOIN pages ON pages.id = words.rowid
WHERE words MATCH :match
  AND (:site IS NULL OR substr('.' || pages.host, -length('.' || :site)) = '.' || :site)
  AND (:oldest IS NULL OR pages.published >= :oldest)
ORDER BY bm25(words, 5.0, 1.0) * (1 + named(words.title)), pages.url LIMIT :topn
"""
_SHOW = f"""
SELECT pages.url, words.title, pages.published, snippet(words, 1, ?, ?, ?, {TOKENS})
FROM words JOIN pages ON pages.id = words.rowid WHERE words MATCH ? AND words.rowid = ?
"""  # noqa: S608 - a constant
_UNDATED = """
SELECT 1 FROM words JOIN pages ON pages.id = words.rowid
WHERE words MATCH ? AND pages.published IS NULL LIMIT 1
"""


class Terms(NamedTuple):
    """A query in FTS5's syntax.

    Attributes:
        every: Pages with all the words.
        some: Pages with any of them.
    """

    every: str
    some: str


class Local:
    """A provider that searches an index file.

    Args:
        index: The file; it is opened for each search, so that it may be built again meanwhile.
        clock: Says which dates are recent.
    """

    name = "local"

    def __init__(self, index: Path, *, clock: Clock) -> None:
        self._index = index
        self._clock = clock

    async def search(self, query: Query) -> Results:
        """Look for *query*.

        Raises:
            SearchFailed: there is no index, or the file is not one.
        """
        return await to_thread.run_sync(self._search, query)

    def _search(self, query: Query) -> Results:
        try:
            with closing(_open(self._index)) as index:
                return self._ask(index, query)
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                raise SearchFailed(
                    "The local index is being rebuilt. Search again in 5 seconds.", retry_after=5
                ) from error
            raise SearchFailed(
                f"There is no readable local index (search.local.index); {HOW_TO_BUILD}"
            ) from error

    def _ask(self, index: sqlite3.Connection, query: Query) -> Results:
        site, notes = read_site(query.site)
        terms = read_terms(query.text)
        if terms is None:
            return Results((), (*notes, "the query has no words to look for."), self.name)
        if len(_TERM.findall(query.text)) > MAX_TERMS:
            notes.append(f"local looks for {MAX_TERMS} words; the end of the query was ignored.")
        oldest = None
        if query.recency_days is not None:
            oldest = day(self._clock.now(), query.recency_days)
        index.create_function("named", 1, _namer(query.text), deterministic=True)
        wanted = {"site": site, "oldest": oldest, "topn": query.topn}
        rows: list[tuple[int]] = []
        match = ""
        for match in terms:
            rows = index.execute(_FIND, wanted | {"match": match}).fetchall()
            if rows:
                break
        if oldest is not None and index.execute(_UNDATED, (match,)).fetchone():
            notes.append("local leaves out pages whose date is unknown.")
        hits = [_show(index, match, row) for (row,) in rows]
        return Results(pick(hits, query.topn), tuple(notes), self.name)


def spaced(text: str) -> str:
    """Prepare *text* for the index: composed, and split where its script puts no spaces."""
    return _BETWEEN.sub(_SPACE, unicodedata.normalize("NFC", text.replace(_SPACE, "")))


def unspaced(text: str) -> str:
    """Undo the splitting of `spaced`."""
    return text.replace(_SPACE, "")


def read_terms(text: str) -> Terms | None:
    """Write the words and "quoted phrases" of *text* as FTS5 queries; ``None`` without words."""
    found = [phrase or word for phrase, word in _TERM.findall(spaced(clean(text)))]
    every = [term for term in found if _has_letters(term)][:MAX_TERMS]
    if not every:
        return None
    some = [piece for term in every for piece in _pieces(unspaced(term))][:MAX_TERMS]
    return Terms(_join(every, " AND "), _join(some, " OR "))


def passage(marked: str) -> str:
    """Cut the `SNIPPET` characters with most matches out of what FTS5's ``snippet()`` gave."""
    line = " ".join(marked.split())
    text, starts = "", [0]
    for part in re.split(f"([{_OPEN}{_CLOSE}{_CUT}])", line):
        if part == _OPEN:
            starts.append(len(text))
        elif part not in {_CLOSE, _CUT}:
            text += part
    rest = max(0, len(text) - SNIPPET)
    windows = [min(max(0, start - LEAD), rest) for start in starts]
    first = max(windows, key=lambda at: sum(at <= start < at + SNIPPET for start in starts[1:]))
    last = min(first + SNIPPET, len(text))
    before = first > 0 or line.startswith(_CUT)
    after = last < len(text) or line.endswith(_CUT)
    if first > 0:
        first = text.find(" ", first, first + LEAD) + 1 or first
    if last < len(text):
        space = text.rfind(" ", last - LEAD, last)
        last = space if space > first else last
    return ("…" if before else "") + text[first:last].strip() + ("…" if after else "")


def _open(path: Path) -> sqlite3.Connection:
    index = sqlite3.connect(
        f"file:{quote(str(path))}?mode=ro", uri=True, timeout=BUSY, isolation_level=None
    )
    try:
        # One read transaction, so that a rebuild cannot change the rows between two questions.
        index.execute("BEGIN")
        made_by = index.execute("PRAGMA application_id").fetchone()[0]
        version = index.execute("PRAGMA user_version").fetchone()[0]
        if (made_by, version) != (APPLICATION, VERSION):
            raise sqlite3.DatabaseError("not an index of this version")
    except sqlite3.Error:
        index.close()
        raise
    return index


def _show(index: sqlite3.Connection, match: str, row: int) -> Hit:
    marks = (_OPEN, _CLOSE, _CUT)
    url, title, published, part = index.execute(_SHOW, (*marks, match, row)).fetchone()
    return Hit(url, unspaced(title), passage(unspaced(part)), published)


def _namer(text: str) -> Callable[[str], float]:
    """How alike a page's own name and the query are: 1 for the page that is called just so.

    Sites write their own name behind the page's; the pages of a category hold more words of a
    query than the page that the words name, and would stand before it.
    """
    asked = set(_WORD.findall(text.casefold()))

    def named(title: str) -> float:
        own = set(_WORD.findall(_BEHIND.split(unspaced(title))[0].casefold()))
        return len(own & asked) / len(own | asked) if own else 0.0

    return named


def _has_letters(term: str) -> bool:
    return any(unicodedata.category(character)[0] in "LN" for character in term)


def _pieces(term: str) -> list[str]:
    """The parts of a term that stand for something alone: words, and pairs of characters."""
    pieces: list[str] = []
    letters = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in term)
    for word in letters.split():
        for run in _RUN.findall(word):
            if len(run) > 2 and re.match(f"[{_UNSPACED}]", run):
                pieces += [run[at : at + 2] for at in range(len(run) - 1)]
            else:
                pieces.append(run)
    return pieces


def _join(terms: list[str], operator: str) -> str:
    quoted = ('"' + spaced(term).replace('"', '""') + '"' for term in terms)
    return operator.join(dict.fromkeys(quoted))
