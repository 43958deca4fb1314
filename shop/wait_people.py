"""People who wait for stock: what they asked for as their copy, as nobody's, and as one person's who was kept twice."""

from typing import Any

from sqlalchemy import delete, select, update

from crm import facts, merging, people
from crm.contacts import Contact
from kernel.db import db
from kernel.i18n import _l
from shop import stock_waits
from shop.wait_rows import StockWait

QUIET = {"synchronize_session": False}
STATES = {"": "waiting", "told": "sent", "left": "stopped", "stopped": "stopped"}


def copy(contact: Contact) -> list[dict[str, Any]]:
    """What they asked for, and when they were written to."""
    rows = db.session.scalars(select(StockWait).where(StockWait.contact_id == contact.id).order_by(StockWait.id))
    return [
        {
            "product": stock_waits.name(row.variant, row.language) if row.variant.product else row.variant.sku,
            "language": row.language, "at": row.asked_at.isoformat(), "state": STATES[row.how],
            "sent_at": row.ended_at.isoformat() if row.ended_at and row.how == "told" else None,
        }
        for row in rows
    ]  # fmt: skip


def forget(contact: Contact) -> None:
    """Nobody waits any more."""
    db.session.execute(delete(StockWait).where(StockWait.contact_id == contact.id), execution_options=QUIET)


def join(goes: Contact, stays: Contact) -> None:
    """What both wait for is waited for once."""
    theirs = select(StockWait.variant_id).where(StockWait.contact_id == stays.id, StockWait.ended_at.is_(None))
    same = StockWait.contact_id == goes.id, StockWait.ended_at.is_(None), StockWait.variant_id.in_(theirs)
    db.session.execute(delete(StockWait).where(*same), execution_options=QUIET)
    moved = update(StockWait).where(StockWait.contact_id == goes.id).values(contact_id=stays.id)
    db.session.execute(moved, execution_options=QUIET)


def init_app(_app: object) -> None:
    """Speak for those who wait; say how their timeline tells it."""
    people.exporter("stock_waits", ["stock_wait"], copy)
    people.eraser("stock_waits", ["stock_wait"], forget)
    merging.moves("stock_wait", join)
    facts.kind("asked_back", _l("Asked to be told when something is back"), "clock")
