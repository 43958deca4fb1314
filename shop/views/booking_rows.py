"""What the pages of the calendar show of bookings, departures and closures: words, states and where they lead."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for

from kernel import clock, tenancy, web
from kernel.i18n import _, ngettext, pick
from shop import (
    balances,
    booking_story,
    booking_targets,
    days,
    local_times,
    order_story,
    receipts,
    services,
    special_days,
    walk_ins,
)
from shop.boards import Board
from shop.bookings import FIRM, Booking
from shop.closures import Closure
from shop.occupations import Span
from shop.orders import Order
from shop.services import Service
from shop.slots import Slot


def agenda(board: Board, day: date) -> list[dict[str, Any]]:
    """What happens on one day, in order of time: what goes on from before comes first."""
    whole = Span(*clock.span(day, day, board.zone))
    rows = [slot_row(board, slot) for slot in board.slots if board.day_of(slot.starts_at) == day]
    out = [slot for slot in board.slots if slot.taken and slot.starts_at < whole.starts_at < slot.ends_at]
    rows += [_under_way(board, slot, whole) for slot in out]
    for booking in board.bookings:
        if booking.departure_id is None and _meets(booking, whole):
            rows.append(booking_row(board, booking, whole))
    units: dict[int, list[int]] = {}
    for unit_id, taken in board.taken.items():
        for row in taken:
            if row.closure_id and _meets(row, whole) and unit_id not in units.get(row.closure_id, ()):
                units.setdefault(row.closure_id, []).append(unit_id)
    apart = {closure.id: (closure, unit_id) for closure, unit_id in board.clashes if _meets(closure, whole)}
    for number, (_closure, unit_id) in apart.items():
        units[number] = [unit_id]
    closed = {**board.closures, **{number: closure for number, (closure, _unit) in apart.items()}}
    rows += [closure_row(board, closed[number], units[number], whole) for number in sorted(units)]
    known = {unit.id: unit.name for resource in board.resources for unit in resource.units}
    told = [{**row, "names": [known[unit] for unit in row["units"] if unit in known]} for row in rows]
    return sorted(told, key=lambda row: (row["at"], row["order"]))


def _meets(what: Any, whole: Span) -> bool:
    return bool(what.starts_at < whole.ends_at and what.ends_at > whole.starts_at)


def slot_row(board: Board, slot: Slot) -> dict[str, Any]:
    """A departure: how many of how many, what lacks, who comes, and where one more is written down."""
    return {
        "kind": "departure", "at": slot.starts_at, "order": 1, "time": time(slot.starts_at, board.zone),
        "title": pick(slot.service.product.name), "filled": filled(slot), "taken": slot.taken,
        "here": here(slot.bookings),
        "stamp": booking_targets.stamp(slot.starts_at),
        "lacks": lacks(slot), "missing": slot.missing, "shut": shut(slot), "left": slot.left, "over": over(slot),
        "url": slot_url(slot.service, slot.starts_at),
        "add": "" if slot.service in board.closed(board.day_of(slot.starts_at)) else add_url(slot),
        "units": sorted({unit for unit, rows in board.taken.items() if slot.departure
                         and any(row.departure_id == slot.departure.id for row in rows)}),
        "people": [person(one) for one in slot.bookings], "shape": "off" if not slot.taken else "good",
    }  # fmt: skip


def _under_way(board: Board, slot: Slot, whole: Span) -> dict[str, Any]:
    """A departure that left on a day before: it still has its units."""
    return {**slot_row(board, slot), **on_day(slot, whole, board.zone), "order": 0, "add": ""}


def shut(slot: Slot) -> str:
    """Why no more are taken of it; '' while they are."""
    if slot.called_off:
        return _("Called off")
    return "" if slot.open else _("Not on sale")


def over(slot: Slot) -> bool:
    """Whether it is back."""
    return slot.ends_at <= clock.now()


def gone(slot: Slot) -> bool:
    """Whether it has left: nobody gets on any more."""
    return slot.starts_at <= clock.now()


def add_url(slot: Slot) -> str:
    """Where one more is written down, as long as there is room and it has not left."""
    room = slot.left and slot.service.live and not gone(slot) and web.may("bookings.manage")
    return new_url(slot.service, slot.starts_at) if room else ""


def late_url(slot: Slot) -> str:
    """Where who walked on late is written down, on the day on which it left."""
    room = slot.left and slot.service.live and walk_ins.left_today(slot.starts_at)
    return new_url(slot.service, slot.starts_at) if room and web.may("bookings.manage") else ""


def filled(slot: Slot) -> str:
    """`7 de 18`."""
    if not slot.places:
        return _("nothing to be had")  # what it needs is with another service
    return _("%(taken)s of %(capacity)s", taken=slot.taken, capacity=slot.places)


def lacks(slot: Slot) -> str:
    """`faltan 2 del mínimo`, of a departure that somebody booked and that lacks people; else ''."""
    if not slot.taken or not slot.missing:
        return ""
    return str(ngettext("%(num)s missing of the minimum", "%(num)s missing of the minimum", slot.missing))


def booking_row(board: Board, booking: Booking, whole: Span) -> dict[str, Any]:
    """A booking that has units of its own: an appointment, or a stay that begins, goes on or ends."""
    return {
        "kind": "booking", "order": 0 if booking.starts_at < whole.starts_at else 2, **person(booking),
        "title": pick(booking.service.product.name), **on_day(booking, whole, board.zone),
        "units": [unit for unit, rows in board.taken.items() if any(row.booking_id == booking.id for row in rows)],
    }  # fmt: skip


def on_day(what: Booking | Slot, whole: Span, zone: str) -> dict[str, Any]:
    """When it matters on that day, and whether its people arrive, stay on, leave or are back from where they went."""
    nights, before = what.service.kind == "nights", what.starts_at < whole.starts_at
    ends_here = what.ends_at <= whole.ends_at
    at = what.ends_at if before and ends_here else max(what.starts_at, whole.starts_at)
    end = _("Is back") if what.service.kind == "departure" else _("Leaves")
    word = (end if ends_here else _("Stays on")) if before else _("Arrives")
    return {
        "at": at, "time": "" if before and not ends_here else time(at, zone), "word": word if nights or before else "",
        "until": days.told(local_times.day(what.ends_at, zone)) if nights and not before else "",
    }  # fmt: skip


def person(booking: Booking) -> dict[str, Any]:
    """Who comes, how many, where it stands and whether it is paid."""
    order = booking.order
    return {
        "name": called(booking), "places": booking.places, "count": came(booking) or heads(booking.places),
        "state": booking_story.of_desk(booking), "held": booking.state == "held", "mark": booking.state,
        "money": order_story.money(order) if order and order.payment not in {"paid", "void"} else None,
        "url": url_for("shop_admin.booking", token=booking.token) if order else "", "lift": lifted(booking),
    }  # fmt: skip


def lifted(booking: Booking) -> dict[str, Any]:
    """What the script needs to drag a booking elsewhere; {} of one that this person cannot move."""
    if booking.order is None or booking.state != "booked" or not web.may("bookings.manage"):
        return {}
    return {
        "url": url_for("shop_admin.booking_move", token=booking.token), "at": booking_targets.stamp(booking.starts_at),
        "day": local_times.day(booking.starts_at, tenancy.tenant().timezone).isoformat(), "name": called(booking),
        "kind": booking.service.kind, "minutes": (booking.ends_at - booking.starts_at) // timedelta(minutes=1),
    }  # fmt: skip


def called(booking: Booking) -> str:
    """The name of who booked, as the order or else the contact has it, or how else they are known."""
    order = booking.order
    if order is None:
        return _("Somebody is choosing how to pay")
    known = order.contact.name if order.contact else ""
    return order.name or known or order.phone or order.email or _("Over the counter")


def owed(order: Order) -> str:
    """What is still to be paid; '' of an order that ended: nobody owes it any more."""
    return receipts.shown(order.balance) if balances.open_(order) else ""


def heads(count: int) -> str:
    """`1 persona`, `7 personas`."""
    return str(ngettext("%(num)s person", "%(num)s people", count))


def came(booking: Booking) -> str:
    """`3 de 4 personas`, of whom not all came; '' else."""
    some = 0 < booking.here < booking.places
    return _("%(came)s of %(people)s", came=booking.here, people=heads(booking.places)) if some else ""


def here(bookings: Iterable[Booking]) -> str:
    """`aquí 7, por llegar 5`, of a departure to which somebody came; else ''."""
    rows = list(bookings)
    came, expected = sum(row.here for row in rows), sum(row.places for row in rows if row.state == "booked")
    if came and expected:
        return _("%(came)s here, %(left)s still expected", came=came, left=expected)
    return _("%(came)s here", came=came) if came else ""


def closure_row(board: Board, closure: Closure, units: Sequence[int], whole: Span) -> dict[str, Any]:
    """A time that staff keep free, or that is taken elsewhere."""
    at, ends = max(closure.starts_at, whole.starts_at), min(closure.ends_at, whole.ends_at)
    return {
        "kind": "closure", "at": at, "order": 3, "units": list(units), "title": closure.reason or _("Without a reason"),
        "time": time(at, board.zone), "until": time(ends, board.zone), "url": closure_url(closure),
        "all_day": at == whole.starts_at and ends == whole.ends_at,
        "outside": closure.calendar_id is not None, "clash": closure.outcome == "clash",
        "mark": "clash" if closure.outcome == "clash" else "",
    }  # fmt: skip


def closure_url(closure: Closure) -> str:
    """Where a closed time is opened again."""
    return url_for("shop_admin.closure", token=closure.token)


def slot_url(service: Service, starts_at: datetime) -> str:
    """The page of one departure."""
    slug = services.product_of(service).slug
    return url_for("shop_admin.departure", slug=slug, at=booking_targets.stamp(starts_at))


def new_url(service: Service | None, starts_at: datetime, unit: str = "") -> str:
    """Where somebody who walks in is written down."""
    told: Any = {"service": service.product.slug} if service else {}
    told |= {"unit": unit} if unit else {}
    return url_for("shop_admin.walk_in", at=booking_targets.stamp(starts_at), **told)


def time(moment: datetime, zone: str) -> str:
    """The time of day where the tenant is."""
    return f"{local_times.local(moment, zone):%H:%M}"


def closed(board: Board, day: date) -> list[dict[str, Any]]:
    """What is closed on that day and why, and how many are expected all the same; `names` is '' when it is all."""
    shut, on_sale = board.closed(day), [one for one in board.services if one.product.live]
    return [
        {"why": why, "names": ", ".join(pick(one.product.name) for one in rows) if len(rows) < len(on_sale) else "",
         "left": len(board.staying(day, rows))}
        for why, rows in (special_days.why(day, shut) if shut else {}).items()
    ]  # fmt: skip


def firm(bookings: Iterable[Booking], board: Board, day: date) -> list[Booking]:
    """Those that begin on that day and are sure: the rows of `booking_list.on`."""
    return [row for row in bookings if row.state in FIRM and board.day_of(row.starts_at) == day]
