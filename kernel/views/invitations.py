"""Accepting an invitation: with the account one has, or with a name and a password."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from kernel import account_letters, accounts, i18n, invitations, memberships, passwords, tenancy, tokens, web
from kernel.account_forms import JoinForm
from kernel.i18n import _
from kernel.views import asking, install


@install.get("/invitations/<token>")
def invitation(token: str) -> str:
    """Who invites, to which shop, as what; nothing happens yet."""
    return _asked(token, JoinForm())


@install.post("/invitations/<token>")
def invitation_accept(token: str) -> Any:
    """Work there from now on."""
    if (known := web.person()) is not None:
        return _in(token, known)
    form: Any = JoinForm.of_request()
    with web.reading():
        email = tokens.read(invitations.PURPOSE, token).email
        fits = accounts.by_email(email) is None and form.validate()
        password_hash = passwords.hashed(form.password.data) if fits else ""
    if accounts.by_email(email) is not None:
        return redirect(url_for(".login", next=url_for(".invitation", token=token)), 303)
    if not fits:
        return _asked(token, form), 422
    person = accounts.create(email=email, name=form.name.data, password_hash=password_hash, language=i18n.language())
    account_letters.later("confirm", person.id)  # the link may have come from whoever invites, on any way
    return asking.enter(_in(token, person), person)


def _in(token: str, person: accounts.Account) -> Response:
    held = invitations.accept(token, person)
    flash(_("Welcome: you work here now as %(role)s.", role=held.role_label))
    return redirect(f"/admin/{tenancy.tenant().slug}/", 303)


def _asked(token: str, form: Any) -> str:
    row = tokens.read(invitations.PURPOSE, token)
    role = str(row.data["role"])
    return render_template(
        "kernel/accounts/invitation.html", form=form, email=row.email, by=row.data["by"],
        shop=invitations.shop_of(row), role=memberships.ROLE_LABELS[role], sentence=memberships.ROLE_SENTENCES[role],
        known=accounts.by_email(row.email) is not None,
    )  # fmt: skip
