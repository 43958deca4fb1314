"""Searches: what is looked for in the shop, counted by day and by words; nobody is known, and what tells of somebody
is not kept."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Date, Index, Select, String, UniqueConstraint, bindparam, case, delete, func, select, update

from kernel import buffer, clock, jobs, tenancy, transactions
from kernel.db import Base, Mapped, db, mapped_column, pk, upsert
from kernel.tenancy import TenantOwned
from shop import figures, stems
from shop.synonyms import SearchSynonym

SHORTEST, LONGEST, MOST_DIGITS = 2, 60, 6  # signs of what is counted; more digits may be a phone or a card
EACH_DAY = 400  # different words of a shop: one that is asked for all kinds of nonsense keeps no more
LIFE = timedelta(days=90)
OFTEN, LATELY = 5, 7  # times in so many days, and not found: worth a line on the first page


class SearchCount(TenantOwned, Base):
    """How often something was searched on one day of the shop, and how much the last one found."""

    __tablename__ = "search_count"
    __extra__ = (
        UniqueConstraint("tenant_id", "day", "words"),
        Index("ix_search_count_words", "tenant_id", "words", "day"),
    )
    id: Mapped[int] = pk()
    day: Mapped[date] = mapped_column(Date)
    words: Mapped[str] = mapped_column(String(LONGEST))  # folded
    sense: Mapped[str] = mapped_column(String(LONGEST), default="")  # their stems; "" for what was counted before
    count: Mapped[int] = mapped_column(default=0)
    found: Mapped[int] = mapped_column(default=0)


class Asked(NamedTuple):
    """Something was searched."""

    day: date
    words: str
    found: int


def plain(query: str) -> str:
    """The words of a query as they are counted; "" for what says too little, or may tell of somebody."""
    said = "" if private(query) else stems.folded(query)
    return said if SHORTEST <= len(said) <= LONGEST else ""


def private(query: str) -> bool:
    """Whether it may tell of somebody: an e-mail address, a phone, a card, the number of an order."""
    return "@" in query or len(re.findall(r"\d", query)) > MOST_DIGITS


def note(query: str, found: int) -> None:
    """Count a search soon."""
    words = plain(query)
    if words and not tenancy.tenant().practice:
        buffer.put("searches", Asked(clock.today(tenancy.tenant().timezone), words, found))


def write(items: Sequence[Asked]) -> None:
    """Count them into their days, as far as a day has room; in one order, as whoever counts at the same time."""
    counted = Counter((item.day, item.words) for item in items)
    found = {(item.day, item.words): item.found for item in items}
    owner, spoken = tenancy.current(), tenancy.tenant().language
    told = [
        {
            "day": day,
            "words": words,
            "tenant": owner,
            "times": counted[day, words],
            "found": found[day, words],
            "sense": stems.sense(words, spoken)[:LONGEST],
        }
        for day in sorted({day for day, _words in counted})
        for words in _fitting(day, {one for that, one in counted if that == day})
    ]
    if told:
        db.session.connection().execute(_counting(db.engine.dialect.name), told)
        _sensed({words for _day, words in counted}, spoken)
        _found_now({words for (_day, words), many in found.items() if many}, min(day for day, _words in counted))


def _fitting(day: date, words: set[str]) -> list[str]:
    """Those for which the day has room, in order."""
    today = SearchCount.day == day
    there = set(db.session.scalars(select(SearchCount.words).where(today, SearchCount.words.in_(sorted(words)))))
    room = EACH_DAY - int(db.session.scalar(select(func.count(SearchCount.id)).where(today)) or 0)
    return sorted(there | set(sorted(words - there)[: max(0, room)]))


@lru_cache
def _counting(dialect: str) -> Any:
    """Beside the guard between tenants, so it names the tenant itself."""
    new = upsert(SearchCount, dialect).values(
        tenant_id=bindparam("tenant"), day=bindparam("day"), words=bindparam("words"), count=bindparam("times"),
        found=bindparam("found"), sense=bindparam("sense"),
    )  # fmt: skip
    more = {name: new.excluded[name] for name in ("found", "sense")}
    more["count"] = SearchCount.count + new.excluded.count
    return new.on_conflict_do_update(index_elements=["tenant_id", "day", "words"], set_=more)


def _sensed(words: Iterable[str], spoken: str) -> None:
    """What was counted before these days' senses were written is of the same sense."""
    bare = SearchCount.sense == ""
    for one in db.session.scalars(
        select(SearchCount.words).where(bare, SearchCount.words.in_(sorted(words))).distinct()
    ):
        told = {"sense": stems.sense(one, spoken)[:LONGEST]}
        db.session.execute(update(SearchCount).where(bare, SearchCount.words == one).values(told))


def _found_now(words: Iterable[str], before: date) -> None:
    """What is found by now is missed no more, on the days before either."""
    mine = SearchCount.words.in_(sorted(words)), SearchCount.found == 0, SearchCount.day < before
    ids = db.session.scalars(select(SearchCount.id).where(*mine).order_by(SearchCount.id)).all()
    if ids:
        db.session.execute(update(SearchCount).where(SearchCount.id.in_(ids)).values(found=1))


def query(show: str, days: int) -> Select[Any]:
    """What was searched in the last days: (words, times, found), the most often searched first; of words that are forms
    of one, those that were typed last, and most.

    `missed` is what its last search did not find and no synonym explains; `often` is what of it is asked for often.
    """
    owner, first = tenancy.current(), figures.lately(days).first
    mine = [SearchCount.tenant_id == owner, SearchCount.day >= first]
    if show != "most":
        mine.append(SearchCount.words.not_in(select(SearchSynonym.word).where(SearchSynonym.tenant_id == owner)))
    one = case((SearchCount.sense != "", SearchCount.sense), else_=SearchCount.words)
    last = SearchCount.day.desc(), SearchCount.count.desc(), SearchCount.words
    each = select(
        SearchCount.words, SearchCount.found, func.sum(SearchCount.count).over(partition_by=one).label("times"),
        func.row_number().over(partition_by=one, order_by=last).label("place"),
    ).where(*mine).subquery()  # fmt: skip
    wanted = select(each.c.words, each.c.times, each.c.found).where(each.c.place == 1)
    if show != "most":
        wanted = wanted.where(each.c.found == 0)
    if show == "often":
        wanted = wanted.where(each.c.times >= OFTEN)
    return wanted.order_by(each.c.times.desc(), each.c.words)


def size(show: str, days: int) -> int:
    """How many rows that has."""
    return int(db.session.scalar(select(func.count()).select_from(query(show, days).order_by(None).subquery())) or 0)


def total(days: int) -> int:
    """How many searches were counted in the last days."""
    mine = SearchCount.day >= figures.lately(days).first
    return int(db.session.scalar(select(func.coalesce(func.sum(SearchCount.count), 0)).where(mine)) or 0)


@jobs.job("searches.sweep")
def sweep() -> None:
    """In each shop: let go of what is too old."""
    with transactions.reading():
        tenants = list(db.session.scalars(select(tenancy.Tenant.id).order_by(tenancy.Tenant.id)))
    for tenant_id in tenants:
        with tenancy.use(tenant_id):
            transactions.retry_free(_sweep)


def _sweep() -> None:
    old = clock.today(tenancy.tenant().timezone) - LIFE
    if db.session.scalar(select(SearchCount.id).where(SearchCount.day < old).limit(1)):
        db.session.execute(delete(SearchCount).where(SearchCount.day < old))


def init_app(_app: Any) -> None:
    """Let the buffer write; each day."""
    buffer.writer("searches", write)
    jobs.every("searches.sweep", seconds=86400)
