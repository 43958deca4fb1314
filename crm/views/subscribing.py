"""Signing up for letters: a page, which a form elsewhere may prefill; a letter that asks back; a button that allows."""

from typing import Any

from flask import render_template, request

from crm import birthdays, custom_fields, sign_up_asks, subscribing, tastes, visitors
from crm.forms import SubscribeForm
from crm.views import asking, custom_forms, store
from kernel import i18n, limits, tenancy, tokens
from kernel.db import db
from kernel.forms import choices
from kernel.i18n import _, pick

FROM_ONE_PLACE = "10/10minute;60/day"
TO_ONE_ADDRESS = "3/hour;6/day"


def _form(posted: Any = None, **kept: Any) -> SubscribeForm:
    form = SubscribeForm(posted, **kept)
    form.interests.choices = choices((one.code, pick(one.name)) for one in tastes.interests())
    return form


@store.get("/subscribe")
def subscribe() -> Any:
    """Ask for the address; what a form elsewhere brought along stands there already, and nothing is kept of it."""
    told = {name: request.args.get(name, "")[:254] for name in ("email", "name", "source")}
    wanted = request.args.getlist("interests")[:24]
    return _page(_form(**told, interests=wanted, birthday=_brought()))


def _brought() -> int:
    """The birthday that a form elsewhere brought along; 0 when it is none."""
    day, month = (request.args.get(name, 0, int) for name in ("bday_day", "bday_month"))
    try:
        return birthdays.made(day, month) if day and month else 0
    except birthdays.NoDay:
        return 0


def _page(form: SubscribeForm, status: int = 200, **told: Any) -> Any:
    told = {"custom": custom_forms.made(custom_fields.asked()), "asks_birthday": sign_up_asks.of().birthday} | told
    return render_template("crm/subscribe/ask.html", form=form, **told), status


@store.post("/subscribe")
def subscribe_ask() -> Any:
    """Send the letter that asks back: the answer is the same for every address."""
    form, custom = _form(request.form), custom_forms.made(custom_fields.asked(), None, request.form)
    fine, more = form.validate(), custom.validate()
    if not fine or not more:
        return _page(form, 422, custom=custom)
    email = form.email.data or ""
    limits.check("subscribe", f"{tenancy.current()}:{limits.network(request.remote_addr)}", FROM_ONE_PLACE)
    limits.check("subscribe-letter", f"{tenancy.current()}:{email.lower()}", TO_ONE_ADDRESS)
    if not request.form.get("website"):  # nobody sees that field: who fills it in is a program
        subscribing.ask(
            email, language=i18n.language(), ip=request.remote_addr or "", name=form.name.data,
            source=form.source.data, interests=form.interests.data, birthday=form.birthday, custom=custom.typed,
        )  # fmt: skip
    return render_template("crm/subscribe/sent.html", email=email)


@store.get("/subscribe/<token>")
def subscribe_link(token: str) -> Any:
    """The page behind the link: a button, so that whoever reads mail for somebody allows nothing."""
    try:
        row = subscribing.asked(token)
    except tokens.Expired as expired:
        return _page(_form(), expired.status, trouble=_gone())
    return render_template("crm/subscribe/confirm.html", email=row.email, token=token)


def _gone() -> str:
    return _("This link has been used or is too old. Write your e-mail and a new one comes.")


@store.post("/subscribe/<token>")
def subscribe_confirm(token: str) -> Any:
    """Allow letters; what the browser does in which the button is pressed counts as theirs, but nobody is logged in."""
    try:
        contact = subscribing.confirm(token, ip=request.remote_addr or "")
    except tokens.Expired as expired:
        db.session.rollback()
        return _page(_form(), expired.status, trouble=_gone())
    visitors.attribute(asking.visitor(), contact)
    return render_template("crm/subscribe/done.html", contact=contact)
