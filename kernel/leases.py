"""Leases: what this process claimed of letters and until when; another's later claim ends it."""

from collections.abc import Iterable
from datetime import datetime, timedelta


class Leases(dict[int, datetime]):
    """Row → until when; what ran out is forgotten with the next claim, when nobody here has it in hand any more.

    After a commit that failed, or whose answer was lost, nobody knows which of a row's moments is the one that stands.
    """

    def __init__(self) -> None:
        super().__init__()
        self._former: dict[int, set[datetime]] = {}

    def take(self, ids: Iterable[int], now: datetime, lease: timedelta) -> None:
        """Note what was claimed."""
        fresh = dict.fromkeys(ids, now + lease)
        for row_id in [row_id for row_id, until in self.items() if until < now]:
            del self[row_id]
        self._former = {
            row_id: known for row_id, known in self._former.items() if row_id in self and row_id not in fresh
        }
        self.update(fresh)

    def renew(self, row_id: int, until: datetime) -> None:
        """Note that a row is held for longer, if that can be kept."""
        if row_id in self:
            self._former.setdefault(row_id, set()).add(self[row_id])
        self[row_id] = until

    def holds(self, row_id: int, until: datetime | None) -> bool:
        """Whether this process set that moment."""
        return until is not None and (until == self.get(row_id) or until in self._former.get(row_id, ()))
