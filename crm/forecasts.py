"""Forecasts: what open deals may bring, by the month in which they are decided and by who looks after them.

A stage's chance is what this shop made of it: of the deals that stood there and were decided within a year, so many
were won. Where too few were, a guess stands in, and the page says so.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from crm import tasks
from crm.deal_stages import OPEN, Deal, DealMove
from kernel import clock
from kernel.db import db
from kernel.money import Money

GUESSES = {"new": 20, "talking": 40, "quoted": 60}  # percent, until enough was decided
ENOUGH = 10  # decided deals that a chance is read from
YEAR = timedelta(days=365)
MOST = 20_000  # moves that are looked at


@dataclass(frozen=True)
class Chance:
    """How many of a hundred that stand in a stage are won; whether that was counted or is a guess."""

    percent: int
    counted: bool


@dataclass(frozen=True)
class Part:
    """Deals that stand alike: how many, and what they would bring together."""

    stage: str
    month: date | None  # its first day; None: nobody can say yet
    for_id: int | None
    count: int
    amount: Money


def chances() -> dict[str, Chance]:
    """What became of those that stood in each stage and were decided within a year."""
    decided = (Deal.stage.in_(("won", "lost")), Deal.moved_at >= clock.now() - YEAR)
    each = select(DealMove.was, Deal.stage, func.count(func.distinct(Deal.id)))
    rows = db.session.execute(
        each.join(Deal, DealMove.deal_id == Deal.id).where(*decided).group_by(DealMove.was, Deal.stage)
    )
    told: dict[str, dict[str, int]] = defaultdict(lambda: {"won": 0, "lost": 0})
    for was, stage, count in rows:
        told[was][stage] = count
    return {stage: _chance(stage, told[stage]["won"], sum(told[stage].values())) for stage in OPEN}


def _chance(stage: str, won: int, decided: int) -> Chance:
    if decided < ENOUGH:
        return Chance(GUESSES[stage], counted=False)
    return Chance((200 * won + decided) // (2 * decided), counted=True)


def parts() -> list[Part]:
    """The open deals, those that stand alike together."""
    alike = Deal.stage, Deal.closes_on, Deal.for_id, Deal.currency
    sums = func.count(Deal.id), func.coalesce(func.sum(Deal.amount_minor), 0)
    rows = db.session.execute(select(*alike, *sums).where(Deal.stage.in_(OPEN)).group_by(*alike))
    return [
        Part(stage, closes.replace(day=1) if closes else None, for_id, count, Money(int(minor or 0), currency))
        for stage, closes, for_id, currency, count, minor in rows
    ]


def whole(found: Iterable[Part]) -> dict[str, Money]:
    """What they would bring if all were won, by currency."""
    return _sums(part.amount for part in found)


def weighted(found: Iterable[Part], known: dict[str, Chance]) -> dict[str, Money]:
    """What they may be expected to bring: of each stage as much as its chance says, by currency."""
    return _sums(_share(part.amount, known[part.stage].percent) for part in found)


def _share(amount: Money, percent: int) -> Money:
    return Money((2 * amount.minor * percent + 100) // 200, amount.currency)


def _sums(amounts: Iterable[Money]) -> dict[str, Money]:
    found: dict[str, Money] = {}
    for amount in amounts:
        found[amount.currency] = found.get(amount.currency, Money(0, amount.currency)) + amount
    return {currency: amount for currency, amount in sorted(found.items()) if amount}


def months(found: Iterable[Part]) -> list[tuple[date | None, list[Part]]]:
    """By the month in which they are decided, the earliest first; what nobody can say last."""
    by: dict[date | None, list[Part]] = defaultdict(list)
    for part in found:
        by[part.month].append(part)
    return sorted(by.items(), key=lambda pair: (pair[0] is None, pair[0] or date.max))


def late(month: date | None) -> bool:
    """Whether that month is over: somebody should say a new one."""
    return month is not None and month < tasks.today().replace(day=1)


def stays() -> dict[str, timedelta]:
    """How long deals stood in each stage before they went on, within a year, on the average."""
    spent: dict[str, list[timedelta]] = defaultdict(list)
    begun: dict[int, datetime] = {}
    for deal_id, was, at, created in _moves():
        since = begun.get(deal_id, created)
        begun[deal_id] = at
        if at >= clock.now() - YEAR:
            spent[was].append(max(at - since, timedelta(0)))
    return {stage: sum(times, timedelta(0)) / len(times) for stage, times in spent.items()}


def _moves() -> list[tuple[int, str, datetime, datetime]]:
    """The moves of every deal that moved within a year, as they followed each other."""
    mine = select(Deal.id).where(Deal.moved_at >= clock.now() - YEAR)
    told = select(DealMove.deal_id, DealMove.was, DealMove.at, Deal.created_at)
    told = told.join(Deal, DealMove.deal_id == Deal.id).where(Deal.id.in_(mine))
    rows = db.session.execute(told.order_by(DealMove.id.desc()).limit(MOST)).all()
    return [(row[0], row[1], row[2], row[3]) for row in reversed(rows)]
