"""Which days somebody has in mind, and how many they are: as an address says it; every sign stays as it was typed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from kernel import clock
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import booking_times, days, openings, wants
from shop.forms.bookings import Wrong
from shop.openings import STAYS, TIMES, Kinds

PEOPLE = ("people", *(f"people{place}" for place in range(2, openings.MOST_PEOPLE + 1)))  # a field for each kind
FIELDS = ("arrive", "leave", *PEOPLE)
LONGEST = 40  # signs of a field
CROWD = 99_999  # people: more are read as so many, who fit nowhere


@dataclass(frozen=True)
class Asked:
    """What was asked: the fields as typed, what was understood of them, and what is wrong by field."""

    typed: Mapping[str, str]
    first: date | None = None
    last: date | None = None  # None: no stay, but the times of a day
    counts: tuple[int, ...] = (1,)  # how many come of each kind of person; one number where nobody asks for kinds
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def places(self) -> int:
        """How many come in all."""
        return min(sum(self.counts), CROWD)

    @property
    def ready(self) -> bool:
        """Whether there is something to look for."""
        return self.first is not None and not self.errors

    @property
    def nights(self) -> int:
        """How many nights; 0 of a day."""
        return (self.last - self.first).days if self.first and self.last else 0

    def wrong(self, name: str, sentence: str) -> "Asked":
        """The same with something wrong about a field."""
        return replace(self, errors={**self.errors, name: sentence})


def read(posted: Mapping[str, str], known: Kinds, kinds: int = 1) -> Asked:
    """What an address asks of a shop that sells these kinds of service, to so many `kinds` of person."""
    typed = {name: posted.get(name, "").replace("\x00", "").strip()[:LONGEST] for name in FIELDS}
    if not openings.count(known, STAYS):
        typed["leave"] = ""  # there is no such field
    errors: dict[str, str] = {}
    begun = bool(typed["arrive"] or typed["leave"])
    stays = bool(typed["leave"]) or not openings.count(known, TIMES)
    first = (
        _tried(errors, "arrive", lambda: _first(typed["arrive"], known, STAYS if stays else TIMES)) if begun else None
    )
    last = _tried(errors, "leave", lambda: _last(typed["leave"], first)) if begun and stays else None
    counts = _tried(errors, "people", lambda: _people([typed[name] for name in PEOPLE[: max(1, kinds)]]))
    return Asked(typed, first, last, counts or (1,), errors)


def _tried(errors: dict[str, str], name: str, verb: Callable[[], Any]) -> Any:
    try:
        return verb()
    except Refusal as refusal:
        errors[name] = str(refusal)
        return None


def _people(texts: Sequence[str]) -> tuple[int, ...]:
    """How many of each kind; one of the first where nothing is said of any."""
    if any(text and not (text.isascii() and text.isdigit()) for text in texts):
        raise wants.BadQuantity()
    counts = tuple(min(int(text or 0), CROWD) for text in texts)
    if any(texts) and not any(counts):
        raise Wrong(_l("Say how many people come."))
    return counts if any(texts) else (1, *counts[1:])


def _first(text: str, known: Kinds, names: tuple[str, ...]) -> date:
    if not text:
        raise Wrong(_l("Say the day on which you come."))
    day = booking_times.day(text)
    if day < clock.today(booking_times.zone()):
        raise booking_times.PastDay()
    if day > (last := openings.horizon(known, names)):
        raise booking_times.TooFar(day=days.full(last))
    return day


def _last(text: str, first: date | None) -> date:
    if not text:
        raise Wrong(_l("Say the day on which you leave."))
    day = booking_times.day(text)
    if first is not None and day <= first:
        raise booking_times.LeavesTooEarly()
    return day
