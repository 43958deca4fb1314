"""What cart and checkout say of what comes again: how often, what it costs each time, when the next one comes."""

from collections.abc import Callable, Sequence
from datetime import date

from kernel import clock, money, tenancy
from kernel.i18n import _
from kernel.money import Money
from shop import days, intervals
from shop.quotes import Basket, Quote, QuoteLine
from shop.shipping import Offer

Amount = Callable[[Money], str]  # as this shop writes it


def of_quote(quote: Quote, amount: Amount) -> list[dict[str, str]]:
    """For each rhythm in it what is said, from the chosen day on."""
    return _of(quote.lines, quote.day, amount, brought=bool(quote.offer and quote.offer.price))


def of_basket(basket: Basket, offers: Sequence[Offer], amount: Amount) -> list[dict[str, str]]:
    """The same before anybody said how to bring it; the next one has a day where the first one's is not chosen."""
    told = _of(basket.lines, None, amount, brought=any(offer.price for offer in offers))
    return [{**one, "next": ""} for one in told] if any(offer.asks_day for offer in offers) else told


def _of(lines: Sequence[QuoteLine], first: date | None, amount: Amount, *, brought: bool) -> list[dict[str, str]]:
    begins = first or clock.today(tenancy.tenant().timezone)
    known = {every: [one for one in lines if one.every == every] for every in (line.every for line in lines) if every}
    return [
        {
            "title": _("It comes %(every)s until you end it.", every=intervals.said(every)),
            "cost": _cost(own, amount, brought=brought),
            "next": _("The next one after this is for %(day)s.", day=_day(begins, every)),
        }
        for every, own in known.items()
    ]


def _day(begins: date, every: str) -> str:
    return days.told(intervals.after(begins, every), weekday=True)


def _cost(lines: Sequence[QuoteLine], amount: Amount, *, brought: bool) -> str:
    price = amount(money.total([line.listed for line in lines], lines[0].gross.currency))
    if brought and not all(line.digital for line in lines):
        return _("Each time you pay %(price)s at today's price, and the delivery.", price=price)
    return _("Each time you pay %(price)s at today's price.", price=price)
