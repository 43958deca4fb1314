"""Holdings: a booking takes its time, moves it, or gives it back; who was too slow loses it by itself."""

from collections.abc import Iterable, Set
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Select, any_, bindparam, func, or_, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm.attributes import set_committed_value

from kernel import beside, clock, jobs
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import bookings, departures, late_holds, occupations, resources, time_wait_rows
from shop.bookings import LIVE, Booking
from shop.departures import CALLED_OFF
from shop.occupations import JustTaken, Span
from shop.resources import Resource
from shop.services import Service, ServiceResource

MINUTES = 10  # in the cart
WEAK = {"key_share": True}  # a lock for which nobody waits who only refers to the row


class TooMany(Refusal):
    """More people than it has room for, or nobody."""

    message = _l("There is room for %(most)s at most.")


class Elsewhere(Refusal):
    """A unit was chosen that the service does not occupy."""

    message = _l("It cannot be booked there: choose one of its own.")


def hold(
    service: Service, span: Span, places: int, *, cart: Any, units: Iterable[int] = (), **told: Any
) -> Booking:  # fmt: skip
    """Hold a time for a cart, ten minutes; the same time again is the same booking with other places.

    `units`: those that staff chose. `told`: answers, language, timezone. Raises JustTaken, Full or TooMany; what the
    cart had stays then.
    """
    until = clock.now() + timedelta(minutes=MINUTES)
    row = _held(service, span, cart)
    if row is None:
        row = Booking(service_id=service.id, cart_id=cart.id, policy=list(service.policy), held_until=until)
        row.state = "held"
        set_committed_value(row, "service", service)
    for name, value in told.items():
        setattr(row, name, value)
    place(row, span, places, units=units)
    keep(row, until)
    return row


def keep(row: Booking, until: datetime) -> None:
    """Hold what it has until then."""
    if row.state == "expired":
        bookings.move(row, "hold")
    _until(row, until)


def _held(service: Service, span: Span, cart: Any) -> Booking | None:
    db.session.refresh(cart, with_for_update=WEAK)  # two clicks of one cart follow each other
    mine = Booking.cart_id == cart.id, Booking.service_id == service.id, Booking.starts_at == span.starts_at
    return db.session.scalars(select(Booking).where(*mine).order_by(Booking.id).limit(1)).first()


def _until(row: Booking, until: datetime) -> None:
    if row.held_until != until:
        row.held_until = until
        db.session.flush()
    run_out(row, until)


def run_out(row: Booking, until: datetime) -> None:
    """Have the hold end by itself at that time."""
    jobs.later("bookings.lapse", row.id, at=until, key=f"{row.id}:{int(until.timestamp())}")


def place(
    booking: Booking, span: Span, places: int, *, units: Iterable[int] = (), service: Service | None = None,
    since: datetime | None = None,
) -> None:  # fmt: skip
    """Have the booking at that time with so many places, instead of where it was; all or nothing, a new one too.

    `units`: those that staff chose and no others; of a departure its own. `service`: another one, of the same kind.
    `since`: from when on it needs them: who goes on elsewhere was not there before.
    Raises JustTaken, Full, TooMany or NotNow: it stays then.
    """
    occupations.sound(span)
    other = service or booking.service
    count = units_for(other, places)
    claim({booking.service_id, other.id})
    kept = booking.id is not None
    if kept:
        _anew(booking)
    if booking.state not in {*LIVE, "expired", CALLED_OFF}:
        raise bookings.NotNow()
    try:
        with beside.attempt():
            if kept:
                _give(booking)
            if booking.service_id != other.id:
                booking.service_id = other.id
                set_committed_value(booking, "service", other)
            booking.starts_at, booking.ends_at = span.starts_at, span.ends_at
            booking.places, booking.units = places, count
            _take(booking, set(units), since)
    except Refusal:
        if not kept and booking in db.session:
            db.session.expunge(booking)
        db.session.expire_all()  # what was read meanwhile was taken back
        raise
    db.session.expire(booking, ["departure"])


def _take(booking: Booking, chosen: set[int], since: datetime | None) -> None:
    if booking.service.kind == "departure":
        departure = departures.at(booking.service, booking.starts_at)
        departures.take(departure, booking.places)
        booking.departure_id, booking.ends_at = departure.id, departure.ends_at
    if booking.id is None:
        beside.put(booking)
    db.session.flush()
    occupy(booking, chosen, since)


