"""How long it takes to count a segment beside the best SQL by hand: a million people, two million purchases.

`plaza bench segments [--quick] [--sqlite] [--contacts=N]`. The rule: country in a list, likes X, spent more than Y in
90 days, nothing bought in 30. By hand: the ways to ask it that we know, each run in turn with ours; the quickest is the
floor, without the walls between tenants that ours passes. A way that takes more than ten seconds counts as that and is
left. Milliseconds; smaller is better. The same for "had letters in 30 days and opened none", in a shop of its own with
ten letters to each (`--readers=N`).
"""

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from bench.stand import crowd, readers, report
from crm import segments
from kernel import clock, tenancy, transactions
from kernel.db import db

Case = dict[str, float]
CONTACTS, READERS, ROUNDS = 1_000_000, 50_000, 9
LIMIT = 10  # seconds
QUICK = {"CONTACTS": 3_000, "READERS": 600, "ROUNDS": 3}
LEAST = 4_050_000
RULE: dict[str, Any] = {
    "all": [
        {"country": ["CR", "GT"]},
        {"interest": {"code": ["gusto-3"]}},
        {"spent": {"least": LEAST, "currency": "CRC", "days": 90}},
        {"not": {"orders": {"days": 30}}},
    ]
}
SPENT = """SELECT contact_id FROM contact_day WHERE tenant_id = :tenant AND kind IN ('paid', 'refunded', 'unpaid')
    AND currency = 'CRC' AND day >= :quarter GROUP BY contact_id HAVING sum(amount_minor) >= :least"""
UNORDERED = SPENT.replace("SELECT contact_id", "SELECT contact_id + 0 AS contact_id").replace(
    "GROUP BY contact_id", "GROUP BY contact_id + 0"
)  # no index has it in order: SQLite is not led astray
HERE = "c.tenant_id = :tenant AND c.binned_at IS NULL AND c.country IN ('CR', 'GT')"
LIKES = "t.tenant_id = :tenant AND t.code = 'gusto-3' AND t.weight >= 1"
LIKING = f"EXISTS (SELECT 1 FROM taste t WHERE {LIKES} AND t.contact_id = c.id)"
LATELY = """SELECT 1 FROM contact_day o WHERE o.tenant_id = :tenant AND o.contact_id = c.id AND o.kind = 'ordered'
    AND o.day >= :month AND o.count > 0"""
BY_HAND = {
    "spenders first": f"""SELECT count(*) FROM ({SPENT}) s JOIN contact c ON c.id = s.contact_id WHERE {HERE}
        AND {LIKING} AND NOT EXISTS ({LATELY})""",
    "spenders in": f"""SELECT count(*) FROM contact c WHERE {HERE} AND c.id IN ({SPENT})
        AND {LIKING} AND NOT EXISTS ({LATELY})""",
    "unordered": f"""SELECT count(*) FROM contact c WHERE {HERE} AND c.id IN ({UNORDERED})
        AND {LIKING} AND NOT EXISTS ({LATELY})""",
    "unordered first": f"""SELECT count(*) FROM ({UNORDERED}) s CROSS JOIN contact c WHERE c.id = s.contact_id
        AND {HERE} AND {LIKING} AND NOT EXISTS ({LATELY})""",
    "joined": f"""SELECT count(*) FROM ({SPENT}) s JOIN taste t ON t.contact_id = s.contact_id
        JOIN contact c ON c.id = s.contact_id WHERE {LIKES} AND {HERE} AND NOT EXISTS ({LATELY})""",
    "likers first": f"""SELECT count(*) FROM taste t JOIN contact c ON c.id = t.contact_id WHERE {LIKES} AND {HERE}
        AND NOT EXISTS ({LATELY}) AND (SELECT sum(amount_minor) FROM contact_day p WHERE p.tenant_id = :tenant
        AND p.contact_id = t.contact_id AND p.kind IN ('paid', 'refunded', 'unpaid') AND p.currency = 'CRC'
        AND p.day >= :quarter) >= :least""",
}  # fmt: skip
OF_ITS_OWN = {"sqlite": {}, "postgresql": {
    "spenders kept": f"""WITH s AS MATERIALIZED ({SPENT}) SELECT count(*) FROM s JOIN contact c ON c.id = s.contact_id
        WHERE {HERE} AND {LIKING} AND NOT EXISTS ({LATELY})""",
    "spenders as an array": f"""SELECT count(*) FROM contact c WHERE {HERE} AND c.id = ANY(ARRAY({SPENT}))
        AND {LIKING} AND NOT EXISTS ({LATELY})""",
}}  # fmt: skip

UNOPENED: dict[str, Any] = {"unopened": {"days": 30}}
THEIRS = "r.tenant_id = :tenant AND r.state IN ('sent', 'captured') AND r.sent_at >= :begins"
SEEN = """e.tenant_id = :tenant AND e.kind IN ('opened', 'clicked') AND (e.verdict = 'human' OR e.kind = 'opened'
    AND (e.verdict = 'unknown' OR e.reason = 'privacy'))"""
BACK = """SELECT 1 FROM letter_event b WHERE b.tenant_id = :tenant AND b.recipient_id = r.id AND b.kind = 'bounced'
    AND b.reason IN ('hard', 'soft', 'blocked')"""
