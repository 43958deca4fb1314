"""Intervals: how often a subscription comes, kept as "2w" or "1m", said in words, counted on the calendar."""

from calendar import monthrange
from datetime import date, timedelta

from kernel.i18n import _, _l

EVERY = {
    "1w": _l("every week"),
    "2w": _l("every two weeks"),
    "1m": _l("every month"),
    "2m": _l("every two months"),
    "3m": _l("every three months"),
}


def said(every: str) -> str:
    """How often, in words."""
    return str(EVERY[every])


def promise(every: str) -> str:
    """What a line of a cart or an order says of it."""
    return _("Comes %(every)s", every=said(every))


def after(anchor: date, every: str, times: int = 1) -> date:
    """So many intervals after a first day; of months, the same day or the last one that the month has."""
    count, unit = int(every[:-1]) * times, every[-1]
    if unit == "w":
        return anchor + timedelta(weeks=count)
    return months(anchor, count)


def months(day: date, count: int) -> date:
    """So many months later: the same day, or the last one that the month has."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
