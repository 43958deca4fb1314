"""Settings: cards: the shop's own keys of Stripe, checked when they are entered; what to do in Stripe; test or live."""

from typing import Any

from flask import Flask, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kernel import countries, i18n, limits, menu, permissions, tenancy, today, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.refusal import Refusal
from kernel.web import needs
from shop import card_accounts, card_amounts, card_events, receipts, saved_cards
from shop.card_accounts import CardAccount
from shop.forms.cards import CardKeysForm
from shop.gateways import card_charges, card_jobs, card_keys, card_refunds
from shop.views import admin
from shop.views.settings import page

RULE = "10/minute;60/hour"


@admin.get("/settings/cards", endpoint="settings_cards")
@needs("settings.cards")
def show() -> Any:
    """The keys of both modes by their last signs, and what is left to do in Stripe."""
    return _page()


def _page(status: int = 200, **forms: CardKeysForm) -> Any:
    tenant, rows = tenancy.tenant(), {row.mode: row for row in card_accounts.every()}
    return page(
        "cards", status, modes=[_mode(mode, rows.get(mode), forms.get(mode)) for mode in card_accounts.MODES],
        country=countries.country_name(tenant.country, i18n.language()), practising=tenant.practice,
        accepts=card_amounts.accepts_merchants(tenant.country), currency=tenant.currency,
        chargeable=tenant.currency in card_amounts.CURRENCIES, kinds=card_events.KINDS,
        hook=web.install_url("shop_hooks.stripe", slug=tenant.slug),
        held=[row.label for row in db.session.scalars(saved_cards.waiting())],
        used=next((row for row in rows.values() if row.used), None),
    )  # fmt: skip


def _mode(mode: str, row: CardAccount | None, form: CardKeysForm | None) -> dict[str, Any]:
    return {
        "mode": mode, "label": card_accounts.MODES[mode], "row": row, "form": form or CardKeysForm(prefix=f"{mode}-"),
        "abroad": _abroad(row), "seen": receipts.day_and_time(row.hook_seen_at) if row and row.hook_seen_at else "",
    }  # fmt: skip


def _abroad(row: CardAccount | None) -> str:
    known = row is not None and row.country and row.country != tenancy.tenant().country
    return countries.country_name(row.country, i18n.language()) if known and row else ""


@admin.post("/settings/cards/<mode>", endpoint="settings_cards_save")
@needs("settings.cards")
def save(mode: str) -> Any:
    """Keep the keys of a mode once Stripe has said whose they are."""
    _known(mode)
    limits.check("card-keys", str(tenancy.current()), RULE)
    form = CardKeysForm(request.form, prefix=f"{mode}-")
    field = form.secret
    try:
        if not form.validate():
            return _page(422, **{mode: form})
        key = card_accounts.check_key(mode, form.secret.data or "") if form.secret.data else ""
        field = form.hook
        hook = card_accounts.check_hook(form.hook.data or "")
        field = form.secret
        row = card_keys.enter(mode, key, hook, by=web.person())
    except Refusal as refusal:
        field.errors = [str(refusal)]
        return _page(503 if refusal.status == 503 else 422, **{mode: form})
    if not row.charges:
        flash(_("Saved. Stripe does not let this account charge in earnest yet: finish its activation in Stripe."))
    else:
        flash(_("Saved: Stripe knows this account as “%(name)s”.", name=row.title or row.stripe_id))
    return redirect(url_for(".settings_cards"), 303)


def _known(mode: str) -> CardAccount | None:
    return card_accounts.of(mode) if mode in card_accounts.MODES else abort(404)


@admin.post("/settings/cards/<mode>/use", endpoint="settings_cards_use")
@needs("settings.cards")
def use(mode: str) -> Response:
    """Charge with these keys from now on."""
    if _known(mode) is None:
        abort(404)
    card_accounts.use(mode, by=web.person())
    card_jobs.plant(mode)
    flash(
        _("From now on cards are charged in earnest.")
        if mode == "live"
        else _("From now on cards are only tried out: nobody is charged.")
    )
    return redirect(url_for(".settings_cards"), 303)


@admin.post("/settings/cards-held", endpoint="settings_cards_release")
@needs("settings.cards")
def release() -> Response:
    """No other place charges the saved cards: they pay again."""
    saved_cards.release(by=web.person())
    flash(_("Saved cards pay again from the next order on."))
    return redirect(url_for(".settings_cards"), 303)


@admin.post("/settings/cards/<mode>/remove", endpoint="settings_cards_remove")
@needs("settings.cards")
def remove(mode: str) -> Response:
    """Forget these keys."""
    if _known(mode) is None:
        abort(404)
    card_keys.remove(mode, by=web.person())
    flash(_("The keys are gone. Nobody pays by card with them any more."))
    return redirect(url_for(".settings_cards"), 303)


def init_app(app: Flask) -> None:
    """One page of the settings, for the owner alone; and what works behind it."""
    permissions.define("settings.cards", _l("Enter the keys for cards"), roles=(), area="shop")
    menu.section(
        45, _l("Card payments"), "shop_admin.settings_cards", icon="card", group="money", permission="settings.cards",
        hint=_l("Your own Stripe account: keys, test and live"),
    )  # fmt: skip
    today.line(
        "cards.held", _l("Saved cards not charged since a restore"), saved_cards.waiting, order=14, icon="card",
        permission="settings.cards", list_url=lambda: url_for("shop_admin.settings_cards"),
    )  # fmt: skip
    card_refunds.init_app(app)
    card_jobs.init_app(app)
    card_charges.init_app(app)
