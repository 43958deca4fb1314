"""How fast a month of times is looked up, and how many a second are held by 8 visitors at once, on both databases.

`plaza bench bookings [--quick] [--sqlite]`. The service has 20 units alike and 5,000 bookings, all in the month that is
looked at. Its floor is the bare statement that reads what is taken in that month. What is timed of a hold is the POST
that a visitor's page sends, whole: look, take, put into a new cart, commit; its floor is a bare Flask that inserts one
row and commits, on the same server and database, in rounds that follow each other. No two holds ever overlap.
Eight visitors who each send the next as soon as they have their answer wait for each other: with two threads that
answer, six of them always do. So it is also told how long it takes when holds come as visitors do, so many a second.
"""

import random
import secrets
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import Connection, create_engine, insert, select, text

from bench.stand import floor, report, world
from bench.stand.servers import Client, Frugal, free_port, memory, processor, served
from kernel import clock, tenancy
from kernel.app import create_app
from kernel.db import db
from kernel.settings import Settings, complete
from kernel.tenancy import Tenant
from shop import availability, booking_times, catalog, local_times, resources, services
from shop.bookings import Booking
from shop.catalog import Product, Variant
from shop.hours import Hours
from shop.occupations import Occupation, Span
from shop.resources import Resource
from shop.services import Service, ServiceResource

Case = dict[str, float]
UNITS, BOOKINGS, LOOKS, ROUNDS, HOLDS, VISITORS, A_SECOND = 20, 5000, 60, 3, 96, 8, 20
QUICK = {"BOOKINGS": 300, "LOOKS": 5, "ROUNDS": 1, "HOLDS": 16}
OWN = 1000  # a product and its variant beside those of the shop that is measured elsewhere
SLUG, ZONE, PLAIN = "visita", "America/Costa_Rica", "%Y-%m-%d %H:%M:%S.%f"
OVERLAPS = """SELECT count(*) FROM occupation AS one JOIN occupation AS other ON one.unit_id = other.unit_id
AND one.id < other.id AND one.starts_at < other.ends_at AND one.ends_at > other.starts_at"""
TAKEN = """SELECT unit_id, starts_at, ends_at FROM occupation WHERE tenant_id = :tenant AND unit_id <= :most
AND starts_at < :until AND ends_at > :since"""


