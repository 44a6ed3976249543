from __future__ import annotations

import socket
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.plugin.conftest import PUBLIC
from tests.service.living import serving
from tests.world import World

PATH = "/.well-known/ai-plugin.json"
FIELDS = {
    "schema_version", "name_for_human", "name_for_model", "description_for_human",
    "description_for_model", "auth", "api", "logo_url", "contact_email", "legal_info_url",
}  # fmt: skip
LONGEST = {
    "name_for_human": 20,
    "name_for_model": 50,
    "description_for_human": 100,
    "description_for_model": 8000,
}


@pytest.fixture(scope="module")
def any_name(world: World) -> Iterator[httpx.Client]:
    """With a token and no list of names the guard takes any name."""
    with serving(world, server={"tokens": ["token-of-a-service-with-any-name"]}) as client:
        yield client


def manifest(client: httpx.Client, **headers: str) -> dict[str, Any]:
    response = client.get(PATH, headers=headers)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    told: dict[str, Any] = response.json()
    assert set(told) == FIELDS
    return told


@pytest.mark.parametrize("which", ["service", "public"])
def test_it_keeps_to_the_limits_of_the_contract(which: str, request: pytest.FixtureRequest):
    told = manifest(request.getfixturevalue(which))
    assert told["schema_version"] == "v1"
    for name, longest in LONGEST.items():
        assert 0 < len(told[name]) <= longest, name
    assert told["name_for_model"].isidentifier()
    assert told["description_for_model"].startswith("Plugin for ")
    for trigger in ("whenever", "always use", "use this plugin", "use when", "must use"):
        assert trigger not in told["description_for_model"].lower()
    assert told["api"]["is_user_authenticated"] is False
    assert told["api"]["has_user_authentication"] is False
    assert told["api"]["type"] == "openapi"


def test_an_open_service_asks_for_no_token_and_names_the_address_it_was_asked_at(
    service: httpx.Client,
):
    told = manifest(service)
    here = str(service.base_url).rstrip("/")
    assert told["auth"] == {"type": "none"}
    assert told["api"]["url"] == f"{here}/.well-known/openapi.yaml"
    assert told["legal_info_url"] == f"{here}/agent"
    port = service.base_url.port
    elsewhere = manifest(service, Host=f"localhost:{port}")
    assert elsewhere["api"]["url"] == f"http://localhost:{port}/.well-known/openapi.yaml"


@pytest.mark.parametrize("name", ["logo_url", "legal_info_url"])
def test_what_it_names_is_there(service: httpx.Client, name: str):
    assert service.get(manifest(service)[name]).status_code == 200


def test_a_guarded_service_says_so_to_anybody_and_in_the_operators_words(public: httpx.Client):
    told = manifest(public, Host="somebody-elses.example")
    assert told["name_for_human"] == "Archive Reader"
    assert told["description_for_human"] == "Reads the archive."
    assert told["contact_email"] == "people@browser.example"
    assert told["auth"] == {
        "type": "service_http",
        "authorization_type": "bearer",
        "verification_tokens": {"openai": "proof-of-who-runs-this"},
    }
    assert told["api"]["url"] == f"{PUBLIC}/.well-known/openapi.yaml"
    assert told["logo_url"] == "https://browser.example/mark.png"
    assert told["legal_info_url"] == "https://browser.example/terms"


def test_the_contact_is_that_of_the_agent_where_no_other_is_named(world: World):
    with serving(world, agent={"contact": "ops@browser.example"}) as client:
        assert manifest(client)["contact_email"] == "ops@browser.example"


def test_a_name_that_is_not_ours_gets_no_manifest(service: httpx.Client):
    assert service.get(PATH, headers={"Host": "evil.example"}).status_code == 421


@pytest.mark.parametrize("host", ["a b", 'x">', "user@host", "host/path", "h:99999999", "%00", ""])
@pytest.mark.parametrize("path", [PATH, "/.well-known/openapi.yaml"])
def test_a_host_field_that_is_no_host_is_never_repeated(
    any_name: httpx.Client, host: str, path: str
):
    with socket.create_connection(("127.0.0.1", any_name.base_url.port or 0), 20) as caller:
        caller.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: caller.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 400 "), answer[:300]
    assert not host or f"http://{host}".encode() not in answer


def test_the_logo_is_a_picture_that_another_sites_page_may_show(service: httpx.Client):
    response = service.get("/.well-known/logo.png")
    assert response.headers["content-type"] == "image/png"
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    data = response.content
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    assert (width, height) == (512, 512)
    at, pixels = 8, b""
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + body) == struct.unpack(">I", data[at + 8 + length :][:4])[0]
        pixels += body if kind == b"IDAT" else b""
        at += 12 + length
    assert len(zlib.decompress(pixels)) == height * (1 + 4 * width)
