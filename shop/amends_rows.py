"""Amends: what the guest of a departure that was called off may choose instead, until when, and what they chose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, UniqueConstraint, column, select

from kernel import clock, signing, tenancy
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.tenancy import TenantOwned
from shop import local_times
from shop.bookings import Booking
from shop.departures import CALLED_OFF, Departure

if TYPE_CHECKING:
    from kernel.accounts import Account
    from shop.orders import Order

DATE, CREDIT, MONEY = "date", "credit", "money"
WAYS = (DATE, CREDIT, MONEY)
OPEN = column("chosen_at").is_(None)


@dataclass(frozen=True)
class Terms:
    """What the shop offers: which of WAYS, how much more as credit (basis points), the last day, what happens then."""

    ways: tuple[str, ...]
    last_day: date
    extra_bp: int = 0
    fallback: str = MONEY  # or CREDIT

    @property
    def until(self) -> datetime:
        """When that day is over where the shop is."""
        return clock.span(self.last_day, self.last_day, tenancy.tenant().timezone)[1]


class Amends(TenantOwned, Base):
    """That the guest of one booking may choose, once; `minor` is what came back, `extra_minor` what was added to it."""

    __tablename__ = "amends"
    __extra__ = (
        UniqueConstraint("tenant_id", "token"),
        CheckConstraint("(choice = '') = (chosen_at IS NULL)", name="chosen"),
        CheckConstraint("extra_bp >= 0", name="extra"),
        Index(
            "uq_amends_open", "tenant_id", "booking_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN,
        ),
        Index("ix_amends_until", "tenant_id", "chosen_at", "until"),
    )  # fmt: skip
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)  # of its address in the back office
    booking_id: Mapped[int] = ref("booking")
    departure_id: Mapped[int] = ref("departure")  # the one that does not go; the booking may have another by now
    ways: Mapped[list[str]] = mapped_column(default=list)
    extra_bp: Mapped[int] = mapped_column(default=0)
    until: Mapped[datetime]
    fallback: Mapped[str] = mapped_column(String(8), default=MONEY)
    reason: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # who called the departure off
    choice: Mapped[str] = mapped_column(String(8), default="")  # one of WAYS; "" until then
    chosen_at: Mapped[datetime | None]
    chosen_by: Mapped[str] = mapped_column(String(8), default="")  # guest | staff | nobody: the last day was over
    minor: Mapped[int] = mapped_column(default=0)
    extra_minor: Mapped[int] = mapped_column(default=0)
    booking: Mapped[Booking] = belongs("Amends.booking_id", "Booking")
    by: Mapped["Account | None"] = belongs("Amends.account_id", "Account")

    @property
    def open(self) -> bool:
        """Whether something can still be chosen, by whomever."""
        return not self.choice and self.booking.off

    @property
    def over(self) -> bool:
        """Whether the guest's time to choose has ended."""
        return self.until <= clock.now()

    @property
    def last_day(self) -> date:
        """On which day one may still choose, where the shop is."""
        return local_times.day(self.until - timedelta(seconds=1), tenancy.tenant().timezone)


def of(booking: Booking) -> Amends | None:
    """The last one of that booking; None when nothing was ever offered."""
    mine = select(Amends).where(Amends.booking_id == booking.id).order_by(Amends.id.desc()).limit(1)
    return db.session.scalars(mine).one_or_none()


def of_departure(departure: Departure) -> Sequence[Amends]:
    """Those of everybody who had a place, in key order."""
    return db.session.scalars(select(Amends).where(Amends.departure_id == departure.id).order_by(Amends.id)).all()


def waiting() -> Select[Amends]:
    """Those of which nobody has chosen anything, the one that ends first before others."""
    mine = select(Amends).join(Amends.booking).where(Amends.chosen_at.is_(None), Booking.state == CALLED_OFF)
    return mine.order_by(Amends.until, Amends.id)


def of_order(order: "Order") -> Sequence[Amends]:
    """Those that wait of one order."""
    return db.session.scalars(waiting().where(Booking.order_id == order.id)).all()


def departure(row: Amends) -> Departure:
    """The one that does not go."""
    return db.session.get_one(Departure, row.departure_id)
