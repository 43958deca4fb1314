"""The steps of an order, each a resource: prepare, ready, send, hand over, take back, cancel, note."""

from typing import Any

from flask import flash, request

from kernel import web
from kernel.i18n import _
from kernel.once import once
from kernel.refusal import Refusal
from kernel.web import needs
from shop import ask_rows, cancellations, fulfilment, notes, orders, second_thoughts
from shop.forms.orders import CancelForm, NoteForm, ShipForm
from shop.views import admin, desk, order_desk

UNDO = "shop_admin.order_undo"


def _seen() -> int | None:
    """How many changes of the buyer the page showed from which the step is taken."""
    typed = request.args.get("seen", "")
    return int(typed) if typed.isdecimal() and len(typed) < 6 else None


@admin.post("/orders/<number>/preparation", endpoint="order_prepare")
@needs("orders.edit")
@desk.at_order
def prepare(number: str) -> None:
    """Somebody begins to prepare it."""
    fulfilment.prepare(orders.numbered(number), by=web.person(), seen=_seen())
    _undo(number, _("%(number)s is in preparation.", number=number))


@admin.post("/orders/<number>/readiness", endpoint="order_ready")
@needs("orders.edit")
@desk.at_order
def ready(number: str) -> None:
    """It waits for the buyer."""
    fulfilment.ready(orders.numbered(number), by=web.person(), seen=_seen())
    _undo(number, _("%(number)s is ready.", number=number))


@admin.post("/orders/<number>/shipment", endpoint="order_ship")
@needs("orders.edit")
@desk.at_order
def ship(number: str) -> Any:
    """It left the house, with its carrier and number when there are any."""
    form = ShipForm(request.form)
    if not form.validate():
        return order_desk.page(orders.numbered(number), ship=form), 422
    order = orders.numbered(number)
    told = {"tracking": form.tracking.data or "", "carrier": form.carrier.data or ""}
    fulfilment.ship(order, by=web.person(), seen=_seen(), **told)
    return _undo(number, _("%(number)s is on its way.", number=number))


@admin.post("/orders/<number>/delivery", endpoint="order_deliver")
@needs("orders.edit")
@desk.at_order
def deliver(number: str) -> None:
    """It is in the buyer's hands."""
    fulfilment.deliver(orders.numbered(number), by=web.person(), seen=_seen())
    _undo(number, _("%(number)s was delivered.", number=number))


def _undo(number: str, text: str) -> None:
    web.undo(second_thoughts.said(orders.numbered(number), text), UNDO, number=number)


@admin.post("/orders/<number>/undo", endpoint="order_undo")
@needs("orders.edit")
@desk.at_order
def undo(number: str) -> None:
    """Take the last step back, within ten minutes."""
    fulfilment.undo(orders.numbered(number), by=web.person())


@admin.post("/orders/<number>/cancellation", endpoint="order_cancel")
@needs("orders.cancel")
@desk.at_order
def cancel(number: str) -> Any:
    """Call it off, with a reason that the buyer reads."""
    form = CancelForm(request.form)
    if not form.validate():
        return order_desk.page(orders.numbered(number), cancel=form), 422
    order = orders.numbered(number)
    kept, reason = order.money(form.kept.minor or 0), form.reason.data or ""
    restock = form.restock.data or order.only_booked  # of times nobody is asked: others can have them
    try:
        cancellations.by_staff(order, by=web.person(), reason=reason, restock=restock, kept=kept)
    except order_desk.AMOUNT as refusal:
        return order_desk.again(number, form.kept, refusal, cancel=form)
    ask_rows.settle(order, "cancel", by=web.person())
    flash(_("%(number)s is cancelled.", number=number))
    return None


@admin.post("/orders/<number>/notes", endpoint="order_note")
@needs("orders.edit")
@once
@desk.at_order
def note(number: str) -> None:
    """A note for colleagues."""
    form = NoteForm(request.form)
    if not form.validate():
        raise Refusal(form.text.errors[0])
    notes.write(orders.numbered(number), form.text.data or "", by=web.person())
