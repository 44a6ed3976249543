from __future__ import annotations

import json
import os
import random
import resource
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from browser.errors import BrowserError, FetchFailed
from browser.model.reason import Reason
from browser.net import child as children
from browser.net import sandbox as module
from browser.net.child import Child
from browser.net.sandbox import Sandbox
from browser.text import codec

PAGE = b"<!doctype html><title>A page</title><main><p>" + b"Plain words to be read. " * 20
HTML = "text/html; charset=utf-8"
URL = "http://a.test/page"
LONG = b"<p>" + b"<b>a few</b> words " * 400_000  # seconds of honest work

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")


UVLOOP = ("asyncio", {"use_uvloop": True})
on_both_loops = pytest.mark.parametrize(
    "anyio_backend", [UVLOOP, ("asyncio", {"use_uvloop": False})], ids=["uvloop", "asyncio"]
)


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return UVLOOP


@pytest.fixture
async def readers(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sandbox]:
    """One worker, and no spare one: who is asked next is known."""
    monkeypatch.setattr(module, "SPARE", 0)
    readers = Sandbox(workers=1, timeout=20)
    yield readers
    await readers.aclose()


async def reads_on(readers: Sandbox) -> bool:
    """The next document is read as if nothing had happened, and no worker is held."""
    page = codec.decode(await readers.render(PAGE, HTML, URL))
    assert page.title == "A page"
    assert not readers._busy
    assert len(readers._idle) <= readers.workers + module.SPARE
    assert readers._free.value == readers.workers
    return True


async def refused(readers: Sandbox, body: bytes, content_type: str = HTML) -> BrowserError:
    with pytest.raises(BrowserError) as caught:
        await readers.render(body, content_type, URL)
    return caught.value


async def until(holds: Callable[[], object]) -> None:
    with anyio.fail_after(20):
        while not holds():
            await anyio.lowlevel.checkpoint()


def worker(readers: Sandbox) -> int:
    """The process that will read the next document."""
    return readers._idle[-1].pid


def lives(pid: int) -> bool:
    """Whether the process runs; one that ended and was not yet fetched does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def spent(pid: int) -> float:
    """Processor seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@on_both_loops
async def test_a_document_becomes_a_page(readers: Sandbox):
    page = codec.decode(await readers.render(PAGE, HTML, URL))
    assert (page.title, page.url) == ("A page", URL)
    assert "Plain words to be read." in page.lines[2].text


async def test_what_cannot_be_read_is_a_failure_with_the_readers_reason(readers: Sandbox):
    error = await refused(readers, b"\x89PNG\r\n\x1a\n" + bytes(100), "image/png")
    assert isinstance(error, FetchFailed)
    assert (error.reason, error.url) == (Reason.UNSUPPORTED_TYPE, URL)
    assert (await refused(readers, b"")).reason is Reason.NO_TEXT
    pid = worker(readers)
    assert await reads_on(readers)
    assert worker(readers) == pid  # a refusal is no reason to end a worker


@on_both_loops
async def test_a_page_larger_than_any_pipe_comes_through(readers: Sandbox):
    body = b"<p>" + b"<p>".join(b"%d words and more words" % n for n in range(60_000))
    page = codec.decode(await readers.render(body, HTML, URL))
    assert page.truncated
    assert len(body) > children.PIPE
    assert page.lines[40_000].text == "39998 words and more words"


# Hostile documents


def lexbor_340(count: int) -> bytes:
    opened = [b"<%s %d>" % (tag, number) for tag in (b"b", b"i") for number in range(count)]
    return b"".join(opened) + b"x" + b"</b>" * count


