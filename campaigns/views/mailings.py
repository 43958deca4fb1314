"""Letters to many in the back office: the list, a new one, the page of one, what is kept of it, copies and the bin."""

from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for
from markupsafe import Markup

from campaigns import drafts, followups, forms
from campaigns.mailings import Mailing
from campaigns.views import admin, mailing_list, mailing_page
from crm import segments
from kernel import about, menu, permissions, slots, today, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.once import once
from kernel.web import needs


@admin.get("/mailings", endpoint="mailings")
@needs("mailings.see")
def listed() -> str:
    """One page of a filter."""
    return render_template("campaigns/desk/mailings/list.html", **mailing_list.told(*mailing_list.asked()))


@admin.get("/mailings/new", endpoint="mailing_new")
@needs("mailings.edit")
def new() -> Any:
    """A name and whom it is for."""
    return _new(forms.begun(name=request.args.get("name", ""), segment=request.args.get("segment", "")))


def _new(form: forms.MailingForm, status: int = 200) -> Any:
    return render_template("campaigns/desk/mailings/new.html", form=form), status


@admin.post("/mailings/new", endpoint="mailing_make")
@needs("mailings.edit")
@once
def make() -> Any:
    """Begin it, and go on to write it."""
    form = forms.begun(request.form)
    if not form.validate():
        return _new(form, 422)
    whom, without = (segments.by_code(one.data or "") for one in (form.segment, form.without))
    row = drafts.begin(form.name.data or "", by=web.person(), segment=whom, without=without)
    db.session.flush()
    return redirect(mailing_page.editor(row) or url_for(".mailing", token=row.token), 303)


@admin.get("/mailings/<token>", endpoint="mailing")
@needs("mailings.see")
def show(token: str) -> Any:
    """One of them: what is missing, how far it has come, or what it brought."""
    return mailing_page.show(mailing_page.campaign(token))


@admin.post("/mailings/<token>", endpoint="mailing_save")
@needs("mailings.edit")
def save(token: str) -> Any:
    """Keep name, audience and sender."""
    row = mailing_page.campaign(token)
    form = forms.mailing(row, mailing_page.segment(row), request.form)
    if not form.validate() or forms.GONE in (form.segment.data, form.without.data):
        return mailing_page.show(row, form=form, status=422)
    chosen, without = (segments.by_code(one.data or "") for one in (form.segment, form.without))
    if form.segment.data != forms.FOLLOWS:
        followups.drop(row)
    drafts.change(
        row, by=web.person(), name=form.name.data, segment_id=chosen.id if chosen else None,
        without_id=without.id if without else None, sender_name=form.sender_name.data or "", utm=form.utm.data,
    )  # fmt: skip
    if "unsent" in request.form:
        flash(_("It was not sent: for whom it is was kept first. Look at the number, then send it."), "error")
    else:
        flash(_("“%(name)s” is kept.", name=row.called))
    return redirect(url_for(".mailing", token=token), 303)


@admin.post("/mailings/<token>/copy", endpoint="mailing_copy")
@needs("mailings.edit")
@once
def copy(token: str) -> Any:
    """A draft with the same words."""
    made = drafts.twin(mailing_page.campaign(token), by=web.person())
    db.session.flush()
    flash(_("This is the copy: nothing goes out before you send it."))
    return redirect(url_for(".mailing", token=made.token), 303)


@admin.post("/mailings/<token>/bin", endpoint="mailing_bin")
@needs("mailings.edit")
@mailing_page.at_mailing
def put_away(token: str) -> Any:
    """Into the bin; the toast brings it back."""
    row = mailing_page.campaign(token)
    drafts.put_away(row, by=web.person())
    web.undo(_("“%(name)s” is in the bin.", name=row.called), ".mailing_back", token=token)
    return redirect(url_for(".mailings"), 303)


@admin.post("/mailings/<token>/back", endpoint="mailing_back")
@needs("mailings.edit")
def take_back(token: str) -> Any:
    """Out of the bin."""
    row = drafts.take_back(token, by=web.person())
    flash(_("“%(name)s” is back.", name=row.called))
    return redirect(url_for(".mailing", token=token), 303)


def _called(ids: Any) -> dict[int, about.Told]:
    rows = db.session.scalars(db.select(Mailing).where(Mailing.id.in_(ids)))
    return {row.id: about.Told(row.called, about.page("campaigns_admin.mailing", token=row.token)) for row in rows}


def _of_segment(code: str) -> str:
    """The way from a segment to a letter for it."""
    if not web.may("mailings.edit"):
        return ""
    link = Markup('<a class="btn btn-quiet btn-small" data-action="write-to-segment" href="{}">{}</a>')
    return link.format(url_for("campaigns_admin.mailing_new", segment=code), _("Write to them"))


def init_app(_app: Flask) -> None:
    """Put letters to many into the rail and those on their way into "Hoy"; say who may do what with them."""
    slots.fill("crm.segment", _of_segment)
    permissions.define(
        "mailings.see", _l("See letters to many and what they brought"), roles=("manager", "marketer"), area="write"
    )
    permissions.define("mailings.edit", _l("Write letters to many"), roles=("manager", "marketer"), area="write")
    permissions.define("mailings.send", _l("Send letters to many"), roles=("manager", "marketer"), area="write")
    about.kind("mailing", _called)
    menu.entry(
        42, _l("Mailings"), "campaigns_admin.mailings", icon="send", permission="mailings.see",
        match=("campaigns_admin.mailing", "campaigns_admin.letter", "campaigns_admin.automation"),
    )  # fmt: skip
    today.line(
        "mailings", _l("Mailings on their way or waiting for you"), lambda: drafts.query("going"), icon="send",
        order=70, list_url=lambda: url_for("campaigns_admin.mailings", show="going"), permission="mailings.see",
    )  # fmt: skip
