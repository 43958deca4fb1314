"""Facts: what people did, append-only; the hinge on which the packages turn. Their sums by day are in sums.py."""

import itertools
import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from crm import partitions, sums
from kernel import beside, clock
from kernel.db import Base, Id, UTCDateTime, db, pk, ref
from kernel.money import Money
from kernel.tenancy import TenantOwned

if TYPE_CHECKING:
    from crm.contacts import Contact
    from crm.visitors import Visitor

EPOCH_MS = 1_577_836_800_000  # 2020-01-01
BEHAVIOUR = frozenset({"viewed", "searched", "added", "saved", "opened", "clicked"})  # only with consent
REREAD_MINUTES = 10  # a reader by cursor goes back this far: ids become visible out of order

_count = itertools.count()
_lock = threading.Lock()


def new_id() -> int:
    """A bigint that grows with time: 41 bits of milliseconds, 10 of the process, 12 of a counter."""
    with _lock:
        step = next(_count) & 0xFFF
    return (int(time.time() * 1000) - EPOCH_MS) << 22 | (os.getpid() & 0x3FF) << 12 | step


class Fact(TenantOwned, Base):
    """Somebody did something, at a moment, about something, perhaps for money."""

    __tablename__ = "fact"
    __extra__ = (
        Index("ix_fact_contact", "tenant_id", "contact_id", "kind", "at"),
        Index("ix_fact_kind", "tenant_id", "kind", "at"),
        Index("ix_fact_visitor", "tenant_id", "visitor_id", "at"),
        Index("ix_fact_about", "tenant_id", "about_kind", "about_id"),
        {"postgresql_partition_by": "RANGE (at)"},
    )
    __unique_id__ = False  # on PostgreSQL a partitioned table's keys contain `at`
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    at: Mapped[datetime] = mapped_column(UTCDateTime, primary_key=True, default=clock.now)
    kind: Mapped[str] = mapped_column(String(32))
    contact_id: Mapped[int | None] = ref("contact", index=False)
    visitor_id: Mapped[int | None] = ref("visitor", index=False)
    about_kind: Mapped[str] = mapped_column(String(32), default="")
    about_id: Mapped[int | None]
    amount_minor: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3), default="")
    source: Mapped[str] = mapped_column(String(80), default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    dedupe: Mapped[str | None] = mapped_column(String(120))


class FactKey(TenantOwned, Base):
    """The keys of facts that may be told only once: unique per tenant, which a partitioned table cannot promise."""

    __tablename__ = "fact_key"
    __extra__ = (UniqueConstraint("tenant_id", "key"),)
    id: Mapped[int] = pk()
    key: Mapped[str] = mapped_column(String(120))
    fact_id: Mapped[int]


@dataclass(frozen=True)
class Kind:
    """How the timeline tells a fact: a sentence, an icon, where it leads."""

    name: str
    sentence: Any
    icon: str
    url: Callable[[Fact], str | None] | None = None


_kinds: dict[str, Kind] = {}


def kind(name: str, sentence: Any, icon: str, url: Callable[[Fact], str | None] | None = None) -> None:
    """Register a kind of fact; only registered ones can be recorded."""
    _kinds[name] = Kind(name, sentence, icon, url)


def linked(names: Iterable[str], url: Callable[["Fact"], str | None]) -> None:
    """Say where facts of these kinds lead; by the package that has the page, when it is later than the noun."""
    for name in names:
        _kinds[name] = replace(_kinds[name], url=url)


def kinds() -> dict[str, Kind]:
    """All kinds by name."""
    return dict(_kinds)


def record(
    kind: str,
    *,
    contact: "Contact | None" = None,
    visitor: "Visitor | None" = None,
    about: Any = None,
    amount: Money | None = None,
    at: datetime | None = None,
    source: str = "",
    dedupe: str | None = None,
    data: dict[str, Any] | None = None,
) -> Fact | None:
    """Write a fact and its sums into this transaction; None when one with that `dedupe` was already told.

    Whoever records behaviour has asked for consent first.
    """
    if kind not in _kinds:
        raise LookupError(f"no fact is called {kind}")
    fact = Fact(id=new_id(), kind=kind, at=at or clock.now(), source=source, dedupe=dedupe, data=data or {})
    fact.contact_id = contact.id if contact else visitor.contact_id if visitor else None
    fact.visitor_id = visitor.id if visitor else None
    fact.about_kind, fact.about_id = _about(about)
    fact.amount_minor, fact.currency = (amount.minor, amount.currency) if amount else (None, "")
    if dedupe is not None and not _first(dedupe, fact.id):
        return None
    db.session.add(fact)
    db.session.flush()
    sums.add(fact)
    return fact


def _about(about: Any) -> tuple[str, int | None]:
    """A row, or its table's name and key when that is all one has."""
    if about is None or isinstance(about, tuple):
        return about or ("", None)
    return about.__tablename__, about.id


def _first(key: str, fact_id: int) -> bool:
    return beside.add(FactKey, unless=("tenant_id", "key"), key=key, fact_id=fact_id) is not None


def of_contact(contact: "Contact", limit: int = 50) -> list[Fact]:
    """The newest facts of a contact."""
    newest = select(Fact).where(Fact.contact_id == contact.id).order_by(Fact.at.desc(), Fact.id.desc())
    return list(db.session.scalars(newest.limit(limit)))


def of_contacts(ids: Sequence[int], limit: int = 50) -> list[Fact]:
    """The newest facts of several contacts."""
    newest = select(Fact).where(Fact.contact_id.in_(ids)).order_by(Fact.at.desc(), Fact.id.desc())
    return list(db.session.scalars(newest.limit(limit))) if ids else []


def adopt(visitor: "Visitor", contact: "Contact") -> None:
    """Give a browser's facts that nobody owned to the contact it belongs to, sums included."""
    orphans = select(Fact).where(Fact.visitor_id == visitor.id, Fact.contact_id.is_(None))
    for fact in db.session.scalars(orphans):
        fact.contact_id = contact.id
        sums.add(fact)


def forget_behaviour(who: "Contact | Visitor") -> None:
    """Delete what somebody looked at and opened, sums included; facts of contract stay. For tastes.forget alone."""
    mine = Fact.contact_id == who.id if who.__tablename__ == "contact" else Fact.visitor_id == who.id
    for fact in db.session.scalars(select(Fact).where(mine, Fact.kind.in_(BEHAVIOUR))):
        sums.add(fact, -1)
        db.session.delete(fact)
    db.session.flush()


partitions.declare("fact")
