"""Service sheets: all that is said of how a product is booked, written in one go; who has booked keeps their time."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, exists, select

from kernel import clock, i18n, journal
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import (
    booking_times,
    bookings,
    catalog,
    departures,
    holdings,
    hours,
    occupations,
    options,
    rates,
    resource_sheets,
    resources,
    time_wait_rows,
)
from shop import services as booked
from shop.bookings import Booking
from shop.catalog import Product
from shop.departures import Departure
from shop.hours import Hours
from shop.occupations import Occupation
from shop.options import Said
from shop.rates import ServiceRate
from shop.resources import Resource, ResourceUnit
from shop.services import Service, ServiceResource

PERSON = {"es": "Persona", "en": "Person"}
UNITS = {  # what its price is for, until the owner says it otherwise
    "departure": {"es": "por persona", "en": "per person"},
    "nights": {"es": "por noche", "en": "per night"},
}
QUIET = {"synchronize_session": False}


class OtherKind(Refusal):
    """Somebody has booked it as what it was."""

    message = _l("Somebody has booked it already: to sell it in another way, make another product.")


class NotReady(Refusal):
    """Nobody could book it; `lacking` is what it lacks, as of `missing`."""

    message = _l("It cannot be published yet: say first %(missing)s.")

    def __init__(self, lacking: Mapping[str, Any]) -> None:
        super().__init__(missing=", ".join(map(str, lacking.values())))
        self.lacking = lacking


@dataclass(frozen=True)
class Person:
    """A kind of person with the price of one."""

    name: dict[str, str]
    price_minor: int


@dataclass(frozen=True)
class Fresh:
    """A resource that is made along with the service."""

    name: dict[str, str]
    units: int = 1
    seats: int = 1


@dataclass
class ServiceSheet:
    """What is said of one service; `needs` is people in each unit by resource (0: one unit however many come)."""

    kind: str
    columns: dict[str, Any]
    price_minor: int = 0
    week: Sequence[tuple[int, str, str]] = ()  # weekday, opens, closes
    needs: Mapping[int, int] = field(default_factory=dict)
    fresh: Fresh | None = None
    people: Sequence[Person] = ()
    rates: Sequence[ServiceRate] = ()  # of nights
    product: Mapping[str, Any] = field(default_factory=dict)  # columns of the product, such as its deposit


@dataclass(frozen=True)
class Told:
    """What of the bookings to come does not fit what was written; all of them stay."""

    outside: int = 0  # begin at a time that is no longer in the hours
    unfit: int = 0  # bookings and departures for which a resource that was added is not free


def save(product: Product, sheet: ServiceSheet, *, by: Any = None) -> Told:
    """Write a sheet; the bookings to come stay as they are, and what of them is now unlike it is told."""
    db.session.execute(select(Product.id).where(Product.id == product.id).with_for_update())  # two at once are one
    row = booked.of_product(product.id)
    if row is not None and row.kind != sheet.kind and _booked(row):
        raise OtherKind()
    wanted = {**sheet.needs, **({_made(sheet.fresh, row, by).id: sheet.fresh.seats} if sheet.fresh else {})}
    before = {one.resource_id: one.seats for one in row.needs} if row else {}
    holdings.claim([row.id] if row else (), {*wanted, *before})
    row = row or _begun(product, sheet.kind)
    capacity, length = row.capacity, row.length
    for name, value in {**sheet.columns, "kind": sheet.kind}.items():
        setattr(row, name, value)
    _week(row, sheet.week)
    _needs(row, wanted)
    rates.write(row, sheet.rates)
    _product(product, sheet)
    db.session.flush()
    _capacity(row, capacity)
    _lasts(row, length)
    journal.write("service.edited", about=product, by=by, data={"name": i18n.pick(product.name)})
    catalog.changed(product)
    told = Told(len(outside(row)), _refit(row, before))
    time_wait_rows.freed([row.id], before)
    return told


def _begun(product: Product, kind: str) -> Service:
    row = Service(product_id=product.id, kind=kind, capacity=1)
    product.unit = product.unit or dict(UNITS.get(kind, {}))
    db.session.add(row)
    db.session.flush()
    return row


def _made(fresh: Fresh, row: Service | None, by: Any) -> Resource:
    """The new resource; one of that name that the service has already is the same: the button was pressed twice."""
    known = (need.resource for need in (row.needs if row else ()))
    same = next((one for one in known if one.name == fresh.name), None)
    return same or resource_sheets.make(fresh.name, units=fresh.units, seats=fresh.seats, by=by)


def _booked(row: Service) -> bool:
    return bool(db.session.scalar(select(exists().where(Booking.service_id == row.id, Booking.state != "expired"))))


def _week(row: Service, week: Sequence[tuple[int, str, str]]) -> None:
    db.session.execute(delete(Hours).where(Hours.service_id == row.id), execution_options=QUIET)
    for weekday, opens, closes in sorted(set(week)):
        db.session.add(Hours(service_id=row.id, weekday=weekday, opens=opens, closes=closes))


def _needs(row: Service, wanted: Mapping[int, int]) -> None:
    known = {one.resource_id: one for one in row.needs}
    for resource_id, seats in wanted.items():
        need = known.pop(resource_id, None) or ServiceResource(service_id=row.id, resource_id=resource_id)
        need.seats = seats
        db.session.add(need)
    for need in known.values():
        db.session.delete(need)
    db.session.flush()
    db.session.expire(row, ["needs"])


def _product(product: Product, sheet: ServiceSheet) -> None:
    """Its price, its deposit, and a variant for each kind of person; one that was sold is put away, never deleted."""
    product.kind, product.price_minor = booked.KIND, sheet.price_minor
    for name, value in sheet.product.items():
        setattr(product, name, value)
    said = [Said(PERSON, [one.name for one in sheet.people])] if len(sheet.people) > 1 else []
    if len(sheet.people) == 1:
        product.price_minor = sheet.people[0].price_minor
    coded = options.coded(said, product.options)
    made = options.remake(product, coded, pattern={"stock_kind": booked.KIND})
    prices: Sequence[int | None] = [one.price_minor for one in sheet.people] if said else [None] * len(made)
    for row, minor in zip(made, prices, strict=True):
        row.stock_kind, row.price_minor, row.active = booked.KIND, minor, True
    if said:
        product.price_minor = sheet.people[0].price_minor


def _capacity(row: Service, before: int) -> None:
    """Departures to come follow the service's places."""
    if row.capacity != before:
        departures.follow(row, Departure.starts_at > clock.now())
        db.session.expire_all()


