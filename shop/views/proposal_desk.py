"""Quotes in the back office: the list, one of them, and each step with it."""

from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for

from crm import deals
from kernel import clock, permissions, tenancy, today, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.once import once
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import (
    payment_methods,
    proposal_letters,
    proposal_list,
    proposal_rows,
    proposal_stuck,
    proposal_words,
    proposals,
)
from shop.forms import proposals as forms
from shop.proposal_rows import Proposal
from shop.views import admin, desk, proposal_paper, proposal_part


@admin.get("/quotes", endpoint="proposals")
@needs("quotes.view")
def listed() -> str:
    """One page of a filter."""
    asked = request.args
    name, text, number = asked.get("show", ""), asked.get("q", "").strip()[:120], web.page_asked()
    name = name if name in proposal_list.FILTERS else "all" if text else "open"
    rows, pages = proposal_list.page(name, text, number)
    counts = proposal_list.counts()
    return render_template(
        "shop/desk/proposals/list.html", rows=[proposal_part.row(one) for one in rows], q=text, pages=pages,
        page=min(number, pages), chips=_chips(name, text, counts), any=counts["all"] > 0,
        page_url=lambda at: url_for(".proposals", **{**asked.to_dict(), "page": at}),
    )  # fmt: skip


def _chips(name: str, text: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    kept: dict[str, Any] = {"q": text} if text else {}
    return [
        {"label": label, "active": one == name, "count": counts[one], "url": url_for(".proposals", show=one, **kept)}
        for one, (label, _condition) in proposal_list.FILTERS.items()
    ]  # fmt: skip


@admin.get("/quotes/<token>", endpoint="proposal")
@needs("quotes.view")
def show(token: str) -> str:
    """Where it stands, what to do next, what it says."""
    return page(proposal_rows.by_token(token))


def page(row: Proposal, **wrong: str) -> str:
    """The page, with what is wrong beside its field."""
    deal = _deal(row)
    return render_template(
        "shop/desk/proposals/show.html", row=row, told=proposal_words.told(row), state=proposal_words.state(row),
        history=proposal_part.steps(row), answered=proposal_part.answered(row), wrong=wrong,
        stuck=proposal_stuck.said(row) if row.state == "sent" else "",
        person_url=desk.link("crm_admin.person", token=row.contact.token) if row.contact else "",
        order_url=desk.link("shop_admin.order", number=row.order.number) if row.order else "",
        deal=deal, deal_url=desk.link("crm_admin.deal", token=deal.token) if deal else "",
        address=proposal_letters.address(row), look=f"{proposal_letters.address(row)}?look=1",
        whatsapp=proposal_letters.whatsapp(row), until=max(row.valid_until, _today()).isoformat(),
        today=_today().isoformat(), payments=_payments(),
    )  # fmt: skip


def _today() -> Any:
    return clock.today(tenancy.tenant().timezone)


def _deal(row: Proposal) -> Any:
    try:
        return deals.named(row.deal) if row.deal else None
    except Missing:  # it is in the bin
        return None


def _payments() -> list[Any]:
    """How it may be paid later: staff note what has come on the order's page."""
    later = payment_methods.named(payment_methods.LATER)
    return [*(one for one in payment_methods.active() if one.kind == "transfer"), *([later] if later else [])]


def sent(row: Proposal, *, letter: bool = True) -> str:
    """Send it, and say how."""
    if proposals.send(row, by=web.person(), letter=letter):
        return _("Sent to %(email)s.", email=row.email)
    return _("Its page is open: copy the link, or send it by WhatsApp.")


def _step(token: str, step: Any, told: Any = "") -> Any:
    """Take a step, then show it; a refusal stands on its page and keeps nothing."""
    row = proposal_rows.by_token(token)
    try:
        said = step(row) or told
    except Missing:
        raise
    except Refusal as refusal:
        db.session.rollback()
        with web.reading():
            row = proposal_rows.by_token(token)
            if isinstance(refusal, proposals.PastDay):
                return page(row, until=str(refusal)), refusal.status
        flash(str(refusal), "error")
        return redirect(url_for(".proposal", token=token), 303)
    if said:
        flash(said)
    return redirect(url_for(".proposal", token=token), 303)


@admin.post("/quotes/<token>/letters", endpoint="proposal_send")
@needs("quotes.make")
@once
def send(token: str) -> Any:
    """They see it from now on, by letter or by a link that staff hand on."""
    return _step(token, lambda row: sent(row, letter=request.form.get("letter") != "no"))


@admin.post("/quotes/<token>/withdrawal", endpoint="proposal_withdraw")
@needs("quotes.make")
def withdraw(token: str) -> Any:
    """It does not hold any more."""
    return _step(token, lambda row: proposals.withdraw(row, by=web.person()), _("Withdrawn: nobody can accept it now."))


@admin.post("/quotes/<token>/until", endpoint="proposal_extend")
@needs("quotes.make")
@once
def extend(token: str) -> Any:
    """Good until another day."""

    def longer(row: Proposal) -> str:
        proposals.extend(row, forms.until(request.form.get("until", "")), by=web.person())
        return _("Good until %(day)s.", day=proposal_words.until(row.valid_until))

    return _step(token, longer)


@admin.post("/quotes/<token>/acceptance", endpoint="proposal_accept")
@needs("quotes.make")
def accept(token: str) -> Any:
    """They said yes to somebody of the shop: the order is made for them."""
    version = request.form.get("version", "")
    method = next((one for one in _payments() if one.code == request.form.get("payment")), None)

    def taken(row: Proposal) -> str:
        if method is None:
            raise Refusal(_l("Choose how it is paid."))
        seen = int(version) if version.isdecimal() and len(version) < 7 else 0
        order = proposals.accept(row, version=seen, method=method, by=web.person())
        return _("It is order %(number)s now.", number=order.number)

    return _step(token, taken)


@admin.post("/quotes/<token>/copies", endpoint="proposal_copy")
@needs("quotes.make")
@once
def copy(token: str) -> Any:
    """The same as a draft."""
    made = proposals.copy(proposal_rows.by_token(token), by=web.person())
    flash(_("This is a copy: nobody sees it yet."))
    return redirect(url_for(".proposal", token=made.token), 303)


@admin.post("/quotes/<token>/deletion", endpoint="proposal_discard")
@needs("quotes.make")
def discard(token: str) -> Any:
    """A draft goes for good."""
    row = proposal_rows.by_token(token)
    try:
        proposals.discard(row)
    except Refusal as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
        return redirect(url_for(".proposal", token=token), 303)
    flash(_("The draft is deleted."))
    return redirect(url_for(".proposals"), 303)


@admin.get("/quotes/<token>.pdf", endpoint="proposal_paper")
@needs("quotes.view")
def paper(token: str) -> Any:
    """On paper, a draft too."""
    return proposal_paper.answer(proposal_rows.by_token(token))


def init_app(_app: Flask) -> None:
    """Say who may, and tell on "Hoy" whom to ask."""
    roles = ("manager", "clerk")
    permissions.define("quotes.view", _l("See quotes"), roles=(*roles, "accountant"), area="sell")
    permissions.define("quotes.make", _l("Make and send quotes"), roles=roles, area="sell")
    today.line(
        "quotes.follow", _l("Quotes to follow up"), proposal_list.follow, order=8, icon="note",
        permission="quotes.view", list_url=lambda: url_for("shop_admin.proposals", show="follow"),
    )  # fmt: skip
