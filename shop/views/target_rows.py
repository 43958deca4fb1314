"""The grid of times that can be chosen, as its page shows it: heads, words for each cell, and what it sends."""

from datetime import date, timedelta
from typing import Any

from flask import url_for

from kernel import clock, instants, tenancy
from kernel.i18n import _, ngettext
from shop import booking_targets, days, local_times
from shop.booking_targets import Grid, Target
from shop.resources import ResourceUnit


def shown(grid: Grid, first: date, endpoint: str, **args: Any) -> dict[str, Any]:
    """Rows by columns in words; `endpoint` with `args` is the page that shows them, for earlier and later."""
    step = timedelta(days=booking_targets.DAYS if grid.by_day else 1)
    used = {column for _row, column in grid.cells}
    rows = [
        {"name": _head(row), "cells": [{**_cell(grid.cells.get((row, column)), _about(row, column, first)),
                                        "idle": column not in used} for column in grid.columns]}
        for row in grid.rows
    ]  # fmt: skip
    return {
        "heads": [{"name": _head(column), "idle": column not in used} for column in grid.columns], "rows": rows,
        "free": grid.free, "day": first, "days": _days(grid, first),
        "before": url_for(endpoint, day=first - step, **args), "after": url_for(endpoint, day=first + step, **args),
        "title": days.span(first, first + step - timedelta(days=1)) if grid.by_day else days.told(first, weekday=True),
    }  # fmt: skip


def _days(grid: Grid, first: date) -> str:
    """The days that it shows, as the script reads them."""
    count = booking_targets.DAYS if grid.by_day else 1
    return " ".join((first + timedelta(days=number)).isoformat() for number in range(count))


def _head(what: Any) -> str:
    if isinstance(what, date):
        return instants.day(what, month=False)
    return what.label if isinstance(what, ResourceUnit) else str(what or _("Time"))


def _about(row: Any, column: Any, first: date) -> str:
    told = [_head(row), _head(column)] if row is not None else [_head(column)]
    return ", ".join(
        told if any(isinstance(one, date) for one in (row, column)) else [*told, instants.day(first, month=False)]
    )


def _cell(target: Target | None, about: str) -> dict[str, Any]:
    if target is None:
        return {"kind": "none"}
    kind, word = _kind(target)
    day = local_times.day(target.span.starts_at, tenancy.tenant().timezone)
    return {"kind": kind, "word": word, "label": f"{about}: {word}", "value": value(target), "day": day.isoformat()}


def _kind(target: Target) -> tuple[str, str]:
    if target.here:
        return "here", _("Here now")
    if target.off:
        return "full", _("Called off")
    if target.left is not None and target.span.starts_at <= clock.now():
        return "full", _("Has left")
    if not target.free:
        return "full", _("Taken") if target.left is None or target.left else _("Full")
    return "free", _("Free to take") if target.left is None else left(target.left)


def left(count: int) -> str:
    """`quedan 3`."""
    return str(ngettext("%(num)s left", "%(num)s left", count))


def value(target: Target) -> str:
    """What a cell sends: its moment, and its unit when it has one."""
    unit = f" {target.unit.token}" if target.unit else ""
    return booking_targets.stamp(target.span.starts_at) + unit
