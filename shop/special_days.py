"""Special days: closed, or with other hours than the week's; of one service or of all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, select

from kernel import clock, countries, journal, tenancy
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import days, service_sheets, services
from shop.hours import DayException, Window
from shop.occupations import Backwards
from shop.services import Service

MOST = 366  # days at once
AHEAD = 365


class TooMany(Refusal):
    """More days than one closes at once."""

    message = _l("At most %(most)s days at once.")


class NotAll(Refusal):
    """Other hours are of one service."""

    message = _l("Choose one product: other hours belong to one, only a closed day can be of all.")


@dataclass(frozen=True)
class Special:
    """A day that is otherwise, of a service or (None) of all; without windows it is closed."""

    day: date
    service: Service | None
    windows: Sequence[Window] = ()
    note: str = ""
    last: date | None = None  # of several days in a row that are alike: see runs

    @property
    def until(self) -> date:
        """Its last day."""
        return self.last or self.day


def runs(rows: Iterable[Special]) -> list[Special]:
    """The same with days in a row that are alike told as one, the earliest first."""
    found: list[Special] = []
    open_: dict[int, Special] = {}
    for one in sorted(rows, key=lambda row: row.day):
        key = one.service.id if one.service else 0
        before = open_.get(key)
        alike = before and (before.windows, before.note) == (one.windows, one.note)
        if before and alike and before.until + timedelta(days=1) == one.day:
            open_[key] = found[found.index(before)] = replace(before, last=one.day)
        else:
            open_[key] = one
            found.append(one)
    return found


def coming() -> list[Special]:
    """The special days from today on, in order."""
    today = clock.today(tenancy.tenant().timezone)
    rows = db.session.scalars(select(DayException).where(DayException.day >= today)).all()
    known = {row.id: row for row in services.every()}
    found: dict[tuple[date, int], list[DayException]] = {}
    for row in rows:
        if row.service_id is None or row.service_id in known:
            found.setdefault((row.day, row.service_id or 0), []).append(row)
    return [_special(day, known.get(service_id), found[day, service_id]) for day, service_id in sorted(found)]


def _special(day: date, service: Service | None, rows: Sequence[DayException]) -> Special:
    times = sorted((Window(row.opens, row.closes) for row in rows if row.opens), key=lambda one: one.opens)
    return Special(day, service, times, next((row.note for row in rows if row.note), ""))


def write(
    first: date, last: date, *, service: Service | None, windows: Sequence[Window] = (), note: str = "", by: Any = None
) -> list[date]:
    """Have these days otherwise, instead of what was said of them before; the day of each booking outside now."""
    if last < first:
        raise Backwards()
    if (last - first).days >= MOST:
        raise TooMany(most=MOST)
    if windows and service is None:
        raise NotAll()
    own = service.id if service else None
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        forget(day, service)
        for one in windows or (Window(""),):
            db.session.add(DayException(service_id=own, day=day, opens=one.opens, closes=one.closes, note=note[:120]))
    db.session.flush()
    journal.write("special_days.edited", by=by, data={"day": days.told(first)})
    tenancy.touch()
    return _outside(first, last, service)


def forget(day: date, service: Service | None) -> None:
    """Have that day like every other again."""
    own = DayException.service_id == service.id if service else DayException.service_id.is_(None)
    db.session.execute(delete(DayException).where(DayException.day == day, own))
    tenancy.touch()


def _outside(first: date, last: date, service: Service | None) -> list[date]:
    rows = [row for one in ([service] if service else services.every()) for row in service_sheets.outside(one)]
    known = ([day for day in row.days if first <= day <= last] for row in rows)
    return sorted(found[0] for found in known if found)


def why(day: date, closed: Sequence[Service]) -> dict[str, list[Service]]:
    """Why these services are closed on that day: by its note or the holiday's name, '' where nobody said it."""
    rows = db.session.scalars(select(DayException).where(DayException.day == day, DayException.opens == ""))
    notes = {row.service_id: row.note for row in rows}
    holiday = countries.profile(tenancy.tenant().country).holidays(day.year).get(day, "")
    found: dict[str, list[Service]] = {}
    for one in closed:
        found.setdefault(notes.get(one.id, notes.get(None, holiday)), []).append(one)
    return found


def holidays() -> list[tuple[date, str]]:
    """The national holidays of the next twelve months."""
    today, profile = clock.today(tenancy.tenant().timezone), countries.profile(tenancy.tenant().country)
    known = {day: name for year in (today.year, today.year + 1) for day, name in profile.holidays(year).items()}
    return [(day, known[day]) for day in sorted(known) if today <= day <= today + timedelta(days=AHEAD)]


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("special_days.edited", _l("Changed the hours of %(day)s"))
