"""Web Bot Auth: the published vectors, octet for octet. Ed25519 leaves nothing to chance."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from browser.model.url import Url
from browser.rules.signature import signature_fields, thumbprint
from browser.rules.signature_parts import Request
from browser.rules.web_bot_auth import agent_field, request_terms
from tests.specs.rfc9421.signature_input import parse_terms

VECTORS = Path(__file__).parents[3].parent / "shared" / "data" / "wba_vectors.json"


@pytest.fixture(scope="module")
def known():
    if not VECTORS.exists():
        pytest.skip("the shared data folder is not here")
    return json.loads(VECTORS.read_text("utf-8"))


@pytest.fixture(scope="module")
def key(known):
    return Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(known["key"]["d"] + "="))


def test_the_thumbprint_of_the_test_key_is_reproduced(known):
    assert thumbprint(known["key"]) == known["thumbprint"]


def test_every_vector_is_reproduced(known, key):
    assert known["vectors"]
    for vector in known["vectors"]:
        ((label, terms),) = parse_terms(vector["signature_input"]).items()
        fields = tuple(vector["headers"].items())
        request = Request(vector["method"], Url.parse(vector["url"]), fields)
        assert signature_fields(label, terms, key.sign(terms.base(request))) == {
            "Signature-Input": vector["signature_input"],
            "Signature": vector["signature"],
        }, vector["name"]


def test_the_legacy_vector_is_what_a_request_of_ours_would_say(known):
    """All but the life of the signature, which is a minute here and an hour there."""
    vector = known["vectors"][2]
    (theirs,) = parse_terms(vector["signature_input"]).values()
    said = dict(theirs.parameters)
    ours = request_terms(
        Url.parse(vector["url"]),
        form="legacy",
        keyid=known["thumbprint"],
        now=float(said["created"]),
        nonce=base64.b64decode(str(said["nonce"])),
    )
    assert ours.components == theirs.components
    said["expires"] = int(said["created"]) + 60
    assert ours.parameters == tuple(said.items())
    agent = vector["headers"]["Signature-Agent"]
    assert agent_field("https://signature-agent.test", "legacy") == agent


def test_the_dictionary_form_covers_the_member_it_sends(known):
    (theirs,) = parse_terms(known["vectors"][1]["signature_input"]).values()
    ours = request_terms(
        Url.parse("https://a.example/"), form="dictionary", keyid="k", now=0, nonce=b""
    )
    assert [c.name for c in ours.components] == [c.name for c in theirs.components]
    label = dict(ours.components[1].parameters)["key"]
    assert agent_field("https://x.example", "dictionary") == f'{label}="https://x.example"'