class Calendar:
    """A shop with one service on one database: looked at by ourselves, held over HTTP."""

    def __init__(self, stack: ExitStack, database_url: str) -> None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.port, self.beside = free_port(), free_port()
        self.url = database_url or f"sqlite:///{folder / 'plaza.db'}"
        url = f"http://plaza.localhost:{self.port}"
        world.build(folder, self.url, url, 2)
        self.app = create_app(complete(Settings(url=url, instance=folder, database_url=self.url)))
        with self.app.app_context():
            self.first, self.free = _furnish()
        env = {"PLAZA_INSTANCE": str(folder), "PLAZA_URL": url, "PLAZA_DATABASE_URL": self.url, "PLAZA_PROXIES": "1"}
        self.pid = stack.enter_context(served(["kernel.cli", "web", "--port", str(self.port)], self.port, env))
        env |= {floor.FOLDER: str(folder)}
        stack.enter_context(served(["bench.stand.floor", str(self.beside)], self.beside, env))

    def month(self) -> Case:
        """Looks at the month of all bookings, ours and the bare statement's by turns; the median rate of each."""
        last = self.first + timedelta(days=30)
        engine = create_engine(self.url)
        with self.app.app_context(), engine.connect() as bare:
            tenancy.enter(db.session.execute(select(Tenant.id)).scalar_one())
            told = _told(self.first, last, bare.dialect.name)
            found = [(_look(self.first, last), _bare(bare, told)) for _ in range(LOOKS)]
            tenancy.leave()
            db.engine.dispose()
        engine.dispose()
        return _case([1 / mine for mine, _ in found], [1 / least for _, least in found])

    def first_holds(self) -> float:
        """How long the slowest of the first ones takes, one of each visitor of a fresh process.

        All that answers begins with them (threads, connections, statements): they are not measured with the others.
        """
        took: list[float] = []
        fresh = Frugal(self.port, f"{world.SLUG}.plaza.localhost", VISITORS)
        fresh.rate(VISITORS, lambda _number, line: self._held(fresh, line, took))
        return max(took)

    def hold(self) -> tuple[Case, list[float], float]:
        """Rounds of eight visitors who each hold one free time after the other; how long each took, and our work."""
        ours = Frugal(self.port, f"{world.SLUG}.plaza.localhost", VISITORS)
        bare = Frugal(self.beside, "localhost", VISITORS)
        took: list[float] = []
        mine, least, before = [], [], processor(self.pid)
        for _ in range(ROUNDS):
            mine.append(ours.rate(HOLDS, lambda _number, line: self._held(ours, line, took)))
            least.append(bare.rate(HOLDS, lambda _number, line: _written(bare, line)))
        if overlaps := self.count(OVERLAPS):
            raise RuntimeError(f"{overlaps} overlaps")
        return _case(mine, least), took, (processor(self.pid) - before) / len(took)

    def calm(self) -> list[float]:
        """How long holds take that come at their own times, so many a second, counted from when each was due."""
        ours = Frugal(self.port, f"{world.SLUG}.plaza.localhost", VISITORS)
        start, took = time.perf_counter(), list[float]()
        dice = random.Random(5)
        due = sorted(start + dice.uniform(0, HOLDS / A_SECOND) for _ in range(HOLDS))

        def visit(line: int) -> None:
            for at in due[line::VISITORS]:
                time.sleep(max(0.0, at - time.perf_counter()))
                self._held(ours, line, [])
                took.append(time.perf_counter() - at)

        with ThreadPoolExecutor(VISITORS) as pool:
            list(pool.map(visit, range(VISITORS)))
        return took

    def _held(self, client: Client, line: int, took: list[float]) -> int:
        when = self.free.pop()
        form = {"product": SLUG, "day": f"{when:%Y-%m-%d}", "time": f"{when:%H:%M}", "places": "1"}
        start = time.perf_counter()
        status, headers, _body = client.ask("/bookings/hold", form, line=line)
        took.append(time.perf_counter() - start)
        return 200 if status == 303 and headers["location"].endswith("/cart") else 599

    def count(self, sql: str) -> int:
        """One number, asked beside the shop."""
        engine = create_engine(self.url)
        with engine.begin() as bare:
            found = bare.execute(text(sql)).scalar_one()
        engine.dispose()
        return int(found)


def _furnish() -> tuple[date, list[datetime]]:
    """One service of appointments from eight to six, its next month full of bookings; and times that are free."""
    tenancy.enter(db.session.execute(select(Tenant.id)).scalar_one())
    service = _service()
    first = clock.today(ZONE) + timedelta(days=2)
    spans = booking_times.times(service, first, first + timedelta(days=30))
    chosen = random.Random(5).sample([(unit, span) for day in spans for span in spans[day]
                                      for unit in range(1, UNITS + 1)], BOOKINGS)  # fmt: skip
    _book(service, chosen)
    later = booking_times.times(service, first + timedelta(days=31), first + timedelta(days=90))
    free = [local_times.local(span.starts_at, ZONE) for day in later for span in later[day]]
    db.session.commit()
    with db.engine.begin() as bare:
        if bare.dialect.name == "postgresql":
            bare.execute(text("SELECT setval(pg_get_serial_sequence('booking', 'id'), :most)"), {"most": BOOKINGS})
            bare.execute(text("ANALYZE"))
    db.engine.dispose()
    return first, random.Random(5).sample(free, len(free))


def _service() -> Service:
    product = Product(
        id=OWN, slug=SLUG, sku="VISITA", kind=services.KIND, name={"es": "Visita"}, currency="CRC", price_minor=5_000_00
    )
    resource = Resource(code="sillas", name={"es": "Sillas"})
    db.session.add_all([product, resource])
    db.session.flush()
    resources.grow(resource, UNITS, named="Silla")
    row = Service(product_id=product.id, kind="appointment", minutes=60, step=60)
    db.session.add_all([row, Variant(id=OWN, product_id=product.id, sku="VISITA", stock_kind=services.KIND)])
    db.session.flush()
    db.session.add(ServiceResource(service_id=row.id, resource_id=resource.id))
    db.session.add_all(Hours(service_id=row.id, weekday=day, opens="08:00", closes="18:00") for day in range(7))
    db.session.flush()
    catalog.publish(product)
    return row


