"""Numbers of orders and quotes: one series per tenant and purpose; a refused sale takes its number back, so no gaps."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, String, UniqueConstraint, bindparam, update

from kernel import beside, tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk, upsert
from kernel.tenancy import TenantOwned

FIRST = 1001
OWN = {"quote": ("COT", 1), "practice-quote": ("PCOT", 1)}  # series with a prefix and a beginning of their own


class Series(TenantOwned, Base):
    """A series of numbers; its row is the lock that makes them follow each other."""

    __tablename__ = "series"
    __extra__ = (UniqueConstraint("tenant_id", "code"),)
    id: Mapped[int] = pk()
    code: Mapped[str] = mapped_column(String(32))
    prefix: Mapped[str] = mapped_column(String(12))
    next: Mapped[int] = mapped_column(default=FIRST)


def take(code: str) -> str:
    """The next number of a series, like `TN-1042`; given back when the transaction rolls back."""
    row = _step(code)
    if row is None:  # the first number of all
        _ensure(code)
        row = _step(code)
    prefix, following = row
    return f"{prefix}-{following - 1:04d}"


def _step(code: str) -> Any:
    return next(iter(beside.plain(_next(), series=code)), None)


@lru_cache
def _next() -> Executable:
    mine = Series.code == bindparam("series"), Series.tenant_id == bindparam("tenant")
    return update(Series).where(*mine).values(next=Series.next + 1).returning(Series.prefix, Series.next)


def initials(slug: str) -> str:
    """Two or three letters for a shop's numbers: `tres-neblinas` → `TN`."""
    words = [word for word in slug.split("-") if word and word[0].isalpha()]
    letters = "".join(word[0] for word in words[:3]) if len(words) > 1 else "".join(words)[:2]
    return letters.upper() or "N"


def _ensure(code: str) -> None:
    usual = "P" if code.startswith("practice") else initials(tenancy.tenant().slug)
    prefix, first = OWN.get(code, (usual, FIRST))
    row = {"tenant_id": tenancy.current(), "code": code, "prefix": prefix, "next": first}
    db.session.execute(upsert(Series).values(**row).on_conflict_do_nothing())
