"""The form of a quote: what is offered to whom, until when, at which price; it works without scripts."""

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from kernel import tenancy, web
from kernel.db import db
from kernel.i18n import _, pick
from kernel.once import once
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import (
    free_lines,
    proposal_prices,
    proposal_rows,
    proposal_words,
    proposals,
    quotes,
    receipts,
    sales,
    stock,
)
from shop.forms import checkout as checkout_forms
from shop.forms import proposals as forms
from shop.forms import sales as sale_forms
from shop.forms import wrong
from shop.forms.wrong import Wrong
from shop.proposal_prices import Terms, Way
from shop.proposal_rows import Proposal
from shop.quotes import Details, Quote
from shop.views import admin, people_hints, proposal_desk, sale_page

MOST_UNSOLD = 3  # products of which the search says why they are not there


@admin.get("/quotes/new", endpoint="proposal_new")
@needs("quotes.make")
def new() -> Response:
    """An empty one, or one for the person and the opportunity that the address names."""
    return _page(forms.read(request.args))


@admin.post("/quotes/draft", endpoint="proposal_draft")
@needs("quotes.make")
def draft() -> Any:
    """The same form with something added, taken off or looked up; nothing is kept."""
    if request.form.get("do") == "free":
        free_lines.variant()
        return _page(_drafted(), row=_row())
    with web.reading():
        return _page(_drafted(), row=_row())


def _row() -> Proposal | None:
    token = request.form.get("row", "")
    return proposal_rows.by_token(token) if token else None


def _drafted() -> forms.Draft:
    counter, form = forms.read(request.form), request.form
    if form.get("add"):
        counter.add(form["add"])
    counter.drop(form.get("drop", ""))
    if form.get("do") == "free":
        counter.free.append(forms.Free())
    gone = form.get("drop_free", "")
    if gone.isdecimal() and len(gone) < 4:
        counter.free[int(gone) - 1 : int(gone)] = []
    return counter


@admin.post("/quotes", endpoint="proposal_make")
@needs("quotes.make")
@once
def make() -> Any:
    """Keep a new one as a draft, and send it when that was asked for."""
    counter = forms.read(request.form)
    try:
        terms, contact = _terms(counter)
        row = proposals.write(terms, contact, by=web.person(), deal=counter.said("deal")[:32])
    except Missing:
        raise
    except Refusal as refusal:
        return _again(refusal)
    return _kept(row)


@admin.get("/quotes/<token>/edit", endpoint="proposal_edit")
@needs("quotes.make")
def edit(token: str) -> Any:
    """What stands in it, to be changed; of what is an order by now nothing can be."""
    row = proposal_rows.by_token(token)
    if row.settled:
        return redirect(url_for(".proposal", token=token))
    return _page(forms.read(forms.of(row)), row=row)


@admin.post("/quotes/<token>", endpoint="proposal_save")
@needs("quotes.make")
@once
def save(token: str) -> Any:
    """Keep what was changed; of one that was sent they see the new one at once."""
    row = proposal_rows.by_token(token)
    counter = forms.read(request.form)
    try:
        terms, contact = _terms(counter)
        proposals.change(row, terms, contact, by=web.person(), seen=counter.said("seen"))
    except Missing:
        raise
    except Refusal as refusal:
        return _again(refusal, token)
    return _kept(row)


def _kept(row: Proposal) -> Any:
    if request.form.get("then") == "send":
        flash(proposal_desk.sent(row))
    else:
        told = (
            _("Saved: they see the new one.") if row.state == "sent" else _("Saved: offer it again when it is ready.")
        )
        flash(_("Saved as a draft: nobody sees it yet.") if row.state == "draft" else told)
    return redirect(url_for(".proposal", token=row.token), 303)


def _again(refusal: Refusal, token: str = "") -> Response:
    told, errors = str(refusal), wrong.of(refusal)
    db.session.rollback()
    with web.reading():
        row = proposal_rows.by_token(token) if token else None
        if isinstance(refusal, sales.NothingOff):
            errors = {"off": told}
        theirs = row.stamp if row and isinstance(refusal, proposals.SavedMeanwhile) else ""
        return _page(forms.read(request.form), row=row, trouble=told, errors=errors, status=refusal.status, seen=theirs)


def _terms(counter: forms.Draft) -> tuple[Terms, Any]:
    """What the form says, and whom it is for; raises Wrong beside each field."""
    errors: dict[str, str] = {}
    wanted, way = wrong.tried(errors, "counter", counter.wanted), wrong.tried(errors, "leaves", _way, counter)
    rule = wrong.tried(errors, "off", lambda: sale_forms.by_hand(counter, quoted=True))
    until = wrong.tried(errors, "until", forms.until, counter.said("until"))
    details = wrong.tried(errors, "reach", _details, counter)
    if errors:
        raise Wrong(errors)
    known = sale_page.person(counter)
    contact, firm = sales.buyer(details, known.token if known else ""), sale_page.company(counter, known)
    off = {name: counter.said(name) for name in ("off", "off_in", "off_why") if rule is not None}
    return Terms(
        wanted=wanted, valid_until=until, name=details.name, email=details.email, phone=details.phone,
        language=details.language, by_hand=rule, off=off, way=way, message=counter.text("message"),
        note=counter.text("note"), company=firm,
    ), contact  # fmt: skip


def _way(counter: forms.Draft) -> Way:
    code = counter.shipping
    if not code:
        return Way()
    own = forms.shipping(counter)
    if not sale_page.brought(code):
        return Way(code, {}, own)
    kept, errors = checkout_forms.given(counter.posted, tenancy.tenant().country)
    if errors:
        raise Wrong({f"address_{key}": told for key, told in errors.items()})
    return Way(code, kept, own)


