"""Taxes: the rates that a tenant charges on what it sells, and what they come to for a place, a day and a buyer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, String, UniqueConstraint, bindparam, delete, select, update

from kernel import beside, clock, countries, rows, tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk
from kernel.tenancy import Tenant, TenantOwned
from shop import storefront, tax_rules
from shop.tax_rules import Rate, Row, TaxRule
from shop.zones import Zone

if TYPE_CHECKING:
    from shop.catalog import Product

DAYS = ("valid_from", "valid_to")
EVERY = "*"  # every tax, of an exemption


class TaxRate(TenantOwned, Base):
    """What some goods are charged, in hundredths of a percent; `included` when shown prices already contain it."""

    __tablename__ = "tax_rate"
    __extra__ = (UniqueConstraint("tenant_id", "code"),)
    id: Mapped[int] = pk()
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    rate_bp: Mapped[int]
    included: Mapped[bool] = mapped_column(default=True)
    is_default: Mapped[bool] = mapped_column(default=False)
    tax_code: Mapped[str] = mapped_column(String(40), default="")  # of its own component, where that is another's too
    tax_name: Mapped[str] = mapped_column(String(80), default="")
    on_delivery: Mapped[bool] = mapped_column(default=False)  # of at most one: else delivery follows the goods

    def charged(self) -> Rate:
        """What it charges where and when no rule says otherwise."""
        return Rate(self.tax, self.tax_name or self.name, self.rate_bp, self.included)

    @property
    def tax(self) -> str:
        """The code of its own component."""
        return self.tax_code or self.code


@dataclass(frozen=True)
class Book:
    """Every rate as it is charged for one place, day and buyer."""

    by_id: Mapping[int, list[Rate]]
    usual: list[Rate]  # of goods that name none
    delivery: list[Rate] | None  # None: as the goods that are delivered
    zoned: bool = False  # whether it differs from place to place

    def of(self, product: "Product") -> list[Rate]:
        """What a product is charged, component by component; a voucher nothing: what is bought with it is."""
        if product.kind == "voucher":
            return []
        return self.by_id.get(product.tax_rate_id or 0, self.usual)


def book(
    *, place: Mapping[str, str] | None = None, on: date | None = None, exempt: Mapping[str, str] | None = None
) -> Book:
    """The rates for a place (the shop's own when it is empty), a day there and the taxes that a buyer need not pay."""
    found_rows = _rates()
    tenant = tenancy.tenant()
    day = on or clock.today(tenant.timezone)
    zoned = any(rule and rule.zone for _rate, rule, _zone in found_rows)
    where = place or (_here() if zoned else {})
    rules: dict[int, list[Row]] = {rate.id: [] for rate, _rule, _zone in found_rows}
    for rate, rule, zone in found_rows:
        if rule is not None:
            rules[rate.id].append((rule, zone))
    known = {rate.id: rate for rate, _rule, _zone in found_rows}
    found = {
        key: [_freed(one, exempt or {}) for one in tax_rules.resolve(rate, rules[key], where, day, home=tenant.country)]
        for key, rate in known.items()
    }
    usual = next((found[key] for key, rate in known.items() if rate.is_default), [])
    own = next((found[key] for key, rate in known.items() if rate.on_delivery), None)
    return Book(found, usual, own, zoned)


def charged(
    products: Sequence["Product"], *, place: Mapping[str, str] | None = None, on: date | None = None,
    exempt: Mapping[str, str] | None = None,
) -> list[list[Rate]]:  # fmt: skip
    """What each of those products is charged, component by component."""
    known = book(place=place, on=on, exempt=exempt)
    return [known.of(product) for product in products]


def _rates() -> list[tuple[TaxRate, TaxRule | None, Zone | None]]:
    """Every rate with each of its rules, and the zone of that."""
    return [tuple(rows.apart(row, TaxRate, TaxRule, Zone)) for row in beside.plain(_all())]


@lru_cache
def _all() -> Select[Any]:
    mine: Any = bindparam("tenant")
    rule = (TaxRule.rate_id == TaxRate.id) & (TaxRule.tenant_id == mine)
    zone = (Zone.code == TaxRule.zone) & (Zone.tenant_id == mine)
    told: Any = select(*rows.columns(TaxRate), *rows.columns(TaxRule), *rows.columns(Zone))
    rules = told.select_from(TaxRate).outerjoin(TaxRule, rule).outerjoin(Zone, zone)
    found: Select[Any] = rules.where(TaxRate.tenant_id == mine).order_by(TaxRate.id, TaxRule.id)
    return found


def _here() -> dict[str, str]:
    own = storefront.of().address or {}
    return {"country": tenancy.tenant().country, **{key: str(value) for key, value in own.items()}}


def _freed(rate: Rate, exempt: Mapping[str, str]) -> Rate:
    paper = exempt.get(rate.code) or exempt.get(EVERY) or ""
    return replace(rate, exempt=paper) if paper and rate.kind == tax_rules.TAX else rate


def rates() -> list[TaxRate]:
    """The tenant's rates, the default first."""
    return list(db.session.scalars(select(TaxRate).order_by(TaxRate.is_default.desc(), TaxRate.code)))


def default() -> TaxRate | None:
    """The rate of goods that name none."""
    return db.session.scalars(select(TaxRate).where(TaxRate.is_default).order_by(TaxRate.id)).first()


def named(code: str) -> TaxRate | None:
    """The rate with that code."""
    return db.session.scalars(select(TaxRate).where(TaxRate.code == code)).one_or_none()


def rules(rate: TaxRate) -> list[TaxRule]:
    """Everything that a rate says beyond itself, in the order in which it was said."""
    return list(db.session.scalars(select(TaxRule).where(TaxRule.rate_id == rate.id).order_by(TaxRule.id)))


def prefer(rate: TaxRate) -> None:
    """Make a rate the one of goods that name none; there is one at most."""
    db.session.execute(update(TaxRate).where(TaxRate.id != rate.id).values(is_default=False))
    rate.is_default = True


def deliver(rate: TaxRate | None) -> None:
    """Charge that rate on deliveries, or what the goods are charged."""
    db.session.execute(update(TaxRate).values(on_delivery=False))
    if rate is not None:
        rate.on_delivery = True


def call(rate: TaxRate, name: str) -> None:
    """Name a rate's own component on invoices: the tax of the rate that is called so, or one of its own."""
    if name == rate.tax_name:
        return
    same = db.session.scalars(select(TaxRate.code).where(TaxRate.name == name, TaxRate.id != rate.id)).first()
    before, rate.tax_name, rate.tax_code = rate.tax, name, same or ""
    own = (TaxRule.rate_id == rate.id, TaxRule.code == before, TaxRule.zone == tax_rules.EVERYWHERE)
    db.session.execute(update(TaxRule).where(*own).values(code=rate.tax))


def ruled(rate: TaxRate, told: Mapping[str, Any]) -> TaxRule:
    """A rule of that rate; days may be written as texts."""
    days = {name: date.fromisoformat(told[name]) for name in DAYS if isinstance(told.get(name), str)}
    return TaxRule(rate_id=rate.id, **{**told, **days})


def current(rate: TaxRate) -> int:
    """A rate's own percentage today, where no zone says otherwise."""
    day = clock.today(tenancy.tenant().timezone)
    own = [rule for rule in rules(rate) if rule.code == rate.tax and not rule.zone and rule.on(day)]
    return max(own, key=lambda rule: (rule.valid_from or date.min, rule.id)).rate_bp if own else rate.rate_bp


def alter(rate: TaxRate, rate_bp: int) -> None:
    """What an owner writes now holds now: changes of the percentage that have begun are over."""
    if rate_bp == current(rate):
        return
    rate.rate_bp = rate_bp
    begun = TaxRule.valid_from <= clock.today(tenancy.tenant().timezone)
    own = (TaxRule.rate_id == rate.id, TaxRule.code == rate.tax, TaxRule.zone == tax_rules.EVERYWHERE)
    db.session.execute(delete(TaxRule).where(*own, begun))


def drop(rate: TaxRate) -> None:
    """Take a rate out with everything that it says."""
    db.session.execute(delete(TaxRule).where(TaxRule.rate_id == rate.id))
    db.session.delete(rate)


def sample(code: str) -> TaxRate | None:
    """Write a rate of the country's list; None when it has none of that code."""
    tax = next((one for one in countries.profile(tenancy.tenant().country).taxes if one.code == code), None)
    return _write(tax) if tax else None


def _write(tax: countries.Tax) -> TaxRate:
    same = {name: getattr(tax, name) for name in ("code", "name", "rate_bp", "included", "tax_code", "tax_name")}
    rate = TaxRate(**same, is_default=tax.default)
    db.session.add(rate)
    if tax.parts:
        db.session.flush()
        db.session.add_all(TaxRule(rate_id=rate.id, **part) for part in tax.parts)
    return rate


def furnish(tenant: Tenant) -> None:
    """Give a new tenant the rates of its country to begin with; its owner confirms them with an accountant."""
    if db.session.scalar(select(TaxRate.id).limit(1)) is None:
        for tax in countries.profile(tenant.country).taxes:
            if not tax.offered:
                _write(tax)


def init_app(_app: Any) -> None:
    """Furnish new tenants."""
    tenancy.furnish(furnish)
