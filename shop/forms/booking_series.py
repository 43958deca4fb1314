"""The same time again as a form says it: how often, how many times in all."""

from collections.abc import Mapping

from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import booking_series
from shop.booking_series import ONCE, Series
from shop.forms.wrong import Wrong


class NoCount(Refusal):
    """How many times is no number that can be."""

    message = _l("Say how many times, from 2 to %(most)s.")


class NoRhythm(Refusal):
    """How often is none of what is offered."""

    message = _l("Choose how often.")


def read(posted: Mapping[str, str], most: int, *, once: bool = False) -> Series:
    """What a form with `every` and `times` says; raises Wrong. `once`: whether an empty `every` is only once."""
    every, times = posted.get("every", "")[:4], posted.get("times", "")[:8].strip()
    if once and not every:
        return ONCE
    known = {str(days): days for days in booking_series.EVERY}
    if every not in known:
        raise Wrong({"every": str(NoRhythm())})
    count = int(times) if times.isascii() and times.isdigit() else 0
    if not 2 <= count <= most:
        raise Wrong({"times": str(NoCount(most=most))})
    return Series(known[every], count)
