"""Processes that live and die together: a parent, its children, the port they hold."""

import contextlib
import ctypes
import errno
import gc
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

PARENT = "PLAZA_PARENT"  # tells a child whose death is its own
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # of glibc's mallopt
SPARE = 4 * 1024 * 1024  # bytes of free memory that are kept: to give them back and have them again costs each page
PATIENCE = 20.0  # seconds that a child may take to finish what it does
FORKS = sys.platform == "linux"  # elsewhere a library of the system may not bear it


class PortTaken(Exception):
    """Another program listens where we would."""


class NoAddress(Exception):
    """What was named is no address of this machine."""


class Child(Protocol):
    """What is asked of a child: the words of Popen."""

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, when it has ended; raises subprocess.TimeoutExpired."""

    def terminate(self) -> None:
        """Ask it to finish."""

    def kill(self) -> None:
        """End it."""


class Forked:
    """A child that begins with all that is loaded here and shares the memory of it, as long as nobody writes there."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._inner = multiprocessing.get_context("fork").Process(target=_apart, args=(work, os.getpid()))
        self._inner.start()
        self.terminate, self.kill = self._inner.terminate, self._inner.kill

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._inner.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, when it has ended; raises subprocess.TimeoutExpired."""
        self._inner.join(timeout)
        if self._inner.exitcode is None:
            raise subprocess.TimeoutExpired("fork", timeout or 0)
        return self._inner.exitcode


def _apart(work: Callable[[], object], parent: int) -> None:
    """As a program of its own has it: no Ctrl-C of the terminal, no handlers of the parent, whose end is its own."""
    os.setsid()
    unhandled()
    os.environ[PARENT] = str(parent)
    work()


def plaza(*words: str) -> list[str]:
    """The command line of one of our own commands."""
    return [sys.executable, "-m", "kernel.cli", *words]


@contextmanager
def children(*parts: list[str] | Callable[[], object]) -> Iterator[list[Child]]:
    """Start what is given, commands or verbs to fork for; on the way out ask all to finish, and end who does not."""
    env = {**os.environ, PARENT: str(os.getpid())}
    started: list[Child] = []
    try:
        for part in parts:
            started.append(Forked(part) if callable(part) else subprocess.Popen(part, env=env, start_new_session=True))
        yield started
    finally:
        for child in started:
            child.terminate()
        for child in started:
            _end(child)


def _end(child: Child) -> None:
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def thrifty() -> None:
    """Have the C library keep one heap for all threads and give back what is free at its end, but for some (glibc)."""
    if sys.platform == "linux":
        for setting, value in ((M_ARENA_MAX, 1), (M_TRIM_THRESHOLD, SPARE), (M_MMAP_THRESHOLD, SPARE)):
            getattr(ctypes.CDLL(None), "mallopt", lambda *_: 0)(setting, value)


def settle() -> None:
    """All is loaded: let go of what starting needed, and look through the rest no more for what could go."""
    gc.collect()
    gc.freeze()
    if sys.platform == "linux":
        getattr(ctypes.CDLL(None), "malloc_trim", lambda *_: 0)(0)


def called(name: str) -> None:
    """Have lists of processes call this one so (Linux; fifteen signs)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(15, name.encode())  # PR_SET_NAME


def unhandled() -> None:
    """Signals end this process, whatever the one that it was forked from makes of them."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_DFL)


def follow_parent(parent: int | None = None) -> None:
    """End when the parent does, even when it was killed; without a parent's id, the one that PLAZA_PARENT names."""
    parent = parent or int(os.environ.get(PARENT, "0"))
    if not parent:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:  # it died before we could say so
        os.kill(os.getpid(), signal.SIGTERM)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def stop_on_signals() -> threading.Event:
    """An event that Ctrl-C, a closed terminal or a service manager sets."""
    stop = threading.Event()

    def set_it(*_: object) -> None:  # in a thread of its own: the signal may come while the event's lock is held
        threading.Thread(target=stop.set).start()

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        with contextlib.suppress(AttributeError):  # Windows has no SIGHUP
            signal.signal(getattr(signal, name), set_it)
    return stop


def refuse_taken(host: str, port: int) -> None:
    """Raise PortTaken when somebody listens there already, NoAddress where this machine cannot listen at all."""
    with socket.socket() as probe:
        if os.name == "posix":  # a port that was left a moment ago is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                raise NoAddress(f"{host} is no address of this machine ({error.strerror}).") from error
            raise PortTaken(f"Port {port} cannot be had ({error.strerror}).") from error


def listening(host: str, port: int) -> bool:
    """Whether a connection is accepted there."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def ended(processes: list[Child]) -> bool:
    """Whether any of them has ended."""
    return any(process.poll() is not None for process in processes)


def wait_until(condition: Callable[[], bool], stop: threading.Event, processes: list[Child]) -> bool:
    """Wait for a condition; false when asked to stop or when a process ended before."""
    while not condition():
        if stop.wait(0.1) or ended(processes):
            return False
    return True
