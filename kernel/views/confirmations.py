"""Links in letters that show whose an address is: the page has a button, only its POST does something."""

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from kernel import account_letters, accounts, clock, limits, login, tokens, web
from kernel.accounts import Account
from kernel.i18n import _
from kernel.views import install

AGAIN = "5/hour"


@install.get("/confirm/<token>")
def confirm(token: str) -> str:
    """The button that confirms an address."""
    return _button(tokens.read("confirm", token).email, _("Confirm my address"))


@install.post("/confirm/<token>")
def confirm_done(token: str) -> Response:
    """The address is theirs: from now on the letters of their shop go out."""
    row = tokens.use("confirm", token)
    account = accounts.get(row.account_id or 0)
    if account.email != row.email:
        raise tokens.Expired()
    account.confirmed_at = account.confirmed_at or clock.now()
    return _done(_("Thank you: your address is confirmed."))


@install.post("/account/confirmation")
def confirm_again() -> Response:
    """Send the link once more."""
    account = mine()
    limits.check("confirm", str(account.id), AGAIN)
    account_letters.later("confirm", account.id)
    flash(_("The letter is on its way to %(email)s.", email=account.email))
    return web.back(url_for(".account"))


@install.get("/account/email/<token>")
def email_confirm(token: str) -> str:
    """The button that makes a new address somebody's own."""
    return _button(tokens.read("email", token).email, _("Use this address"))


@install.post("/account/email/<token>")
def email_done(token: str) -> Response:
    """From now on they log in with the new address."""
    row = tokens.use("email", token)
    account = accounts.get(row.account_id or 0)
    if accounts.by_email(row.email) is not None:
        raise tokens.Expired()
    before = account.email
    account_letters.later("moved", account.id, before, accounts.change_email(account, row.email))
    return _done(_("From now on you log in with %(email)s.", email=row.email))


@install.get("/account/back/<token>")
def email_back(token: str) -> str:
    """The button that puts back the address that an account had before, or ends what somebody else turned on."""
    row = tokens.read("back", token)
    ends = {
        "second_step": (_("Turn two-step log-in off"), _("Was it not you?")),
        "passkey": (_("Remove this passkey"), _("Was it not you?")),
        "passkeys": (_("Remove all passkeys"), _("Do you have no passkey any more?")),
    }
    again = (_("Use this address again"), "")
    label, heading = next((told for what, told in ends.items() if row.data.get(what)), again)
    return _button(row.email, label, heading)


@install.post("/account/back/<token>")
def email_back_done(token: str) -> Response:
    """The address is theirs again; nobody is inside any longer, and they choose a new password."""
    account = accounts.take_back(token)
    secret = tokens.make("reset", email=account.email, account_id=account.id)
    flash(_("From now on you log in with %(email)s.", email=account.email))
    return redirect(url_for(".reset_choose", token=secret), 303)


def mine() -> Account:
    """The account that is asking; others are asked to log in."""
    known: Account | None = web.person()
    if known is None:
        abort(login.manager.unauthorized())
    return known


def _done(told: str) -> Response:
    flash(told)
    return redirect(url_for(".account" if web.person() else ".login"), 303)


def _button(email: str, label: str, heading: str = "") -> str:
    heading = heading or _("Is this your address?")
    return render_template("kernel/accounts/confirm.html", email=email, label=label, heading=heading)
