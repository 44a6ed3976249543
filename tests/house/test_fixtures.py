from __future__ import annotations

from tests.house.project import ROOT

WEB = ROOT / "fixtures" / "web"
SMALLEST, LARGEST = 5_000, 60_000  # bytes of a page that looks like one from the web


def hosts():
    return sorted(path for path in WEB.iterdir() if path.is_dir())


def test_the_little_web_has_at_least_eight_hosts():
    assert len(hosts()) >= 8


def test_every_page_is_as_large_as_pages_are():
    sizes = {path: path.stat().st_size for path in (*WEB.rglob("*.html"), *WEB.rglob("*.md"))}
    assert len(sizes) > 100
    odd = {
        path.relative_to(WEB).as_posix(): size
        for path, size in sizes.items()
        if not SMALLEST <= size <= LARGEST
    }
    assert odd == {}


def test_every_host_has_a_robots_txt_and_a_first_page():
    for host in hosts():
        assert (host / "robots.txt").is_file(), host.name
        assert (host / "index.html").is_file(), host.name


def test_no_host_of_the_little_web_could_be_a_real_one():
    assert [host.name for host in hosts() if not host.name.endswith(".test")] == []  # RFC 6761
