"""What nights cost under the days of a month: short for the eye, whole for who listens, the lowest marked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from babel.numbers import format_compact_decimal, format_decimal

from kernel import i18n
from kernel.i18n import _
from kernel.money import Money
from kernel.refusal import Refusal
from shop import booking_prices
from shop.availability import Day
from shop.forms import bookings as forms
from shop.forms.bookings import Draft
from shop.views import cart_page

ROOM = 7  # signs that fit below a day at 360 pixels


@dataclass(frozen=True)
class Prices:
    """What each night costs whoever asks, where they are not all alike, and what is said below the month."""

    by_day: Mapping[date, Money] = field(default_factory=dict)
    short: Mapping[Money, str] = field(default_factory=dict)
    lowest: Money | None = None
    note: str = ""

    def word(self, day: date) -> str:
        """As it stands below the day; '' where it says nothing."""
        return self.short[self.by_day[day]] if day in self.by_day else ""

    def sentence(self, day: date) -> str:
        """The same for who cannot see it."""
        if day not in self.by_day:
            return ""
        told = _("%(price)s the night", price=cart_page.amount(self.by_day[day]))
        return _("%(price)s, the lowest of this month", price=told) if self.low(day) else told

    def low(self, day: date) -> bool:
        """Whether no other night costs less."""
        return self.by_day.get(day) == self.lowest


def of(draft: Draft, known: Mapping[date, Day]) -> Prices:
    """Of the nights that can be had by so many people; without any where the service has one price for all."""
    service = draft.service
    days = [day for day, one in known.items() if one.open]
    if not days or not draft.nights or not (service.rates or service.seasons):
        return Prices()
    by_day = _costs(draft, days)
    found = set(by_day.values())
    lowest = min(found)
    if len(found) == 1:
        return Prices(note=_("Each night of this month costs %(price)s.", price=cart_page.amount(lowest)))
    note = _("Below each day: what that night costs. Marked: the lowest, %(price)s.", price=cart_page.amount(lowest))
    return Prices(by_day, _shortened(found), lowest, note)


def _costs(draft: Draft, days: Collection[date]) -> dict[date, Money]:
    try:
        places, people = forms.people(draft)
    except Refusal:  # what was typed is wrong: as for one
        places, people = 1, {draft.kinds[0]: 1}
    variant, units = next(iter(people.items()))
    return booking_prices.by_day(draft.service, variant, days, places=places, units=units)


def _shortened(found: Collection[Money]) -> dict[Money, str]:
    """All in the one way that has room: as the shop writes it, without the sign of the currency, or rounded."""
    whole = {one: cart_page.amount(one).replace("\N{NO-BREAK SPACE}", " ") for one in found}
    bare = {one: format_decimal(one.decimal, locale=i18n.locale()) for one in found}
    rough = {one: format_decimal(one.decimal, format="#,##0", locale=i18n.locale()) for one in found}
    for told in (whole, bare, rough):
        if max(map(len, told.values())) <= ROOM:
            return told
    return {one: _rounded(one.decimal) for one in found}


def _rounded(amount: Decimal) -> str:
    return str(format_compact_decimal(amount, locale=i18n.locale(), fraction_digits=2))
