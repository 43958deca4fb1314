"""A shop that asks two steps of all its staff: the owner's choice, and the page of who has to set one up."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from kernel import clock, memberships, passkeys, two_steps_rule, web
from kernel.account_forms import InviteForm, TwoStepsForm
from kernel.i18n import _
from kernel.views import admin, install
from kernel.views import staff as staff_views
from kernel.views.confirmations import mine
from kernel.web import needs


@install.get("/account/two-steps/<slug>")
def two_steps_asked(slug: str) -> Any:
    """What a shop asks of who works there, and the two ways to have it; who has it goes on."""
    known = mine()
    shop = next((shop for shop, _role in memberships.shops_of(known.id) if shop.slug == slug), None)
    held = memberships.held(known.id, shop.id) if shop else None
    if shop is None or held is None:
        abort(404)
    end = two_steps_rule.due(held, shop)
    if end is None or end > clock.now() or two_steps_rule.has(known):
        return redirect(f"/admin/{slug}/", 303)
    return render_template("kernel/accounts/two_steps_asked.html", shop=shop, possible=passkeys.possible())


@admin.post("/settings/staff/two-steps")
@needs("staff.manage")
def staff_two_steps() -> Any:
    """Ask it of everybody; whoever asks has it."""
    form: Any = TwoStepsForm.of_request()
    if not form.validate():
        return staff_views.page(InviteForm(formdata=None), steps=form), 422
    try:
        two_steps_rule.ask(int(form.days.data), by=web.person())
    except two_steps_rule.NotYourself as refusal:
        form.days.errors = [str(refusal)]
        return staff_views.page(InviteForm(formdata=None), steps=form), 422
    flash(_("From now on two steps are asked of everybody who works here."))
    return redirect(url_for(".staff"), 303)


@admin.post("/settings/staff/two-steps/off")
@needs("staff.manage")
def staff_two_steps_off() -> Response:
    """Ask it of nobody."""
    two_steps_rule.stop(by=web.person())
    flash(_("Two steps are no longer asked of everybody."))
    return redirect(url_for(".staff"), 303)
