"""What a process that reads strangers' audio may take: bounds of memory, time and files, no network, no other
programs. It takes them on itself before it reads the first byte; nothing gives them back."""

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from contextlib import suppress

WALL_SECONDS = 600  # kept by the one who waits
CPU_SECONDS = 300
MEMORY = 3 << 29  # bytes of address space, 1.5 GiB
FILE = 1 << 30  # bytes of one written file
OPEN_FILES = 64
LIMITS = {
    resource.RLIMIT_CORE: (0, 0),
    # The first ends it with a signal that says why.
    resource.RLIMIT_CPU: (CPU_SECONDS, CPU_SECONDS + 5),
    resource.RLIMIT_AS: (MEMORY, MEMORY),
    resource.RLIMIT_FSIZE: (FILE, FILE),
    resource.RLIMIT_NOFILE: (OPEN_FILES, OPEN_FILES),
}
# Thread pools of number libraries reserve address space per core and would meet the limit first.
THREADS = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 1, 38, 22
_MODE_FILTER = 2
_PERMIT, _REFUSE = 0x7FFF0000, 0x00050001  # SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO with EPERM
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # BPF
_OTHER_ABI = 0x40000000  # x86-64 has a second set of numbers from here on
# The kernel's name of a machine; its numbers of socket, connect, ptrace, execve, execveat, io_uring_setup.
_MACHINES = {
    "x86_64": (0xC000003E, (41, 42, 101, 59, 322, 425)),
    "aarch64": (0xC00000B7, (198, 203, 117, 221, 281, 425)),
}


def bound_myself() -> None:
    """Take on LIMITS, and end with the process that started this one; to be called before numpy is imported.

    macOS does not count memory, and lets orphans live until their time is up.
    """
    os.environ |= THREADS
    for kind, (soft, hard) in LIMITS.items():
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (soft, hard))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def shut_in() -> bool:
    """From now on the kernel refuses this process the network and other programs. False where it cannot: not
    on Linux, or on another machine than those in the table."""
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        return False
    program = _filter(*_MACHINES[platform.machine()])
    code = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: how many instructions, and where.
    packed = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    libc = ctypes.CDLL(None)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.c_char_p(packed), 0, 0) == 0)


def _filter(machine: int, refused: tuple[int, ...]) -> bytes:
    """A BPF program over struct seccomp_data, whose first words are the call's number and the machine."""
    left = len(refused)
    program = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 0, left + 2, machine),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, left + 1, 0, _OTHER_ABI),
        *((_EQUAL, left - index, 0, number) for index, number in enumerate(refused)),
        (_RETURN, 0, 0, _PERMIT),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