def _lasts(row: Service, before: timedelta) -> None:
    """Departures to come on which nobody is last as long as the service does now."""
    if row.length == before:
        return
    empty = Departure.service_id == row.id, Departure.starts_at > clock.now(), Departure.taken == 0
    for one in db.session.scalars(select(Departure).where(*empty).order_by(Departure.id)):
        one.ends_at = one.starts_at + row.length
    db.session.flush()


def _refit(row: Service, before: Mapping[int, int]) -> int:
    """What it needs besides is taken for who comes, as far as it is free; then what it needs no more is free."""
    now = {one.resource_id: one.seats for one in row.needs}
    if before == now:
        return 0
    mine = Departure.service_id == row.id, Departure.starts_at > clock.now(), Departure.taken > 0
    rows = db.session.scalars(select(Departure).where(*mine).order_by(Departure.id)).all()
    unfit = sum(not departures.fill(one) for one in rows)
    unfit += sum(not _added(one, sorted(now.keys() - before.keys())) for one in coming(row))
    _free(row, before.keys() - now.keys())
    return unfit


def _added(booking: Booking, resource_ids: Sequence[int]) -> bool:
    """Have what is free of these for a booking that occupies units by itself; whether that is all that it needs."""
    whole = True
    for resource_id in resource_ids if booking.units else ():
        free = occupations.free(resource_id, booking.span, booking.units, party=holdings.party_of(booking))
        occupations.reserve(free, booking.span, booking_id=booking.id)
        whole = whole and len(free) == booking.units
    return whole


def _free(row: Service, gone: Set[int]) -> None:
    ids = select(Departure.id).where(Departure.service_id == row.id, Departure.starts_at > clock.now())
    own = select(Booking.id).where(Booking.service_id == row.id, Booking.starts_at > clock.now())
    units = select(ResourceUnit.id).where(ResourceUnit.resource_id.in_(sorted(gone)))
    for mine in (Occupation.departure_id.in_(ids), Occupation.booking_id.in_(own)):
        db.session.execute(delete(Occupation).where(mine, Occupation.unit_id.in_(units)), execution_options=QUIET)


def coming(row: Service) -> Sequence[Booking]:
    """The bookings to come."""
    mine = Booking.service_id == row.id, Booking.starts_at > clock.now(), Booking.state.in_(sorted(bookings.LIVE))
    return db.session.scalars(select(Booking).where(*mine).order_by(Booking.starts_at, Booking.id)).all()


def outside(row: Service) -> list[Booking]:
    """The bookings to come that begin at a time at which it is no longer sold, or have a night that is closed."""
    rows = coming(row)
    if not rows:
        return []
    first, last = rows[0].days[0], max(one.days[-1] for one in rows)
    if row.kind == "nights":
        plan = hours.plan(row, first, last)
        open_, shut = plan.windows(first, last), plan.closed(first, last)
        return [one for one in rows if one.days[0] not in open_ or not shut.isdisjoint(one.days)]
    begins = {span.starts_at for spans in booking_times.times(row, first, last).values() for span in spans}
    return [one for one in rows if one.starts_at not in begins]


def missing(product: Product) -> dict[str, Any]:
    """What it lacks before anybody could book it, in words by the part of the editor that asks for it."""
    row = booked.of_product(product.id)
    if row is None:
        return {"sheet": _l("how it is booked")}
    found = {} if row.kind == "nights" or hours.of(row) else {"week": _l("its days and times")}
    units = resources.units([need.resource_id for need in row.needs])
    return found if units else {**found, "needs": _l("what it occupies (a room, a guide or a table)")}


def check(product: Product) -> None:
    """Refuse to publish what nobody could book; raises NotReady."""
    lacking = missing(product) if product.kind == booked.KIND else {}
    if lacking:
        raise NotReady(lacking)


def init_app(_app: object) -> None:
    """Say how the journal tells it, and look before a booking is published."""
    journal.kind("service.edited", _l("Changed how “%(name)s” is booked"))
    catalog.before_publishing(check)
