"""Automations in the back office: what goes by itself, what each still needs, its letters, who is in it."""

from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from campaigns import automation_letters, automation_numbers, automations, autopilot, forms
from campaigns.automations import REASONS, TRIGGERS, Automation, AutomationStep
from campaigns.views import admin, mailing_list
from kernel import about, instants, web
from kernel.db import db
from kernel.i18n import _, _l, ngettext, pick
from kernel.once import once
from kernel.web import needs

MOST = 200  # people on the page
LONGEST = 24 * 365  # hours that a letter may wait
UNITS = {"hours": (1, _l("hours")), "days": (24, _l("days"))}
SHOWN = {"waiting": _l("In it now"), "done": _l("Had every letter"), "stopped": _l("Received no more")}


@admin.get("/automations", endpoint="automations")
@needs("mailings.see")
def listed() -> str:
    """All of them, and those that could be prepared."""
    rows = automations.listed()
    begun = {row.trigger for row in rows}
    new = [told for name, told in TRIGGERS.items() if name not in begun]
    return render_template("campaigns/desk/automations/list.html", rows=[_row(row) for row in rows], new=new)


@admin.post("/automations", endpoint="automation_begin")
@needs("mailings.edit")
@once
def begin() -> Response:
    """Prepare one with its letters; it stays off."""
    trigger = request.form.get("trigger", "")
    if trigger not in TRIGGERS:
        abort(404)
    row = automation_letters.begin(trigger, by=web.person())
    flash(_("Its letters are written. Read them, then turn it on."))
    return redirect(url_for(".automation", code=row.code), 303)


@admin.get("/automations/<code>", endpoint="automation")
@needs("mailings.see")
def show(code: str) -> str:
    """One: what sets it off, what is missing, its letters, who is in it."""
    return _page(automations.coded(code), {})


def _page(row: Automation, wrong: dict[int, str]) -> str:
    """`wrong`: by a step's position, what is wrong with the time that was typed for it."""
    state = request.args.get("show", "waiting")
    state = state if state in SHOWN else "waiting"
    people: Any = db.session.execute(automation_numbers.people(row, state).limit(MOST)).all()
    due = automation_numbers.leaving(row, [contact.id for _in, contact in people])
    return render_template(
        "campaigns/desk/automations/show.html", row=_row(row), steps=_steps(row), wrong=wrong, chips=_chips(row, state),
        people=[_person(one, contact, due.get(contact.id)) for one, contact in people], show=state,
        needs=[_need(one) for one in autopilot.needs(row)],
        audiences=forms.automation(row), segment_url=_segment_url(row),
        units=[(name, label) for name, (_each, label) in UNITS.items()],
    )  # fmt: skip


@admin.post("/automations/<code>/on", endpoint="automation_on")
@needs("mailings.send")
def turn_on(code: str) -> Response:
    """From now on it goes by itself; as before, when it was turned off by mistake."""
    row = automations.coded(code)
    autopilot.turn_on(row, by=web.person(), ticket=request.form.get("ticket", ""))
    flash(_("“%(name)s” is on: it goes by itself from now on.", name=pick(row.name)))
    return redirect(url_for(".automation", code=code), 303)


@admin.post("/automations/<code>/off", endpoint="automation_off")
@needs("mailings.send")
def turn_off(code: str) -> Response:
    """Nobody receives any more of it."""
    row = automations.coded(code)
    fields = {"ticket": autopilot.turn_off(row, by=web.person())}
    web.undo(_("“%(name)s” is off.", name=pick(row.name)), "campaigns_admin.automation_on", fields=fields, code=code)
    return redirect(url_for(".automation", code=code), 303)


@admin.post("/automations/<code>/steps/<int:position>", endpoint="automation_delay")
@needs("mailings.edit")
def delay(code: str, position: int) -> Any:
    """How long after it happened that letter goes; the letters keep their order."""
    row = automations.coded(code)
    steps = automations.steps(row)
    if position >= len(steps):
        abort(404)
    hours = _hours(request.form)
    least = steps[position - 1].delay_hours if position else 0
    most = steps[position + 1].delay_hours if position + 1 < len(steps) else LONGEST
    if hours is None or not least <= hours <= most:
        told = _("Write a whole number; from “%(least)s” to “%(most)s”.", least=when(least), most=when(most))
        return _page(row, {position: told}), 422
    steps[position].delay_hours = hours
    flash(_("Kept for everybody who comes in from now on."))
    return redirect(url_for(".automation", code=code), 303)


