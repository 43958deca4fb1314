"""The measurement itself: it runs, and its last line is what tools read. Seconds are nobody's business here."""

import json
import subprocess
import sys

from kernel.settings import ROOT

CASES = {"home", "category", "product", "category cold", "product cold", "add-to-cart", "place-order"}


def test_the_last_line_is_json():
    told = subprocess.run(
        [sys.executable, "-m", "kernel.cli", "bench", "pages", "--quick", "--sqlite"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    last = json.loads(told.stdout.strip().splitlines()[-1])
    assert {"bench", "unit", "ours", "floor", "ratio", "cases"} == set(last)
    assert set(last["cases"]) == {f"sqlite {name}" for name in CASES}
    assert all(case["ratio"] > 0 for case in last["cases"].values())
    assert "memory of the web process" in told.stdout
