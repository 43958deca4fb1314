"""How a measurement is run and told: on SQLite, then on PostgreSQL; the last line is JSON for tools."""

import json
import sys
from collections.abc import Callable
from math import prod

from bench.stand.servers import postgresql

Case = dict[str, float]


def sized(sizes: dict[str, object], quick: dict[str, int]) -> None:
    """Change a bench's sizes as its words say: `--quick`, or one by its name (`--contacts=5000`)."""
    if "--quick" in sys.argv:
        sizes.update(quick)
    for name, sign, number in (word.partition("=") for word in sys.argv):
        if sign and name.startswith("--") and name[2:].upper() in quick:
            sizes[name[2:].upper()] = int(number)


def tell(bench: str, unit: str, measure: Callable[[str, str], dict[str, Case]]) -> None:
    """Run `measure(database, address)` on both databases (`--sqlite`: on one) and print what came of it."""
    cases = measure("sqlite", "")
    if "--sqlite" not in sys.argv:
        with postgresql() as address:
            cases |= measure("postgresql", address)
    mine, bare = (prod(case[side] for case in cases.values()) ** (1 / len(cases)) for side in ("ours", "floor"))
    told = {"bench": bench, "unit": unit, "ours": round(mine, 1), "floor": round(bare, 1)}
    print(json.dumps({**told, "ratio": round(mine / bare, 3), "cases": cases}))
