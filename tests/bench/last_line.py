"""A measurement run as a user runs it, small: what it printed, and its last line as tools read it."""

import json
import os
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path

from kernel.settings import ROOT
from tests.shop.racers import SPAWN

WORDS = ["--quick", "--sqlite"]


def of(bench, run=None):
    """(everything that it said, its last line); it went well and compares with a floor."""
    said = (run or forked)(bench)
    last = json.loads(said.strip().splitlines()[-1])
    assert {"bench", "unit", "ours", "floor", "ratio", "cases"} == set(last)
    assert all(case["ratio"] > 0 for case in last["cases"].values())
    return said, last


def forked(bench):
    """In a process of its own that has imported everything already."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told"
        process = SPAWN.Process(target=_measure, args=(bench, told))
        process.start()
        process.join()
        assert process.exitcode == 0
        return told.read_text("utf-8")


def by_hand(bench):
    """By the word of the command line."""
    words = [sys.executable, "-m", "kernel.cli", "bench", bench, *WORDS]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    return told.stdout


def _measure(bench, told):
    with told.open("wb") as file:
        os.dup2(file.fileno(), 1)
    sys.argv[1:] = WORDS
    runpy.run_module(f"bench.{bench}", run_name="__main__")
