"""A measurement run as a user runs it, small: what it printed, and its last line as tools read it."""

import json
import subprocess
import sys

from kernel.settings import ROOT


def of(bench):
    """(everything that it said, its last line); it went well and compares with a floor."""
    words = [sys.executable, "-m", "kernel.cli", "bench", bench, "--quick", "--sqlite"]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    last = json.loads(told.stdout.strip().splitlines()[-1])
    assert {"bench", "unit", "ours", "floor", "ratio", "cases"} == set(last)
    assert all(case["ratio"] > 0 for case in last["cases"].values())
    return told.stdout, last
