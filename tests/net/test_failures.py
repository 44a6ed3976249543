import ssl

import anyio
import httpcore
import httpx
import idna.core
import pytest

from browser.errors import FetchFailed, Refused
from browser.model.reason import Reason
from browser.net.failures import failure

TIMEOUT, CONNECT, BAD = Reason.TIMEOUT, Reason.CONNECT_FAILED, Reason.BAD_RESPONSE

EXPECTED = {
    "TimeoutException": TIMEOUT,
    "ConnectTimeout": TIMEOUT,
    "ReadTimeout": TIMEOUT,
    "WriteTimeout": TIMEOUT,
    "PoolTimeout": TIMEOUT,
    "ConnectError": CONNECT,
    "InvalidURL": Reason.BAD_URL,
    "HTTPError": BAD,
    "RequestError": BAD,
    "TransportError": BAD,
    "NetworkError": BAD,
    "ReadError": BAD,
    "WriteError": BAD,
    "CloseError": BAD,
    "ProxyError": BAD,
    "ProtocolError": BAD,
    "LocalProtocolError": BAD,
    "RemoteProtocolError": BAD,
    "UnsupportedProtocol": BAD,
    "DecodingError": BAD,
    "TooManyRedirects": BAD,
    "HTTPStatusError": BAD,
    "CookieConflict": BAD,
    "StreamError": BAD,
    "StreamConsumed": BAD,
    "StreamClosed": BAD,
    "ResponseNotRead": BAD,
    "RequestNotRead": BAD,
    "ConnectionNotAvailable": BAD,
}


def public_exceptions(library):
    found = [getattr(library, name) for name in dir(library)]
    return [kind for kind in found if isinstance(kind, type) and issubclass(kind, Exception)]


ALL = public_exceptions(httpx) + public_exceptions(httpcore)


def bare(kind):
    """An instance of *kind*, whatever its constructor asks for."""
    return kind.__new__(kind)


def test_the_walk_sees_both_libraries_whole():
    assert len(ALL) > 35
    assert {kind.__name__ for kind in ALL} == set(EXPECTED)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_exception_of_the_http_client_has_a_reason(kind):
    named = failure(bare(kind), "a.example.com")
    assert isinstance(named, FetchFailed)
    assert named.reason is EXPECTED[kind.__name__]
    if named.reason is not Reason.BAD_URL:
        assert "a.example.com" in named.sentence


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError(), TIMEOUT),
        (OSError(101, "Network is unreachable"), CONNECT),
        (ConnectionRefusedError(), CONNECT),
        (anyio.BrokenResourceError(), CONNECT),
        (ssl.SSLCertVerificationError(1, "hostname mismatch"), Reason.TLS_FAILED),
        (ssl.SSLEOFError(8, "EOF"), Reason.TLS_FAILED),
        (idna.core.InvalidCodepoint("x"), BAD),
        (MemoryError(), BAD),
        (RecursionError(), BAD),
        (ValueError("anything else"), BAD),
    ],
)
def test_what_other_libraries_raise_has_a_reason_too(error, reason):
    assert failure(error, "a.example.com").reason is reason


def test_a_failure_that_has_a_name_already_keeps_it():
    named = Refused(Reason.ADDRESS_REFUSED, "no.")
    assert failure(named, "a.example.com") is named


def caused(error, cause):
    error.__cause__ = cause
    return error


def test_a_tls_error_is_found_behind_the_clients_own():
    handshake = caused(httpx.ConnectError("x"), caused(httpcore.ConnectError(), ssl.SSLError(1)))
    assert failure(handshake, "a").reason is Reason.TLS_FAILED


def test_a_tls_read_that_only_wanted_more_is_no_tls_failure():
    for want in (ssl.SSLWantReadError(), ssl.SSLWantWriteError()):
        assert failure(caused(httpx.ReadError("reset"), want), "a").reason is BAD
        assert failure(caused(TimeoutError(), want), "a").reason is TIMEOUT


def test_a_circle_of_causes_ends():
    one, two = httpx.ReadError("1"), httpx.ReadError("2")
    one.__cause__, two.__cause__ = two, one
    assert failure(one, "a").reason is BAD


def test_no_sentence_repeats_what_the_library_said():
    """It may hold the address that a name resolved to."""
    for kind in (httpx.ConnectError, httpx.ReadTimeout, httpx.ProxyError, OSError):
        named = failure(kind("to 10.1.2.3 failed"), "a.example.com")
        assert "10.1.2.3" not in str(named)
