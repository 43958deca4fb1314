"""How many people each segment has: counted when somebody looks and remembered for a minute: a list stays quick."""

import threading
from datetime import datetime, timedelta

from crm import segments
from crm.rule_values import BadRule
from crm.segments import Segment
from kernel import clock, tenancy

MINUTE, MOST = timedelta(minutes=1), 2_000
_known: dict[tuple[int, int, datetime], tuple[datetime, int]] = {}
_lock = threading.Lock()


def of(segment: Segment) -> int | None:
    """How many people it has, as of the last minute; None when its rule cannot be read."""
    key, now = (tenancy.current(), segment.id, segment.updated_at), clock.now()
    with _lock:
        known = _known.get(key)
    if known is not None and timedelta(0) <= now - known[0] < MINUTE:
        return known[1]
    try:
        count = segments.count(segment.rule)
    except BadRule:
        return None
    with _lock:
        if len(_known) >= MOST:
            _known.clear()
        _known[key] = (now, count)
    return count
