"""How long a backup of many orders takes and how long until it stands again, on both databases.

`plaza bench restore [--quick] [--sqlite]`. The orders are copies of one that was really placed and paid: its lines,
payments, ledger, events, letters, facts, invoice and its buyer are copied with it. The floor loads the same rows into
an empty schema with nothing checked: no hashes, no seals, no foreign keys, no triggers.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from bench.stand import report, world
from kernel import backup, dumps, migrations, restore, signing, tenancy
from kernel.app import Plaza, create_app
from kernel.db import db
from kernel.settings import Settings, complete
from shop import checkout, payment_methods, payments, quotes, variants, wants

Case = dict[str, float]
ORDERS, QUICK = 100_000, {"ORDERS": 200}
PASSPHRASE = "una frase para medir"
MINUTES = 5  # the aim for 100,000 orders
COPIED = (
    "contact",
    "order",
    "order_line",
    "order_event",
    "payment",
    "ledger_entry",
    "invoice",
    "invoice_line",
    "letter",
)
ALONE = ("token", "key", "number", "email_norm", "phone", "dedupe", "unique_key")  # no two rows have the same
BATCH = 500


class House:
    """An install with a shop that sold a lot."""

    def __init__(self, stack: ExitStack, database_url: str) -> None:
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.url = database_url or f"sqlite:///{self.folder / 'plaza.db'}"
        world.build(self.folder, self.url, "http://plaza.localhost:8000", 1)
        self.app = self._app(self.folder, self.url)
        with self.app.app_context():
            tenant = db.session.scalars(sa.select(tenancy.Tenant)).one()
            tenancy.enter(tenant.id)
            _sold()
            db.session.commit()
            db.engine.dispose()
        engine = dumps.engine(self.url)
        with engine.begin() as connection:
            _multiply(connection, ORDERS - 1)
        engine.dispose()

    def _app(self, folder: Path, url: str) -> Plaza:
        return create_app(complete(Settings(instance=folder, database_url=url)))


def _sold() -> None:
    """One order as a buyer places it, paid."""
    wanted = [wants.Wanted(variants.of(1)[0], 1)]
    quote = quotes.make(wanted, choice=quotes.Choice())
    details = quotes.Details(email="ana@example.com", name="Ana Mora", payment="transfer", language="es")
    method = payment_methods.named("transfer")
    order = checkout.complete(quote, details, contact=checkout.buyer(details), key="first", method=method)
    payments.settle(payments.current(order), key="first")


def _multiply(connection: Connection, times: int) -> None:
    """Copy what belongs to the one order; every reference among the copies is moved with them."""
    known = {table.name: table for table in dumps.tables()}
    rows = {name: [dict(row._mapping) for row in connection.execute(sa.select(known[name]))] for name in COPIED}
    height = 10 + max(row["id"] for found in rows.values() for row in found)
    for name in (table.name for table in dumps.tables() if table.name in COPIED):
        moved = {column.name for column in known[name].columns if _target(column) in COPIED} | {"id"}
        made = (_copy(row, moved, number * height, number) for number in range(1, times + 1) for row in rows[name])
        _insert(connection, known[name], made)


def _target(column: Any) -> str:
    return str(column.info.get("ref", ""))


def _copy(row: dict[str, Any], moved: set[str], by: int, number: int) -> dict[str, Any]:
    alone = {name: f"{row[name]}~{number}" if name != "token" else signing.token() for name in ALONE if row.get(name)}
    alone |= {"serial": row["serial"] + number} if "serial" in row else {}
    return row | {name: row[name] + by for name in moved if row[name] is not None} | alone


def _insert(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            connection.execute(sa.insert(table), batch)
            batch.clear()
    if batch:
        connection.execute(sa.insert(table), batch)


def _timed(verb: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = verb()
    return time.perf_counter() - start, found


@contextmanager
def _empty(stack: ExitStack, address: str, name: str) -> Iterator[tuple[Path, str]]:
    """An empty place: a folder, and on PostgreSQL a database."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "instance"
    if not address:
        yield folder, ""
        return
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    yield folder, sa.make_url(address).set(database=name).render_as_string(hide_password=False)


def _bare(house: House, folder: Path, url: str) -> int:
    """Load every row into an empty schema, as fast as executemany goes."""
    folder.mkdir(parents=True, exist_ok=True)
    url = url or f"sqlite:///{folder / 'plaza.db'}"
    migrations.upgrade(create_app(complete(Settings(instance=folder, database_url=url))))
    source, target, count = dumps.engine(house.url), dumps.engine(url), 0
    with source.connect() as reading, target.connect() as writing:
        if target.dialect.name == "sqlite":
            writing.exec_driver_sql("PRAGMA foreign_keys=OFF")
        else:
            writing.exec_driver_sql("SET session_replication_role = replica")
        writing.commit()
        with writing.begin():
            for table in dumps.copied():
                writing.execute(sa.delete(table))
                rows = [dict(row._mapping) for row in reading.execute(sa.select(table))]
                _insert(writing, table, iter(rows))
                count += len(rows)
    source.dispose()
    target.dispose()
    return count


def measure(name: str, database_url: str) -> dict[str, Case]:
    """A backup, a restore and the bare load on one database; rates are orders a second."""
    with ExitStack() as stack:
        house = House(stack, database_url)
        box = house.folder / "all.backup"
        saving, _ = _timed(lambda: backup.write(house.app, box, PASSPHRASE))
        with _empty(stack, database_url, "restored") as (folder, url):
            wanted = Settings(instance=folder, database_url=url)
            coming, told = _timed(lambda: restore.read(box, PASSPHRASE, wanted))
        with _empty(stack, database_url, "bare") as (folder, url):
            loading, rows = _timed(lambda: _bare(house, folder, url))
        size = box.stat().st_size / 1e6
        print(f"{name}: {ORDERS} orders, {told['rows']} rows, {size:.0f} MB in the backup; written in "
              f"{saving:.0f} s, standing again after {coming:.0f} s (aim {MINUTES} min for 100,000), "
              f"{rows} rows bare in {loading:.0f} s", flush=True)  # fmt: skip
        mine, bare = ORDERS / coming, ORDERS / loading
        return {f"{name} restore": {"ours": round(mine, 1), "floor": round(bare, 1), "ratio": round(mine / bare, 3)}}


def main() -> None:
    """Measure and say it; the last line is JSON."""
    if "--quick" in sys.argv:
        globals().update(QUICK)
    report.tell("restore", "orders/s", measure)


if __name__ == "__main__":
    main()