def units_for(service: Service, places: int) -> int:
    """How many units so many people take by themselves; raises TooMany."""
    most = service.capacity if service.kind != "nights" else service.capacity * resources.MOST_UNITS
    if not 1 <= places <= most:
        raise TooMany(most=most)
    return {"departure": 0, "appointment": 1}.get(service.kind, -(-places // service.capacity))


def occupy(booking: Booking, chosen: Set[int] = frozenset(), since: datetime | None = None) -> None:
    """Take the units that it is to have, of each resource as many as it needs: those that were chosen before others.

    Nothing for a departure, which has its own. Raises Full or JustTaken: whoever asked takes all of it back.
    """
    needed = sorted(need.resource_id for need in booking.service.needs) if booking.service.kind != "departure" else []
    if chosen and not chosen <= {unit.id for unit in resources.units(needed)}:
        raise Elsewhere()
    span = Span(max(since or booking.span.starts_at, booking.span.starts_at), booking.span.ends_at)
    for resource_id in needed:
        if chosen:
            had = _chosen(resource_id, span, booking.units, chosen)
            occupations.reserve(had, span, booking_id=booking.id)
        else:
            party = party_of(booking)
            had = occupations.reserve_free(
                resource_id, span, booking.units, party=party, booking_id=booking.id
            )  # fmt: skip
            if party and not had and party > (most := resources.largest(resource_id) or party):
                raise TooMany(most=most)
        if len(had) < booking.units:
            raise departures.Full(left=len(had) * booking.service.capacity) if had else JustTaken()


def party_of(booking: Booking) -> int:
    """How many people sit at one unit together; 0 where they may be spread over several."""
    return booking.places if booking.service.kind == "appointment" else 0


def _chosen(resource_id: int, span: Span, count: int, chosen: Set[int]) -> list[int]:
    """As many free ones as it needs, all that were chosen among them."""
    free = sorted(occupations.free(resource_id, span), key=lambda one: one not in chosen)
    wished = {unit.id for unit in resources.units([resource_id]) if unit.id in chosen}
    return free[:count] if wished <= set(free) else []


def release(rows: Iterable[Booking], step: str) -> None:
    """Take a step that ends bookings (`expire`, `cancel`, `call_off`) and give back what they had, once."""
    stands = {*LIVE, CALLED_OFF}
    ending = sorted((row for row in rows if row.state in stands), key=lambda row: row.id)
    if not ending:
        return
    _lock({row.service_id for row in ending})
    for row in ending:
        _anew(row)
        if row.state in stands:
            _give(row)
            bookings.move(row, step)
            row.held_until = None
    db.session.flush()
    time_wait_rows.freed({row.service_id for row in ending})


def drop(booking: Booking) -> None:
    """Forget a booking that never was ordered: it was taken out of its cart."""
    if booking.cart is not None:
        db.session.refresh(booking.cart, with_for_update=WEAK)  # whoever orders it goes first
    _lock({booking.service_id})
    _anew(booking)
    if booking.cart_id is None:
        raise bookings.NotNow()
    _give(booking)
    db.session.delete(booking)
    db.session.flush()


def erase(rows: Iterable[Booking]) -> None:
    """Forget bookings altogether, with what they have: the orders of rehearsals, a product that never was ordered."""
    going = sorted(rows, key=lambda row: row.id)
    _lock({row.service_id for row in going})
    for row in going:
        _anew(row)
        _give(row)
        db.session.delete(row)
    db.session.flush()


def _give(booking: Booking) -> None:
    """Nobody has its time any more; harmless when it had none."""
    if booking.state not in LIVE:
        return
    if booking.departure_id is not None:
        departures.give(db.session.get_one(departures.Departure, booking.departure_id), booking.places)
    else:
        occupations.give_back(booking_id=booking.id)


def claim(
    service_ids: Iterable[int], resource_ids: Iterable[int] = (), *, late: late_holds.Answer | None = None
) -> None:
    """Hold what these services (and these resources) are taken by, and end the holds in the way that ran out.

    Who places several bookings in one transaction claims all their services first, so that nobody waits crosswise:
    also what the services need whose holds are ended, because these give back all that they had.
    `late`: whether there are any, where that was asked a moment ago.
    """
    mine, own = set(service_ids), set(resource_ids)
    over = late_holds.services(mine, own) if (late or late_holds.soon())() else set()
    _lock(mine | over, own)
    if over:
        _lapse(mine | over)


def _lock(service_ids: set[int], resource_ids: Iterable[int] = ()) -> None:
    """Hold these services, after these and their resources: each in key order, there and back once."""
    if db.engine.dialect.name != "sqlite":  # there is one writer at a time
        beside.send(_locking(), services=sorted(service_ids), resources=sorted(set(resource_ids)))


@lru_cache
def _locking() -> Select[Any]:
    tenant: Any = bindparam("tenant")
    mine, own = (any_(bindparam(name, type_=ARRAY(BigInteger))) for name in ("services", "resources"))
    needed = select(ServiceResource.resource_id).where(
        ServiceResource.tenant_id == tenant, ServiceResource.service_id == mine
    )
    these = or_(Resource.id == own, Resource.id.in_(needed))
    first = select(Resource.id).where(Resource.tenant_id == tenant, these).order_by(Resource.id)
    held = first.with_for_update(key_share=True).cte("held")
    counted = select(func.count()).select_from(held).scalar_subquery() >= 0  # all of them, before any service
    asked = select(Service.id).where(Service.tenant_id == tenant, Service.id == mine, counted)
    return asked.order_by(Service.id).with_for_update(key_share=True)


def _anew(booking: Booking) -> None:
    """Hold its row and read it once more: it may have ended since; raises NotNow when it is gone."""
    try:
        db.session.refresh(booking, with_for_update=WEAK)
    except InvalidRequestError as gone:
        raise bookings.NotNow() from gone


def _lapse(service_ids: Iterable[int]) -> None:
    over = Booking.state == "held", Booking.held_until <= clock.now()
    mine = select(Booking).where(*over, Booking.service_id.in_(sorted(service_ids))).order_by(Booking.id)
    anew = {"populate_existing": True}  # what was read before the locks may be old
    for row in db.session.scalars(mine.with_for_update(skip_locked=True, key_share=True), execution_options=anew).all():
        _give(row)
        bookings.move(row, "expire")
        row.held_until = None
    db.session.flush()


def extend(rows: Iterable[Booking], until: datetime) -> None:
    """Keep these holds at least until then, as while somebody pays; never shorter."""
    for row in sorted(rows, key=lambda one: one.id):
        _anew(row)
        if row.state == "held" and row.held_until is not None and not row.lapsed:
            _until(row, max(row.held_until, until))


@jobs.job("bookings.lapse")
def lapse_of(booking_id: int) -> None:
    """End a hold that ran out; taking does not wait for this, it is for whoever looks at what is free."""
    if (row := db.session.get(Booking, booking_id)) is not None and row.lapsed:
        claim([row.service_id])
