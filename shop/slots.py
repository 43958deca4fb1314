"""Slots: departures as the desk sees them, written or only planned, with their people and what their units hold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shop import vacancies
from shop.bookings import Booking
from shop.departures import CALLED_OFF, Departure
from shop.occupations import Span
from shop.services import Service


@dataclass(frozen=True)
class Slot:
    """A departure as the desk sees it: planned by the hours, or written because somebody booked or changed it."""

    service: Service
    starts_at: datetime
    departure: Departure | None
    bookings: Sequence[Booking]
    fit: int | None = None  # how many people the units hold that it has or can have; None: whatever its capacity

    @property
    def ends_at(self) -> datetime:
        """When it comes back."""
        return self.departure.ends_at if self.departure else self.starts_at + self.service.length

    @property
    def span(self) -> Span:
        """What it occupies, its service's buffers inside."""
        return Span(self.starts_at, self.ends_at).widened(self.service.before, self.service.after)

    @property
    def capacity(self) -> int:
        """How many people it takes."""
        return self.departure.capacity if self.departure else self.service.capacity

    @property
    def places(self) -> int:
        """How many people it has room for: its capacity, or what its units hold where that is less."""
        return self.capacity if self.fit is None else min(self.capacity, max(self.fit, self.taken))

    @property
    def taken(self) -> int:
        """How many people have a place, those who are still choosing how to pay included."""
        return sum(row.places for row in self.bookings)

    @property
    def open(self) -> bool:
        """Whether more are taken."""
        return self.departure is None or self.departure.state == "open"

    @property
    def called_off(self) -> bool:
        """Whether it does not go."""
        return self.departure is not None and self.departure.state == CALLED_OFF

    @property
    def left(self) -> int:
        """How many places can still be had, its units looked at."""
        return max(0, self.places - self.taken) if self.open else 0

    @property
    def missing(self) -> int:
        """How many people it lacks to go."""
        return max(0, self.service.group_min - self.taken)


def fitted(slots: Sequence[Slot]) -> list[Slot]:
    """The same with what their units hold, asked as often as there are services, however many the slots are."""
    known: dict[tuple[int, datetime], int] = {}
    for service in {slot.service.id: slot.service for slot in slots}.values():
        spans = [Span(slot.starts_at, slot.ends_at) for slot in slots if slot.service.id == service.id]
        for one in vacancies.at(service, spans):
            known[service.id, one.span.starts_at] = one.gathered + one.left
    return [replace(slot, fit=known[slot.service.id, slot.starts_at]) if slot.open else slot for slot in slots]
