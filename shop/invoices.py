"""Invoices and credit notes: numbered without gaps, copied from the order, never changed once they are issued."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, column, select

from kernel import clock, journal, signing
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Missing, Refusal
from kernel.tenancy import TenantOwned
from shop import (
    invoice_lines,
    invoice_people,
    invoice_seal,
    invoice_series,
    invoicing,
    order_events,
    orders,
    recalls,
    receipts,
    reductions,
)
from shop.invoice_lines import InvoiceLine
from shop.invoice_series import InvoiceSeries, Outdated, UsedUp
from shop.orders import ENDED, Order

if TYPE_CHECKING:
    from kernel.accounts import Account

FEW_SIGNS = 300


class Ended(Refusal):
    """An order that ended is not billed."""

    message = _l("The order %(number)s ended without a sale: there is nothing to bill.")
    status = 409


class TooMuch(Refusal):
    """A credit note takes back at most what the invoice still holds."""

    message = _l("Write an amount greater than zero and at most %(most)s: that is what the invoice still holds.")


class Invoice(TenantOwned, Base):
    """An invoice, or a credit note that takes a part of one back; both are positive, `kind` says the direction."""

    __tablename__ = "invoice"
    __extra__ = (
        UniqueConstraint("tenant_id", "series_id", "serial"),
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "token"),
        Index(
            "uq_invoice_order", "tenant_id", "order_id", unique=True,
            sqlite_where=column("kind") == "invoice", postgresql_where=column("kind") == "invoice",
        ),
        Index("ix_invoice_issued", "tenant_id", "issued_at"),
        CheckConstraint("gross_minor = net_minor + tax_minor", name="gross"),
        CheckConstraint("net_minor >= 0 AND tax_minor >= 0", name="positive"),
        CheckConstraint("(kind = 'credit_note') = (corrects_id IS NOT NULL)", name="corrects"),
    )  # fmt: skip
    id: Mapped[int] = pk()
    series_id: Mapped[int] = ref("invoice_series")
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(16))  # invoice | credit_note
    order_id: Mapped[int] = ref("order")
    corrects_id: Mapped[int | None] = ref("invoice")
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    currency: Mapped[str] = mapped_column(String(3))
    language: Mapped[str] = mapped_column(String(8))
    net_minor: Mapped[int]
    tax_minor: Mapped[int]
    gross_minor: Mapped[int]
    buyer: Mapped[dict[str, Any]] = mapped_column(default=dict)
    issuer: Mapped[dict[str, Any]] = mapped_column(default=dict)
    fiscal: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(String(300), default="")
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    previous: Mapped[str] = mapped_column(String(64), default="")
    hash: Mapped[str] = mapped_column(String(64))
    practice: Mapped[bool] = mapped_column(default=False)

    order: Mapped[Order] = belongs("Invoice.order_id", "Order")
    series: Mapped[InvoiceSeries] = belongs("Invoice.series_id", "InvoiceSeries")

    @property
    def gross(self) -> Money:
        """What it comes to, tax inside."""
        return self.money(self.gross_minor)

    @property
    def sign(self) -> int:
        """1 for what was sold, -1 for what was taken back."""
        return -1 if self.kind == "credit_note" else 1

    def money(self, minor: int) -> Money:
        """An amount in its currency."""
        return Money(minor, self.currency)


def issue(order: Order, *, by: "Account | None" = None) -> Invoice:
    """The order's invoice: issued now, or the one that it has."""
    orders.lock(order)
    known = of(order)
    if known is not None:
        return known
    if order.asked:
        raise orders.Unanswered(number=order.number)
    ended = order.state in ENDED
    if ended and not order.kept_minor:
        raise Ended(number=order.number)
    lines = invoice_lines.kept(order, recalls.held(order)) if ended else invoice_lines.copied(order)
    made = _written(order, "invoice", lines)
    order_events.record(order, "invoiced", by=by, minor=made.gross_minor, reference=made.number)
    for one in reductions.of(order):  # what it cost less before there was an invoice, each for its own lines
        follow(order, reason=one.reason, lines=one.units, most=one.amount_minor, by=by)
    return made


def credit(
    order: Order, *, amount: Money | None = None, lines: Mapping[int, int] | None = None, reason: str, **more: Any
) -> Invoice | None:
    """Take a part of the order's invoice back: an amount, or so many units of its order lines, else all that is left.

    `delivery=True` takes the delivery back with the lines; `by` is who asks. None when the order has no invoice, or
    when it ended and nothing of its invoice is left. Raises TooMuch.
    """
    orders.lock(order)
    invoice = of(order)
    if invoice is None:
        return None
    rests = invoice_lines.left(invoice.id)
    most = sum(one.rest.gross for one in rests)
    if not most and (order.state in ENDED or (amount is None and lines is None)):
        return None
    if lines is not None:
        parts = invoice_lines.of_lines(rests, lines, delivery=more.get("delivery", False))
    else:
        parts = invoice_lines.of_amount(rests, most if amount is None else amount.minor, recalls.held(order))
    if not sum(part.gross_minor for part in parts) or (amount and amount.minor > most):
        raise TooMuch(most=receipts.shown(invoice.money(most)))
    return _credited(invoice, parts, reason=reason, by=more.get("by"))


def _credited(invoice: Invoice, parts: Sequence[InvoiceLine], *, reason: str, by: "Account | None") -> Invoice:
    told = {"corrects_id": invoice.id, "reason": reason.strip()[:FEW_SIGNS]}
    made = _written(invoice.order, "credit_note", parts, **told)
    order_events.record(invoice.order, "credit_note", by=by, minor=made.gross_minor, reference=made.number)
    return made


