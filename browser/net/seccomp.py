"""The system calls of a process that only reads documents: all others are refused for good.

Governing text: Linux, ``seccomp(2)`` and ``linux/filter.h``; numbers of calls from the kernel's
``unistd.h`` of each architecture. A filter is a short program of classic BPF that the kernel runs
at every system call.

The calls named here are what Python, its libraries and their late imports need: memory, files
opened for reading, the pipes that are open already. No call makes a socket, starts a process or a
thread, opens a file for writing, signals another process, traces one or changes a limit but the
one on processor time. A call that is not named fails with ``EPERM``, or with ``ENOSYS`` when it
is young: a C library that tries ``clone3`` first then falls back to what can be refused. Another
architecture's calls end the process.

Left to taste: a list of what is needed, not of what is bad, since kernels gain calls each year.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import struct
import sys
from collections.abc import Mapping
from typing import NamedTuple

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # linux/bpf_common.h
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000  # linux/seccomp.h
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_X32 = 0x40000000  # bit of a call of the x32 ABI
_YOUNG = 424  # from here on, calls have one number everywhere; Linux 5.1
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2  # linux/prctl.h

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_TERMINAL, _CLOSE_ON_EXEC = 0x5401, 0x5451  # requests of ioctl: is it a terminal; TCGETS, FIOCLEX
_COMMANDS = (fcntl.F_GETFD, fcntl.F_SETFD, fcntl.F_GETFL, fcntl.F_DUPFD, 1030)  # F_DUPFD_CLOEXEC
_PROCESSOR_TIME = 0  # RLIMIT_CPU


class _Machine(NamedTuple):
    """An architecture: its name to the kernel's audit, and its numbers."""

    audit: int
    calls: Mapping[str, int]


# Free, whatever the arguments are.
_FREE = frozenset({
    "read", "readv", "pread64", "write", "writev", "close", "close_range", "lseek", "dup",
    "fstat", "newfstatat", "statx", "stat", "lstat", "statfs", "fstatfs", "access", "faccessat",
    "faccessat2", "readlink", "readlinkat", "getdents", "getdents64", "getcwd", "fadvise64",
    "poll", "ppoll", "mmap", "munmap", "mprotect", "mremap", "madvise", "brk", "msync",
    "mincore", "membarrier", "futex", "rseq", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
    "rt_sigpending", "sigaltstack", "restart_syscall", "clock_gettime", "clock_getres",
    "clock_nanosleep", "nanosleep", "gettimeofday", "time", "times", "getpid", "getppid",
    "gettid", "getuid", "geteuid", "getgid", "getegid", "getrusage", "getrlimit", "getrandom",
    "getcpu", "sysinfo", "uname", "sched_yield", "sched_getaffinity", "exit", "exit_group",
})  # fmt: skip

_X86_64 = {
    "read": 0, "write": 1, "open": 2, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "poll": 7,
    "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13,
    "rt_sigprocmask": 14, "rt_sigreturn": 15, "ioctl": 16, "pread64": 17, "readv": 19,
    "writev": 20, "access": 21, "sched_yield": 24, "mremap": 25, "msync": 26, "mincore": 27,
    "madvise": 28, "dup": 32, "nanosleep": 35, "getpid": 39, "exit": 60, "kill": 62, "uname": 63,
    "fcntl": 72, "getdents": 78, "getcwd": 79, "readlink": 89, "gettimeofday": 96, "getrlimit": 97,
    "getrusage": 98, "sysinfo": 99, "times": 100, "getuid": 102, "getgid": 104, "geteuid": 107,
    "getegid": 108, "getppid": 110, "rt_sigpending": 127, "sigaltstack": 131, "statfs": 137,
    "fstatfs": 138, "setrlimit": 160, "gettid": 186, "tkill": 200, "time": 201, "futex": 202,
    "sched_getaffinity": 204, "getdents64": 217, "restart_syscall": 219, "fadvise64": 221,
    "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230, "exit_group": 231,
    "tgkill": 234, "openat": 257, "newfstatat": 262, "readlinkat": 267, "faccessat": 269,
    "ppoll": 271, "prlimit64": 302, "getcpu": 309, "getrandom": 318, "membarrier": 324,
    "statx": 332, "rseq": 334, "close_range": 436, "faccessat2": 439,
}  # fmt: skip
_AARCH64 = {
    "getcwd": 17, "dup": 23, "fcntl": 25, "ioctl": 29, "statfs": 43, "fstatfs": 44,
    "faccessat": 48, "openat": 56, "close": 57, "getdents64": 61, "lseek": 62, "read": 63,
    "write": 64, "readv": 65, "writev": 66, "pread64": 67, "ppoll": 73, "readlinkat": 78,
    "newfstatat": 79, "fstat": 80, "exit": 93, "exit_group": 94, "futex": 98, "nanosleep": 101,
    "clock_gettime": 113, "clock_getres": 114, "clock_nanosleep": 115, "sched_getaffinity": 123,
    "sched_yield": 124, "restart_syscall": 128, "kill": 129, "tkill": 130, "tgkill": 131,
    "sigaltstack": 132, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigpending": 136,
    "rt_sigreturn": 139, "times": 153, "uname": 160, "getrlimit": 163, "setrlimit": 164,
    "getrusage": 165, "getcpu": 168, "gettimeofday": 169, "getpid": 172, "getppid": 173,
    "getuid": 174, "geteuid": 175, "getgid": 176, "getegid": 177, "gettid": 178, "sysinfo": 179,
    "brk": 214, "munmap": 215, "mremap": 216, "mmap": 222, "fadvise64": 223, "mprotect": 226,
    "msync": 227, "mincore": 232, "madvise": 233, "prlimit64": 261, "getrandom": 278,
    "membarrier": 283, "statx": 291, "rseq": 293, "close_range": 436, "faccessat2": 439,
}  # fmt: skip
_MACHINES = {  # linux/audit.h
    "x86_64": _Machine(0xC000003E, _X86_64),
    "aarch64": _Machine(0xC00000B7, _AARCH64),
}


