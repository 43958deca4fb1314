"""Walk-ins: somebody comes or calls, staff write them down at a time: an order like any other, booked at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kernel import clock, letters
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import (
    booking_list,
    booking_prices,
    booking_series,
    booking_times,
    cart_bookings,
    checkout,
    days,
    departures,
    holdings,
    kept_until,
    local_times,
    orders,
    owed_words,
    payment_methods,
    payments,
    quotes,
    sales,
    variants,
    walk_in_terms,
)
from shop import cart as carts
from shop.booking_series import ONCE, Series
from shop.bookings import Booking
from shop.occupations import JustTaken, Span
from shop.quotes import Choice, Details, Quote
from shop.services import Service
from shop.variants import Variant
from shop.walk_in_terms import Terms
from shop.wants import Wanted

if TYPE_CHECKING:
    from shop.orders import Order


class Nobody(Refusal):
    """No people were counted."""

    message = _l("Say how many people come.")


class HasLeft(Refusal):
    """The departure is on its way or back."""

    message = _l("That departure has already left. Choose a later one.")


@dataclass(frozen=True)
class Visit:
    """What somebody wants: a time of a service, for so many of each variant; units that staff chose; what they said."""

    service: Service
    span: Span
    people: Mapping[Variant, int]
    places: int
    units: Sequence[int] = ()
    late: bool = False  # it has left today, and they are on it
    answers: Mapping[str, str] = field(default_factory=dict)  # to the service's questions, by their label


def visit(service: Service, span: Span, counts: Mapping[str, int], units: Iterable[int] = ()) -> Visit:
    """The people of each variant by its SKU; of appointments and nights how many people come, under ''."""
    known = list(variants.of(service.product_id))
    if service.kind != "departure":
        places = counts.get("", 0)
        if places < 1 or not known:
            raise Nobody()
        return Visit(service, span, {known[0]: holdings.units_for(service, places)}, places, list(units))
    people = {variant: counts.get(variant.sku, 0) for variant in known if counts.get(variant.sku, 0) > 0}
    if not people:
        raise Nobody()
    return Visit(service, span, people, sum(people.values()), list(units))


def foreseen(asked: Visit, series: Series = ONCE) -> Quote:
    """What it comes to, each time on its day, for whoever has no terms of their own; nothing is taken or written."""
    nights, zone = asked.service.kind == "nights", booking_times.zone()
    wanted = [
        Wanted(variant, count, unit=_stay(asked, variant, count) if nights else None)
        for variant, count in asked.people.items()
    ]
    times = [asked.span.starts_at, *series.later(asked.span.starts_at)]
    quote, begins = quotes.quote(quotes.price(wanted * len(times))), [at for at in times for _one in wanted]
    dated = zip(quote.lines, begins, strict=True)
    return replace(quote, lines=[replace(line, day=local_times.day(at, zone), begins=at) for line, at in dated])


def _stay(asked: Visit, variant: Variant, units: int) -> Money:
    return booking_prices.unit(asked.service, variant, asked.span, places=asked.places, units=units)


def sell(
    asked: Visit, details: Details, *, key: str, terms: Terms, contact: Any = None, series: Series = ONCE,
    others: bool = False,
) -> "Order":  # fmt: skip
    """Take the time, write the order and note the money when it came; all of it or nothing, once per key.

    Raises JustTaken, Full or another Refusal that says why it cannot be. `series`: the same time again, in the same
    order; raises SomeTaken when one of them cannot be had, unless the `others` are wanted all the same.
    """
    check(asked)
    holdings.claim([asked.service.id])  # the same form that was sent twice waits here, and finds its order
    if known := orders.by_key(key):
        return known
    cart, _secret = carts.begin()
    rows = [_taken(asked, cart), *_later(asked, cart, series, others=others)]
    order = _placed(_quote(asked, rows, contact), details, terms, key=key, contact=contact)
    db.session.delete(cart)
    return order


def check(asked: Visit) -> None:
    """Refuse what is over; what has left boards nobody but who walked on late."""
    gone = asked.service.kind == "departure" and asked.span.starts_at <= clock.now()
    if gone and not (asked.late and left_today(asked.span.starts_at)):
        raise HasLeft()
    if asked.span.ends_at <= clock.now() and not gone:
        raise booking_times.Past()


def left_today(starts_at: datetime) -> bool:
    """Whether what leaves then has left, today: who walked on late can still be written down."""
    zone, now = booking_times.zone(), clock.now()
    return starts_at <= now and local_times.day(starts_at, zone) == clock.today(zone)


def _placed(quote: Quote, details: Details, terms: Terms, *, key: str, contact: Any) -> "Order":
    """The order with what came and how long it waits for the rest; only then its letter, which tells both."""
    method, until = terms.method, walk_in_terms.kept_until(quote, terms)
    details = replace(details, payment=method.code, plan=walk_in_terms.agreed(quote, terms))
    with letters.silence():
        order = checkout.complete(quote, details, contact=contact, key=key, method=method)
        db.session.flush()
    if until is not None and order.balance.minor > 0:
        kept_until.begin(order, until, by=details.by)
    elif method.kind == "counter" and method.code != payment_methods.LATER and order.balance.minor > 0:
        payments.settle(payments.current(order), key=f"sale:{key}", by=details.by, tell=False)
    owed_words.placed(order)
    return order


def _taken(asked: Visit, cart: Any) -> Booking:
    told: dict[str, Any] = {"answers": dict(asked.answers)} if asked.answers else {}
    return holdings.hold(asked.service, asked.span, asked.places, cart=cart, units=asked.units, **told)


def _later(asked: Visit, cart: Any, series: Series, *, others: bool) -> list[Booking]:
    rows, missed = [], []
    for at in series.later(asked.span.starts_at):
        if asked.service.kind == "departure" and booking_list.slot(asked.service, at) is None:
            missed.append(at)  # nothing leaves then
            continue
        try:
            rows.append(_taken(replace(asked, span=Span(at, at + asked.service.length)), cart))
        except (departures.Full, JustTaken):
            missed.append(at)
    if missed and not others:
        zone = booking_times.zone()
        told = [days.told(local_times.day(at, zone), weekday=True) for at in missed]
        raise booking_series.SomeTaken(days=", ".join(told))
    return rows


def _quote(asked: Visit, rows: Sequence[Booking], contact: Any) -> Quote:
    wanted = [
        Wanted(variant, quantity, unit=cart_bookings.unit(booking, variant), booking=booking)
        for booking in rows
        for variant, quantity in cart_bookings.units(booking, asked.people)
    ]
    return sales.quoted(wanted, Choice(), contact)
