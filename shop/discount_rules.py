"""Discount rules: what a cart gets off and why not, worked out of plain numbers; the same whatever order rows come in.

How several go together: at most one code; every combinable promotion adds up, by priority, each on what the ones before
left; an exclusive one stands alone; of all the ways that are left the buyer gets the best. Free delivery adds to any.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kernel import money
from kernel.money import Money

KINDS = ("quantity", "bundle", "percent", "amount", "shipping")  # in this order where priorities are equal


@dataclass(frozen=True)
class Item:
    """A line as rules see it: what, on which shelves (the category and those above it), price of one, how many."""

    product: int
    shelves: frozenset[int]
    unit: int
    quantity: int
    fixed: bool = False  # a price that was agreed upon, a gift card: nothing comes off it, and it earns nothing

    @property
    def worth(self) -> int:
        """What the line costs before anything comes off."""
        return self.unit * self.quantity


@dataclass(frozen=True)
class Rule:
    """What comes off, of what, from which amount on, and how it stands beside others."""

    key: str
    kind: str
    code: str = ""
    percent_bp: int = 0
    amount: int = 0
    buy: int = 0
    get: int = 0
    steps: tuple[tuple[int, int], ...] = ()  # (units, hundredths of a percent)
    products: frozenset[int] = frozenset()
    shelves: frozenset[int] = frozenset()
    methods: frozenset[str] = frozenset()  # delivery methods whose cost goes; none named: all
    least: int = 0
    priority: int = 100
    combinable: bool = True
    agreed: bool = False  # it is part of an agreement itself: prices that were agreed upon are lowered, too
    told: Mapping[str, Any] = field(default_factory=dict, compare=False)  # what an order keeps of it

    @property
    def place(self) -> tuple[Any, ...]:
        """Where it stands among others."""
        return self.priority, KINDS.index(self.kind), self.code, self.key

    def reaches(self, item: Item) -> bool:
        """Whether it is for that line."""
        if item.fixed and not self.agreed:
            return False
        everything = not self.products and not self.shelves
        return everything or item.product in self.products or bool(item.shelves & self.shelves)

    def missing(self, items: Sequence[Item]) -> int:
        """How much more has to be bought first."""
        return max(0, self.least - sum(item.worth for item in items if not item.fixed))


@dataclass(frozen=True)
class Cut:
    """What one rule takes off each line; of free delivery nothing here, it shows when a way is chosen."""

    rule: Rule
    parts: tuple[int, ...]

    @property
    def total(self) -> int:
        """What it takes off altogether."""
        return sum(self.parts)


def best(rules: Sequence[Rule], items: Sequence[Item]) -> list[Cut]:
    """What comes off: the best for the buyer of all that may stand together."""
    fitting = [rule for rule in rules if not rule.missing(items) and any(rule.reaches(item) for item in items)]
    goods = [rule for rule in fitting if rule.kind != "shipping"]
    plans = [[cut for cut in _cuts(plan, items) if cut.total] for plan in _plans(goods)]
    chosen = min(plans, key=_rank)
    coded = any(cut.rule.code for cut in chosen)
    delivery = [rule for rule in sorted(fitting, key=lambda rule: rule.place) if rule.kind == "shipping"]
    coupons = [rule for rule in delivery if rule.code][: 0 if coded else 1]
    free = [rule for rule in delivery if not rule.code] + coupons
    return [*chosen, *(Cut(rule, (0,) * len(items)) for rule in free)]


def _plans(rules: Sequence[Rule]) -> Iterator[list[Rule]]:
    together = [rule for rule in rules if rule.combinable and not rule.code]
    yield together
    yield from ([*together, rule] for rule in rules if rule.combinable and rule.code)
    yield from ([rule] for rule in rules if not rule.combinable)


def _rank(cuts: Sequence[Cut]) -> tuple[Any, ...]:
    """The most off; where that is the same: without a code, with fewer exclusive ones, by name."""
    exclusive = sum(not cut.rule.combinable for cut in cuts)
    coded = sum(bool(cut.rule.code) for cut in cuts)
    return -sum(cut.total for cut in cuts), coded, exclusive, sorted(cut.rule.key for cut in cuts)


def _cuts(rules: Sequence[Rule], items: Sequence[Item]) -> Iterator[Cut]:
    left = [item.worth for item in items]
    for rule in sorted(rules, key=lambda rule: rule.place):
        reached = [item if rule.reaches(item) else None for item in items]
        parts = tuple(min(part, rest) for part, rest in zip(_parts(rule, reached, left), left, strict=True))
        left = [rest - part for rest, part in zip(left, parts, strict=True)]
        yield Cut(rule, parts)


def _parts(rule: Rule, reached: Sequence[Item | None], left: Sequence[int]) -> Sequence[int]:
    weights = [rest if item else 0 for item, rest in zip(reached, left, strict=True)]
    whole = sum(weights)
    if rule.kind == "bundle":
        return _bundled(rule, reached)
    if rule.kind == "amount":
        return _spread(min(rule.amount, whole), weights)
    if rule.kind == "quantity":
        return _spread(_of(whole, _step(rule, sum(item.quantity for item in reached if item))), weights)
    return _spread(_of(whole, rule.percent_bp), weights)


def _of(whole: int, basis_points: int) -> int:
    return money.percent(Money(whole, ""), basis_points).minor


def _spread(amount: int, weights: Sequence[int]) -> list[int]:
    """An amount over the lines by the largest remainder: no line gets more than it weighs."""
    if amount <= 0 or not any(weights):
        return [0] * len(weights)
    return [part.minor for part in money.share(Money(amount, ""), weights)]


def _step(rule: Rule, units: int) -> int:
    """What so many units earn."""
    return max((percent for least, percent in rule.steps if units >= least), default=0)


def _bundled(rule: Rule, reached: Sequence[Item | None]) -> list[int]:
    """Of every `buy + get` units, the dearest first, the last `get` cost less: counted in runs, not one by one."""
    size, parts, before = rule.buy + rule.get, [0] * len(reached), 0
    units = sum(item.quantity for item in reached if item)
    full = units - units % size
    rows = [(item, place) for place, item in enumerate(reached) if item]
    for item, place in sorted(rows, key=lambda row: (-row[0].unit, row[0].product, row[1])):
        first, last = min(before, full), min(before + item.quantity, full)
        parts[place] = _of(item.unit * (_favoured(rule, last) - _favoured(rule, first)), rule.percent_bp)
        before += item.quantity
    return parts


def _favoured(rule: Rule, units: int) -> int:
    """How many of the first `units` units cost less."""
    size = rule.buy + rule.get
    return units // size * rule.get + max(0, units % size - rule.buy)
