"""The measurement of the checkout: it runs, nothing is oversold, and its last line is what tools read."""

import json
import subprocess
import sys

from kernel.settings import ROOT


def test_the_last_line_is_json_and_nothing_is_oversold():
    told = subprocess.run(
        [sys.executable, "-m", "kernel.cli", "bench", "checkout", "--quick", "--sqlite"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    last = json.loads(told.stdout.strip().splitlines()[-1])
    assert {"bench", "unit", "ours", "floor", "ratio", "cases"} == set(last)
    assert set(last["cases"]) == {f"sqlite {buyers} buyers" for buyers in (1, 8, 32)}
    assert all(case["ratio"] > 0 for case in last["cases"].values())
    assert "0 oversold" in told.stdout
