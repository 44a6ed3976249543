"""What a document could do that has taken over the parser: run in a real worker, as that would."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import struct
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from browser.errors import BrowserError
from browser.net import child as children
from browser.net import confine, seccomp
from browser.net.child import Child
from browser.net.frames import Broken, Request, Status, read_refusal
from browser.net.sandbox import Sandbox
from browser.net.worker import Options
from browser.text import codec, render
from tests.fuzz.seeds import KINDS, Seed, folder, little_web
from tests.text.pages import data

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these are means of Linux")

OPTIONS = Options(512, 20, 200, 50_000)
# In this worker, a document that is no HTML is a program, and what comes of it a refusal.
TAKEN_OVER = """\
import errno, os
from browser.errors import FetchFailed
from browser.model.reason import Reason
from browser.net import worker
read = worker.render
def render(body, *args, **options):
    if body.startswith(b"<"):
        return read(body, *args, **options)
    scope = {"os": os}
    try:
        exec(body.decode(), scope)
    except OSError as error:
        result = errno.errorcode.get(error.errno, "no number")
    except Exception as error:
        result = type(error).__name__
    else:
        result = scope.get("result", "done")
    raise FetchFailed(Reason.UNREADABLE, str(result))
worker.render = render
"""
SYSCALL = """
import ctypes
call = ctypes.CDLL(None, use_errno=True).syscall
if call({}) == -1:
    raise OSError(ctypes.get_errno(), "")
"""


def altered(program: str) -> str:
    """The program of a worker, with *program* run before it begins."""
    before, marker, after = children.PROGRAM.partition("from browser.net.worker")
    return before + program + marker + after


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file, as a service's settings might lie somewhere."""
    place = tmp_path_factory.mktemp("service")
    (place / "settings.toml").write_text("token = 'secret'")
    return place


