"""Automations in the back office: what goes by itself, what each still needs, its letters, who is in it."""

from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from campaigns import (
    automation_letters,
    automation_numbers,
    automations,
    autopilot,
    birthdays,
    conditions,
    forms,
    own_automations,
)
from campaigns import automation_sentences as sentences
from campaigns import foreseen as ahead
from campaigns.automations import OWN, REASONS, TRIGGERS, Automation, AutomationStep
from campaigns.views import admin, mailing_list
from kernel import about, instants, web
from kernel.db import db
from kernel.i18n import _, _l, ngettext, pick
from kernel.once import once
from kernel.web import needs

MOST = 200  # people on the page
UNMET = "unmet-"  # and the place of a letter: whom its condition left out
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
    binned = [{"code": row.code, "name": pick(row.name)} for row in own_automations.binned()]
    return render_template(
        "campaigns/desk/automations/list.html", rows=[_row(row) for row in rows], new=new, binned=binned
    )


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
    state = state if state in SHOWN or _left_at(row, state) is not None else "waiting"
    return render_template(
        "campaigns/desk/automations/show.html", row=_row(row), steps=_steps(row), wrong=wrong, chips=_chips(row, state),
        people=_people(row, state), show=state,
        needs=[_need(one) for one in autopilot.needs(row)],
        audiences=forms.automation(row), segment_url=_segment_url(row), leads=birthdays.leads(row),
        foreseen=_foreseen(row),
        units=[(name, label) for name, (_each, label) in UNITS.items()],
    )  # fmt: skip


def _people(row: Automation, state: str) -> list[dict[str, Any]]:
    """Who is behind a number: of a state of the automation, or left out of one of its letters."""
    at = _left_at(row, state)
    if at is not None:
        found: Any = db.session.execute(automation_numbers.left_out(row, at).limit(MOST)).all()
        return [_left(one, contact) for one, contact in found]
    people: Any = db.session.execute(automation_numbers.people(row, state).limit(MOST)).all()
    due = automation_numbers.leaving(row, [contact.id for _in, contact in people])
    return [_person(one, contact, due.get(contact.id)) for one, contact in people]


def _left_at(row: Automation, state: str) -> int | None:
    """The place of the letter whose left out are asked for: `unmet-1`; None for another list."""
    places = {f"{UNMET}{step.position}": step.position for step in automations.steps(row)}
    return places.get(state)


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
    """How long after it happened that letter goes, and to whom; the letters keep their order."""
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
    only = request.form.get("only")
    if only is not None:
        if only not in conditions.offered(row, position):
            abort(404)
        steps[position].only = only
    flash(_("Kept for everybody who comes in from now on."))
    return redirect(url_for(".automation", code=code), 303)


def _foreseen(row: Automation) -> str:
    """How many would have come in lately; of one that is on its people tell it."""
    found = ahead.of(row) if row.trigger in OWN and not row.on else None
    if found is None or own_automations.missing(row):
        return ""
    if found.whole:
        return ngettext(
            "In the last 30 days %(num)s person would have come in.",
            "In the last 30 days %(num)s people would have come in.", found.people,
        )  # fmt: skip
    return ngettext(
        "Since %(day)s, when Plaza began to watch the segment, %(num)s person has come in.",
        "Since %(day)s, when Plaza began to watch the segment, %(num)s people have come in.",
        found.people, day=instants.told(found.since),
    )  # fmt: skip


def _segment_url(row: Automation) -> str:
    kept = automations.segment(row)
    return url_for("crm_admin.segment", code=kept.code) if kept else ""


def _hours(form: Any) -> int | None:
    """The hours that were typed, perhaps as days."""
    typed, unit = form.get("much", "").strip(), UNITS.get(form.get("unit", ""))
    known = typed.isascii() and typed.isdigit() and len(typed) < 6
    return int(typed) * unit[0] if known and unit else None


def _row(row: Automation) -> dict[str, Any]:
    numbers, told = automation_numbers.of(row), automations.kind(row)
    text = sentences.told(row) if row.trigger in OWN else told.text if told else ""
    missing = autopilot.needs(row) if not row.on else []
    return {
        "code": row.code, "name": pick(row.name), "url": url_for("campaigns_admin.automation", code=row.code),
        "on": row.on, "state": (_("On"), "good") if row.on else (_("Off"), "off"), "text": text,
        "begins": told.begins if told else "",
        "needs": _missing(missing[0]) if missing else "", "more": max(0, len(missing) - 1),
        "waiting": numbers.waiting, "sent": sum(numbers.sent.values()), "orders": sum(numbers.orders.values()),
        "whole": numbers.whole, "known": told is not None, "own": row.trigger in OWN,
    }  # fmt: skip


def _missing(need: autopilot.Need) -> str:
    """A sentence of what is missing; what is only named becomes one."""
    told = str(need.sentence)
    return _("Needs: %(what)s", what=told) if told[:1].islower() else told


def _steps(row: Automation) -> list[dict[str, Any]]:
    numbers, rows = automation_numbers.of(row), automations.steps(row)
    return [
        _step(step, numbers)
        | {"last": step is rows[-1], "only": _only(row, step), "unmet_url": _list_url(row, f"{UNMET}{step.position}")}
        for step in rows
    ]


def _list_url(row: Automation, name: str) -> str:
    return url_for(".automation", code=row.code, show=name) + "#people"


def _only(row: Automation, step: AutomationStep) -> list[tuple[str, Any, bool]]:
    """To whom of its people that letter can be: (word, label, whether it is)."""
    found = conditions.offered(row, step.position)
    return [(one, conditions.ONLY[one], one == step.only) for one in found]


def _step(step: AutomationStep, numbers: automation_numbers.Numbers) -> dict[str, Any]:
    letter, unit = step.mailing, "days" if step.delay_hours and step.delay_hours % 24 == 0 else "hours"
    return {
        "position": step.position, "much": step.delay_hours // UNITS[unit][0], "unit": unit,
        "when": when(step.delay_hours),
        "name": letter.called, "state": mailing_list.STATES[letter.state],
        "url": url_for("campaigns_admin.letter_edit", token=letter.token), "sent": numbers.sent.get(letter.id, 0),
        "leaving": numbers.leaving.get(letter.id, 0), "orders": numbers.orders.get(letter.id, 0),
        "unmet": numbers.unmet.get(letter.id, 0), "told": conditions.ONLY[step.only] if step.only else "",
        "opens": step.only == "unopened",
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
    found: list[dict[str, Any]] = [
        {"label": label, "active": name == state, "count": counts[name], "url": _list_url(row, name)}
        for name, label in SHOWN.items()
    ]
    if (at := _left_at(row, state)) is not None:
        step = next(one for one in automations.steps(row) if one.position == at)
        told = {"label": _("Left out of “%(letter)s”", letter=step.mailing.called), "active": True}
        found.append(told | {"count": numbers.unmet.get(step.mailing_id, 0), "url": _list_url(row, state)})
    return found


def _left(row: Any, contact: Any) -> dict[str, Any]:
    """One whom a letter's condition left out."""
    name = contact.called if contact else _("somebody who was forgotten")
    url = url_for("crm_admin.person", token=contact.token) if contact else ""
    return {"name": name, "url": url, "said": "", "since": instants.told(row.run_at), "next": ""}


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
