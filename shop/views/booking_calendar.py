"""The calendar of the back office: a day, a week, the units over some days, small groups, and the list to print."""

from datetime import date, timedelta
from typing import Any

from flask import Flask, Response, render_template, request, url_for
from sqlalchemy.orm import joinedload

from kernel import clock, instants, menu, pdf, permissions, phones, tenancy, today
from kernel.db import db
from kernel.i18n import _, _l, pick
from kernel.refusal import Refusal
from kernel.web import needs
from shop import booking_list, booking_story, booking_times, days, order_story, papers, receipts, services, slots
from shop.boards import Board
from shop.bookings import Booking
from shop.departures import Departure
from shop.occupations import Span
from shop.services import Service
from shop.views import admin, booking_grid, booking_rows, roll_calls

WEEK = 7


@admin.get("/bookings", endpoint="bookings")
@needs("bookings.view")
def day() -> Any:
    """One day: who comes when, and the units beside each other."""
    at = asked()
    board = booking_list.board(at, at)
    starting, agenda = booking_rows.firm(board.bookings, board, at), booking_rows.agenda(board, at)
    return render_template(
        "shop/desk/bookings/day.html", **frame(at, "bookings", 1), agenda=agenda,
        staying=sum(row["kind"] == "booking" and not row["order"] for row in agenda),
        grid=booking_grid.grid(board, at), count=len(starting), people=sum(row.places for row in starting),
        any=bool(board.services), closed=booking_rows.closed(board, at),
        roll=_roll(at),
    )  # fmt: skip


def _roll(at: date) -> dict[str, Any]:
    """Who of that day can be checked in all at once."""
    whole = booking_list.who(), joinedload(Booking.service).joinedload(Service.product)
    rows = db.session.scalars(booking_list.waited(at).options(*whole).execution_options(binned=True))
    return roll_calls.of(rows, day=at.isoformat())


@admin.get("/bookings/week", endpoint="bookings_week")
@needs("bookings.view")
def week() -> Any:
    """Seven days beside each other."""
    at = asked()
    first = at - timedelta(days=at.weekday())
    board = booking_list.board(first, first + timedelta(days=WEEK - 1))
    columns = [_column(board, one) for one in board.days]
    told = frame(first, "bookings_week", WEEK)
    return render_template("shop/desk/bookings/week.html", **told, columns=columns, any=bool(board.services))


def _column(board: Board, day: date) -> dict[str, Any]:
    """A day of the week: who comes; departures that nobody booked are only counted."""
    rows = booking_rows.agenda(board, day)
    taken = [row for row in rows if row["kind"] != "departure" or row["taken"] or row["shut"]]
    starting = booking_rows.firm(board.bookings, board, day)
    return {
        "day": day, "name": short(day), "url": url_for(".bookings", day=day), "rows": taken, "today": day == now(),
        "idle": len(rows) - len(taken), "count": len(starting), "people": sum(row.places for row in starting),
        "past": day < now(), "closed": closed(board, day),
    }  # fmt: skip


def closed(board: Board, day: date) -> str:
    """What is closed on that day and why, shortly: "Cerrado: Vacaciones"; or ''."""
    told = [" · ".join(filter(None, (one["names"], one["why"]))) for one in booking_rows.closed(board, day)]
    return _("Closed: %(what)s", what="; ".join(told)) if any(told) else _("Closed") if told else ""


@admin.get("/bookings/units", endpoint="bookings_units")
@needs("bookings.view")
def units() -> Any:
    """Each unit over seven days."""
    at = asked()
    board = booking_list.board(at, at + timedelta(days=WEEK - 1))
    whole = {one: booking_rows.agenda(board, one) for one in board.days}
    rows = [
        {"name": pick(resource.name), "units": [_unit(board, unit, whole) for unit in resource.units if unit.active]}
        for resource in board.resources
    ]
    heads = [
        {"name": short(one), "url": url_for(".bookings", day=one), "today": one == now(), "closed": closed(board, one)}
        for one in board.days
    ]
    told = frame(at, "bookings_units", WEEK)
    return render_template("shop/desk/bookings/units.html", **told, heads=heads, rows=rows, any=bool(board.services))


def _unit(board: Board, unit: Any, whole: dict[date, list[dict[str, Any]]]) -> dict[str, Any]:
    tap = {one for one in board.days if one >= now() and unit.resource_id in booking_grid.walkable(board, one)}
    cells = [
        {"rows": [row for row in whole[one] if unit.id in row["units"]],
         "label": _("Free: %(unit)s, %(time)s", unit=unit.name, time=short(one)),
         "add": url_for(".walk_in", unit=unit.token, day=one) if one in tap else "", "day": one.isoformat()}
        for one in board.days
    ]  # fmt: skip
    close = url_for(".closure_new", unit=unit.token, day=board.first)
    return {"name": unit.label, "token": unit.token, "cells": cells, "close": close}


