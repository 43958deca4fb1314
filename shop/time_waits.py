"""Waiting for a time that is full: asking to be told when it is free, taking oneself off, and what is free of it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import select

from crm import contacts, facts
from crm.contacts import Contact
from kernel import beside, clock, prepared, signing
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import (
    availability,
    booking_times,
    booking_waits,
    holdings,
    holidays,
    local_times,
    seasons,
    time_wait_words,
    waits,
)
from shop.availability import Time
from shop.booking_times import Times
from shop.occupations import Span
from shop.services import Service
from shop.time_wait_rows import TimeWait, Wish

FORM = "time"  # by which way a person came: see sources.TOLD
MOST = 20  # that one person waits for: an address that strangers fill in is not filled without end


class FreeNow(Refusal):
    """It became free while somebody looked at a page on which it was full."""

    message = _l("It is free again: you can book it now (%(when)s).")
    status = 409


class Look:
    """What the shop's page offers of the times that some people want, asked for all of them together."""

    def __init__(self, service: Service, wishes: Iterable[Wish]) -> None:
        self.service = service
        self._wanted = {self._day(one.span.starts_at) for one in wishes}
        self._known: dict[tuple[timedelta, int], dict[date, list[Time]]] = {}

    def times(self, one: Wish, group: str = "") -> list[Time]:
        """The time or the times of that wish, free or full; none that is not offered, and a stay says why it is not.

        `group`: whose prices they pay; who pays nothing may book what begins sooner.
        """
        wait = booking_waits.of(self.service, group)
        if self.service.kind == "nights":
            span = Times(self.service, wait=wait).stay(self._day(one.span.starts_at), self._day(one.span.ends_at))
            return [availability.stay(self.service, span, one.places)]
        key = wait, one.places if self.service.kind == "appointment" else 1  # of these not every unit holds so many
        if key not in self._known:
            self._known[key] = availability.days(self.service, self._wanted, key[1], wait=wait)
        found = self._known[key].get(self._day(one.span.starts_at), [])
        return [time for time in found if not time.off and (one.any_time or time.starts_at == one.span.starts_at)]

    def free(self, one: Wish, group: str = "") -> list[Time]:
        """Those of them at which so many people fit."""
        try:
            found = self.times(one, group)
        except Refusal:
            return []
        return [time for time in found if availability.fits(self.service, time, one.places)]

    @staticmethod
    def _day(at: datetime) -> date:
        return local_times.day(at, booking_times.zone())


def on(day: date, places: int = 1) -> Wish:
    """Any time of that day."""
    where = booking_times.zone()
    begins, ends = (local_times.instant(one, datetime.min.time(), where) for one in (day, day + timedelta(days=1)))
    return Wish(Span(begins, ends), places, any_time=True)


def ask(
    service: Service, wish: Wish, contact: Contact | None = None, *, email: str = "", language: str = "es",
    group: str = "",
) -> Contact:  # fmt: skip
    """Have them written to once when it is free for so many; who asks twice waits once, for as many as said last.

    Raises FreeNow, or a Refusal that says why that time is none.
    """
    if not 1 <= wish.places <= availability.most(service):
        raise holdings.TooMany(most=availability.most(service))
    found = Look(service, [wish]).times(wish, group)
    if not found:
        raise booking_times.NotOffered()
    if any(availability.fits(service, one, wish.places) for one in found):
        raise FreeNow(when=time_wait_words.when(service, wish))
    known = contact or contacts.known(email=email, language=language, source=FORM, learned=FORM)
    told = {"service_id": service.id, "contact_id": known.id, **_bounds(wish)}
    if again := db.session.scalars(select(TimeWait).filter_by(**told, ended_at=None)).first():
        again.places = wish.places
        return known
    if len(waits.open_of(TimeWait, known.id)) >= MOST:
        return known
    how = {"places": wish.places, "any_time": wish.any_time, "token": signing.token(), "language": language}
    if beside.add(TimeWait, unless=prepared.ANY, **told, **how) is not None:
        facts.record("asked_time", contact=known, about=service.product, source=FORM)
    return known


def _bounds(wish: Wish) -> dict[str, datetime]:
    return {"starts_at": wish.span.starts_at, "ends_at": wish.span.ends_at}


def sold(service: Service) -> bool:
    """Whether the shop offers it now: shown, in season, not on holiday."""
    product = service.product
    if product is None or not product.live:  # None: it is in the bin
        return False
    today = clock.today(booking_times.zone())
    return seasons.state(product.season_from, product.season_to, today).open and holidays.now() is None
