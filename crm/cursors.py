"""Cursors: how far a reader of facts has come; it goes back ten minutes each time, for what was committed late."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, mapped_column

from crm import facts
from crm.facts import Fact
from kernel import tenancy, transactions
from kernel.db import Base, db, pk, upsert
from kernel.tenancy import TenantOwned

PAGE = 1_000


class FactCursor(TenantOwned, Base):
    """The newest fact that a reader has seen."""

    __tablename__ = "fact_cursor"
    __extra__ = (UniqueConstraint("tenant_id", "name"),)
    id: Mapped[int] = pk()
    name: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column(default=0)


def _back() -> int:
    """How far a reading goes back, in ids."""
    return facts.REREAD_MINUTES * 60_000 << 22


def position(name: str) -> int:
    """The id up to which a reader has come; 0 before it ever read."""
    return int(db.session.scalar(select(FactCursor.position).where(FactCursor.name == name)) or 0)


def read(name: str, kinds: Iterable[str]) -> Iterator[Fact]:
    """Every fact of these kinds that the reader may not have seen, the oldest first; take all of them.

    The id of a fact is made before its transaction ends, so one with a smaller id can appear after one with a larger.
    Facts of the last ten minutes before the position come again and again: what the reader does with one has a unique
    key, or is the same when done twice. The position moves with the transaction in which the facts were taken.
    """
    last = position(name)
    start, wanted, given = last - _back(), sorted(set(kinds)), set[int]()
    while page := _page(start, wanted):
        yield from page
        start = page[-1].id
        given = {one for one in given | {fact.id for fact in page} if one > start - _back()}
        if len(page) < PAGE:
            break
    move(name, start)
    _given[tenancy.current(), name] = max(last, start), given


Given = tuple[int, set[int]]  # a position, and the facts that come again after it
_given: dict[tuple[int, str], Given] = {}  # of the last reading, whatever becomes of its transaction
_dealt: dict[tuple[int, str], Given] = {}  # of the last one that was kept


def news(name: str, kinds: Iterable[str]) -> bool:
    """Whether a reading would be given a fact that this process has not dealt with yet; for looking, before writing."""
    last = position(name)
    kept, known = _dealt.get((tenancy.current(), name), (0, set[int]()))
    there = select(Fact.id).where(Fact.id > last - _back(), Fact.kind.in_(sorted(set(kinds)))).limit(PAGE)
    ids = set(db.session.scalars(there))
    return len(ids) == PAGE or last < kept or not ids <= known  # behind itself: the database was restored


def dealt(name: str) -> None:
    """The last reading was kept: what it was given is no news any more."""
    key = tenancy.current(), name
    if key in _given:
        _dealt[key] = _given.pop(key)


def forget() -> None:
    """Drop what was dealt with: the database under it was replaced."""
    _given.clear()
    _dealt.clear()


def look(name: str, kinds: Iterable[str], verb: Callable[[], Any]) -> None:
    """Have `verb` read and keep what is new; where nothing is, nobody waits for the writer's turn."""
    with transactions.reading():
        if not news(name, kinds):
            return
    transactions.retry_free(verb)
    dealt(name)


def _page(start: int, kinds: list[str]) -> list[Fact]:
    after = select(Fact).where(Fact.id > start, Fact.kind.in_(kinds))
    return list(db.session.scalars(after.order_by(Fact.id).limit(PAGE)))


def move(name: str, last: int) -> None:
    """Let the reader have come so far; it never goes back."""
    new = upsert(FactCursor).values(tenant_id=tenancy.current(), name=name, position=0)
    db.session.execute(new.on_conflict_do_nothing())
    ahead = update(FactCursor).where(FactCursor.name == name, FactCursor.position < last).values(position=last)
    db.session.execute(ahead, execution_options={"synchronize_session": False})
