"""Plans: an order that is paid in parts; what is due when, and what of it is paid, told by its ledger, oldest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Date, String, UniqueConstraint, delete

from kernel import clock, money, tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.money import Money
from kernel.tenancy import TenantOwned

if TYPE_CHECKING:
    from shop.orders import Order

KINDS = ("deposit", "layaway", "agreed")
NAMES = {"deposit": _l("Deposit"), "layaway": _l("Layaway"), "agreed": _l("Payment in parts")}
ENDED = frozenset({"cancelled", "expired"})


class Instalment(TenantOwned, Base):
    """A part of an order's total with its day; what of it is paid is never written, the ledger says it."""

    __tablename__ = "instalment"
    __extra__ = (
        UniqueConstraint("tenant_id", "order_id", "position"),
        CheckConstraint("amount_minor > 0", name="amount"),
    )
    id: Mapped[int] = pk()
    order_id: Mapped[int] = ref("order", index=False)
    position: Mapped[int]
    due_on: Mapped[date | None] = mapped_column(Date, index=True)  # None: when the goods are handed over
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))


@dataclass(frozen=True)
class Due:
    """An amount and its day, before it belongs to an order."""

    amount: Money
    on: date | None


@dataclass(frozen=True)
class Terms:
    """What somebody agrees on: in how many parts, from which day on, every so many days, the first one so large."""

    count: int
    start: date
    every_days: int
    first: Money | None = None


@dataclass(frozen=True)
class Part:
    """An instalment with what of it is paid."""

    position: int
    on: date | None
    amount: Money
    paid: Money

    @property
    def left(self) -> Money:
        """What of it is still to be paid."""
        return self.amount - self.paid

    def state(self, today: date) -> str:
        """`paid`, `late`, `now` or `later`."""
        if not self.left:
            return "paid"
        if self.on is None:
            return "now" if self.position == 0 else "later"
        return "late" if self.on < today else "now" if self.on == today or self.position == 0 else "later"


def split(whole: Money, count: int, *, first: Money | None = None) -> list[Money]:
    """`whole` in at most `count` parts that add up to it, none of them zero; the first one at least `first`."""
    equal = money.share(whole, [1] * count) if whole.minor > 0 else []
    if first is not None and equal and first.minor > equal[0].minor:
        first = min(first, whole, key=lambda one: one.minor)
        equal = [first, *(money.share(whole - first, [1] * (count - 1)) if count > 1 else [])]
        equal[0] += whole - money.total(equal, whole.currency)
    return [part for part in equal if part.minor > 0]


def write(order: "Order", kind: str, dues: Iterable[Due]) -> None:
    """Give the order its plan in place of the one it had; the parts must add up to its total."""
    rows = [due for due in dues if due.amount.minor > 0]
    if kind not in KINDS or sum(due.amount.minor for due in rows) != order.total_minor:
        raise ValueError("the parts of a plan add up to the total of its order")
    db.session.execute(delete(Instalment).where(Instalment.order_id == order.id))
    order.plan = kind
    for place, due in enumerate(rows):
        row = Instalment(order_id=order.id, position=place, due_on=due.on, amount_minor=due.amount.minor)
        row.currency = order.currency
        db.session.add(row)
    db.session.flush()
    db.session.expire(order, ["instalments"])


def begin(order: "Order") -> None:
    """What was due on a day that is over is due from today on: nobody was to pay before the shop said yes."""
    for row in order.instalments:
        if row.due_on is not None and row.due_on < today():
            row.due_on = today()
    db.session.flush()


def resize(order: "Order", minor: int) -> None:
    """It costs so much more or less in all: the next part grows, or a new one is due today; the last ones shrink."""
    if not order.plan or not minor:
        return
    dues = [Due(order.money(row.amount_minor), row.due_on) for row in order.instalments]
    if minor > 0:
        after = next((one.position for one in parts(order) if one.left), None)
        if after is None:
            dues.append(Due(order.money(minor), today()))
        else:
            dues[after] = Due(dues[after].amount + order.money(minor), dues[after].on)
    for place in reversed(range(len(dues))):
        off = order.money(min(max(-minor, 0), dues[place].amount.minor))
        dues[place], minor = Due(dues[place].amount - off, dues[place].on), minor + off.minor
    write(order, order.plan, dues)


def parts(order: "Order") -> list[Part]:
    """The parts of its plan, paid the oldest first; what the order no longer costs is taken off the last ones.

    A part of which nothing is left so is none.
    """
    left, found = max(order.received_minor, 0), []
    for row, minor in zip(order.instalments, _owed(order), strict=True):
        if not minor:
            continue
        paid = min(left, minor)
        left -= paid
        found.append(Part(row.position, row.due_on, order.money(minor), order.money(paid)))
    return found


def _owed(order: "Order") -> list[int]:
    less, found = order.credited_minor, []
    for row in reversed(order.instalments):
        off = min(less, row.amount_minor)
        less -= off
        found.append(row.amount_minor - off)
    return found[::-1]


def due_now(order: "Order", on: date | None = None) -> Money:
    """What is asked for at once: the first part and every one whose day has come; all of it without a plan."""
    if order.state in ENDED or order.asked or order.balance.minor <= 0:
        return order.money(0)
    if not order.plan:
        return order.balance
    return money.total([part.left for part in parts(order) if _come(order, part, on or today())], order.currency)


def _come(order: "Order", part: Part, day: date) -> bool:
    """Whether it is asked for: the first part at once, unless another day was agreed on."""
    first = part.position == 0 and (part.on is None or order.plan != "agreed")
    return first or (part.on is not None and part.on <= day)


def coming(order: "Order", on: date | None = None) -> Part | None:
    """The next part that is not yet asked for."""
    if order.state in ENDED:
        return None
    return next((part for part in parts(order) if part.left and not _come(order, part, on or today())), None)


def overdue(order: "Order", on: date | None = None) -> list[Part]:
    """The parts whose day is over."""
    return [] if order.state in ENDED else [part for part in parts(order) if part.state(on or today()) == "late"]


def secured(order: "Order") -> bool:
    """Whether enough came that the goods stay taken: the first part, or all of it without a plan."""
    first = parts(order)[:1]
    return order.balance.minor <= 0 or (bool(first) and not first[0].left)


def today() -> date:
    """Today where the shop is."""
    return clock.today(tenancy.tenant().timezone)
