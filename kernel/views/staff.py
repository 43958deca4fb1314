"""Staff in the settings: who works here, as what; invitations that are open."""

from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel import invitations, limits, memberships, menu, permissions, phones, settings, tenancy, two_steps_rule, web
from kernel.account_forms import InviteForm, TwoStepsForm
from kernel.i18n import _, _l
from kernel.refusal import Refusal
from kernel.views import admin
from kernel.web import needs

INVITATIONS = "20/hour;60/day"


def init_app(_app: Flask) -> None:
    """Name the permission and put the page into the settings."""
    permissions.define("staff.manage", _l("Invite staff and change their roles"), roles=(), area="shop")
    menu.section(
        80, _l("Staff"), "kernel_admin.staff", icon="people", group="team", permission="staff.manage",
        hint=_l("Who works here, invitations, two steps"),
    )  # fmt: skip


@admin.get("/settings/staff")
@needs("staff.manage")
def staff() -> str:
    """Everybody who works here."""
    return page(InviteForm())


@admin.post("/settings/staff/invitations")
@needs("staff.manage")
def staff_invite() -> Any:
    """Invite somebody by e-mail."""
    form: Any = InviteForm.of_request()
    if not form.validate():
        return page(form), 422
    _count()
    try:
        link = invitations.invite(form.email.data, form.role.data, by=web.person())
    except Refusal as refusal:
        form.email.errors = [str(refusal)]
        return page(form), refusal.status
    return _link(form.email.data, link)


@admin.post("/settings/staff/invitations/<name>/again")
@needs("staff.manage")
def invitation_again(name: str) -> Any:
    """Send an invitation once more; the older link ends."""
    _count()
    return _link(*invitations.again(name, by=web.person()))


@admin.post("/settings/staff/invitations/<name>/withdrawal")
@needs("staff.manage")
def invitation_withdraw(name: str) -> Response:
    """Let the link of an invitation end."""
    return _told(_("The invitation of %(email)s has ended.", email=invitations.withdraw(name, by=web.person())))


@admin.post("/settings/staff/<token>/role")
@needs("staff.manage")
def staff_role(token: str) -> Response:
    """Give somebody another role; they log in anew, and the toast gives the old one back."""
    before = memberships.member(token)[0].role
    row = memberships.change_role(token, request.form.get("role", ""), by=web.person())
    if row.role != before:
        told = _("The role is changed: they log in again with it.")
        web.undo(told, "kernel_admin.staff_role", token=token, fields={"role": before})
    return redirect(url_for(".staff"), 303)


@admin.post("/settings/staff/<token>/removal")
@needs("staff.manage")
def staff_remove(token: str) -> Response:
    """End somebody's work here, until it is taken back."""
    _row, account = memberships.member(token)
    memberships.remove(token, by=web.person())
    web.undo(_("%(name)s no longer works here.", name=account.known_as), "kernel_admin.staff_return", token=token)
    return redirect(url_for(".staff"), 303)


@admin.post("/settings/staff/<token>/return")
@needs("staff.manage")
def staff_return(token: str) -> Response:
    """Take a removal back."""
    memberships.take_back(token, by=web.person())
    return _told(_("Works here again."))


def _count() -> None:
    limits.check("invitations", str(tenancy.current()), INVITATIONS)


def _told(text: str) -> Response:
    flash(text)
    return redirect(url_for(".staff"), 303)


def _link(email: str, link: str) -> tuple[str, dict[str, str]]:
    """The page with an invitation's link, as the answer itself: no address, cookie or cache keeps that key."""
    shop = tenancy.tenant().name
    said = phones.whatsapp(_("Come and work with us at %(shop)s: %(link)s", shop=shop, link=link))
    return page(InviteForm(formdata=None), invited={"email": email, "link": link, "whatsapp": said}), {
        "Cache-Control": "private, no-store"
    }


def page(form: Any, *, invited: dict[str, str] | None = None, steps: Any = None) -> str:
    """The page, with what was typed into one of its forms."""
    staff = memberships.staff()
    having, shop = two_steps_rule.with_it(staff), tenancy.tenant()
    return render_template(
        "kernel/staff/list.html", form=form, staff=staff, invitations=invitations.open_ones(),
        invited=invited, relay=bool(settings.current().smtp_url), roles=memberships.ROLE_LABELS,
        sentences=memberships.ROLE_SENTENCES, having=having, asked=shop.two_steps_since, grace=shop.two_steps_grace,
        steps=steps or TwoStepsForm(formdata=None), lacking=sum(account.id not in having for _row, account in staff),
    )  # fmt: skip
