"""Questions in the back office: read, answered, shown or not, put away; each step can be taken back."""

from typing import Any

from flask import Flask, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crm import facts
from kernel import binned, today, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.web import needs
from shop import catalog, question_letters, question_list, questions
from shop.catalog import Product
from shop.forms.questions import ReplyForm
from shop.questions import Question
from shop.views import admin, desk

STATES = {
    "open": (_l("To answer"), "wait"), "shown": (_l("On the product page"), "good"),
    "private": (_l("Only by message"), "off"),
}  # fmt: skip


@admin.get("/questions", endpoint="questions")
@needs("reviews.edit")
def listed() -> str:
    """One page of a filter."""
    return _page()


def _page(of: str = "", wrong: ReplyForm | None = None) -> str:
    """The list as it was asked for; `wrong` is a form that comes back, `of` names its question."""
    asked = request.values
    slug, text = (asked.get(name, "").replace("\x00", "").strip()[:80] for name in ("product", "q"))
    product = catalog.slugged(slug) if slug else None
    sizes, name = question_list.sizes(product, text), asked.get("show", "")
    name = name if name in question_list.FILTERS else "open" if sizes["open"] else "all"
    wanted = question_list.query(name, product, text)
    rows, page, pages = question_list.page(wanted, web.page_asked(), sizes[name])
    about = question_list.products(rows)
    here = {"show": name, "product": product.slug if product else "", "q": text, "page": page}
    return render_template(
        "shop/desk/questions/list.html", show=name, page=page, pages=pages, product=product, q=text, here=here,
        rows=[_row(row, about[row.product_id], wrong if row.token == of else None) for row in rows],
        any=bool(sizes["all"] or text), taken=questions.taken(), wrong=wrong,
        chips=[{"label": label, "active": code == name, "count": sizes[code], "url": _address(here, show=code, page=1)}
               for code, label in question_list.FILTERS.items()],
        page_url=lambda number: _address(here, page=number),
    )  # fmt: skip


def _address(here: dict[str, Any], **other: Any) -> str:
    told = {**here, **other}
    told["page"] = told["page"] if told["page"] > 1 else ""
    return url_for(".questions", **{key: value for key, value in told.items() if value})


def _row(row: Question, product: Product, wrong: ReplyForm | None) -> dict[str, Any]:
    state = ("shown" if row.shown else "private") if row.answered else "open"
    contact, address = row.contact, row.address
    return {
        "row": row, "product": product, "name": state, "state": STATES[state], "wrong": wrong is not None,
        "form": wrong or ReplyForm(answer=row.answer, told=row.told, shown=row.shown or not row.answered),
        "url": web.shop_url("shop.product", slug=product.slug) + "#questions" if product.live else "",
        "person": desk.link("crm_admin.person", token=contact.token) if contact else "",
        "by": row.by.known_as if row.by else "", "whatsapp": "" if address else _whatsapp(row),
        "how": _how(row, address),
    }  # fmt: skip


def _whatsapp(row: Question) -> str:
    return question_letters.whatsapp(row, questions.called(row))


def _how(row: Question, address: str) -> str:
    """Where the answer goes."""
    if address:
        return _("The answer goes by e-mail to %(email)s.", email=address)
    if row.contact is not None and row.contact.phone:
        return _("You send the answer by WhatsApp, once you have kept it.")
    return _("No letter reaches them: the answer only stands on the page.")


@admin.post("/questions/<token>/answer", endpoint="question_answer")
@needs("reviews.edit")
def answer(token: str) -> Any:
    """Answer it, or change what was answered."""
    row, form = questions.by_token(token), ReplyForm(request.form)
    if not form.validate():
        return _page(token, form), 422
    first = not row.answered
    before = {"answer": row.answer, "told": row.told, **({"shown": "y"} if row.shown else {})}
    reply = questions.Reply(form.answer.data or "", form.told.data or "", bool(form.shown.data))
    written = questions.answer(row, reply, by=web.person())
    if not first:
        web.undo(_("Changed."), ".question_answer", token=token, fields={**before, **_here()})
    elif written:
        told = _("Answered. The e-mail leaves in two minutes.")
        web.undo(told, ".question_back", token=token, fields=_here())
    else:
        web.undo(_("Answered."), ".question_back", token=token, fields=_here())
    if first and not written and _whatsapp(row):  # the button that opens WhatsApp stands there
        return redirect(url_for(".questions", show="shown" if row.shown else "private", _anchor=f"q-{token}"), 303)
    return _back()


@admin.post("/questions/<token>/return", endpoint="question_back")
@needs("reviews.edit")
def back(token: str) -> Response:
    """It waits for an answer again."""
    kept = questions.take_back(questions.by_token(token), by=web.person())
    flash(_("Taken back.") if kept else _("Taken back from the page; the e-mail had left already."))
    return _back()


@admin.post("/questions/<token>/showing", endpoint="question_show")
@needs("reviews.edit")
def show(token: str) -> Response:
    """Let everybody read it."""
    questions.show(questions.by_token(token), True, by=web.person())
    web.undo(_("Shown: everybody can read it."), ".question_hide", token=token, fields=_here())
    return _back()


@admin.post("/questions/<token>/hiding", endpoint="question_hide")
@needs("reviews.edit")
def hide(token: str) -> Response:
    """Take it off the page; the answer was given all the same."""
    questions.show(questions.by_token(token), False, by=web.person())
    web.undo(_("Hidden: nobody else reads it."), ".question_show", token=token, fields=_here())
    return _back()


@admin.post("/questions/<token>/bin", endpoint="question_bin")
@needs("reviews.edit")
def put_away(token: str) -> Response:
    """Into the bin."""
    questions.put_away(questions.by_token(token), by=web.person())
    web.undo(_("The question is in the bin."), ".question_return", token=token, fields=_here())
    return _back()


@admin.post("/questions/<token>/bin/return", endpoint="question_return")
@needs("reviews.edit")
def restore(token: str) -> Response:
    """Out of the bin, as it was."""
    questions.restore(binned.named(Question, token), by=web.person())
    flash(_("Taken back."))
    return _back()


def _here() -> dict[str, str]:
    """What the list was asked for, which a step keeps."""
    return {name: value[:80] for name in ("show", "product", "q", "page") if (value := request.form.get(name, ""))}


def _back() -> Response:
    here: dict[str, Any] = _here()
    return redirect(url_for(".questions", **here), 303)


def fact_url(fact: facts.Fact) -> str | None:
    """Where a fact about a question leads: to those about its product."""
    product = db.session.get(Product, fact.about_id) if fact.about_kind == "product" and fact.about_id else None
    return desk.link("shop_admin.questions", show="all", product=product.slug) or None if product else None


def init_app(_app: Flask) -> None:
    """Show what waits on the first page, lead there from a person's timeline."""
    today.line(
        "questions.open", _l("Questions to answer"), lambda: question_list.query("open"), order=46, icon="help",
        permission="reviews.edit", list_url=lambda: desk.link("shop_admin.questions", show="open"),
    )  # fmt: skip
    facts.linked(("asked",), fact_url)
