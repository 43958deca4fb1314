"""What racers do with times, the same with a lock off, and what must be true of all times afterwards."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from kernel import accounts, clock, ddl, transactions
from kernel.db import db
from shop import (
    booking_orders,
    bookings,
    cart_holds,
    closures,
    departure_changes,
    holdings,
    occupations,
    payment_methods,
    variants,
    walk_ins,
)
from shop import cart as carts
from shop.bookings import LIVE, Booking
from shop.departures import Departure
from shop.occupations import Occupation, Span
from shop.quotes import Details
from shop.resources import Resource, ResourceUnit
from shop.services import Service, ServiceResource
from shop.walk_in_terms import Terms

THINKING = 0.02  # seconds between looking and writing
Told = tuple[Any, ...]


def hold(secret: str, service_id: int, starts_at: datetime, minutes: int, places: int = 1) -> int:
    """A visitor takes a time into their cart."""
    cart = carts.found(secret)
    assert cart is not None
    span = Span(starts_at, starts_at + timedelta(minutes=minutes))
    return holdings.hold(db.session.get_one(Service, service_id), span, places, cart=cart).id


def hold_anew(service_id: int, starts_at: datetime, minutes: int) -> int:
    """A visitor who has no cart yet takes a time into a new one."""
    service, span = db.session.get_one(Service, service_id), Span(starts_at, starts_at + timedelta(minutes=minutes))
    people = {service.product.variants[0]: 1}
    return cart_holds.hold(carts.begin()[0], service, span, people, places=1, begun=True).id


def hold_both(secret: str, wanted: Sequence[Told]) -> list[int]:
    """Two times in one transaction, as when a cart is ordered: all that they need is claimed first."""
    holdings.claim([service_id for service_id, *_rest in wanted])
    return [hold(secret, *told) for told in wanted]


def move(booking_id: int, starts_at: datetime) -> None:
    """Staff read a booking, think, and move it."""
    row = _read(booking_id)
    holdings.place(row, Span(starts_at, starts_at + (row.ends_at - row.starts_at)), row.places)


def cancel(booking_id: int) -> None:
    """Read a booking, think, and call it off."""
    holdings.release([_read(booking_id)], "cancel")


def drop(booking_id: int) -> None:
    """Read a booking, think, and take it out of its cart."""
    holdings.drop(_read(booking_id))


def lapse(booking_id: int) -> None:
    """The job at the end of a hold."""
    holdings.lapse_of(booking_id)


def close(unit_id: int, starts_at: datetime, minutes: int) -> str:
    """Staff close a unit."""
    span = Span(starts_at, starts_at + timedelta(minutes=minutes))
    return closures.close([db.session.get_one(ResourceUnit, unit_id)], span).token


def open_again(token: str) -> None:
    """Staff open it again."""
    closures.open_again(closures.by_token(token))


def walk_in(service_id: int, starts_at: datetime, key: str, account_id: int) -> str:
    """Staff write down who walks in."""
    service = db.session.get_one(Service, service_id)
    counts = {variants.of(service.product_id)[0].sku: 1} if service.kind == "departure" else {"": 1}
    asked = walk_ins.visit(service, Span(starts_at, starts_at + service.length), counts)
    later = payment_methods.named(payment_methods.LATER)
    assert later is not None
    details = Details(
        email="", name="Ana", payment=later.code, language="es", source="counter", by=accounts.get(account_id)
    )
    return walk_ins.sell(asked, details, key=key, terms=Terms(later)).number


def give_up(booking_id: int) -> None:
    """A guest calls their booking off."""
    booking_orders.cancel(_read(booking_id))


def call_off(departure_id: int, typed: int, account_id: int) -> int:
    """Staff call a whole departure off."""
    by = accounts.get(account_id)
    assert by is not None
    departure = db.session.get_one(Departure, departure_id)
    return departure_changes.call_off(departure, by=by, reason="storm", typed=typed)


def _read(booking_id: int) -> Booking:
    row = db.session.get(Booking, booking_id)
    if row is None:
        raise bookings.NotNow()
    time.sleep(THINKING * 5 if db.engine.dialect.name != "sqlite" else 0)  # there nobody else writes meanwhile
    return row


def either(verb: str, told: Told) -> Any:
    """One of these in the same race."""
    return VERBS[verb](*told)


def unlocked_hold(secret: str, service_id: int, starts_at: datetime, minutes: int, places: int = 1) -> int:
    """Look what is free, think, and take that without holding anything."""
    with thoughtless(service_id, starts_at, minutes):
        return hold(secret, service_id, starts_at, minutes, places)


def unlocked_hold_anew(service_id: int, starts_at: datetime, minutes: int) -> int:
    """The same for who has no cart yet."""
    with thoughtless(service_id, starts_at, minutes):
        return hold_anew(service_id, starts_at, minutes)


def unlocked(verb: str, told: Told) -> Any:
    """A verb that neither waits for who is at it nor reads again what was read before."""
    with ExitStack() as stack:
        for name in ("_lock", "_anew"):
            stack.enter_context(_instead(holdings, name, lambda *_these: None))
        return either(verb, told)


@contextmanager
def thoughtless(service_id: int, starts_at: datetime, minutes: int) -> Iterator[None]:
    """Whatever is taken inside is taken as it was seen free before, and nobody waits for anybody."""
    with transactions.reading():
        needed = db.session.get_one(Service, service_id).needs
        span = Span(starts_at, starts_at + timedelta(minutes=minutes))
        seen = {need.resource_id: occupations.free(need.resource_id, span) for need in needed}

    def take_seen(resource_id: int, span: Span, most: int, **owner: int) -> list[int]:
        occupations.reserve(seen[resource_id][:most], span, **owner)
        return seen[resource_id][:most]

    time.sleep(THINKING * 25)  # until all of them have looked, however slowly they come
    with ExitStack() as stack:
        stack.enter_context(_instead(occupations, "reserve_free", take_seen))
        stack.enter_context(_instead(holdings, "_lock", lambda *_these: None))
        yield


@contextmanager
def _instead(owner: Any, name: str, other: Callable[..., Any]) -> Iterator[None]:
    kept = getattr(owner, name)
    setattr(owner, name, other)
    try:
        yield
    finally:
        setattr(owner, name, kept)


VERBS: dict[str, Callable[..., Any]] = {
    verb.__name__: verb
    for verb in (hold, hold_both, move, cancel, drop, lapse, close, open_again, walk_in, give_up, call_off)
}


@contextmanager
def without_walls() -> Iterator[None]:
    """The database itself refuses no overlap inside; everything that was taken is gone afterwards."""
    pg = db.engine.dialect.name == "postgresql"
    walls = ["ALTER TABLE occupation DROP CONSTRAINT occupation_apart"] if pg else [
        "DROP TRIGGER occupation_apart", "DROP TRIGGER occupation_moved_apart"]  # fmt: skip
    _run(walls)
    try:
        yield
    finally:
        _run(["DELETE FROM occupation", *ddl._declared["occupation apart"].of(db.engine.dialect.name)])


def _run(statements: Sequence[str]) -> None:
    db.session.rollback()
    with db.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def overlaps() -> int:
    """How many pairs of the same unit are taken at the same moment."""
    one, other = aliased(Occupation), aliased(Occupation)
    pairs = select(func.count()).select_from(one).join(other, one.unit_id == other.unit_id).where(
        one.id < other.id, one.starts_at < other.ends_at, one.ends_at > other.starts_at)  # fmt: skip
    return db.session.scalar(pairs) or 0


def faults(after: int = 0) -> list[str]:
    """What is wrong with the times of this tenant, of bookings after one; nothing, whatever happened."""
    db.session.expire_all()
    of_departures, of_bookings = _occupied()
    live = select(Booking.departure_id, func.sum(Booking.places)).where(Booking.state.in_(LIVE))
    places = dict(db.session.execute(live.group_by(Booking.departure_id)).all())
    found = [f"{count} overlaps" for count in [overlaps()] if count]
    for row in db.session.scalars(select(Departure)):
        people, want = places.get(row.id, 0), {need.resource_id: need.units(row.taken) for need in row.service.needs}
        if people != row.taken or of_departures.pop(row.id, {}) != {one: many for one, many in want.items() if many}:
            found.append(f"departure {row.id} counts {row.taken} of {people} places")
    for one in db.session.scalars(select(Booking).where(Booking.id > after)):
        found += _wrong(one, of_bookings.pop(one.id, Counter()))
    return found + [f"nobody has {left}" for left in of_departures]


def _occupied() -> tuple[dict[int, Counter[int]], dict[int, Counter[int]]]:
    """How many units of each resource every departure and every booking occupies, at its own time."""
    asked = select(Occupation, ResourceUnit.resource_id).join(ResourceUnit, ResourceUnit.id == Occupation.unit_id)
    departures: dict[int, Counter[int]] = {}
    found: dict[int, Counter[int]] = {}
    for row, resource_id in db.session.execute(asked):
        owners, owner = (departures, row.departure_id) if row.departure_id else (found, row.booking_id)
        if owner:
            owners.setdefault(owner, Counter())[resource_id] += 1
    return departures, found


def _wrong(row: Booking, units: Counter[int]) -> Iterator[str]:
    alone, has = row.service.kind != "departure", row.state in LIVE
    want = {need.resource_id: row.units for need in row.service.needs} if has and alone else {}
    if units != want:
        yield f"booking {row.id} ({row.state}) has {units}, not {want}"
    if has and not alone and (row.departure is None or row.departure.starts_at != row.starts_at):
        yield f"booking {row.id} ({row.state}) is of no departure at its time"
    if row.state == "held" and row.held_until is None:
        yield f"booking {row.id} is held for ever"


def shares(service: Service, *needs: tuple[Resource, int]) -> Service:
    """The service occupies these, each with so many people in one of its units."""
    for resource, seats in needs:
        db.session.add(ServiceResource(service_id=service.id, resource_id=resource.id, seats=seats))
    db.session.commit()
    db.session.expire(service)
    return service


def browsers(count: int) -> list[str]:
    """So many visitors with empty carts; the secrets of their cookies."""
    found = [carts.begin()[1] for _ in range(count)]
    db.session.commit()
    return found


def run_out(*rows: Booking) -> None:
    """Their holds are over."""
    for row in rows:
        row.held_until = clock.now() - timedelta(minutes=1)
    db.session.commit()