@pytest.fixture(scope="module")
async def worker(place: Path) -> AsyncIterator[Child]:
    """A confined worker that does what its documents say."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(children, "PROGRAM", altered(TAKEN_OVER))
        patch.syspath_prepend(str(place))  # as the folder is that a service was started in
        taken = Child(OPTIONS)
    try:
        await taken.ready()
        yield taken
    finally:
        taken.close()
        taken.wait()


@asynccontextmanager
async def started() -> AsyncIterator[Child]:
    """A worker as the program has it."""
    worker = Child(OPTIONS)
    try:
        await worker.ready()
        yield worker
    finally:
        worker.close()
        worker.wait()


async def done(worker: Child, program: str) -> str:
    """What came of *program* in the worker."""
    status, payload = await worker.ask(Request("text/plain", "http://a.test/", program.encode()))
    assert status is Status.REFUSED
    return read_refusal(payload)[1]


def held(worker: Child, what: str) -> None:
    """Skip where this system cannot keep workers from it; such a worker does not say it can."""
    if what not in worker.holds:
        pytest.skip(f"nothing here keeps a worker from {what}")


def untouched(place: Path) -> bool:
    """Whether the folder is as it was."""
    [only] = place.iterdir()
    return (only.name, only.read_text()) == ("settings.toml", "token = 'secret'")


NETWORK = {
    "TCP": "import socket; socket.socket()",
    "TCP over IPv6": "import socket; socket.socket(socket.AF_INET6)",
    "UDP": "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "a Unix socket": "import socket; socket.socket(socket.AF_UNIX)",
    "a pair of sockets": "import socket; socket.socketpair()",
    "netlink": "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "a packet socket": "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "connect on a pipe": SYSCALL.format(
        "42 if os.uname().machine == 'x86_64' else 203, 0, None, 0"
    ),
    "io_uring": SYSCALL.format("425, 8, None"),
}
PROCESSES = {
    "fork": "if os.fork() == 0: os._exit(0)",
    "posix_spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "a command": "import subprocess; subprocess.run(['/bin/true'], check=True)",
    "exec": "os.execv('/bin/true', ['true'])",
    "clone3": SYSCALL.format("435, None, 0"),
    "execveat": SYSCALL.format("322 if os.uname().machine == 'x86_64' else 281, -1, None, 0, 0, 0"),
    "a signal to the service": "os.kill(os.getppid(), 0)",
    "a signal to a group": "os.killpg(os.getpgid(0), 0)",
    "a signal to all": "os.kill(-1, 0)",
    "a handle on the service": "os.pidfd_open(os.getppid())",
    "ptrace": SYSCALL.format("101 if os.uname().machine == 'x86_64' else 117, 0, 0, 0, 0"),
    "another's memory": SYSCALL.format(
        "310 if os.uname().machine == 'x86_64' else 270, os.getppid(), None, 0, None, 0, 0"
    ),
    "its limits": "import resource; resource.prlimit(os.getppid(), resource.RLIMIT_CPU)",
    "a name space": SYSCALL.format("272 if os.uname().machine == 'x86_64' else 97, 0x10000000"),
    "a mount": SYSCALL.format("165 if os.uname().machine == 'x86_64' else 40, None, None, None, 0"),
    "keys": SYSCALL.format("250 if os.uname().machine == 'x86_64' else 219, 0, 0"),
    "bpf": SYSCALL.format("321 if os.uname().machine == 'x86_64' else 280, 0, None, 0"),
    "perf": SYSCALL.format("298 if os.uname().machine == 'x86_64' else 241, None, 0, 0, 0, 0"),
    "userfaultfd": SYSCALL.format("323 if os.uname().machine == 'x86_64' else 282, 0"),
    "another filter": SYSCALL.format("317 if os.uname().machine == 'x86_64' else 277, 0, 0, None"),
    "a life beyond the service": SYSCALL.format(
        "157 if os.uname().machine == 'x86_64' else 167, 1, 0, 0, 0, 0"
    ),
    "more memory": SYSCALL.format("160 if os.uname().machine == 'x86_64' else 164, 9, bytes(16)"),
}
WRITING = {
    "a new file": "open(PLACE + '/new', 'w')",
    "a file that is there": "open(PLACE + '/settings.toml', 'r+')",
    "its end": "open(PLACE + '/settings.toml', 'a')",
    "its length": "os.truncate(PLACE + '/settings.toml', 0)",
    "a file without a name": "os.open(PLACE, os.O_TMPFILE | os.O_RDWR)",
    "a file in memory": "os.memfd_create('x')",
    "a folder": "os.mkdir(PLACE + '/folder')",
    "a link": "os.symlink('/', PLACE + '/link')",
    "another name": "os.rename(PLACE + '/settings.toml', PLACE + '/other')",
    "no more": "os.unlink(PLACE + '/settings.toml')",
    "its mode": "os.chmod(PLACE + '/settings.toml', 0o777)",
    "our own code": "import browser; open(browser.__file__, 'r+')",
    "a device": "open('/dev/null', 'w')",
}
READING = {
    "settings": "open(PLACE + '/settings.toml')",
    "what lies there": "os.listdir(PLACE)",
    "the root": "os.listdir('/')",
    "users": "open('/etc/passwd')",
    "our environment": "open(f'/proc/{os.getppid()}/environ')",
    "our memory": "open(f'/proc/{os.getppid()}/mem', 'rb')",
    "our files": "os.listdir(f'/proc/{os.getppid()}/fd')",
    "the tests": f"open({__file__!r})",
}
ATTEMPTS = [
    *((confine.NETWORK, name, program) for name, program in NETWORK.items()),
    *((confine.PROCESSES, name, program) for name, program in PROCESSES.items()),
    *((confine.WRITING, name, program) for name, program in WRITING.items()),
    *((confine.READING, name, program) for name, program in READING.items()),
]


@pytest.mark.parametrize(
    ("what", "name", "program"), ATTEMPTS, ids=[name for _, name, _ in ATTEMPTS]
)
async def test_a_worker_cannot_do_what_it_says_it_cannot(
    worker: Child, place: Path, what: str, name: str, program: str
):
    held(worker, what)
    result = await done(worker, f"PLACE = {str(place)!r}\n{program}")
    assert result in {"EPERM", "EACCES", "ENOSYS"}, name
    assert untouched(place)


async def test_this_system_keeps_workers_from_everything(worker: Child):
    for what in confine.ALL:
        held(worker, what)
    assert worker.holds == set(confine.ALL)


async def test_no_thread_is_started_in_a_worker(worker: Child):
    held(worker, confine.PROCESSES)
    assert (
        await done(worker, "import threading; threading.Thread(target=print).start()")
        == "RuntimeError"
    )


async def test_a_worker_still_reads_time_chance_its_own_code_and_its_own_usage(worker: Child):
    allowed = """
