"""A buyer's own reviews: written from the page of an order, whose token is the authority, or from their account."""

from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for

from crm.contacts import Contact
from crm.views import asking
from kernel import i18n, limits, slots, tenancy, web
from kernel.db import db
from kernel.i18n import _, pick
from kernel.refusal import Missing
from shop import catalog, orders, review_pictures, reviewable, reviews, storefront
from shop.forms.reviews import ReviewForm
from shop.order_lines import OrderLine
from shop.orders import Order
from shop.reviews import Review
from shop.views import private_files, review_uploads, store

RULE = "10/minute;60/hour"
SMALL = 640  # pixels that one's own pictures are shown in
SHAPES = {"waiting": "wait", "shown": "good", "hidden": "off"}


@store.get("/orders/<token>/reviews/<slug>", endpoint="order_review")
def show(token: str, slug: str) -> Any:
    """The form for one thing that this order brought."""
    order = orders.by_token(token)
    return _page(*_of_order(order, slug), back=_back_to(order))


@store.post("/orders/<token>/reviews/<slug>", endpoint="order_review_write")
def write(token: str, slug: str) -> Any:
    """Keep it."""
    _limit()
    sent = review_uploads.sent()
    with web.reading():
        told = review_uploads.read(sent, _about(*_of_order(orders.by_token(token), slug)))
    order = orders.by_token(token)
    return _written(*_of_order(order, slug), told, back=_back_to(order))


@store.get("/account/reviews/<slug>", endpoint="account_review")
def own(slug: str) -> Any:
    """The same for who is logged in, of anything that they bought."""
    contact = _asking(slug)
    if contact is None:
        return redirect(url_for("crm.login", next=web.in_language(i18n.language())))
    return _page(contact, reviewable.line(contact, slug), back=_account())


@store.post("/account/reviews/<slug>", endpoint="account_review_write")
def own_write(slug: str) -> Any:
    """Keep it."""
    _limit()
    sent = review_uploads.sent()
    with web.reading():
        contact = _asking(slug)
        if contact is None:
            return redirect(url_for("crm.login", next=web.in_language(i18n.language())), 303)
        told = review_uploads.read(sent, _about(contact, reviewable.line(contact, slug)))
    contact = _asking(slug)
    if contact is None:
        raise Missing()
    return _written(contact, reviewable.line(contact, slug), told, back=_account())


@store.get("/orders/<token>/reviews/<slug>/pictures/<picture>", endpoint="order_review_picture")
def picture(token: str, slug: str, picture: str) -> Any:
    """One of their own pictures, whether it is shown or not."""
    return _picture(*_of_order(orders.by_token(token), slug), picture)


@store.get("/account/reviews/<slug>/pictures/<picture>", endpoint="account_review_picture")
def own_picture(slug: str, picture: str) -> Any:
    """The same for who is logged in."""
    contact = _asking(slug)
    if contact is None:
        raise Missing()
    return _picture(contact, reviewable.line(contact, slug), picture)


def _picture(contact: Contact, line: OrderLine, token: str) -> Any:
    one = review_pictures.by_token(token)
    if (one.review.contact_id, one.review.product_id) != (contact.id, line.product_id):
        raise Missing()
    return private_files.answer(one.file, name=f"{token}.webp", width=SMALL)


def _asking(slug: str) -> Contact | None:
    """Who is logged in; nobody is asked in for what the shop does not have."""
    product = catalog.slugged(slug)
    if product is None or not product.live:
        raise Missing()
    return asking.contact()


def _about(contact: Contact, line: OrderLine) -> str:
    """Whose review of what: what waits of one is for no other."""
    return f"{contact.id}:{line.product_id}"


def _limit() -> None:
    limits.check("review", f"{tenancy.current()}:{limits.network(request.remote_addr)}", RULE)


def _of_order(order: Order, slug: str) -> tuple[Contact, OrderLine]:
    if order.contact is None:
        raise Missing()
    return order.contact, reviewable.line(order.contact, slug, order)


