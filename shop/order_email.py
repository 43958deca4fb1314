"""An order's e-mail that was wrong: corrected by staff; what went to the wrong one is sent again, and nothing more."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, or_, select, update

from crm import contacts, people
from crm.contacts import Contact
from kernel import journal, letters
from kernel.db import db
from kernel.i18n import _l
from kernel.letters import Letter
from shop import order_events, orders
from shop.subscription_rows import Subscription

if TYPE_CHECKING:
    from kernel.accounts import Account
    from shop.orders import Order

QUIET = {"synchronize_session": False}
LOST = ("failed", "skipped", "sent", "captured")  # has left for the wrong address, or could not


def correct(order: "Order", email: str, *, by: "Account", person: bool = True) -> Contact | None:
    """Have it go there from now on, letters that wait too; who already has that address, when another person does.

    `person`: its buyer's own record is corrected as well, where it says the same wrong address and nobody has the
    right one: nobody's is ever written over.
    """
    orders.lock(order)
    old = order.email
    if email == old:
        return None
    order.email = email
    orders.sought(order)
    waits = update(Letter).where(*_about(order), Letter.to == old, Letter.state.in_(("pending", "deferred")))
    db.session.execute(waits.values(to=email), execution_options=QUIET)
    turns = update(Subscription).where(Subscription.first_id == order.id, Subscription.email == old)
    db.session.execute(turns.values(email=email), execution_options=QUIET)
    order_events.record(order, "email_changed", by=by)
    journal.write("orders.email", about=order, by=by, data={"number": order.number})
    return _person(order, old, by=by, person=person)


def _person(order: "Order", old: str, *, by: "Account", person: bool) -> Contact | None:
    known, other = order.contact, contacts.by_email(order.email)
    if other is not None and (known is None or other.id != known.id):
        return other
    if person and known is not None and other is None and known.email_norm in {None, contacts.normal_email(old)}:
        people.change(known, {"email": order.email, "phone": known.phone}, by=by)
    return None


def _about(order: "Order") -> tuple[ColumnElement[bool], ...]:
    """In SQL: the letters to its buyer."""
    own = or_(Letter.kind.startswith("orders."), Letter.kind.startswith("bookings."))
    shop = or_(Letter.kind.startswith("orders.shop."), Letter.kind.startswith("bookings.shop."))
    return Letter.about_kind == "order", Letter.about_id == order.id, ~Letter.private, own, ~shop


def lost(order: "Order") -> list[Letter]:
    """What went to another address than the one that it has now, still holds, and was not sent there since."""
    if not order.email:
        return []
    wanted = select(Letter).where(*_about(order)).order_by(Letter.id)
    rows: Sequence[Letter] = db.session.scalars(wanted).all()
    right = [row for row in rows if row.to == order.email and row.state not in {"failed", "skipped"}]
    there = {(row.kind, row.subject) for row in right}
    wrong = [row for row in rows if row.state in LOST and not row.over and (row.kind, row.subject) not in there]
    return [row for row in wrong if row.to != order.email]


def send_again(order: "Order") -> int:
    """Send those to the right address, each once; how many."""
    orders.lock(order)
    rows = lost(order)
    for row in rows:
        letters.to_another(row, order.email)
    return len(rows)


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("orders.email", _l("Corrected the e-mail of %(number)s"))
