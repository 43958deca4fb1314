"""The plan of an order in the back office: agreed on, a part on another day, the pay link, the end of one not paid."""

from typing import Any

from flask import flash, request

from crm import greetings
from kernel import i18n, phones, tenancy, web
from kernel.i18n import _
from kernel.once import once
from kernel.web import needs
from shop import agreements, balances, cancellations, orders, payment_methods, plan_policies, plans, receipts
from shop.forms.plans import AgreementForm, DayForm, EndForm
from shop.orders import Order
from shop.plans import Terms
from shop.views import admin, desk, order_desk


def told(order: Order) -> dict[str, Any]:
    """What the order's page shows of it."""
    if not balances.open_(order):
        return {}
    late = plans.overdue(order)
    grace = plan_policies.of().grace_days
    return {
        "link": _link(order), "whatsapp": _whatsapp(order) if order.phone else "",
        "late": bool(late), "decide": any((plans.today() - part.on).days > grace for part in late if part.on),
        "amount": desk.typed(_likely(order)), "methods": _methods(order),
    }  # fmt: skip


def forms(order: Order) -> dict[str, Any]:
    """The forms of the panel, filled with what is most likely."""
    policy = plan_policies.of()
    agreed = {"count": "2", "start": plans.today(), "every": str(policy.every_days)}
    return {"agree": AgreementForm(data=agreed), "end": EndForm(data={"kept": desk.typed(agreements.keeps(order))})}


def _likely(order: Order) -> Any:
    after = plans.coming(order)
    return plans.due_now(order) or (after.left if after else order.balance)


def _methods(order: Order) -> list[Any]:
    own = [one for one in payment_methods.counter() if one.code != payment_methods.LATER]
    waiting = order.payments[-1].method if order.payments else None
    if waiting is None or waiting.code == payment_methods.LATER:  # by which nothing is ever paid
        return own
    return payment_methods.without_double([waiting, *(one for one in own if one is not waiting)])


def method(order: Order, code: str) -> Any:
    """The method that staff named, else the first that they could; None for the one that waits where there is none."""
    known = _methods(order)
    return next((one for one in known if one.code == code), known[0] if known else None)


def _link(order: Order) -> str:
    return web.shop_url("shop.pay", token=order.token, language=order.language)


def _whatsapp(order: Order) -> str:
    """A chat that says what is due and where to pay it, as the shop treats its people."""
    tenant = tenancy.tenant()
    with i18n.speak(order.language, tenant.country):
        told_ = {"name": greetings.first(order.name), "shop": tenant.name, "number": order.number,
                 "amount": receipts.shown(_likely(order))}  # fmt: skip
        text = (
            _("Hi %(name)s, this is %(shop)s. You can pay %(amount)s of your order %(number)s here:", **told_)
            if tenant.treatment == "tu"
            else _(
                "Good day %(name)s, this is %(shop)s. %(amount)s of your order %(number)s can be paid here:", **told_
            )
        )
    return phones.whatsapp(f"{' '.join(text.split())}\n{_link(order)}", order.phone)


@admin.post("/orders/<number>/plan", endpoint="order_plan")
@needs("orders.edit")
@once
@desk.at_order
def agree(number: str) -> Any:
    """Agree on parts for what is left."""
    form, order = AgreementForm(request.form), orders.numbered(number)
    if not form.validate() or form.start.data is None:
        return order_desk.page(order, agree=form), 422
    first = order.money(form.first.minor) if form.first.minor else None
    terms = Terms(form.count.number or 1, form.start.data, form.every.number or 15, first)
    agreements.agree(order, terms, by=web.person())
    flash(_("Agreed: the buyer gets a letter with the days.") if order.email else _("Agreed."))
    return None


@admin.post("/orders/<number>/plan/<int:position>/day", endpoint="order_plan_day")
@needs("orders.edit")
@desk.at_order
def put_off(number: str, position: int) -> Any:
    """Give a part another day."""
    form, order = DayForm(request.form), orders.numbered(number)
    if not form.validate():
        return order_desk.page(order), 422
    agreements.put_off(order, position, form.on.data, by=web.person())
    flash(_("The new day is kept."))
    return None


@admin.post("/orders/<number>/plan/end", endpoint="order_plan_end")
@needs("orders.cancel")
@desk.at_order
def end(number: str) -> Any:
    """Call an order off whose parts do not come, and say what of them the shop keeps."""
    form, order = EndForm(request.form), orders.numbered(number)
    if not form.validate():
        return order_desk.page(order, end=form), 422
    kept = order.money(form.kept.minor or 0)
    try:
        cancellations.by_staff(order, by=web.person(), reason=form.reason.data or "", kept=kept)
    except order_desk.AMOUNT as refusal:
        return order_desk.again(number, form.kept, refusal, end=form)
    flash(_("%(number)s is cancelled.", number=number))
    return None
