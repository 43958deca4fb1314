"""Walk-in terms: what staff agree on with who comes or calls: paid now or later, a deposit or all, until which day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from kernel import clock, tenancy
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import checkout, days, payment_methods, plan_offers, plans
from shop.payment_methods import PaymentMethod
from shop.plan_offers import PlanOffer
from shop.plans import Due
from shop.quotes import Quote


@dataclass(frozen=True)
class Terms:
    """By what it is paid; `plan`: "deposit" or "" for all of it; `until`: the day up to which its money is waited for,
    None when it is here, or comes with the people."""

    method: PaymentMethod
    plan: str = ""
    until: date | None = None


class BadDay(Refusal):
    """The day until which it would be kept is over, or after the booking or its next payment."""

    message = _l("Choose a day from today to %(last)s.")


class TooSoon(Refusal):
    """It begins before the money could come that way."""

    message = _l("There is no time for that way of paying: choose another.")


def deposit(quote: Quote) -> PlanOffer | None:
    """What its services ask for first and what is left, when they ask for a part at all."""
    return next((one for one in plan_offers.of(quote) if one.kind == "deposit"), None)


def ways(quote: Quote) -> list[PaymentMethod]:
    """How its guest can pay before coming, of the ways that the shop offers."""
    if any(line.begins and line.begins <= clock.now() for line in quote.lines):
        return []  # it has left: who walked on late pays now, or when they are back
    known = checkout.payable(quote, {}, plan="deposit" if deposit(quote) else "")
    return [one for one in known if one.kind not in payment_methods.UNHELD]


def last_day(quote: Quote) -> date:
    """The last day until which it can wait for money: that of its first booking, or of the next part."""
    offer, first = deposit(quote), plan_offers.first_day(quote) or plans.today()
    return min([first, *(due.on for due in (offer.dues[1:] if offer else ()) if due.on)])


def usual_day(quote: Quote, methods: Sequence[PaymentMethod]) -> date:
    """The day that stands in the form: as far as the first way to pay reaches, not beyond the last one."""
    reach = max((one.time_to_pay for one in methods[:1]), default=timedelta())
    return min(last_day(quote), plans.today() + timedelta(days=max(reach.days, 1)))


def agreed(quote: Quote, terms: Terms) -> PlanOffer | str:
    """The parts in which it is paid, '' for all at once; the first one is due on the day until which it is kept.

    Raises NotOffered when nothing of it asks for a deposit.
    """
    offer = plan_offers.chosen(quote, terms.plan)
    if offer is None or terms.until is None:
        return offer or ""
    return replace(offer, dues=[Due(offer.now, terms.until), *offer.dues[1:]])


def kept_until(quote: Quote, terms: Terms) -> datetime | None:
    """Until when the times are kept for its money: the end of that day, or when the first begins; raises BadDay."""
    if terms.until is None:
        return None
    last = last_day(quote)
    if not plans.today() <= terms.until <= last:
        raise BadDay(last=days.told(last, weekday=True))
    if all(one.id != terms.method.id for one in ways(quote)):
        raise TooSoon()
    ends = clock.span(terms.until, terms.until, tenancy.tenant().timezone)[1] - timedelta(minutes=1)
    return min([ends, *(line.begins for line in quote.lines if line.begins)])
