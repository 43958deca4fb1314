"""Closures: time that is kept free of bookings on chosen units: a repair, a holiday, a private group.

Staff make them, or a calendar from outside says them, see outside_closures: such ones are opened there alone.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, delete, select

from kernel import beside, clock, journal, signing
from kernel.db import Base, Mapped, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.refusal import Missing, Refusal
from kernel.tenancy import TenantOwned
from shop import holdings, occupations, time_wait_rows
from shop.occupations import JustTaken, Occupation, Span
from shop.resources import ResourceUnit

if TYPE_CHECKING:
    from kernel.accounts import Account


class Booked(JustTaken):
    """Somebody has booked what should be closed."""

    message = _l("Something is booked at that time: move it first, then close.")


class Nothing(Refusal):
    """No unit was chosen."""

    message = _l("Choose what should be closed.")


class FromOutside(Refusal):
    """Who opens it here lets twice what somebody has elsewhere."""

    message = _l("This comes from %(name)s: change it there, and it changes here within minutes.")


class Closure(TenantOwned, Base):
    """A period in which units cannot be booked, and why; what it occupies are its occupations."""

    __tablename__ = "closure"
    __extra__ = (
        UniqueConstraint("tenant_id", "token"),
        UniqueConstraint("tenant_id", "calendar_id", "uid"),
        CheckConstraint("starts_at < ends_at", name="forward"),
        Index("ix_closure_outcome", "tenant_id", "outcome", "ends_at"),
    )
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(120), default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    calendar_id: Mapped[int | None] = ref("outside_calendar", index=False)
    uid: Mapped[str | None] = mapped_column(String(64))  # what names it there, hashed: it may hold a guest's name
    outcome: Mapped[str] = mapped_column(String(8), default="")  # of what comes from outside: see outside_closures
    against: Mapped[str] = mapped_column(String(400), default="")  # what of ours is there as well
    told_at: Mapped[datetime | None]  # when the shop was written to about that; of one that is `left`, since when


def close(
    units: Sequence[ResourceUnit], span: Span, *, reason: str = "", by: "Account | None" = None, rest: bool = False
) -> Closure:
    """Close these units for that time; raises Backwards, Nothing or Booked, and then nothing is closed.

    `rest`: what is taken stays, all else of that time is closed.
    """
    occupations.sound(span)
    if not units:
        raise Nothing()
    holdings.claim((), {unit.resource_id for unit in units})
    row = Closure(starts_at=span.starts_at, ends_at=span.ends_at, reason=reason.strip()[:120])
    row.account_id = by.id if by else None
    db.session.add(row)
    db.session.flush()
    ids = sorted({unit.id for unit in units})
    try:
        if rest:
            _rest(row, ids, span)
        else:
            occupations.reserve(ids, span, closure_id=row.id)
    except JustTaken as taken:
        raise Booked() from taken
    journal.write("bookings.closed", about=row, by=by, data={"reason": row.reason})
    return row


def _rest(row: Closure, ids: Sequence[int], span: Span) -> None:
    taken = occupations.within(ids, span)
    parts = [
        (unit, part) for unit in ids for part in occupations.gaps(span, [one for one in taken if one.unit_id == unit])
    ]
    if not parts:
        raise JustTaken()
    with beside.attempt():
        for unit, part in parts:
            occupations.reserve([unit], part, closure_id=row.id)


def whole(row: Closure) -> bool:
    """Whether nothing of its time was left to who had booked."""
    mine = select(Occupation.starts_at, Occupation.ends_at).where(Occupation.closure_id == row.id)
    return all((begins, ends) == (row.starts_at, row.ends_at) for begins, ends in db.session.execute(mine))


def open_again(row: Closure, *, by: "Account | None" = None) -> None:
    """What was closed can be booked again; raises FromOutside, or Missing when somebody else opened it meanwhile."""
    if row.calendar_id is not None:
        raise FromOutside(name=row.reason)
    mine = select(ResourceUnit.resource_id).where(ResourceUnit.id.in_(units_of(row)))
    resource_ids = set(db.session.scalars(mine))
    occupations.give_back(closure_id=row.id)
    gone = delete(Closure).where(Closure.id == row.id)
    if not db.session.execute(gone).rowcount:  # type: ignore[attr-defined]
        raise Missing()
    time_wait_rows.freed((), resource_ids)
    journal.write("bookings.opened", by=by, data={"reason": row.reason})


def by_token(token: str) -> Closure:
    """The closure that an address names; raises Missing."""
    found = db.session.scalars(select(Closure).where(Closure.token == token)).one_or_none() if token else None
    if found is None:
        raise Missing()
    return found


def units_of(row: Closure) -> list[int]:
    """The units that it closes."""
    return list(db.session.scalars(select(Occupation.unit_id).where(Occupation.closure_id == row.id)))


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("bookings.closed", _l("Closed a time for bookings: %(reason)s"))
    journal.kind("bookings.opened", _l("Opened a closed time again: %(reason)s"))
