"""The back office's gift cards: what is owed on them, one by hand, its history, a change, an end."""

from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel import permissions, phones, tenancy, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.money import Money
from kernel.once import once
from kernel.refusal import Refusal
from kernel.web import needs
from shop import gift_cards, gift_letters, gift_list, issuing, receipts
from shop.forms.gift_cards import IssueForm, MoveForm, ReasonForm
from shop.views import admin, desk, gift_rows, product_values

VOID = "void-"  # before the names of that form's fields


@admin.get("/gift-cards", endpoint="gift_cards")
@needs("gift_cards.view")
def listed() -> str:
    """One page of a filter, with what is owed in all."""
    asked = request.args
    name, text, number = asked.get("show", ""), asked.get("q", "").strip()[:120], web.page_asked()
    name = name if name in gift_list.FILTERS else "all" if text else "live"
    rows, pages = gift_list.page(name, text, number)
    return render_template(
        "shop/desk/gift_cards/list.html", rows=[gift_rows.row(card) for card in rows], show=name, q=text, pages=pages,
        page=min(number, pages), chips=gift_rows.chips(name, text),
        page_url=lambda at: url_for(".gift_cards", **{**asked.to_dict(), "page": at}),
        owed={kind: receipts.shown(amount) for kind, amount in gift_list.owed().items()},
        any=bool(rows) or bool(gift_list.size("all")),
    )  # fmt: skip


@admin.get("/gift-cards/new", endpoint="gift_card_new")
@needs("gift_cards.edit")
def new() -> str:
    """The form for one by hand."""
    return _issue_page(IssueForm())


@admin.post("/gift-cards/new", endpoint="gift_card_make")
@needs("gift_cards.edit")
def make() -> Any:
    """Give a card by hand; the same form sent twice gives one."""
    form = IssueForm(request.form)
    if not form.validate():
        return _issue_page(form), 422
    told = {name: form[name].data or "" for name in ("recipient", "email", "message")}
    card = issuing.by_hand(
        gift_rows.money(form.amount.minor), by=web.person(), reason=form.reason.data or "", once=desk.key(),
        expires_on=form.expires_on.data, **told,
    )  # fmt: skip
    flash(_("The card of %(amount)s is there.", amount=receipts.shown(card.face)))
    return redirect(url_for(".gift_card", token=card.token), 303)


def _issue_page(form: IssueForm) -> str:
    return render_template("shop/desk/gift_cards/new.html", form=form, key=desk.key(), symbol=product_values.symbol())


@admin.get("/gift-cards/<token>", endpoint="gift_card")
@needs("gift_cards.view")
def show(token: str) -> str:
    """A card with its history."""
    return _page(token)


def _page(token: str, **forms: Any) -> str:
    card = gift_cards.by_token(token)
    link = gift_letters.address(card) if card.account_id and web.may("gift_cards.edit") else ""
    face = receipts.shown(card.face)
    words = _("A gift card of %(shop)s for you: %(amount)s", shop=tenancy.tenant().name, amount=face)
    shown = {"move": MoveForm(), "void": ReasonForm(prefix=VOID), **forms}
    return render_template(
        "shop/desk/gift_cards/show.html", card=card, row=gift_rows.row(card), history=gift_rows.history(card.value),
        about=gift_rows.about(card), form=shown, key=desk.key(), symbol=product_values.symbol(),
        open_url=link, share=phones.whatsapp(f"{words}\n{link}") if link else "",
    )  # fmt: skip


@admin.post("/gift-cards/<token>/adjustments", endpoint="gift_card_move")
@needs("gift_cards.edit")
def move(token: str) -> Any:
    """Put on or take off by hand; the same form sent twice counts once."""
    card, form = gift_cards.by_token(token), MoveForm(request.form)
    if not form.validate():
        return _page(token, move=form), 422
    amount = Money(form.amount.minor or 0, card.value.currency)
    told = {"reason": form.reason.data or "", "key": f"desk:{desk.key()}", "by": web.person()}
    try:
        gift_cards.adjust(card, amount if form.way.data == "add" else -amount, **told)
    except Refusal as refusal:
        db.session.rollback()
        form.amount.errors = [str(refusal)]
        return _page(token, move=form), 409
    flash(_("The card has %(amount)s now.", amount=receipts.shown(card.balance)))
    return _back(token)


@admin.post("/gift-cards/<token>/void", endpoint="gift_card_void")
@needs("gift_cards.edit")
def void(token: str) -> Any:
    """Let nothing be paid with it any more; for ten minutes that can be taken back."""
    card, form = gift_cards.by_token(token), ReasonForm(request.form, prefix=VOID)
    if not form.validate():
        return _page(token, void=form), 422
    gift_cards.void(card, reason=form.reason.data or "", by=web.person())
    web.undo(_("The card …%(last4)s is cancelled.", last4=card.last4), ".gift_card_unvoid", token=token)
    return _back(token)


@admin.post("/gift-cards/<token>/unvoid", endpoint="gift_card_unvoid")
@needs("gift_cards.edit")
def unvoid(token: str) -> Response:
    """Take the end back, within ten minutes."""
    card = gift_cards.by_token(token)
    gift_cards.unvoid(card, by=web.person())
    flash(_("The card …%(last4)s is good again.", last4=card.last4))
    return _back(token)


@admin.post("/gift-cards/<token>/letters", endpoint="gift_card_send")
@needs("gift_cards.edit")
@once
def send(token: str) -> Response:
    """Send the card's letter once more, now."""
    card = gift_cards.by_token(token)
    gift_letters.again(card)
    flash(_("The letter is on its way to %(email)s.", email=card.email))
    return _back(token)


def _back(token: str) -> Response:
    return redirect(url_for(".gift_card", token=token), 303)


def init_app(_app: Flask) -> None:
    """Say who may."""
    permissions.define("gift_cards.view", _l("See gift cards"), roles=("manager", "accountant", "clerk"), area="money")
    permissions.define("gift_cards.edit", _l("Give, change and cancel gift cards"), roles=("manager",), area="money")
    permissions.define("credit.edit", _l("Give and take store credit"), roles=("manager",), area="money")
