"""The steps that a person takes with a letter to many: send, stop in time, pause, go on, end, try once more."""

from typing import Any

from flask import flash, redirect, request, url_for

from campaigns import forms, readiness, scheduling
from campaigns.views import admin, mailing_page
from kernel import web
from kernel.db import db
from kernel.i18n import _, ngettext
from kernel.refusal import Refusal
from kernel.web import needs


@admin.post("/mailings/<token>/sending", endpoint="mailing_send")
@needs("mailings.send")
def send(token: str) -> Any:
    """Let it go in a minute, or at its hour; what is wrong stands beside the field, and what was typed stays."""
    row, form = mailing_page.campaign(token), forms.SendForm(request.form)
    fine = form.validate()
    try:
        at = _hour(form) if fine and form.when.data == "later" else None
        if fine and not form.errors:
            scheduling.send(row, by=web.person(), typed=form.typed.data or "", at=at)
            return redirect(url_for(".mailing", token=token), 303)
    except scheduling.BadHour as refusal:
        wrong = form.day if isinstance(refusal, scheduling.BadDay) else form.hour
        wrong.errors = [str(refusal)]
    except readiness.NotCounted as refusal:
        form.typed.errors = [str(refusal)]
    except Refusal as refusal:
        db.session.rollback()
        mailing_page.campaign(token)
        flash(str(refusal), "error")
        return redirect(url_for(".mailing", token=token), 303)
    db.session.rollback()
    return mailing_page.show(mailing_page.campaign(token), sending=form, status=422)


def _hour(form: forms.SendForm) -> Any:
    day, hour = form.day.data, form.hour.data
    if day and hour:
        return scheduling.hour(day, f"{hour:%H:%M}")
    for field in (form.day, form.hour):
        field.errors = [] if field.data else [_("Fill this in.")]
    return None


@admin.post("/mailings/<token>/recall", endpoint="mailing_recall")
@needs("mailings.send")
@mailing_page.at_mailing
def recall(token: str) -> Any:
    """Stop it before the first one has it."""
    scheduling.recall(mailing_page.campaign(token), by=web.person())
    flash(_("Stopped in time: nobody has received it."))


@admin.post("/mailings/<token>/pause", endpoint="mailing_pause")
@needs("mailings.send")
@mailing_page.at_mailing
def pause(token: str) -> Any:
    """Let no further one go for now."""
    scheduling.pause(mailing_page.campaign(token), by=web.person())


@admin.post("/mailings/<token>/resume", endpoint="mailing_resume")
@needs("mailings.send")
@mailing_page.at_mailing
def resume(token: str) -> Any:
    """Let it go on."""
    scheduling.resume(mailing_page.campaign(token), by=web.person())


@admin.post("/mailings/<token>/stop", endpoint="mailing_stop")
@needs("mailings.send")
@mailing_page.at_mailing
def stop(token: str) -> Any:
    """End it: the others do not receive it."""
    scheduling.stop(mailing_page.campaign(token), by=web.person())
    flash(_("Stopped. Who had not received it yet will not."))


@admin.post("/mailings/<token>/again", endpoint="mailing_again")
@needs("mailings.send")
@mailing_page.at_mailing
def again(token: str) -> Any:
    """Try those once more that failed, or of which nobody knows."""
    state = request.form.get("state", "failed")
    count = scheduling.again(mailing_page.campaign(token), (state,), by=web.person())
    flash(ngettext("%(num)s goes out again.", "%(num)s go out again.", count))


@admin.get("/mailings/<token>/progress", endpoint="mailing_progress")
@needs("mailings.see")
def progress(token: str) -> Any:
    """How far it is, for a page that is open."""
    return mailing_page.fragment(mailing_page.campaign(token))
