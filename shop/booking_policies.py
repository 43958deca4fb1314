"""Booking policies: which share of what was paid comes back when a guest calls a booking off, and until when."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from kernel import clock
from kernel.i18n import _, ngettext

if TYPE_CHECKING:
    from shop.bookings import Booking

WHOLE = 10_000
Tier = Mapping[str, Any]  # {"hours": 48, "back_bp": 10000}, or {"absent_bp": 2000}: to who does not come


def steps(policy: Sequence[Tier]) -> list[tuple[int, int]]:
    """(hours before it begins, the share that comes back until then), the earliest first."""
    return sorted(((int(tier["hours"]), int(tier["back_bp"])) for tier in policy if "hours" in tier), reverse=True)


def absent(policy: Sequence[Tier]) -> int:
    """The share of what was paid that comes back to who does not come, in basis points; nothing unless it is said."""
    return next((int(tier["absent_bp"]) for tier in policy if "absent_bp" in tier), 0)


def back(booking: "Booking", now: datetime | None = None) -> int:
    """The share of what was paid for it that comes back to its guest now, in basis points.

    Who says that they cannot come is never worse off than who says nothing; once it began it is as if they had not.
    Of what the shop called off all of it does.
    """
    if booking.off:
        return WHOLE
    left, least = booking.starts_at - (now or clock.now()), absent(booking.policy)
    if left <= timedelta(0):
        return least
    return max(least, next((share for hours, share in steps(booking.policy) if left >= timedelta(hours=hours)), 0))


def until(booking: "Booking", now: datetime | None = None) -> datetime | None:
    """Until when the share of now comes back; None when nothing does, or the same whatever happens."""
    left, least = booking.starts_at - (now or clock.now()), absent(booking.policy)
    told = [hours for hours, share in steps(booking.policy) if share > least]
    reached = [hours for hours in told if left >= timedelta(hours=hours)]
    return booking.starts_at - timedelta(hours=reached[0]) if reached and back(booking, now) else None


def sentence(policy: Sequence[Tier]) -> str:
    """When how much comes back, in one sentence."""
    least = absent(policy)
    told = [_step(hours, share) for hours, share in steps(policy) if share > least]
    if not told and least:
        return _("%(share)s %% comes back, also to who does not come.", share=f"{least / 100:g}")
    if not told:
        return _("What is paid is not given back.")
    whole = "; ".join([told[0], *(one[0].lower() + one[1:] for one in told[1:])])
    if least:
        share = f"{least / 100:g}"
        return _("%(steps)s; after that, and to who does not come, %(share)s %%.", steps=whole, share=share)
    return _("%(steps)s; after that, nothing comes back.", steps=whole)


def _step(hours: int, share: int) -> str:
    if hours == 0:
        ahead = _("until it begins")
    elif hours >= 48 and hours % 24 == 0:
        ahead = ngettext("until %(num)s day before", "until %(num)s days before", hours // 24)
    else:
        ahead = ngettext("until %(num)s hour before", "until %(num)s hours before", hours)
    if share >= WHOLE:
        return _("Everything comes back %(ahead)s", ahead=ahead)
    return _("%(share)s %% comes back %(ahead)s", share=f"{share / 100:g}", ahead=ahead)
