"""Settings: on which terms buyers pay in parts, when they are reminded, and what happens when a part does not come."""

from typing import Any

from flask import Flask, request

from kernel import menu, money
from kernel.i18n import _l
from kernel.money import Money
from kernel.web import needs
from shop import plan_policies, plans, receipts, settings
from shop.forms import amounts
from shop.forms.plans import PolicyForm
from shop.views import admin
from shop.views.settings import page, saved, unit

EXAMPLE = 100_000  # of whole units: what the page reckons with


@admin.get("/settings/plans", endpoint="settings_plans")
@needs("settings.payments")
def show() -> Any:
    """The terms as they are."""
    row = plan_policies.of()
    same = ("layaway", "parts", "every_days", "within_days", "remind_days", "grace_days")
    values = {name: getattr(row, name) for name in same}
    values |= {"first": row.first_bp // 100, "keep": row.keep_bp // 100, "from_": amounts.typed(row.from_minor or None)}
    return _page(PolicyForm(data=values))


def _page(form: Any, status: int = 200) -> Any:
    return page("plans", status, form=form, unit=unit(), example=_example())


def _example() -> list[dict[str, str]]:
    """What the kept terms make of an order."""
    row = plan_policies.of()
    whole = Money(EXAMPLE * 10 ** money.digits(unit()), unit())
    first = Money(whole.minor * row.first_bp // 10_000, whole.currency)
    parts = plans.split(whole, row.most, first=first)
    days = [plans.today(), *(plans.today() + place * row.step for place in range(1, len(parts)))]
    return [
        {"day": receipts.due_day(day), "amount": receipts.shown(part)} for day, part in zip(days, parts, strict=True)
    ]


@admin.post("/settings/plans", endpoint="settings_plans_save")
@needs("settings.payments")
def save() -> Any:
    """Keep them; orders that are placed keep theirs."""
    form: Any = PolicyForm(request.form)
    if not form.validate():
        return _page(form, 422)
    row = plan_policies.kept()
    numbers = {name: getattr(form, name).number for name in ("parts", "every_days", "within_days", "remind_days",
                                                            "grace_days")}  # fmt: skip
    values = {name: getattr(row, name) if number is None else number for name, number in numbers.items()}
    values |= {"layaway": bool(form.layaway.data), "first_bp": (form.first.number or 0) * 100,
               "keep_bp": (form.keep.number or 0) * 100, "from_minor": form.from_.minor or 0}  # fmt: skip
    settings.put(row, values)
    return saved("plans", ".settings_plans")


def init_app(_app: Flask) -> None:
    """One page of the settings."""
    menu.section(
        45, _l("Payments in parts"), "shop_admin.settings_plans", icon="calendar", permission="settings.payments",
        group="money", hint=_l("Layaway, reminders, what happens when a payment does not come"),
    )  # fmt: skip
