"""Holidays in the back office: closing the shop, at once or as planned, and opening it again."""

from datetime import datetime, time
from typing import Any

from flask import flash, redirect, request, url_for

from kernel import clock, tenancy, web
from kernel.i18n import _, ngettext
from kernel.web import needs
from shop import holidays, local_times, settings, sold_times
from shop.forms import holidays as forms
from shop.forms import words
from shop.views import admin, shop_settings


@admin.post("/settings/shop/closed", endpoint="settings_shop_close")
@needs("settings.shop")
def close() -> Any:
    """Close for holidays, now or from the day that was said: goods are shown, nothing is sold until they are over."""
    form = forms.made(request.form)
    if not form.validate():
        return shop_settings.page_of(422, closed=form)
    begins = form.planned
    if begins:
        _plan(begins, form)
    else:
        _close(form)
    return redirect(url_for(".settings_shop"), 303)


def _close(form: Any) -> None:
    before = _begun()
    holidays.close(form.until.data, words.read(form, "message"))
    settings.told("shop", by=web.person(), what=_("closed for holidays"))
    web.undo(
        _("The shop is closed until then."), ".settings_shop_close" if before else ".settings_shop_open", fields=before
    )
    count = sold_times.within(holidays.Holiday(clock.now(), _morning(form), form.until.data, {}))
    if count and web.may("bookings.view"):
        flash(ngettext(
            "One booking is before that day. It stays: look at it in the calendar.",
            "%(num)s bookings are before that day. They stay: look at them in the calendar.", count,
        ))  # fmt: skip


def _begun() -> dict[str, str]:
    """What would be sent to be closed as the shop is now; nothing when it sells."""
    was = holidays.now()
    return {**forms.told(was), "begins": "", "at": ""} if was else {}


def _plan(begins: datetime, form: Any) -> None:
    key = begins.strftime(holidays.PLANNED)
    was = next((one for one in holidays.coming() if one.planned == key), None)
    holidays.plan(begins, form.until.data, words.read(form, "message"))
    settings.told("shop", by=web.person(), what=_("holidays planned"))
    back = (".settings_shop_close", forms.told(was)) if was else (".settings_shop_call_off", {"planned": key})
    web.undo(_("Planned: the shop closes and opens by itself."), back[0], fields=back[1])
    starts_at = local_times.instant(begins.date(), begins.time(), tenancy.tenant().timezone)
    count = sold_times.within(holidays.Holiday(starts_at, _morning(form), form.until.data, {}))
    if count and web.may("bookings.view"):
        flash(ngettext(
            "One booking is on those days. It stays: move it or call it off yourself.",
            "%(num)s bookings are on those days. They stay: move them or call them off yourself.", count,
        ))  # fmt: skip


def _morning(form: Any) -> datetime:
    return local_times.instant(form.until.data, time.min, tenancy.tenant().timezone)


@admin.post("/settings/shop/open", endpoint="settings_shop_open")
@needs("settings.shop")
def reopen() -> Any:
    """Sell again from now on; the toast closes it as it was."""
    before = _begun()
    holidays.reopen()
    settings.told("shop", by=web.person(), what=_("open again"))
    if before:
        web.undo(_("The shop sells again."), ".settings_shop_close", fields=before)
    return redirect(url_for(".settings_shop"), 303)


@admin.post("/settings/shop/holidays/gone", endpoint="settings_shop_call_off")
@needs("settings.shop")
def call_off() -> Any:
    """Take planned holidays out; the toast plans them again."""
    gone = holidays.call_off(request.form.get("planned", ""))
    if gone:
        settings.told("shop", by=web.person(), what=_("holidays called off"))
        web.undo(_("Those holidays are called off."), ".settings_shop_close", fields=forms.told(gone))
    return redirect(url_for(".settings_shop"), 303)
