"""A discount in one sentence: its rule read back to who makes it, and why an order got it to who buys."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING

from babel.dates import format_date
from babel.numbers import format_decimal

from kernel import clock, i18n, tenancy
from kernel.i18n import _, ngettext, pick
from kernel.money import Money
from shop import storefront

if TYPE_CHECKING:
    from shop.discounts import Discount

HALF, WHOLE = 5_000, 10_000


def rule(row: "Discount") -> str:
    """Everything about it, so that its maker sees whether it says what was meant."""
    return _joined([_head(row), *_conditions(row), *_limits(row)])


def why(row: "Discount") -> str:
    """Why an order got it."""
    told = [_head(row), *_conditions(row)]
    if not row.code:
        return _joined(told)
    return _("With the code %(code)s: %(rule)s", code=row.code, rule=", ".join(filter(None, told)))


def offer(row: "Discount", product_id: int) -> str:
    """It on the page of a product, short: `Lleve 3, pague 2 · hasta el 30 nov`."""
    only = list(row.products) == [product_id] and not row.categories
    least, _groups, first = _conditions(row)  # who is in a group needs no word about it
    told = _joined([_short(row) if only else _head(row), least, first])
    return " · ".join(filter(None, (told, _last_day(row.ends_on))))


def nearly(row: "Discount", units: int, missing: int) -> str:
    """What a little more would bring: `Con 1 más: lleve 2 y el siguiente a mitad de precio, en Cafés.`"""
    if units:
        return str(ngettext("With one more: %(rule)s.", "With %(num)s more: %(rule)s.", units, rule=_head(row)))
    return str(_("With %(amount)s more: %(rule)s.", amount=amount(missing), rule=_head(row)))


def _last_day(ends: date | None) -> str:
    if ends is None:
        return ""
    this_year = ends.year == clock.today(tenancy.tenant().timezone).year
    short = str(format_date(ends, "d MMM" if this_year else "d MMM y", locale=i18n.language()))
    return str(_("until %(last)s", last=short))


def in_every_language(told: Callable[[], str]) -> dict[str, str]:
    """The same sentence in each of the shop's languages."""
    tenant, found = tenancy.tenant(), {}
    for language in i18n.languages_of(tenant):
        with i18n.speak(language, tenant.country):
            found[language] = told()
    return found


def percent(basis_points: int) -> str:
    """`12,5 %` as people of that locale read it; without a space that could break."""
    return f"{format_decimal(basis_points / 100, locale=i18n.locale())}\u00a0%"


def amount(minor: int) -> str:
    """An amount as this shop writes it."""
    cents = None if storefront.of().show_cents else False
    return Money(minor, tenancy.tenant().currency).format(str(i18n.locale()), cents=cents)


def day(value: date) -> str:
    """`31 de diciembre`, with the year when it is another one."""
    pattern = "d 'de' MMMM 'de' y" if i18n.language() == "es" else "d MMMM y"
    return str(format_date(value, pattern, locale=i18n.language()))


def about(names: Iterable[dict[str, str]]) -> dict[str, str]:
    """What a discount is for, in few words and every language: `Granos y Molidos`, `Granos y 3 más`."""
    kept = list(names)
    return in_every_language(lambda: _listed([pick(one) for one in kept])) if kept else {}


def _listed(names: list[str]) -> str:
    if len(names) > 2:
        return _("%(first)s and %(more)s more", first=names[0], more=len(names) - 1)
    return _("%(first)s and %(last)s", first=names[0], last=names[1]) if len(names) == 2 else "".join(names)


def _joined(parts: list[str]) -> str:
    text = ", ".join(filter(None, parts))
    return text[:1].upper() + text[1:]


def _head(row: "Discount") -> str:
    what = pick(row.about)
    if row.kind == "shipping":
        return str(_("free delivery"))
    if row.kind == "bundle":
        return _bundle(row, what or _("the whole shop"))
    if row.kind == "quantity":
        return _steps(row, what or _("the whole shop"))
    off = percent(row.percent_bp) if row.kind == "percent" else amount(row.amount_minor)
    return _("%(off)s off %(what)s", off=off, what=what or _("the whole purchase"))


def _short(row: "Discount") -> str:
    """What comes off, on the page of the only product that it is for."""
    told = {"all": row.buy + row.get, "buy": row.buy, "get": row.get, "off": percent(row.percent_bp)}
    if row.kind == "bundle" and row.percent_bp == WHOLE:
        return str(_("take %(all)s, pay %(buy)s", **told))
    if row.kind == "bundle" and row.percent_bp == HALF and row.get == 1:
        return str(_("take %(buy)s and the next one costs half", **told))
    if row.kind == "bundle":
        return str(_("of every %(all)s, %(get)s with %(off)s off", **told))
    if row.kind == "quantity":
        return "; ".join(_by_units(row))
    off = percent(row.percent_bp) if row.kind == "percent" else amount(row.amount_minor)
    return str(_("free delivery") if row.kind == "shipping" else _("%(off)s off", off=off))


def _bundle(row: "Discount", what: str) -> str:
    told = {"all": row.buy + row.get, "buy": row.buy, "get": row.get, "what": what, "off": percent(row.percent_bp)}
    if row.percent_bp == WHOLE:
        return _("take %(all)s and pay %(buy)s in %(what)s", **told)
    if row.percent_bp == HALF and row.get == 1:
        return _("take %(buy)s and the next one costs half, in %(what)s", **told)
    return _("of every %(all)s, %(get)s with %(off)s off, in %(what)s", **told)


def _steps(row: "Discount", what: str) -> str:
    return _("by quantity in %(what)s: %(steps)s", what=what, steps="; ".join(_by_units(row)))


def _by_units(row: "Discount") -> list[str]:
    return [_("%(off)s off from %(units)s units on", off=percent(off), units=units) for units, off in row.steps]


def _conditions(row: "Discount") -> list[str]:
    groups = ", ".join(row.customer_groups)
    return [
        _("for purchases from %(amount)s on", amount=amount(row.least_minor)) if row.least_minor else "",
        _("for customers of %(groups)s", groups=groups) if groups else "",
        _("on the first purchase") if row.first_only else "",
    ]


def _limits(row: "Discount") -> list[str]:
    many, each = row.usage_limit, row.per_customer
    return [
        _dates(row),
        ngettext("once in all", "%(num)s times in all", many) if many is not None else "",
        ngettext("once per customer", "%(num)s times per customer", each) if each and not row.first_only else "",
        "" if row.combinable or row.kind == "shipping" else _("not together with others"),
    ]


def _dates(row: "Discount") -> str:
    first, last = (day(one) if one else "" for one in (row.starts_on, row.ends_on))
    if first and last:
        return _("from %(first)s to %(last)s", first=first, last=last)
    if first:
        return _("from %(first)s on", first=first)
    return _("until %(last)s", last=last) if last else ""
