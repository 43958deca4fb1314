"""The days and spans of a way of delivery, as checkout and counter offer them, and when it comes in a sentence."""

from datetime import date

from babel.dates import format_skeleton

from kernel import clock, i18n, tenancy
from kernel.i18n import _
from shop.shipping import Offer
from shop.views import delivery


def pills(offer: Offer | None) -> list[tuple[str, str, str, bool]]:
    """The days to choose from: value, name, date, free."""
    today = clock.today(tenancy.tenant().timezone)
    near = {0: _("today"), 1: _("tomorrow")}
    return [
        (
            known.day.isoformat(),
            near.get((known.day - today).days, _short(known.day, "EEE")),
            _short(known.day, "MMMd"),
            known.open,
        )
        for known in (offer.days if offer else ())
    ]


def slots(offer: Offer | None, day: date | None) -> list[tuple[str, str, bool]]:
    """The spans of a day: value, name, free."""
    found = next((known for known in (offer.days if offer else ()) if known.day == day), None)
    named = [slot for slot in (found.slots if found else ()) if slot.code]
    return [(slot.code, slot.code.replace("-", " – "), slot.open) for slot in named]


def _short(day: date, skeleton: str) -> str:
    return format_skeleton(skeleton, day, locale=i18n.locale())


def eta(offer: Offer) -> str:
    """When it comes that way, in a sentence; or why it does not go."""
    if offer.why_not:
        return offer.why_not
    return delivery.when(offer)