EVERYBODY = "SELECT count(*) FROM contact c WHERE c.tenant_id = :tenant AND c.binned_at IS NULL"
REACHED = f"EXISTS (SELECT 1 FROM recipient r WHERE r.contact_id = c.id AND {THEIRS} AND NOT EXISTS ({BACK}))"
LOOKED = f"FROM letter_event e JOIN recipient r ON r.id = e.recipient_id WHERE {SEEN} AND {THEIRS}"
UNOPENED_BY_HAND = {
    "each is asked": f"{EVERYBODY} AND {REACHED} AND NOT EXISTS (SELECT 1 {LOOKED} AND r.contact_id = c.id)",
    "who looked as a set": f"""{EVERYBODY} AND {REACHED}
        AND c.id NOT IN (SELECT r.contact_id {LOOKED} AND r.contact_id IS NOT NULL)""",
    "two sets": f"""{EVERYBODY} AND c.id IN (SELECT r.contact_id FROM recipient r WHERE {THEIRS} AND NOT EXISTS ({BACK})
        EXCEPT SELECT r.contact_id {LOOKED})""",
}


def _by_hand(bare: Connection, sql: str, told: dict[str, Any]) -> int | None:
    """What it finds; None when it takes too long."""
    ends = time.monotonic() + LIMIT
    if bare.dialect.name == "sqlite":
        raw: Any = bare.connection.driver_connection
        raw.set_progress_handler(lambda: time.monotonic() > ends, 100_000)
    try:
        return int(bare.execute(text(sql), told).scalar_one())
    except OperationalError:
        bare.rollback()
        if time.monotonic() < ends:
            raise
        return None


def _timed(ask: Callable[[], int | None]) -> tuple[float, int | None]:
    started = time.perf_counter()
    found = ask()
    return (time.perf_counter() - started) * 1000, found


def measure(name: str, database_url: str) -> dict[str, Case]:
    """The counts by the rules and by hand, in turn, on one database."""
    cases = _compared(name, database_url, CONTACTS, f"{2 * CONTACTS} purchases")
    return cases | _compared(
        f"{name}, letters", _another(database_url), READERS, f"{readers.LETTERS * READERS} letters"
    )


def _another(database_url: str) -> str:
    """An empty database beside that one."""
    if database_url:
        with create_engine(database_url, isolation_level="AUTOCOMMIT").connect() as bare:
            bare.execute(text("CREATE DATABASE letters"))
    return database_url and make_url(database_url).set(database="letters").render_as_string(hide_password=False)


def _compared(name: str, database_url: str, people: int, besides: str) -> dict[str, Case]:
    written = besides.endswith("letters")
    rule, by_hand = (UNOPENED, UNOPENED_BY_HAND) if written else (RULE, BY_HAND)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        started = time.perf_counter()
        app, tenant_id = crowd.build(folder, database_url, people)
        stack.enter_context(app.app_context())
        tenancy.enter(tenant_id)
        if written:
            readers.write(tenant_id, people)
        print(f"{name}: {people} contacts, {besides} in {time.perf_counter() - started:.0f} s", flush=True)
        stack.enter_context(transactions.reading())
        patience = {"options": f"-c statement_timeout={1000 * LIMIT}"} if database_url else {}
        bare = stack.enter_context(create_engine(db.engine.url, connect_args=patience).connect())
        ways: dict[str, Callable[[], int | None]] = {"ours": lambda: segments.count(rule)}
        told = _values(tenant_id, bare.dialect.name)
        for way, sql in (by_hand if written else by_hand | OF_ITS_OWN[bare.dialect.name]).items():
            ways[way] = lambda sql=sql: _by_hand(bare, sql, told)  # type: ignore[misc]
        return {name: _told(name, ways)}


def _values(tenant_id: int, dialect: str) -> dict[str, Any]:
    zone = tenancy.tenant().timezone
    today = clock.today(zone)
    month = today - timedelta(days=29)
    begins = clock.span(month, month, zone)[0]
    told: dict[str, Any] = {"quarter": today - timedelta(days=89), "month": month, "begins": begins}
    if dialect == "sqlite":
        told |= {"quarter": str(told["quarter"]), "month": str(month), "begins": f"{begins.astimezone(UTC):%F %T.%f}"}
    return {"tenant": tenant_id, "least": LEAST, **told}


def _told(name: str, ways: dict[str, Callable[[], int | None]]) -> Case:
    times: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(ROUNDS + 1):
        found = {way: _timed(ask) for way, ask in ways.items()}
        if len({count for _ms, count in found.values()} - {None}) != 1:
            raise RuntimeError(f"they do not agree: {found}")
        for way, (took, count) in found.items():
            if count is None:
                ways = {other: ask for other, ask in ways.items() if other != way}
            if number or count is None:
                times[way].append(took)
    middle = {way: median(took) for way, took in times.items()}
    best = min((way for way in middle if way != "ours"), key=lambda way: middle[way])
    listed = ", ".join(f"{way} {took:.1f}" for way, took in middle.items())
    print(f"{name}: {found['ours'][1]} people; milliseconds: {listed}", flush=True)
    print(f"{name}: × {middle['ours'] / middle[best]:.2f} of “{best}” (aim 1.3)", flush=True)
    return {"ours": round(middle["ours"], 2), "floor": round(middle[best], 2),
            "ratio": round(middle["ours"] / middle[best], 3)}  # fmt: skip


def main() -> None:
    """Measure and say it; the last line is JSON."""
    report.sized(globals(), QUICK)
    report.tell("segments", "ms", measure)


if __name__ == "__main__":
    main()
