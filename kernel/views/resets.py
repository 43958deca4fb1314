"""A new password for somebody who forgot theirs: asked for by e-mail, chosen by a link that works once."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel import account_letters, accounts, clock, limits, passkey_rows, passwords, tokens, web
from kernel.account_forms import NewPasswordForm, ResetForm
from kernel.i18n import _
from kernel.views import asking, install

FROM_ONE_PLACE = "20/hour"
TO_ONE_ADDRESS = "4/hour;10/day"


@install.get("/reset")
def reset() -> str:
    """Whose password is lost?"""
    return render_template("kernel/accounts/reset.html", form=ResetForm())


@install.post("/reset")
def reset_ask() -> Any:
    """Have the link sent; known and unknown addresses hear the same, and a job finds out later."""
    form: Any = ResetForm.of_request()
    if not form.validate():
        return render_template("kernel/accounts/reset.html", form=form), 422
    limits.check("reset", limits.network(request.remote_addr), FROM_ONE_PLACE)
    limits.check("reset-address", form.email.data, TO_ONE_ADDRESS)
    account_letters.later("reset", form.email.data)
    return redirect(url_for(".reset_asked"), 303)


@install.get("/reset/sent")
def reset_asked() -> str:
    """That a letter is on its way, if there is an account."""
    return render_template("kernel/accounts/reset_sent.html")


@install.get("/reset/<token>")
def reset_choose(token: str) -> str:
    """The new password; an old link says so (410)."""
    return _asked(NewPasswordForm(), tokens.read("reset", token).email)


@install.post("/reset/<token>")
def reset_done(token: str) -> Any:
    """Keep the new password; every session that was open ends, this browser gets a new one."""
    form: Any = NewPasswordForm.of_request()
    with web.reading():
        email = tokens.read("reset", token).email
        fits = form.validate()
        password_hash = passwords.hashed(form.password.data) if fits else ""
    if not fits:
        return _asked(form, email), 422
    return _keep(tokens.use("reset", token), password_hash)


def _keep(row: tokens.Token, password_hash: str) -> Response:
    account = accounts.get(row.account_id or 0)
    accounts.set_password(account, password_hash)
    if account.email == row.email:
        account.confirmed_at = account.confirmed_at or clock.now()
    account_letters.later("changed", account.id, account.email)
    flash(_("Your new password is kept. Every other session has ended."))
    if names := passkey_rows.names(account.id):
        flash(_("These passkeys open your account as before: %(names)s.", names=names))
    return asking.enter(redirect(url_for(".shops"), 303), account)


def _asked(form: Any, email: str) -> str:
    return render_template("kernel/accounts/choose.html", form=form, email=email)
