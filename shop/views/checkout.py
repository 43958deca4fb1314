"""The checkout: one page, one form; asking again with `refresh` only shows what the choice would cost."""

from dataclasses import replace
from typing import Any

from flask import flash, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from crm import chat_consent, consent, sign_up_asks, subscribing, visitors
from crm.views import asking
from kernel import i18n, limits, tenancy, web
from kernel.i18n import _, _l
from kernel.refusal import Refusal
from shop import card_sessions, delivery_slots, orders, prepaying, quotes, shipping, stock, storefront, terms
from shop import cart as carts
from shop import checkout as checkouts
from shop.forms import checkout as forms
from shop.gateways import cards
from shop.views import cart as cart_views
from shop.views import checkout_page, keep_card, led, store, tender_rows, visitor

ORDERS = "60/hour"  # from one network of one shop
MANY = _l(
    "Many orders came from your network within an hour. Nothing that you wrote is lost: order again in a while, "
    "or write to the shop."
)


@store.get("/checkout")
def checkout() -> Any:
    """The form, with the first possible delivery and payment chosen."""
    mine = cart_views.current()
    return _away(_inside(mine)) or checkout_page.answer(mine, checkout_page.prefilled(g.get("contact")))


@store.post("/checkout")
def checkout_place() -> Any:
    """Place the order; the same form sent twice gives the same order."""
    if "refresh" in request.form:
        with web.reading():
            mine = cart_views.current()
            return _away(_inside(mine)) or checkout_page.answer(mine, request.form, form=_loose())
    with web.reading():  # whoever is refused has not kept a buyer waiting
        form, kept, refused = _looked_over()
    if refused is not None:
        return _kept(refused)
    try:
        _limit()  # last of all: who is refused, and the same form again, do not count
        order = _place(form, kept)
        if card_sessions.payable(order) is not None:
            cards.quickly(order)
        return _to(order)
    except Refusal as refusal:
        return _kept(_again(form, {}, refusal))


def _kept(answer: Response) -> Response:
    """Whoever mends the form keeps the times in the cart meanwhile; without any, nobody waits for a turn to write."""
    with web.reading():
        keeps = checkouts.keeps(cart_views.current())
    if keeps:
        checkouts.keep(cart_views.current())
    return answer


def _limit() -> None:
    """A network places so many orders in an hour and no more: each takes goods away from others."""
    try:
        limits.check("order", f"{tenancy.current()}:{limits.network(request.remote_addr)}", ORDERS)
    except limits.TooMany as many:
        raise Refusal(MANY, status=many.status) from None


def _looked_over() -> tuple[forms.CheckoutForm, dict[str, str], Response | None]:
    """(the form, the address, the answer when it is clear without writing)."""
    storefront.of()  # with the tenant, in one look
    mine, ways = cart_views.current(), shipping.methods()
    place, brought = checkout_page.country(request.form, ways), checkout_page.is_delivery(request.form, ways)
    form, kept, errors = forms.read(request.form, place, delivery=brought)
    inside = _inside(mine)
    known = _known()  # asked after looking into the cart: a twin of this form may just be emptying it
    if known:
        return form, kept, _to(known)
    if mine is None or _unready(inside):
        return form, kept, _away(inside)
    if errors or form.errors:
        return form, kept, _again(form, errors)
    try:
        choice, details = forms.choice(request.form, kept), _details(form, kept)
        checkouts.rehearse(checkouts.Seen(mine, inside, ways), choice, details, **_told_by_page())
    except Refusal as refusal:
        known = _known()  # the twin may have emptied it in this very moment
        return form, kept, _to(known) if known else _again(form, {}, refusal)
    return form, kept, None


def _place(form: forms.CheckoutForm, kept: dict[str, str]) -> Any:
    storefront.of()  # with the tenant, in one look
    mine = cart_views.current()
    if mine is None:
        raise quotes.Empty()
    choice, details = forms.choice(request.form, kept), _details(form, kept)
    order = checkouts.place(mine, choice, details, key=_key(), **_told_by_page())
    if order.contact and not order.practice:
        proven = asking.contact() == order.contact  # else somebody only typed the address
        (visitors.adopt if proven else visitors.attribute)(asking.visitor(), order.contact)
        if form.marketing.data:
            _allow(order.contact, proven)
        if form.whatsapp.data and sign_up_asks.of().whatsapp:
            ip = request.remote_addr or ""
            chat_consent.answer(order.contact, True, form="checkout", ip=ip, proven=proven)
    return order


def _allow(contact: Any, proven: bool) -> None:
    """They said yes to letters; who once said no must be known to say it."""
    said = consent.newest(contact, "marketing")
    if said is None or said.given or proven:
        consent.record(contact, "marketing", True, form="checkout", ip=request.remote_addr or "")
    if proven:
        subscribing.lift(contact)


def _details(form: forms.CheckoutForm, kept: dict[str, str]) -> quotes.Details:
    asked = request.form
    told = forms.details(
        form, kept, payment=asked.get("payment", ""), language=i18n.language(),
        terms=terms.check(asked.get("terms", "")), source=str(session.get("source", "")),
    )  # fmt: skip
    told = replace(told, keep=keep_card.wanted(asked), plan=asked.get("plan", ""), campaign=led.campaign())
    return replace(told, credit=tender_rows.wanted(asked))


def _told_by_page() -> dict[str, str]:
    return {"group": visitor.group(), "seen": request.form.get("seen", ""),
            "known": request.form.get("know", "")}  # fmt: skip


def _known() -> Any:
    return orders.by_key(_key()) if cart_views.token() else None


def _key() -> str:
    return checkouts.order_key(cart_views.token(), request.form.get("key", ""))


def _again(form: forms.CheckoutForm, errors: dict[str, str], refusal: Refusal | None = None) -> Response:
    status = 422 if refusal is None else refusal.status
    with web.reading():
        return checkout_page.answer(
            cart_views.current(),
            request.form,
            form=form,
            errors=errors,
            trouble=_told(refusal),
            status=status,
            whole=isinstance(refusal, prepaying.WholeBefore),
        )


def _told(refusal: Refusal | None) -> str:
    if refusal is None:
        return ""
    if isinstance(refusal, stock.SoldOut):
        return _("%(why)s Change the quantity in the cart, or choose another day; the rest is still here.", why=refusal)
    if isinstance(refusal, delivery_slots.SlotFull):
        return str(refusal)
    return str(refusal)


def _away(inside: carts.Inside) -> Response | None:
    trouble = _unready(inside)
    if not trouble:
        return None
    if request.method == "POST":
        flash(trouble, "error")
    return redirect(url_for("shop.cart"), 303)


def _inside(mine: carts.Cart | None) -> carts.Inside:
    return carts.look(mine, visitor.group())


def _unready(inside: carts.Inside) -> str:
    """Why the cart cannot be ordered yet, or ''."""
    if not inside.wanted:
        return _("Nothing was ordered: your cart is empty by now. Did you change it in another window?")
    return _("Look at what changed in your cart first.") if inside.gone else ""


def _loose() -> forms.CheckoutForm:
    return forms.made(request.form, checkout_page.country(request.form, shipping.methods()))


def _to(order: Any) -> Response:
    return redirect(url_for("shop.order", token=order.token), 303)