HOSTILE = {
    "deep": b"<div>" * 100_000 + b"x",
    "options": b"<select>" + b"<option>a" * 100_000,
    "attributes": b"<p " + b" ".join(b"a%d=1" % n for n in range(16_000)) + b">words",
    "formatting": lexbor_340(3_000),
    "fonts": b"".join(b"<font a=%d>" % n for n in range(50_000)),
    "links": b"<a><div>" * 50_000,
    "bodies": b"<body bi>" * 50_000,
    "tables": b"<table><tr><td>" * 20_000,
    "foreign": b"<svg><foreignObject><math><mi>" * 20_000,
    "nul": bytes(3_000_000),
    "noise": random.Random(1).randbytes(1_000_000),
    "utf-16": "<p>words".encode("utf-16-le") * 1000,
}


async def test_hostile_documents_are_unreadable_soon_and_the_next_one_is_read(readers: Sandbox):
    await readers.warm()
    for name, body in HOSTILE.items():
        with anyio.fail_after(10):
            error = await refused(readers, body)
        assert isinstance(error, FetchFailed), name
        assert error.reason in {Reason.UNREADABLE, Reason.NO_TEXT}, name
        assert error.sentence.endswith("Choose another source."), name
        assert await reads_on(readers)


@pytest.mark.parametrize("content_type", ["application/octet-stream", "video/mp4"])
async def test_bytes_that_are_no_text_are_refused_whatever_they_are_called(
    readers: Sandbox, content_type: str
):
    error = await refused(readers, HOSTILE["noise"], content_type)
    assert error.reason in {Reason.UNREADABLE, Reason.UNSUPPORTED_TYPE}
    assert await reads_on(readers)


async def test_a_document_that_takes_too_long_is_given_up_and_its_worker_killed():
    hasty = Sandbox(workers=1, timeout=0.05)
    await hasty.warm()
    pid = worker(hasty)
    error = await refused(hasty, LONG)
    assert isinstance(error, FetchFailed)
    assert error.reason is Reason.UNREADABLE
    assert "too long" in error.sentence
    assert worker(hasty) != pid
    await until(lambda: not lives(pid))
    await hasty.aclose()


async def test_a_document_that_needs_more_memory_than_it_may_have_is_unreadable(
    monkeypatch: pytest.MonkeyPatch,
):
    small = Sandbox(workers=1, timeout=20, memory_mb=8)
    # Modules that a rare document needs are allowed for; here, all of it would go to this one.
    program = "from browser.net import worker; worker.LATE_IMPORTS = 0\n"
    before, marker, after = children.PROGRAM.partition("from browser.net.worker")
    monkeypatch.setattr(children, "PROGRAM", before + program + marker + after)
    error = await refused(small, b"<p>" + b"word " * 600_000)
    assert error.reason is Reason.UNREADABLE
    assert await reads_on(small)
    await small.aclose()


# Workers that end, or turn on us


@on_both_loops
async def test_a_worker_that_is_killed_at_its_work_costs_one_command(readers: Sandbox):
    await readers.warm()
    pid = worker(readers)
    async with anyio.create_task_group() as group:

        async def kill() -> None:
            await until(lambda: readers._busy)
            os.kill(pid, signal.SIGKILL)

        group.start_soon(kill)
        error = await refused(readers, LONG)
    assert (error.reason, error.url) == (Reason.UNREADABLE, URL)
    assert worker(readers) != pid
    assert await reads_on(readers)


async def test_a_worker_that_died_in_its_sleep_costs_nothing(readers: Sandbox):
    await readers.warm()
    pid = worker(readers)
    os.kill(pid, signal.SIGKILL)
    await until(lambda: not lives(pid))
    assert await reads_on(readers)
    assert worker(readers) != pid


