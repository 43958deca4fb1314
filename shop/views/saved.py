"""What somebody saved: the tap on a heart, the page of the list, handing it on as a link, and what staff see of it."""

from datetime import datetime
from typing import Any

from flask import Flask, flash, make_response, redirect, render_template, request, url_for

from crm import facts
from crm.contacts import Contact
from crm.views import asking
from kernel import i18n, limits, origins, phones, signing, slots, tenancy, web
from kernel.db import db
from kernel.i18n import _
from kernel.money import Money
from kernel.refusal import Missing
from shop import catalog, saved
from shop.catalog import Product
from shop.saved import SavedList, Was
from shop.views import goods, hearts, saved_rows, store, visitor

FROM_ONE_PLACE = "120/minute;3000/day"
BACK = "saved"  # the purpose of the ticket by which something is saved again as it was
ACCOUNT = "account"  # in the cookie: the list is that of whoever is logged in here


@store.get("/saved", endpoint="saved")
def show() -> Any:
    """What is saved: whether there is any, whether it costs less by now, and the way into the cart."""
    return _page(current())


@store.post("/saved", endpoint="saved_keep")
def keep() -> Any:
    """Save the product of one heart (`save`), or save it no more (`drop`)."""
    limits.check("saved", f"{tenancy.current()}:{limits.network(request.remote_addr)}", FROM_ONE_PLACE)
    return _kept() if "save" in request.form else _dropped()


@store.post("/saved/share", endpoint="saved_share")
def share() -> Any:
    """Hand the list on under a name, if they like; or no more (`stop`)."""
    mine = current()
    if mine is None:
        flash(_("Nothing is saved here: tap a heart first."), "error")
        return _to_list()
    if "stop" in request.form:
        saved.withdraw(mine)
        web.undo(_("Nobody can open the link any more."), ".saved_share", fields={"name": mine.name})
        return _to_list()
    name = request.form.get("name", "")[:200]
    try:
        saved.hand_on(mine, name)
    except saved.BadName as wrong:
        db.session.rollback()
        return _page(current(), 422, wrong=str(wrong), typed=name)
    return redirect(url_for(".saved") + "#share", 303)


@store.get("/saved/<token>", endpoint="saved_shared")
def shared(token: str) -> Any:
    """A list that somebody handed on: only what is on it, for whoever has the link."""
    row = saved.shared(token)
    found = saved.shown(row, visitor.group())
    pictures = goods.pictures_of([found[0].product.picture_id]) if found else {}
    page = render_template(
        "shop/saved/shared.html", goods=goods.of([one.product.id for one in found]), name=row.name,
        picture=next(iter(pictures.values()), None), names=[i18n.pick(one.product.name) for one in found[:5]],
    )  # fmt: skip
    return page, 200, {"Cache-Control": "private, no-store"}


def current() -> SavedList | None:
    """The list of who is here, or None."""
    contact = asking.contact()
    return saved.of_contact(contact) if contact else saved.of_browser(origins.cookie(visitor.SAVED))


def _own() -> tuple[SavedList, str]:
    """The same, begun when there was none, and what goes into the cookie; it is about to be filled by who is here."""
    contact, browser = asking.contact(), visitor.allowing()
    mine, secret = current(), origins.cookie(visitor.SAVED)
    if mine is None:
        mine, secret = saved.begin(contact)
    mine.visitor_id = browser.id if browser else None
    return mine, ACCOUNT if contact else secret


def _kept() -> Any:
    product = catalog.slugged(request.form["save"][:80])
    if product is None or not product.live or not product.open_to(visitor.group()):
        raise Missing(_("That product is not here any more."))
    mine, secret = _own()
    was = _was(product)
    if saved.keep(mine, product, was) and was is None:  # an undo tells nothing new of what they like
        visitor.saved(product)
    answer = _answer(_("You saved %(item)s.", item=i18n.pick(product.name)), secret)
    origins.set_cookie(answer, visitor.SAVED, secret, days=saved.LIFE.days)
    return answer


