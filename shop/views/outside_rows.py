"""What the page of calendars shows of those from outside: how each stands, and what clashes."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from kernel import clock
from kernel.db import db
from kernel.i18n import _, ngettext
from shop import booking_list, outside_calendars, outside_letters
from shop.closures import Closure
from shop.occupations import Span
from shop.outside_calendars import OutsideCalendar
from shop.views import closures

SHOWN = 50  # clashes


def of_units(ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """What comes in for each unit, as its page tells it."""
    rows = outside_calendars.of_units(ids)
    closed = _closed([row.id for row in rows])
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.unit_id, []).append({"row": row, **_state(row, closed)})
    return found


def _closed(ids: Sequence[int]) -> Mapping[int | None, int]:
    mine = Closure.calendar_id.in_(ids), Closure.ends_at > clock.now(), Closure.outcome.in_(("taken", "covered"))
    counted = select(Closure.calendar_id, func.count(Closure.id)).where(*mine).group_by(Closure.calendar_id)
    return {row[0]: row[1] for row in db.session.execute(counted)}


def _state(row: OutsideCalendar, closed: Mapping[int | None, int]) -> dict[str, Any]:
    count = closed.get(row.id, 0)
    taken = ngettext("%(num)s time closed", "%(num)s times closed", count) if count else _("nothing is taken")
    if row.asked:
        return {"shape": "wait", "word": _("Being read"), "more": _("Look again in a moment."), "why": ""}
    if row.fault:
        last = _("Read last: %(ago)s", ago=ago(row.read_at)) if row.read_at else _("Never read yet")
        return {"shape": "bad", "word": _("Cannot be read"), "more": f"{last} · {taken}",
                "why": outside_calendars.trouble(row.fault)}  # fmt: skip
    return {"shape": "good", "word": _("Read %(ago)s", ago=ago(row.read_at)), "more": taken, "why": ""}


def ago(moment: datetime | None) -> str:
    """`hace 5 min`."""
    minutes = int((clock.now() - (moment or clock.now())) / timedelta(minutes=1))
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return _("%(minutes)s min ago", minutes=minutes)
    if minutes < 48 * 60:
        return _("%(hours)s h ago", hours=minutes // 60)
    return _("%(days)s days ago", days=minutes // (24 * 60))


def clashes() -> list[dict[str, Any]]:
    """What is booked here and taken elsewhere at once: from where, when, which unit, and what of ours it is."""
    rows = db.session.execute(booking_list.clashing().limit(SHOWN)).all()
    names = {unit.id: unit.name for unit in booking_list.units_of(unit_id for _row, unit_id in rows)}
    return [
        {"line": outside_letters.line(row), "unit": names[unit_id], "token": row.token,
         "ours": against(row, unit_id)} for row, unit_id in rows
    ]  # fmt: skip


def against(row: Closure, unit_id: int) -> list[dict[str, Any]]:
    """What of ours is there at that time."""
    return closures.in_the_way([unit_id], Span(row.starts_at, row.ends_at), ours=True)
