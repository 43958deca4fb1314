"""A booking as a shopper fills it in: when, how many, the answers; every sign stays as it was typed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import available_timezones

from kernel.forms import one_line
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import availability, booking_answers, booking_times, holdings, variants, wants
from shop.booking_answers import LONGEST
from shop.booking_times import Times
from shop.bookings import Booking
from shop.kept_services import Known
from shop.occupations import JustTaken, Span
from shop.services import Service
from shop.variants import Variant

PEOPLE, ANSWER = "people.", "answer."  # what the names of such fields begin with
MOST_KEPT = 60  # fields


class Wrong(Refusal):
    """Something about one field."""


@dataclass(frozen=True)
class Draft:
    """The whole form as it was sent, by an address or by a form."""

    service: Service
    posted: Mapping[str, str]
    besides: Booking | None = None  # what this visitor's own cart holds of it: it is not taken from themselves
    known: Known | None = None  # what was read of the service already
    wait: timedelta = booking_times.AT_ONCE  # what begins sooner cannot be paid for in time

    def said(self, name: str, most: int = 40) -> str:
        """One field as it was typed."""
        return self.posted.get(name, "").replace("\x00", "").strip()[:most]

    def day(self, name: str = "day") -> date | None:
        """A day, when what was sent is one."""
        return day_of(self.said(name))

    @property
    def nights(self) -> bool:
        """Whether it is booked from a day to a day."""
        return self.service.kind == "nights"

    @property
    def moving(self) -> bool:
        """Whether it is another time for what is booked already."""
        return self.besides is not None and self.besides.order_id is not None

    @property
    def how(self) -> dict[str, Any]:
        """For whom one looks what is free: see availability."""
        return {"besides": self.besides, "wait": self.wait}

    @property
    def kinds(self) -> list[Variant]:
        """The kinds of person, each with its price; of the others the one thing that is sold."""
        return list(self.known.variants if self.known else variants.of(self.service.product_id))

    @property
    def times(self) -> Times:
        """When it is sold."""
        return Times(self.service, self.known.plan if self.known else None, self.wait)

    def count(self, variant: Variant, place: int = 0) -> str:
        """How many of a kind as it was typed, or as a link said it: `2.1`; one of the first kind while nothing was."""
        if any(name.startswith(PEOPLE) for name in self.posted):
            return self.said(PEOPLE + variant.sku, 12)
        linked = self.said("people").split(".")
        return (linked[place] if place < len(linked) else "0") if linked[0] else "1" if place == 0 else "0"

    @property
    def guests(self) -> str:
        """How many people as it was typed, where they all cost the same."""
        return self.said("places", 12) or "1"


@dataclass(frozen=True)
class Asked:
    """What was understood."""

    span: Span
    places: int
    wanted: Mapping[Variant, int]  # what is paid for
    told: dict[str, Any] = field(default_factory=dict)  # answers, language, timezone: see holdings.hold


def read(
    service: Service, posted: Mapping[str, str], besides: Booking | None = None, known: Known | None = None,
    *, wait: timedelta = booking_times.AT_ONCE,
) -> Draft:  # fmt: skip
    """What was sent; a button that offers another time says it instead of the fields."""
    told = dict(list(posted.items())[:MOST_KEPT])
    first, _, second = told.get("again", "").partition(" ")
    if first:
        told |= {"arrive": first, "leave": second} if service.kind == "nights" else {"day": first, "time": second}
    return Draft(service, told, besides, known, wait)


def checked(draft: Draft) -> tuple[Asked | None, dict[str, str]]:
    """(what was understood, what is wrong by field): all of it at once, not one after the other."""
    errors: dict[str, str] = {}
    span = _tried(errors, "when" if draft.nights or draft.day() is None else "time", lambda: when(draft))
    found = _tried(errors, "people", lambda: people(draft))
    answers = _answers(draft, errors)
    if span is None or found is None or errors:
        return None, errors
    places, wanted = found
    told = {"answers": answers, "language": language(draft), "timezone": timezone(draft.said("timezone", 64))}
    return Asked(span, places, wanted, told), {}


def _tried(errors: dict[str, str], name: str, verb: Callable[[], Any]) -> Any:
    try:
        return verb()
    except JustTaken:
        raise
    except Refusal as refusal:
        errors[name] = str(refusal)
        return None


def when(draft: Draft) -> Span:
    """The time that was chosen; raises a Refusal that says what is missing or cannot be."""
    if draft.nights:
        if not draft.said("arrive") or not draft.said("leave"):
            raise Wrong(_l("Choose the day on which you come and the day on which you leave."))
        days = booking_times.day(draft.said("arrive")), booking_times.day(draft.said("leave"))
        return draft.times.stay(*days)
    if not draft.said("day"):
        raise Wrong(_l("Choose a day."))
    day = booking_times.day(draft.said("day"))
    if not draft.said("time"):
        raise Wrong(_l("Choose a time."))
    return draft.times.asked(day, draft.said("time"))


def people(draft: Draft) -> tuple[int, dict[Variant, int]]:
    """(how many people, what is paid for); raises a Refusal."""
    service, known = draft.service, draft.kinds
    if {name for name in draft.posted if name.startswith(PEOPLE)} - {PEOPLE + one.sku for one in known} or not known:
        raise Wrong(_l("That price is not one of this product any more: look at the page again."))
    if service.kind != "departure":
        places = _count(draft.guests, service)
        units = holdings.units_for(service, places)
        if units > 1 and places > (most := availability.most(service)):
            raise holdings.TooMany(most=most)
        return places, {known[0]: units}
    told = {variant: _count(draft.count(variant, place), service) for place, variant in enumerate(known)}
    wanted = {variant: count for variant, count in told.items() if count}
    if not wanted:
        raise Wrong(_l("Say how many people come."))
    places = sum(wanted.values())
    holdings.units_for(service, places)
    return places, wanted


def _count(text: str, service: Service) -> int:
    plain = text.strip() or "0"
    if not (plain.isascii() and plain.isdigit()):
        raise wants.BadQuantity()
    if len(plain.lstrip("0")) > 4:
        raise holdings.TooMany(most=service.capacity)
    return int(plain)


def counted(draft: Draft) -> int:
    """How many people as far as it can be read: at least one."""
    try:
        return max(1, people(draft)[0])
    except Refusal:
        return 1


def _answers(draft: Draft, errors: dict[str, str]) -> dict[str, str]:
    """What was answered by the label that the shop's people read; what is missing goes to the errors."""
    found = {}
    for asked in draft.service.questions:
        name = ANSWER + str(asked["code"])
        text = " ".join(one_line(draft.said(name, 5000)).split())
        if asked.get("required") and not text:
            errors[name] = str(_l("Answer this: the people who expect you need to know it."))
        elif len(text) > LONGEST:
            errors[name] = str(_l("There is room for %(most)s characters.")) % {"most": LONGEST}
        elif text:
            found[booking_answers.label(asked)] = text
    return found


def language(draft: Draft) -> str:
    """The language that was chosen, of those that are offered; else the first."""
    offered, wished = draft.service.languages, draft.said("language", 8)
    return wished if wished in offered else offered[0] if offered else ""


def timezone(text: str) -> str:
    """The zone that a browser told, when there is one of that name."""
    return text if re.fullmatch(r"[A-Za-z0-9_+/-]{1,64}", text) and text in available_timezones() else ""


def day_of(text: str) -> date | None:
    """The day that a text is, if it is one."""
    try:
        found = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return found if found and found.year in booking_times.YEARS else None
