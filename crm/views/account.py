"""A shopper's account: the way in by letter, what the shop knows of them, what they allow, the way out."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from crm import birthdays, chat_consent, consent, facts, logins, preferences, sources, subscribing
from crm.contacts import Contact
from crm.forms import AccountForm, LoginForm
from crm.views import asking, store
from crm.views import consent as answers
from kernel import address, i18n, limits, phones, sessions, tenancy, tokens, web
from kernel.db import db
from kernel.forms import choices
from kernel.i18n import _

FROM_ONE_PLACE = "10/10minute;60/day"
TO_ONE_ADDRESS = "3/10minute;12/day"


@store.get("/account/login")
def login() -> Any:
    """Ask for the address that gets the link."""
    if asking.contact() is not None:
        return redirect(url_for("crm.account"))
    return _login(LoginForm(next=request.args.get("next", "")))


def _login(form: LoginForm, status: int = 200, **told: Any) -> Any:
    return render_template("crm/account/login.html", form=form, **told), status


@store.post("/account/login")
def login_ask() -> Any:
    """Send the link, if the shop knows the address: the answer is the same when it does not."""
    form = LoginForm(request.form)
    if not form.validate():
        return _login(form, 422)
    limits.check("shopper-login", f"{tenancy.current()}:{limits.network(request.remote_addr)}", FROM_ONE_PLACE)
    limits.check("shopper-letter", f"{tenancy.current()}:{(form.email.data or '').lower()}", TO_ONE_ADDRESS)
    logins.ask(form.email.data or "", language=i18n.language(), target=web.local(form.next.data, ""))
    return render_template("crm/account/sent.html", email=form.email.data)


@store.get("/account/login/<token>")
def login_link(token: str) -> Any:
    """The page behind the link: a button, so that a mail scanner logs nobody in."""
    try:
        return render_template("crm/account/enter.html", contact=logins.known(token), token=token)
    except tokens.Expired as expired:
        return _used(token, expired)


def _used(token: str, expired: tokens.Expired) -> Any:
    """The letter is opened again: its reader, once inside, is led to the account; anybody else asks for a new link."""
    contact = asking.contact()
    if contact is not None and logins.made_for(contact, token):
        return redirect(url_for("crm.account"), 303)
    return _login(LoginForm(), expired.status, trouble=str(expired))


@store.post("/account/login/<token>")
def login_enter(token: str) -> Any:
    """Log in."""
    try:
        contact, target = logins.enter(token)
    except tokens.Expired as expired:
        db.session.rollback()
        return _used(token, expired)
    response = make_response(redirect(web.local(target, url_for("crm.account")), 303))
    asking.enter(contact, response, device=request.headers.get("User-Agent", ""))
    return response


@store.post("/account/logout")
def logout() -> Any:
    """Log out here, or with `everywhere` on all devices."""
    contact = asking.contact()
    response = make_response(redirect(url_for("shop.home"), 303))
    if contact is not None and "everywhere" in request.form:
        contact.epoch += 1
        sessions.end_all("shopper", contact.id)
    asking.leave(response)
    return response


@store.get("/account")
def account() -> Any:
    """What the shop knows of the one who is logged in; strangers are asked in."""
    contact = asking.contact()
    if contact is None:
        return redirect(url_for("crm.login"))
    return _account(contact, _form(contact))


def _account(contact: Contact, form: AccountForm, status: int = 200) -> Any:
    place = address.lines(contact.address, here=tenancy.tenant().country, language=i18n.language())
    chats = chat_consent.asked(contact)
    return render_template("crm/account/show.html", contact=contact, form=form, place=place, chats=chats), status


def _form(contact: Contact, posted: Any = None) -> AccountForm:
    tenant = tenancy.tenant()
    kept: dict[str, Any] = {}
    if posted is None:
        kept = {
            "name": contact.name, "language": contact.language,
            "phone": phones.show(contact.phone, tenant.country) if contact.phone else "",
            "marketing": preferences.written_to(contact), "birthday": contact.birthday,
            "behaviour": consent.allows(asking.visitor(), "behaviour"),
            "whatsapp": consent.allows(contact, chat_consent.PURPOSE),
        }  # fmt: skip
    form = AccountForm(posted, **kept)
    form.country = tenant.country
    form.language.choices = choices((code, i18n.NAMES.get(code, code)) for code in i18n.languages_of(tenant))
    return form


@store.post("/account")
def account_save() -> Any:
    """Keep what they changed of themselves and of what they allow."""
    contact = asking.contact()
    if contact is None:
        return redirect(url_for("crm.login"), 303)
    form = _form(contact, request.form)
    if not form.validate():
        return _account(contact, form, 422)
    kept = {"name": form.name.data or "", "phone": form.phone.data or None, "language": form.language.data}
    sources.note(contact, [name for name, value in kept.items() if value != getattr(contact, name)], "account")
    if (form.phone.data or None) != contact.phone:
        contact.phone, contact.phone_vouched = form.phone.data or None, False  # anybody can type a number
    contact.name = form.name.data or ""
    contact.language = form.language.data
    if form.birthday is not None:
        birthdays.keep(contact, form.birthday, "account")
    response = make_response(redirect(url_for("crm.account"), 303))
    _allow(contact, form, response)
    flash(_("Saved."), "message")
    return response


def _allow(contact: Contact, form: AccountForm, response: Any) -> None:
    marketing, behaviour = bool(form.marketing.data), bool(form.behaviour.data)
    if marketing != preferences.written_to(contact):  # as the form showed it
        consent.record(contact, "marketing", marketing, form="account", ip=request.remote_addr or "")
        facts.record("allowed", contact=contact, data={"purpose": "marketing", "given": marketing})
    if marketing:
        subscribing.lift(contact)
    chats = bool(form.whatsapp.data)
    if chat_consent.asked(contact) and chats != consent.allows(contact, chat_consent.PURPOSE):
        chat_consent.answer(contact, chats, form="account", ip=request.remote_addr or "", proven=True)
    if behaviour != consent.allows(asking.visitor(), "behaviour"):
        answers.remember(response, behaviour, form="account")


@store.post("/account/address")
def account_address() -> Any:
    """Take their address out: the next order asks for it anew."""
    contact = asking.contact()
    if contact is None:
        return redirect(url_for("crm.login"), 303)
    contact.address = {}
    sources.note(contact, ["address"], "account")
    flash(_("Your address is no longer kept. Your orders have theirs."), "message")
    return redirect(url_for("crm.account"), 303)
