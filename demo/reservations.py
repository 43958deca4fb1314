"""Bookings of the demo: who came some days ago, who is expected in the next weeks, and who has paid a part of it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial

from crm import contacts
from demo import booked_times, world
from demo.history import Happening, Shopkeeper
from demo.world import Told
from kernel import clock
from kernel.db import db
from kernel.refusal import Refusal
from shop import (
    arrivals,
    balances,
    booking_series,
    booking_times,
    checkout,
    holdings,
    local_times,
    payments,
    plans,
    terms,
    variants,
)
from shop import cart as carts
from shop import services as booked
from shop.booking_series import Series
from shop.bookings import Booking
from shop.gateways import manual
from shop.occupations import Span
from shop.orders import Order
from shop.quotes import Choice, Details
from shop.services import Service

PLACED = 3  # days ago, of what is to come
TRIES = 14  # days on: on some of them it is full or closed
SOON = timedelta(hours=3)  # nearer than this nothing is booked: whoever looks around sees it before it begins


def planned(keeper: Shopkeeper) -> list[Happening]:
    """When somebody booked."""
    known = {row.product.sku: row for row in booked.every()}
    return [
        (_placed(place, told), partial(_booked, keeper, known[told["sku"]], told))
        for place, told in enumerate(booked_times.more(keeper.shop)["booked"])
    ]


def _placed(place: int, told: Told) -> datetime:
    days = told["ago"] + TRIES + PLACED if "ago" in told else PLACED  # before whichever day it will be
    return clock.now() - timedelta(days=days, minutes=37 * place)


def _booked(keeper: Shopkeeper, service: Service, told: Told, moment: datetime) -> None:
    booking = ordered(keeper, service, told, moment)
    if booking is not None:
        _paid(keeper, booking, told, moment)


def ordered(keeper: Shopkeeper, service: Service, told: Told, moment: datetime) -> Booking | None:
    """The first time that fits, ordered at that moment; None when all of them are taken."""
    for span in _spans(keeper, service, told):
        with clock.at(moment):
            booking = _taken(keeper, service, span, told)
        if booking is not None:
            return booking
    return None


def _spans(keeper: Shopkeeper, service: Service, told: Told) -> Iterator[Span]:
    """The times that fit, from the wished day on; of the past the ones before it."""
    today = clock.today(keeper.shop["tenant"]["timezone"])
    step = 1 if "ahead" in told else -1
    first = today + timedelta(days=told.get("ahead", 0) - told.get("ago", 0))
    for day in (first + timedelta(days=step * number) for number in range(TRIES)):
        yield from [span for span in _of_day(service, day, told) if _fits(span, told)][:1]


def _fits(span: Span, told: Told) -> bool:
    """Of the past what is over, of what comes what is not too near."""
    return span.starts_at > clock.now() + SOON if "ahead" in told else span.ends_at < clock.now()


def _of_day(service: Service, day: date, told: Told) -> list[Span]:
    if service.kind == "nights":
        return [booking_times.between(service, day, day + timedelta(days=told["nights"]))]
    found = booking_times.times(service, day, day).get(day, [])
    if "at" not in told:
        return found
    wished = local_times.moment(day, told["at"], booking_times.zone())
    return [span for span in found if span.starts_at == wished]


def _taken(keeper: Shopkeeper, service: Service, span: Span, told: Told) -> Booking | None:
    try:
        with db.session.begin_nested():
            return _ordered(keeper, service, span, told)
    except Refusal:
        return None


def _ordered(keeper: Shopkeeper, service: Service, span: Span, told: Told) -> Booking:
    """Hold it, put it into a cart and order that, as the shop's pages do."""
    people = [count for name in ("people", "children") if (count := told.get(name, 0))]
    cart, _secret = carts.begin()
    booking = holdings.hold(service, span, sum(people), cart=cart, **_said(keeper, service, told))
    carts.book(cart, booking, dict(zip(variants.of(service.product_id), people, strict=False)))
    if "times" in told:
        booking_series.keep(cart, booking, Series(7, told["times"]), wait=timedelta())
    checkout.place(cart, Choice(shipping=""), _details(service, told), key=_key(keeper))
    db.session.delete(cart)
    db.session.flush()
    return booking


def _said(keeper: Shopkeeper, service: Service, told: Told) -> Told:
    asked = booked_times.asked(keeper.shop, service.product.sku)
    answers = {one["label"][told.get("language", "es")]: one["answer"] for one in asked}
    return {"answers": answers, "language": told.get("language", ""), "timezone": booking_times.zone()}


def _details(service: Service, told: Told) -> Details:
    known = contacts.by_email(told["who"])
    name, phone = (told.get("name"), told.get("phone")) if known is None else (known.name, known.phone)
    plan = "deposit" if told.get("part") and service.product.deposit_bp else ""
    return Details(
        email=told["who"], name=name or "", phone=phone or "", language="es", source="demo", plan=plan,
        payment="transfer" if service.product.price_minor else "", terms_version=terms.version(),
    )  # fmt: skip


def _key(keeper: Shopkeeper) -> str:
    keeper.sold += 1
    return f"demo:{world.slug(keeper.shop)}:{keeper.sold}"


def _paid(keeper: Shopkeeper, booking: Booking, told: Told, moment: datetime) -> None:
    order = booking.order
    assert order is not None
    with clock.at(moment + timedelta(hours=2)):
        _pay(keeper, order)
    if "ago" in told:
        with clock.at(booking.starts_at + timedelta(minutes=5)):
            if told.get("missed"):
                arrivals.miss(booking, by=keeper.by)
            else:
                arrivals.come(booking, by=keeper.by, count=told.get("came"))


def _pay(keeper: Shopkeeper, order: Order) -> None:
    """All of it, or the part that was asked for first."""
    parts = plans.parts(order)
    if parts:
        balances.collect(order, parts[0].left, key=f"demo:{order.number}", by=keeper.by)
    elif order.total_minor and payments.current(order).kind == "transfer":
        manual.received(order, by=keeper.by, reference=f"{510_000 + order.id}")
