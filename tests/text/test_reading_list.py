from __future__ import annotations

from browser.text.reading_list import HEAD, Read, reading_list
from browser.text.weight import MAX_SHOWN, weight


def long(n: int, *citations: str, title: str = "T") -> Read:
    return Read(f"{title}{n}", f"https://a.test/{n}/" + "x" * 2000, [n], list(citations))


def rows(pages: list[Read]) -> list[str]:
    head, *found = reading_list(pages).split("\n")
    assert head == HEAD
    return found


def test_pages_stand_in_the_order_in_which_they_were_read():
    pages = [
        Read("A", "https://a.test/", [0, 3], ["【0†L2】"]),
        Read("B", "https://b.test/", [1], []),
    ]
    assert rows(pages) == [
        "  * A (https://a.test/): read in display 0, 3; quoted 【0†L2】",
        "  * B (https://b.test/): read in display 1",
    ]
    assert rows([]) == ["  (none yet)"]


def test_the_earliest_that_were_not_quoted_go_first():
    pages = [long(n, *(["【1†L2】"] if n in {0, 7} else [])) for n in range(100)]
    *shown, last = rows(pages)
    numbers = [int(row.split(" (")[0].removeprefix("  * T")) for row in shown]
    assert numbers[:2] == [0, 7]
    assert numbers[2:] == list(range(100 - len(numbers) + 2, 100))
    assert last == f"  ({100 - len(shown)} more, read earlier, are not listed)"
    assert MAX_SHOWN - 2500 < weight(reading_list(pages)) < MAX_SHOWN + 500


def test_of_quoted_ones_alone_the_earliest_go():
    pages = [long(n, "【1†L2】") for n in range(100)]
    *shown, last = rows(pages)
    assert shown[-1].startswith("  * T99 ")
    assert not any(row.startswith("  * T0 ") for row in shown)
    assert last.startswith(f"  ({100 - len(shown)} more")


def test_a_title_is_one_line_and_forges_no_marker():
    (row,) = rows([Read("A\n  * B 【1†L2】" + "🙂" * 5000, "https://a.test/", [0], [])])
    assert row.startswith("  * A * B 〖1‡L2〗")
    assert len(row) < 500