def _dropped() -> Any:
    product, mine = catalog.slugged(request.form.get("drop", "")[:80]), current()
    if product is None:
        raise Missing(_("That product is not here any more."))
    was = saved.take_off(mine, product) if mine else None
    told = _("You took %(item)s off your list.", item=i18n.pick(product.name))
    fields = {"save": product.slug, **({"was": _ticket(product, was)} if was else {})}
    return _answer(told, origins.cookie(visitor.SAVED), fields)


def _ticket(product: Product, was: Was) -> str:
    told = [tenancy.current(), product.id, was.price.minor, was.price.currency, was.at.isoformat()]
    return signing.make(BACK, told)


def _was(product: Product) -> Was | None:
    told = signing.read(BACK, request.form.get("was", ""), minutes=60)
    if told is None or told[:2] != [tenancy.current(), product.id]:
        return None
    return Was(Money(told[2], told[3]), datetime.fromisoformat(told[4]))


def _answer(told: str, secret: str, undo: dict[str, str] | None = None) -> Any:
    """Back to where the heart was tapped; a script is told what changed beside it."""
    if not web.is_partial():
        web.undo(told, ".saved_keep", fields=undo) if undo else flash(told, "message")
        return web.back(url_for(".saved"))
    contact = asking.contact()
    hearts.known(saved.ids(contact or secret, visitor.group()) if contact or secret else frozenset())
    return make_response(
        render_template("shop/saved/done.html", told=told, undo=undo, tool=hearts.tool(), thumb=hearts.thumb())
    )


def _page(mine: SavedList | None, status: int = 200, **told: Any) -> Any:
    found = saved.shown(mine, visitor.group())
    hearts.known(frozenset(one.product.id for one in found))
    page = render_template(
        "shop/saved/page.html", rows=saved_rows.of(found), mine=mine, link=_link(mine), known=asking.contact(),
        **{"wrong": "", "typed": mine.name if mine else "", **told},
    )  # fmt: skip
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "private, no-store"
    if mine is not None and mine.contact_id and not origins.cookie(visitor.SAVED):  # saved on another device of theirs
        origins.set_cookie(answer, visitor.SAVED, ACCOUNT, days=saved.LIFE.days)
    return answer


def _link(mine: SavedList | None) -> dict[str, str]:
    """The address of a list that is handed on, and what is written with it."""
    if mine is None or not mine.shared_at:
        return {}
    url = web.shop_url("shop.saved_shared", token=mine.share, language=i18n.language())
    text = _("What I like at %(shop)s", shop=tenancy.tenant().name)
    return {"url": url, "whatsapp": phones.whatsapp(f"{text}\n{url}")}


def _to_list() -> Any:
    return redirect(url_for(".saved"), 303)


def bring(contact: Contact, response: Any) -> None:
    """What this browser saved joins what the contact saved elsewhere, and is theirs from now on."""
    secret = origins.cookie(visitor.SAVED)
    if saved.adopt(saved.of_browser(secret), contact) is not None:
        origins.set_cookie(response, visitor.SAVED, ACCOUNT, days=saved.LIFE.days)
    elif secret:
        origins.drop_cookie(response, visitor.SAVED)


def leave(response: Any) -> None:
    """The list stays with whoever logged out; the next one at this browser begins their own."""
    if origins.cookie(visitor.SAVED) == ACCOUNT:
        origins.drop_cookie(response, visitor.SAVED)


def account(contact: Contact) -> str:
    """The way to a shopper's list from their account, when something is on it."""
    count = len(saved.shown(saved.of_contact(contact), contact.group))
    return render_template("shop/saved/_mine.html", count=count) if count else ""


def product_url(fact: facts.Fact) -> str | None:
    """Where the fact that somebody saved something leads: to the product."""
    found = next(iter(catalog.of_ids([fact.about_id])), None) if fact.about_id else None
    return url_for("shop_admin.product", slug=found.slug) if found and web.may("products.edit") else None


def init_app(_app: Flask) -> None:
    """Let lists follow their people; show them in the account and in the timeline."""
    asking.on_entering(bring)
    asking.on_leaving(leave)
    slots.fill("crm.account", account, order=60)
    facts.linked(("saved",), product_url)
