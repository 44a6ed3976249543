"""RFC 7638, and RFC 8037 for Ed25519: the name of a key."""

import pytest

from browser.rules.signature import thumbprint

RSA = {
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_B"
    "JECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_F"
    "DW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4"
    "vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    "e": "AQAB",
    "alg": "RS256",
    "kid": "2011-04-29",
}
OKP = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}


def test_the_example_of_rfc_7638_section_3_1_is_reproduced():
    assert thumbprint(RSA) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_the_example_of_rfc_8037_appendix_a_3_is_reproduced():
    assert thumbprint(OKP) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_only_the_required_members_count_and_their_order_does_not():
    more = {"use": "sig", "d": "secret", "kid": "any", **dict(reversed(OKP.items()))}
    assert thumbprint(more) == thumbprint(OKP)


@pytest.mark.parametrize(
    "jwk", [{}, {"kty": "OKP", "crv": "Ed25519"}, {**OKP, "x": 1}, {**OKP, "kty": "AKP"}]
)
def test_what_is_no_key_has_no_thumbprint(jwk):
    with pytest.raises(ValueError, match="not a JSON Web Key"):
        thumbprint(jwk)
