"""What a worker may no longer do once it reads documents: reach out, start, write, look around.

A document that takes over the parser runs with all that the worker has. So before the first one,
the worker gives up what reading needs no more: the network, other processes, writing, and every
file but those of Python and its libraries. It cannot get them back.

Each is done by what the system has: a filter of system calls (`browser.net.seccomp`), the files
that may be read (`browser.net.landlock`); without the first, a name space without a network. What
a system has not is not done and not claimed: `confine` returns what holds, and the service says
so once in its log.

What remains: processor time and memory up to the limits, the pipe to the service, which takes an
encoded page or a sentence and nothing else, and the metadata of files. And the documents that
follow: a worker that was taken over can read them, up to `browser.net.sandbox.TASKS` of them, and
forge their words, though not their addresses and digests, which the service knows.
"""

from __future__ import annotations

import ctypes
import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import browser
from browser.net import landlock, seccomp

NETWORK = "network"  # no socket is made, or none leads anywhere
PROCESSES = "processes"  # none is started, traced or signalled
READING = "reading"  # only what Python needs
WRITING = "writing"  # no file is opened for it, made or removed
ALL = (NETWORK, PROCESSES, READING, WRITING)

_OURS = (browser.__name__, "__main__")
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # linux/sched.h
# Libraries that a late import loads, and what the C library reads by itself.
_SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/etc/ld-musl-x86_64.path",
    "/etc/ld-musl-aarch64.path",
    "/etc/localtime",
    "/dev/null",
    "/dev/urandom",
)


def confine() -> tuple[str, ...]:
    """Give up, for good, all that this process can give up. Needs ``PR_SET_NO_NEW_PRIVS``.

    Returns:
        What holds: some of `ALL`.
    """
    sys.dont_write_bytecode = True
    held: set[str] = set()
    if landlock.restrict(_readable()):
        held |= {READING, WRITING}
    if seccomp.install():
        held |= {NETWORK, PROCESSES, WRITING}
    elif _leave_the_network():
        held.add(NETWORK)
    return tuple(sorted(held))


def _leave_the_network() -> bool:
    """Go where no network is; a user name space makes it possible without privileges."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK) == 0)


def _readable() -> list[Path]:
    """Folders and files that an import may read: our package, where modules are, libraries."""
    home = Path(browser.__file__).resolve().parent
    libraries = os.environ.get("LD_LIBRARY_PATH", "").split(":")
    named = map(Path, [*_module_folders(), *_mapped(), *_SYSTEM, *libraries])
    return [home, *dict.fromkeys(path for path in named if path.is_absolute())]


def _module_folders() -> Iterator[str]:
    """Python's own, and every place of the module path that gave us a module other than ours.

    The folder that the service was started in stands in the path too, at times, with its
    settings and its database: it counts only when libraries lie there.
    """
    for name in ("stdlib", "platstdlib", "purelib", "platlib"):
        yield sysconfig.get_path(name)
    used = {
        _place(name, str(module.__file__))
        for name, module in list(sys.modules.items())
        if name not in _OURS and "." not in name and getattr(module, "__file__", None)
    }
    yield from (entry for entry in sys.path if entry in used)


def _place(name: str, file: str) -> str:
    """The entry of the module path that the module in *file* was found below."""
    folder = Path(file).parent
    return str(folder.parent if folder.name == name else folder)


def _mapped() -> Iterator[str]:
    """Where the libraries lie that are loaded already: what they need lies beside them."""
    try:
        maps = Path("/proc/self/maps").read_text("utf-8", "replace")
    except OSError:
        return
    for line in maps.splitlines():
        path = line[line.find("/") :] if "/" in line else ""
        if ".so" in path:
            yield str(Path(path).parent)
