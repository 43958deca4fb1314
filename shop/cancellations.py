"""Cancellations: who called an order off, when and why; what it had taken goes back once."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, UniqueConstraint

from crm import facts
from kernel import clock, journal
from kernel.db import Base, Mapped, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned
from shop import (
    approval_offers,
    approval_rows,
    booking_confirmations,
    booking_policies,
    booking_shares,
    delivery_slots,
    downloads,
    ended_words,
    fulfilment,
    letters,
    order_events,
    orders,
    payments,
    recalls,
    receipts,
    redemptions,
    refund_accounts,
    refunds,
    stock,
    subscriptions,
    tenders,
)
from shop.orders import Order

if TYPE_CHECKING:
    from kernel.accounts import Account


class TooLate(Refusal):
    """The buyer's own time to cancel is over."""

    message = _l("This order is already being prepared: write to the shop to change it.")
    status = 409


class Cancellation(TenantOwned, Base):
    """That an order was called off; there is at most one."""

    __tablename__ = "cancellation"
    __extra__ = (UniqueConstraint("tenant_id", "order_id"),)
    id: Mapped[int] = pk()
    order_id: Mapped[int] = ref("order")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # None: the buyer
    reason: Mapped[str] = mapped_column(String(300), default="")
    restocked: Mapped[bool] = mapped_column(default=True)


def of(order: Order) -> Cancellation | None:
    """The order's cancellation, if it has one."""
    return db.session.scalars(db.select(Cancellation).where(Cancellation.order_id == order.id)).one_or_none()


def allowed_to_buyer(order: Order) -> bool:
    """Whether the buyer may cancel alone: until it is prepared, a part of a plan came or a file was fetched."""
    bound = order.received_minor > 0 and (bool(order.plan) or _would_keep(order) or downloads.begun(order))
    return order.asked or (order.state == "placed" and order.payment != "proof" and not bound)


def _would_keep(order: Order) -> bool:
    """Whether the shop may keep a part of what was paid for a booking: then it is called off on its own page."""
    rows = booking_confirmations.of(order)
    return any(row.state != "cancelled" and booking_policies.back(row) < booking_policies.WHOLE for row in rows)


def by_buyer(order: Order, *, reason: str = "") -> Cancellation:
    """The buyer calls the order off."""
    orders.lock(order)
    if not allowed_to_buyer(order):
        raise TooLate()
    return _cancel(order, by=None, reason=reason, restock=True)


def by_staff(
    order: Order, *, by: "Account", reason: str, restock: bool = True, kept: Money | None = None
) -> Cancellation:
    """The shop calls the order off, with a reason that the buyer reads; it keeps `kept` of what came."""
    orders.lock(order)
    if not reason.strip():
        raise Refusal(_l("Write why the order is cancelled: the buyer will read it."))
    most = keepable(order)
    if kept is not None and not 0 <= kept.minor <= most.minor:
        raise payments.WrongAmount(most=receipts.shown(most))
    order.kept_minor = kept.minor if kept is not None else 0
    made = _cancel(order, by=by, reason=reason.strip()[:300], restock=restock)
    journal.write("orders.cancelled", about=order, by=by, data={"number": order.number, "reason": made.reason})
    return made


def of_request(order: Order, *, by: "Account", reason: str) -> Cancellation:
    """The shop does not say yes, with or without a reason; the caller holds the order's row."""
    made = _cancel(order, by=by, reason=reason.strip()[:300], restock=True)
    journal.write("orders.refused", about=order, by=by, data={"number": order.number, "reason": made.reason})
    return made


def keepable(order: Order) -> Money:
    """The most that may be kept of what came: no more than it costs, nothing of what is on its way back.

    What gift cards cost that nobody used goes back whole; what was spent of the others cannot go back at all.
    """
    worth = min(refunds.refundable(order).minor, order.total_minor - order.credited_minor)
    return order.money(max(0, worth - recalls.unused(order).minor))


def usually_kept(order: Order) -> Money:
    """What stands in the form: by the policies of what was booked, else the price of gift cards that were used."""
    kept = keepable(order) - policy_back(order) if order.only_booked else None
    return kept or recalls.used(order)


def policy_back(order: Order) -> Money:
    """What the policies of its bookings give back now of what was paid for them."""
    rows = [row for row in booking_confirmations.of(order) if row.state == "booked" or row.off]
    found = [booking_shares.of(row, order, booking_policies.back(row)).back.minor for row in rows]
    return order.money(min(sum(found), keepable(order).minor))


def with_booking(order: Order, *, by: "Account | None", reason: str, kept: Money) -> Cancellation:
    """The last of an order's bookings is called off, and the order with it; the caller holds its row."""
    order.kept_minor = kept.minor
    made = _cancel(order, by=by, reason=reason.strip()[:300], restock=True)
    if by is not None:
        journal.write("orders.cancelled", about=order, by=by, data={"number": order.number, "reason": made.reason})
    return made


def _cancel(order: Order, *, by: "Account | None", reason: str, restock: bool) -> Cancellation:
    stay = min(order.kept_minor, recalls.used(order).minor)
    recalls.of(order, order.money(stay))  # refuses when less is kept than was spent
    kind = "refused" if order.asked and by is not None else "cancelled"
    if order.asked:
        approval_rows.answer(order, "no" if by else "left", by=by)
    fulfilment.hush(order)
    fulfilment.move(order, "cancel")
    made = Cancellation(order_id=order.id, account_id=by.id if by else None, reason=reason, restocked=restock)
    db.session.add(made)
    order_events.record(order, "cancelled", by=by, reason=reason, restocked=restock, kept=order.kept_minor)
    if restock:  # goods before places, as whoever places an order takes them: locks in one order make no knot
        stock.give_back(order, reason="cancelled")
    delivery_slots.give_back(order)
    booking_confirmations.give_up(order, "cancel")
    redemptions.give_back(order)
    tenders.give_back(order)
    payments.end(order)
    subscriptions.let_go(order)
    if not order.practice:
        key = f"cancelled:{order.id}"
        facts.record("cancelled", contact=order.contact, about=order, amount=order.total, dedupe=key)
    if kind == "refused":
        letters.tell(order, kind, reason=reason, more=approval_offers.said, **approval_offers.button(order))
    else:
        letters.tell(order, kind, reason=reason, more=_said, **refund_accounts.button(order))
    if by is None:
        letters.tell_shop(order, "cancelled", reason=reason)
    return made


def _said(order: Order) -> str:
    """What becomes of its money, and where one says how it shall come back."""
    return f"{ended_words.said(order)} {refund_accounts.said(order)}".strip()


def init_app(_app: object) -> None:
    """Say how a cancellation is told."""
    facts.kind("cancelled", _l("Cancelled an order"), "close")
    journal.kind("orders.refused", _l("Said no to %(number)s: %(reason)s"))
    journal.kind("orders.cancelled", _l("Cancelled %(number)s: %(reason)s"))
