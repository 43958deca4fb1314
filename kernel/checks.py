"""The list of checks, the same on a laptop and in CI: format, lint, types, layers, translations, migrations."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from pathlib import Path

import click

from kernel.settings import ROOT, Settings, complete

PACKAGES = ("kernel", "crm", "shop", "campaigns", "demo", "bench")
Check = Callable[[], str]  # what is wrong, '' when nothing is


def run() -> int:
    """Run every check, tell each result in a line, and what is wrong below it; the number of bad ones.

    The types take longer than all others together: they are looked at beside them, by a process of their own.
    """
    with ThreadPoolExecutor(1) as beside:
        types = beside.submit(_timed, _types)
        return sum(
            not _good(name, types.result if check is _types else partial(_timed, check)) for name, check in CHECKS
        )


def _timed(check: Check) -> tuple[str, float]:
    began = time.monotonic()
    return check(), time.monotonic() - began


def _good(name: str, ran: Callable[[], tuple[str, float]]) -> bool:
    wrong, seconds = ran()
    mark = click.style("wrong", fg="red") if wrong else click.style("good", fg="green")
    click.echo(f"{mark:>5}  {name}  {seconds:.1f} s")
    if wrong:
        click.echo(wrong.rstrip() + "\n")
    return not wrong


def _module(*words: str) -> str:
    return _output(sys.executable, "-m", *words)


def _output(*command: str) -> str:
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return (ran.stdout + ran.stderr) or f"{command} failed" if ran.returncode else ""


def _types() -> str:
    return _module("mypy", *[package for package in PACKAGES if any((ROOT / package).glob("**/*.py"))])


def _layers() -> str:
    return _output(str(Path(sys.executable).parent / "lint-imports"), "--no-cache")


def _translations() -> str:
    return "\n".join(import_module("kernel.translating").missing())


def _migrations() -> str:
    """A new database, brought up by the migrations alone, compared with the models."""
    migrations, create_app = import_module("kernel.migrations"), import_module("kernel.app").create_app
    with tempfile.TemporaryDirectory(prefix="plaza-") as folder:
        app = create_app(complete(Settings(instance=Path(folder))))
        migrations.upgrade(app)
        found = [*migrations.differences(app), *_several_heads(migrations.heads(app))]
    return "\n".join(map(str, found))


def _several_heads(heads: list[str]) -> list[str]:
    return [] if len(heads) == 1 else [f"the migrations have {len(heads)} newest revisions: {', '.join(heads)}"]


CHECKS: tuple[tuple[str, Check], ...] = (
    ("format", lambda: _module("ruff", "format", "--check", ".")),
    ("lint", lambda: _module("ruff", "check", ".")),
    ("layers", _layers),
    ("translations", _translations),
    ("migrations", _migrations),
    ("types", _types),
)
