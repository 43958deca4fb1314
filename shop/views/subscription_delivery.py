"""The page on which a subscription is brought another way or elsewhere: by its buyer's link, or by staff."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kernel import phones, tenancy, web
from kernel.i18n import _
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import receipts, shipping, subscription_delivery, subscription_rows
from shop.forms import checkout as forms
from shop.forms.subscriptions import ReachForm
from shop.subscription_rows import Subscription
from shop.views import admin, checkout_page, guest_booking, store, subscription_part

STORE, DESK = "shop/subscriptions/delivery.html", "shop/desk/subscriptions/delivery.html"


@store.get("/subscriptions/<token>/delivery", endpoint="subscription_delivery")
def show(token: str) -> Any:
    """How it comes now, to be changed."""
    row = _asked(token)
    return guest_booking.private(render_template(STORE, **_told(row, _now(row))), 200)


@store.post("/subscriptions/<token>/delivery", endpoint="subscription_deliver")
def keep(token: str) -> Any:
    """Take what was typed; what cannot be stays in the form."""
    row = _asked(token)
    more = _brought(row)
    if more is not None:
        return guest_booking.private(render_template(STORE, **more), 422 if more["refused"] else 200)
    flash(_("Changed, from the next order on."), "message")
    return redirect(url_for("shop.subscription", token=token), 303)


@admin.get("/subscriptions/<token>/delivery", endpoint="subscription_delivery")
@needs("subscriptions.edit")
def desk_show(token: str) -> str:
    """The same for staff, whom its buyer told of it."""
    row = _asked(token)
    return render_template(DESK, **_told(row, _now(row)))


@admin.post("/subscriptions/<token>/delivery", endpoint="subscription_deliver")
@needs("subscriptions.edit")
def desk_keep(token: str) -> Any:
    """Take what staff typed."""
    row = _asked(token)
    more = _brought(row, by=web.person())
    if more is not None:
        return render_template(DESK, **more), 422 if more["refused"] else 200
    flash(_("Changed, from the next order on."))
    return redirect(url_for("shop_admin.subscription", token=token), 303)


def _asked(token: str) -> Subscription:
    row = subscription_rows.by_token(token)
    if not row.live or not subscription_delivery.brought(row):
        raise Missing()
    return row


def _now(row: Subscription) -> dict[str, str]:
    """The form's fields as it is."""
    lines = {f"address_{key}": value for key, value in row.address.items() if key != "country"}
    told = {"shipping": row.delivery_code, "phone": phones.show(row.phone, tenancy.tenant().country)}
    return {**told, "country": row.address.get("country", ""), **lines}


def _told(
    row: Subscription, posted: Mapping[str, Any], *, form: ReachForm | None = None,
    errors: Mapping[str, str] | None = None, trouble: str = "",
) -> dict[str, Any]:  # fmt: skip
    ways = shipping.methods()
    country = checkout_page.country(posted, ways)
    found = subscription_delivery.offers(row, checkout_page.place_of(posted, country, ways))
    wished = str(posted.get("shipping") or "")
    places = checkout_page.places_of(posted, country, errors or {})
    form = form or ReachForm()
    form.phone.data = posted.get("phone")  # as it was typed
    wrong = checkout_page.wrong_of(places, form)
    return {
        "row": row, "told": subscription_part.brief(row), "offers": found, "wished": wished, "country": country,
        "offer": next((one for one in found if one.code == wished), None), "places": places, "form": form,
        "countries": checkout_page.reached(ways), "shown": receipts.shown,
        "wrong": wrong, "trouble": trouble, "refused": bool(wrong or trouble),
    }  # fmt: skip


def _brought(row: Subscription, by: Any = None) -> dict[str, Any] | None:
    """Do it as was posted; what the page shows where it asks for more or something is wrong."""
    ways = shipping.methods()
    if request.form.get("refresh"):
        return _told(row, request.form)
    country, delivered = checkout_page.country(request.form, ways), checkout_page.is_delivery(request.form, ways)
    kept, errors = forms.given(request.form, country.code) if delivered else ({}, {})
    form = ReachForm(request.form)
    form.validate()
    forms.telephone(form, country.code, needed=delivered)
    if errors or form.errors:
        return _told(row, request.form, form=form, errors=errors)
    way = str(request.form.get("shipping") or "")
    try:
        subscription_delivery.bring(row, way, kept, phone=form.phone.data or "", by=by)
    except Refusal as refusal:
        return _told(row, request.form, form=form, trouble=str(refusal))
    return None
