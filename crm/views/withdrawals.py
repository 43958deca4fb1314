"""No more letters to somebody, or no news by WhatsApp: they said so at the counter, by telephone or in a chat."""

from typing import Any

from flask import abort, flash, redirect, request, url_for

from crm import contacts, withdrawals
from crm.contacts import Contact
from crm.views import admin
from kernel import web
from kernel.i18n import _, _l
from kernel.web import needs

SAID = {  # by purpose: what was written down, and that it is so already
    "marketing": (_l("No more letters to %(name)s."), _l("They receive no letters as it is.")),
    "whatsapp": (_l("No news by WhatsApp to %(name)s."), _l("They want no news by WhatsApp as it is.")),
}


def _contact(token: str) -> Contact:
    return contacts.by_token(token) or abort(404)


def _purpose() -> str:
    told = request.values.get("purpose", "marketing")
    return told if told in withdrawals.PURPOSES else abort(404)


@admin.post("/people/<token>/withdrawal", endpoint="person_withdraw")
@needs("people.edit")
def withdraw(token: str) -> Any:
    """Write no more news to them by that way; the toast takes it back."""
    contact, purpose = _contact(token), _purpose()
    done, already = SAID[purpose]
    if withdrawals.take(contact, by=web.person(), purpose=purpose):
        back = {"purpose": purpose}
        web.undo(str(done) % {"name": contact.called}, ".person_letters_again", fields=back, token=token)
    else:
        flash(str(already))
    return redirect(url_for(".person", token=token), 303)


@admin.post("/people/<token>/withdrawal/undo", endpoint="person_letters_again")
@needs("people.edit")
def take_back(token: str) -> Any:
    """It was a mistake."""
    withdrawals.undo(_contact(token), by=web.person(), purpose=_purpose())
    flash(_("Taken back."))
    return redirect(url_for(".person", token=token), 303)