import browser, random, resource, time, zoneinfo
result = [
    time.time() > 0,
    time.localtime().tm_year > 2000,
    len(os.urandom(8)) == 8,
    open(browser.__file__).read() != "",
    resource.getrusage(resource.RUSAGE_SELF).ru_utime > 0,
    os.getpid() > 0,
]
resource.setrlimit(resource.RLIMIT_CPU, (100, resource.getrlimit(resource.RLIMIT_CPU)[1]))
time.sleep(0)
"""
    assert await done(worker, allowed) == str([True] * 6)


@pytest.fixture
def programs() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.mark.parametrize(
    ("program", "ends"),
    [
        ("os.abort()", signal.SIGABRT),
        ("os.kill(os.getpid(), 11)", signal.SIGSEGV),
        ("import ctypes; ctypes.string_at(0)", signal.SIGSEGV),
        ("import ctypes; ctypes.CDLL(None).syscall(0x40000000 + 39)", signal.SIGSYS),
    ],
    ids=["abort", "a signal to itself", "a bad address", "a call of another ABI"],
)
async def test_what_ends_a_worker_still_does(
    programs: pytest.MonkeyPatch, program: str, ends: signal.Signals
):
    if ends is signal.SIGSYS and os.uname().machine != "x86_64":
        pytest.skip("this machine has one ABI only")
    programs.setattr(children, "PROGRAM", altered(TAKEN_OVER))
    async with started() as worker:
        held(worker, confine.PROCESSES)
        with pytest.raises(Broken):
            await done(worker, program)
        worker.wait()
        assert worker._process.returncode == -ends


# What is not there is not claimed


WITHOUT = {
    "seccomp.install": "import browser.net.seccomp as m; m.install = lambda: False\n",
    "landlock.restrict": "import browser.net.landlock as m; m.restrict = lambda _: False\n",
    "unshare": "import browser.net.confine as m; m._leave_the_network = lambda: False\n",
}


@pytest.mark.parametrize(
    ("missing", "left"),
    [
        (["landlock.restrict"], {confine.NETWORK, confine.PROCESSES, confine.WRITING}),
        (["seccomp.install", "unshare"], {confine.READING, confine.WRITING}),
        (["seccomp.install", "unshare", "landlock.restrict"], set()),
    ],
)
async def test_what_a_system_has_not_is_not_claimed_and_the_log_says_so_once(
    programs: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    worker: Child,
    missing: list[str],
    left: set[str],
):
    for what in left:
        held(worker, what)
    programs.setattr(children, "PROGRAM", altered("".join(WITHOUT[name] for name in missing)))
    caplog.set_level(logging.INFO, "browser")
    readers = Sandbox(workers=2, timeout=20)
    await readers.warm()
    page = await readers.render(b"<p>Some words.", "text/html", "http://a.test/")
    assert codec.decode(page).lines[2].text == "Some words."
    assert [child.holds for child in readers._idle] == [left] * 3
    await readers.aclose()
    told = [record.getMessage() for record in caplog.records]
    expected = [f"workers are kept from: {', '.join(sorted(left))}"] if left else []
    absent = ", ".join(name for name in confine.ALL if name not in left)
    assert told == [*expected, f"nothing on this system keeps workers from: {absent}"]


async def test_without_a_filter_a_worker_goes_where_no_network_is(programs: pytest.MonkeyPatch):
    programs.setattr(
        children,
        "PROGRAM",
        altered(WITHOUT["seccomp.install"] + WITHOUT["landlock.restrict"] + TAKEN_OVER),
    )
    async with started() as worker:
        if not worker.holds:
            pytest.skip("nor may this user make name spaces")
        assert worker.holds == {confine.NETWORK}
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            result = await done(
                worker, f"import socket; socket.create_connection(('127.0.0.1', {port}), 5)"
            )
        assert result == "ENETUNREACH"


# Reading goes on


SMALL = {
    "EUC-JP without a label": (
        b"<p>" + "灯台の光が海を照らす。".encode("euc-jp") * 40,
        "text/html",
    ),
    "a feed": (
        b"<rss><channel><title>F</title><item><title>x</title></item></channel></rss>",
        "application/rss+xml",
    ),
    "a JSON feed": (
        b'{"version":"https://jsonfeed.org/version/1.1","items":[{"content_html":"<p>x"}]}',
        "application/feed+json",
    ),
    "JSON lines": (b'{"a": 1}\n{"a": 2}\n', "application/x-ndjson"),
    "XHTML": (
        b"<html xmlns='http://www.w3.org/1999/xhtml'><body><p>words</p></body></html>",
        "application/xhtml+xml",
    ),
    "a table": (b"a\tb\n1\t2\n", "text/tab-separated-values"),
    "Markdown": (b"# Title\n\n* item\n\n[x](/y) `code`\n", "text/markdown"),
}


async def same(worker: Child, body: bytes, kind: str) -> bool:
    """Whether a confined worker makes of a document what we make of it."""
    status, payload = await worker.ask(Request(kind, "http://a.test/x", body))
    try:
        page = render(body, kind, "http://a.test/x")
    except BrowserError as error:
        return status is Status.REFUSED and read_refusal(payload) == (error.reason, error.sentence)
    return status is Status.PAGE and codec.decode(payload) == page


@pytest.mark.timeout(120)
async def test_every_kind_of_document_is_read_as_without_confinement():
    kinds = set()
    async with started() as worker:
        for seed in little_web():
            assert await same(worker, seed.body(), seed.kind), seed.name
            kinds.add(seed.kind)
        for name, (body, kind) in SMALL.items():
            assert await same(worker, body, kind), name
            kinds.add(kind)
    assert kinds >= set(KINDS.values()) - {"application/atom+xml"}


@pytest.mark.timeout(120)
async def test_real_pages_are_read_as_without_confinement():
    pages: list[Seed] = folder(data("pages"))
    async with started() as worker:
        for seed in pages[::40]:
            assert await same(worker, seed.body(), seed.kind), seed.name


# The filter, as the kernel would run it: also for the machine that this one is not


def run(program: bytes, arch: int, number: int, *arguments: int) -> int:
    """What the filter returns for a call (classic BPF, as far as it is used)."""
    words = struct.pack("=iIQ6Q", number, arch, 0, *arguments, *[0] * (6 - len(arguments)))
    at = accumulator = 0
    while True:
        code, if_true, if_false, value = struct.unpack_from("=HBBI", program, 8 * at)
        at += 1
        if code == 0x20:
            [accumulator] = struct.unpack_from("=I", words, value)
        elif code == 0x06:
            return int(value)
        else:
            holds = {
                0x15: accumulator == value,
                0x35: accumulator >= value,
                0x45: bool(accumulator & value),
            }[code]
            at += if_true if holds else if_false


ALLOW, KILL = 0x7FFF0000, 0x80000000
EPERM, ENOSYS = 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
X86, ARM = 0xC000003E, 0xC00000B7
AT_CWD = 0xFFFFFF9C
ME = 4711


@pytest.mark.parametrize(
    ("machine", "arch", "number", "arguments", "result"),
    [
        ("x86_64", X86, 0, (), ALLOW),  # read
        ("aarch64", ARM, 63, (), ALLOW),
        ("x86_64", X86, 257, (AT_CWD, 0, os.O_CLOEXEC), ALLOW),  # openat
        ("x86_64", X86, 257, (AT_CWD, 0, os.O_RDWR), EPERM),
        ("x86_64", X86, 257, (AT_CWD, 0, os.O_CREAT), EPERM),
        ("aarch64", ARM, 56, (AT_CWD, 0, os.O_CLOEXEC), ALLOW),
        ("aarch64", ARM, 56, (AT_CWD, 0, os.O_WRONLY), EPERM),
        ("x86_64", X86, 2, (0, os.O_RDONLY), ALLOW),  # open
        ("x86_64", X86, 2, (0, os.O_TRUNC), EPERM),
        ("x86_64", X86, 41, (), EPERM),  # socket
        ("aarch64", ARM, 198, (), EPERM),
        ("x86_64", X86, 53, (), EPERM),  # socketpair
        ("x86_64", X86, 56, (), EPERM),  # clone
        ("aarch64", ARM, 220, (), EPERM),
        ("x86_64", X86, 59, (), EPERM),  # execve
        ("aarch64", ARM, 221, (), EPERM),
        ("x86_64", X86, 435, (), ENOSYS),  # clone3
        ("aarch64", ARM, 437, (), ENOSYS),  # openat2
        ("x86_64", X86, 9999, (), ENOSYS),
        ("x86_64", X86, 234, (ME, ME, 6), ALLOW),  # tgkill
        ("x86_64", X86, 234, (ME - 1, ME, 6), EPERM),
        ("aarch64", ARM, 129, (ME, 6), ALLOW),  # kill
        ("aarch64", ARM, 129, (0, 6), EPERM),
        ("aarch64", ARM, 129, (0xFFFFFFFF, 6), EPERM),
        ("x86_64", X86, 302, (0, 0, 1), ALLOW),  # prlimit64
        ("x86_64", X86, 302, (ME - 1, 0, 0), EPERM),
        ("aarch64", ARM, 261, (0, 9, 1), EPERM),
        ("x86_64", X86, 16, (0, 0x5401), ALLOW),  # ioctl
        ("x86_64", X86, 16, (0, 0x5412), EPERM),  # TIOCSTI
        ("x86_64", X86, 72, (0, 1030), ALLOW),  # fcntl
        ("x86_64", X86, 72, (0, 8), EPERM),  # F_SETOWN
        ("x86_64", X86, 0x40000000, (), KILL),
        ("x86_64", 0x40000003, 11, (), KILL),  # execve of i386
        ("aarch64", 0x40000028, 11, (), KILL),  # of 32-bit ARM
        ("aarch64", X86, 0, (), KILL),
    ],
)
def test_the_filter_says_of_each_call(
    machine: str, arch: int, number: int, arguments: tuple[int, ...], result: int
):
    assert run(seccomp.program(machine, ME), arch, number, *arguments) == result
