"""A letter to many that repeats: its days, a pause, one issue left out, the end, and what all of its issues brought."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select

from campaigns import forms, issues, readiness, reports, scheduling, series
from campaigns.mailings import Mailing, NotNow
from campaigns.series import LetterIssue, LetterSeries
from campaigns.views import admin, mailing_list, mailing_page, series_words
from kernel import clock, instants, tenancy, web
from kernel.db import db
from kernel.i18n import _
from kernel.plots import Plot
from kernel.web import needs
from shop import receipts

MOST = 26  # issues on the page


def _today() -> date:
    return clock.today(tenancy.tenant().timezone)


def _mine(token: str) -> LetterSeries:
    """The series of the letter that an address names; one without has moved on, or never began."""
    row = series.of(mailing_page.campaign(token))
    if row is None:
        raise NotNow()
    return row


def _day() -> date:
    try:
        return date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        raise NotNow() from None


def _at_series(token: str) -> Any:
    return redirect(url_for(".mailing", token=token) + "#repeat", 303)


@admin.post("/mailings/<token>/repeat", endpoint="mailing_repeat")
@needs("mailings.send")
@mailing_page.at_mailing
def keep(token: str) -> Any:
    """Let it repeat, or on other days; what is wrong stands beside its field, and what was typed stays."""
    mailing = mailing_page.campaign(token)
    row, form = series.of(mailing), forms.repeat(None, _today(), request.form)
    if not form.validate():
        return mailing_page.show(mailing, repeat=form, status=422)
    if request.form.get("do") == "look":  # without scripts the days are shown by asking for them
        return mailing_page.show(mailing, repeat=form)
    try:
        if row is not None and row.state in series.LIVES:
            series.change(row, form.plan, by=web.person())
        else:
            row = series.begin(mailing, form.plan, by=web.person(), typed=form.people.data or "")
    except (series.NoDay, series.EnoughOnes, readiness.NotCounted, readiness.NotReady) as refusal:
        db.session.rollback()
        wrong = {readiness.NotCounted: form.people, readiness.NotReady: form.unit}.get(type(refusal), form.ends)
        wrong.errors = [str(refusal)]
        return mailing_page.show(mailing_page.campaign(token), repeat=form, status=422)
    flash(_("%(often)s. The next one goes on %(day)s.", often=series_words.rhythm(row), day=_next(row)))
    return _at_series(token)


def _next(row: LetterSeries) -> str:
    return instants.day(row.next_day) if row.next_day else "–"


@admin.get("/mailings/<token>/dates", endpoint="mailing_dates")
@needs("mailings.see")
def dates(token: str) -> str:
    """The next days of what one is choosing."""
    mailing = mailing_page.campaign(token)
    form = forms.repeat(None, _today(), request.args)
    form.validate()
    return render_template("campaigns/desk/mailings/_dates.html", dates=_seen(form, series.of(mailing)))


@admin.post("/mailings/<token>/series/pause", endpoint="mailing_series_pause")
@needs("mailings.send")
@mailing_page.at_mailing
def pause(token: str) -> Any:
    """No issue until somebody says so; the toast lets it go on."""
    series.pause(_mine(token), by=web.person())
    web.undo(_("Paused: no issue goes out."), ".mailing_series_on", token=token)
    return _at_series(token)


@admin.post("/mailings/<token>/series/on", endpoint="mailing_series_on")
@needs("mailings.send")
@mailing_page.at_mailing
def go_on(token: str) -> Any:
    """Let it go out again."""
    row = _mine(token)
    series.go_on(row, by=web.person())
    flash(_("It repeats again. The next one goes on %(day)s.", day=_next(row)))
    return _at_series(token)


@admin.post("/mailings/<token>/series/skip", endpoint="mailing_series_skip")
@needs("mailings.send")
@mailing_page.at_mailing
def skip(token: str) -> Any:
    """Leave the next issue out; the toast brings it back."""
    row, day = _mine(token), _day()
    series.skip(row, day, by=web.person())
    told = _("Left out: %(day)s. The next one goes on %(next)s.", day=instants.day(day), next=_next(row))
    web.undo(told, ".mailing_series_unskip", fields={"day": day.isoformat()}, token=token)
    return _at_series(token)


@admin.post("/mailings/<token>/series/unskip", endpoint="mailing_series_unskip")
@needs("mailings.send")
@mailing_page.at_mailing
def unskip(token: str) -> Any:
    """It goes out after all."""
    day = _day()
    series.unskip(_mine(token), day, by=web.person())
    flash(_("It goes out on %(day)s after all.", day=instants.day(day)))
    return _at_series(token)


@admin.post("/mailings/<token>/series/end", endpoint="mailing_series_end")
@needs("mailings.send")
@mailing_page.at_mailing
def end(token: str) -> Any:
    """No further issue; the toast lets it go on."""
    series.end(_mine(token), by=web.person())
    web.undo(_("It repeats no more: the letter is a draft again."), ".mailing_series_on", token=token)
    return _at_series(token)


def told(row: Mailing, form: Any) -> dict[str, Any]:
    """How a letter repeats: its form with the next days, where it stands, its issues."""
    mine = series.of(row)
    form_shown = form or forms.repeat(mine, _today())
    lives = mine is not None and mine.state in series.LIVES
    return {
        "form": form_shown, "open": form is not None, "dates": _seen(form_shown, mine),
        "row": mine if lives else None, "held": series_words.held(row) if mine and mine.state == "held" else "",
        "often": series_words.rhythm(mine) if lives and mine else "",
        "coming": [instants.day(one) for one in series.upcoming(mine)] if lives and mine else [],
        "issues": _issues(mine) if mine else None, "ended": mine is not None and not lives and mine.made > 0,
    }  # fmt: skip


def _seen(form: forms.RepeatForm, mine: LetterSeries | None) -> list[str]:
    return [] if form.errors else [instants.day(one) for one in series.seen(form.plan, mine)]


def _issues(mine: LetterSeries) -> dict[str, Any]:
    """The days that came, the newest first, each with what became of it, and the line of those that went out."""
    wanted = select(LetterIssue, Mailing).outerjoin(Mailing, Mailing.id == LetterIssue.mailing_id)
    wanted = wanted.where(LetterIssue.series_id == mine.id).order_by(LetterIssue.day.desc()).limit(MOST)
    rows = db.session.execute(wanted.execution_options(binned=True)).all()
    ids = [issue.mailing_id for issue, _mailing in rows if issue.mailing_id]
    brief, earned = reports.brief(ids), reports.earned_by(ids)
    found = [_issue(issue, mailing, brief, earned) for issue, mailing in rows]
    shares = [one["share"] for one in reversed(found) if one["share"] is not None]
    title = _("Of a hundred who had it, so many followed a link, issue by issue")
    return {"rows": found, "plot": Plot(title, shares) if len(shares) > 1 else None, "last": shares[-1:]}


def _issue(issue: LetterIssue, mailing: Mailing | None, brief: Any, earned: Any) -> dict[str, Any]:
    counts, brought = brief.get(issue.mailing_id, {}), earned.get(issue.mailing_id)
    reached, followed = counts.get("delivered", 0), counts.get("clicked", 0)
    return {
        "day": instants.day(issue.day), "number": issue.number, "why": issues.WHY.get(issue.why, ""),
        "url": url_for("campaigns_admin.mailing", token=mailing.token) if mailing and not mailing.binned_at else "",
        "state": mailing_list.state(mailing, here=False) if mailing else None,
        "note": scheduling.NOTES.get(mailing.note, "") if mailing and mailing.note == "lapsed" else "",
        "reached": reached, "followed": followed, "orders": brought.orders if brought else 0,
        "money": " + ".join(receipts.shown(one) for one in brought.money) if brought else "",
        "share": followed * 100 // reached if reached else None,
    }  # fmt: skip


def issue(row: Mailing) -> dict[str, Any] | None:
    """Which issue of what a mailing is."""
    mine = series.issue_of(row)
    if mine is None:
        return None
    of = db.session.get_one(LetterSeries, mine.series_id)
    letter = series.letter(of)
    url = "" if letter.binned_at else url_for("campaigns_admin.mailing", token=letter.token)
    return {"number": mine.number, "day": instants.day(mine.day), "name": letter.called, "url": url}


def init_app(_app: object) -> None:
    """Have the page of a letter show it."""
    mailing_page.part("repeat", told)
    mailing_page.part("issue", issue)
