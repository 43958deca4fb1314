"""Signing up for letters: a page, which a form elsewhere may prefill; a letter that asks back; a button that allows."""

from typing import Any

from flask import render_template, request
from markupsafe import Markup

from crm import custom_fields, subscribing, tastes, visitors
from crm.forms import SubscribeForm
from crm.views import admin, asking, custom_forms, store
from kernel import i18n, limits, phones, qr, tenancy, tokens, web
from kernel.db import db
from kernel.forms import choices
from kernel.i18n import _, pick
from kernel.web import needs

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
    return _page(_form(**told, interests=wanted))


def _page(form: SubscribeForm, status: int = 200, **told: Any) -> Any:
    told = {"custom": custom_forms.made(custom_fields.asked())} | told
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
            source=form.source.data, interests=form.interests.data, custom=custom.typed,
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


@admin.get("/people/forms", endpoint="people_forms")
@needs("people.edit")
def forms() -> str:
    """How people sign up: the page, a block of any page of the shop, and what to paste into another site."""
    address, counter = web.shop_url("crm.subscribe"), web.shop_url("crm.subscribe", source=_("counter"))
    shop = tenancy.tenant()
    said = _("Sign up for the news of %(shop)s: %(address)s", shop=shop.name, address=address)
    return render_template(
        "crm/desk/people/forms.html", address=address, paste=_paste(), shop=shop,
        code=qr.inline(counter), code_file=qr.address(counter, border=3, scale=8), chat=phones.whatsapp(said),
    )  # fmt: skip


def _paste() -> str:
    """A form for a foreign site: it brings the address to our page, and only there something is asked for."""
    lines = Markup(
        '<form action="{action}" method="get">\n  <label>{label} <input type="email" name="email" required '
        'autocomplete="email"></label>\n  <input type="hidden" name="source" value="{source}">\n'
        "  <button>{button}</button>\n</form>"
    )
    return str(lines.format(action=web.shop_url("crm.subscribe"), label=_("E-mail"), button=_("Sign up"),
                            source=_("my other site")))  # fmt: skip
