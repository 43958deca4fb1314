"""No more letters to somebody, because they said so at the counter, by telephone or in a chat."""

from typing import Any

from flask import abort, flash, redirect, url_for

from crm import contacts, withdrawals
from crm.contacts import Contact
from crm.views import admin
from kernel import web
from kernel.i18n import _
from kernel.web import needs


def _contact(token: str) -> Contact:
    return contacts.by_token(token) or abort(404)


@admin.post("/people/<token>/withdrawal", endpoint="person_withdraw")
@needs("people.edit")
def withdraw(token: str) -> Any:
    """Write no more letters to many to them; the toast takes it back."""
    contact = _contact(token)
    if withdrawals.take(contact, by=web.person()):
        web.undo(_("No more letters to %(name)s.", name=contact.called), ".person_letters_again", token=token)
    else:
        flash(_("They receive no letters as it is."))
    return redirect(url_for(".person", token=token), 303)


@admin.post("/people/<token>/withdrawal/undo", endpoint="person_letters_again")
@needs("people.edit")
def take_back(token: str) -> Any:
    """It was a mistake."""
    withdrawals.undo(_contact(token), by=web.person())
    flash(_("Taken back."))
    return redirect(url_for(".person", token=token), 303)
