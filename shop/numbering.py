"""Numbers of orders: one series per tenant and purpose, without gaps, because a refused sale takes its number back."""

from typing import Any

from sqlalchemy import String, UniqueConstraint, update

from kernel import tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk, upsert
from kernel.tenancy import TenantOwned

FIRST = 1001


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
    return f"{row.prefix}-{row.next - 1}"


def _step(code: str) -> Any:
    step = update(Series).where(Series.code == code).values(next=Series.next + 1)
    told = step.returning(Series.prefix, Series.next)
    return db.session.execute(told, execution_options={"synchronize_session": False}).one_or_none()


def initials(slug: str) -> str:
    """Two or three letters for a shop's numbers: `tres-neblinas` → `TN`."""
    words = [word for word in slug.split("-") if word and word[0].isalpha()]
    letters = "".join(word[0] for word in words[:3]) if len(words) > 1 else "".join(words)[:2]
    return letters.upper() or "N"


def _ensure(code: str) -> None:
    prefix = "P" if code.startswith("practice") else initials(tenancy.tenant().slug)
    row = {"tenant_id": tenancy.current(), "code": code, "prefix": prefix, "next": FIRST}
    db.session.execute(upsert(Series).values(**row).on_conflict_do_nothing())
