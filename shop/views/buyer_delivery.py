"""The page on which a buyer says that their order goes elsewhere, or to somebody else, while it is not packed."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kernel import limits, phones, tenancy, web
from kernel.db import db
from kernel.i18n import _, pick
from kernel.refusal import Refusal
from shop import buyer_delivery, orders, presents, shipping
from shop.buyer_delivery import Wish
from shop.forms import checkout as checkout_forms
from shop.forms.orders import WhomForm
from shop.orders import Order
from shop.shipping import DeliveryMethod
from shop.views import checkout_page, frame, guest_booking, store
from shop.views import orders as order_views

RULE = "10/minute;60/hour"
Posted = Mapping[str, Any]


@store.get("/orders/<token>/delivery", endpoint="order_delivery")
def show(token: str) -> Any:
    """Where it goes now, to be changed; of what is packed, that it is."""
    order = orders.by_token(token)
    return _page(order, _now(order), _form(order, None))


@store.post("/orders/<token>/delivery/change", endpoint="order_delivery_keep")
def keep(token: str) -> Any:
    """Change it; what is wrong is said at its field, and what was typed stays."""
    limits.check("whom", f"{tenancy.current()}:{limits.network(request.remote_addr)}", RULE)
    order = orders.by_token(token)
    posted, form = _posted(order), _form(order, request.form)
    if request.form.get("refresh"):
        return _page(order, posted, form)
    wish, errors = _wish(order, posted, form)
    if errors or form.errors:
        return _page(order, posted, form, 422, errors=errors)
    try:
        changed = buyer_delivery.change(order, wish)
    except Refusal as refusal:
        db.session.rollback()
        if web.wants_json():
            raise
        return _page(orders.by_token(token), posted, form, refusal.status, trouble=str(refusal))
    flash(_("It is changed. The shop knows, and you get a letter.") if changed.said else _("Nothing has changed."))
    return redirect(url_for(".order", token=token), 303)


def _form(order: Order, posted: Any) -> WhomForm:
    phone = phones.show(presents.telephone(order), tenancy.tenant().country)
    told = {"name": presents.receiver(order), "phone": phone, "note": order.note, "words": order.gift.get("words", "")}
    form = WhomForm(posted, data=told)
    if not order.gift:
        del form.words
    return form


def _now(order: Order) -> dict[str, str]:
    lines = {f"address_{key}": value for key, value in order.address.items() if key != "country"}
    return {"shipping": order.delivery_code, "country": order.address.get("country", ""), **lines}


def _posted(order: Order) -> dict[str, Any]:
    """What was sent; the way is the order's, whatever was sent for it."""
    return {**request.form.to_dict(), "shipping": order.delivery_code}


def _ways(order: Order) -> Sequence[DeliveryMethod]:
    own = shipping.named(order.delivery_code)
    return [own] if own is not None else []


def _wish(order: Order, posted: Posted, form: WhomForm) -> tuple[Wish, dict[str, str]]:
    """What was filled in, and what is wrong with its address."""
    country, brought = checkout_page.country(posted, _ways(order)), order.delivery_kind == "delivery"
    kept, errors = checkout_forms.given(posted, country.code) if brought else ({}, {})
    form.validate()
    checkout_forms.telephone(form, country.code, needed=brought)
    words = form.words.data or "" if "words" in form else None
    return Wish(form.name.data or "", form.phone.data or "", form.note.data or "", kept, words), errors


def _page(order: Order, posted: Posted, form: WhomForm, status: int = 200, **told: Any) -> Any:
    ways, errors = _ways(order), told.pop("errors", {})
    country = checkout_page.country(posted, ways)
    places, brought = checkout_page.places_of(posted, country, errors), order.delivery_kind == "delivery"
    form.phone.data = posted.get("phone", form.phone.data)  # as it was typed
    place = checkout_page.place_of(posted, country, ways)
    open_ = buyer_delivery.changeable(order)
    chat = order_views.whatsapp(order)
    frame.chat(chat)
    away = brought and open_ and not buyer_delivery.reaches(order, place)
    return guest_booking.private(render_template(
        "shop/orders/delivery.html", order=order, form=form, places=places, country=country, brought=brought,
        countries=checkout_page.reached(ways), wrong=checkout_page.wrong_of(places, form), open=open_, away=away,
        way=pick(order.delivery_label), whatsapp=chat, trouble=told.get("trouble", ""),
    ), status)  # fmt: skip
