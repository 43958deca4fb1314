"""Within reach: the promotions that one or two more units, or a little more money, would bring to a cart."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shop import discount_rules
from shop.discount_rules import Item, Rule

MOST_UNITS = 2  # more than that is pushing, not helping


@dataclass(frozen=True)
class Reach:
    """A promotion, and what is missing for it: units of what it is for, or an amount in minor units."""

    rule: Rule
    units: int = 0
    amount: int = 0


def of(rules: Sequence[Rule], items: Sequence[Item]) -> list[Reach]:
    """What those rules would bring with a little more, so much more than now; codes are nobody's to guess."""
    now = _brought(rules, items)
    found = []
    for rule in sorted((one for one in rules if not one.code), key=lambda one: one.place):
        reach = _missing(rule, items)
        if reach is not None and _brought(rules, _with(reach, items)).get(rule.key, -1) > now.get(rule.key, -1):
            found.append(reach)
    return found


def _brought(rules: Sequence[Rule], items: Sequence[Item]) -> dict[str, int]:
    return {cut.rule.key: cut.total for cut in discount_rules.best(rules, items)}


def _missing(rule: Rule, items: Sequence[Item]) -> Reach | None:
    reached = [item for item in items if rule.reaches(item)]
    if not reached:
        return None
    lacking = rule.missing(items)
    if lacking:  # more than half of it lies there already
        return Reach(rule, amount=lacking) if 2 * lacking < rule.least else None
    have = sum(item.quantity for item in reached)
    wanted = _next(rule, have)
    return Reach(rule, units=wanted - have) if have < wanted <= have + MOST_UNITS else None


def _next(rule: Rule, have: int) -> int:
    """At how many units it brings more; 0 when it never does."""
    if rule.kind == "bundle":
        size = rule.buy + rule.get
        return -(-have // size) * size
    return min((least for least, _percent in rule.steps if least > have), default=0) if rule.kind == "quantity" else 0


def _with(reach: Reach, items: Sequence[Item]) -> list[Item]:
    """The cart as it would be then, with the cheapest way there."""
    cheapest = min((item for item in items if reach.rule.reaches(item)), key=lambda item: item.unit)
    more = replace(cheapest, quantity=reach.units) if reach.units else replace(cheapest, unit=reach.amount, quantity=1)
    return [*items, more]
