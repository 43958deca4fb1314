"""What a booking comes to before it is in the cart: its rows, the total, what is due now and what on the day."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal

from kernel import i18n, money
from kernel.i18n import _, ngettext
from kernel.money import Money
from kernel.refusal import Refusal
from shop import booking_prices, booking_words, plan_offers, quotes
from shop.booking_prices import Cost
from shop.forms import bookings as forms
from shop.forms.bookings import Draft
from shop.occupations import Span
from shop.variants import Variant
from shop.views import cart_page, code_field, visitor
from shop.wants import Wanted


def of(draft: Draft, span: Span | None) -> dict[str, Any] | None:
    """The sum as far as it is known; None while it is not."""
    if draft.nights and span is None:
        return None
    try:
        span = span if draft.nights else None
        places, people = forms.people(draft)
        basket = quotes.price(_wanted(draft, people, (span, places)), visitor.group(), read=_read(draft))
    except Refusal:
        return None
    notes = _notes(quotes.quote(basket), asks=draft.service.answered_within(places) is not None)
    if not basket.items and not basket.cuts:  # free: it has no sum
        return {"rows": [], "total": "", "minor": 0, "notes": notes}
    rows = (
        nights(_cost(draft, next(iter(people.items())), span, places), next(iter(people.values())), _told)
        if draft.nights and span
        else _people(basket)
    )
    off = code_field.sums(basket, cart_page.amount)[1:]  # what comes off, taxes on top
    return {"rows": [*rows, *off], "total": _told(basket.items), "minor": basket.items.minor, "notes": notes}


def _read(draft: Draft) -> quotes.Read:
    """The lower prices, where they were read with the service."""
    return quotes.Read({draft.service.product_id: draft.known.breaks}) if draft.known else quotes.UNREAD


def _wanted(draft: Draft, people: Mapping[Variant, int], stay: tuple[Span | None, int]) -> list[Wanted]:
    return [
        Wanted(variant, units, unit=_cost(draft, (variant, units), stay[0], stay[1]).total if stay[0] else None)
        for variant, units in people.items()
    ]


def _cost(draft: Draft, what: tuple[Variant, int], span: Span, places: int) -> Cost:
    return booking_prices.of(draft.service, what[0], span, places=places, units=what[1])


def _people(basket: quotes.Basket) -> list[tuple[str, str]]:
    if len(basket.lines) > 1 or basket.lines[0].options:
        return [(f"{one.quantity} × {i18n.pick(one.options[0]['value'])}", _told(one.listed)) for one in basket.lines]
    only = basket.lines[0]
    return [(f"{only.quantity} × {_told(only.unit)}", _told(only.listed))] if only.quantity > 1 else []


def nights(cost: Cost, units: int, shown: Callable[[Money], str]) -> list[tuple[str, str]]:
    """The nights with one price together: `2 noches × $1 850`, `1 noche · Semana Santa (× 1,4)`; then guests."""
    found: dict[tuple[str, int, Money], int] = {}
    for night in cost.nights:
        key = i18n.pick(night.season), night.factor_bp, night.price
        found[key] = found.get(key, 0) + 1
    rows = [
        (
            _night(count, units, (season, factor, shown(price))),
            shown(money.total([price] * count * units, price.currency)),
        )
        for (season, factor, price), count in found.items()
    ]
    if cost.guests:
        rows.append((booking_words.beyond(cost), shown(cost.guests * units)))
    return [*rows, (booking_words.saved(cost), shown(-(cost.off * units)))] if cost.off else rows


def _night(count: int, units: int, how: tuple[str, int, str]) -> str:
    season, factor, price = how
    nights = ngettext("%(num)s night", "%(num)s nights", count) + (f" × {units}" if units > 1 else "")
    if factor == booking_prices.USUAL:
        return f"{nights} · {season} × {price}" if season else f"{nights} × {price}"
    times = format_decimal(Decimal(factor) / booking_prices.USUAL, locale=i18n.locale())
    return f"{nights} · {season or _('season')} (× {times})"


def _notes(quote: quotes.Quote, *, asks: bool) -> list[str]:
    if not quote.total:
        return [_("It costs nothing to book.")]
    told = []
    deposit = next((one for one in plan_offers.of(quote) if one.kind == "deposit"), None)
    if deposit:
        now, later = _told(deposit.now), _told(deposit.later)
        told.append(
            _("You pay %(now)s after the shop's yes; the rest, %(later)s, on the day.", now=now, later=later)
            if asks
            else _("You pay %(now)s now; the rest, %(later)s, on the day.", now=now, later=later)
        )
    return told


def _told(amount: Money) -> str:
    return cart_page.amount(amount)
