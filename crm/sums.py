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
SUMMED = ("count", "amount_minor")
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
    _more(told, day, LIFETIME)


def put(contact_id: int, row: ContactDay) -> None:
    """Add somebody's sum of a day to another one's: the two are one person."""
    same = {name: getattr(row, name) for name in ("kind", "currency", *SUMMED)}
    _more({"contact_id": contact_id, **same}, row.day)


def _more(told: dict[str, Any], *days: date) -> None:
    named = {f"new_{name}": value for name, value in told.items()}
    named |= {f"day_{place}": day for place, day in enumerate(days)}
    beside.send(_adding(db.engine.dialect.name, len(days)), **named)


@lru_cache
def _adding(dialect: str, days: int) -> Any:
    """Count the same into so many days."""
    told = {name: _bind(f"new_{name}", name) for name in ("contact_id", "kind", "currency", *SUMMED)}
    told["tenant_id"] = _bind("tenant", "tenant_id")
    row = upsert(ContactDay, dialect).values([{**told, "day": _bind(f"day_{place}", "day")} for place in range(days)])
    more = {name: getattr(ContactDay, name) + row.excluded[name] for name in SUMMED}
    return row.on_conflict_do_update(index_elements=SAME, set_=more)


def _bind(name: str, column: str) -> Any:
    return bindparam(name, type_=getattr(ContactDay, column).type)


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
