"""A booking in words, as lines of carts, orders and papers tell it: when it is, for how many, what its nights cost."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from babel.dates import format_datetime

from kernel import i18n, tenancy
from kernel.i18n import _, ngettext
from kernel.money import Money
from shop import booking_prices, local_times, receipts
from shop.booking_prices import Cost

if TYPE_CHECKING:
    from shop.bookings import Booking
    from shop.variants import Variant


def of(booking: "Booking") -> dict[str, str]:
    """{label: text} in the shop's own language and zone: {"Fecha": "vie 4 dic 2026, 07:30"}."""
    tenant = tenancy.tenant()
    with i18n.speak(tenant.language, tenant.country):
        gone = {_("State"): _("Cancelled")} if booking.state == "cancelled" or booking.off else {}
        return _when(booking) | _people(booking) | gone


def priced(booking: "Booking", variant: "Variant") -> dict[str, str]:
    """The same with what its nights cost, where not all of them cost the usual price."""
    if booking.service.kind != "nights":
        return of(booking)
    cost = booking_prices.of_booking(booking, variant)
    tenant = tenancy.tenant()
    with i18n.speak(tenant.language, tenant.country):
        return of(booking) | _nights(cost, booking_prices.usual(booking.service, variant))


def again(booking: "Booking", told: Mapping[str, str]) -> dict[str, str]:
    """It after it was moved or called off; what its nights cost stays as it was `told` when it was ordered."""
    tenant = tenancy.tenant()
    with i18n.speak(tenant.language, tenant.country):
        kept = (_("Price of the nights"), _("Of that, for what was given up"))
    return of(booking) | {label: told[label] for label in kept if label in told}


def changed(booking: "Booking", variant: "Variant", *, usual: bool, fee: Money) -> dict[str, str]:
    """It after it was changed: with what its nights cost, where that is the `usual` price, and what of it is a fee."""
    told = priced(booking, variant) if usual else of(booking)
    tenant = tenancy.tenant()
    with i18n.speak(tenant.language, tenant.country):
        kept = {_("Of that, for what was given up"): receipts.shown(fee)} if fee else {}
    return told | kept


def beyond(cost: Cost) -> str:
    """The guests beyond those in the price: `2 huéspedes más`."""
    return ngettext("%(num)s more guest", "%(num)s more guests", cost.beyond)


def saved(cost: Cost) -> str:
    """What a long stay saves: `7 noches o más: −10 %`."""
    return _("%(num)s nights or more: −%(share)s %%", num=cost.off_since, share=f"{cost.off_bp / 100:g}")


def _nights(cost: Cost, usual: Money) -> dict[str, str]:
    """`{"Precio de las noches": "2 × L 1,850, 1 × L 2,300; 7 noches o más: −10 %"}`; {} where all is as usual."""
    prices = Counter(night.price for night in cost.nights)
    if set(prices) <= {usual} and not cost.guests and not cost.off:
        return {}
    told = [", ".join(f"{count} × {receipts.shown(price)}" for price, count in prices.items())]
    told += [f"{beyond(cost)}: {receipts.shown(cost.guests)}"] if cost.guests else []
    return {_("Price of the nights"): "; ".join([*told, saved(cost)] if cost.off else told)}


def moment(at: datetime, zone: str = "") -> str:
    """A moment in the current language, where the shop is or in that zone: `vie 4 dic 2026, 07:30`."""
    there = local_times.local(at, zone or tenancy.tenant().timezone)
    return str(format_datetime(there, "EEE d MMM y, HH:mm", locale=i18n.language()))


def _when(booking: "Booking") -> dict[str, str]:
    if booking.service.kind != "nights":
        return {_("Date"): moment(booking.starts_at)}
    return {_("Check-in"): moment(booking.starts_at), _("Check-out"): moment(booking.ends_at)}


def _people(booking: "Booking") -> dict[str, str]:
    """Of a departure its lines say who comes."""
    many = booking.service.kind != "departure" and booking.service.capacity > 1
    return {_("People"): str(booking.places)} if many else {}
