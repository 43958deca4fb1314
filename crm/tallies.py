"""Tallies: how often things were looked at each day, without saying by whom; kept whether anybody consented or not."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, String, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel import tenancy
from kernel.db import Base, db, pk, upsert
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


Key = tuple[date, str, str, int]  # the day, what happened, and to what: its kind and its key
KEY = ("day", "kind", "about_kind", "about_id")


def add(day: date, kind: str, *, about_kind: str = "", about_id: int = 0, times: int = 1) -> None:
    """Count something into its day."""
    add_all({(day, kind, about_kind, about_id): times})


def add_all(counted: Mapping[Key, int]) -> None:
    """Count many things into their days at once, always in one order: two who do so wait for each other, never both."""
    owner = tenancy.current()
    told = [{**dict(zip(KEY, key, strict=True)), "tenant": owner, "times": counted[key]} for key in sorted(counted)]
    if told:
        db.session.connection().execute(_counting(db.engine.dialect.name), told)


@lru_cache
def _counting(dialect: str) -> Any:
    """Beside the guard between tenants, so it names the tenant itself."""
    row: dict[str, Any] = {name: bindparam(name) for name in KEY}
    new = upsert(Tally, dialect).values(**row, tenant_id=bindparam("tenant"), count=bindparam("times"))
    more = {"count": Tally.count + new.excluded.count}
    return new.on_conflict_do_update(index_elements=["tenant_id", *KEY], set_=more)


def of(kind: str, first: date, last: date) -> dict[date, int]:
    """How often it happened, by day."""
    wanted = select(Tally).where(Tally.kind == kind, Tally.day >= first, Tally.day <= last)
    found: dict[date, int] = {}
    for row in db.session.scalars(wanted):
        found[row.day] = found.get(row.day, 0) + row.count
    return found
