"""Occupations: which unit is taken from when to when; the database itself refuses two that overlap."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import CheckConstraint, Index, Insert, Integer, Select, bindparam, delete, func, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped

from kernel import beside, ddl
from kernel.db import Base, db, pk, ref
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned
from shop.resources import ResourceUnit

QUIET = {"synchronize_session": False}
YEAR = timedelta(days=366)
MANY = 1_000_000  # units: all
APART = ("occupation_apart", "this unit is occupied then")  # how the databases say that two overlap


class JustTaken(Refusal):
    """Somebody else has it now, or it never was free."""

    message = _l("Somebody has just taken it. Choose another time; everything you wrote is still here.")
    status = 409
    service: Any = None  # of which other times may be free, where whoever wanted it knows …
    booking: Any = None  # … and for which booking it was


class Backwards(Refusal):
    """It ends before it begins."""

    message = _l("The end comes before the beginning: look at both again.")


class TooLong(Refusal):
    """It lasts longer than anything that is booked here."""

    message = _l("That is more than a year: choose an earlier end.")


class Occupation(TenantOwned, Base):
    """That a unit is taken in [starts_at, ends_at), buffers inside, by a departure, a booking or a closure."""

    __tablename__ = "occupation"
    __extra__ = (
        CheckConstraint("starts_at < ends_at", name="forward"),
        CheckConstraint(
            "(CASE WHEN departure_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN booking_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN closure_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="owner",
        ),
        Index("ix_occupation_time", "tenant_id", "unit_id", "ends_at", "starts_at"),  # what is over is passed by
    )
    id: Mapped[int] = pk()
    unit_id: Mapped[int] = ref("resource_unit")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    departure_id: Mapped[int | None] = ref("departure")
    booking_id: Mapped[int | None] = ref("booking")
    closure_id: Mapped[int | None] = ref("closure")


@dataclass(frozen=True)
class Span:
    """From when to before when, in UTC."""

    starts_at: datetime
    ends_at: datetime

    def widened(self, before: int, after: int) -> "Span":
        """With so many minutes more before and after."""
        return Span(self.starts_at - timedelta(minutes=before), self.ends_at + timedelta(minutes=after))


def reserve(units: Sequence[int], span: Span, **owner: int) -> None:
    """Take these units for `departure_id=`, `booking_id=` or `closure_id=`, all or none; raises JustTaken.

    The one verb behind holds, bookings, moves, walk-ins and closures: whoever calls it holds the resources
    and has ended the holds in the way that ran out (`holdings.claim`).
    """
    told: dict[str, Any] = {"starts_at": span.starts_at, "ends_at": span.ends_at, **owner}
    within = db.session.connection().in_nested_transaction()  # then all of that is taken back
    with nullcontext() if within else beside.attempt(), _apart():
        for unit in units:
            beside.add(Occupation, unit_id=unit, **told)


def reserve_free(resource_id: int, span: Span, most: int, *, party: int = 0, **owner: int) -> list[int]:
    """The same of the first units of a resource that nobody has in all that time, at most so many; which.

    `party`: people who sit at one of them: the smallest that hold so many. One statement, that goes with what it waits
    for: who holds the resources keeps others from them for as short as can. Who asked takes all back when it raises.
    """
    asked = _asked(resource_id, span, most, party)
    with _apart():
        rows = beside.plain(_taking(tuple(owner), bool(party)), **asked, **owner)
    return [unit for (unit,) in rows]


@contextmanager
def _apart() -> Iterator[None]:
    """What the database refuses because two would overlap has just been taken."""
    try:
        yield
    except IntegrityError as refused:
        if not any(sign in str(refused.orig) for sign in APART):
            raise
        raise JustTaken() from refused


def sound(span: Span, most: timedelta = YEAR) -> None:
    """Refuse a time that ends before it begins, or only after more than a year."""
    if span.starts_at >= span.ends_at:
        raise Backwards()
    if span.ends_at - span.starts_at > most:
        raise TooLong()


def free(resource_id: int, span: Span, most: int = MANY, *, party: int = 0) -> list[int]:
    """The units of a resource that nobody has in all that time, in the order in which they are filled: the first."""
    return beside.column(_free(bool(party)), **_asked(resource_id, span, most, party))


def _asked(resource_id: int, span: Span, most: int, party: int) -> dict[str, Any]:
    when = {"begins": span.starts_at, "ends": span.ends_at}
    return {"resource": resource_id, **when, "most": most, **({"party": party} if party else {})}


@lru_cache
def _taking(owner: tuple[str, ...], sized: bool) -> Insert:
    names = ("tenant_id", "unit_id", "starts_at", "ends_at", *owner)
    told = {"tenant_id": "tenant", "starts_at": "begins", "ends_at": "ends"}
    values = [bindparam(told.get(name, name), type_=getattr(Occupation, name).type) for name in names]
    free = _free(sized).with_only_columns(*[ResourceUnit.id if name == "unit_id" else value
                                       for name, value in zip(names, values, strict=True)])  # fmt: skip
    return insert(Occupation).from_select(names, free).returning(Occupation.unit_id)


@lru_cache
def _free(sized: bool) -> Select[Any]:
    tenant: Any = bindparam("tenant")
    there = Occupation.starts_at < bindparam("ends"), Occupation.ends_at > bindparam("begins")
    taken = select(Occupation.id).where(Occupation.tenant_id == tenant, Occupation.unit_id == ResourceUnit.id, *there)
    theirs = ResourceUnit.tenant_id == tenant, ResourceUnit.resource_id == bindparam("resource"), ResourceUnit.active
    mine = select(ResourceUnit.id).where(*theirs, ~taken.exists())
    by: list[Any] = [ResourceUnit.position, ResourceUnit.id]
    if sized:  # a table of which nothing is said holds whoever the service takes: it is the last one
        mine = mine.where(or_(ResourceUnit.seats.is_(None), ResourceUnit.seats >= bindparam("party", type_=Integer)))
        by.insert(0, func.coalesce(ResourceUnit.seats, MANY))
    return mine.order_by(*by).limit(bindparam("most", type_=Integer))


def overlapping(span: Span) -> tuple[Any, Any]:
    """The conditions of whatever is taken at some moment of that time; what only touches it is not."""
    return Occupation.starts_at < span.ends_at, Occupation.ends_at > span.starts_at


def within(unit_ids: Iterable[int], span: Span) -> Sequence[Occupation]:
    """What of these units is taken in that time, in order."""
    mine = select(Occupation).where(Occupation.unit_id.in_(sorted(set(unit_ids))), *overlapping(span))
    return db.session.scalars(mine.order_by(Occupation.starts_at, Occupation.id)).all()


def gaps(whole: Any, taken: Iterable[Any]) -> list[Span]:
    """The parts of a time that none of these has: all of them have `starts_at` and `ends_at`."""
    found, at = list[Span](), whole.starts_at
    for one in sorted(taken, key=lambda one: one.starts_at):
        if at < one.starts_at:
            found.append(Span(at, min(one.starts_at, whole.ends_at)))
        at = max(at, one.ends_at)
    return [*found, Span(at, whole.ends_at)] if at < whole.ends_at else found


def since(**owner: int) -> datetime | None:
    """From when on a departure, a booking or a closure has what it has; None when it has nothing."""
    return db.session.scalar(select(func.min(Occupation.starts_at)).filter_by(**owner))


def give_back(**owner: int) -> None:
    """Nobody has these any more: all of a departure, a booking or a closure."""
    db.session.execute(delete(Occupation).filter_by(**owner), execution_options=QUIET)


_APART = """DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'occupation_apart') THEN
ALTER TABLE occupation ADD CONSTRAINT occupation_apart EXCLUDE USING gist
(int8range(unit_id, unit_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&);
END IF; END $$"""
_OVERLAP = """BEGIN SELECT RAISE(ABORT, 'this unit is occupied then') WHERE EXISTS (
SELECT 1 FROM occupation AS other WHERE other.tenant_id = NEW.tenant_id AND other.unit_id = NEW.unit_id
AND other.id <> coalesce(NEW.id, -1) AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at); END"""

ddl.declare(
    "occupation apart",
    sqlite=tuple(
        statement
        for name, event in (("occupation_apart", "INSERT"), ("occupation_moved_apart", "UPDATE"))
        for statement in (
            f"DROP TRIGGER IF EXISTS {name}",
            f"CREATE TRIGGER {name} BEFORE {event} ON occupation {_OVERLAP}",
        )
    ),
    postgresql=(_APART,),
)
