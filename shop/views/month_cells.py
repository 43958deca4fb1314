"""The cells of the month: a stay as a bar over its half days, a free night with its price, `3/4` of a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from babel.numbers import format_decimal
from flask import url_for

from kernel import clock, i18n, instants, web
from kernel.i18n import _, pick
from kernel.money import Money
from shop import booking_times, days, receipts
from shop.month_board import MOMENT, Month, Piece
from shop.resources import ResourceUnit
from shop.services import Service
from shop.views import booking_grid, booking_rows

THOUSAND, LONG = 1000, 10_000  # a price of so much has no room in a cell
HALF_FULL = 2
ONE = timedelta(days=1)
ICONS = {
    "held": "clock",
    "came": "check",
    "missed": "close",
    "closure": "lock",
    "outside": "link",
    "departure": "people",
}


@dataclass(frozen=True)
class Pen:
    """With what the cells are drawn: the month, what a tap begins, its address, and the prices that stand in it."""

    month: Month
    closing: bool
    here: str
    prices: Sequence[Money]

    @cached_property
    def names(self) -> dict[date, str]:
        """Each day in short."""
        return {day: instants.day(day) for day in self.month.board.days}

    @cached_property
    def doors(self) -> dict[date, str]:
        """Where each day opens."""
        return {day: url_for(".bookings", day=day) for day in self.month.board.days}

    @property
    def rough(self) -> int:
        """By what prices are divided to stand in a cell."""
        return THOUSAND if any(one.decimal >= LONG for one in self.prices) else 1

    def figure(self, price: Money) -> str:
        """`180` for 180,000 where the note says so."""
        return str(
            format_decimal(price.decimal / self.rough, format="0.#" if self.rough > 1 else "0", locale=i18n.locale())
        )


def scale(prices: Sequence[Money]) -> str:
    """What the small figures mean; '' without any."""
    if not prices:
        return ""
    pen = Pen(None, False, "", prices)  # type: ignore[arg-type]
    told = {"short": pen.figure(prices[0]), "price": receipts.shown(prices[0])}
    return _("Small figures: what that night costs; %(short)s is %(price)s.", **told)


def of_night(pen: Pen, unit: ResourceUnit, piece: Piece) -> dict[str, Any]:
    """Some half days of a unit, as wide as they are."""
    half = piece.first % 2 == 0  # it begins with a morning: that of the night before
    night = pen.month.board.first + timedelta(days=piece.first // 2 - half)
    told = {"kind": piece.kind, "span": piece.last - piece.first, "day": night.isoformat(), "half": int(half),
            "nights": (piece.last - piece.first + half + 1) // 2, "unit": unit.token}  # fmt: skip
    if piece.row is not None:
        return {**told, **_bar(pen, unit, piece)}
    if piece.night is None:
        return told
    marked = {"free_day": piece.night.weekday() >= 5, "today": piece.night == pen.month.board.day_of(clock.now())}
    return {**told, **marked, **(_free(pen, unit, piece.night) if piece.kind == "free" else {})}


def _free(pen: Pen, unit: ResourceUnit, night: date) -> dict[str, Any]:
    price, when = pen.month.price(unit.resource, night), pen.names[night]
    dear = f", {_('%(price)s the night', price=receipts.shown(price))}" if price is not None else ""
    label = _("Close: %(unit)s, %(time)s", unit=unit.name, time=when) if pen.closing else (
        _("Free: %(unit)s, %(time)s", unit=unit.name, time=when) + dear)  # fmt: skip
    open_ = web.may("bookings.manage")
    return {"figure": pen.figure(price) if price is not None else "", "label": label,
            "url": (_close_url if pen.closing else _book_url)(pen, unit, night) if open_ else ""}  # fmt: skip


def _sellers(pen: Pen, unit: ResourceUnit, night: date) -> list[Service]:
    known = pen.month.by_night(unit.resource)
    return [one for one in known if night in pen.month.nights.get(one.id, ())]


def _book_url(pen: Pen, unit: ResourceUnit, night: date) -> str:
    """Where who comes is written down: the service is asked where two sell that night."""
    sellers = _sellers(pen, unit, night)
    return booking_rows.new_url(sellers[0] if len(sellers) == 1 else None, _stay(sellers[0], night), unit.token)


def _stay(service: Service, night: date) -> Any:
    return booking_times.between(service, night, night + ONE).starts_at


def _close_url(pen: Pen, unit: ResourceUnit, night: date) -> str:
    """Where that night is closed, from the hour of arrival to that of departure: who leaves then is not in the way."""
    one = _sellers(pen, unit, night)[0]
    hours: dict[str, Any] = {"from": one.check_in, "until": one.check_out}
    return url_for(".closure_new", unit=unit.token, day=night, first=night, last=night + ONE, next=pen.here, **hours)


def _bar(pen: Pen, unit: ResourceUnit, piece: Piece) -> dict[str, Any]:
    row, board = piece.row, pen.month.board
    if row is None:
        return {}
    told = _told(booking_grid.taken_for(board, row))
    closure, booking = board.closures.get(row.closure_id or 0), pen.month.bookings.get(row.booking_id or 0)
    look = booking.state if booking else "outside" if closure and closure.calendar_id else told["kind"]
    clash = told.get("mark") == "clash" or pen.month.clashes(unit, row)
    also = [booking_grid.taken_for(board, one)["name"] for one in piece.also]
    words = [told["name"], unit.name, _when(pen, piece), *_stands(told, clash), *also]
    return {
        "name": told["name"], "url": told["url"], "lift": told.get("lift"), "look": look, "clash": clash,
        "more": len(also), "icon": "warning" if clash else ICONS.get(look, ""), "label": ", ".join(filter(None, words)),
        "early": piece.early, "late": piece.late,
    }  # fmt: skip


def _told(told: dict[str, Any]) -> dict[str, Any]:
    """What is closed is called by why it is: that it is closed its ground says."""
    why = told["kind"] == "closure" and told["more"] and told["name"] == _("Closed")
    return {**told, "name": told["more"], "more": told["name"]} if why else told


def _stands(told: dict[str, Any], clash: bool) -> list[str]:
    """How it stands, in words."""
    said = [str(told["more"])] if told["kind"] != "booking" else [told["count"], str(told["state"][0])]
    said += [str(told["money"][0])] if told.get("money") else []
    return [*said, _("booked here and elsewhere")] if clash else said


def _when(pen: Pen, piece: Piece) -> str:
    row, board = piece.row, pen.month.board
    if row is None:
        return ""
    stay = pen.month.stay(row)
    first, last = pen.month.stretch(stay) if stay else (board.day_of(row.starts_at), board.day_of(row.ends_at))
    return days.span(first, last)


def nights(pen: Pen, pieces: Sequence[Sequence[Piece]], day: date) -> dict[str, Any]:
    """Of a night: how many of these units somebody has, of how many."""
    half = 2 * (day - pen.month.board.first).days + 1
    kinds = [next(one for one in found if one.first <= half < one.last) for found in pieces]
    taken = [one for one in kinds if one.row is not None and not one.row.closure_id]
    left = sum(one.kind in {"free", "over"} for one in kinds)
    return _count(pen, day, len(taken), len(taken) + left)


def boats(pen: Pen, service: Service, day: date) -> dict[str, Any]:
    """Of the departures of a day: how many places are taken, of how many; it opens the one, or the day of several."""
    slots = pen.month.slots.get((service.id, day), [])
    taken = sum(slot.taken for slot in slots)
    told = _count(
        pen, day, taken, taken + sum(slot.left for slot in slots), offered=bool(slots), name=pick(service.product.name)
    )
    return {**told, "url": booking_rows.slot_url(service, slots[0].starts_at)} if len(slots) == 1 else told


def of_day(pen: Pen, unit: ResourceUnit, services: Sequence[Service], day: date) -> dict[str, Any]:
    """Of a unit on a day: how many appointments it has, of how many it could have."""
    board = pen.month.board
    rows = [row for row in board.taken.get(unit.id, ()) if board.day_of(_begins(pen, row)) == day]
    taken = sum(not row.closure_id for row in rows)
    shut = any(row.closure_id for row in board.taken.get(unit.id, ())
               if board.day_of(row.starts_at) <= day <= board.day_of(row.ends_at - MOMENT))  # fmt: skip
    more = pen.month.fits(unit, services, day)
    return {**_count(pen, day, taken, taken + more, name=unit.name), "shut": shut}


def _begins(pen: Pen, row: Any) -> Any:
    booking = pen.month.bookings.get(row.booking_id or 0)
    return booking.starts_at if booking else row.starts_at


def added(pen: Pen, cells: Sequence[dict[str, Any]], day: date) -> dict[str, Any]:
    """The same of several units."""
    shut = all(one["shut"] for one in cells)
    return {**_count(pen, day, sum(one["taken"] for one in cells), sum(one["of"] for one in cells)), "shut": shut}


def _count(pen: Pen, day: date, taken: int, of: int, *, offered: bool = True, name: str = "") -> dict[str, Any]:
    """`3/4` with the step of its colour; nothing where nothing can be had."""
    step = 0 if not taken else 3 if taken >= of else 1 if HALF_FULL * taken < of else 2
    when = ", ".join(filter(None, [name, pen.names[day]]))
    told = _("%(taken)s of %(capacity)s", taken=taken, capacity=of) if of else _("nothing to be had")
    return {"taken": taken, "of": of if offered else 0, "step": step, "label": f"{when}: {told}", "shut": False,
            "url": pen.doors[day], "free_day": day.weekday() >= 5}  # fmt: skip