@admin.get("/bookings/small-groups", endpoint="bookings_short")
@needs("bookings.view")
def small() -> Any:
    """The departures that have people, but fewer than they need: to call off, or to run all the same."""
    wanted = booking_list.short().options(joinedload(Departure.service))
    rows = slots.fitted(booking_list.slots_of(db.session.scalars(wanted).all()))
    told = [
        {"name": pick(services.product_of(slot.service).name), "when": receipts.until(slot.starts_at),
         "lacks": booking_rows.lacks(slot), "filled": booking_rows.filled(slot),
         "url": booking_rows.slot_url(slot.service, slot.starts_at)}
        for slot in rows
    ]  # fmt: skip
    return render_template("shop/desk/bookings/small.html", rows=told)


@admin.get("/bookings/list", endpoint="bookings_list")
@needs("bookings.view")
def paper() -> Any:
    """The day on paper: who arrives, stays and leaves, where, how to reach them, what is due, boxes to tick."""
    at, tenant = asked(), tenancy.tenant()
    data = {**papers.of_shop(), "language": tenant.language, "told": {"number": ""}}
    with papers.spoken(tenant.language):
        data |= {"rows": _printed(at), "day": receipts.day(at)}
        if not pdf.available():
            return render_template("pdf/bookings.html", **data, printable=True)
        made = Response(pdf.render("pdf/bookings.html", **data), mimetype="application/pdf")
    made.headers["Content-Disposition"] = f'inline; filename="{at.isoformat()}.pdf"'
    return made


def _printed(day: date) -> list[dict[str, Any]]:
    rows, zone = booking_list.of_day(day), tenancy.tenant().timezone
    units, whole = booking_list.units_of_all(rows), Span(*clock.span(day, day, zone))
    told = [{**booking_rows.on_day(row, whole, zone), **_line(row), "units": ", ".join(units[row.id])} for row in rows]
    return sorted(told, key=lambda one: one["at"])


def _line(row: Any) -> dict[str, Any]:
    order, country = row.order, tenancy.tenant().country
    return {
        "name": booking_rows.called(row), "service": pick(services.product_of(row.service).name),
        "people": ", ".join(booking_story.people(row)), "answers": row.answers,
        "read": row.known_at is not None,
        "phone": phones.show(order.phone, country) if order.phone else "", "number": order.number,
        "due": booking_rows.owed(order), "money": order_story.money(order)[0], "note": order.note,
    }  # fmt: skip


def asked(usual: date | None = None) -> date:
    """The day of the address; today, or another usual one, when it names none that exists."""
    try:
        return booking_times.day_near(request.args.get("day", ""))
    except Refusal:
        return usual or now()


def now() -> date:
    """Today, where the tenant is."""
    return clock.today(tenancy.tenant().timezone)


def short(day: date) -> str:
    """`lun 7`."""
    return instants.day(day, month=False)


def frame(at: date, view: str, step: int) -> dict[str, Any]:
    """What every page of the calendar has on top: the day, the ways to look at it, earlier and later."""
    last = at + timedelta(days=step - 1)
    views = [(_("Day"), "bookings"), (_("Week"), "bookings_week"), (_("Month"), "bookings_month"),
             (_("Units"), "bookings_units")]  # fmt: skip
    chips = [{"label": label, "url": url_for(f".{name}", day=at), "active": name == view} for label, name in views]
    return {
        "day": at, "chips": chips, "title": receipts.day(at) if step == 1 else days.span(at, last), "view": f".{view}",
        "before": url_for(f".{view}", day=at - timedelta(days=step)), "is_today": at <= now() <= last,
        "after": url_for(f".{view}", day=at + timedelta(days=step)), "now": url_for(f".{view}"), "kept": {},
    }  # fmt: skip


def init_app(_app: Flask) -> None:
    """Put the calendar into the rail of shops that sell their time, and what waits of it onto the first page."""
    permissions.define("bookings.view", _l("See bookings"), roles=("manager", "marketer", "clerk"), area="sell")
    permissions.define("bookings.manage", _l("Take and move bookings"), roles=("manager", "clerk"), area="sell")
    menu.entry(
        25, _l("Bookings"), "shop_admin.bookings", icon="calendar", permission="bookings.view",
        match=("shop_admin.booking", "shop_admin.walk_in", "shop_admin.closure", "shop_admin.departure"),
        when=booking_list.any_at_all,
    )  # fmt: skip
    today.line(
        "bookings.today", _l("Bookings today"), booking_list.today, order=5, icon="calendar",
        permission="bookings.view", list_url=lambda: url_for("shop_admin.bookings"), when=booking_list.any_at_all,
    )  # fmt: skip
    today.line(
        "bookings.small", _l("Groups that are too small"), booking_list.short, order=25, icon="people",
        permission="bookings.view", list_url=lambda: url_for("shop_admin.bookings_short"), when=booking_list.any_at_all,
    )  # fmt: skip
