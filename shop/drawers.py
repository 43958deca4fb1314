"""Counting the drawer: opened with a float, moved, counted; what should be in it is never known before it is counted.

Nobody has to: a shop without an open drawer sells as ever. What should be there is the float, the cash of the payments
that came into this drawer, and what was put in or taken out. What a count finds beyond or below it is an entry of its
own, so that float, cash and entries together are always what lies there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from kernel import clock, journal, tenancy
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Missing, Refusal
from shop import practice, receipts, storefront
from shop.drawer_rows import Drawer, DrawerCount, DrawerEntry
from shop.ledger import LedgerEntry

if TYPE_CHECKING:
    from kernel.accounts import Account

QUIET = {"synchronize_session": False}
DIFFERENCE = "difference"  # the kind of what a count found too much or lacking
WAYS: dict[str, tuple[str, int, Any]] = {  # what happened: (kind of the entry, in or out, how it is called)
    "expense": ("expense", -1, _l("A supplier or an expense was paid")),
    "bank": ("bank", -1, _l("It was taken to the bank")),
    "owner_out": ("owner", -1, _l("The owner took it")),
    "change": ("change", 1, _l("Change was brought in")),
    "owner_in": ("owner", 1, _l("The owner put it in")),
    "other_in": ("other", 1, _l("Something else came in")),
    "other_out": ("other", -1, _l("Something else went out")),
}
TAKEN = ("bank", "owner_out")  # where what is taken out after the count goes
WORDS = ("expense", "other_in", "other_out")  # that need words


class AlreadyOpen(Refusal):
    """There is one drawer at a time."""

    message = _l("The drawer is open already: somebody opened it a moment ago.")
    status = 409


class NotOpen(Refusal):
    """The drawer was closed meanwhile."""

    message = _l("The drawer is closed already: somebody counted it a moment ago. Nothing of yours was kept.")
    status = 409


class Told(Refusal):
    """Why it differed was said already."""

    message = _l("The reason is written down already.")
    status = 409


class Same(Refusal):
    """A correction that corrects nothing."""

    message = _l("That is what was counted already.")


class TooMuch(Refusal):
    """More than was counted is to be taken out."""

    message = _l("Only %(most)s was counted: less must be taken out, or as much.")


@dataclass(frozen=True)
class Count:
    """What somebody counted: an amount, and of which pieces when they counted so (by the piece's minor units)."""

    minor: int
    pieces: Mapping[str, int] = field(default_factory=dict)


def current() -> Drawer | None:
    """The drawer that is open."""
    return db.session.scalars(_mine().where(Drawer.closed_at.is_(None))).one_or_none()


def last() -> Drawer | None:
    """The drawer that was opened last."""
    return db.session.scalars(_mine().order_by(Drawer.id.desc()).limit(1)).one_or_none()


def _mine() -> Select[Any]:
    return select(Drawer).where(Drawer.practice == tenancy.tenant().practice)


def closed() -> Select[Any]:
    """The drawers that were counted, the latest first."""
    return _mine().where(Drawer.closed_at.is_not(None)).order_by(Drawer.id.desc())


def forgotten() -> Select[Any]:
    """The open drawer, when it was opened before today."""
    zone = ZoneInfo(tenancy.tenant().timezone)
    today = datetime.combine(clock.today(tenancy.tenant().timezone), time(), zone)
    return _mine().where(Drawer.closed_at.is_(None), Drawer.opened_at < today)


def used() -> bool:
    """Whether this shop has ever opened one."""
    return db.session.scalar(select(Drawer.id).limit(1)) is not None


def by_token(token: str) -> Drawer:
    """A drawer of the back office's address; raises Missing."""
    found = db.session.scalars(select(Drawer).where(Drawer.token == token)).one_or_none() if token else None
    if found is None:
        raise Missing()
    return found


def begin(count: Count, *, by: "Account") -> Drawer:
    """Open it with that float; raises AlreadyOpen."""
    tenant = tenancy.tenant()
    row = Drawer(currency=tenant.currency, float_minor=count.minor, pieces=dict(count.pieces), practice=tenant.practice)
    row.opened_id = by.id
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise AlreadyOpen() from None
    journal.write("drawer.opened", about=row, by=by, data={"amount": receipts.shown(row.money(count.minor))})
    return row


def move(drawer: Drawer, way: str, minor: int, *, by: "Account", note: str = "") -> DrawerEntry:
    """Cash that came or went, one of WAYS; raises NotOpen."""
    _hold(drawer, shared=True)
    if drawer.closed_at is not None:
        raise NotOpen()
    entry = _append(drawer, way, minor, by=by, note=note)
    journal.write("drawer.moved", about=drawer, by=by, data={"amount": receipts.shown(entry.amount)})
    return entry


def close(drawer: Drawer, count: Count, *, by: "Account", taken: int = 0, to: str = "bank") -> DrawerCount:
    """End the period with what was counted; of it, `taken` goes to the bank or the owner. Raises NotOpen, TooMuch.

    Whoever takes cash at this moment has committed before the sum is made, or finds the drawer closed.
    """
    if taken > count.minor:
        raise TooMuch(most=receipts.shown(drawer.money(count.minor)))
    end = update(Drawer).where(Drawer.id == drawer.id, Drawer.closed_at.is_(None))
    done = db.session.execute(end.values(closed_at=clock.now(), closed_id=by.id), execution_options=QUIET)
    if not done.rowcount:  # type: ignore[attr-defined]
        raise NotOpen()
    db.session.refresh(drawer)
    row = _counted(drawer, count, expected(drawer).minor, by=by)
    if taken:
        _append(drawer, to, taken, by=by, count=row)
    told = {name: receipts.shown(drawer.money(minor))
            for name, minor in (("amount", row.minor), ("difference", row.difference_minor))}  # fmt: skip
    journal.write("drawer.closed", about=drawer, by=by, data=told)
    return row


def correct(drawer: Drawer, count: Count, *, reason: str, by: "Account") -> DrawerCount:
    """Count a closed drawer anew: the count before stays as it is. Raises Same, Missing."""
    _hold(drawer)
    known = counts(drawer)
    if not known:
        raise Missing()
    if known[-1].minor == count.minor:
        raise Same()
    row = _counted(drawer, count, known[-1].expected_minor, by=by, before=known[-1], reason=reason)
    journal.write("drawer.corrected", about=drawer, by=by, data={"amount": receipts.shown(drawer.money(row.minor))})
    return row


def explain(drawer: Drawer, why: str, *, by: "Account") -> None:
    """Say why the first count differed, once; raises Told, and Missing of one that tallied."""
    known = counts(drawer)
    if not known or not known[0].difference_minor:
        raise Missing()
    told = update(Drawer).where(Drawer.id == drawer.id, Drawer.why == "", Drawer.closed_at.is_not(None))
    done = db.session.execute(told.values(why=why[:300], why_id=by.id), execution_options=QUIET)
    if not done.rowcount:  # type: ignore[attr-defined]
        raise Told()
    db.session.refresh(drawer)


def _hold(drawer: Drawer, *, shared: bool = False) -> None:
    """Read it anew; nobody closes it before this transaction ends."""
    db.session.refresh(drawer, with_for_update={"read": True} if shared else True)


def _counted(
    drawer: Drawer, count: Count, expected_minor: int, *, by: "Account", before: DrawerCount | None = None,
    reason: str = "",
) -> DrawerCount:  # fmt: skip
    row = DrawerCount(drawer_id=drawer.id, number=before.number + 1 if before else 1, pieces=dict(count.pieces))
    row.minor, row.expected_minor, row.reason, row.account_id = count.minor, expected_minor, reason[:300], by.id
    row.practice = drawer.practice
    db.session.add(row)
    db.session.flush()
    moved = row.minor - (before.minor if before else expected_minor)
    if moved:
        _entry(drawer, DIFFERENCE, moved, by=by, count=row, note=row.reason)
    return row


def _append(drawer: Drawer, way: str, minor: int, **told: Any) -> DrawerEntry:
    kind, sign, _label = WAYS[way]
    return _entry(drawer, kind, sign * minor, **told)


def _entry(
    drawer: Drawer, kind: str, minor: int, *, by: "Account", count: DrawerCount | None = None, note: str = ""
) -> DrawerEntry:
    row = DrawerEntry(drawer_id=drawer.id, kind=kind, amount_minor=minor, currency=drawer.currency, note=note[:300])
    row.count_id, row.account_id, row.practice = count.id if count else None, by.id, drawer.practice
    db.session.add(row)
    db.session.flush()
    return row


def counts(drawer: Drawer) -> Sequence[DrawerCount]:
    """What was counted, the first one first."""
    mine = select(DrawerCount).where(DrawerCount.drawer_id == drawer.id)
    return db.session.scalars(mine.order_by(DrawerCount.number)).all()


def counted(rows: Sequence[Drawer]) -> dict[int, list[DrawerCount]]:
    """The counts of several closed drawers, by the drawer's id."""
    found: dict[int, list[DrawerCount]] = {row.id: [] for row in rows}
    mine = select(DrawerCount).where(DrawerCount.drawer_id.in_(found))
    for count in db.session.scalars(mine.order_by(DrawerCount.number)):
        found[count.drawer_id].append(count)
    return found


def taken(rows: Sequence[Drawer]) -> dict[int, int]:
    """What was taken out of each after its count, in minor units, by the drawer's id."""
    out = select(DrawerEntry.drawer_id, func.sum(DrawerEntry.amount_minor)).group_by(DrawerEntry.drawer_id)
    after = DrawerEntry.count_id.is_not(None), DrawerEntry.kind != DIFFERENCE
    found = {row.id: 0 for row in rows}
    mine = db.session.execute(out.where(DrawerEntry.drawer_id.in_(found), *after))
    return found | {drawer_id: -int(minor) for drawer_id, minor in mine}


def entries(drawer: Drawer) -> Sequence[DrawerEntry]:
    """What moved without an order, and what counts found, the first one first."""
    mine = select(DrawerEntry).where(DrawerEntry.drawer_id == drawer.id)
    return db.session.scalars(mine.order_by(DrawerEntry.id)).all()


def cash(drawer: Drawer) -> Money:
    """What came in cash less what went back in cash, by the payment ledger."""
    mine = select(func.sum(LedgerEntry.amount_minor)).where(LedgerEntry.drawer_id == drawer.id)
    return drawer.money(int(db.session.scalar(mine) or 0))


def moved(drawer: Drawer) -> Money:
    """What was put in less what was taken out before it was counted."""
    mine = select(func.sum(DrawerEntry.amount_minor)).where(DrawerEntry.drawer_id == drawer.id)
    return drawer.money(int(db.session.scalar(mine.where(DrawerEntry.count_id.is_(None))) or 0))


def expected(drawer: Drawer) -> Money:
    """What should be in it: the float, its cash, what was put in and taken out."""
    return drawer.money(drawer.float_minor) + cash(drawer) + moved(drawer)


def left(drawer: Drawer) -> Money:
    """What lies there now: float, cash and all entries; of a closed one what was counted and not taken out."""
    after = select(func.sum(DrawerEntry.amount_minor)).where(DrawerEntry.drawer_id == drawer.id)
    more = int(db.session.scalar(after.where(DrawerEntry.count_id.is_not(None))) or 0)
    return expected(drawer) + drawer.money(more)


def blind() -> bool:
    """Whether who counts is not to see before what should be there."""
    return storefront.of().drawer_blind


def wipe() -> None:
    """The rehearsals go; the payments that named them are gone already."""
    for kind in (DrawerEntry, DrawerCount, Drawer):
        db.session.execute(delete(kind).where(kind.practice), execution_options=QUIET)


def init_app(_app: object) -> None:
    """Say how the journal tells it, and forget rehearsals with the others."""
    practice.wiped(wipe)
    journal.kind("drawer.opened", _l("Opened the cash drawer with %(amount)s"))
    journal.kind("drawer.moved", _l("Moved %(amount)s in the cash drawer"))
    journal.kind("drawer.closed", _l("Counted the cash drawer: %(amount)s, difference %(difference)s"))
    journal.kind("drawer.corrected", _l("Corrected the count of the cash drawer: %(amount)s"))