def _details(counter: forms.Draft) -> Details:
    """Whom it is for: somebody who is known, else who can be reached; raises Wrong."""
    person = sale_page.person(counter)
    email, phone = sale_forms.reach(counter.said("reach")) if person is None else (person.email, person.phone)
    if person is None and not (email or phone):
        raise Wrong({"reach": _("Write a phone or an e-mail, or choose somebody you know.")})
    name = (person.name if person else "") or counter.said("name")
    return Details(
        email=email or "", phone=phone or "", name=name[:160], payment="", by=web.person(), source=sales.COUNTER,
        language=person.language if person else tenancy.tenant().language,
    )  # fmt: skip


def _page(
    counter: forms.Draft, *, row: Proposal | None = None, trouble: str = "", errors: Mapping[str, str] | None = None,
    status: int = 200, seen: str = "",
) -> Response:  # fmt: skip
    """The page for what is filled in so far; `seen`: what is replaced, else what stood there when it was opened."""
    posted = dict(counter.posted.items()) | sale_page.prefilled(counter)
    ids, basket, offer, quote = _cost(counter, posted)
    chosen, wrong_now = sale_page.person(counter), dict(errors or {})
    priced = dict(zip(ids, quote.lines, strict=True)) if quote else {}
    page = render_template(
        "shop/desk/proposals/edit.html", row=row, draft=counter, typed=counter.said, text=counter.text,
        trouble=trouble, wrong=wrong_now, labels=_labels(counter), draft_url=url_for(".proposal_draft"),
        lines=[_line(counter, place, line, priced) for place, line in enumerate(counter.lines, 1)],
        free=[_free(place, one, priced) for place, one in enumerate(counter.free, 1)], found=_found(counter),
        unsold=_unsold(counter),
        chosen=chosen, firms=sale_page.firms(chosen), firm=sale_page.company(counter, chosen),
        chosen_told=people_hints.said(chosen), people=sale_page.people(counter),
        offers=_offers(basket, posted), offer=offer, places=sale_page.places(offer, posted, wrong_now),
        until=counter.said("until") or proposals.usual_day().isoformat(), shown=receipts.shown,
        total=receipts.shown(quote.total) if quote else "", sums=proposal_words.sums(quote) if quote else [],
        currency=tenancy.tenant().currency, deal=counter.said("deal")[:32],
        seen=seen or counter.said("seen") or (row.stamp if row else ""),
    )  # fmt: skip
    made = Response(page, status)
    made.headers["Cache-Control"] = "private, no-store"
    return made


def _found(counter: forms.Draft) -> list[dict[str, Any]]:
    return [sale_page.tile(one) | {"left": None} for one in sales.at_hand(counter.said("q"), without=forms.UNSOLD)]


def _unsold(counter: forms.Draft) -> list[dict[str, Any]]:
    """What the search means and a quote does not have, with why."""
    found = sales.meant(counter.said("q"), forms.UNSOLD, MOST_UNSOLD)
    return [{"name": pick(one.name), "why": forms.UNSOLD[one.kind]} for one in found]


def _offers(basket: Any, posted: Mapping[str, Any]) -> list[Any]:
    return basket.offers(checkout_forms.place(posted, tenancy.tenant().country)) if basket else []


def _cost(counter: forms.Draft, posted: Mapping[str, Any]) -> tuple[list[str], Any, Any, Quote | None]:
    """(the fields of what is priced, basket, offer, quote) as far as they can be said; nothing is refused here."""
    found = counter.possible()
    if not found:
        return [], None, None, None
    basket, offer = sale_page.basket(counter, posted, [want for _id, want in found], _off(counter))
    if offer is not None:
        offer = proposal_prices.priced_by_hand(offer, _own(counter))
    return [one for one, _want in found], basket, offer, quotes.quote(basket, offer)


def _off(counter: forms.Draft) -> Any:
    try:
        return sale_forms.by_hand(counter, quoted=True)
    except Refusal:  # half of it is typed now
        return None


def _own(counter: forms.Draft) -> Any:
    try:
        return forms.shipping(counter)
    except Refusal:
        return None


def _line(counter: forms.Draft, place: int, line: Any, priced: Mapping[str, Any]) -> dict[str, Any]:
    found, tile = priced.get(f"qty-{place}"), sale_page.tile(line.variant)
    own = counter.own.get(line.variant.sku, "")
    return {
        **tile, "quantity": line.quantity, "texts": sale_page.asked(line), "own": own,
        "price": receipts.shown(found.unit) if found and not own else tile["price"],
        "gross": receipts.shown(found.listed) if found else "—", "left": stock.left(line.variant),
    }  # fmt: skip


def _free(place: int, one: forms.Free, priced: Mapping[str, Any]) -> dict[str, Any]:
    found = priced.get(f"free-name-{place}")
    return {"name": one.name, "quantity": one.quantity, "price": one.price,
            "gross": receipts.shown(found.listed) if found else "—"}  # fmt: skip


def _labels(counter: forms.Draft) -> dict[str, str]:
    """What each field is called, by its id."""
    found = {
        "q": _("Product"), "off": _("Discount"), "off_why": _("Why?"), "reach": _("Phone or e-mail"),
        "until": _("Good until"), "ship_own": _("Price of the delivery"), "leaves": _("Delivery"),
    }  # fmt: skip
    for place, line in enumerate(counter.lines, 1):
        name = pick(line.variant.product.name)
        found |= {f"qty-{place}": name, f"own-{place}": name}
        found |= {one["name"]: one["label"] for one in sale_page.asked(line)}
    for place, one in enumerate(counter.free, 1):
        found |= dict.fromkeys((f"free-{part}-{place}" for part in ("name", "qty", "price")), one.name or _("Own line"))
    return found