def install() -> bool:
    """Refuse all other calls to this process, from now on. Needs ``PR_SET_NO_NEW_PRIVS``.

    Returns:
        Whether the kernel took the filter, and a socket is refused since.
    """
    machine = os.uname().machine
    if sys.platform != "linux" or machine not in _MACHINES or struct.calcsize("P") != 8:
        return False
    written = program(machine, os.getpid())
    code = ctypes.create_string_buffer(written, len(written))
    # struct sock_fprog: how many instructions, and where they are
    head = struct.pack("@HP", len(written) // 8, ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, head, 0, 0) != 0:
        return False
    return bool(libc.socket(1, 1, 0) == -1 and ctypes.get_errno() == errno.EPERM)


def program(machine: str, pid: int) -> bytes:
    """The filter.

    Args:
        machine: ``x86_64`` or ``aarch64``.
        pid: Of the process that it is for, which may signal itself: ``abort()`` does.
    """
    audit, calls = _MACHINES[machine]
    code = [_load(_ARCH), *_unless(_EQUAL, audit, [_end(_KILL)]), _load(_NUMBER)]
    if machine == "x86_64":
        code += _when(_AT_LEAST, _X32, [_end(_KILL)])
    for name in sorted(_FREE & calls.keys()):
        code += _when(_EQUAL, calls[name], [_end(_ALLOW)])
    for name, rule in _ruled(pid).items():
        if name in calls:
            code += _when(_EQUAL, calls[name], rule)
    code += _when(_AT_LEAST, _YOUNG, [_end(_ERRNO | errno.ENOSYS)])
    return b"".join([*code, _end(_ERRNO | errno.EPERM)])


def _ruled(pid: int) -> dict[str, list[bytes]]:
    """Calls that are free with some arguments only: what holds for each."""
    itself = _only(0, pid)
    return {
        "open": _without_bits(1, _WRITES),
        "openat": _without_bits(2, _WRITES),
        "fcntl": _only(1, *_COMMANDS),
        "ioctl": _only(1, _TERMINAL, _CLOSE_ON_EXEC),
        "setrlimit": _only(0, _PROCESSOR_TIME),
        "prlimit64": [
            _load(_ARGUMENTS),
            *_unless(_EQUAL, 0, [_end(_ERRNO | errno.EPERM)]),  # of this process
            *_only(1, _PROCESSOR_TIME),
        ],
        "kill": itself,
        "tkill": itself,
        "tgkill": itself,
    }


def _only(argument: int, *values: int) -> list[bytes]:
    """Free when the argument, an ``int``, is one of *values*."""
    code = [_load(_ARGUMENTS + 8 * argument)]
    for value in values:
        code += _when(_EQUAL, value, [_end(_ALLOW)])
    return [*code, _end(_ERRNO | errno.EPERM)]


def _without_bits(argument: int, bits: int) -> list[bytes]:
    """Free when the argument has none of *bits*."""
    refused = [_end(_ERRNO | errno.EPERM)]
    return [
        _load(_ARGUMENTS + 8 * argument),
        *_when(_ANY_BIT, bits, refused),
        _end(_ALLOW),
    ]


def _when(test: int, value: int, then: list[bytes]) -> list[bytes]:
    return [_step(test, value, 0, len(then)), *then]


def _unless(test: int, value: int, then: list[bytes]) -> list[bytes]:
    return [_step(test, value, len(then), 0), *then]


def _load(offset: int) -> bytes:
    return _step(_LOAD, offset)


def _end(action: int) -> bytes:
    return _step(_RETURN, action)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """One instruction, ``struct sock_filter``; a jump counts the instructions to leave out."""
    return struct.pack("=HBBI", code, if_true, if_false, value)
