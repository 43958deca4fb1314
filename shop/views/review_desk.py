"""Reviews in the back office: read, shown, hidden for a reason, answered; each step can be taken back."""

from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm import facts
from kernel import permissions, today, web
from kernel.db import db
from kernel.i18n import _, _l, ngettext
from kernel.web import needs
from shop import catalog, review_list, review_pictures, reviews
from shop.catalog import Product
from shop.forms.reviews import AnswerForm, HideForm
from shop.reviews import Review
from shop.views import admin, desk, private_files

SHAPES = {"waiting": "wait", "shown": "good", "hidden": "off"}


@admin.get("/reviews", endpoint="reviews")
@needs("reviews.edit")
def listed() -> str:
    """One page of a filter."""
    return _page()


def _page(**wrong: Any) -> str:
    """The list as it was asked for; `hide` and `answer` are forms that come back, `of` names their review."""
    asked = request.values
    slug = asked.get("product", "").replace("\x00", "").strip()[:80]  # no slug holds a NUL, and no database takes one
    product = catalog.slugged(slug) if slug else None
    sizes = review_list.sizes(product)
    name = asked.get("show", "")
    name = name if name in review_list.FILTERS else "waiting" if sizes["waiting"] else "all"
    rows, page, pages = review_list.page(name, product, web.page_asked(), sizes[name])
    about = review_list.products(rows)
    return render_template(
        "shop/desk/reviews/list.html", show=name, page=page, pages=pages,
        rows=[_row(row, about[row.product_id]) | {"first": row is rows[0]} for row in rows],
        product=product, any=bool(sizes["all"]), taken=reviews.taken(), hide=HideForm(), wrong=wrong,
        here={"show": name, "product": product.slug if product else "", "page": page},
        chips=[{"label": label, "active": code == name, "count": sizes[code], "url": _address(code, product)}
               for code, label in review_list.FILTERS.items()],
        page_url=lambda number: _address(name, product, number),
    )  # fmt: skip


def _address(name: str, product: Product | None, page: int = 1) -> str:
    told: dict[str, Any] = {"show": name, "product": product.slug if product else "", "page": page if page > 1 else ""}
    return url_for(".reviews", **{key: value for key, value in told.items() if value})


def _row(row: Review, product: Product) -> dict[str, Any]:
    return {
        "row": row, "product": product, "halves": 2 * row.stars,
        "state": (reviews.STATES[row.state], SHAPES[row.state]),
        "label": ngettext("One star of five", "%(num)s stars of five", row.stars),
        "url": web.shop_url("shop.product", slug=product.slug) + "#reviews" if product.live else "",
        "person": desk.link("crm_admin.person", token=row.contact.token) if row.contact else "",
        "order": desk.link("shop_admin.order", number=row.order.number) if row.order else "",
        "pictures": [{"token": one.token, "why": reviews.REASONS.get(one.reason, "")} for one in row.pictures],
        "why": reviews.REASONS.get(row.reason, ""), "by": row.by.known_as if row.by else "",
    }  # fmt: skip


@admin.post("/reviews/<token>/showing", endpoint="review_show")
@needs("reviews.edit")
def show(token: str) -> Response:
    """Let everybody read it."""
    row = reviews.by_token(token)
    _decided(row, "shown", _("Shown: everybody can read it."))
    return _back()


@admin.post("/reviews/<token>/hiding", endpoint="review_hide")
@needs("reviews.edit")
def hide(token: str) -> Any:
    """Take it away from the public, for a reason that its writer reads too."""
    row, form = reviews.by_token(token), HideForm(request.form)
    if not form.validate():
        return _page(of=token, hide=form), 422
    _decided(row, "hidden", _("Hidden: nobody else reads it."), form.reason.data or "")
    return _back()


@admin.post("/reviews/<token>/return", endpoint="review_back")
@needs("reviews.edit")
def back(token: str) -> Response:
    """Take a step back: it is again what it was."""
    row, state, reason = reviews.by_token(token), request.form.get("to", "waiting"), request.form.get("reason", "")
    if state not in reviews.STATES or (state == "hidden" and reason not in reviews.REASONS):
        abort(404)
    reviews.decide(row, state, by=web.person(), reason=reason)
    flash(_("Taken back."))
    return _back()


def _decided(row: Review, state: str, told: str, reason: str = "") -> None:
    was = row.reason
    before = reviews.decide(row, state, by=web.person(), reason=reason)
    web.undo(told, ".review_back", token=row.token, fields={"to": before, "reason": was, **_here()})


@admin.post("/reviews/<token>/answer", endpoint="review_answer")
@needs("reviews.edit")
def answer(token: str) -> Any:
    """Say something under it, or take that away; what stood there can be put back."""
    row, form = reviews.by_token(token), AnswerForm(request.form)
    if not form.validate():
        return _page(of=token, answer=form), 422
    before = reviews.answer(row, form.answer.data or "", by=web.person())
    told = _("Your answer stands under it.") if row.answer else _("Your answer is gone.")
    web.undo(told, ".review_answer", token=token, fields={"answer": before, **_here()})
    return _back()


@admin.get("/reviews/pictures/<token>.<int:width>.webp", endpoint="review_picture")
@needs("reviews.edit")
def picture(token: str, width: int) -> Response:
    """A picture with a review, shown or not."""
    return private_files.answer(review_pictures.by_token(token).file, width=width, name=f"{token}.webp")


@admin.post("/reviews/pictures/<token>/hiding", endpoint="review_picture_hide")
@needs("reviews.edit")
def hide_picture(token: str) -> Any:
    """Take a single picture away from the public, for a reason that who sent it reads too."""
    one, form = review_pictures.by_token(token), HideForm(request.form)
    if not form.validate():
        return _page(of=one.review.token, picture=token, why=form), 422
    review_pictures.judge(one, form.reason.data or "", by=web.person())
    web.undo(_("The picture is hidden; its review stays."), ".review_picture_show", token=token, fields=_here())
    return _back()


@admin.post("/reviews/pictures/<token>/showing", endpoint="review_picture_show")
@needs("reviews.edit")
def show_picture(token: str) -> Response:
    """Have it go with its review again."""
    before = review_pictures.judge(review_pictures.by_token(token), "", by=web.person())
    if before:
        told = {"reason": before, **_here()}
        web.undo(_("The picture goes with its review again."), ".review_picture_hide", token=token, fields=told)
    return _back()


def _here() -> dict[str, str]:
    """What the list was asked for, which a step keeps."""
    return {name: value[:80] for name in ("show", "product", "page") if (value := request.form.get(name, ""))}


def _back() -> Response:
    here: dict[str, Any] = _here()
    return redirect(url_for(".reviews", **here), 303)


def fact_url(fact: facts.Fact) -> str | None:
    """Where a fact about a review leads: to those of its product."""
    product = db.session.get(Product, fact.about_id) if fact.about_kind == "product" and fact.about_id else None
    return desk.link("shop_admin.reviews", show="all", product=product.slug) or None if product else None


def init_app(_app: Flask) -> None:
    """Say who may, show what waits on the first page, lead there from a person's timeline."""
    told = _l("Show, hide and answer reviews; answer questions")
    permissions.define("reviews.edit", told, roles=("manager", "marketer"), area="write")
    today.line(
        "reviews.waiting", _l("Reviews to read"), lambda: review_list.query("waiting"), order=47, icon="star",
        permission="reviews.edit", list_url=lambda: desk.link("shop_admin.reviews", show="waiting"), when=reviews.taken,
    )  # fmt: skip
    facts.linked(("reviewed",), fact_url)
