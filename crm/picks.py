"""Picks: what was reckoned for somebody, kept so that their next page reads one row instead of all that they did.

What a pick says is its maker's affair. It is cleared in the transaction of whatever makes it wrong, and its turn moves
on: who reckoned before that and writes afterwards writes nothing. Only for people who let us learn from what they do.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, UniqueConstraint, bindparam, select, update

from kernel import beside, clock, tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk, ref, upsert
from kernel.tenancy import TenantOwned

if TYPE_CHECKING:
    from crm.contacts import Contact
    from crm.visitors import Visitor

FRESH = timedelta(days=1)  # what is older is reckoned anew: what is near what has moved on
Told = Mapping[str, Any]


class Pick(TenantOwned, Base):
    """What was reckoned for a contact or a browser; without `made_at` nothing is kept."""

    __tablename__ = "pick"
    __extra__ = (
        UniqueConstraint("tenant_id", "contact_id"),
        UniqueConstraint("tenant_id", "visitor_id"),
        CheckConstraint("(contact_id IS NULL) <> (visitor_id IS NULL)", name="somebody"),
    )
    id: Mapped[int] = pk()
    contact_id: Mapped[int | None] = ref("contact", index=False)
    visitor_id: Mapped[int | None] = ref("visitor", index=False)
    turn: Mapped[int] = mapped_column(default=0)  # moves when it is cleared
    made_at: Mapped[datetime | None]
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)


def fresh(made_at: datetime | None, told: Any) -> Told | None:
    """What a row says, while it is young enough."""
    return told if made_at is not None and made_at > clock.now() - FRESH else None


def of(who: "Contact | Visitor") -> Told | None:
    """What is kept for them, while it is good."""
    found = beside.plain(_of(_column(who)), who=who.id)
    return fresh(*found[0]) if found else None


@lru_cache
def _of(column: str) -> Any:
    """Asked beside the guard between tenants, so it names the tenant itself."""
    mine = getattr(Pick, column) == bindparam("who"), Pick.tenant_id == bindparam("tenant")
    return select(Pick.made_at, Pick.told).where(*mine)


def turn(who: "Contact | Visitor") -> int | None:
    """To be asked before anything is reckoned for them; None while there is no row."""
    return turns([who]).get(who)


def turns(whom: "Sequence[Contact | Visitor]") -> "dict[Contact | Visitor, int]":
    """The same of many; who has no row is not there."""
    found: dict[Contact | Visitor, int] = {}
    for column in ("contact_id", "visitor_id"):
        mine = {who.id: who for who in whom if _column(who) == column}
        key = getattr(Pick, column)
        rows = db.session.execute(select(key, Pick.turn).where(key.in_(list(mine)))) if mine else ()
        found |= {mine[one]: now for one, now in rows}
    return found


def keep(column: str, who: int, turn: int | None, told: Told) -> bool:
    """Keep what was reckoned for the person of that key since `turn` was asked, unless it was cleared meanwhile."""
    values = {"made_at": clock.now(), "told": dict(told)}
    if turn is None:
        row = {**values, column: who, "turn": 0, "tenant_id": tenancy.current()}
        new = upsert(Pick).values(**row).on_conflict_do_nothing().returning(Pick.id)
        return db.session.execute(new).scalar() is not None
    mine = update(Pick).where(getattr(Pick, column) == who, Pick.turn == turn).values(**values)
    done = db.session.execute(mine.returning(Pick.id), execution_options={"synchronize_session": False})
    return done.scalar() is not None


def clear(who: "Contact | Visitor") -> None:
    """Something about them changed: what was reckoned before counts no more, whenever it is written."""
    clear_all(**{f"{who.__tablename__}s": [who.id]})


def clear_all(contacts: Iterable[int | None] = (), visitors: Iterable[int | None] = ()) -> None:
    """The same for many, always in one order: two who clear the same people wait for each other and never both."""
    for column, ids in (("contact_id", contacts), ("visitor_id", visitors)):
        told = [{"who": one, "tenant": tenancy.current()} for one in sorted({one for one in ids if one})]
        if told:
            db.session.connection().execute(_clearing(column, db.engine.dialect.name), told)


@lru_cache
def _clearing(column: str, dialect: str) -> Any:
    """A row is left even for whom nothing was kept: else a pick on its way would come in after this."""
    row: dict[str, Any] = {"tenant_id": bindparam("tenant"), column: bindparam("who"), "turn": 1, "told": {}}
    empty: dict[str, Any] = {"turn": Pick.turn + 1, "made_at": None, "told": {}}
    return upsert(Pick, dialect).values(row).on_conflict_do_update(index_elements=["tenant_id", column], set_=empty)


def _column(who: "Contact | Visitor") -> str:
    return f"{who.__tablename__}_id"
