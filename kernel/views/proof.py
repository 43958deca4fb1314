"""Who came in by a password alone confirms with what they have besides, before they change it or where a shop asks."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel import account_letters, limits, passkey_rows, passkeys, two_factor, web
from kernel.account_forms import CodeForm
from kernel.i18n import _
from kernel.views import asking, install
from kernel.views import two_factor as steps
from kernel.views.confirmations import mine

LETTERS = "3/hour"


@install.get("/account/proof")
def proof() -> Any:
    """What confirms it, and what to do without; who has nothing to confirm goes on."""
    return _page() if asking.unproved(mine()) else redirect(_wanted(), 303)


@install.post("/account/proof")
def proof_taken() -> Any:
    """A code of the phone or the paper; a passkey comes by the way in."""
    known, form = mine(), CodeForm.of_request()
    if not form.validate() or not steps.taken(known, form):
        return _page(form), 422
    return asking.enter(redirect(_wanted(), 303), known, sure=True)


@install.post("/account/proof/lost")
def proof_lost() -> Response:
    """Write to the address: the button in that letter ends all passkeys, and the password with them."""
    known = mine()
    limits.check("lost-passkeys", str(known.id), LETTERS)
    if passkey_rows.of(known.id) and not two_factor.on(known):
        account_letters.later("lost", known.id, passkeys.lost(known))
    flash(_("The letter is on its way to %(email)s.", email=known.email))
    return redirect(url_for(".proof", next=_wanted()), 303)


def _wanted() -> str:
    return web.local(request.values.get("next", ""), url_for(".account"))


def _page(form: Any = None) -> str:
    known = mine()
    return render_template(
        "kernel/accounts/proof.html", form=form or CodeForm(formdata=None), by_code=two_factor.on(known),
        keys=passkey_rows.names(known.id) if passkeys.possible() else "", wanted=_wanted(),
    )  # fmt: skip
