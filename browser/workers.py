"""``polite-browser serve --workers N``: one address, several processes that serve it.

The parent takes the address, makes what all have in common and splits; it serves nothing itself.
Each child takes connections as it likes, so a conversation moves between them, as between replicas
on several machines: the store is shared. All have the settings of the start; one that is started
later reads the limits anew, as a reload does.

A child that dies is replaced, after a pause when it did not live long. SIGTERM and SIGINT let all
of them finish (`browser.serve.Server`), a second one ends them at once. SIGHUP goes to the child
that has lived longest, which tells the others through the store, so that it is done and written
down once. When the parent is gone, the kernel lets the children finish. They are sessions of their
own, so that a key on the terminal is told to the parent alone.

Per process are, as on several machines: the quota of a credential and its places, the bound on
requests at a time over all hosts, the kept replies and parsed robots.txt in memory, and the text of
pages that may not be stored. Page workers that are not counted in the settings are divided.

What a child that has died counted stays counted, in files of its own, some hundred kilobytes each
time: one that dies every half a minute (`PAUSES`) leaves about a gigabyte a day. They are removed
when the parent ends; one that is killed (SIGKILL) leaves its folder ``polite-browser-…`` under
``TMPDIR``, which a container or systemd's ``PrivateTmp`` clears away.

Linux only: it waits for signals, and asks the kernel to be told of a parent's end. Left to taste:
the pauses.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import math
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from browser.config import Read, SettingsError, load
from browser.settings import Settings
from browser.settings_limits import FIXED
from browser.state.open import is_shared
from browser.telemetry import FOLDER

LIVED = 10.0  # seconds after which a child that dies is replaced at once
PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)  # seconds before the next one of those that do not live long
LATE = 10.0  # seconds that a child has beyond its own grace
LONG = 3600.0  # seconds
UNFIT = 2  # exit code of a child that cannot start: at first no other one could
_HEARD = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
_PR_SET_PDEATHSIG = 1  # linux/prctl.h

_log = logging.getLogger("browser")


@contextmanager
def counting(count: int) -> Iterator[None]:
    """Let *count* processes count together: to be entered before prometheus_client is imported."""
    if count == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="polite-browser-") as folder:
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER]


def serve(settings: Settings, count: int) -> int:
    """Run *count* processes until told to stop; within `counting`.

    Returns:
        The exit code.

    Raises:
        browser.serve.StartError: they cannot start.
    """
    from browser import serve as one  # noqa: PLC0415 - see `counting`
    from browser.telemetry.log import log_to  # noqa: PLC0415

    if count < 1:
        raise one.StartError("--workers has to be at least 1")
    if not is_shared(settings.store.url):
        raise one.StartError(
            f"--workers {count} needs a store that processes share: set store.url to "
            "valkey://host:6379/0, or use --workers 1"
        )
    if not hasattr(signal, "sigtimedwait"):
        raise one.StartError("--workers needs Linux: run several services behind a proxy")
    log_to(sys.stderr)
    with one.bind(settings) as listener:
        one.announce(settings, listener, f"; {count} processes")

        def work() -> None:
            running = one.server(_share(_again(settings), count))
            running.supervised = True
            running.serve_on(listener)

        return Parent(count, work, one.GRACE + one.FLUSH + LATE).run()


def _again(settings: Settings) -> Settings:
    """*settings* with the limits that their file has now; a bad one changes none.

    All else is as at the start, until a restart of all: a child that took another store or other
    tokens than its siblings would make two services of one.
    """
    origin = settings.origin if isinstance(settings, Read) else None
    if origin is None:
        return settings
    try:
        limits = load(origin.path, **origin.overrides).limits
    except SettingsError as error:
        _log.warning("%s; the settings of the start are kept", error)
        return settings
    kept = {name: getattr(settings.limits, name) for name in FIXED}
    return settings.model_copy(update={"limits": limits.model_copy(update=kept)})


def _share(settings: Settings, count: int) -> Settings:
    """*settings* of one of *count* processes: it has its part of the processors."""
    if settings.page.workers:
        return settings
    workers = max(1, (os.cpu_count() or 1) // count)
    page = settings.page.model_copy(update={"workers": workers})
    return settings.model_copy(update={"page": page})


class Parent:
    """Keeps children running.

    Args:
        count: How many.
        work: What one does until it is told to stop; called in the child.
        patience: Seconds that one may take to stop.
    """

    def __init__(self, count: int, work: Callable[[], None], patience: float) -> None:
        self._count = count
        self._work = work
        self._patience = patience
        self._began = time.monotonic()
        self._ends = math.inf  # when those that have not stopped are killed
        self._born: dict[int, float] = {}  # children by process number
        self._due: list[float] = []  # moments at which others are to be started
        self._short = 0  # that did not live long, one after another
        self._stopping = False
        self._code = 0

    def run(self) -> int:
        """Return the exit code when all children have ended."""
        gc.collect()
        gc.freeze()  # pages of memory that no collection writes to stay shared
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        try:
            for _ in range(self._count):
                self._start()
            while self._born or self._due:
                self._wait()
        finally:
            for child in self._born:
                os.kill(child, signal.SIGKILL)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return self._code

    def _wait(self) -> None:
        now = time.monotonic()
        if self._due and self._due[0] <= now:
            self._due.pop(0)
            self._start()
            return
        if self._ends <= now:
            self._stop()
        until = min([*self._due, self._ends, now + LONG])
        heard = signal.sigtimedwait(_HEARD, max(0.0, until - now))
        if heard is None:
            return
        if heard.si_signo == signal.SIGCHLD:
            self._reap()
        elif heard.si_signo == signal.SIGHUP:
            for eldest in list(self._born)[:1]:
                os.kill(eldest, signal.SIGHUP)
        else:
            self._stop()

    def _stop(self) -> None:
        self._due.clear()
        if self._stopping:
            self._code, self._ends = self._code or 1, math.inf
            self._tell(signal.SIGKILL)
            return
        self._stopping, self._ends = True, time.monotonic() + self._patience
        self._tell(signal.SIGTERM)

    def _tell(self, number: signal.Signals) -> None:
        for child in self._born:
            os.kill(child, number)

    def _reap(self) -> None:
        while True:
            try:
                child, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not child:
                return
            if child in self._born:  # the first process of a container gets others', too
                self._ended(child, os.waitstatus_to_exitcode(status))

    def _ended(self, child: int, code: int) -> None:
        from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

        mark_process_dead(child)  # type: ignore[no-untyped-call]
        lived = time.monotonic() - self._born.pop(child)
        if self._stopping:
            return
        if code == UNFIT and time.monotonic() - self._began < LIVED:  # and has said why
            self._code = UNFIT
            self._stop()
            return
        self._short = 0 if lived > LIVED else self._short + 1
        pause = PAUSES[min(self._short, len(PAUSES)) - 1] if self._short else 0.0
        how = f"with code {code}" if code >= 0 else f"by {_name(-code)}"
        _log.warning("process %d ended %s; another one starts in %g s", child, how, pause)
        self._due = sorted([*self._due, time.monotonic() + pause])

    def _start(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        try:
            child = os.fork()
        except OSError as error:
            _log.warning("no new process: %s", error.strerror)
            self._due = sorted([*self._due, time.monotonic() + PAUSES[-1]])
            return
        if not child:
            self._live(parent)
        self._born[child] = time.monotonic()

    def _live(self, parent: int) -> NoReturn:
        """What is done in a child."""
        code = 1
        try:
            os.setsid()
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until it is listened to
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
            if os.getppid() == parent:  # else it has ended before the kernel was asked
                code = self._do()
        finally:
            sys.stderr.flush()
            os._exit(code)

    def _do(self) -> int:
        from browser.serve import StartError  # noqa: PLC0415
        from browser.telemetry.log import log_defect  # noqa: PLC0415

        try:
            self._work()
        except (StartError, ValueError) as error:
            _log.error("cannot start: %s", error)
            return UNFIT
        except Exception as error:  # noqa: BLE001 - the parent starts another one
            log_defect(error)
            return 1
        return 0


def _name(number: int) -> str:
    """Of a signal; those for realtime have none."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
