"""Booking: the part of a product page that is booked, the month that the script asks for, and holding a time."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from flask import Flask, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from kernel import holes, i18n, limits, origins, tenancy, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.refusal import Missing, Refusal
from shop import (
    availability,
    booking_waits,
    bookings,
    cart_bookings,
    cart_holds,
    holdings,
    holidays,
    kept_services,
    services,
    shipping,
)
from shop import cart as carts
from shop.availability import Time
from shop.bookings import Booking
from shop.forms import bookings as forms
from shop.forms import checkout as checkout_forms
from shop.forms.bookings import Asked, Draft
from shop.kept_services import Known
from shop.occupations import JustTaken
from shop.services import Service
from shop.views import booking_page, checkout_page, product, store, visitor
from shop.views import cart as cart_views

HOLDS = "120/hour"  # from one network of one shop: each keeps a time from others; what lacks something counts too
MANY = _l("Many times were chosen from your network within an hour. Choose again in a while, or write to the shop.")


def init_app(_app: Flask) -> None:
    """Fill the hole of product pages that are booked: times move without an edit, and with the clock."""
    holes.define_group("booking", fill)


def fill(keys: list[str]) -> dict[str, str]:
    """For the "<product>" of a page its part for booking, for "<product>.schema" whether it can be had."""
    g.moves = True
    return {key: _filled(services.of_product(int(key.partition(".")[0])), key.partition(".")[2]) for key in keys}


def _filled(service: Service | None, what: str) -> str:
    if what == "schema":
        return "InStock" if service and _next(service, 1) else "OutOfStock"
    return str(booking_page.box(read(service, request.args))) if service else ""


@store.get("/bookings/month")
def booking_month() -> Any:
    """The parts that move with a choice, for the script; never kept."""
    service = service_of(request.args.get("product", ""))
    found = booking_page.moving(read(service, request.args))
    return Response(found, content_type="text/html; charset=utf-8", headers={"Cache-Control": "private, no-store"})


@store.get("/bookings/hold")
def booking_hold_looked() -> Response:
    """Nothing to be seen here, and no booking of that name: as after a reload of what was wrong."""
    return web.led_back()


@store.post("/bookings/hold")
def booking_hold() -> Any:
    """Hold the chosen time and have it in the cart; or the same page again with what is wrong, nothing lost."""
    if "refresh" in request.form:
        with web.reading():
            return again(_sent())
    try:
        draft = _sent(kept=True)
        asked, errors = forms.checked(draft)
        answer = redirect(url_for("shop.cart"), 303)  # made before anybody waits for us
        late = cart_holds.expect(draft.service) if asked is not None and not cart_views.token() else None
        if asked is not None and _moved():
            db.session.expire_all()
            draft = _sent()
            asked, errors = forms.checked(draft)
        if asked is not None:
            _hold(draft, asked, answer, late)
            return answer
    except Refusal as refusal:
        return _refused(refusal)
    if many := _too_often():
        return _refused(many, counted=True)
    with web.reading():  # drawing the page keeps no buyer waiting
        return again(_sent(), 422, errors=errors)


def _moved() -> bool:
    """Whether somebody edited the shop meanwhile: asked with what counts the try."""
    moved = kept_services.moved(_revision())
    limit(limits.check_within)
    return moved()


def _hold(draft: Draft, asked: Asked, answer: Any, late: Any) -> None:
    name = i18n.pick(draft.service.product.name)
    kept = _("%(item)s is kept for you for ten minutes.", item=name)
    mine, secret = cart_views.own()
    origins.set_cookie(answer, cart_views.COOKIE, secret, days=carts.DAYS)
    how: dict[str, Any] = {"begun": secret != cart_views.token(), "group": visitor.group(), "late": late}
    how |= {"lower": draft.known.breaks if draft.known else None, **asked.told}
    cart_holds.hold(mine, draft.service, asked.span, asked.wanted, places=asked.places, **how)
    flash(kept, "message")
    visitor.added(draft.service.product)


@store.post("/bookings/again/<line>")
def booking_again(line: str) -> Any:
    """Another time instead of one in the cart that somebody else has by now; what was typed at the checkout stays."""
    mine = cart_views.current()
    row = carts.line(mine, line).booking
    if mine is None or row is None:
        raise Missing(_("That is no longer in your cart."))
    try:
        limit()
        _instead(mine, row)
        flash(_("%(item)s is kept for you for ten minutes.", item=i18n.pick(row.service.product.name)), "message")
    except Refusal as refusal:  # taken, too: the page shows what is free by now
        told = str(refusal)
        db.session.rollback()
        flash(told, "error")
    return _back_to_checkout() if "payment" in request.form else redirect(url_for("shop.cart"), 303)


def _back_to_checkout() -> Response:
    form = checkout_forms.made(request.form, checkout_page.country(request.form, shipping.methods()))
    return checkout_page.answer(cart_views.current(), request.form, form=form)


def _instead(mine: carts.Cart, row: Booking) -> None:
    people = {one.variant: one.quantity for one in mine.lines if one.booking_id == row.id}
    span = forms.when(forms.read(row.service, request.form, wait=_wait(row.service)))
    told: dict[str, Any] = {"answers": row.answers, "language": row.language, "timezone": row.timezone}
    fresh = holdings.hold(row.service, span, row.places, cart=mine, **told)
    carts.book(mine, fresh, people, group=visitor.group())
    if fresh.id != row.id:
        cart_bookings.drop(row)


def limit(check: Callable[[str, str, str], None] = limits.check) -> None:
    """Count a try to hold a time, before anything is written; raises a Refusal when there were too many."""
    try:
        check("hold", f"{tenancy.current()}:{limits.network(request.remote_addr)}", HOLDS)
    except limits.TooMany as many:
        raise Refusal(MANY, status=many.status) from None


def _too_often() -> Refusal | None:
    """Count a try that took nothing, by itself: what was begun is rolled back; what to say when there were too many."""
    try:
        limit()
    except Refusal as many:
        return many
    return None


def _refused(refusal: Refusal, *, counted: bool = False) -> Response:
    """The page as it was sent, with fresh times; nothing of what was begun is kept but that it was tried."""
    trouble, status = str(refusal), refusal.status
    many = None if counted else _too_often()
    if many is not None:
        trouble, status = str(many), many.status
    with web.reading():
        draft = _sent()
        others = _others(draft) if isinstance(refusal, JustTaken) else ()
        return again(draft, status, trouble=trouble, again=others)


def _others(draft: Draft) -> Sequence[Time]:
    """The next free times after the one that was wanted; before it when there are none."""
    service, places = draft.service, forms.counted(draft)
    try:
        after = forms.when(draft).starts_at
    except Refusal:
        return _next(service, places)
    return availability.next_free(service, after, places, **draft.how) or _next(service, places)


def _next(service: Service, places: int) -> Sequence[Time]:
    return booking_page.soonest(service, places, wait=_wait(service))


def again(draft: Draft, status: int = 200, **told: Any) -> Response:
    """The page with what was sent, fresh times and what went wrong; see booking_page.box."""
    response = Response(product.show(draft.service.product, booking_page.box(draft, **told)), status)
    response.headers["Content-Type"], response.headers["Cache-Control"] = (
        "text/html; charset=utf-8",
        "private, no-store",
    )
    return response


def _sent(*, kept: bool = False) -> Draft:
    """What was sent, of a service that was read now, or (`kept`) once for as long as nobody edits the shop."""
    slug = request.form.get("product", "")
    known = kept_services.of_slug(_clean(slug), _revision()) if kept else None
    holidays.refuse()
    service = _open(known.service) if known else service_of(slug)
    return read(service, request.form, known)


def read(service: Service, sent: Any, known: Known | None = None) -> Draft:
    """What was sent, as this visitor may book it."""
    return forms.read(service, sent, _own(service), known, wait=_wait(service))


def _wait(service: Service) -> timedelta:
    return booking_waits.of(service, visitor.group())


def _revision() -> int:
    place = origins.place()
    assert place is not None
    return place.revision


def _own(service: Service) -> Booking | None:
    """What this browser's cart holds of it."""
    known = cart_views.token() and "preview" not in g  # a preview reads no cookie
    mine = cart_views.current() if known else None
    rows = bookings.of_cart(mine) if mine else ()
    return next((row for row in reversed(rows) if row.service_id == service.id and row.live), None)


def service_of(slug: str) -> Service:
    """The service of a product that this visitor may see; raises Missing."""
    return _open(services.of_slug(_clean(slug)))


def _clean(slug: str) -> str:
    return slug[:80].replace("\x00", "")


def _open(service: Service | None) -> Service:
    if service is None or not service.product.live or not service.product.open_to(visitor.group()):
        raise Missing(_("That product is not here any more."))
    return service
