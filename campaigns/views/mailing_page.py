"""What the page of one letter to many shows at each step of its life, and how its steps answer a refusal."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from babel.dates import format_timedelta
from flask import current_app, flash, redirect, render_template, url_for

from campaigns import (
    audience,
    followups,
    forms,
    habits,
    mailings,
    named_segments,
    progress,
    readiness,
    rendering,
    reports,
    scheduling,
    series,
    standstill,
)
from campaigns.mailings import Mailing
from campaigns.views import mailing_figures, mailing_list, mailing_numbers, series_words
from crm.segments import Segment
from kernel import clock, i18n, journal, settings, tenancy, web
from kernel.db import db
from kernel.i18n import _, locale
from kernel.refusal import Missing, Refusal
from shop import local_times

EDITOR = "campaigns_admin.letter_edit"
WRITTEN = frozenset({"draft", "repeats"})  # states in which its words, its audience and its days may change


def campaign(token: str) -> Mailing:
    """The letter to many that an address names; letters that go by themselves have pages of their own."""
    row = mailings.named(token)
    if row.kind != "campaign":
        raise Missing()
    return row


def segment(row: Mailing) -> Segment | None:
    """The segment it is for, where there is one and it is still there."""
    try:
        return named_segments.audience(row)
    except named_segments.NoSegment:
        return None


def editor(row: Mailing) -> str:
    """The address of where its words are written, for whoever may."""
    return _link(EDITOR, token=row.token)


def _link(endpoint: str, **values: Any) -> str:
    permission = getattr(current_app.view_functions.get(endpoint), "permission", "")
    return url_for(endpoint, **values) if permission and web.may(permission) else ""


def at_mailing(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view takes a step of one letter, then shows it; a refusal becomes a message there, and nothing is kept."""

    @wraps(view)
    def stepped(token: str) -> Any:
        try:
            answer = view(token)
        except Missing:
            raise
        except Refusal as refusal:
            db.session.rollback()
            campaign(token)
            if web.wants_json():
                raise
            flash(str(refusal), "error")
            answer = None
        return answer or redirect(url_for("campaigns_admin.mailing", token=token), 303)

    return stepped


_parts: dict[str, Callable[..., Any]] = {}


def part(name: str, verb: Callable[..., Any]) -> None:
    """Have the page told more: `draft` of one that is written, `going` of one that has begun; `repeat` how it repeats,
    `issue` of which series it is one."""
    _parts[name] = verb


def show(row: Mailing, *, form: Any = None, sending: Any = None, status: int = 200, **more: Any) -> Any:
    """The page; `subjects` and `repeat`: those forms as they were sent."""
    told = {
        "row": row, "state": _state(row), "editor": editor(row), "history": _history(row),
        "relay": bool(settings.current().smtp_url), "kept": segment(row),
        "spared": _spared(row), "will": _will(row), "subject": rendering.subject(row, i18n.language()),
        "follows": _follows(row),
        "issue": _parts["issue"](row), **_now(row),
    }  # fmt: skip
    if row.state in WRITTEN:
        told |= _draft(row, form or forms.mailing(row, told["kept"]), sending or forms.SendForm(when="now"))
        told["subjects"] = _parts["draft"](row, more.get("subjects"), told["estimate"].will if told["estimate"] else 0)
        told["repeat"] = _parts["repeat"](row, more.get("repeat"))
    return render_template("campaigns/desk/mailings/show.html", **told), status


def _spared(row: Mailing) -> str:
    """Whom it leaves out, "" for nobody."""
    try:
        kept = named_segments.left_out(row)
    except named_segments.NoSegment:
        return _("a segment that is no longer there")
    return i18n.pick(kept.name) or kept.code if kept else ""


def _follows(row: Mailing) -> str:
    found = followups.of(row)
    return followups.called(found) if found else ""


def _will(row: Mailing) -> int | None:
    """How many would receive it if it went now, of one that waits for its hour."""
    try:
        return audience.estimate(row).will if row.state == "scheduled" else None
    except Refusal:
        return None


def _state(row: Mailing) -> Any:
    repeats = series.of(row) if row.state == "repeats" else None
    if repeats is not None:
        return series_words.state(repeats)
    return mailing_list.state(row, here=row.state == "sent" and reports.kept_here(row))


def _draft(row: Mailing, form: Any, sending: Any) -> dict[str, Any]:
    problems, estimate = readiness.problems(row)
    if row.state == "repeats":  # where two subjects say nothing an issue goes with the first one
        problems = [one for one in problems if one.where != "subjects"]
    return {
        "form": form, "sending": sending, "problems": [_problem(row, one) for one in problems],
        "numbers": mailing_numbers.told(row, estimate) if estimate else [], "estimate": estimate,
        "many": bool(estimate and estimate.will >= readiness.MANY), "today": _today(),
        "samples": mailing_numbers.samples(row) if estimate and estimate.will else [],
        "quiet": habits.quiet_now(), "segment_url": _segment_url(segment(row)),
    }  # fmt: skip


def _today() -> str:
    return clock.today(tenancy.tenant().timezone).isoformat()


def _problem(row: Mailing, one: readiness.Problem) -> dict[str, Any]:
    where = {"letter": editor(row), "audience": "#segment", "habits": _link("campaigns_admin.settings_letters"),
             "account": "/account", "subjects": "#subjects"}[one.where]  # fmt: skip
    return {
        "text": one.sentence,
        "url": where + (f"#{one.place}" if one.place and one.where == "letter" and where else ""),
    }


def _segment_url(kept: Segment | None) -> str:
    return _link("crm_admin.segment", code=kept.code) if kept else ""


def _now(row: Mailing) -> dict[str, Any]:
    """Where it stands: of what has not begun nothing."""
    if row.state in WRITTEN:
        return {}
    now, at = clock.now(), row.scheduled_at
    left = int((at - now).total_seconds()) if at else 0
    told = {"held_for": scheduling.NOTES.get(row.note, row.note), "left": max(0, left), "zone": _zone(row)}
    if row.state == "scheduled":
        return told
    report = mailing_figures.told(row) if row.state in mailing_list.REPORTED else None
    return {**told, "going": _going(row), "skipped": mailing_numbers.left_out(row), "report": report,
            "compared": _parts["going"](row)}  # fmt: skip


def _going(row: Mailing) -> dict[str, Any]:
    known = progress.of(row)
    left = known.left
    still = format_timedelta(left, locale=locale()) if left else ""
    return {"known": known, "left": still, "since": standstill.since(row)}


def _zone(row: Mailing) -> str:
    if row.scheduled_at is None:
        return ""
    there = local_times.local(row.scheduled_at, tenancy.tenant().timezone)
    return there.strftime("%H:%M:%S").removesuffix(":00")


def _history(row: Mailing) -> list[Any]:
    return journal.of(row)[-8:][::-1]


def fragment(row: Mailing) -> str:
    """Only where it stands, for a page that is open."""
    return render_template("campaigns/desk/mailings/_progress.html", row=row, state=_state(row), **_now(row))
