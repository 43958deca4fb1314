"""Lift: how much more who sees what was chosen for them leaves than the one in ten who never does, and how surely.

A visitor counts in the arm of their browser, whatever they saw (as intended, not as treated); a contact with browsers
of both arms is left out. The interval is Welch's, at 95 %: difference ± 1.96 · √(s₁²/n₁ + s₀²/n₀). It is only told once
there are so many visitors that a difference of one half would be seen four times in five.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from crm import sums
from crm.facts import Fact
from crm.visitors import HOLD_OUT, Visitor
from kernel import clock, tenancy
from kernel.db import db
from kernel.money import Money

DAYS = 180  # visitors who came first since then
SURE, SEEN = 1.96, 0.84  # of a normal distribution: 95 % sure, seen in 80 of 100 cases
FEWEST = 30  # visitors held out; below that no interval means anything
BUYING, SPREAD = 50, 2  # while nobody bought: one in fifty will, for amounts that spread as much as their mean


@dataclass(frozen=True)
class Arm:
    """What the visitors of one arm left, in minor units."""

    visitors: int = 0
    buyers: int = 0
    total: int = 0
    squares: int = 0

    @classmethod
    def of(cls, amounts: Iterable[int], others: int = 0) -> "Arm":
        """Visitors who left these amounts, and so many who left nothing."""
        told = list(amounts)
        buyers = sum(1 for one in told if one)
        return cls(len(told) + others, buyers, sum(told), sum(one * one for one in told))

    @property
    def mean(self) -> float:
        """What one left."""
        return self.total / self.visitors if self.visitors else 0.0

    @property
    def variance(self) -> float:
        """How much that spreads."""
        if self.visitors < 2:
            return 0.0
        return max(0.0, (self.squares - self.total * self.total / self.visitors) / (self.visitors - 1))

    def __add__(self, other: "Arm") -> "Arm":
        return Arm(
            self.visitors + other.visitors, self.buyers + other.buyers, self.total + other.total,
            self.squares + other.squares,
        )  # fmt: skip


@dataclass(frozen=True)
class Lift:
    """What both arms left, and the difference for each visitor with its interval, in minor units."""

    shown: Arm
    held_out: Arm
    left_out: int = 0

    @property
    def missing(self) -> int:
        """How many visitors are still missing, roundly; 0 when there are enough."""
        there = self.shown.visitors + self.held_out.visitors
        lacking = needed(self.shown + self.held_out) - there
        few = (FEWEST - self.held_out.visitors) * 100 // HOLD_OUT
        return _round(max(lacking, few, 0))

    @property
    def difference(self) -> int:
        """How much more (or less) one leaves who sees what was chosen for them."""
        return round(self.shown.mean - self.held_out.mean)

    @property
    def margin(self) -> int:
        """Half of the interval."""
        return round(SURE * math.sqrt(sum(arm.variance / max(1, arm.visitors) for arm in (self.shown, self.held_out))))

    @property
    def low(self) -> int:
        """The least that the difference is likely to be."""
        return self.difference - self.margin

    @property
    def high(self) -> int:
        """The most."""
        return self.difference + self.margin

    @property
    def seen(self) -> bool:
        """Whether a difference can be told from none."""
        return self.low > 0 or self.high < 0


def needed(both: Arm) -> int:
    """How many visitors it takes to see a difference of half of what one leaves, four times in five."""
    relative = both.variance / both.mean**2 if both.mean else SPREAD * BUYING - 1.0
    share = HOLD_OUT / 100
    held_out: float = (SURE + SEEN) ** 2 * relative * (1 + share / (1 - share)) / 0.25
    return math.ceil(held_out / share)


def _round(count: int) -> int:
    step = max(1, 10 ** (len(str(count)) - 2))
    return int(-(-count // step) * step)


def now() -> Lift:
    """What both arms of this shop left lately."""
    since = clock.now() - timedelta(days=DAYS)
    nobodys = select(Visitor.arm, func.count(Visitor.id)).where(Visitor.contact_id.is_(None))
    others = Counter[str]()
    for arm, count in db.session.execute(nobodys.where(Visitor.first_seen >= since).group_by(Visitor.arm)):
        others[arm] = count
    spent, amounts, left_out = _spent(), defaultdict(list), 0
    people = select(Visitor.contact_id, func.min(Visitor.arm), func.max(Visitor.arm)).group_by(Visitor.contact_id)
    wanted = people.where(Visitor.contact_id.is_not(None)).having(func.min(Visitor.first_seen) >= since)
    for contact_id, least, most in db.session.execute(wanted):
        if least != most:
            left_out += 1
        else:
            amounts[least].append(spent.get(contact_id or 0, 0))
    arms = {name: Arm.of(amounts[name], others[name]) for name in ("shown", "held_out")}
    return Lift(arms["shown"], arms["held_out"], left_out)


def _spent() -> dict[int, int]:
    """What contacts paid since a browser of theirs was first seen, less what went back, in the shop's currency."""
    first = select(Visitor.contact_id, func.min(Visitor.first_seen).label("at")).group_by(Visitor.contact_id).subquery()
    paid = (
        select(Fact.contact_id, func.sum(Fact.amount_minor)).join(first, first.c.contact_id == Fact.contact_id)
        .where(Fact.at >= first.c.at, Fact.kind.in_(sorted(sums.MONEY)), Fact.currency == tenancy.tenant().currency)
        .group_by(Fact.contact_id)
    )  # fmt: skip
    return {contact_id: int(amount or 0) for contact_id, amount in db.session.execute(paid) if contact_id}


def money(minor: int) -> Money:
    """An amount of the shop's currency."""
    return Money(minor, tenancy.tenant().currency)
