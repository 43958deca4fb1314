"""Delivery days: when an order can still be had, by cut-off, notice, opening days, holidays and places left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kernel import clock, tenancy
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import delivery_slots, holidays, storefront

if TYPE_CHECKING:
    from shop.shipping import DeliveryMethod

HORIZON = 14  # days ahead that can be chosen, holidays not counted
FARTHEST = 3 * 366  # days: behind longer holidays nobody looks
Closed = Sequence[holidays.Holiday]


class NoSuchDay(Refusal):
    """The day or slot that was sent is not one to choose."""

    message = _l("Choose a day and a time from the list.")


class TooLate(Refusal):
    """The cut-off or the notice of that day has passed."""

    message = _l("It is too late for that day. The next one is in the list; the rest is still here.")


@dataclass(frozen=True)
class Slot:
    """A span of a day, and how many orders still fit (None: no limit)."""

    code: str
    left: int | None

    @property
    def open(self) -> bool:
        """Whether it can be chosen."""
        return self.left is None or self.left > 0


@dataclass(frozen=True)
class Day:
    """A day with its slots (one without a name when the method has none)."""

    day: date
    slots: list[Slot]

    @property
    def open(self) -> bool:
        """Whether something of it can be chosen."""
        return any(slot.open for slot in self.slots)

    def full(self) -> "Day":
        """The same day with nothing left."""
        return Day(self.day, [Slot(slot.code, 0) for slot in self.slots])


def of(method: "DeliveryMethod", lead_hours: int, *, daily: bool, now: datetime | None = None) -> list[Day] | None:
    """The days to choose from; None when this method asks for none."""
    if not (method.days or method.slots or daily):
        return None
    local = (now or clock.now()).astimezone(ZoneInfo(tenancy.tenant().timezone))
    front, closed = storefront.of(), holidays.spells(local)  # read once: each day is held against them
    ready, every = _ready(closed, local, lead_hours), _horizon(front, closed, local)
    if not every:
        return []
    days = [day for day in every if _works(method, front, day) and not _past_cutoff(method, day, local)]
    taken = delivery_slots.taken(method.id, every[0], every[-1])
    found = [Day(day, [_slot(method, day, code, taken) for code in _slots(method, front, day, ready)
                       if not _away(closed, day, code, local)]) for day in days]  # fmt: skip
    return [day for day in found if day.slots]


def every(method: "DeliveryMethod", *, daily: bool) -> list[Day] | None:
    """All days and spans on which it works, also late or full ones; None when this method asks for none."""
    if not (method.days or method.slots or daily):
        return None
    local = clock.now().astimezone(ZoneInfo(tenancy.tenant().timezone))
    front, closed = storefront.of(), holidays.spells(local)
    days = [day for day in _horizon(front, closed, local) if _works(method, front, day)]
    spans = {day: [code for code in method.slots or [""] if not _away(closed, day, code, local)] for day in days}
    return [Day(day, [Slot(code, None) for code in codes]) for day, codes in spans.items() if codes]


def _horizon(front: storefront.Storefront, closed: Closed, local: datetime) -> list[date]:
    coming = (local.date() + timedelta(days=ahead) for ahead in range(FARTHEST))
    return list(islice((day for day in coming if not _shut(front, closed, day, local)), HORIZON + 1))


def eta(method: "DeliveryMethod", lead_hours: int, *, now: datetime | None = None) -> tuple[date, date]:
    """First and last day on which it should arrive, of a method without days to choose."""
    local = (now or clock.now()).astimezone(ZoneInfo(tenancy.tenant().timezone))
    first = _ready(holidays.spells(local), local, lead_hours)
    least, most = (*[int(days) for days in method.eta_days], 0, 0)[:2] if method.eta_days else (0, 0)
    return first.date() + timedelta(days=least), first.date() + timedelta(days=max(least, most))


def check(days: list[Day], wanted: date | None, slot: str) -> None:
    """Refuse a day or slot that cannot be chosen (any more)."""
    if wanted is None:
        raise NoSuchDay()
    found = next((day for day in days if day.day == wanted), None)
    if found is None:
        raise TooLate() if days and wanted < days[0].day else NoSuchDay()
    place = next((known for known in found.slots if known.code == slot), None)
    if place is None:
        raise TooLate() if slot and wanted == days[0].day else NoSuchDay()
    if not place.open:
        raise delivery_slots.SlotFull()


def _works(method: "DeliveryMethod", front: storefront.Storefront, day: date) -> bool:
    name = storefront.DAYS[day.weekday()]
    if method.days:
        return name in method.days
    return not front.hours or bool(front.hours.get(name))


def _past_cutoff(method: "DeliveryMethod", day: date, local: datetime) -> bool:
    if not method.cutoff:
        return False
    last = day - timedelta(days=int(method.cutoff.get("days_before", 0)))
    return local >= datetime.combine(last, clock_time(str(method.cutoff.get("time", "23:59"))), local.tzinfo)


def _slots(method: "DeliveryMethod", front: storefront.Storefront, day: date, ready: datetime) -> list[str]:
    if not method.slots:
        least = int(method.eta_days[0]) if method.eta_days else 0
        early = day < ready.date() + timedelta(days=least)
        return [] if early or (day == ready.date() and ready.time() > _closing(front, day)) else [""]
    starts = {code: datetime.combine(day, clock_time(code.split("-")[0]), ready.tzinfo) for code in method.slots}
    return [code for code in method.slots if starts[code] >= ready and _staffed(method, front, day, code)]


def _staffed(method: "DeliveryMethod", front: storefront.Storefront, day: date, code: str) -> bool:
    """Whether somebody is there to hand it over: what is fetched is fetched while the shop is open that day."""
    hours = str(front.hours.get(storefront.DAYS[day.weekday()]) or "")
    if not method.is_pickup or not code or "-" not in hours:
        return True
    begins, ends = (clock_time(at) for at in (code.split("-")[0], code.split("-")[-1]))
    return begins < _closing(front, day) and (ends > clock_time(hours.split("-")[0]) or begins == ends)


def _away(closed: Closed, day: date, code: str, local: datetime) -> bool:
    """Whether some of that span of the day is in holidays."""
    if not code or not closed:
        return False
    starts, ends = (
        datetime.combine(day, clock_time(at), local.tzinfo) for at in (code.split("-")[0], code.split("-")[-1])
    )
    return any(one.meets(starts, max(ends, starts + timedelta(minutes=1))) for one in closed)


def _closing(front: storefront.Storefront, day: date) -> time:
    span = str(front.hours.get(storefront.DAYS[day.weekday()]) or "")
    return clock_time(span.split("-")[-1]) if "-" in span else time(23, 59)


def _slot(method: "DeliveryMethod", day: date, code: str, taken: dict[tuple[date, str], int]) -> Slot:
    room = method.slot_capacity
    return Slot(code, None if room is None else max(0, room - taken.get((day, code), 0)))


def _ready(closed: Closed, local: datetime, lead_hours: int) -> datetime:
    """When what is ordered now is made: what would not be done before holidays is begun after them."""
    lead = timedelta(hours=lead_hours)
    for one in closed:
        if local < one.starts_at and local + lead <= one.starts_at:
            break
        local = one.ends_at.astimezone(local.tzinfo)
    return local + lead


def _shut(front: storefront.Storefront, closed: Closed, day: date, local: datetime) -> bool:
    """Whether the shop is on holiday for as long as it would be open on that day."""
    hours = str(front.hours.get(storefront.DAYS[day.weekday()]) or "")
    opens = clock_time(hours.split("-")[0]) if "-" in hours else time(0)
    begins, ends = (datetime.combine(day, at, local.tzinfo) for at in (opens, _closing(front, day)))
    return any(one.starts_at <= begins and ends <= one.ends_at for one in closed)


def clock_time(text: str) -> time:
    """A time of the day as tenants write it: "07:30"."""
    hour, _, minute = text.strip().partition(":")
    return time(int(hour), int(minute or 0))
