"""What a period of the drawer says: its cash, moves and counts, and what staff took by way and by person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select

from kernel import clock
from kernel.accounts import Account
from kernel.db import db
from kernel.i18n import pick
from kernel.money import Money
from shop import drawers, ledger, payment_methods
from shop.drawer_rows import Drawer, DrawerCount, DrawerEntry
from shop.ledger import LedgerEntry
from shop.orders import Order
from shop.payment_methods import PaymentMethod
from shop.payments import Payment


@dataclass(frozen=True)
class Amount:
    """One amount that staff took or gave back: how it is called, who noted it, for which order."""

    entry: LedgerEntry
    way: str
    who: str
    number: str
    cash: bool


@dataclass(frozen=True)
class Side:
    """What came and what went (negative) under one name."""

    name: str
    came: Money
    went: Money

    @property
    def left(self) -> Money:
        """What of it stayed."""
        return self.came + self.went


@dataclass(frozen=True)
class Report:
    """One period of a drawer."""

    drawer: Drawer
    amounts: Sequence[Amount]
    counts: Sequence[DrawerCount]
    entries: Sequence[DrawerEntry]
    before: Money | None  # what should have lain there when it was opened; None of the first one

    @property
    def cash(self) -> Side:
        """Cash that came from orders, and went back to them."""
        return _side("", self.drawer, (one for one in self.amounts if one.entry.drawer_id == self.drawer.id))

    @property
    def moves(self) -> list[DrawerEntry]:
        """What was put in and taken out before the count."""
        return [one for one in self.entries if one.count_id is None]

    @property
    def taken(self) -> Money:
        """What was taken out after it, as a positive amount."""
        out = (one for one in self.entries if one.count_id is not None and one.kind != drawers.DIFFERENCE)
        return self.drawer.money(-sum(one.amount_minor for one in out))

    @property
    def expected(self) -> Money:
        """What should be in it; of a closed one as it was reckoned then."""
        moved = sum(one.amount_minor for one in self.moves)
        return self.drawer.money(self.drawer.float_minor + moved) + self.cash.left

    @property
    def counted(self) -> Money | None:
        """What was counted, by the latest count; None while it is open."""
        return self.drawer.money(self.counts[-1].minor) if self.counts else None

    @property
    def difference(self) -> Money:
        """What is there too much, or lacks (negative), by the latest count."""
        return self.drawer.money(self.counts[-1].difference_minor if self.counts else 0)

    @property
    def left(self) -> Money:
        """What stayed in it when it was closed."""
        return (self.counted or self.drawer.money(0)) - self.taken

    @property
    def refunds(self) -> list[Amount]:
        """What was given back."""
        return [one for one in self.amounts if one.entry.kind == "refund"]

    @property
    def ways(self) -> list[Side]:
        """What staff took in its currency, by the way it was paid."""
        return self._by("way")

    @property
    def clerks(self) -> list[Side]:
        """The same by who noted it."""
        return self._by("who")

    @property
    def opening(self) -> Money | None:
        """By how much the float was more or less (negative) than what should have lain there; None of the first."""
        return None if self.before is None else self.drawer.money(self.drawer.float_minor) - self.before

    def _by(self, what: str) -> list[Side]:
        mine = [one for one in self.amounts if one.entry.currency == self.drawer.currency]
        names = dict.fromkeys(getattr(one, what) for one in mine)
        found = [_side(name, self.drawer, (one for one in mine if getattr(one, what) == name)) for name in names]
        return sorted(found, key=lambda side: -side.came.minor)


def of(drawer: Drawer) -> Report:
    """What is known of it now."""
    return Report(drawer, _amounts(drawer), drawers.counts(drawer), drawers.entries(drawer), _before(drawer))


def outside(drawer: Drawer, until: datetime | None = None) -> Money:
    """Cash that came and went while no drawer was open, since that one was, in its currency."""
    since = LedgerEntry.at >= (drawer.closed_at or clock.now())
    rows = _read(LedgerEntry.drawer_id.is_(None), since, LedgerEntry.at < (until or clock.now()),
                 LedgerEntry.practice == drawer.practice, LedgerEntry.currency == drawer.currency)  # fmt: skip
    return drawer.money(sum(one.entry.amount_minor for one in rows if one.cash))


def _before(drawer: Drawer) -> Money | None:
    older = select(Drawer).where(Drawer.id < drawer.id, Drawer.practice == drawer.practice)
    found = db.session.scalars(older.order_by(Drawer.id.desc()).limit(1)).one_or_none()
    if found is None or found.currency != drawer.currency:
        return None
    return drawers.left(found) + outside(found, drawer.opened_at)


def _amounts(drawer: Drawer) -> list[Amount]:
    """Its own cash, and what staff noted by other ways in its time."""
    inside = LedgerEntry.at >= drawer.opened_at, LedgerEntry.at < (drawer.closed_at or clock.now())
    noted = and_(LedgerEntry.drawer_id.is_(None), LedgerEntry.account_id.is_not(None), *inside)
    rows = _read(or_(LedgerEntry.drawer_id == drawer.id, noted), LedgerEntry.practice == drawer.practice)
    return [one for one in rows if one.entry.drawer_id == drawer.id or not one.cash]


def _read(*conditions: Any) -> list[Amount]:
    """Amounts of money, without what gift cards and credit paid, or what became credit."""
    wanted = select(LedgerEntry, Payment, Order.number, Account).join(Payment, Payment.id == LedgerEntry.payment_id)
    wanted = wanted.join(Order, Order.id == LedgerEntry.order_id)
    wanted = wanted.outerjoin(Account, Account.id == LedgerEntry.account_id)
    wanted = wanted.where(
        *conditions, Payment.kind.not_in(payment_methods.STORED), ~LedgerEntry.key.startswith("credit:")
    )
    methods = list(db.session.scalars(select(PaymentMethod)))
    by_id, by_code = {one.id: one for one in methods}, {one.code: one for one in methods}
    found = []
    for entry, payment, number, account in db.session.execute(wanted.order_by(LedgerEntry.at, LedgerEntry.id)):
        method = by_code.get(entry.method) or by_id[payment.method_id]
        who = account.known_as if account else ""
        cash = ledger.cash(payment, entry.method)
        found.append(Amount(entry, pick(method.label) or pick(payment.label), who, number, cash))
    return found


def _side(name: str, drawer: Drawer, amounts: Iterable[Amount]) -> Side:
    minors = [one.entry.amount_minor for one in amounts]
    came, went = (sum(one for one in minors if (one > 0) == more) for more in (True, False))
    return Side(name, drawer.money(came), drawer.money(went))
