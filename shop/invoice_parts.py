"""Parts of an amount with its taxes: what a credit note takes of a line, by largest remainder, no cent too much."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shop.tax_rules import TAX


@dataclass(frozen=True)
class Rest:
    """Net, tax and the tax's components; `shared`: the components' bases are the same net, else they divide it."""

    net: int
    tax: int
    components: list[dict[str, Any]]
    shared: bool = True

    @property
    def gross(self) -> int:
        """Net and tax."""
        return self.net + self.tax


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Split `amount` by `weights`: the parts add up to it, none is larger than its weight when `amount` is not."""
    whole = sum(weights)
    if not whole:
        return [0 for _ in weights]
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % whole), i))
    for i in by_remainder[: amount - sum(parts)]:
        parts[i] += 1
    return parts


def filled(amount: int, tiers: Sequence[Sequence[int]]) -> list[int]:
    """Split `amount` over places, tier by tier: what the first cannot hold goes on to the next; [] for no tier."""
    found = [0] * len(tiers[0]) if tiers else []
    for weights in tiers:
        taken = min(amount, sum(weights))
        amount -= taken
        found = [so_far + part for so_far, part in zip(found, split(taken, weights), strict=True)]
    return found


def rest(whole: Rest, gone: Sequence[Rest]) -> Rest:
    """What is left of a line when those parts are gone."""
    components = [
        {**part, "net_minor": part["net_minor"] - sum(one.components[place]["net_minor"] for one in gone),
         "tax_minor": part["tax_minor"] - sum(one.components[place]["tax_minor"] for one in gone)}
        for place, part in enumerate(whole.components)
    ]  # fmt: skip
    net, tax = whole.net - sum(one.net for one in gone), whole.tax - sum(one.tax for one in gone)
    return Rest(net, tax, components, whole.shared)


def part(left: Rest, gross: int) -> Rest:
    """The part of `left` that comes to `gross`, its taxes in proportion; the whole when that is asked for."""
    if gross >= left.gross:
        return left
    taxes = [one["tax_minor"] for one in left.components]
    if left.shared:
        net, *parts = split(gross, [left.net, *taxes])
        bases = [_scaled(one["net_minor"], net, left.net) for one in left.components]
    else:
        own = [one["net_minor"] for one in left.components]
        over, *pairs = split(gross, [left.net - sum(own), *own, *taxes])
        bases, parts = pairs[: len(own)], pairs[len(own) :]
        net = over + sum(bases)
    components = [
        {**one, "net_minor": base, "tax_minor": tax}
        for one, base, tax in zip(left.components, bases, parts, strict=True)
    ]
    return Rest(net, sum(parts), components, left.shared)


def _scaled(base: int, net: int, whole: int) -> int:
    return net if base == whole else base * net // whole if whole else 0


def taxing(component: Mapping[str, Any]) -> bool:
    """Whether a component is a tax that was charged: not a service charge, not what the buyer was exempt of."""
    return bool(component["rate_bp"]) and component.get("kind", TAX) == TAX and not component.get("exempt")


def exempt(net: int, components: Sequence[dict[str, Any]], *, shared: bool) -> int:
    """How much of a line's net bears no tax: none was charged, or the buyer need not pay it."""
    bases = [one["net_minor"] for one in components if taxing(one)]
    covered = max(bases, default=0) if shared else sum(bases)
    return max(net - covered, 0)