async def test_a_worker_that_dies_while_it_starts_is_logged_and_the_answer_is_busy(
    readers: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(children, "PROGRAM", "import a_module_that_nobody_has")
    await readers.warm()
    assert "No module named 'a_module_that_nobody_has'" in caplog.text
    error = await refused(readers, PAGE)
    assert not isinstance(error, FetchFailed)
    assert (error.reason, error.retry_after) == (Reason.BUSY, 5)
    monkeypatch.undo()
    assert await reads_on(readers)


READY = "import os, sys, time, struct\nos.write(1, struct.pack('<BI', 0, 0))\n"
TAKEN = READY + "os.read(0, 1)\n"
TURNED = {
    "leaves": TAKEN,
    "crashes": TAKEN + "os.kill(os.getpid(), 11)",
    "says nothing and closes": TAKEN + "os.close(1); time.sleep(60)",
    "says what is no status": TAKEN + "os.write(1, struct.pack('<BI', 9, 0)); time.sleep(60)",
    "is ready again": TAKEN + "os.write(1, struct.pack('<BI', 0, 0)); time.sleep(60)",
    "promises 4 GiB": TAKEN + "os.write(1, struct.pack('<BI', 1, 2**32 - 1)); time.sleep(60)",
    "stops in the middle": TAKEN + "os.write(1, struct.pack('<BI', 1, 9) + b'half')",
    "stops in the head": TAKEN + "os.write(1, b'\\x01\\x00')",
    "says too much": TAKEN + "os.write(1, struct.pack('<BI', 1, 1) + b'two'); time.sleep(60)",
    "never stops": TAKEN + "while True: os.write(1, b'\\xff' * 65536)",
    "refuses in pickle": TAKEN
    + "import pickle; p = pickle.dumps(['no_text', 'x'])\n"
    + "os.write(1, struct.pack('<BI', 2, len(p)) + p); time.sleep(60)",
}


@pytest.mark.parametrize("name", TURNED)
async def test_a_worker_whose_answer_is_none_is_replaced(
    readers: Sandbox, monkeypatch: pytest.MonkeyPatch, name: str
):
    monkeypatch.setattr(children, "PROGRAM", TURNED[name])
    await readers.warm()
    pid = worker(readers)
    monkeypatch.undo()
    with anyio.fail_after(15):
        error = await refused(readers, PAGE)
    assert isinstance(error, FetchFailed)
    assert (error.reason, error.url) == (Reason.UNREADABLE, URL)
    await until(lambda: not lives(pid))
    assert await reads_on(readers)


async def test_an_answer_that_nobody_asked_for_is_not_taken_for_the_next_one(
    readers: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    program = READY + "time.sleep(0.2); os.write(1, struct.pack('<BI', 1, 6) + b'forged')\n"
    monkeypatch.setattr(children, "PROGRAM", program + "time.sleep(60)")
    await readers.warm()
    await until(lambda: not readers._idle[-1].is_fit())
    monkeypatch.undo()
    assert await reads_on(readers)


async def test_what_a_worker_prints_reaches_neither_us_nor_its_answers(
    readers: Sandbox, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    noisy = (
        "from browser.net import worker\n"
        "read = worker.render\n"
        "def render(*args, **options):\n"
        "    print('x' * 1000)\n"
        "    try:\n"
        "        sys.stdout.flush(); sys.stderr.write('y' * 3_000_000); sys.stderr.flush()\n"
        "    except BlockingIOError:\n"
        "        pass\n"
        "    return read(*args, **options)\n"
        "worker.render = render\n"
    )
    before, marker, after = children.PROGRAM.partition("from browser.net.worker")
    monkeypatch.setattr(children, "PROGRAM", before + noisy + marker + after)
    await readers.warm()
    pid = worker(readers)
    assert await reads_on(readers)
    assert worker(readers) == pid
    assert capfd.readouterr() == ("", "")


@linux
async def test_a_worker_ends_with_everything_it_started(
    readers: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    note = tmp_path / "pid"
    forks = (
        "import pathlib\n"
        "child = os.fork()\n"
        f"if child: pathlib.Path({str(note)!r}).write_text(str(child))\n"
        "time.sleep(60)"
    )
    monkeypatch.setattr(children, "PROGRAM", READY + forks)
    await readers.warm()
    await until(lambda: note.exists() and note.read_text())
    assert lives(int(note.read_text()))
    readers._idle[-1].end()
    await until(lambda: not lives(int(note.read_text())))


# Documents that end their worker, and the spare one

# In this worker, a document that is no HTML is a program: what a bomb does to a parser.
BOMBS_GO_OFF = """\
from browser.net import worker
read = worker.render
def render(body, *args, **options):
    if body.startswith(b"<"):
        return read(body, *args, **options)
    exec(body.decode(), {"os": __import__("os")})
    raise SystemExit
worker.render = render
"""
BOMBS = {
    "endless": b"while True: pass",
    "endless in a library": b"import re; re.match('(a*)*(a*)*(a*)*b', 'a' * 40)",
    "memory": b"kept = [bytes(2**28) for _ in range(99)]",
    "memory, bit by bit": b"kept = []\nwhile True: kept.append(bytes(10**6))",
    "abort": b"os.abort()",
    "a bad address": b"import ctypes; ctypes.string_at(0)",
    "a stack without end": b"exec('def f(): f()\\nf()')",
    "an end": b"os._exit(0)",
    "more than a page": b"[os.write(n, bytes(2**26)) for n in (1, 2, 3, 4)]",
}


def set_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, workers do what their documents say."""
    before, marker, after = children.PROGRAM.partition("from browser.net.worker")
    monkeypatch.setattr(children, "PROGRAM", before + BOMBS_GO_OFF + marker + after)


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_costs_one_command(monkeypatch: pytest.MonkeyPatch, name: str):
    set_off(monkeypatch)
    readers = Sandbox(workers=1, timeout=1)
    await readers.warm()
    error = await refused(readers, BOMBS[name], "text/html")
    assert isinstance(error, FetchFailed)
    assert (error.reason, error.url) == (Reason.UNREADABLE, URL)
    assert error.sentence.endswith("Choose another source.")
    readers._timeout = 20  # this machine may be busy; a page is what is asked for now
    assert await reads_on(readers)
    await readers.aclose()


async def test_after_a_kill_a_warm_worker_takes_over_and_a_new_one_gets_warm(
    monkeypatch: pytest.MonkeyPatch,
):
    set_off(monkeypatch)
    readers = Sandbox(workers=1, timeout=20)
    await readers.warm()
    spare, first = readers._idle
    await refused(readers, BOMBS["abort"])
    assert spare.is_ready  # it waits for a document, and the document not for it
    newest = readers._idle[0]
    assert {child.pid for child in readers._idle} == {spare.pid, newest.pid}
    assert newest.pid != first.pid
    assert await reads_on(readers)
    assert readers._idle[-1] is spare
    await readers.aclose()


async def test_a_worker_that_could_not_be_started_is_started_later(
    monkeypatch: pytest.MonkeyPatch,
):
    readers = Sandbox(workers=1, timeout=20)
    await readers.warm()
    with monkeypatch.context() as broken:
        broken.setattr(children, "PROGRAM", "import a_module_that_nobody_has")
        readers._replace(readers._idle.pop(), "died")
        await until(lambda: not lives(readers._idle[0].pid))
    assert await reads_on(readers)
    readers._replace(readers._idle.pop(), "died")
    assert await reads_on(readers)
    await readers.warm()
    assert len(readers._idle) == 1 + module.SPARE
    assert all(child.is_ready for child in readers._idle)
    await readers.aclose()


async def test_bombs_of_one_leave_a_worker_for_the_others(monkeypatch: pytest.MonkeyPatch):
    set_off(monkeypatch)
    readers = Sandbox(workers=2, timeout=20)
    await readers.warm()
    async with anyio.create_task_group() as group:
        group.start_soon(refused, readers, BOMBS["endless"])
        await until(lambda: readers._busy)
        for _ in range(20):
            page = codec.decode(await readers.render(PAGE, HTML, URL))
            assert page.title == "A page"
        [bomb] = readers._busy
        bomb.end()
    assert await reads_on(readers)
    await readers.aclose()


# What a worker has and may


@linux
async def test_a_worker_has_no_environment_and_may_little(
    readers: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("BROWSER_SERVER__TOKENS", "secret")
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)
    await readers.warm()
    process = Path("/proc") / str(worker(readers))
    assert (process / "environ").read_bytes() == b""
    assert (process / "cwd").readlink() == Path("/")
    assert b"secret" not in (process / "cmdline").read_bytes()
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    assert status["NoNewPrivs"].strip() == "1"
    assert (process / "oom_score_adj").read_text().strip() == "1000"
    assert os.getsid(worker(readers)) == worker(readers)
    assert len(list((process / "fd").iterdir())) == 4  # three pipes, one of them twice
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        assert resource.prlimit(worker(readers), what) == (most, most)
    memory, hard = resource.prlimit(worker(readers), resource.RLIMIT_AS)
    assert memory == hard
    assert 512 * 2**20 < memory < 2**30


@linux
async def test_processor_time_is_allowed_anew_for_each_document(readers: Sandbox):
    await readers.warm()
    assert resource.prlimit(worker(readers), resource.RLIMIT_CPU)[0] == resource.RLIM_INFINITY
    assert await reads_on(readers)
    first, _ = resource.prlimit(worker(readers), resource.RLIMIT_CPU)
    assert 20 <= first <= 25
    while spent(worker(readers)) < 1.2:
        await readers.render(LONG[:1_000_000], HTML, URL)
    assert await reads_on(readers)
    later, _ = resource.prlimit(worker(readers), resource.RLIMIT_CPU)
    assert later > first


async def test_a_worker_is_replaced_after_so_many_documents(
    readers: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "TASKS", 3)
    pids = []
    for _ in range(7):
        await readers.warm()
        pids.append(worker(readers))
        assert await reads_on(readers)
    assert [pids.index(pid) for pid in pids] == [0, 0, 0, 3, 3, 3, 6]
    await until(lambda: not lives(pids[0]))


# Many at a time


@on_both_loops
async def test_fifty_documents_are_read_by_two_workers(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "PATIENCE", 60)
    two = Sandbox(workers=2, timeout=20)
    titles: dict[int, str] = {}

    async def read(n: int) -> None:
        body = b"<title>%d</title>" % n + PAGE[15:] + b"<p>more words" * (n * 37 % 50)
        titles[n] = codec.decode(await two.render(body, HTML, f"http://a.test/{n}")).title
        assert len(two._busy) <= 2

    async with anyio.create_task_group() as group:
        for n in range(50):
            group.start_soon(read, n)
    assert titles == {n: str(n) for n in range(50)}
    assert len({child.pid for child in two._idle}) == 2
    assert await reads_on(two)
    await two.aclose()
    assert Sandbox().workers == os.cpu_count()


async def test_when_every_worker_is_taken_the_answer_is_busy(
    readers: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    await readers.warm()
    async with anyio.create_task_group() as group:
        group.start_soon(readers.render, LONG, HTML, URL)
        await until(lambda: readers._busy)
        error = await refused(readers, PAGE)
        assert not isinstance(error, FetchFailed)
        assert (error.reason, error.retry_after, error.url) == (Reason.BUSY, 5, URL)
        group.cancel_scope.cancel()
    assert await reads_on(readers)


@on_both_loops
async def test_who_goes_away_takes_the_worker_along_and_holds_none(readers: Sandbox):
    await readers.warm()
    pid = worker(readers)
    async with anyio.create_task_group() as group:
        group.start_soon(readers.render, LONG, HTML, URL)
        await until(lambda: readers._busy)
        group.start_soon(readers.render, PAGE, HTML, URL)
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    await until(lambda: not lives(pid))
    assert worker(readers) != pid
    assert await reads_on(readers)


async def test_who_goes_away_while_a_worker_starts_leaves_it_to_the_next(readers: Sandbox):
    async with anyio.create_task_group() as group:
        group.start_soon(readers.render, PAGE, HTML, URL)
        await until(lambda: readers._busy)
        group.cancel_scope.cancel()
    pid = worker(readers)
    assert await reads_on(readers)
    assert worker(readers) == pid


async def test_a_machine_that_can_start_no_process_is_busy_and_nothing_worse(readers: Sandbox):
    await readers.warm()
    pid = worker(readers)
    os.kill(pid, signal.SIGKILL)
    await until(lambda: not lives(pid))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        error = await refused(readers, PAGE)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (error.reason, error.url) == (Reason.BUSY, URL)
    assert await reads_on(readers)


# The end


@on_both_loops
async def test_closing_ends_every_worker_and_fails_who_still_waits():
    readers = Sandbox(workers=2, timeout=20)
    await readers.warm()
    pids = [child.pid for child in readers._idle]
    errors: list[BrowserError] = []

    async def wait() -> None:
        errors.append(await refused(readers, LONG))

    async with anyio.create_task_group() as group:
        group.start_soon(wait)
        await until(lambda: readers._busy)
        await readers.aclose()
    assert [error.reason for error in errors] == [Reason.UNREADABLE]
    assert not any(lives(pid) for pid in pids)
    assert not readers._idle
    assert (await refused(readers, PAGE)).reason is Reason.BUSY
    await readers.aclose()


SERVICE = """
import anyio
from browser.net.sandbox import Sandbox

async def main():
    readers = Sandbox(workers=2)
    await readers.warm()
    print(*[child.pid for child in readers._idle], flush=True)
    await anyio.sleep(60)

anyio.run(main)
"""


@linux
@pytest.mark.parametrize("stopped", [False, True], ids=["idle", "not even looking"])
def test_workers_do_not_outlive_a_service_that_is_killed(stopped: bool, tmp_path: Path):
    # No guard around the main part: a worker does not import the script of its service.
    script = tmp_path / "service.py"
    script.write_text(SERVICE)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment
    ) as service:
        assert service.stdout is not None
        pids = [int(pid) for pid in service.stdout.readline().split()]
        assert len(pids) == 2 + module.SPARE
        assert all(lives(pid) for pid in pids)
        for pid in pids if stopped else []:
            os.kill(pid, signal.SIGSTOP)
        ends = select.poll()
        for pid in pids:
            ends.register(os.pidfd_open(pid), select.POLLIN)
        service.kill()
    for _ in pids:
        [(descriptor, _)] = ends.poll(20_000)[:1]
        ends.unregister(descriptor)
        os.close(descriptor)
    assert not any(lives(pid) for pid in pids)


async def test_a_document_is_written_whole_however_slowly_it_is_taken(
    monkeypatch: pytest.MonkeyPatch,
):
    head = 8 + len(json.dumps(["text/html", "http://a.test"]))
    slow = (
        READY
        + f"got = 0\nwhile got < {head + 3_000_000}: got += len(os.read(0, 50_001))\n"
        + "os.write(1, struct.pack('<BI', 1, 4) + struct.pack('<I', got)); time.sleep(60)"
    )
    monkeypatch.setattr(children, "PROGRAM", slow)
    monkeypatch.setattr(children, "PIPE", 4096)
    readers = Sandbox(workers=1, timeout=20)
    answer = await readers.render(bytes(3_000_000), "text/html", "http://a.test")
    assert int.from_bytes(answer, "little") == head + 3_000_000
    await readers.aclose()


async def test_a_worker_starts_from_what_we_import(tmp_path: Path):
    """Not from the working folder, whatever stands there."""
    (tmp_path / "browser").mkdir()
    (tmp_path / "browser" / "__init__.py").write_text("raise SystemExit('not this one')")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        patch.syspath_prepend("")
        patch.setenv("PYTHONPATH", str(tmp_path))
        child = Child(Sandbox()._options)
        await child.ready()
        child.close()
        child.wait()
