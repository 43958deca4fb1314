"""What a quote costs: priced by the code that prices orders, kept line by line, and the same again once accepted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete

from kernel import tenancy
from kernel.db import db
from kernel.money import Money
from shop import promotions, quotes, sales, shipping
from shop.discount_rules import Rule
from shop.proposal_rows import Proposal, ProposalLine
from shop.quotes import Basket, Quote, QuoteLine
from shop.redemptions import Person
from shop.savings import Saving
from shop.shipping import Offer
from shop.wants import Wanted

if TYPE_CHECKING:
    from crm.companies import Company
    from crm.contacts import Contact


@dataclass(frozen=True)
class Way:
    """How it would reach them: a method's code, the place, the price where staff wrote another one."""

    code: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    own: Money | None = None


@dataclass(frozen=True)
class Terms:
    """What staff say of a quote, checked; `off`: what comes off as they typed it, `by_hand`: the same as a rule."""

    wanted: Sequence[Wanted]
    valid_until: date
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    by_hand: Rule | None = None
    off: Mapping[str, str] = field(default_factory=dict)
    way: Way = field(default_factory=Way)
    message: str = ""
    note: str = ""
    company: "Company | None" = None  # for which it is


def priced(terms: Terms, contact: "Contact | None") -> Quote:
    """What it comes to; raises what a sale at the counter raises."""
    said = Person(terms.email, terms.phone)
    told: Any = {"by_hand": terms.by_hand, "said": said, "tax": terms.company.billed if terms.company else None}
    return delivered(sales.priced(terms.wanted, terms.way.address, contact, **told), terms.way)


def delivered(basket: Basket, way: Way) -> Quote:
    """The quote of priced lines that way; the day is agreed on later. Raises what does not go there."""
    if not way.code:
        return quotes.quote(basket)
    return quotes.quote(basket, priced_by_hand(quotes.chosen(basket.offers(way.address), way.code), way.own))


def priced_by_hand(offer: Offer, own: Money | None) -> Offer:
    """The way of delivery at the price that staff wrote, where they did."""
    return offer if own is None else replace(offer, price=own, saved=None)


def keep(row: Proposal, terms: Terms, quote: Quote) -> None:
    """Write what it costs; what stood there before goes."""
    row.currency, row.rounding, row.customer_group = quote.currency, quote.rounding, quote.group
    row.items_minor, row.discount_minor = quote.items.minor, quote.discount.minor
    row.shipping_minor, row.shipping_components = quote.shipping.minor, list(quote.shipping_components)
    row.tax_minor, row.total_minor = quote.tax.minor, quote.total.minor
    row.delivery_method_id = quote.offer.method.id if quote.offer else None
    row.shipping_own_minor = terms.way.own.minor if terms.way.own and quote.offer else None
    row.address, row.off = dict(terms.way.address), dict(terms.off)
    row.savings = [_saved(one) for one in quote.savings]
    db.session.add(row)
    db.session.flush()
    gone = delete(ProposalLine).where(ProposalLine.proposal_id == row.id)
    db.session.execute(gone, execution_options={"synchronize_session": "fetch"})
    pairs = zip(quote.lines, terms.wanted, strict=True)
    db.session.add_all(_line(row, line, want, place) for place, (line, want) in enumerate(pairs))
    db.session.flush()
    db.session.expire(row, ["lines", "method"])


def _saved(one: Saving) -> dict[str, Any]:
    return {"kind": one.rule.kind, "code": one.rule.code, "label": dict(one.label), "why": dict(one.why),
            "minor": one.amount.minor, "parts": list(one.parts)}  # fmt: skip


def _line(row: Proposal, line: QuoteLine, want: Wanted, place: int) -> ProposalLine:
    return ProposalLine(
        proposal_id=row.id, position=place, variant_id=line.variant_id, product_id=line.product_id,
        free=bool(want.called), own_price=want.unit is not None and not want.called, sku=line.sku,
        title=dict(line.name), options=list(line.options), texts=dict(line.texts), asked=dict(want.texts),
        unit_minor=line.unit.minor, quantity=line.quantity, discount_minor=line.discount.minor,
        net_minor=line.net.minor, tax_minor=line.tax.minor, gross_minor=line.gross.minor,
        tax_components=list(line.components), weight_g=line.weight_g, digital=line.digital,
    )  # fmt: skip


def copied(row: Proposal, lines: Sequence[ProposalLine]) -> None:
    """Write the same lines for another quote."""
    same = [one.name for one in ProposalLine.__mapper__.columns if one.name not in {"id", "tenant_id", "proposal_id"}]
    db.session.add_all(ProposalLine(proposal_id=row.id, **{name: getattr(one, name) for name in same}) for one in lines)
    db.session.flush()


def quote(row: Proposal) -> Quote:
    """What was offered, exactly: nothing is priced anew."""
    shipped = Money(row.shipping_minor, row.currency)
    offer = shipping.Offer(row.method, shipped) if row.method else None
    return Quote(
        currency=row.currency, lines=[_offered(one, row.currency) for one in row.lines],
        items=Money(row.items_minor, row.currency), discount=Money(row.discount_minor, row.currency), shipping=shipped,
        shipping_components=list(row.shipping_components), tax=Money(row.tax_minor, row.currency), total=row.total,
        rounding=row.rounding, group=row.customer_group, practice=tenancy.tenant().practice, offer=offer,
        savings=[_saving(one, row.currency) for one in row.savings],
    )  # fmt: skip


def _offered(one: ProposalLine, currency: str) -> QuoteLine:
    return QuoteLine(
        variant_id=one.variant_id, product_id=one.product_id, sku=one.sku, name=dict(one.title),
        options=list(one.options), unit=Money(one.unit_minor, currency), quantity=one.quantity,
        texts=dict(one.texts), discount=Money(one.discount_minor, currency), net=Money(one.net_minor, currency),
        tax=Money(one.tax_minor, currency), gross=Money(one.gross_minor, currency),
        components=list(one.tax_components), day=None, weight_g=one.weight_g, digital=one.digital,
    )  # fmt: skip


def _saving(one: Mapping[str, Any], currency: str) -> Saving:
    """What comes off, without the promotion that it came from: that may be over or used up, and the quote holds."""
    rule = Rule(key=promotions.MANUAL, kind=one["kind"], code=one["code"],
                told={"label": one["label"], "why": one["why"]})  # fmt: skip
    return Saving(rule, Money(one["minor"], currency), tuple(one["parts"]))
