"""Plan offers: in which parts an order could be paid, before it is placed: its goods' deposits, the shop's layaway."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kernel import money
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import catalog, plan_policies, plans
from shop.catalog import Product
from shop.plans import Due
from shop.quotes import Quote, QuoteLine


class NotOffered(Refusal):
    """A way to pay in parts was sent that this order does not have."""

    message = _l("This order cannot be paid in those parts: choose again.")


@dataclass(frozen=True)
class PlanOffer:
    """A way to pay in parts: the first one now, each other one with its day."""

    kind: str
    dues: Sequence[Due]

    @property
    def now(self) -> Money:
        """What is paid at once."""
        return self.dues[0].amount

    @property
    def later(self) -> Money:
        """What is paid later, all together."""
        return money.total([due.amount for due in self.dues[1:]], self.now.currency)


def of(quote: Quote) -> list[PlanOffer]:
    """The ways that this order has; the deposit first, for then it is what the shop asks."""
    found = [_deposit(quote, _asking(quote)), layaway(quote)]
    return [offer for offer in found if offer is not None]


def chosen(quote: Quote, kind: str) -> PlanOffer | None:
    """The way of that kind; None for paying all at once; raises NotOffered."""
    if not kind or kind == "full":
        return None
    found = next((offer for offer in of(quote) if offer.kind == kind), None)
    if found is None:
        raise NotOffered()
    return found


def first_day(quote: Quote) -> date | None:
    """The first day on which something of it is delivered or begins, where the shop is."""
    days = [line.day for line in quote.lines if line.day is not None]
    return min([*days, *([quote.day] if quote.day else [])], default=None)


def asks_deposit(quote: Quote) -> bool:
    """Whether something of it is only made once a part is paid."""
    return bool(_asking(quote))


def _asking(quote: Quote) -> dict[int, Product]:
    rows = catalog.of_ids(list({line.product_id for line in quote.lines}))
    return {row.id: row for row in rows if row.deposit_bp or row.deposit_minor}


def _deposit(quote: Quote, asking: dict[int, Product]) -> PlanOffer | None:
    """The deposits of what asks for one, and the rest of each on its own day; delivery is paid with the last rest."""
    rests: dict[date | None, int] = {}
    for line in quote.lines if asking else ():
        if (product := asking.get(line.product_id)) is None:
            continue
        rest, (late, on) = line.gross - deposit(product, line.gross, line.quantity), _rest(product, line, quote)
        if not late:
            rests[on] = rests.get(on, 0) + rest.minor
    dues = sorted(((on, minor) for on, minor in rests.items() if minor), key=lambda due: due[0] or date.max)
    extra = quote.total.minor - sum(line.gross.minor for line in quote.lines)
    later = [Due(Money(minor, quote.currency), on) for on, minor in dues]
    if later:
        later[-1] = Due(Money(later[-1].amount.minor + extra, quote.currency), later[-1].on)
    now = quote.total - money.total([due.amount for due in later], quote.currency)
    if not 0 < now.minor < quote.total.minor or any(due.amount.minor <= 0 for due in later):
        return None
    return PlanOffer("deposit", [Due(now, plans.today()), *later])


def _rest(product: Product, line: QuoteLine, quote: Quote) -> tuple[bool, date | None]:
    """(whether its day has come: all is paid now; the day of the rest, None: when it is handed over)."""
    day = line.day or (None if line.booking_id else quote.day)
    on = day - timedelta(days=product.deposit_days) if day else None
    if on is not None and on <= plans.today():
        return bool(product.deposit_days), None
    return False, on


def deposit(product: Product, gross: Money, units: int) -> Money:
    """What is asked for first of a line: a share of it, or so much a unit; never more than the line."""
    wished = money.percent(gross, product.deposit_bp) if product.deposit_bp else gross
    if product.deposit_minor:
        wished = Money(product.deposit_minor * units, gross.currency)
    return min(wished, gross, key=lambda one: one.minor)


def layaway(quote: Quote) -> PlanOffer | None:
    """The shop's own terms, when the order is large enough and everything is paid before its day."""
    dues = _parts(quote)
    return PlanOffer("layaway", dues) if dues and not _late(dues, quote) else None


def layaway_until(quote: Quote) -> date | None:
    """The day of its last payment, where only the day of the order comes before that."""
    dues = _parts(quote)
    return dues[-1].on if dues and _late(dues, quote) else None


def _parts(quote: Quote) -> list[Due]:
    policy = plan_policies.of()
    if not policy.layaway or quote.total.minor < max(policy.from_minor, 2) or all(one.digital for one in quote.lines):
        return []
    first = money.percent(quote.total, policy.first_bp)
    dues = spread(plans.split(quote.total, policy.most, first=first), plans.today(), policy.every_days)
    return dues if len(dues) > 1 else []


def _late(dues: Sequence[Due], quote: Quote) -> bool:
    day, last = first_day(quote), dues[-1].on
    return day is not None and last is not None and last > day


def spread(amounts: Sequence[Money], first: date, every_days: int) -> list[Due]:
    """Those amounts from that day on, every so many days of the calendar."""
    return [Due(amount, first + timedelta(days=place * every_days)) for place, amount in enumerate(amounts)]
