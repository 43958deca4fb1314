"""The e-mail of an order: corrected from its page, and what went to the wrong one sent again."""

from typing import Any

from flask import flash, request

from kernel import web
from kernel.i18n import _, ngettext
from kernel.web import needs
from shop import order_email, orders
from shop.forms.orders import EmailForm
from shop.views import admin, desk, order_desk


@admin.post("/orders/<number>/email", endpoint="order_email")
@needs("orders.edit")
@desk.at_order
def correct(number: str) -> Any:
    """Have its letters go there; what is no address stays in its field."""
    order, sent = orders.numbered(number), EmailForm(request.form)
    if not sent.validate():
        return order_desk.page(order, email=sent), 422
    was = order.email
    other = order_email.correct(order, sent.email.data or "", by=web.person(), person=web.may("people.edit"))
    if order.email != was:
        told = _("From now on letters of %(number)s go to %(email)s.", number=number, email=order.email)
        if was:
            web.undo(told, ".order_email", fields={"email": was}, number=number)
        else:
            flash(told)
    if other is not None:
        flash(_("That e-mail belongs to %(name)s: both people stay as they are.", name=other.called))
    return None


@admin.post("/orders/<number>/letters", endpoint="order_letters")
@needs("orders.edit")
@desk.at_order
def send_again(number: str) -> None:
    """Send what went to the wrong address once more."""
    count = order_email.send_again(orders.numbered(number))
    if count:
        flash(ngettext("%(num)s letter is on its way again.", "%(num)s letters are on their way again.", count))
