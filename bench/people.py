"""How long it takes to find people while one types, beside the quickest way by hand: 200,000 people, both databases.

`plaza bench people [--quick] [--sqlite] [--contacts=N]`. What a clerk types: the beginnings of two names, a part of a
telephone, an address, somebody who is not there. By hand: a look into the index for the rarest of the words, and the
eight rows behind it by their key; a search has to do as much at least. What looking through every row takes (LIKE over
name, e-mail and telephone) is said beside it. Milliseconds; smaller is better.
"""

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import create_engine, text

from bench.stand import crowd, report
from crm import people
from kernel import tenancy, transactions
from kernel.db import db

Case = dict[str, float]
CONTACTS, ROUNDS, MOST = 200_000, 15, 8
QUICK = {"CONTACTS": 3_000, "ROUNDS": 3}
ASKED = {"two names": "nun ana", "telephone": "8000 12", "address": "p777@example", "nobody": "zzz"}
RAREST = {"two names": "nun", "telephone": "#800012", "address": "p777@example", "nobody": "zzz"}
INDEX = """SELECT c.id, c.name, c.email, c.phone FROM contact c JOIN (
    SELECT contact_id FROM contact_word WHERE tenant_id = :tenant AND word >= :first AND word < :last LIMIT :most
    ) w ON c.id = w.contact_id WHERE c.tenant_id = :tenant AND c.binned_at IS NULL"""
EVERY = """SELECT c.id FROM contact c WHERE c.tenant_id = :tenant AND c.binned_at IS NULL AND (lower(c.name) LIKE :like
    OR lower(c.email) LIKE :like OR c.phone LIKE :like) ORDER BY c.updated_at DESC LIMIT :most"""


def _timed(ask: Callable[[], Any]) -> float:
    started = time.perf_counter()
    ask()
    return (time.perf_counter() - started) * 1000


def _found(asked: str) -> None:
    db.session.expunge_all()
    db.session.scalars(people.query(asked).limit(MOST)).all()


def measure(name: str, database_url: str) -> dict[str, Case]:
    """Each of ASKED by the house and by hand, in turn, on one database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        app, tenant_id = crowd.build(folder, database_url, CONTACTS, found=True)
        stack.enter_context(app.app_context())
        tenancy.enter(tenant_id)
        stack.enter_context(transactions.reading())
        bare = stack.enter_context(create_engine(db.engine.url).connect())
        cases = {}
        for case, asked in ASKED.items():
            told = {"tenant": tenant_id, "first": RAREST[case], "last": RAREST[case] + chr(0x10FFFF), "most": MOST,
                    "like": f"%{RAREST[case].strip('#')}%"}  # fmt: skip
            ways: dict[str, Callable[[], Any]] = {
                "ours": lambda asked=asked: _found(asked),  # type: ignore[misc]
                "floor": lambda told=told: bare.execute(text(INDEX), told).all(),  # type: ignore[misc]
                "every row": lambda told=told: bare.execute(text(EVERY), told).all(),  # type: ignore[misc]
            }
            cases[f"{name} {case}"] = _told(f"{name} {case}", ways)
        db.engine.dispose()
        return cases


def _told(name: str, ways: dict[str, Callable[[], Any]]) -> Case:
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _round in range(ROUNDS):
        for way, ask in ways.items():
            times[way].append(_timed(ask))
    ours, floor, every = (median(times[way]) for way in ways)
    print(f"{name}: {ours:.2f} ms, by hand {floor:.2f}; every row looked at {every:.1f} (a hundredth of a second is"
          " the aim)", flush=True)  # fmt: skip
    return {"ours": round(ours, 2), "floor": round(floor, 2), "ratio": round(ours / floor, 3)}


def main() -> None:
    """Measure and say it; the last line is JSON."""
    report.sized(globals(), QUICK)
    report.tell("people", "ms", measure)


if __name__ == "__main__":
    main()
