"""Pricing: what one unit costs whom and how many, and a line's net, tax and gross, rounded once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel import money
from kernel.db import Base, db, pk, ref
from kernel.money import Money
from kernel.tenancy import TenantOwned
from shop import taxes
from shop.variants import Variant


class PriceBreak(TenantOwned, Base):
    """A lower price of a product from so many units on, for everyone or for one customer group."""

    __tablename__ = "price_break"
    id: Mapped[int] = pk()
    product_id: Mapped[int] = ref("product")
    min_qty: Mapped[int] = mapped_column(default=1)
    price_minor: Mapped[int]
    customer_group: Mapped[str] = mapped_column(String(40), default="")  # "" = everyone

    def fits(self, quantity: int, group: str) -> bool:
        """Whether it applies to so many units and that group."""
        return quantity >= self.min_qty and self.customer_group in ("", group)


@dataclass(frozen=True)
class Amounts:
    """What a line comes to."""

    net: Money
    tax: Money
    gross: Money
    components: list[dict[str, Any]]  # code, name, rate_bp, net_minor, tax_minor: they add up to net and tax


def breaks(product_ids: Iterable[int]) -> dict[int, list[PriceBreak]]:
    """The price breaks of those products, by product."""
    found: dict[int, list[PriceBreak]] = {product_id: [] for product_id in product_ids}
    for row in db.session.scalars(select(PriceBreak).where(PriceBreak.product_id.in_(list(found)))):
        found[row.product_id].append(row)
    return found


def unit(variant: Variant, quantity: int = 1, group: str = "", *, known: Sequence[PriceBreak] | None = None) -> Money:
    """The price of one unit when so many units of the product are bought: the lowest that applies."""
    product = variant.product
    listed = product.price_minor if variant.price_minor is None else variant.price_minor
    rows = breaks([product.id])[product.id] if known is None else known
    lower = [row.price_minor for row in rows if row.fits(quantity, group)]
    return Money(max(0, min([listed, *lower])), product.currency)


def amounts(price: Money, rates: Sequence[taxes.TaxRate], rounding: str = "half_up") -> Amounts:
    """Net, tax and gross of `price`; rates that are included are inside it, others come on top."""
    inside = sum(rate.rate_bp for rate in rates if rate.included)
    on_top = [rate for rate in rates if not rate.included]
    net = price - money.ratio(price, inside, 10_000 + inside, rounding)
    included = _split(price - net, [rate for rate in rates if rate.included])
    added = [(rate, money.percent(net, rate.rate_bp, rounding)) for rate in on_top]
    tax = money.total([part for _rate, part in (*included, *added)], price.currency)
    return Amounts(net, tax, net + tax, [_component(rate, net, part) for rate, part in (*included, *added)])


def shared(
    price: Money, grosses: Sequence[tuple[Sequence[taxes.TaxRate], Money]], rounding: str
) -> list[dict[str, Any]]:
    """The tax inside a delivery price: it follows the goods, split by their worth with the largest remainder."""
    weights = [gross.minor for _rates, gross in grosses]
    if not price or not any(weights):
        return []
    parts = money.share(price, weights)
    found: dict[str, dict[str, Any]] = {}
    for (rates, _gross), part in zip(grosses, parts, strict=True):
        for component in _inside(part, rates, rounding):
            kept = found.setdefault(component["code"], {**component, "net_minor": 0, "tax_minor": 0})
            kept["net_minor"] += component["net_minor"]
            kept["tax_minor"] += component["tax_minor"]
    return list(found.values())


def _inside(price: Money, rates: Sequence[taxes.TaxRate], rounding: str) -> list[dict[str, Any]]:
    whole = sum(rate.rate_bp for rate in rates)
    tax = money.ratio(price, whole, 10_000 + whole, rounding)
    return [_component(rate, price - tax, part) for rate, part in _split(tax, rates)]


def _split(tax: Money, rates: Sequence[taxes.TaxRate]) -> list[tuple[taxes.TaxRate, Money]]:
    if not rates:
        return []
    weights = [rate.rate_bp for rate in rates]
    parts = money.share(tax, weights) if any(weights) else [money.zero(tax.currency) for _ in rates]
    return list(zip(rates, parts, strict=True))


def _component(rate: taxes.TaxRate, net: Money, tax: Money) -> dict[str, Any]:
    return {
        "code": rate.code,
        "name": rate.name,
        "rate_bp": rate.rate_bp,
        "included": rate.included,
        "net_minor": net.minor,
        "tax_minor": tax.minor,
    }
