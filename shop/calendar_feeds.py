"""Calendar feeds: what occupies a unit, for the calendar on somebody's phone; no more of people than a first name."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from crm import greetings
from kernel import calendars, clock, journal, signing, tenancy
from kernel.calendars import Entry
from kernel.db import db
from kernel.i18n import _, _l, ngettext, pick
from kernel.refusal import Missing
from shop import booking_list, services
from shop.bookings import Booking
from shop.closures import Closure
from shop.occupations import Span
from shop.resources import ResourceUnit
from shop.slots import Slot

if TYPE_CHECKING:
    from kernel.accounts import Account

BEFORE, AHEAD = timedelta(days=30), timedelta(days=400)


def unit(feed: str) -> ResourceUnit:
    """The unit whose feed has that secret address; raises Missing."""
    found = db.session.scalars(select(ResourceUnit).where(ResourceUnit.feed == feed)).one_or_none() if feed else None
    if found is None:
        raise Missing()
    return found


def renew(row: ResourceUnit, *, by: "Account | None") -> None:
    """Give it another secret address: the one from before shows nothing any more."""
    row.feed = signing.token()
    db.session.flush()
    journal.write("bookings.feed_renewed", about=row, by=by, data={"name": row.name})


def ics(row: ResourceUnit) -> bytes:
    """The unit's calendar: bookings, departures and closed times from a month ago on, but what comes from elsewhere."""
    now = clock.now()
    taken = booking_list.in_the_way([row.id], Span(now - BEFORE, now + AHEAD))
    ours = [one for one in taken if not (isinstance(one, Closure) and one.calendar_id)]  # see outside_calendars
    return calendars.ics([_entry(row, one) for one in ours], name=f"{row.name} · {tenancy.tenant().name}")


def _entry(row: ResourceUnit, what: Booking | Slot | Closure) -> Entry:
    if isinstance(what, Closure):
        title = f"{_('Closed')}: {what.reason}" if what.reason else _("Closed")
        return Entry(_uid(row, f"closure:{what.token}"), what.starts_at, what.ends_at, title)
    name = pick(services.product_of(what.service).name)
    if isinstance(what, Slot):
        people = f"{what.taken}/{what.capacity}"
        mark = f"departure:{what.departure.id if what.departure else 0}"
        note = _first_names(what.bookings)
        return Entry(_uid(row, mark), what.starts_at, what.ends_at, f"{name} · {people}", note=note)
    heads = ngettext("%(num)s person", "%(num)s people", what.places)
    title = " · ".join(filter(None, (_first_names([what]), heads, name)))
    return Entry(_uid(row, f"booking:{what.token}"), what.starts_at, what.ends_at, title, changed=what.moved)


def _uid(row: ResourceUnit, what: str) -> str:
    return calendars.uid("unit", f"{row.id}:{what}")


def _first_names(rows: Sequence[Booking]) -> str:
    names = [greetings.first(row.order.name) for row in rows if row.order and row.order.name.strip()]
    return ", ".join(names)


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("bookings.feed_renewed", _l("Renewed the calendar address of %(name)s"))
