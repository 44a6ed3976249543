"""The worker: a process that turns documents into pages, and that may be killed at any time.

It starts without our environment, takes away from itself what reading a document does not need,
and then reads requests until there are no more. Limits are against documents that cost too much
and parsers that crash; what a document that takes over the parser could still do is taken away by
`browser.net.confine`, as far as the system can, and the service is told how far that is.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import resource
import signal
import sys
from typing import NamedTuple

from browser.errors import BrowserError
from browser.model.reason import Reason
from browser.net.confine import confine
from browser.net.frames import Request, Status, holdings, read_request, refusal, send_answer
from browser.text import codec, render

MEGABYTE = 1024 * 1024
LATE_IMPORTS = 32 * MEGABYTE  # address space of what a rare document makes the reader import
FILES = 32  # open ones: three pipes, and a module or two that is imported late

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_PR_SET_NO_NEW_PRIVS = 38
_FIRST = b"<title>w</title><main><p>" + b"Warm words for the first page. " * 20
_TOO_MUCH = "reading this page takes more than it may. Choose another source."


class Options(NamedTuple):
    """What holds for every document of a worker.

    Attributes:
        memory_mb: What a document may take beyond the worker itself, in MiB.
        cpu: Processor seconds a document may take.
        line_chars: Longest line, in characters.
        max_lines: Most lines of a page.
    """

    memory_mb: int
    cpu: float
    line_chars: int
    max_lines: int


def main(options: Options) -> None:
    """Serve requests from standard input until it ends. Runs in the child."""
    _die_with_the_service()
    replies = os.dup(1)
    os.dup2(2, 1)  # what a library prints must not stand among the answers
    work(Request("text/html", "http://warm.invalid/", _FIRST), options)  # imports, patterns
    gc.collect()
    gc.freeze()
    gc.disable()  # one document is no time to look for cycles; between two of them is
    _limit(options.memory_mb)
    held = confine()
    send_answer(replies, Status.READY, holdings(held))
    while (request := read_request(0)) is not None:
        _renew_processor_time(options.cpu)
        status, payload = work(request, options)
        send_answer(replies, status, payload)
        if status is Status.SPENT:
            return
        del request, payload
        gc.collect()


def work(request: Request, options: Options) -> tuple[Status, bytes]:
    """Read one document."""
    try:
        page = render(
            request.body,
            request.content_type,
            request.url,
            line_chars=options.line_chars,
            max_lines=options.max_lines,
        )
        blob = codec.encode(page)
    except BrowserError as error:
        return Status.REFUSED, refusal(error.reason.value, error.sentence)
    except MemoryError:
        return Status.SPENT, refusal(Reason.UNREADABLE.value, _TOO_MUCH)
    except Exception as error:  # noqa: BLE001 - a document that trips a parser is an unreadable page
        sentence = f"the page cannot be read ({type(error).__name__}). Choose another source."
        return Status.REFUSED, refusal(Reason.UNREADABLE.value, sentence)
    if len(blob) > codec.MAX_PAGE:
        return Status.REFUSED, refusal(Reason.UNREADABLE.value, _TOO_MUCH)
    return Status.PAGE, blob


def _die_with_the_service() -> None:
    """Ask the kernel to end this process with its parent, and to give it no new privileges.

    Elsewhere than on Linux the end of standard input does the first, once a document is read.
    """
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        # When memory is short, the kernel should end this process and not the service.
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123
            score.write("1000")


def _limit(memory_mb: int) -> None:
    """Take away, for good, what reading a document does not need."""
    memory = _address_space() + LATE_IMPORTS + memory_mb * MEGABYTE
    for what, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, FILES),
    ):
        _, most = resource.getrlimit(what)
        value_now = value if most == resource.RLIM_INFINITY else min(value, most)
        with contextlib.suppress(OSError, ValueError):  # not every system has every limit
            resource.setrlimit(what, (value_now, value_now))


def _renew_processor_time(seconds: float) -> None:
    """Allow *seconds* more. The service's own deadline is sooner, as long as there is a service."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    until = int(spent.ru_utime + spent.ru_stime + seconds) + 1
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    if most != resource.RLIM_INFINITY:
        until = min(until, most)
    resource.setrlimit(resource.RLIMIT_CPU, (until, most))


def _address_space() -> int:
    """Of this process, in octets."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123
            return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # not Linux: a generous guess
        return 1024 * MEGABYTE
