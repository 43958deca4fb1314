"""What contacts did, summed by day and for all time: written with each fact, read by segments."""

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Index, String, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel import beside, tenancy
from kernel.db import Base, db, pk, ref, upsert
from kernel.tenancy import TenantOwned

if TYPE_CHECKING:
    from crm.contacts import Contact
    from crm.facts import Fact

LIFETIME = date(1970, 1, 1)  # the day under which the sums of all time stand
SAME = ("tenant_id", "contact_id", "kind", "day", "currency")  # the day first: "not in 30 days" is one look
MONEY: set[str] = set()  # kinds whose amounts, together, are what somebody paid: what went back is negative


class ContactDay(TenantOwned, Base):
    """How often, and for how much, a contact did something on one day of the tenant's zone."""

    __tablename__ = "contact_day"
    __extra__ = (
        UniqueConstraint(*SAME),
        # all that a window adds up stands in the index: the rows themselves are not fetched
        Index("ix_contact_day_kind", "tenant_id", "kind", "day", "contact_id", "currency", "amount_minor"),
    )
    id: Mapped[int] = pk()
    contact_id: Mapped[int] = ref("contact", index=False)
    kind: Mapped[str] = mapped_column(String(32))
    currency: Mapped[str] = mapped_column(String(3), default="")
    day: Mapped[date] = mapped_column(Date)
    count: Mapped[int] = mapped_column(default=0)
    amount_minor: Mapped[int] = mapped_column(default=0)


def add(fact: "Fact", times: int = 1) -> None:
    """Count a fact into its day and into all time (`times=-1` takes it out again)."""
    if fact.contact_id is None:
        return
    day = fact.at.astimezone(ZoneInfo(tenancy.tenant().timezone)).date()
    told: dict[str, Any] = {"contact_id": fact.contact_id, "kind": fact.kind, "currency": fact.currency}
    told |= {"count": times, "amount_minor": (fact.amount_minor or 0) * times}
    for when in (day, LIFETIME):
        _more({**told, "day": when})


def put(contact_id: int, row: ContactDay) -> None:
    """Add somebody's sum of a day to another one's: the two are one person."""
    same = {name: getattr(row, name) for name in ("kind", "currency", "day", "count", "amount_minor")}
    _more({"contact_id": contact_id, **same})


def _more(told: dict[str, Any]) -> None:
    beside.send(_adding(db.engine.dialect.name), **{f"new_{name}": value for name, value in told.items()})


@lru_cache
def _adding(dialect: str) -> Any:
    summed = ("count", "amount_minor")
    named = {name: bindparam(f"new_{name}") for name in ("contact_id", "kind", "currency", "day", *summed)}
    row = upsert(ContactDay, dialect).values(**named, tenant_id=bindparam("tenant"))
    more = {name: getattr(ContactDay, name) + row.excluded[name] for name in summed}
    return row.on_conflict_do_update(index_elements=SAME, set_=more)


def lifetime(contact: "Contact") -> list[ContactDay]:
    """What a contact did in all, by kind and currency."""
    mine = select(ContactDay).where(ContactDay.contact_id == contact.id, ContactDay.day == LIFETIME)
    fresh = mine.order_by(ContactDay.kind, ContactDay.currency).execution_options(populate_existing=True)
    return list(db.session.scalars(fresh))


def money(*kinds: str) -> None:
    """Count these kinds into what somebody paid; whoever records money that goes back gives it a negative amount."""
    MONEY.update(kinds)


def spent(contact: "Contact") -> dict[str, int]:
    """What a contact paid in all, less what went back, by currency."""
    found: dict[str, int] = {}
    for row in lifetime(contact):
        if row.kind in MONEY:
            found[row.currency] = found.get(row.currency, 0) + row.amount_minor
    return found
