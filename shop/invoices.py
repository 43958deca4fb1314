"""Invoices and credit notes: numbered without gaps, copied from the order, never changed once they are issued."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kernel import clock, journal, signing
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Missing, Refusal
from shop import (
    credit_lines,
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
from shop.invoice_rows import Invoice
from shop.invoice_series import InvoiceSeries, Outdated, UsedUp
from shop.order_lines import OrderLine
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


def issue(order: Order, *, by: "Account | None" = None) -> Invoice:
    """The order's invoice: issued now, or the one that it has; what was added since is billed by a further one."""
    orders.lock(order)
    if order.asked:
        raise orders.Unanswered(number=order.number)
    known, ended = billed(order), order.state in ENDED
    if ended and not known and not order.kept_minor:
        raise Ended(number=order.number)
    lines = [] if known and ended else _added(order, known) if known else _whole(order)
    if not lines:
        return known[0]
    made = _written(order, "invoice", lines, part=len(known))
    order_events.record(order, "invoiced", by=by, minor=made.gross_minor, reference=made.number)
    less = reductions.of(order)  # before there was a paper, each for its own lines; of a further one the last ones are
    for one in reversed(less) if known else less:
        follow(order, reason=one.reason, lines=one.units, most=one.amount_minor, by=by)
    return made


def _whole(order: Order) -> list[InvoiceLine]:
    ended = order.state in ENDED
    return invoice_lines.kept(order, recalls.held(order)) if ended else invoice_lines.copied(order)


def _added(order: Order, known: Sequence[Invoice]) -> list[InvoiceLine]:
    """What those invoices do not hold of the order: lines that were added since, a delivery that costs more."""
    fresh, less = _fresh(order, known)
    return invoice_lines.added(order, fresh, owed(order) + less - holds(order))


def _fresh(order: Order, known: Sequence[Invoice]) -> tuple[list[OrderLine], int]:
    """The order's lines that stand on none of those invoices, and by how much less they cost by now."""
    old = invoice_lines.known([row.id for row in known])
    fresh = [line for line in order.lines if line.id not in old]
    ids = {line.id for line in fresh}
    return fresh, sum(one.amount_minor for one in reductions.of(order) if ids & one.units.keys())


def beyond(order: Order) -> int:
    """What its invoices hold beyond what the order still costs of what stands on them, in minor units."""
    known = billed(order)
    fresh, less = _fresh(order, known) if known and order.state not in ENDED else ([], 0)
    return holds(order) - owed(order) + sum(line.gross_minor for line in fresh) - less


def further(order: Order) -> bool:
    """Whether something of it stands on no invoice, though it has one."""
    known = billed(order)
    return bool(known) and order.state not in ENDED and bool(_added(order, known))


def credit(
    order: Order, *, amount: Money | None = None, lines: Mapping[int, int] | None = None, reason: str, **more: Any
) -> Invoice | None:
    """Take a part of the order's invoice back: an amount, or so many units of its order lines, else all that is left.

    `delivery=True` takes the delivery back with the lines; `by` is who asks. None when the order has no invoice, or
    when it ended and nothing of its invoice is left. Raises TooMuch.
    """
    orders.lock(order)
    rests = rests_of(order)
    if not rests:
        return None
    most = sum(one.rest.gross for one in rests)
    if not most and (order.state in ENDED or (amount is None and lines is None)):
        return None
    if lines is not None:
        parts = credit_lines.of_lines(rests, lines, delivery=more.get("delivery", False))
    else:
        parts = credit_lines.of_amount(rests, most if amount is None else amount.minor, recalls.held(order))
    if not sum(part.gross_minor for part in parts) or (amount and amount.minor > most):
        raise TooMuch(most=receipts.shown(order.money(most)))
    return _credited(order, (rests, parts), reason=reason, by=more.get("by"))


def rests_of(order: Order) -> list[invoice_lines.Left]:
    """What each line of its invoices still holds, the first invoice first."""
    return [one for row in billed(order) for one in invoice_lines.left(row.id)]


def _credited(
    order: Order, taken: tuple[Sequence[invoice_lines.Left], Sequence[InvoiceLine]], *, reason: str,
    by: "Account | None",
) -> Invoice:  # fmt: skip
    """A credit note for each invoice of whose lines something is taken back; the first of them."""
    rests, parts = taken
    papers = {one.line.id: one.line.invoice_id for one in rests}
    found = []
    for paper in dict.fromkeys(papers[part.corrects_id or 0] for part in parts):
        mine = [part for part in parts if papers[part.corrects_id or 0] == paper]
        made = _written(order, "credit_note", mine, corrects_id=paper, reason=reason.strip()[:FEW_SIGNS])
        order_events.record(order, "credit_note", by=by, minor=made.gross_minor, reference=made.number)
        found.append(made)
    return found[0]


def follow(order: Order, *, reason: str = "", lines: Mapping[int, int] | None = None, **more: Any) -> Invoice | None:
    """Take back what the invoice holds beyond what the order still costs: after refunds, when it ended.

    `lines`: the units of order lines that came back, when it is for those; `delivery=True`: when that costs less,
    `only`: when these order lines do;
    `most`: no more than so many minor units; `by` is who asks. None when there is nothing to take back.
    """
    rests = rests_of(order)
    due = min(beyond(order), sum(one.rest.gross for one in rests))
    due = min(due, more.get("most", due))
    if due <= 0:
        return None
    some = more.get("only") or more.get("delivery")
    parts = credit_lines.of_some(rests, due, more.get("only")) if some else credit_lines.of_lines(rests, lines or {})
    if sum(part.gross_minor for part in parts) != due:  # another amount than those units
        parts = credit_lines.of_amount(rests, due, recalls.held(order), lines)
    return _credited(order, (rests, parts), reason=reason, by=more.get("by"))


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
    """The order's invoice, if it has one: the first, where more was added later."""
    return next(iter(billed(order)), None)


def billed(order: Order) -> Sequence[Invoice]:
    """The order's invoices, the first one first: one, and a further one each time when something was added."""
    mine = select(Invoice).where(Invoice.order_id == order.id, Invoice.kind == "invoice")
    return db.session.scalars(mine.order_by(Invoice.part)).all()


def holds(order: Order) -> int:
    """What the order's invoices hold after their credit notes, in minor units."""
    return sum(left(row).minor for row in billed(order))


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


def when_less(
    order: Order, *, reason: str = "", lines: Mapping[int, int] | None = None, **more: Any
) -> None:  # fmt: skip
    """The order ended or costs less: what its invoice holds beyond that is taken back, what was kept is billed."""
    if order.state in ENDED and order.kept_minor and invoicing.of().issue_on != "hand":
        _quietly(order)
    event = order_events.last(order, "cancelled") if order.state in ENDED and not reason else None
    try:
        follow(order, reason=str(event.data.get("reason", "")) if event else reason, lines=lines, **more)
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
