"""The desk's calendar: what is taken on some days, by service and by unit, in a constant number of statements."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from kernel import clock, tenancy
from kernel.db import db
from shop import departures, hours, local_times, occupations, order_list, slots
from shop.boards import Board
from shop.bookings import FIRM, LIVE, Booking
from shop.closures import Closure
from shop.departures import Departure
from shop.occupations import Occupation, Span
from shop.orders import Order
from shop.outside_calendars import OutsideCalendar
from shop.resources import Resource, ResourceUnit
from shop.services import Service, ServiceResource
from shop.slots import Slot

SOON = timedelta(hours=48)  # before a service is no longer sold: then it is time to decide about a small group
EARLY = timedelta(minutes=30)  # that people are there before their time
MOST = 200


def who() -> ORMOption:
    """Whoever booked, read along; made when it is asked for: it needs every table to be known."""
    return joinedload(Booking.order).joinedload(Order.contact)


def board(first: date, last: date, *, longer: int = 0) -> Board:
    """What is taken from `first` to `last`; with what is taken `longer` days after them, for who stays so long."""
    zone = tenancy.tenant().timezone
    whole = Span(*clock.span(first, last + timedelta(days=longer), zone))
    services = db.session.scalars(_services()).all()
    near = occupations.overlapping(_reach(services, whole))
    taken = db.session.scalars(select(Occupation).where(*near).order_by(Occupation.starts_at))
    rows, plans = taken.all(), hours.plans(services, first, last)
    return Board(
        first=first, last=last, zone=zone, services=services, resources=_resources(),
        bookings=_bookings(whole, rows), departures=_departures(services, whole, rows), occupations=rows,
        closures=_closures({row.closure_id for row in rows if row.closure_id}),
        clashes=[(row, unit) for row, unit in db.session.execute(clashing(whole))],
        windows={one: found.windows(first, last) for one, found in plans.items()},
        shut={one: found.closed(first, last) for one, found in plans.items()},
    )  # fmt: skip


def _services() -> Select[Service]:
    """Those whose product lies in the bin too: people may have booked them."""
    needs = selectinload(Service.needs).joinedload(ServiceResource.resource)
    wanted = select(Service).options(joinedload(Service.product), needs).order_by(Service.id)
    return wanted.execution_options(binned=True)


def _resources() -> Sequence[Resource]:
    wanted = select(Resource).options(selectinload(Resource.units)).where(Resource.active)
    return db.session.scalars(wanted.order_by(Resource.position, Resource.id)).all()


def _reach(services: Sequence[Service], whole: Span) -> Span:
    """As far as what begins in that time may occupy something, its buffers inside."""
    after = [row.after + (0 if row.kind == "nights" else row.minutes) for row in services]
    return whole.widened(max((row.before for row in services), default=0), max(after, default=0))


def _bookings(span: Span, taken: Sequence[Occupation]) -> Sequence[Booking]:
    """Those of that time, and whose buffers alone reach into it."""
    inside = and_(Booking.starts_at < span.ends_at, Booking.ends_at > span.starts_at)
    theirs = or_(Booking.id.in_(_ids(taken, "booking_id")), Booking.departure_id.in_(_ids(taken, "departure_id")))
    wanted = select(Booking).where(or_(inside, theirs), *alive()).order_by(Booking.starts_at, Booking.id)
    return db.session.scalars(wanted.options(who())).all()


def _departures(services: Sequence[Service], span: Span, taken: Sequence[Occupation]) -> Sequence[Departure]:
    """The same of departures."""
    known = departures.known([service.id for service in services], span)
    others = _ids(taken, "departure_id") - {row.id for row in known}
    return [*known, *db.session.scalars(select(Departure).where(Departure.id.in_(sorted(others))))]


def _ids(taken: Sequence[Occupation], name: str) -> set[int]:
    return {getattr(row, name) for row in taken} - {None}


def alive() -> tuple[Any, Any]:
    """The conditions of a booking that has its time now."""
    return Booking.state.in_(sorted(LIVE)), or_(Booking.state != "held", Booking.held_until > clock.now())


def _closures(ids: Iterable[int]) -> dict[int, Closure]:
    rows = db.session.scalars(select(Closure).where(Closure.id.in_(sorted(ids))))
    return {row.id: row for row in rows}


def clashing(span: Span | None = None) -> Any:
    """What is taken elsewhere where something of ours is as well, with its unit: in that time, or what is not over."""
    mine = select(Closure, OutsideCalendar.unit_id).join(OutsideCalendar, OutsideCalendar.id == Closure.calendar_id)
    until = span.ends_at if span else datetime.max.replace(tzinfo=UTC)
    there = Closure.starts_at < until, Closure.ends_at > (span.starts_at if span else clock.now())
    return mine.where(Closure.outcome == "clash", *there).order_by(Closure.starts_at, Closure.id)


def on(day: date) -> Select[Booking]:
    """The bookings that begin on that day: as many as the day's number says, and as its list shows."""
    begins, ends = clock.span(day, day, tenancy.tenant().timezone)
    wanted = select(Booking).where(Booking.state.in_(FIRM), Booking.starts_at >= begins, Booking.starts_at < ends)
    return wanted.order_by(Booking.starts_at, Booking.service_id, Booking.id)


def today() -> Select[Booking]:
    """The bookings that begin today."""
    return on(clock.today(tenancy.tenant().timezone))


def waited(day: date) -> Select[Booking]:
    """Those of them that have begun, or are about to, of whom nobody noted whether they came."""
    return on(day).where(Booking.state == "booked", Booking.starts_at <= clock.now() + EARLY)


