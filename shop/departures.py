"""Departures: a service that leaves at a time, with places counted by one conditional statement and units to fit."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, String, UniqueConstraint, case, delete, select, update
from sqlalchemy.orm.attributes import set_committed_value

from kernel import tenancy
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref, upsert
from kernel.i18n import _l
from kernel.tenancy import TenantOwned
from shop import occupations
from shop.occupations import QUIET, JustTaken, Occupation, Span
from shop.resources import ResourceUnit
from shop.services import Service

if TYPE_CHECKING:
    from shop.services import ServiceResource


CALLED_OFF = "off"


class Full(JustTaken):
    """Fewer places are left than somebody wants."""

    message = _l("Only %(left)s places are left at that time.")


class Departure(TenantOwned, Base):
    """One time at which a service leaves; it is written when the first place is taken or staff change it."""

    __tablename__ = "departure"
    __extra__ = (
        UniqueConstraint("tenant_id", "service_id", "starts_at"),
        CheckConstraint("taken BETWEEN 0 AND capacity", name="taken"),
        CheckConstraint("starts_at < ends_at", name="forward"),
    )
    id: Mapped[int] = pk()
    service_id: Mapped[int] = ref("service", index=False)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int]  # the service's, or as many as come where that is fewer by now, unless …
    resized: Mapped[bool] = mapped_column(default=False)  # … staff gave this one another
    taken: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(8), default="open")  # closed: no more are taken; off: it does not go
    note: Mapped[str] = mapped_column(String(300), default="")  # why it does not go
    service: Mapped[Service] = belongs("Departure.service_id", "Service")

    @property
    def left(self) -> int:
        """How many places it has left, as far as its units go."""
        return max(0, self.capacity - self.taken) if self.state == "open" else 0

    @property
    def span(self) -> Span:
        """What it occupies, its service's buffers inside."""
        return Span(self.starts_at, self.ends_at).widened(self.service.before, self.service.after)


def at(service: Service, starts_at: datetime) -> Departure:
    """The service's departure at that time, made unless it is there; two at once make one."""
    row = {
        "tenant_id": tenancy.current(), "service_id": service.id, "starts_at": starts_at,
        "ends_at": starts_at + service.length, "capacity": service.capacity, "taken": 0, "state": "open", "note": "",
        "resized": False,
    }  # fmt: skip
    db.session.execute(upsert(Departure).values(**row).on_conflict_do_nothing())
    mine = select(Departure).where(Departure.service_id == service.id, Departure.starts_at == starts_at)
    return db.session.scalars(mine).one()


def known(service_ids: Sequence[int], span: Span) -> Sequence[Departure]:
    """The departures of these services that are written, of that time, in order."""
    inside = Departure.starts_at < span.ends_at, Departure.ends_at > span.starts_at
    wanted = select(Departure).where(Departure.service_id.in_(service_ids), *inside)
    return db.session.scalars(wanted.order_by(Departure.starts_at, Departure.id)).all()


def take(departure: Departure, places: int) -> None:
    """Take places and the units they need; raises Full or JustTaken. The caller holds the resources."""
    room = Departure.state == "open", Departure.taken + places <= Departure.capacity
    if not _move(departure, places, *room):
        raise _none(departure, departure.taken)
    try:
        fit(departure)
    except JustTaken:
        raise _none(departure, departure.taken - places) from None


def _none(departure: Departure, taken: int) -> JustTaken:
    """Why no more are taken: fewer would still fit beside those who have a place, or nobody does."""
    left = departure.capacity - taken if departure.state == "open" else 0
    fit = departure.service.people(
        lambda need: len(units_of(departure, need)) + len(occupations.free(need.resource_id, departure.span))
    )
    left = left if fit is None else min(left, fit - taken)
    return Full(left=left) if left > 0 else JustTaken()


def give(departure: Departure, places: int) -> None:
    """Give places back, and the units that nobody needs any more; this is never refused."""
    _move(departure, -places)
    if departure.capacity > departure.service.capacity:
        follow(departure.service, Departure.id == departure.id)
        db.session.refresh(departure)
    for need in departure.service.needs:
        _spared(departure, need)


def follow(service: Service, *conditions: object) -> None:
    """Have as many places as the service, never below who comes; those that staff gave another number keep it."""
    mine = Departure.service_id == service.id, Departure.resized.is_(False), *conditions
    most = case((Departure.taken > service.capacity, Departure.taken), else_=service.capacity)
    followed = update(Departure).where(*mine, Departure.capacity != most).values(capacity=most)  # type: ignore[arg-type]
    db.session.execute(followed, execution_options=QUIET)


def _move(departure: Departure, places: int, *conditions: object) -> bool:
    mine = update(Departure).where(Departure.id == departure.id, *conditions)  # type: ignore[arg-type]
    moved = mine.values(taken=Departure.taken + places).returning(Departure.taken)
    taken = db.session.execute(moved, execution_options=QUIET).scalar()
    if taken is None:
        db.session.refresh(departure)
        return False
    set_committed_value(departure, "taken", taken)
    return True


def fit(departure: Departure) -> None:
    """Have exactly as many units as its people fill; raises JustTaken when there are too few: then it has some."""
    if not fill(departure):
        raise JustTaken()


def fill(departure: Departure) -> bool:
    """Have what is free of the units that its people fill, and no others; whether these are all of them."""
    whole = True
    for need in sorted(departure.service.needs, key=lambda one: one.resource_id):
        more = need.units(departure.taken) - len(_spared(departure, need))
        if more > 0:
            free = occupations.free(need.resource_id, departure.span, more)
            occupations.reserve(free, departure.span, departure_id=departure.id)
            whole = whole and len(free) == more
    return whole


def _spared(departure: Departure, need: "ServiceResource") -> list[int]:
    """Free the units of a resource that nobody fills any more; those that stay."""
    known, filled = units_of(departure, need), need.units(departure.taken)
    if surplus := known[filled:]:
        mine = Occupation.departure_id == departure.id, Occupation.unit_id.in_(surplus)
        db.session.execute(delete(Occupation).where(*mine), execution_options=QUIET)
    return known[:filled]


def units_of(departure: Departure, need: "ServiceResource") -> list[int]:
    """The units of a resource that it occupies, in the order in which they were filled."""
    mine = (
        select(Occupation.unit_id)
        .join(ResourceUnit, ResourceUnit.id == Occupation.unit_id)
        .where(Occupation.departure_id == departure.id, ResourceUnit.resource_id == need.resource_id)
    )
    return list(db.session.scalars(mine.order_by(ResourceUnit.position, ResourceUnit.id)))