def _back_to(order: Order) -> tuple[str, str]:
    """Where one comes from: what it is called, and its address."""
    return _("Order %(number)s", number=order.number), url_for(".order", token=order.token) + "#opinions"


def _account() -> tuple[str, str]:
    return _("My account"), url_for("crm.account") + "#opinions"


def _page(contact: Contact, line: OrderLine, form: ReviewForm | None = None, *, back: tuple[str, str]) -> Any:
    row = reviews.of(contact, line.product_id)
    known: dict[str, Any] = {"stars": str(row.stars), "words": row.words, "signed": row.signed} if row else {}
    form = form or ReviewForm(**({"signed": reviews.signature(contact.name)} | known))
    return render_template(
        "shop/reviews/write.html", form=form, product=line.product, name=pick(line.product.name), row=row, back=back,
        here=web.in_language(i18n.language()), own=_own(row),
        then=_("The shop reads it before it is shown.") if storefront.of().reviews == "approval" else
        _("Everybody can read it at once."),
    )  # fmt: skip


def _own(row: Review | None) -> list[dict[str, Any]]:
    """The pictures that are there already, each with a box that takes it away."""
    return [
        {
            "token": one.token, "src": f"{request.path}/pictures/{one.token}",
            "gone": one.token in request.form.getlist("gone"),
            "why": _("The shop does not show it: %(reason)s", reason=reviews.REASONS[one.reason]) if one.reason else "",
        }
        for one in (review_pictures.of(row) if row else ())
    ]  # fmt: skip


def _written(contact: Contact, line: OrderLine, told: review_uploads.Read, *, back: tuple[str, str]) -> Any:
    form, came, fine = told
    if not fine:
        form.waiting = came.wait()
        return _page(contact, line, form, back=back), 422
    made = [one for one, _name in came.of(review_uploads.FIELD)]
    said = reviews.Said(int(form.stars.data), form.words.data or "", form.signed.data or "", i18n.language())
    try:
        row = review_pictures.write(contact, line, said, gone=set(request.form.getlist("gone")), made=made)
    except review_pictures.TooMany as refusal:
        form.pictures.errors = [str(refusal)]
        db.session.rollback()
        form.waiting = came.wait()
        return _page(contact, line, form, back=back), 422
    flash(_("Thank you. Everybody can read it now.") if row.shown else _("Thank you. The shop reads it first."))
    return redirect(back[1], 303)


def of_order(order: Order) -> list[dict[str, Any]]:
    """What an order brought that may be written about, for its page."""
    if order.contact is None or not reviews.taken():
        return []
    known = reviewable.lines(order.contact, order)
    return _rows(order.contact, known, lambda slug: url_for("shop.order_review", token=order.token, slug=slug))


def account(contact: Contact) -> str:
    """The same of all that somebody bought, for their account."""
    if not reviews.taken():
        return ""
    rows = _rows(contact, reviewable.lines(contact), lambda slug: url_for("shop.account_review", slug=slug))
    return render_template("shop/reviews/_mine.html", rows=rows)


def _rows(contact: Contact, lines: Any, url: Any) -> list[dict[str, Any]]:
    written = {row.product_id: row for row in reviews.of_contact(contact)} if lines else {}
    return [
        {"name": line.product.name, "url": url(line.product.slug), **_told(written.get(line.product_id))}
        for line in lines
    ]  # fmt: skip


def _told(row: Review | None) -> dict[str, Any]:
    if row is None:
        return {"row": None}
    why = _("The shop does not show it: %(reason)s", reason=reviews.REASONS[row.reason]) if row.reason else ""
    return {"row": row, "state": (reviews.STATES[row.state], SHAPES[row.state]), "why": why, "halves": 2 * row.stars}


def init_app(_app: Flask) -> None:
    """Put what may be written about below a shopper's orders."""
    slots.fill("crm.account", account, order=60)
