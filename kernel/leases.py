"""Leases: what this process claimed of letters and until when; another's later claim ends it."""

from collections.abc import Iterable
from datetime import datetime, timedelta


class Leases(dict[int, datetime]):
    """Row → until when; what ran out is forgotten with the next claim, when nobody here has it in hand any more."""

    def take(self, ids: Iterable[int], now: datetime, lease: timedelta) -> None:
        """Note what was claimed."""
        for row_id in [row_id for row_id, until in self.items() if until < now]:
            del self[row_id]
        self.update(dict.fromkeys(ids, now + lease))
