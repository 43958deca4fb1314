"""How an order could be paid in parts, as the checkout shows it: the choices, and the days of the chosen one."""

from collections.abc import Mapping
from typing import Any

from kernel.i18n import _, ngettext
from kernel.money import Money
from shop import days, plan_offers, receipts
from shop.plan_offers import PlanOffer
from shop.quotes import Quote

FULL = "full"
NONE: dict[str, Any] = {
    "plan_missing": "",
    "plans": [],
    "plan": "",
    "full": "",
    "plan_now": "",
    "plan_days": [],
}  # all at once


def of(posted: Mapping[str, Any], quote: Quote, due: Money | None = None) -> dict[str, Any]:
    """What a page needs: `plans` to choose from (none: all at once), the chosen `plan` and what is paid `now`."""
    offers = plan_offers.of(quote)
    wish = str(posted.get("plan") or "")
    kinds = [offer.kind for offer in offers]
    first = kinds[0] if "deposit" in kinds else FULL
    picked = wish if wish in {*kinds, FULL} else first
    offer = next((one for one in offers if one.kind == picked), None)
    given = quote.total.minor - (due or quote.total).minor  # by gift cards and credit
    return {
        "plan_missing": _missing(quote), "plans": [_choice(one) for one in offers], "plan": picked if offers else "",
        "full": receipts.shown(quote.total),
        "plan_now": receipts.shown(_less(offer.now, given)) if offer else "",
        "plan_days": [_day(due.amount, due.on, place) for place, due in enumerate(offer.dues)] if offer else [],
    }  # fmt: skip


def _missing(quote: Quote) -> str:
    """Why the shop's layaway is not among the choices, where another day is all that it takes."""
    until = plan_offers.layaway_until(quote)
    if until is None:
        return ""
    free = quote.offer.days if quote.offer else ()
    if any(one.open and one.day >= until for one in free):
        return _("To pay in parts, choose a day from %(day)s on: by then everything is paid.", day=days.told(until))
    return _("In parts it would be paid by %(day)s, after the day of this order.", day=days.told(until))


def _less(amount: Money, given: int) -> Money:
    return Money(max(amount.minor - given, 0), amount.currency)


def _choice(offer: PlanOffer) -> dict[str, str]:
    now, rest = receipts.shown(offer.now), receipts.shown(offer.later)
    if offer.kind == "deposit":
        label = _("Pay a deposit of %(amount)s now", amount=now)
        more = _("The rest, %(amount)s, %(day)s.", amount=rest, day=receipts.due_day(offer.dues[-1].on))
        if len(offer.dues) > 2:
            more = _("The rest, %(amount)s, each part on its own day.", amount=rest)
    else:
        count = len(offer.dues)
        label = ngettext("Layaway in %(num)s payment", "Layaway in %(num)s payments", count)
        more = _("%(amount)s now; we keep it for you until everything is paid.", amount=now)
    return {"kind": offer.kind, "label": label, "more": more, "price": now}


def _day(amount: Money, on: Any, place: int) -> dict[str, str]:
    return {"day": receipts.due_day(on, place) if place else _("now"), "amount": receipts.shown(amount)}
