"""People who wait for stock: what they asked for as their copy, as nobody's, and as one person's who was kept twice."""

from functools import partial
from typing import Any

from sqlalchemy import select

from crm import facts, merging, people
from crm.contacts import Contact
from kernel.db import db
from kernel.i18n import _l
from shop import stock_waits, waits
from shop.stock_wait_rows import StockWait

STATES = {"": "waiting", "told": "sent", "left": "stopped", "stopped": "stopped"}


def copy(contact: Contact) -> list[dict[str, Any]]:
    """What they asked for, and when they were written to."""
    rows = db.session.scalars(select(StockWait).where(StockWait.contact_id == contact.id).order_by(StockWait.id))
    return [
        {
            "product": stock_waits.name(row.variant, row.language) if row.variant.product else row.variant.sku,
            "language": row.language, "at": row.asked_at.isoformat(), "state": STATES[row.how],
            "sent_at": waits.sent(row),
        }
        for row in rows
    ]  # fmt: skip


def init_app(_app: object) -> None:
    """Speak for those who wait; say how their timeline tells it."""
    people.exporter("stock_waits", ["stock_wait"], copy)
    people.eraser("stock_waits", ["stock_wait"], partial(waits.forget, StockWait))
    merging.moves("stock_wait", partial(waits.join, StockWait))
    facts.kind("asked_back", _l("Asked to be told when something is back"), "clock")
