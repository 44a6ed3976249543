"""What is logged: one JSON object per fetch, and one per defect of ours.

The fields of a fetch are those of `browser.model.fetch.FetchRecord`, on the logger
``browser.fetch``. Query strings and fragments are left out, since they hold what people look
for, and so are user names and passwords in links of pages. A defect is told by its kind and the
places it went through, on ``browser.defect``: the words of an exception may quote what a caller
or a page said. No query, page text, token or session name ever stands in a log.

Libraries do not know this rule. They are told to be silent but for trouble, and `Bare` keeps
their arguments, which are the varying part, out of what is printed.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from dataclasses import asdict
from pathlib import PurePath
from typing import TextIO

from browser.model.clock import iso
from browser.model.current import REQUEST
from browser.model.fetch import FetchRecord

FRAMES = 20  # of a defect, the innermost
LIBRARIES = {  # that log addresses, header fields or page text at lower levels
    "asyncio": logging.WARNING,
    "charset_normalizer": logging.WARNING,
    "hishel": logging.WARNING,
    "htmldate": logging.ERROR,
    "httpcore": logging.WARNING,
    "httpx": logging.WARNING,
    "mcp": logging.CRITICAL,  # repeats what callers send at any level
    "protego": logging.WARNING,
    "redis": logging.WARNING,
    "sse_starlette": logging.ERROR,
    "trafilatura": logging.ERROR,
    "uvicorn": logging.WARNING,
    "uvicorn.access": logging.CRITICAL,
    "uvicorn.error": logging.ERROR,  # its warnings are one for each request of a port scan
}

_USERINFO = re.compile(r"//[^/]*@")

_fetches = logging.getLogger("browser.fetch")
_defects = logging.getLogger("browser.defect")


def log_fetch(record: FetchRecord) -> None:
    """Write *record*."""
    if not _fetches.isEnabledFor(logging.INFO):
        return
    fields = asdict(record)
    fields["at"] = iso(record.at)
    fields["url"] = _bare(record.url)
    fields["final_url"] = _bare(record.final_url)
    _fetches.info("%s", json.dumps({"event": "fetch", **fields}, ensure_ascii=False))


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
    fields = {"request": REQUEST.get(), "error": kinds, "where": places(where)}
    _defects.error("%s", json.dumps({"event": "defect", **fields}))


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


def _bare(url: str) -> str:
    head, mark, _ = url.partition("#")[0].partition("?")
    head = _USERINFO.sub("//…@", head)
    return f"{head}?…" if mark else head


def _short(file: str) -> str:
    return "/".join(PurePath(file).parts[-3:])
