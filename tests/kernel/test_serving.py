"""Serving with real processes: ready, stopped, killed; whatever happens, the port is free afterwards."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from bench.stand import servers
from bench.stand.servers import free_port
from kernel import processes
from kernel.settings import ROOT
from tests import databases

HOST = "127.0.0.1"
PATIENCE = 180  # seconds: whole programs begin and end here, on a machine that may have more to do
LISTEN = """
import socket, sys, time
from kernel import processes
processes.follow_parent()
with socket.create_server(("127.0.0.1", int(sys.argv[1]))):
    time.sleep(600)
"""
LOADED = """
from kernel import serving
from kernel.db import db
app = serving.load()
with app.app_context():
    pools = [engine.pool for engine in db.engines.values()]
    print(len(pools) > 0, sum(pool.checkedin() + pool.checkedout() for pool in pools))
"""
PARENT = """
import sys
from kernel import processes
with processes.children([sys.executable, "-c", sys.argv[2], sys.argv[1]]) as started:
    started[0].wait()
"""


def eventually(condition, seconds=PATIENCE):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it never came true"
        time.sleep(0.05)


def answers(port) -> bool:
    """Whether a page comes, be it an error."""
    with contextlib.suppress(urllib.error.HTTPError):
        try:
            urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=60).close()
        except (ConnectionError, TimeoutError, urllib.error.URLError) as error:
            return isinstance(error, urllib.error.HTTPError)
    return True


def said_until(process, word) -> str:
    said = ""
    for line in process.stdout:
        said += line
        if word in line:
            return said
    raise AssertionError(f"it ended: {said}")


def is_free(port) -> bool:
    try:
        processes.refuse_taken(HOST, port)
    except processes.PortTaken:
        return False
    return True


def descendants(pid: int) -> list[int]:
    pairs = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            number, _, rest = stat.read_text().partition(" (")
            pairs.append((int(number), int(rest.rpartition(") ")[2].split()[1])))
    found = [pid]
    for parent in found:
        found += [child for child, above in pairs if above == parent]
    return found[1:]


def gone(family: list[int]) -> bool:
    """Whether none of them is there: who has ended lies in the list until its parent, or the first of all, has looked."""
    return not [pid for pid in family if os.path.exists(f"/proc/{pid}")]


@pytest.fixture
def start(tmp_path):
    started = []

    def run(*words, **environment):
        env = {name: value for name, value in os.environ.items() if not name.startswith("PLAZA_")}
        env |= {"PLAZA_INSTANCE": str(tmp_path / "instance"), **environment}
        process = subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        started.append(process)
        return process

    yield run
    for process in started:
        for pid in [*descendants(process.pid), process.pid] if process.poll() is None else []:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """An install with an empty database of today's schema: it is made once, each `up` begins with a copy."""
    folder = tmp_path_factory.mktemp("prepared") / "instance"
    databases.build(folder)
    return folder


@pytest.fixture
def up(start, prepared, tmp_path):
    if not Path("/proc/self/stat").exists():
        pytest.skip("families of processes are read from /proc")
    shutil.copytree(prepared, tmp_path / "instance")

    def run(**environment):
        port = free_port()
        process = start("-m", "kernel.cli", "up", "--port", str(port), "--no-demo", **environment)
        return process, port, said_until(process, "Ctrl-C")

    return run


def listeners(port) -> int:
    """How many sockets accept on that port of this machine."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(each[1].endswith(f":{port:04X}") and each[3] == "0A" for each in lines)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_ends_with_its_parent(start, number):
    port = free_port()
    parent = start("-c", PARENT, str(port), LISTEN)
    eventually(lambda: processes.listening(HOST, port))
    parent.send_signal(number)
    eventually(lambda: is_free(port))


def test_a_child_whose_parent_died_before_it_looked_ends_too(start):
    orphan = start("-c", LISTEN, str(free_port()), PLAZA_PARENT="1" if os.getpid() != 1 else "2")
    assert orphan.wait(PATIENCE) == -signal.SIGTERM


def test_children_that_do_not_listen_are_ended_by_force(monkeypatch, tmp_path):
    monkeypatch.setattr(processes, "PATIENCE", 0.5)
    deaf = "import os, signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.mkdir(sys.argv[1]); time.sleep(600)"
    with processes.children([sys.executable, "-c", deaf, str(tmp_path / "deaf")]) as started:
        eventually((tmp_path / "deaf").exists)
    assert started[0].returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="only there a socket has a name without a file")
def test_a_port_is_given_once():
    assert not servers._mine(free_port())  # although nobody listens there yet


def test_a_taken_port_is_told_in_a_sentence(start):
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        for words in (["up", "--no-demo"], ["web"]):
            process = start("-m", "kernel.cli", *words, "--port", str(port))
            said, _ = process.communicate(timeout=PATIENCE)
            assert process.returncode == 1
            assert f"Port {port} cannot be had" in said
            assert f"--port {port + 1}" in said
            assert "Traceback" not in said


def test_as_many_processes_answer_as_were_asked_for_and_ctrl_c_frees_the_port(up):
    process, port, said = up(PLAZA_WEB_PROCESSES="2")
    eventually(lambda: listeners(port) == 2)
    assert all(answers(port) for _ in range(12))
    family = descendants(process.pid)
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, rest
    assert f"http://localhost:{port}" in said
    eventually(lambda: is_free(port) and gone(family))


def test_who_is_asked_to_end_before_it_serves_ends(start, prepared, tmp_path):
    """A page process is forked with the handlers of the web server: it must not take the word for itself."""
    shutil.copytree(prepared, tmp_path / "instance")
    for pause in (0.0, 0.5):
        process = start("-m", "kernel.cli", "web", "--port", str(free_port()))
        eventually(lambda process=process: descendants(process.pid))
        family = descendants(process.pid)
        time.sleep(pause)
        process.terminate()
        process.communicate(timeout=PATIENCE)
        eventually(lambda family=family: gone(family))


def test_up_killed_leaves_nobody_behind(up):
    process, port, _ = up()
    assert answers(port)
    assert listeners(port) == 1
    family = descendants(process.pid)
    assert len(family) >= 3  # the web server, its own process, the worker
    process.kill()
    eventually(lambda: is_free(port))
    eventually(lambda: gone(family))


def name_of(pid) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def kilobytes(pid) -> dict[str, int]:
    lines = [line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]]
    return {line[0].rstrip(":"): int(line[1]) for line in lines}


def test_what_serves_and_what_works_share_what_they_loaded(up):
    process, port, _ = up()
    assert answers(port)
    family = {pid: name_of(pid) for pid in descendants(process.pid)}
    assert sorted(family.values()) == ["plaza pages", "plaza web", "plaza worker"]
    for pid, name in family.items():
        held = kilobytes(pid)
        assert (name, held["Private_Dirty"] < held["Rss"] / 2) == (name, True), held


def test_what_is_shared_holds_no_connection(start):
    said, _ = start("-c", LOADED).communicate(timeout=PATIENCE)
    assert said == "True 0\n"


def test_up_stops_when_a_part_of_it_is_killed(up):
    process, port, _ = up()
    os.kill(next(pid for pid in descendants(process.pid) if name_of(pid) == "plaza web"), signal.SIGKILL)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "ended by itself" in said
    eventually(lambda: is_free(port))
