"""What a whole install takes: `plaza up` after so many pages, process by process.

The processes are forked from one that has loaded everything, so they see the same memory until somebody writes there.
What a process takes is its *share* (PSS of Linux): what it has to itself, and of what several see its part.
"""

import os
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from bench.stand.servers import Client, free_port, served


class Held(NamedTuple):
    """Megabytes of one process."""

    name: str
    own: float  # what it has to itself
    share: float  # that, and of what it sees together with others its part
    seen: float  # all that it sees, whoever else does (RSS)


def after(pages: list[str], slug: str, env: dict[str, str]) -> list[Held]:
    """The processes of an install whose shop showed these pages, the one that answers first."""
    port = free_port()
    env = env | {"PLAZA_URL": f"http://plaza.localhost:{port}"}
    with served(["kernel.cli", "up", "--no-demo", "--port", str(port)], port, env) as parent:
        client = Client(port, f"{slug}.plaza.localhost")
        for number, path in enumerate(pages):
            status = client.ask(path, line=number % client.width)[0]
            if status != HTTPStatus.OK:
                raise RuntimeError(f"{path} answered {status}")
        return sorted((_held(pid) for pid in _family(parent)), key=lambda one: -one.share)


def _family(parent: int) -> list[int]:
    """A process and all that descend from it."""
    above = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            above[int(path.parent.name)] = int(path.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:  # it ended while we looked
            continue
    found = [parent]
    for one in found:
        found.extend(pid for pid, over in above.items() if over == one)
    return found


def _held(pid: int) -> Held:
    lines = [line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]]
    told = {line[0].rstrip(":"): int(line[1]) / 1024 for line in lines}
    own = told["Private_Dirty"] + told["Private_Clean"]
    name = Path(f"/proc/{pid}/comm").read_text().strip()
    return Held(name, round(own, 1), round(told["Pss"], 1), round(told["Rss"], 1))


def readable() -> bool:
    """Whether this system tells it."""
    return os.path.exists("/proc/self/smaps_rollup")
