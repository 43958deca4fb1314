"""Settings: whether who booked and did not come pays the whole price before."""

from typing import Any

from flask import Flask, request

from kernel import menu
from kernel.i18n import _l
from kernel.web import needs
from shop import payment_methods, settings, storefront
from shop.forms.absences import AbsenceForm
from shop.views import admin
from shop.views.settings import page, saved


@admin.get("/settings/absences", endpoint="settings_absences")
@needs("settings.payments")
def show() -> Any:
    """What the shop says."""
    row = storefront.of()
    return _page(AbsenceForm(data={"times": str(row.absent_times or ""), "months": str(row.absent_months)}))


def _page(form: AbsenceForm, status: int = 200) -> Any:
    before = any(one.kind not in payment_methods.UNHELD for one in payment_methods.active())
    return page("absences", status, form=form, before=before)


@admin.post("/settings/absences", endpoint="settings_absences_save")
@needs("settings.payments")
def save() -> Any:
    """Keep it; orders that are placed stay as they are."""
    form = AbsenceForm(request.form)
    if not form.validate():
        return _page(form, 422)
    times = int(form.times.data) if form.times.data else None
    settings.put(settings.front(), {"absent_times": times, "absent_months": int(form.months.data)})
    return saved("absences", ".settings_absences")


def init_app(_app: Flask) -> None:
    """One page of the settings."""
    menu.section(
        46, _l("Who does not come"), "shop_admin.settings_absences", icon="calendar", permission="settings.payments",
        group="money", hint=_l("Who missed bookings pays the next one before"),
    )  # fmt: skip