def _segment_url(row: Automation) -> str:
    kept = automations.segment(row)
    return url_for("crm_admin.segment", code=kept.code) if kept else ""


def _hours(form: Any) -> int | None:
    """The hours that were typed, perhaps as days."""
    typed, unit = form.get("much", "").strip(), UNITS.get(form.get("unit", ""))
    known = typed.isascii() and typed.isdigit() and len(typed) < 6
    return int(typed) * unit[0] if known and unit else None


def _row(row: Automation) -> dict[str, Any]:
    numbers, told = automation_numbers.of(row), TRIGGERS.get(row.trigger)
    missing = autopilot.needs(row) if not row.on else []
    return {
        "code": row.code, "name": pick(row.name), "url": url_for("campaigns_admin.automation", code=row.code),
        "on": row.on, "state": (_("On"), "good") if row.on else (_("Off"), "off"), "text": told.text if told else "",
        "begins": told.begins if told else "",
        "needs": _missing(missing[0]) if missing else "", "more": max(0, len(missing) - 1),
        "waiting": numbers.waiting, "sent": sum(numbers.sent.values()), "orders": sum(numbers.orders.values()),
        "whole": numbers.whole, "known": told is not None,
    }  # fmt: skip


def _missing(need: autopilot.Need) -> str:
    """A sentence of what is missing; what is only named becomes one."""
    told = str(need.sentence)
    return _("Needs: %(what)s", what=told) if told[:1].islower() else told


def _steps(row: Automation) -> list[dict[str, Any]]:
    numbers = automation_numbers.of(row)
    return [_step(step, numbers) for step in automations.steps(row)]


def _step(step: AutomationStep, numbers: automation_numbers.Numbers) -> dict[str, Any]:
    letter, unit = step.mailing, "days" if step.delay_hours and step.delay_hours % 24 == 0 else "hours"
    return {
        "position": step.position, "much": step.delay_hours // UNITS[unit][0], "unit": unit,
        "when": when(step.delay_hours),
        "name": letter.called, "state": mailing_list.STATES[letter.state],
        "url": url_for("campaigns_admin.letter_edit", token=letter.token), "sent": numbers.sent.get(letter.id, 0),
        "leaving": numbers.leaving.get(letter.id, 0), "orders": numbers.orders.get(letter.id, 0),
    }  # fmt: skip


def when(hours: int) -> str:
    """How long after it happened, in words."""
    if not hours:
        return _("At once")
    if hours % 24 == 0:
        return str(ngettext("After %(num)s day", "After %(num)s days", hours // 24))
    return str(ngettext("After %(num)s hour", "After %(num)s hours", hours))


def _chips(row: Automation, state: str) -> list[dict[str, Any]]:
    numbers = automation_numbers.of(row)
    counts = {"waiting": numbers.waiting, "done": numbers.done, "stopped": sum(numbers.stopped.values())}
    return [
        {"label": label, "active": name == state, "count": counts[name],
         "url": url_for(".automation", code=row.code, show=name) + "#people"}
        for name, label in SHOWN.items()
    ]  # fmt: skip


def _person(row: automations.Enrolment, contact: Any, leaves: Any) -> dict[str, Any]:
    said = REASONS.get(row.reason, "") if row.state == "stopped" else ""
    due = leaves or (row.due_at if row.state == "waiting" else None)
    return {
        "name": contact.called, "url": url_for("crm_admin.person", token=contact.token), "said": said,
        "since": instants.told(row.since), "next": instants.told(due) if due else "",
    }  # fmt: skip


def _need(one: autopilot.Need) -> dict[str, str]:
    url = url_for("campaigns_admin.letter_edit", token=one.mailing.token) if one.mailing else ""
    return {"sentence": str(one.sentence), "url": url}


def _called(ids: Any) -> dict[int, about.Told]:
    rows = db.session.scalars(db.select(Automation).where(Automation.id.in_(ids)))
    return {row.id: about.Told(pick(row.name), about.page("campaigns_admin.automation", code=row.code)) for row in rows}


def init_app(_app: Flask) -> None:
    """Tell the journal how they are called."""
    about.kind("automation", _called)
