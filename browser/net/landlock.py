"""The files that a process may read, once it has started: Landlock.

Governing text: Linux, ``landlock(7)`` and ``linux/landlock.h``. A rule set names everything it
handles, which is refused from then on, and the folders where some of it is allowed. Here all that
the kernel knows of is handled, and reading is allowed below the folders that are named: no file
can be written, made or removed, and where the kernel can, no TCP port bound or dialled, no
process signalled and no abstract socket reached.

What it does not hide: that a file is there, its size and its owner.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # numbers of the calls, the same everywhere
_ASK_VERSION = 1
_BENEATH = 1  # LANDLOCK_RULE_PATH_BENEATH
_EXECUTE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 2, 1 << 3
# How many kinds of file access a version of the interface knows, from version 1 on.
_KINDS = (13, 14, 15, 15, 16)
_NETWORK = 0b11  # bind and connect TCP, from version 4
_SCOPES = 0b11  # abstract sockets and signals, from version 6
_RULE = struct.Struct("=Qi")  # struct landlock_path_beneath_attr is packed


def restrict(readable: Iterable[Path]) -> bool:
    """Let this process read only below *readable*, for good. Needs ``PR_SET_NO_NEW_PRIVS``.

    Args:
        readable: Folders and files; those that are not there are left out.

    Returns:
        Whether it holds: the kernel took the rules, and refuses what they leave out.
    """
    if sys.platform != "linux":
        return False
    call = ctypes.CDLL(None, use_errno=True).syscall
    version = call(_CREATE, None, ctypes.c_size_t(0), _ASK_VERSION)
    if version < 1:
        return False
    wanted = _attributes(version)
    rules = call(_CREATE, wanted, ctypes.c_size_t(len(wanted)), 0)
    if rules < 0:
        return False
    try:
        for path in readable:
            _allow(call, rules, path)
        held = call(_RESTRICT, rules, 0) == 0
    finally:
        os.close(rules)
    return held and not _can_read("/proc/self/environ")


def _attributes(version: int) -> bytes:
    """All that the kernel of this version can refuse (``struct landlock_ruleset_attr``)."""
    fields = [(1 << _KINDS[min(version, len(_KINDS)) - 1]) - 1]
    if version >= 4:
        fields.append(_NETWORK)
    if version >= 6:
        fields.append(_SCOPES)
    return struct.pack(f"={len(fields)}Q", *fields)


def _allow(call: ctypes._NamedFuncPointer, rules: int, path: Path) -> None:
    """Add a rule; without it the path cannot be read, so a failure is on the safe side."""
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rights = _READ_FILE | _EXECUTE
        if path.is_dir():
            rights |= _READ_FOLDER
        call(_ADD, rules, _BENEATH, _RULE.pack(rights, opened), 0)
    finally:
        os.close(opened)


def _can_read(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
    except OSError:
        return False
    return True
