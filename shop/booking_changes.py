"""Changing a booking: other nights, more or fewer people, another cabin; its price, its papers and its guest follow."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from kernel import clock, journal
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import (
    added_nights,
    booking_amounts,
    booking_confirmations,
    booking_forecasts,
    booking_orders,
    booking_words,
    booking_worth,
    bookings,
    changed_letters,
    departure_changes,
    departures,
    holdings,
    invoices,
    occupations,
    order_changes,
    order_events,
    refunds,
    repricing,
    time_wait_rows,
)
from shop.booking_forecasts import Forecast
from shop.booking_worth import Wish
from shop.bookings import Booking, NotNow
from shop.invoice_series import Outdated, UsedUp
from shop.occupations import JustTaken
from shop.orders import Order
from shop.services import Service
from shop.variants import Variant

if TYPE_CHECKING:
    from kernel.accounts import Account

BACK = ("money", "credit", "stay")  # what becomes of money that is too much then


class OtherPrice(Refusal):
    """The price moved between looking and doing."""

    message = _l("The price has changed meanwhile. Look at it again.")
    status = 409


class Stale(Refusal):
    """Something happened to it after the step that is to be taken back."""

    message = _l("It was changed again since then: look at it once more.")
    status = 409


def change(
    booking: Booking, wish: Wish, *, by: "Account | None" = None, seen: int | None = None, back: str = "money"
) -> Forecast:  # fmt: skip
    """Have it so, all or nothing, and tell who has to know; `by` nobody: its guest, while its policy allows it.

    `seen`: by how much more it was said to cost; `back`: what becomes of what is too much (BACK). Raises OtherPrice,
    JustTaken, Full, TooMany, TooLate or another Refusal that says why it cannot be: everything stays then.
    """
    order = _locked(booking, by)
    booking_forecasts.possible(booking, wish, by)
    found = booking_forecasts.forecast(booking, wish, by=by)
    if not found.other:  # it is so already, perhaps because its form was sent twice
        return found
    if seen is not None and seen != found.difference.minor:
        raise OtherPrice()
    until = added_nights.until(order, found.difference, wish.span.starts_at) if by is None else None
    step, said = have(booking, order, wish, found, by=by, until=until)
    if by is not None:
        journal.write("bookings.changed", about=booking, by=by, data={"number": order.number})
    if until is not None:
        added_nights.wait(step, until)
    stays = back == "stay"
    changed_letters.tell(booking, said, difference=found.difference, own=by is None, stays=stays, until=until)
    if found.difference.minor < 0 and not stays:
        give_back(order, -found.difference, step, to=back, by=by)
    return found


def have(
    booking: Booking, order: Order, wish: Wish, found: Forecast, *, by: "Account | None" = None,
    until: datetime | None = None,
) -> tuple[order_events.OrderEvent, str]:  # fmt: skip
    """Have it so, whoever may say that: (the step of its order, what it was in words). The caller holds the order.

    `until`: by when what it costs more has to be paid. Raises JustTaken, Full …: the caller takes all back then.
    """
    before, elsewhere = as_it_is(booking), wish.service.id != booking.service_id
    said = changed_letters.said(booking, order.language)
    _take(booking, wish)
    _write(booking, order, found)
    told = {"minor": found.difference.minor, "booking": booking.id, "before": before}
    told |= {"base": found.base.told() if found.base else None, "text": changed_letters.words(said, booking)}
    told |= {} if by else {"buyer": True}
    told |= {"until": until.isoformat()} if until else {}
    step = order_events.record(order, booking_worth.KIND, by=by, **told)
    _papers(booking, order, found.difference, anew=elsewhere)
    if booking.state == "came":
        booking_confirmations.finish(order)
    return step, said


def _take(booking: Booking, wish: Wish) -> None:
    """Its place, the one that it has before another; raises what `holdings.place` does."""
    was, services, here = booking.starts_at, {booking.service_id, wish.service.id}, booking.here
    if wish.service.kind == "departure" and booking_forecasts.shrinks(booking, wish):
        departure_changes.fewer(booking, wish.places)
    else:
        _place(booking, wish)
    if booking.state == "came":  # who was counted stays so, however many more come
        booking.arrived = here if here < booking.places else None
    time_wait_rows.freed(services)
    booking.moved += 1
    booking_orders.moved(booking, was=was)


def _place(booking: Booking, wish: Wish) -> None:
    tries = list(_tries(booking, wish))
    for place, units in enumerate(tries):
        try:
            since = _since(booking, wish, units)
            holdings.place(booking, wish.span, wish.places, units=units, service=wish.service, since=since)
            return
        except (JustTaken, departures.Full):
            if place == len(tries) - 1:
                raise


def _since(booking: Booking, wish: Wish, wanted: Sequence[int]) -> datetime | None:
    """Of who is here: from when on it needs those units; what it has it had all along."""
    if booking.state != "came":
        return None
    own = wish.service.id == booking.service_id and set(wanted) == set(booking_forecasts.units(booking))
    return (
        occupations.since(booking_id=booking.id)
        if own
        else booking_forecasts.ahead(booking, wish.span, wish.service).starts_at
    )


def _tries(booking: Booking, wish: Wish) -> Iterator[Sequence[int]]:
    if wish.units:
        yield wish.units
        return
    sits = wish.service.kind == "nights" or wish.places <= booking.places  # a larger party may need a larger table
    if wish.service.kind != "departure" and wish.service.id == booking.service_id and sits:
        yield booking_forecasts.units(booking)
    yield ()


def _write(booking: Booking, order: Order, found: Forecast) -> None:
    """Its lines: what they cost and how they tell it."""
    booking_amounts.write(booking, order, found.rows)
    for line in booking_amounts.lines(booking, order):
        variant = db.session.get_one(Variant, line.variant_id)
        nights = booking.service.kind == "nights" and found.rows[0].discount == 0 and not found.fee
        usual = nights and line.unit_minor == booking_worth.usual(booking, variant)
        line.texts = booking_words.changed(booking, variant, usual=usual, fee=found.fee)
    db.session.flush()


def _papers(booking: Booking, order: Order, difference: Money, *, anew: bool) -> None:
    """What is paid, asked for and billed follows; `anew`: what was billed is something else, so it is billed again."""
    mine = {line.id: line.quantity for line in booking_amounts.lines(booking, order)}
    held = [one for one in invoices.rests_of(order) if anew and one.line.order_line_id in mine and one.rest.gross]
    if held:
        with suppress(UsedUp, Outdated):  # it stands among what waits to be issued
            invoices.credit(order, lines=mine, reason="")
    repricing.follow(order, difference, only=mine)
    if held and order.paid:
        invoices.when_paid(order)


def give_back(order: Order, less: Money, step: order_events.OrderEvent, *, to: str, by: "Account | None") -> None:
    """What was paid too much goes back by itself where no person has to do it."""
    amount = min(less.minor, refunds.owed(order).minor)
    if amount > 0 and (to == "credit" or not refunds.by_hands(order, some=True)):
        key, told = f"changed:{step.id}", {"reason": str(step.data.get("text", "")), "by": by}
        refunds.give(order, amount=order.money(amount), key=key, to=to, **told)


def as_it_is(booking: Booking) -> dict[str, object]:
    """Where it is, as a step of its order keeps it."""
    return {**booking_worth.now(booking).told(), "taken": booking_forecasts.units(booking)}


def undo(booking: Booking, step_id: int, *, by: "Account") -> None:
    """Take a change back, when nothing was changed since: its time, its people and exactly its price of before."""
    order = _locked(booking, by)
    step = next(reversed(booking_worth.changes(booking, order)), None)
    if step is None or step.id != step_id or step.kind != booking_worth.KIND:
        raise Stale()
    said, difference = restore(booking, order, [step])
    journal.write("bookings.unchanged", about=booking, by=by, data={"number": order.number})
    changed_letters.undone(booking, said, difference=difference)


def restore(booking: Booking, order: Order, steps: Sequence[order_events.OrderEvent]) -> tuple[str, Money]:
    """Have it as it was before these last changes: (what it was until now, by how much more it costs).

    The caller holds the order. Raises JustTaken, Full …: the caller takes all back then.
    """
    was, said = steps[0].data["before"], changed_letters.said(booking, order.language)
    old, elsewhere = booking_worth.read(was), was["service"] != booking.service_id
    service = db.session.get_one(Service, old.service_id)
    _take(booking, Wish(service, old.span, old.places, units=was["taken"]))
    before = booking_amounts.gross(booking, order)
    for step in steps:
        step.undone_at = clock.now()
    difference = booking_amounts.total(booking, order, old.rows) - before
    base = booking_worth.agreed(booking, order)
    _write(booking, order, Forecast(old.rows, before, before + difference, order.money(base.fee), None, other=True))
    _papers(booking, order, difference, anew=elsewhere)
    return said, difference


def _locked(booking: Booking, by: "Account | None") -> Order:
    """Hold its order and read it anew; raises NotNow, TooLate or MoneyMoves. Who is here only staff change."""
    order = bookings.order_of(booking)
    order_changes.hold(order, done=by is not None and booking.state == "came")
    db.session.refresh(booking)
    db.session.expire(booking, ["lines"])
    if booking.state != "booked" and (by is None or not booking_forecasts.stays_on(booking)):
        raise NotNow()
    return order


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("bookings.changed", _l("Changed a booking of %(number)s"))
    journal.kind("bookings.unchanged", _l("Took back a change of a booking of %(number)s"))