def follow(order: Order, *, reason: str = "", lines: Mapping[int, int] | None = None, **more: Any) -> Invoice | None:
    """Take back what the invoice holds beyond what the order still costs: after refunds, when it ended.

    `lines`: the units of order lines that came back, when it is for those; `most`: no more than so many minor units;
    `by` is who asks. None when there is nothing to take back.
    """
    invoice = of(order)
    if invoice is None:
        return None
    rests = invoice_lines.left(invoice.id)
    due = sum(one.rest.gross for one in rests) - owed(order)
    due = min(due, more.get("most", due))
    if due <= 0:
        return None
    parts = invoice_lines.of_lines(rests, lines or {})
    if sum(part.gross_minor for part in parts) != due:  # another amount than those units
        parts = invoice_lines.of_amount(rests, due, recalls.held(order), lines)
    return _credited(invoice, parts, reason=reason, by=more.get("by"))


def owed(order: Order) -> int:
    """What the order costs now, in minor units: less what was given back; what was kept of one that ended."""
    return order.kept_minor if order.state in ENDED else order.total_minor - order.credited_minor


def _written(order: Order, kind: str, lines: Sequence[InvoiceLine], **more: Any) -> Invoice:
    """Number and keep a paper; the series' row is the last lock that a transaction takes."""
    people = invoice_people.of(order)
    taken = invoice_series.take(kind, practice=order.practice)
    row = Invoice(
        series_id=taken.series.id, serial=taken.serial, number=taken.number, kind=kind, order_id=order.id,
        issued_at=clock.now(), currency=order.currency, language=order.language, practice=order.practice,
        net_minor=sum(line.net_minor for line in lines), tax_minor=sum(line.tax_minor for line in lines),
        gross_minor=sum(line.gross_minor for line in lines), previous=taken.head, token=signing.token(),
        **{"corrects_id": None, "reason": "", **people, **more},
    )  # fmt: skip
    row.fiscal = {**people["fiscal"], **_authorised(taken.series)}
    row.hash = invoice_seal.digest(row, lines)
    db.session.add(row)
    db.session.flush()
    for line in lines:
        line.invoice_id = row.id
    db.session.add_all(lines)
    invoice_series.remember(taken, row.hash)
    return row


def _authorised(series: InvoiceSeries) -> dict[str, Any]:
    if not series.authorisation:
        return {}
    begin, end = series.range()
    days = {"on": series.authorised_on, "until": series.until}
    told = {"authorisation": series.authorisation, "from": begin, "to": end}
    return told | {name: day.isoformat() for name, day in days.items() if day}


def sound(row: Invoice) -> bool:
    """Whether it still says what it said when it was issued."""
    return row.hash == invoice_seal.digest(row, invoice_lines.of(row.id))


def of(order: Order) -> Invoice | None:
    """The order's invoice, if it has one."""
    mine = select(Invoice).where(Invoice.order_id == order.id, Invoice.kind == "invoice")
    return db.session.scalars(mine).one_or_none()


def every(order: Order) -> Sequence[Invoice]:
    """The order's invoice and its credit notes, the first one first."""
    return db.session.scalars(select(Invoice).where(Invoice.order_id == order.id).order_by(Invoice.id)).all()


def corrected(row: Invoice) -> Invoice | None:
    """The invoice that a credit note takes back."""
    return db.session.get(Invoice, row.corrects_id) if row.corrects_id else None


def left(row: Invoice) -> Money:
    """What an invoice still holds after its credit notes; nothing for a credit note."""
    return row.money(0 if row.kind == "credit_note" else row.gross_minor - invoice_lines.credited_minor(row.id))


def numbered(number: str) -> Invoice:
    """The paper with that number, for staff; raises Missing."""
    return _found(Invoice.number == number)


def by_token(token: str) -> Invoice:
    """The paper with that public token; raises Missing, also for an empty one."""
    if not token:
        raise Missing()
    return _found(Invoice.token == token)


def _found(condition: Any) -> Invoice:
    found = db.session.scalars(select(Invoice).where(condition)).one_or_none()
    if found is None:
        raise Missing()
    return found


def when_paid(order: Order) -> None:
    """The order is paid: bill it if the shop bills then. Money is never refused for want of a number."""
    if invoicing.of().issue_on == "paid":
        _quietly(order)


def when_delivered(order: Order) -> None:
    """The order is handed over: bill it if the shop bills then."""
    if invoicing.of().issue_on == "delivered":
        _quietly(order)


def when_less(order: Order, *, reason: str = "", lines: Mapping[int, int] | None = None) -> None:
    """The order ended or costs less: what its invoice holds beyond that is taken back, what was kept is billed."""
    if order.state in ENDED and order.kept_minor and invoicing.of().issue_on != "hand":
        _quietly(order)
    event = order_events.last(order, "cancelled") if order.state in ENDED and not reason else None
    try:
        follow(order, reason=str(event.data.get("reason", "")) if event else reason, lines=lines)
    except (UsedUp, Outdated):
        return  # it stands among what waits to be issued


def _quietly(order: Order) -> None:
    if not order.total_minor:  # a table for nothing takes no number
        return
    try:
        issue(order)
    except (UsedUp, Outdated):
        return  # it stands among what waits to be issued


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("invoices.issued", _l("Issued %(number)s"))
    journal.kind("invoices.credited", _l("Took %(number)s back by a credit note"))
    journal.kind("invoices.sent", _l("Sent %(number)s by letter"))
