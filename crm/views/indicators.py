"""Indicators: the figures that a shop watches, each with its target, its months, and what to do when it is missed."""

from datetime import date
from typing import Any

from babel.dates import format_date
from flask import Flask, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from crm import goals, indicators
from crm.goals import IndicatorGoal, Reading
from crm.views import admin
from crm.views.indicator_forms import GoalForm, ValueForm
from kernel import clock, i18n, menu, permissions, slots, tenancy, today, web
from kernel.db import db
from kernel.forms import choices
from kernel.i18n import _, _l, pick
from kernel.money import Money
from kernel.once import once
from kernel.plots import Plot
from kernel.web import needs

STATES = {
    "met": (_l("On target"), "good"),
    "near": (_l("Near the target"), "care"),
    "missed": (_l("Missed"), "bad"),
    "none": (_l("No value"), "off"),
}
UNITS = {"percent": "%", "count": _l("cases"), "minutes": _l("minutes"), "points": _l("points"), "money": _l("money")}
BETTER = {"more": _l("The more the better"), "less": _l("The less the better")}
UP_TO = {"more": _l("at least %(target)s"), "less": _l("at most %(target)s")}


@admin.get("/indicators", endpoint="indicators")
@needs("indicators.view")
def show() -> str:
    """What the shop watches; `show=missed` or `none`: only those."""
    wanted = request.args.get("show", "")
    every = _readings()
    rows = [_row(one) for one in every if wanted not in STATES or one.state == wanted]
    return render_template("crm/desk/indicators/list.html", rows=rows, chips=_chips(every, wanted), any=bool(every))


@admin.get("/indicators/new", endpoint="indicator_new")
@needs("indicators.edit")
def new() -> str:
    """The form of a new one."""
    return render_template("crm/desk/indicators/new.html", form=_goal_form(GoalForm()))


@admin.post("/indicators/new", endpoint="indicator_make")
@needs("indicators.edit")
@once
def make() -> Any:
    """Watch another figure."""
    form = _goal_form(GoalForm(request.form))
    form.unit_of = _unit(form)
    if not form.validate():
        return render_template("crm/desk/indicators/new.html", form=form), 422
    known = indicators.known().get(form.measure.data)
    unit, better = (known.unit, known.direction) if known else (form.unit.data, form.direction.data)
    goal = goals.make(_own(form.name.data), unit, better, form.target.value, **_told(form))
    flash(_("“%(name)s” is watched now.", name=pick(goal.name)))
    return redirect(url_for(".indicator", code=goal.code), 303)


@admin.get("/indicators/<code>", endpoint="indicator")
@needs("indicators.view")
def one(code: str) -> str:
    """One figure: where it stands, its months, what is typed."""
    goal = goals.coded(code)
    return _page(goal, _value_form(goal, ValueForm(month=request.args.get("month", ""))), _edit_form(goal))


@admin.post("/indicators/<code>", endpoint="indicator_save")
@needs("indicators.edit")
def save(code: str) -> Any:
    """Change name, target and what is done."""
    goal = goals.coded(code)
    form = _goal_form(GoalForm(request.form, measure=goal.measure, unit=goal.unit, direction=goal.direction), goal)
    if not form.validate():
        return _page(goal, _value_form(goal, ValueForm()), form), 422
    goal.name, goal.target = {**goal.name, **_own(form.name.data)}, form.target.value
    goal.corrective, goal.scope = {**goal.corrective, **_own(form.corrective.data)}, _told(form)["scope"]
    flash(_("Saved."))
    return redirect(url_for(".indicator", code=code), 303)


@admin.post("/indicators/<code>/values", endpoint="indicator_value")
@needs("indicators.edit")
def type_in(code: str) -> Any:
    """Keep the value of a month."""
    goal = goals.coded(code)
    form = _value_form(goal, ValueForm(request.form))
    if goal.computed or not form.validate():
        return _page(goal, form, _edit_form(goal)), 422
    goals.type_in(goal, form.chosen, form.value.value, note=form.note.data or "", by=web.person().known_as)
    flash(_("Kept for %(month)s.", month=month_name(form.chosen)))
    return redirect(url_for(".indicator", code=code), 303)


@admin.post("/indicators/<code>/away", endpoint="indicator_away")
@needs("indicators.edit")
def away(code: str) -> Response:
    """Watch it no longer; its values stay."""
    goals.coded(code).binned_at = clock.now()
    web.undo(_("It is no longer watched."), "crm_admin.indicator_back", code=code)
    return redirect(url_for(".indicators"), 303)


@admin.post("/indicators/<code>/back", endpoint="indicator_back")
@needs("indicators.edit")
def back(code: str) -> Response:
    """Watch it again."""
    goals.coded(code, binned=True).binned_at = None
    return redirect(url_for(".indicator", code=code), 303)


def _today() -> date:
    return clock.today(tenancy.tenant().timezone)


def shown(goal: IndicatorGoal, value: int | None) -> str:
    """A value with its unit."""
    if value is None:
        return "–"
    if goal.unit == "money":
        return Money(value, tenancy.tenant().currency).format(str(i18n.locale()))
    return f"{i18n.number(value, indicators.digits(goal.unit))}\u00a0{UNITS[goal.unit]}"


def month_name(month: date) -> str:
    """ "octubre", with its year when it is another one."""
    whole = format_date(month, "MMMM", locale=i18n.locale())
    return str(whole if month.year == _today().year else f"{whole} {month.year}")


