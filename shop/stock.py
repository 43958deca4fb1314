"""Stock: what may still be sold; taken by one conditional statement, given back exactly once, kept in a ledger."""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Date, Executable, ForeignKey, Select, String, UniqueConstraint, bindparam, select, update
from sqlalchemy.orm import Mapped, mapped_column

from kernel import beside, clock, i18n, jobs, journal, tenancy
from kernel.db import Base, db, pk, ref
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned
from shop import catalog, counters, days, stock_wait_rows
from shop.variants import UNCOUNTED, Variant

Key = tuple[int, date | None]  # a variant, and the day its daily capacity is taken from
SETTLE = timedelta(minutes=5)  # what is there for a minute only, between two orders, brings nobody here in vain


class SoldOut(Refusal):
    """Fewer are left than somebody wants."""

    message = _l("Only %(left)s left of %(item)s.")
    status = 409

    def __init__(self, variant: Variant, left: int, day: date | None = None) -> None:
        self.variant, self.left, self.day = variant, left, day
        item = i18n.pick(variant.product.name)
        super().__init__(sentence(left, day), left=left, item=item, day=days.told(day) if day else "")


class StockMove(TenantOwned, Base):
    """One entry of the ledger: units that left (negative) or came."""

    __tablename__ = "stock_move"
    id: Mapped[int] = pk()
    at: Mapped[datetime] = mapped_column(default=clock.now)
    variant_id: Mapped[int] = ref("variant")
    order_id: Mapped[int | None] = ref("order")
    kind: Mapped[str] = mapped_column(String(12))  # take | back | adjust
    units: Mapped[int]
    day: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(120), default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    returned_at: Mapped[datetime | None]  # of a `take`: when it was given back, once


class DayTaken(counters.Counter, TenantOwned, Base):
    """How many of a variant with a daily capacity are taken of one day."""

    __tablename__ = "day_taken"
    __extra__ = (UniqueConstraint("tenant_id", "variant_id", "day"),)
    id: Mapped[int] = pk()
    variant_id: Mapped[int] = ref("variant")
    day: Mapped[date] = mapped_column(Date)


class Line(Protocol):
    """What can be taken: a line of an order or of a quote."""

    @property
    def variant_id(self) -> int:
        """What is taken."""

    @property
    def quantity(self) -> int:
        """How many."""

    @property
    def day(self) -> date | None:
        """Of which day, when it is made for a day."""


def take(lines: Iterable[Line], *, order: Any) -> None:
    """Take what the lines need, all or nothing, in key order; raises SoldOut."""
    needed, known = needs(lines)
    for variant_id, day in sorted(needed, key=lambda key: (key[0], key[1] or date.min)):
        units, variant = needed[variant_id, day], known[variant_id]
        if variant.stock_kind in UNCOUNTED:
            continue
        if not _claim(variant, units, day):
            raise SoldOut(variant, max(0, left(variant, day) or 0), day)
        note(variant_id, -units, kind="take", day=day, order_id=order.id)


def check(lines: Iterable[Line]) -> None:
    """Refuse what is already short; only `take` decides. Raises SoldOut."""
    needed, known = needs(lines)
    for (variant_id, day), units in needed.items():
        there = left(known[variant_id], day)
        if there is not None and there < units:
            raise SoldOut(known[variant_id], there, day)


def give_back(order: Any, *, reason: str = "cancelled") -> int:
    """Give back what the order took and nobody gave back yet; how many units that was."""
    mine = StockMove.order_id == order.id, StockMove.kind == "take", StockMove.returned_at.is_(None)
    claimed = (
        update(StockMove)
        .where(*mine)
        .values(returned_at=clock.now())
        .returning(StockMove.variant_id, StockMove.units, StockMove.day)
    )
    rows = db.session.execute(claimed, execution_options={"synchronize_session": False}).all()
    for variant_id, units, day in sorted(rows, key=lambda row: (row[0], row[2] or date.min)):
        _return(variant_id, -units, day)
        note(variant_id, -units, kind="back", day=day, order_id=order.id, reason=reason)
    return -sum(units for _variant, units, _day in rows)


