"""Tallies: how often things were looked at each day, without saying by whom; kept whether anybody consented or not."""

from datetime import date
from typing import Any

from sqlalchemy import Date, String, UniqueConstraint, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, db, pk
from kernel.tenancy import TenantOwned


class Tally(TenantOwned, Base):
    """How often something happened to one thing on one day of the tenant's zone."""

    __tablename__ = "tally"
    __extra__ = (UniqueConstraint("tenant_id", "day", "kind", "about_kind", "about_id"),)
    id: Mapped[int] = pk()
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(String(32))
    about_kind: Mapped[str] = mapped_column(String(32), default="")
    about_id: Mapped[int] = mapped_column(default=0)
    count: Mapped[int] = mapped_column(default=0)


def add(day: date, kind: str, *, about_kind: str = "", about_id: int = 0, times: int = 1) -> None:
    """Count something into its day."""
    key = {"day": day, "kind": kind, "about_kind": about_kind, "about_id": about_id}
    more = update(Tally).filter_by(**key).values(count=Tally.count + times)
    if _changed(more):
        return
    try:
        with db.session.begin_nested():
            db.session.add(Tally(**key, count=times))
    except IntegrityError:  # another writer was quicker: count into theirs
        _changed(more)


def _changed(statement: Any) -> bool:
    done = db.session.execute(statement, execution_options={"synchronize_session": False})
    return bool(done.rowcount)  # type: ignore[attr-defined]


def of(kind: str, first: date, last: date) -> dict[date, int]:
    """How often it happened, by day."""
    wanted = select(Tally).where(Tally.kind == kind, Tally.day >= first, Tally.day <= last)
    found: dict[date, int] = {}
    for row in db.session.scalars(wanted):
        found[row.day] = found.get(row.day, 0) + row.count
    return found