def of_day(day: date) -> list[Booking]:
    """The same and those who came before and are still there, with what the printed list tells of them."""
    whole = who(), joinedload(Booking.service).joinedload(Service.product), selectinload(Booking.lines)
    begins, _ends = clock.span(day, day, tenancy.tenant().timezone)
    there = Booking.state.in_(("booked", "came")), Booking.starts_at < begins, Booking.ends_at > begins
    before = select(Booking).where(*there).order_by(Booking.starts_at, Booking.id)
    return [row for wanted in (before, on(day)) for row in db.session.scalars(wanted.options(*whole))]


def short() -> Select[Departure]:
    """The departures that have people but too few, and about which one has to decide soon."""
    lacks = Departure.taken > 0, Departure.taken < Service.group_min, Departure.starts_at > clock.now()
    rows = db.session.execute(
        select(Departure.id, Departure.starts_at, Service.lead).join(Departure.service).where(*lacks)
    )
    near = [row for row, starts_at, lead in rows if starts_at - timedelta(hours=lead) - SOON <= clock.now()]
    return select(Departure).where(Departure.id.in_(near)).order_by(Departure.starts_at, Departure.id)


def slots_of(rows: Sequence[Departure]) -> list[Slot]:
    """These departures with their people."""
    mine = select(Booking).where(Booking.departure_id.in_([row.id for row in rows]), *alive())
    people: dict[int | None, list[Booking]] = {}
    for row in db.session.scalars(mine.options(who()).order_by(Booking.id)):
        people.setdefault(row.departure_id, []).append(row)
    return [Slot(row.service, row.starts_at, row, people.get(row.id, [])) for row in rows]


def slot(service: Service, starts_at: datetime) -> Slot | None:
    """One departure, when it is written or the hours have it."""
    mine = select(Departure).where(Departure.service_id == service.id, Departure.starts_at == starts_at)
    row = db.session.scalars(mine).one_or_none()
    if row is not None:
        return slots.fitted(slots_of([row]))[0]
    zone = tenancy.tenant().timezone
    day = local_times.day(starts_at, zone)
    times = hours.windows(service, day, day).get(day, [])
    planned = (
        service.kind == "departure"
        and service.product is not None
        and any(local_times.moment(day, one.opens, zone) == starts_at for one in times)
    )
    return slots.fitted([Slot(service, starts_at, None, [])])[0] if planned else None


def matching(text: str, most: int) -> Sequence[Booking]:
    """The bookings of the orders that a text means (number, name, phone, e-mail), the newest first."""
    mine = order_list.query("all", text).with_only_columns(Order.id).order_by(None)
    whole = who(), joinedload(Booking.service).joinedload(Service.product)
    wanted = select(Booking).where(Booking.order_id.in_(mine)).options(*whole).execution_options(binned=True)
    return db.session.scalars(wanted.order_by(Booking.starts_at.desc(), Booking.id.desc()).limit(most)).all()


def units_taken(booking: Booking) -> list[ResourceUnit]:
    """The units that a booking occupies, by itself or with its departure."""
    own = Occupation.booking_id == booking.id
    if booking.departure_id is not None:
        own = Occupation.departure_id == booking.departure_id
    wanted = select(ResourceUnit).join(Occupation, Occupation.unit_id == ResourceUnit.id).where(own)
    return db.session.scalars(wanted.order_by(ResourceUnit.resource_id, ResourceUnit.position)).all()  # type: ignore[return-value]


def units_of_all(bookings: Sequence[Booking]) -> dict[int, list[str]]:
    """The names of the units that each of these bookings occupies, by its id."""
    own = Occupation.booking_id.in_([row.id for row in bookings])
    shared = Occupation.departure_id.in_({row.departure_id for row in bookings if row.departure_id})
    wanted = select(Occupation, ResourceUnit.name).join(ResourceUnit, Occupation.unit_id == ResourceUnit.id)
    rows = db.session.execute(
        wanted.where(or_(own, shared)).order_by(ResourceUnit.resource_id, ResourceUnit.position)
    ).all()
    return {
        one.id: [name for row, name in rows if row.booking_id == one.id or (row.departure_id or 0) == one.departure_id]
        for one in bookings
    }


def any_at_all() -> bool:
    """Whether the shop sells its time, or means to: then the desk shows where."""
    return bool(db.session.scalar(select(or_(select(Service.id).exists(), select(Resource.id).exists()))))


def units_of(ids: Iterable[int]) -> Sequence[ResourceUnit]:
    """The units with these ids, in order."""
    wanted = select(ResourceUnit).where(ResourceUnit.id.in_(sorted(set(ids))))
    return db.session.scalars(wanted.order_by(ResourceUnit.resource_id, ResourceUnit.position, ResourceUnit.id)).all()


def in_the_way(unit_ids: Iterable[int], span: Span) -> list[Booking | Slot | Closure]:
    """Whatever takes these units in that time, each once, in order."""
    rows = occupations.within(unit_ids, span)
    ids = {name: {getattr(row, f"{name}_id") for row in rows} - {None} for name in ("booking", "departure", "closure")}
    people = select(Booking).where(Booking.id.in_(sorted(ids["booking"]))).options(who())
    boats = db.session.scalars(select(Departure).where(Departure.id.in_(sorted(ids["departure"])))).all()
    found: list[Booking | Slot | Closure] = [*db.session.scalars(people), *slots_of(boats)]
    found += _closures(ids["closure"]).values()
    return sorted(found, key=lambda one: one.starts_at)