def put_back(line: Line, *, order: Any, reason: str) -> int:
    """Put units of an order's line back on sale that came back: never more than it took; how many that was."""
    needed, _known = needs([line])
    put = 0
    for (variant_id, day), units in sorted(needed.items(), key=lambda one: one[0][0]):
        if day is None:  # what was made for a day is not sold on another
            put += _put_back(variant_id, units, order, reason)
    return put


def _put_back(variant_id: int, units: int, order: Any, reason: str) -> int:
    mine = StockMove.order_id == order.id, StockMove.kind == "take", StockMove.returned_at.is_(None)
    rows = select(StockMove).where(*mine, StockMove.variant_id == variant_id).order_by(StockMove.id).with_for_update()
    put = 0
    for row in db.session.scalars(rows):
        part = min(units - put, -row.units)
        if part <= 0:
            break
        row.units += part  # the entry becomes two: what stays out, and what came back
        if not row.units:
            row.units, row.returned_at = -part, clock.now()
        else:
            note(variant_id, -part, kind="take", order_id=order.id, returned_at=clock.now())
        _return(variant_id, part, None)
        note(variant_id, part, kind="back", order_id=order.id, reason=reason)
        put += part
    return put


def adjust(variant: Variant, *, on_hand: int, by: Any = None, reason: str = "") -> None:
    """Say how many there are: the difference goes into the ledger and the journal."""
    if not 0 <= on_hand <= catalog.MOST:
        raise Refusal(_l("Write how many there are as a whole number from 0 to %(most)s."), most=catalog.MOST)
    db.session.refresh(variant, ["on_hand"], with_for_update=True)
    difference = on_hand - variant.on_hand
    if difference:
        variant.on_hand = on_hand
        note(variant.id, difference, kind="adjust", reason=reason, account_id=by.id if by else None)
        if difference > 0:
            _grew(variant.id)
        journal.write("stock.adjusted", about=variant, by=by, data={"difference": difference, "reason": reason})


def needs(lines: Iterable[Line]) -> tuple[Tally[Key], dict[int, Variant]]:
    """Units by variant and day, bundles opened into their parts; and those variants."""
    wanted: Tally[Key] = Tally()
    for line in lines:
        wanted[line.variant_id, line.day] += line.quantity
    known = variants({variant_id for variant_id, _day in wanted})
    needed: Tally[Key] = Tally()
    for (variant_id, day), units in wanted.items():
        for part, each in parts(known[variant_id]):
            known[part.id] = part
            needed[part.id, _day_of(part, day)] += units * each
    return needed, known


def variants(ids: set[int]) -> dict[int, Variant]:
    """Those variants; raises Refusal when one is no longer sold."""
    found = catalog.variants(ids)
    if found.keys() != ids:
        raise Refusal(_l("One of the products is no longer sold: take it out of the cart."), status=409)
    return found


def _day_of(variant: Variant, day: date | None) -> date | None:
    if variant.stock_kind != "daily":
        return None
    return day or clock.today(tenancy.tenant().timezone)


def parts(variant: Variant) -> list[tuple[Variant, int]]:
    """What one unit consists of: itself, or the parts of a bundle with listed quantities."""
    if variant.stock_kind != "parts":
        return [(variant, 1)]
    return [(part.variant, part.quantity) for part in variant.product.parts]


def available(chosen: Sequence[Variant], day: date | None = None) -> dict[int, int | None]:
    """How many of each can be sold now (None: without limit); of a daily one on `day`, else on any free day."""
    return {variant.id: left(variant, day) for variant in chosen}


