"""One parser of URLs and one guarded way out: nothing in the house goes around them."""

from __future__ import annotations

import ast

from tests.house.project import imported, name, sources, tree

# Each reads or escapes text; none finds the parts of a URL.
ESCAPES = {"urllib.parse.quote", "urllib.parse.unquote"}
PARSERS = {
    "urllib.parse", "urllib.request", "urllib.robotparser", "http.client", "requests", "aiohttp",
    "urllib3", "yarl", "rfc3986", "furl", "hyperlink", "tldextract", "can_ada",
}  # fmt: skip
KNOWN = {"browser/client.py": {"http.client"}}  # the shell asks its own service
ADA = {"browser/model/url.py", "browser/text/links.py", "browser/client.py"}
# Who may hold which of httpx's own ways out or readings of a URL.
CLIENTS = {
    "AsyncHTTPTransport": {"browser/net/transport.py"},
    "AsyncClient": {"browser/net/api_client.py"},  # operator's own URLs, never a page's
    "Client": set(),
    # Adds a query to an href of ours; compares its own reading of a host with the judged one.
    "URL": {"browser/net/api_client.py", "browser/net/send.py"},
}
# A datagram socket that sends nothing, and the one that the service listens on.
OPENERS = {"socket.socket": {"browser/net/dial.py", "browser/serve.py"}}


def calls(path) -> set[str]:
    """Dotted names that the module calls."""
    return {
        ast.unparse(node.func)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)
    }


def test_no_module_imports_another_parser_of_urls_or_another_client():
    found = {}
    for path in sources("browser"):
        foreign = {
            module
            for module in imported(path) - ESCAPES
            if any(module == known or module.startswith(f"{known}.") for known in PARSERS)
        }
        if foreign - KNOWN.get(name(path), set()):
            found[name(path)] = foreign
    assert found == {}


def test_only_the_url_type_and_the_links_of_a_page_use_the_parser_itself():
    using = {
        name(path)
        for path in sources("browser")
        if any(module.partition(".")[0] == "ada_url" for module in imported(path))
    }
    assert using == ADA


def test_no_module_makes_a_client_or_reads_a_url_with_httpx_but_those_that_are_known_to():
    for what, allowed in CLIENTS.items():
        using = {name(path) for path in sources("browser") if f"httpx.{what}" in calls(path)}
        assert using <= allowed, what
    shortcuts = {f"httpx.{verb}" for verb in ("get", "post", "request", "stream", "head")}
    assert [name(path) for path in sources("browser") if calls(path) & shortcuts] == []


def test_no_module_opens_a_connection_of_its_own():
    banned = {
        "socket.create_connection", "asyncio.open_connection", "anyio.connect_tcp",
        "anyio.create_connected_udp_socket", "trafilatura.fetch_url", "urlopen",
        "asyncio.open_unix_connection", "anyio.connect_unix",
    }  # fmt: skip
    assert [name(path) for path in sources("browser") if calls(path) & banned] == []
    for what, allowed in OPENERS.items():
        using = {name(path) for path in sources("browser") if what in calls(path)}
        assert using <= allowed, using