def _book(service: Service, chosen: list[tuple[int, Span]]) -> None:
    numbered = list(enumerate(chosen, start=1))
    mine = {"tenant_id": tenancy.current()}
    db.session.execute(insert(Booking), [
        {**mine, "id": number, "service_id": service.id, "state": "booked", "starts_at": span.starts_at,
         "ends_at": span.ends_at, "places": 1, "units": 1} for number, (_unit, span) in numbered])  # fmt: skip
    db.session.execute(insert(Occupation), [
        {**mine, "unit_id": unit, "booking_id": number, "starts_at": span.starts_at, "ends_at": span.ends_at}
        for number, (unit, span) in numbered])  # fmt: skip


def _look(first: date, last: date) -> float:
    db.session.rollback()
    start = time.perf_counter()
    month = availability.month(services.named(SLUG), first, last)
    took = time.perf_counter() - start
    if len(month) != 31 or not any(day.open for day in month.values()):
        raise RuntimeError("the month is not what it was made")
    return took


def _told(first: date, last: date, dialect: str) -> dict[str, Any]:
    since, until = (at.astimezone(UTC) for at in clock.span(first, last, ZONE))
    told = {"since": since, "until": until} if dialect == "postgresql" else {
        "since": f"{since:{PLAIN}}", "until": f"{until:{PLAIN}}"}  # fmt: skip
    return {"tenant": tenancy.current(), "most": UNITS, **told}


def _bare(connection: Connection, told: dict[str, Any]) -> float:
    start = time.perf_counter()
    rows = connection.execute(text(TAKEN), told).all()
    took = time.perf_counter() - start
    connection.rollback()
    if len(rows) != BOOKINGS:
        raise RuntimeError("the bare statement does not see what was made")
    return took


def _written(client: Client, line: int) -> int:
    return client.ask("/hold", {"slug": secrets.token_hex(8)}, line=line)[0]


def _case(ours: list[float], bare: list[float]) -> Case:
    mine, least = median(ours), median(bare)
    return {"ours": round(mine, 1), "floor": round(least, 1), "ratio": round(mine / least, 3)}


def measure(name: str, database_url: str) -> dict[str, Case]:
    """All cases on one database."""
    with ExitStack() as stack:
        calendar = Calendar(stack, database_url)
        look, first = calendar.month(), calendar.first_holds()
        (held, took, worked), calm = calendar.hold(), calendar.calm()
        print(f"{name:11} month      {1000 / look['ours']:7.1f} ms       floor {1000 / look['floor']:7.1f} ms  "
              f"× {look['ratio']:.3f}")  # fmt: skip
        print(f"{name:11} {VISITORS} visitors {held['ours']:7.1f} holds/s  floor {held['floor']:7.1f}/s   "
              f"× {held['ratio']:.3f}")  # fmt: skip
        print(f"{name}: the first {VISITORS} of the process within {1000 * first:.0f} ms; {len(took)} held, 0 overlap; "
              f"{_said(took)}; {1000 * worked:.1f} ms of processor time each")  # fmt: skip
        print(f"{name}: {A_SECOND} a second at their own times: {_said(calm)}; memory of the web process "
              f"{memory(calendar.pid)} MB", flush=True)  # fmt: skip
        return {f"{name} month": look, f"{name} {VISITORS} visitors": held}


def _said(took: list[float]) -> str:
    return f"half within {1000 * median(took):.0f} ms, 99 % within {1000 * quantiles(took, n=100)[98]:.0f} ms"


def main() -> None:
    """Measure and say it; the last line is JSON."""
    if "--quick" in sys.argv:
        globals().update(QUICK)
    report.tell("bookings", "1/s", measure)


if __name__ == "__main__":
    main()
