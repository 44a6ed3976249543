"""What is logged: one JSON object a line, for each fetch, command and search, and what went wrong.

The fields are those of the canonical records (`browser.model.fetch.FetchRecord`,
`browser.model.record`), in the order of their definition, and ``event`` says which one it is.
`deploy/telemetry.md` lists them all. Query strings and fragments are left out, since they hold what
people look for, and so are user names and passwords in links of pages. A defect is told by its kind
and the places it went through: the words of an exception may quote what a caller or a page said.
No query, page text, token or session name ever stands in a log, unless the operator asks for the
queries of addresses (`telemetry.log_queries`).

Libraries do not know this rule. They are told to be silent but for trouble, and `Bare` keeps
their arguments, which are the varying part, out of what is printed.
"""

from __future__ import annotations

import logging
import re
import traceback
from dataclasses import asdict
from pathlib import PurePath
from typing import TextIO

from browser.model.clock import Clock, iso
from browser.model.current import REQUEST
from browser.model.fetch import FetchRecord
from browser.model.line import CUT, line
from browser.model.record import CommandRecord, SearchRecord
from browser.net.clock import SystemClock

FRAMES = 20  # of a defect, the innermost
A_SECOND = 10  # refusals of callers that are told, in one second
LIBRARIES = {  # that log addresses, header fields or page text at lower levels
    "asyncio": logging.WARNING,
    "charset_normalizer": logging.WARNING,
    "hishel": logging.WARNING,
    "htmldate": logging.ERROR,
    "httpcore": logging.WARNING,
    "httpx": logging.WARNING,
    "mcp": logging.CRITICAL,  # repeats what callers send at any level
    "opentelemetry": logging.CRITICAL,  # its trouble is told once, by `browser.telemetry.spans`
    "protego": logging.WARNING,
    "redis": logging.WARNING,
    "sse_starlette": logging.ERROR,
    "trafilatura": logging.ERROR,
    "urllib3": logging.CRITICAL,  # of OpenTelemetry's exporter
    "uvicorn": logging.WARNING,
    "uvicorn.access": logging.CRITICAL,
    "uvicorn.error": logging.ERROR,  # its warnings are one for each request of a port scan
}

_WEB = re.compile(r"(?i)https?://")
_SCHEME = re.compile(r"(?i)[a-z][a-z0-9+.-]{0,30}:")
_USERINFO = re.compile(r"//[^/]*@")

_fetches = logging.getLogger("browser.fetch")
_commands = logging.getLogger("browser.command")
_searches = logging.getLogger("browser.search")
_refusals = logging.getLogger("browser.refusal")
_defects = logging.getLogger("browser.defect")
_process = logging.getLogger("browser.process")


def log_fetch(record: FetchRecord, *, queries: bool = False) -> None:
    """Write *record*, with the queries of its addresses when the operator asks for them."""
    if not _fetches.isEnabledFor(logging.INFO):
        return
    fields = asdict(record)
    fields["at"] = iso(record.at)
    for name in ("url", "final_url"):
        fields[name] = _bare(fields[name], queries=queries)
    _fetches.info("%s", line("fetch", fields))


def log_command(record: CommandRecord) -> None:
    """Write *record*."""
    _commands.info("%s", line("command", {**asdict(record), "at": iso(record.at)}))


def log_search(record: SearchRecord) -> None:
    """Write *record*."""
    _searches.info("%s", line("search", {**asdict(record), "at": iso(record.at)}))


def log_process(event: str, now: float, **fields: str | float) -> None:
    """Write that this process starts or stops."""
    _process.info("%s", line(event, {**fields, "at": iso(now)}))


class Refusals:
    """Callers that were refused, and answers that failed; a flood of them is counted, not told.

    Args:
        clock: Tells the time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._second = 0
        self._told = 0
        self._untold = 0

    def __call__(self, status: int) -> None:
        """The request being served is answered with *status*, 400 or more."""
        now = self._clock.now()
        if int(now) != self._second:
            self._second, self._told = int(now), 0
        if self._told >= A_SECOND:
            self._untold += 1
            return
        self._told += 1
        fields = {
            "status": status,
            "untold": self._untold,
            "at": iso(now),
            "request": REQUEST.get(),
        }
        self._untold = 0
        _refusals.info("%s", line("refusal", fields))


def log_defect(error: BaseException) -> None:
    """Write what kind of error it was and where, and nothing that it says.

    What a group of tasks wraps is told by its first member.
    """
    kinds, cause = [type(error).__qualname__], error
    where = error
    while (under := _under(cause)) is not None and len(kinds) < FRAMES:
        if isinstance(cause, BaseExceptionGroup) and cause is where:
            where = under
        cause = under
        kinds.append(type(cause).__qualname__)
    fields = {
        "at": iso(SystemClock().now()),
        "error": kinds,
        "where": places(where),
        "request": REQUEST.get(),
    }
    _defects.error("%s", line("defect", fields))


def _under(error: BaseException) -> BaseException | None:
    if isinstance(error, BaseExceptionGroup):
        return error.exceptions[0]
    return error.__cause__ or error.__context__


def places(error: BaseException) -> list[str]:
    """Where an exception went through, innermost last, as ``browser/x.py:12 name``."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def quiet() -> None:
    """Keep libraries from logging all but trouble, whatever the root logger lets through."""
    for name, level in LIBRARIES.items():
        logging.getLogger(name).setLevel(level)


def log_to(stream: TextIO) -> None:
    """Write the log of this process to *stream*."""
    quiet()
    lines = logging.StreamHandler(stream)
    lines.setFormatter(Bare())
    # The SDK of MCP writes to no logger of its own.
    lines.addFilter(lambda one: one.name != "root" or one.levelno >= logging.WARNING)
    logging.basicConfig(level=logging.WARNING, handlers=[lines])
    logging.getLogger("browser").setLevel(logging.INFO)


class Bare(logging.Formatter):
    """Our own lines as they are; of a library's, what is the same each time."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the places of an exception."""
        if record.name.partition(".")[0] == "browser":
            return record.getMessage()
        first = str(record.msg).strip().partition("\n")[0]
        lines = [f"{record.levelname.lower()}: {record.name}: {first}"]
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            lines.append(f"{type(error).__qualname__} at")
            lines += places(error)
        return "\n  ".join(lines)


def _bare(url: str, *, queries: bool) -> str:
    if url and not _WEB.match(url):  # such an address may hold anything anywhere
        scheme = _SCHEME.match(url)
        return scheme[0] + CUT if scheme else CUT
    shown = _USERINFO.sub(f"//{CUT}@", url.partition("#")[0].partition("?")[0])
    _, mark, query = url.partition("#")[0].partition("?")
    return f"{shown}?{query if queries else CUT}" if mark else shown


def _short(file: str) -> str:
    return "/".join(PurePath(file).parts[-3:])
