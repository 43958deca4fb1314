"""Tax words: what a rate is, said in a sentence that an owner can check, and what a sale comes to with it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date

from kernel import countries, i18n, money, tenancy
from kernel.i18n import _, pick
from kernel.money import Money
from shop import pricing, receipts, tax_rules, taxes, zones
from shop.tax_rules import Rate, TaxRule
from shop.taxes import TaxRate


def percent(rate_bp: int) -> str:
    """Hundredths of a percent as one writes them: 1300 → 13."""
    whole, rest = divmod(rate_bp, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".") if rest else str(whole)


def named(name: str, rate_bp: int) -> str:
    """A tax with its percentage: `IVA 13 %`."""
    return name if "%" in name else f"{name} {percent(rate_bp)} %"


def sentence(charged: Sequence[Rate]) -> str:
    """What shown prices mean: `Prices with IVA 13 % included`."""
    inside = _listed(named(rate.name, rate.rate_bp) for rate in charged if rate.included and rate.rate_bp)
    on_top = _listed(named(rate.name, rate.rate_bp) for rate in charged if not rate.included and rate.rate_bp)
    if inside and on_top:
        return _("Prices with %(inside)s included; %(on_top)s is added.", inside=inside, on_top=on_top)
    if on_top:
        return _("Prices without tax: %(on_top)s is added when buying.", on_top=on_top)
    return _("Prices with %(inside)s included.", inside=inside) if inside else _("Prices without taxes.")


def _listed(names: Iterable[str]) -> str:
    return " + ".join(names)


def example(charged: Sequence[Rate]) -> list[tuple[str, str]]:
    """A sale of a round price, part by part: (name, amount); the last one is what is paid."""
    tenant = tenancy.tenant()
    known = countries.profile(tenant.country)
    price = Money((100 if known.digits else 10_000) * 10 ** money.digits(tenant.currency), tenant.currency)
    found = pricing.amounts(price, charged, known.rounding)
    parts = [(named(one["name"], one["rate_bp"]), _shown(found.net, one["tax_minor"])) for one in found.components]
    ends = (_("The shop shows"), receipts.shown(price)), (_("The buyer pays"), receipts.shown(found.gross))
    return [ends[0], (_("Without taxes"), receipts.shown(found.net)), *parts, ends[1]]


def _shown(like: Money, minor: int) -> str:
    return receipts.shown(Money(minor, like.currency))


def today(rate: TaxRate) -> list[Rate]:
    """What a rate charges at the shop today."""
    return taxes.book().by_id.get(rate.id, [])


def more(rate: TaxRate, rules: Iterable[TaxRule]) -> list[str]:
    """What a rate says beyond its own percentage, each in a few words."""
    return [rule_said(rate, rule) for rule in rules]


def rule_said(rate: TaxRate, rule: TaxRule) -> str:
    """One rule: `+ INGUAT 10 %`, `IVA 15 % from 1 January 2027`, `Abroad: 0 %`."""
    said = named(rule.name, rule.rate_bp)
    if rule.code != rate.tax and not rule.zone:
        said = f"+ {said}"
    if rule.zone:
        said = f"{place(rule.zone)}: {said}"
    if rule.valid_from:
        said = _("%(tax)s from %(day)s", tax=said, day=day(rule.valid_from))
    return _("%(tax)s until %(day)s", tax=said, day=day(rule.valid_to)) if rule.valid_to else said


def place(code: str) -> str:
    """What a zone is called."""
    if code == tax_rules.ABROAD:
        return _("Outside the country")
    zone = next((one for one in zones.all_of_tenant() if one.code == code), None)
    return pick(zone.name) if zone else _("A zone that is gone")


def day(value: date) -> str:
    """A date as people write it."""
    return str(format_date(value, "long", locale=i18n.language()))


def samples() -> list[countries.Tax]:
    """What the country usually has and the shop has not."""
    rates = taxes.rates()
    codes, plain = {rate.code for rate in rates}, {(rate.rate_bp, rate.included) for rate in rates if rate.rate_bp}
    usual = countries.profile(tenancy.tenant().country).taxes
    return [one for one in usual if one.code not in codes and (one.parts or (one.rate_bp, one.included) not in plain)]


def codes() -> list[tuple[str, str]]:
    """Every tax that is charged: (code, name)."""
    found: dict[str, Any] = {}
    for charged in taxes.book().by_id.values():
        for rate in charged:
            if rate.kind == tax_rules.TAX and rate.rate_bp:
                found.setdefault(rate.code, named(rate.name, rate.rate_bp))
    return sorted(found.items())
