"""Redemptions: the use of a discount is taken with its order, and given back once when that comes to nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, UniqueConstraint, func, or_, select, update
from sqlalchemy.orm.attributes import set_committed_value

from crm import contacts
from kernel import clock, signing, tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned
from shop import counters
from shop.counters import Counter
from shop.discounts import Discount
from shop.order_discounts import OrderDiscount, of
from shop.orders import ENDED, Order

if TYPE_CHECKING:
    from shop.quotes import Quote


class UsedUp(Refusal):
    """Somebody else was a moment quicker."""

    message = _l("“%(name)s” was just used for the last time. Look at the new total and order again.")
    status = 409


class UsedBefore(Refusal):
    """The same person, however they write their address."""

    message = _l("“%(name)s” was already used by you. Look at the new total and order again.")
    status = 409


class DiscountUse(TenantOwned, Counter, Base):
    """How often one person used a discount: a keyed hash of their address or number, which outlives a deletion."""

    __tablename__ = "discount_use"
    __extra__ = (UniqueConstraint("tenant_id", "discount_id", "person"),)
    id: Mapped[int] = pk()
    discount_id: Mapped[int] = ref("discount")
    person: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True)
class Person:
    """Who buys, as far as they said; guests count like everybody."""

    email: str = ""
    phone: str = ""

    @property
    def keys(self) -> list[str]:
        """What one person cannot write in two ways: the mailbox behind an address, the number."""
        said = (("email", contacts.normal_email(self.email)), ("phone", self.phone))
        return sorted(signing.fingerprint(f"discount-{kind}", text) for kind, text in said if text)


NOBODY = Person()


def redeem(order: Order, quote: "Quote") -> None:
    """Write down what the order gets off; take its uses by one statement each, in the order of the discounts' ids."""
    person = Person(order.email, order.phone)
    rows = [_row(order, place, saving) for place, saving in enumerate(quote.savings)]
    if not order.practice:
        for row in sorted(rows, key=lambda row: row.discount_id or 0):
            _take(row, person)
    db.session.add_all(rows)
    set_committed_value(order, "discounts", rows)


def more(order: Order, quote: "Quote", *, first: int) -> None:
    """The same for what is added to an order that has lines already; `first`: the position of the first new one."""
    place = max((row.position for row in order.discounts), default=-1) + 1
    rows = [_row(order, place + after, saving, first) for after, saving in enumerate(quote.savings)]
    if not order.practice:
        for row in sorted(rows, key=lambda row: row.discount_id or 0):
            _take(row, Person(order.email, order.phone))
    db.session.add_all(rows)
    db.session.flush()
    db.session.expire(order, ["discounts"])


def _row(order: Order, place: int, saving: Any, first: int = 0) -> OrderDiscount:
    told = saving.rule.told
    return OrderDiscount(
        order_id=order.id, discount_id=told.get("id"), position=place, kind=saving.rule.kind, code=saving.rule.code,
        label=dict(told.get("label", {})), why=dict(told.get("why", {})), currency=order.currency,
        amount_minor=saving.amount.minor, counted=False, persons=[],
        lines=[[first + position, part] for position, part in enumerate(saving.parts) if part],
    )  # fmt: skip


def _take(row: OrderDiscount, person: Person) -> None:
    known = db.session.get(Discount, row.discount_id) if row.discount_id else None
    if known is None:
        return
    if known.usage_limit is not None and not _claim(known.id):
        raise UsedUp(name=row.code or _named(row))
    row.counted = known.usage_limit is not None
    most = known.limit_of_person
    if most is None:
        return
    for key in person.keys:
        if not counters.take(DiscountUse, 1, most, discount_id=known.id, person=key):
            raise UsedBefore(name=row.code or _named(row))
    row.persons = person.keys


def _claim(discount_id: int) -> bool:
    room = or_(Discount.usage_limit.is_(None), Discount.used < Discount.usage_limit)
    mine = update(Discount).where(Discount.id == discount_id, room).values(used=Discount.used + 1)
    done = db.session.execute(mine, execution_options={"synchronize_session": False})
    return bool(done.rowcount)  # type: ignore[attr-defined]


def _named(row: OrderDiscount) -> str:
    return row.label.get(tenancy.tenant().language) or next(iter(row.label.values()), row.kind)


def give_back(order: Order) -> None:
    """The order came to nothing: others may use what it had; harmless when it comes twice."""
    for row in sorted(of(order), key=lambda row: row.discount_id or 0):
        if row.discount_id is None or not _returned(row):
            continue
        if row.counted:
            mine = update(Discount).where(Discount.id == row.discount_id, Discount.used > 0)
            db.session.execute(mine.values(used=Discount.used - 1), execution_options={"synchronize_session": False})
        for key in row.persons:
            counters.give(DiscountUse, 1, discount_id=row.discount_id, person=key)


def _returned(row: OrderDiscount) -> bool:
    mine = update(OrderDiscount).where(OrderDiscount.id == row.id, OrderDiscount.returned_at.is_(None))
    done = db.session.execute(mine.values(returned_at=clock.now()), execution_options={"synchronize_session": False})
    db.session.expire(row, ["returned_at"])
    return bool(done.rowcount)  # type: ignore[attr-defined]


def again(order: Order) -> None:
    """An order that had ended lives again: its uses are taken anew, or it is refused."""
    person = Person(order.email, order.phone)
    for row in sorted(of(order), key=lambda row: row.discount_id or 0):
        if row.returned_at is not None:
            row.returned_at = None
            _take(row, person)


def uses(discount_id: int) -> Any:
    """How many orders have it, as a question inside another one."""
    mine = OrderDiscount.discount_id == discount_id, OrderDiscount.returned_at.is_(None)
    real = select(func.count(OrderDiscount.id)).join(Order, Order.id == OrderDiscount.order_id)
    return real.where(*mine, ~Order.practice).scalar_subquery()


def used_before(discount_ids: Iterable[int], person: Person) -> dict[int, int]:
    """How often that person used each of those discounts."""
    mine = DiscountUse.discount_id.in_(list(discount_ids)), DiscountUse.person.in_(person.keys)
    wanted = select(DiscountUse.discount_id, func.max(DiscountUse.taken)).where(*mine)
    return {key: int(many) for key, many in db.session.execute(wanted.group_by(DiscountUse.discount_id))}


def bought_before(person: Person) -> bool:
    """Whether that person ever ordered here, as a guest or not."""
    known = contacts.by_email(person.email)
    whose = [Order.contact_id == known.id] if known else []
    whose += [Order.phone == person.phone] if person.phone else []
    if not whose:
        return False
    wanted = select(Order.id).where(or_(*whose), Order.state.not_in(ENDED), ~Order.practice).limit(1)
    return db.session.scalar(wanted) is not None
