"""A model of times as one would keep them on paper: which unit is taken from when to when, and by whom."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Key = tuple[Any, ...]  # ("departure", service, when), ("booking", id) or ("closure", id)


@dataclass
class Kind:
    """A service: how long, how many, and for how many people one unit of each resource is (0: for all)."""

    minutes: int
    after: int
    capacity: int
    departs: bool
    needs: dict[int, int]


@dataclass
class Stay:
    """What somebody has: `until` when it is only held."""

    service: int
    at: datetime
    places: int
    until: datetime | None


@dataclass
class Model:
    """Everything that is taken."""

    kinds: dict[int, Kind]
    units: dict[int, list[int]]  # of each resource, in the order in which they are filled
    taken: set[tuple[int, datetime, datetime, Key]] = field(default_factory=set)
    stays: dict[int, Stay] = field(default_factory=dict)

    def after(self, verb: str, *told: Any) -> "Model | None":
        """How it is when this was done; None when it cannot be."""
        other = deepcopy(self)
        return other if getattr(other, verb)(*told) is not False else None

    def claim(self, now: datetime, service: int = 0, resource: int = 0) -> None:
        """Holds that ran out and share a resource are over."""
        mine = {resource, *(self.kinds[service].needs if service else {})}
        for number, stay in list(self.stays.items()):
            late = stay.until is not None and stay.until <= now
            if late and (stay.service == service or mine & set(self.kinds[stay.service].needs)):
                self.give(number)

    def take(self, now: datetime, number: int, service: int, at: datetime, places: int, until: Any = None) -> bool:
        """Have that time, instead of another."""
        self.claim(now, service)
        if number in self.stays:
            self.give(number)
        kind = self.kinds[service]
        if places + self._places(service, at) > kind.capacity:
            return False
        self.stays[number] = Stay(service, at, places, until)
        return self._fit(service, at, number)

    def firm(self, now: datetime, number: int, service: int, at: datetime, places: int) -> bool:
        """Order what is held; what ran out is taken anew."""
        self.claim(now, service)
        if number not in self.stays:
            return self.take(now, number, service, at, places)
        self.stays[number].until = None
        return True

    def end(self, number: int) -> None:
        """It is called off, unless it had ended."""
        if number in self.stays:
            self.give(number)

    def name(self, before: int, number: int) -> None:
        """The database calls it otherwise than one thought."""
        self.stays[number] = self.stays.pop(before)
        old, new = ("booking", before), ("booking", number)
        self.taken = {(*what, new if key == old else key) for *what, key in self.taken}  # type: ignore[misc]

    def open(self, number: int) -> None:
        """What was closed is free."""
        self.taken = {row for row in self.taken if row[3] != ("closure", number)}

    def give(self, number: int) -> None:
        """Others can have it."""
        stay = self.stays.pop(number)
        self._fit(stay.service, stay.at, number)

    def close(self, now: datetime, resource: int, unit: int, at: datetime, minutes: int) -> bool:
        """Nobody has this unit then; free when it is told."""
        self.claim(now, resource=resource)
        return self._free(unit, at, at + timedelta(minutes=minutes))

    def _places(self, service: int, at: datetime) -> int:
        if not self.kinds[service].departs:
            return 0
        return sum(stay.places for stay in self.stays.values() if (stay.service, stay.at) == (service, at))

    def _fit(self, service: int, at: datetime, number: int) -> bool:
        kind = self.kinds[service]
        key: Key = ("departure", service, at) if kind.departs else ("booking", number)
        people = self._places(service, at) if kind.departs else int(number in self.stays)
        end = at + timedelta(minutes=kind.minutes + kind.after)
        for resource, seats in kind.needs.items():
            want = 0 if not people else 1 if not (seats and kind.departs) else -(-people // seats)
            have = [unit for unit in self.units[resource] if (unit, at, end, key) in self.taken]
            self.taken -= {(unit, at, end, key) for unit in have[want:]}
            free = [unit for unit in self.units[resource] if self._free(unit, at, end)][: max(0, want - len(have))]
            self.taken |= {(unit, at, end, key) for unit in free}
            if len(have) + len(free) < want:
                return False
        return True

    def _free(self, unit: int, start: datetime, end: datetime) -> bool:
        return not any(one == unit and begins < end and ends > start for one, begins, ends, _key in self.taken)
