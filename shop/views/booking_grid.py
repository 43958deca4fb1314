"""The day as a table: a column for each unit, a row for each half hour and for whatever begins or ends between."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from kernel import clock, web
from kernel.i18n import _, pick
from shop import booking_targets, local_times
from shop.boards import Board
from shop.occupations import Occupation, Span
from shop.resources import ResourceUnit
from shop.views import booking_rows

HALF = timedelta(minutes=30)
OPENS, CLOSES = "08:00", "18:00"  # shown at least


def grid(board: Board, day: date) -> dict[str, Any]:
    """Resources with their units, and rows of cells; a cell that goes on over several rows stands in its first."""
    columns = [(resource, [unit for unit in resource.units if unit.active]) for resource in board.resources]
    columns = [(resource, units) for resource, units in columns if units]
    whole = Span(*clock.span(day, day, board.zone))
    taken = {unit.id: _clipped(board, unit, whole) for _resource, units in columns for unit in units}
    marks = _marks(board, day, whole, [span for rows in taken.values() for _row, span in rows])
    free = walkable(board, day)
    rows: list[dict[str, Any]] = []
    for place, at in enumerate(marks[:-1]):
        cells = [
            _cell(board, unit, taken[unit.id], (marks, place, free)) for _resource, units in columns for unit in units
        ]
        rows.append({"time": booking_rows.time(at, board.zone), "half": _minute(at, board.zone) != 0,
                     "at": booking_targets.stamp(at), "cells": [cell for cell in cells if cell]})  # fmt: skip
    return {
        "columns": [{"name": pick(one.name), "units": [unit.label for unit in units]} for one, units in columns],
        "rows": rows,
    }  # fmt: skip


def _clipped(board: Board, unit: ResourceUnit, whole: Span) -> list[tuple[Occupation, Span]]:
    found = []
    for row in board.taken.get(unit.id, ()):
        begins, ends = max(row.starts_at, whole.starts_at), min(row.ends_at, whole.ends_at)
        if begins < ends:
            found.append((row, Span(begins, ends)))
    return found


def _marks(board: Board, day: date, whole: Span, spans: Sequence[Span]) -> list[datetime]:
    """The moments between which there are rows: from early to late, whatever begins or ends between included."""
    begins = min([board.moment(day, OPENS), *(span.starts_at for span in spans if span.starts_at > whole.starts_at)])
    ends = max([board.moment(day, CLOSES), *(span.ends_at for span in spans if span.ends_at < whole.ends_at)])
    at = begins - timedelta(minutes=_minute(begins, board.zone) % 30)
    halves = {at + HALF * number for number in range(int((ends - at) / HALF) + 2) if at + HALF * number <= ends}
    edges = {edge for span in spans for edge in (span.starts_at, span.ends_at) if at < edge < ends}
    return sorted(halves | edges | {at, ends})


def _minute(moment: datetime, zone: str) -> int:
    return local_times.local(moment, zone).minute


def walkable(board: Board, day: date) -> set[int]:
    """The resources on which a free time can be tapped: those of appointments and nights that are not closed."""
    if not web.may("bookings.manage"):
        return set()
    closed = board.closed(day)
    return {
        need.resource_id
        for service in board.services
        if service.kind != "departure" and service.product.live and service not in closed
        for need in service.needs
    }


def _cell(
    board: Board,
    unit: ResourceUnit,
    taken: Sequence[tuple[Occupation, Span]],
    row: tuple[Sequence[datetime], int, set[int]],
) -> dict[str, Any] | None:
    """What stands there: something taken, in its first row alone; else a free time."""
    marks, place, walkable = row
    at, first = marks[place], marks[0]
    for occupation, span in taken:
        begins = max(span.starts_at, first)
        if begins <= at < span.ends_at:
            if begins != at and place:
                return None
            rows = sum(begins <= mark < min(span.ends_at, marks[-1]) for mark in marks[:-1])
            return {"rows": rows, "unit": unit.token, **taken_for(board, occupation)}
    over = marks[place + 1] <= clock.now() or unit.resource_id not in walkable
    url = "" if over else booking_rows.new_url(None, at, unit.token)
    label = _("Free: %(unit)s, %(time)s", unit=unit.name, time=booking_rows.time(at, board.zone))
    return {"kind": "free", "rows": 1, "unit": unit.token, "url": url, "label": label}


def taken_for(board: Board, row: Occupation) -> dict[str, Any]:
    """By whom or why a unit is taken, and where that leads."""
    if row.closure_id:
        closure = board.closures[row.closure_id]
        said = [_("Closed"), closure.reason]
        name, more = reversed(said) if closure.calendar_id else said  # from where it comes is what matters
        mark = "clash" if closure.outcome == "clash" else ""
        told = {"kind": "closure", "name": name, "more": more, "mark": mark}
        return {**told, "url": booking_rows.closure_url(closure)}
    if row.booking_id:
        booking = next(one for one in board.bookings if one.id == row.booking_id)
        told = booking_rows.person(booking)
        return {"kind": "booking", **told, "more": f"{told['count']} · {pick(booking.service.product.name)}"}
    slot = next(one for one in board.slots if one.departure and one.departure.id == row.departure_id)
    return {"kind": "departure", "name": pick(slot.service.product.name), "more": booking_rows.filled(slot),
            "url": booking_rows.slot_url(slot.service, slot.starts_at)}  # fmt: skip
