"""How fast letters leave: so many a minute to the relay and to the mailboxes of one domain, all workers together.

A domain that says that letters come too fast is left alone for a while by the worker that was told.
"""

import re
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from kernel import clock, limits, settings
from kernel.smtp import Parcel, Verdict

WINDOW = 60  # seconds
REST = 60.0
_TOO_FAST = re.compile(r"4\d\d[ -](4\.7\.|4\.3\.2|.*(rate|throttl|too many))", re.IGNORECASE)

_resting: dict[str, float] = {}  # domain → until when, by the monotonic clock


def domain(address: str) -> str:
    """Where a mailbox is."""
    return address.rpartition("@")[2].lower()


def split(parcels: Sequence[Parcel]) -> tuple[list[Parcel], dict[int, datetime]]:
    """Which of them may go now; and for the others from when on. Counts what goes: ask once for each batch."""
    wait: dict[int, datetime] = {}
    known = settings.current()
    for parcel in parcels:
        left = _resting.get(domain(parcel.to), 0.0) - time.monotonic()
        if left > 0:
            wait[parcel.id] = clock.now() + timedelta(seconds=left)
    for name, rate in (("domain", known.smtp_domain_rate), ("relay", known.smtp_rate)):
        if rate:
            wait |= _over(name, rate, [one for one in parcels if one.id not in wait])
    return [one for one in parcels if one.id not in wait], wait


def count(parcels: Sequence[Parcel]) -> None:
    """Count letters that wait for nobody."""
    known = settings.current()
    for name, rate in (("domain", known.smtp_domain_rate), ("relay", known.smtp_rate)):
        for key, number in Counter(_key(name, one) for one in parcels).items() if rate else ():
            limits.counted(key, WINDOW, number)


def _over(name: str, rate: int, parcels: list[Parcel]) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for key, number in Counter(_key(name, one) for one in parcels).items():
        total, ends = limits.counted(key, WINDOW, number)
        fit = max(0, number - max(0, total - rate))
        found |= dict.fromkeys([one.id for one in parcels if _key(name, one) == key][fit:], ends)
    return found


def _key(name: str, parcel: Parcel) -> str:
    return f"mail|{name}|{domain(parcel.to) if name == 'domain' else ''}"


def heed(parcel: Parcel, told: Verdict) -> None:
    """Leave a domain alone that says that letters come too fast."""
    if told.state == "deferred" and _TOO_FAST.match(told.answer):
        _resting[domain(parcel.to)] = time.monotonic() + REST


def forget() -> None:
    """Leave nobody alone any more."""
    _resting.clear()