def left(variant: Variant, day: date | None = None) -> int | None:
    """How many of this one can be sold now; None is without limit."""
    if variant.stock_kind in UNCOUNTED:
        return None
    if variant.stock_kind == "daily":
        return _left_of_day(variant, day)
    if variant.stock_kind == "parts":
        each = [(left(part, day), units) for part, units in parts(variant)]
        return min((have // units for have, units in each if have is not None), default=None)
    return max(0, variant.on_hand)


def made_daily(lines: Iterable[Line]) -> dict[int, int]:
    """Of what is made for a day: units needed, by variant."""
    needed, known = needs(lines)
    tally: dict[int, int] = {}
    for (variant_id, _day), units in needed.items():
        if known[variant_id].stock_kind == "daily":
            tally[variant_id] = tally.get(variant_id, 0) + units
    return tally


def short_days(needed: Mapping[int, int], asked: Sequence[date]) -> set[date]:
    """The days on which that many units can no longer be made."""
    known = variants(set(needed))
    wanted = select(DayTaken).where(DayTaken.variant_id.in_(list(needed)), DayTaken.day.in_(asked))
    taken = {(row.variant_id, row.day): row.taken for row in db.session.scalars(wanted)}
    return {
        day for day in asked for one, units in needed.items()
        if taken.get((one, day), 0) + units > (known[one].daily_capacity or 0)
    }  # fmt: skip


def on_hand(product: catalog.Product) -> int:
    """The units of all its variants that lie on the shelf."""
    return sum(variant.on_hand for variant in product.variants if variant.stock_kind == "onhand")


def low() -> Select[Variant]:
    """The variants of which few are left, of products that are not in the bin, the emptiest first."""
    few = Variant.stock_kind == "onhand", Variant.on_hand <= Variant.low_at, Variant.active
    sold = select(catalog.Product.id).where(catalog.Product.binned_at.is_(None))
    return select(Variant).where(*few, Variant.product_id.in_(sold)).order_by(Variant.on_hand, Variant.id)


def low_products() -> Select[Any]:
    """The products of which few are left, in one variant or in several: "Hoy" and the list of products count these."""
    return select(catalog.Product.id).where(catalog.Product.id.in_(low().with_only_columns(Variant.product_id)))


def sentence(left: int, day: date | None) -> Any:
    """What to say of what is sold out, its values still to be filled in."""
    if day:
        return _l("Only %(left)s left of %(item)s for %(day)s.") if left else _l("%(item)s is sold out for %(day)s.")
    return SoldOut.message if left else _l("%(item)s is sold out.")


def _left_of_day(variant: Variant, day: date | None) -> int:
    taken = counters.taken(DayTaken, variant_id=variant.id, day=day) if day else 0
    return max(0, (variant.daily_capacity or 0) - taken)


def _claim(variant: Variant, units: int, day: date | None) -> bool:
    if variant.stock_kind == "daily":
        return counters.take(DayTaken, units, variant.daily_capacity or 0, variant_id=variant.id, day=day)
    return _move_on_hand(variant.id, -units)


def _return(variant_id: int, units: int, day: date | None) -> None:
    if day:
        counters.give(DayTaken, units, variant_id=variant_id, day=day)
    else:
        _move_on_hand(variant_id, units)
        _grew(variant_id)


def _grew(variant_id: int) -> None:
    """Have those looked at who wait for it, once it has stayed on sale for a while; mostly nobody does."""
    for one in stock_wait_rows.touched(variant_id):
        jobs.later("stock_waits.tell", one, at=clock.now() + SETTLE, key=str(one))


def _move_on_hand(variant_id: int, units: int) -> bool:
    """Add units to what lies there, or take them away as far as they last."""
    done = beside.plain(_moving(), variant=variant_id, units=units, least=max(0, -units))
    loaded = db.session.identity_map.get(db.session.identity_key(Variant, variant_id))
    if loaded is not None:
        db.session.expire(loaded, ["on_hand"])
    return bool(done)


@lru_cache
def _moving() -> Executable:
    mine = Variant.id == bindparam("variant"), Variant.tenant_id == bindparam("tenant")
    moved = update(Variant).where(*mine, Variant.on_hand >= bindparam("least"))
    return moved.values(on_hand=Variant.on_hand + bindparam("units")).returning(Variant.id)


def note(variant_id: int, units: int, **told: Any) -> None:
    """Write down what left (negative) or came."""
    beside.post(StockMove, variant_id=variant_id, units=units, **told)