def _row(told: Reading) -> dict[str, Any]:
    goal = told.goal
    when = month_name(told.month) if not goal.computed else _("last %(days)s days", days=goals.DAYS)
    lacks = _("No value: nothing to compute in these days.") if goal.computed else (
        _("No value: type the one of %(month)s", month=month_name(told.month)))  # fmt: skip
    return {
        "code": goal.code, "name": pick(goal.name), "value": shown(goal, told.value), "state": STATES[told.state],
        "target": str(UP_TO[goal.direction]) % {"target": shown(goal, goal.target)}, "when": when, "missing": lacks,
        "url": url_for("crm_admin.indicator", code=goal.code), "none": told.value is None, "fix": pick(goal.corrective),
        "missed": told.state == "missed", "typed": not goal.computed, "kind": told.state,
    }  # fmt: skip


def _readings() -> list[Reading]:
    """What every figure says now, reckoned once for all that one page says of them."""
    if "readings" not in g:
        g.readings = goals.readings(_today())
    found: list[Reading] = g.readings
    return found


def _chips(every: list[Reading], wanted: str) -> list[dict[str, Any]]:
    found = [{"label": _("All"), "url": url_for(".indicators"), "active": wanted not in STATES, "count": len(every)}]
    for name, (label, _shape) in STATES.items():
        count = sum(one.state == name for one in every)
        if count or name == wanted:
            url = url_for(".indicators", show=name)
            found.append({"label": label, "url": url, "active": name == wanted, "count": count})
    return found


def _page(goal: IndicatorGoal, form: ValueForm, edit: GoalForm) -> str:
    months = goals.history(goal, _today())
    title = _("%(name)s month by month", name=pick(goal.name))
    values = goals.typed(goal)
    table = [(month_name(at), shown(goal, value), values.get(at)) for at, value in reversed(months)]
    return render_template(
        "crm/desk/indicators/show.html", row=_row(goals.reading(goal, _today())), form=form, edit=edit, table=table,
        plot=Plot(title, [value for _at, value in months], goal=goal.target), first=month_name(months[0][0]),
        last=month_name(months[-1][0]), any=any(value is not None for _at, value in months), goal=goal,
        measure=goal.computed,
    )  # fmt: skip


def _value_form(goal: IndicatorGoal, form: ValueForm) -> ValueForm:
    """With the last twelve months to choose from, the one that lacks a value first."""
    form.unit_of = goal.unit
    months = [goals.first_of(_today())]
    while len(months) < goals.MONTHS:
        months.append(goals.former(months[-1]))
    form.month.choices = choices([(f"{one:%Y-%m}", month_name(one)) for one in months])
    if not form.month.data or form.month.data == "None":
        form.month.data = f"{months[1]:%Y-%m}"
    return form


def _goal_form(form: GoalForm, goal: IndicatorGoal | None = None) -> GoalForm:
    typed = [("", _("I type it each month"))]
    form.measure.choices = choices([*typed, *((one.code, one.label) for one in indicators.known().values())])
    form.unit.choices, form.direction.choices = choices(UNITS.items()), choices(BETTER.items())
    if goal is not None:
        form.unit_of = goal.unit
        form.measure.data, form.unit.data, form.direction.data = goal.measure, goal.unit, goal.direction
    return form


def _edit_form(goal: IndicatorGoal) -> GoalForm:
    plain = i18n.number(goal.target, indicators.digits(goal.unit))
    told: dict[str, Any] = {"name": pick(goal.name), "corrective": pick(goal.corrective), "target": plain}
    return _goal_form(GoalForm(**told, scope=", ".join(goal.scope)), goal)


def _unit(form: GoalForm) -> str:
    known = indicators.known().get(form.measure.data or "")
    return known.unit if known else form.unit.data if form.unit.data in indicators.UNITS else "count"


def _told(form: GoalForm) -> dict[str, Any]:
    scope = [word.strip() for word in (form.scope.data or "").split(",") if word.strip()][:20]
    return {"measure": form.measure.data, "scope": scope, "corrective": _own(form.corrective.data)}


def _own(text: str | None) -> dict[str, str]:
    return {tenancy.tenant().language: text} if text else {}


def _beside() -> str:
    """The figures on the first page, shortly."""
    if not web.may("indicators.view"):
        return ""
    return render_template("crm/desk/indicators/_beside.html", rows=[_row(one) for one in _readings()])


def _line(state: str, label: Any, order: int) -> None:
    today.line(
        f"indicators.{state}", label, lambda: goals.in_state(state, _readings()), order=order, icon="figures",
        permission="indicators.view", list_url=lambda: url_for("crm_admin.indicators", show=state), when=_any,
    )  # fmt: skip


def _any() -> bool:
    return db.session.scalar(select(IndicatorGoal.id).limit(1)) is not None


def init_app(_app: Flask) -> None:
    """Put what is missed onto the first page."""
    permissions.define("indicators.view", _l("See indicators"), roles=("manager", "marketer"), area="shop")
    permissions.define("indicators.edit", _l("Set targets and type indicators"), roles=("manager",), area="shop")
    menu.section(
        92, _l("Indicators"), "crm_admin.indicators", icon="figures", group="team", permission="indicators.view",
        hint=_l("The figures that you watch, their targets, and what you do when one is missed"),
    )  # fmt: skip
    _line("missed", _l("Indicators that miss their target"), 55)
    _line("none", _l("Indicators without a value"), 56)
    slots.fill("today.aside", _beside)
