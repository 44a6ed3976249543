"""What the HTTP client raises, as failures of ours. The one place that knows its exceptions."""

from __future__ import annotations

import ssl

import anyio
import httpcore
import httpx

from browser.errors import BrowserError, FetchFailed
from browser.model.reason import Reason

_AGAIN = "Try again later or choose another source."
_OTHER = "Choose another source."


def failure(error: Exception, host: str) -> BrowserError:
    """Name *error* for the model.

    Args:
        error: Raised while a request to *host* was under way.
        host: As the URL names it.
    """
    if isinstance(error, BrowserError):
        return error
    if isinstance(error, (httpx.TimeoutException, httpcore.TimeoutException, TimeoutError)):
        return FetchFailed(Reason.TIMEOUT, f"{host} did not answer in time. {_AGAIN}")
    if isinstance(error, httpx.InvalidURL):
        return FetchFailed(Reason.BAD_URL, f"this URL cannot be asked for. {_OTHER}")
    if _is_tls(error):
        return FetchFailed(
            Reason.TLS_FAILED, f"no secure connection to {host} could be made. {_OTHER}"
        )
    if isinstance(
        error,
        (httpx.ConnectError, httpcore.ConnectError, OSError, anyio.BrokenResourceError),
    ):
        return FetchFailed(Reason.CONNECT_FAILED, f"{host} cannot be reached. {_AGAIN}")
    return FetchFailed(
        Reason.BAD_RESPONSE, f"{host} broke off or sent what is not valid HTTP. {_AGAIN}"
    )


def _is_tls(error: BaseException | None) -> bool:
    depth = 0
    while error is not None and depth < 10:
        # "Want" only says that more octets are needed; it stands behind each broken TLS read.
        want = (ssl.SSLWantReadError, ssl.SSLWantWriteError)
        if isinstance(error, ssl.SSLError) and not isinstance(error, want):
            return True
        error, depth = error.__cause__ or error.__context__, depth + 1
    return False
