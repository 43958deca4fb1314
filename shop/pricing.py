"""Pricing: what one unit costs whom and how many, and a line's net, tax and gross, rounded once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Any

from sqlalchemy import Select, String, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel import beside, money, rows
from kernel.db import Base, pk, ref
from kernel.money import Money
from kernel.tenancy import TenantOwned
from shop.tax_rules import TAX, Rate
from shop.variants import Variant


class PriceBreak(TenantOwned, Base):
    """A lower price of a product, or of one variant, from so many units on, for everyone or one customer group."""

    __tablename__ = "price_break"
    id: Mapped[int] = pk()
    product_id: Mapped[int] = ref("product")
    variant_id: Mapped[int | None] = ref("variant")  # only where the variant has a price of its own
    min_qty: Mapped[int] = mapped_column(default=1)
    price_minor: Mapped[int]
    customer_group: Mapped[str] = mapped_column(String(40), default="")  # "" = everyone

    def fits(self, quantity: int, group: str) -> bool:
        """Whether it applies to so many units and that group."""
        return quantity >= self.min_qty and self.customer_group in ("", group)

    def covers(self, variant: Variant) -> bool:
        """Whether it is about that variant: a price of the product is not that of a choice that costs its own."""
        if self.variant_id is not None:
            return variant.price_minor is not None and variant.id == self.variant_id
        return variant.price_minor is None


@dataclass(frozen=True)
class Amounts:
    """What a line comes to."""

    net: Money
    tax: Money
    gross: Money
    components: list[dict[str, Any]]  # code, name, rate_bp, included, compound, kind, exempt, net_minor, tax_minor


def breaks(product_ids: Iterable[int]) -> dict[int, list[PriceBreak]]:
    """The price breaks of those products, by product."""
    found: dict[int, list[PriceBreak]] = {product_id: [] for product_id in product_ids}
    if not found:
        return found
    for row in beside.entities(PriceBreak, beside.plain(_lower(), products=list(found))):
        found[row.product_id].append(row)
    return found


@lru_cache
def _lower() -> Select[Any]:
    these = PriceBreak.product_id.in_(bindparam("products", expanding=True))
    return select(*rows.columns(PriceBreak)).where(PriceBreak.tenant_id == bindparam("tenant"), these)


def ladder(variant: Variant, group: str = "") -> list[tuple[int, Money]]:
    """(from so many units, the price of one) where more units, or the group, make it cheaper than listed."""
    rows = breaks([variant.product_id])[variant.product_id]
    found = [(1, unit(variant, known=()))]
    for units in sorted({max(1, row.min_qty) for row in rows if row.customer_group in ("", group)}):
        price = unit(variant, units, group, known=rows)
        if price < found[-1][1]:
            found.append((units, price))
    return found[1:]


def unit(variant: Variant, quantity: int = 1, group: str = "", *, known: Sequence[PriceBreak] | None = None) -> Money:
    """The price of one unit when so many units of the product are bought: the lowest that applies."""
    product = variant.product
    listed = product.price_minor if variant.price_minor is None else variant.price_minor
    if product.kind == "voucher":  # a card costs what it is worth
        return Money(listed, product.currency)
    rows = breaks([product.id])[product.id] if known is None else known
    lower = [row.price_minor for row in rows if row.fits(quantity, group) and row.covers(variant)]
    return Money(max(0, min([listed, *lower])), product.currency)


def amounts(price: Money, rates: Sequence[Rate], rounding: str = "half_up") -> Amounts:
    """Net, tax and gross of `price`; rates that are included are inside it, others come on top.

    Whoever is exempt of a tax that is included pays the price without it.
    """
    inside = [rate for rate in rates if rate.included]
    tax = money.ratio(price, *_within(inside), rounding)
    net, freed = price - tax, any(rate.exempt for rate in inside)
    parts = [] if freed else _split(tax, inside)
    for rate in rates if freed else [rate for rate in rates if not rate.included]:
        parts.append((rate, _on_top(net, [part for _rate, part in parts], rate, rounding)))
    whole = money.total([part for _rate, part in parts], price.currency)
    return Amounts(net, whole, net + whole, [_component(rate, net, part) for rate, part in parts])


def delivered(price: Money, goods: Sequence[tuple[Sequence[Rate], Money]], rounding: str) -> Amounts:
    """What a delivery comes to; its tax follows the goods, by their worth with the largest remainder."""
    worth: dict[tuple[Rate, ...], int] = {}
    for rates, gross in goods:
        taxed = tuple(rate for rate in rates if rate.kind == TAX)
        worth[taxed] = worth.get(taxed, 0) + gross.minor
    if not price or not any(worth.values()):
        return Amounts(price, money.zero(price.currency), price, [])
    shares = money.share(price, list(worth.values()))
    found = [amounts(part, taxed, rounding) for taxed, part in zip(worth, shares, strict=True)]
    components: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in (part for known in found for part in known.components):
        key = tuple(one[name] for name in ("code", "rate_bp", "included", "exempt"))
        kept = components.setdefault(key, {**one, "net_minor": 0, "tax_minor": 0})
        kept["net_minor"] += one["net_minor"]
        kept["tax_minor"] += one["tax_minor"]
    net, tax = (money.total([getattr(one, name) for one in found], price.currency) for name in ("net", "tax"))
    return Amounts(net, tax, net + tax, list(components.values()))


def _multiples(rates: Sequence[Rate]) -> list[Fraction]:
    found: list[Fraction] = []
    for rate in rates:
        found.append(Fraction(rate.rate_bp, 10_000) * (1 + sum(found) if rate.compound else 1))
    return found


def _within(rates: Sequence[Rate]) -> tuple[int, int]:
    """The share of a price that the taxes inside it are, as top and bottom of a fraction."""
    whole = sum(_multiples(rates), Fraction(0))
    share = whole / (1 + whole)
    return share.numerator, share.denominator


def _split(tax: Money, rates: Sequence[Rate]) -> list[tuple[Rate, Money]]:
    if not rates:
        return []
    multiples = _multiples(rates)
    bottom = lcm(*(one.denominator for one in multiples))
    weights = [int(one * bottom) for one in multiples]
    parts = money.share(tax, weights) if any(weights) else [money.zero(tax.currency) for _ in rates]
    return list(zip(rates, parts, strict=True))


def _on_top(net: Money, before: Sequence[Money], rate: Rate, rounding: str) -> Money:
    if rate.exempt:
        return money.zero(net.currency)
    return money.percent(net + money.total(before, net.currency) if rate.compound else net, rate.rate_bp, rounding)


def _component(rate: Rate, net: Money, tax: Money) -> dict[str, Any]:
    return {
        "code": rate.code,
        "name": rate.name,
        "rate_bp": rate.rate_bp,
        "included": rate.included,
        "compound": rate.compound,
        "kind": rate.kind,
        "exempt": rate.exempt,
        "net_minor": net.minor,
        "tax_minor": tax.minor,
    }
