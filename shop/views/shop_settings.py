"""Settings: the shop's address and languages, closing for holidays, practising."""

from datetime import time
from typing import Any

from flask import Flask, flash, redirect, request, url_for

from kernel import clock, i18n, menu, shop_names, tenancy, web
from kernel import settings as install
from kernel.forms import choices
from kernel.i18n import _, _l, ngettext
from kernel.web import needs
from shop import bookings, days, local_times, practice, settings, storefront
from shop.forms import settings as forms
from shop.forms import words
from shop.views import admin
from shop.views.settings import page, saved


@admin.get("/settings/shop", endpoint="settings_shop")
@needs("settings.shop")
def show() -> Any:
    """Everything about the shop itself."""
    return _page()


def _page(status: int = 200, **told: Any) -> Any:
    row, tenant = storefront.of(), tenancy.tenant()
    closed = told.get("closed") or forms.closed(until=row.closed_until, **words.shown("message", row.closed_message))
    return page(
        "shop", status, form=told.get("form") or _form(), closed=closed, host=install.current().host,
        until=days.told(row.closed_until, weekday=True) if row.closed_on(clock.today(tenant.timezone)) else "",
        practising=tenant.practice, rehearsals=practice.count(), possible=practice.possible(),
        former=shop_names.former(tenant),
    )  # fmt: skip


def _form(posted: Any = None) -> forms.ShopForm:
    tenant = tenancy.tenant()
    form = forms.ShopForm(
        posted, slug=tenant.slug, language=tenant.language, languages=tenant.languages, treatment=tenant.treatment,
        show_cents=storefront.of().show_cents,
    )  # fmt: skip
    form.language.choices = choices((code, i18n.NAMES[code]) for code in i18n.LANGUAGES)
    return form


@admin.post("/settings/shop", endpoint="settings_shop_save")
@needs("settings.shop")
def save() -> Any:
    """Keep address, languages and manners; a new address leads the browser along."""
    form, tenant = _form(request.form), tenancy.tenant()
    if not form.validate():
        return _page(422, form=form)
    spoken = [form.language.data, *(code for code in form.languages.data or [] if code != form.language.data)]
    settings.put(tenant, {"language": form.language.data, "languages": spoken, "treatment": form.treatment.data})
    settings.put(settings.front(), {"show_cents": bool(form.show_cents.data)})
    shop_names.rename(tenant, form.slug.data or "")
    return saved("shop", ".settings_shop", tenant=tenant.slug)


@admin.post("/settings/shop/closed", endpoint="settings_shop_close")
@needs("settings.shop")
def close() -> Any:
    """Close for holidays: goods are shown, nothing is sold until that day."""
    form = forms.closed(request.form)
    if not form.validate():
        return _page(422, closed=form)
    row = settings.front()
    was = row.closed_until if row.closed_on(clock.today(tenancy.tenant().timezone)) else None
    before = {"until": f"{was}", **words.shown("message", row.closed_message)} if was else {}
    settings.put(row, {"closed_until": form.until.data, "closed_message": words.read(form, "message")})
    settings.told("shop", by=web.person(), what=_("closed for holidays"))
    web.undo(
        _("The shop is closed until then."), ".settings_shop_close" if was else ".settings_shop_open", fields=before
    )
    count = (
        bookings.until(local_times.instant(form.until.data, time.min, tenancy.tenant().timezone))
        if form.until.data
        else 0
    )
    if count and web.may("bookings.view"):
        flash(ngettext(
            "One booking is before that day. It stays: look at it in the calendar.",
            "%(num)s bookings are before that day. They stay: look at them in the calendar.", count,
        ))  # fmt: skip
    return redirect(url_for(".settings_shop"), 303)


@admin.post("/settings/shop/open", endpoint="settings_shop_open")
@needs("settings.shop")
def reopen() -> Any:
    """Sell again from now on."""
    settings.put(settings.front(), {"closed_until": None})
    return saved("shop", ".settings_shop", what=_("open again"))


@admin.post("/settings/shop/practice", endpoint="settings_shop_practise")
@needs("settings.shop")
def practise() -> Any:
    """Switch practice mode on, off, or take the rehearsals out."""
    wish, by = request.form.get("do"), web.person()
    if wish == "begin":
        practice.begin(by=by)
        flash(_("You practise now: nobody is charged, nothing leaves the shelf."), "message")
    elif wish == "end":
        practice.end(by=by)
        flash(_("From now on you sell in earnest."), "message")
    else:
        flash(_("%(count)s practice orders are gone.", count=practice.wipe(by=by)), "message")
    return redirect(url_for(".settings_shop"), 303)


def init_app(_app: Flask) -> None:
    """One page of the settings."""
    menu.section(
        70, _l("Shop"), "shop_admin.settings_shop", icon="store", permission="settings.shop",
        hint=_l("Address, languages, holidays, practice"),
    )  # fmt: skip
