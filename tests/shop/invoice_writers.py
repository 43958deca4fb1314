"""Writers of invoices: real processes that bill orders until somebody kills them; and one who takes numbers wrongly."""

import time
from multiprocessing.connection import Connection

from sqlalchemy import select, update

from kernel import tenancy, transactions
from kernel.app import create_app
from kernel.db import db
from kernel.settings import Settings
from shop import invoice_series, invoices
from shop.invoice_series import InvoiceSeries, Taken
from shop.orders import Order


def bill_until_killed(line: Connection, known: Settings, tenant_id: int, order_ids: list[int]) -> None:
    """Bill one order after the other and tell each only after it was committed."""
    app = create_app(known)
    line.send("ready")
    for order_id in order_ids:
        with app.app_context():
            tenancy.enter(tenant_id)
            number = invoices.issue(db.session.get_one(Order, order_id)).number
            db.session.commit()
            db.session.remove()
        line.send((order_id, number))
    line.send("end")


def bill_without_lock(known: Settings, tenant_id: int, order_ids: list[int], line: Connection) -> None:
    """The same as people write it who know no better: look which number is next, think, then write the one after."""
    app, told = create_app(known), []
    invoice_series.take = careless
    line.send("ready")
    line.recv()
    for order_id in order_ids:
        with app.app_context():
            tenancy.enter(tenant_id)
            told.append(_tried(order_id))
            db.session.remove()
    line.send(told)


def _tried(order_id: int) -> tuple[str, str]:
    try:
        seen.update(looked())
        time.sleep(0.01)
        number = invoices.issue(db.session.get_one(Order, order_id)).number
        db.session.commit()
    except Exception as error:
        db.session.rollback()
        return "broke", type(error).__name__
    return "done", number


seen: dict[str, int] = {}


def looked() -> dict[str, int]:
    """Which number is next, read before the writer's turn."""
    with transactions.reading():
        return {"next": db.session.scalars(select(InvoiceSeries.next)).one()}


def careless(kind: str, *, practice: bool) -> Taken:
    """The number that was seen, whoever has taken it meanwhile."""
    row = invoice_series.current(kind, practice=practice)
    serial = seen["next"]
    quiet = {"synchronize_session": False}
    db.session.execute(update(InvoiceSeries).values(next=serial + 1), execution_options=quiet)
    db.session.refresh(row)
    return Taken(row, serial, invoice_series.written(row.prefix, serial, row.digits), row.head)
