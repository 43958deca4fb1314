"""One's own account: name and language, address, password, and the devices that are logged in."""

from datetime import datetime
from typing import Any

from babel.dates import format_date
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel import account_letters, accounts, i18n, limits, origins, passkey_rows, passwords, sessions, web
from kernel.account_forms import AboutMeForm, ChangeEmailForm, ChangePasswordForm
from kernel.i18n import LANGUAGES, _
from kernel.views import asking, install
from kernel.views.confirmations import mine

TRIES = "10/15 minutes"
ADDRESSES = "5/hour"


@install.get("/account")
def account() -> str:
    """Everything about one's account on one page."""
    return _page()


@install.post("/account")
def account_keep() -> Any:
    """Keep name and language."""
    known, form = mine(), _of(AboutMeForm)
    if not form.validate():
        return _page(about=form), 422
    known.name, known.language = form.name.data, form.language.data
    with i18n.speak(known.language):
        flash(_("Kept."))
    return redirect(url_for(".account"), 303)


@install.post("/account/password")
def password_change() -> Any:
    """A new password: every other session ends."""
    form = _of(ChangePasswordForm)
    if not form.validate() or not is_me(form):
        return _page(word=form), 422
    with web.reading():
        password_hash = passwords.hashed(form.password.data)
    known = mine()
    accounts.set_password(known, password_hash, keep=asking.session())
    account_letters.later("changed", known.id, known.email)
    flash(_("Your new password is kept. Every other session has ended."))
    return redirect(url_for(".account"), 303)


@install.post("/account/email")
def email_change() -> Any:
    """Write to the new address; it becomes theirs by the link in that letter. A taken one hears the same."""
    form = _of(ChangeEmailForm)
    if asking.unproved(mine()):
        return asking.prove(url_for(".account"))
    if not form.validate() or not is_me(form):
        return _page(address=form), 422
    known = mine()
    limits.check("new-address", str(known.id), ADDRESSES)
    account_letters.later("new_address", known.id, form.email.data)
    flash(
        _("We wrote to %(email)s: press the button in that letter, then the address is yours.", email=form.email.data)
    )
    return redirect(url_for(".account"), 303)


@install.post("/account/sessions/end")
def sessions_end() -> Response:
    """Log out everywhere but here."""
    accounts.end_sessions(mine(), keep=asking.session())
    flash(_("Every other session has ended."))
    return redirect(url_for(".account"), 303)


@install.post("/language")
def speak() -> Response:
    """Read these pages in another language: kept with the account, else in a cookie."""
    wanted = request.form.get("language", "")
    answer = web.back("/")
    if wanted in LANGUAGES:
        origins.set_cookie(answer, asking.LANGUAGE_COOKIE, wanted, days=365)  # type: ignore[arg-type]
        if (known := web.person()) is not None:
            known.language = wanted
    return answer


def is_me(form: Any) -> bool:
    """Whether the password of the form is theirs; else its field says so."""
    known = mine()
    account_id, email = known.id, known.email
    limits.check("password", str(account_id), TRIES)
    with web.reading():
        found = accounts.recognised(email, form.current.data)
    if found is None:
        form.current.errors = [_("That is not your password.")]
    return found is not None


def _of(kind: Any) -> Any:
    mine()
    return kind.of_request()


def _page(**forms: Any) -> str:
    known = mine()
    forms.setdefault("about", AboutMeForm(data={"name": known.name, "language": known.language}))
    forms.setdefault("word", ChangePasswordForm())
    forms.setdefault("address", ChangeEmailForm())
    here = asking.session()
    devices = [_device(row, here=row is here) for row in sessions.of("staff", known.id)]
    return render_template(
        "kernel/accounts/show.html",
        account=known,
        devices=devices,
        keys=passkey_rows.names(known.id),
        unproved=asking.unproved(known),
        **forms,
    )


def _device(row: sessions.Session, *, here: bool) -> dict[str, Any]:
    return {"name": agent(row.device), "since": day(row.created_at), "here": here}


def day(moment: datetime) -> str:
    """The day of a moment, for the page of somebody who works in no shop in particular."""
    return str(format_date(moment.date(), "medium", locale=i18n.locale()))


def agent(told: str) -> str:
    """What a browser that says so is called: "Chrome · Android"."""
    systems = ("Android", "iPhone", "iPad", "Windows", "Mac", "Linux")
    browsers = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
    found = [next((name for name in names if name in told), "") for names in (browsers, systems)]
    name = {"Edg": "Edge", "OPR": "Opera"}.get(found[0], found[0])
    return " · ".join(part for part in (name, found[1]) if part) or _("A device")
