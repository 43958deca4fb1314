"""Bookings: a time that somebody has: held in a cart, booked with an order, used, moved or called off."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, column, select

from kernel import clock, signing, tenancy
from kernel.db import Base, Mapped, belongs, db, many, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.refusal import Missing, Refusal
from kernel.tenancy import TenantOwned
from shop import local_times
from shop.departures import CALLED_OFF, Departure
from shop.occupations import Span
from shop.services import Service

if TYPE_CHECKING:
    from shop.cart_rows import Cart
    from shop.orders import Order

LIVE = frozenset({"held", "booked", "came", "missed"})  # these have their time
FIRM = ("booked", "came", "missed")  # and for good
MOVES = {
    ("held", "book"): "booked",
    ("held", "expire"): "expired",
    ("held", "refuse"): "cancelled",  # it waited for the shop's yes
    ("booked", "ask"): "held",  # the shop took its yes back before anybody heard of it
    ("booked", "come"): "came",
    ("booked", "miss"): "missed",
    ("booked", "cancel"): "cancelled",
    ("booked", "expire"): "expired",
    ("booked", "call_off"): CALLED_OFF,  # its departure does not go: its guest chooses, see amends
    (CALLED_OFF, "book"): "booked",  # on another date
    (CALLED_OFF, "cancel"): "cancelled",
    (CALLED_OFF, "expire"): "expired",
    ("came", "undo"): "booked",
    ("missed", "undo"): "booked",
    ("missed", "come"): "came",
    ("expired", "hold"): "held",  # taken anew while it is still in a cart
    ("expired", "book"): "booked",  # by money that came late, and only when the time is still free
}


IN_CART = column("cart_id").is_not(None)


class NotNow(Refusal):
    """The booking is not where this step begins."""

    message = _l("This booking is already somewhere else: look at it again.")
    status = 409


class Booking(TenantOwned, Base):
    """So many places at a time; what it costs are the lines of its cart or order that name it."""

    __tablename__ = "booking"
    __extra__ = (
        UniqueConstraint("tenant_id", "token"),
        CheckConstraint("places >= 1", name="places"),
        CheckConstraint("units >= 0", name="units"),
        CheckConstraint("arrived >= 1 AND arrived <= places", name="arrived"),
        CheckConstraint("starts_at < ends_at", name="forward"),
        CheckConstraint("cart_id IS NULL OR order_id IS NULL", name="owner"),
        Index("uq_booking_cart", "tenant_id", "cart_id", "service_id", "starts_at", unique=True,
              sqlite_where=IN_CART, postgresql_where=IN_CART),  # what somebody holds twice is one hold
        Index("ix_booking_time", "tenant_id", "service_id", "starts_at"),
        Index("ix_booking_hold", "tenant_id", "state", "held_until"),
    )  # fmt: skip
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)  # in its address, for whoever has the link
    service_id: Mapped[int] = ref("service", index=False)
    departure_id: Mapped[int | None] = ref("departure")  # of a departure; the others occupy units themselves
    cart_id: Mapped[int | None] = ref("cart")
    order_id: Mapped[int | None] = ref("order")
    state: Mapped[str] = mapped_column(String(12), default="held")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    places: Mapped[int]  # how many people
    arrived: Mapped[int | None]  # how many of them came, where it was counted; None: all of them, or nobody noted it
    units: Mapped[int] = mapped_column(default=0)  # how many units of each resource it occupies by itself
    held_until: Mapped[datetime | None]
    answers: Mapped[dict[str, str]] = mapped_column(default=dict)  # to the service's questions, by their label
    policy: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # the service's on the day of booking
    language: Mapped[str] = mapped_column(String(8), default="")  # chosen of those that its people speak
    timezone: Mapped[str] = mapped_column(String(64), default="")  # where the visitor is, when the browser told it
    known: Mapped[dict[str, str]] = mapped_column(default=dict)  # what its guest said to have read, as it was then …
    known_at: Mapped[datetime | None]  # … and when
    moved: Mapped[int] = mapped_column(default=0)  # how often: calendars want to know
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    service: Mapped[Service] = belongs("Booking.service_id", "Service")
    departure: Mapped[Departure | None] = belongs("Booking.departure_id", "Departure")
    cart: Mapped["Cart | None"] = belongs("Booking.cart_id", "Cart")
    order: Mapped["Order | None"] = belongs("Booking.order_id", "Order")
    lines: Mapped[list[Any]] = many("Booking", "OrderLine.booking_id", order_by="OrderLine.position")

    @property
    def name(self) -> dict[str, str]:
        """What was booked, as it was called on that day: its product may lie in the bin by now."""
        return dict(self.lines[0].name if self.lines else self.service.product.name)

    @property
    def live(self) -> bool:
        """Whether it has its time: a hold that ran out has not, whoever may have noticed."""
        return self.state in LIVE and not self.lapsed

    @property
    def lapsed(self) -> bool:
        """Whether its hold ran out."""
        return self.state == "held" and self.held_until is not None and self.held_until <= clock.now()

    @property
    def off(self) -> bool:
        """Whether the shop called its departure off, and nothing was chosen instead: see amends."""
        return self.state == CALLED_OFF

    @property
    def here(self) -> int:
        """How many of its people came."""
        return (self.arrived or self.places) if self.state == "came" else 0

    @property
    def span(self) -> Span:
        """What it occupies, its service's buffers inside."""
        return Span(self.starts_at, self.ends_at).widened(self.service.before, self.service.after)

    @property
    def days(self) -> list[date]:
        """The day on which it begins where it is; of a stay each on which one of its nights begins."""
        zone = tenancy.tenant().timezone
        first, last = (local_times.day(at, zone) for at in (self.starts_at, self.ends_at))
        count = (last - first).days if self.service.kind == "nights" else 1
        return [first + timedelta(days=number) for number in range(max(count, 1))]


def order_of(booking: Booking) -> "Order":
    """The order that it belongs to; raises NotNow while it is in a cart."""
    if booking.order is None:
        raise NotNow()
    return booking.order


def move(booking: Booking, step: str) -> str:
    """Take a step of the table; where the booking was before."""
    before = booking.state
    if (before, step) not in MOVES:
        raise NotNow()
    booking.state = MOVES[before, step]
    return before


def by_token(token: str) -> Booking:
    """The booking with that secret token, once it belongs to an order; raises Missing."""
    wanted = select(Booking).where(Booking.token == token, Booking.order_id.is_not(None))
    found = db.session.scalars(wanted).one_or_none() if token else None
    if found is None:
        raise Missing()
    return found


def by_tokens(tokens: Iterable[str]) -> Sequence[Booking]:
    """Those of orders with these tokens; the others are not found."""
    wanted = select(Booking).where(Booking.token.in_(sorted(set(tokens))), Booking.order_id.is_not(None))
    return db.session.scalars(wanted.order_by(Booking.id)).all()


def of_order(order: "Order") -> Sequence[Booking]:
    """The bookings of an order, the earliest first."""
    mine = select(Booking).where(Booking.order_id == order.id)
    return db.session.scalars(mine.order_by(Booking.starts_at, Booking.id)).all()


def read_anew(order: "Order") -> Sequence[Booking]:
    """The same as they are by now, whatever was read before: for who holds the order's row."""
    mine = select(Booking).where(Booking.order_id == order.id).order_by(Booking.starts_at, Booking.id)
    return db.session.scalars(mine, execution_options={"populate_existing": True}).all()


def beside(booking: Booking) -> list[Booking]:
    """The other bookings of its order, the earliest first."""
    return [row for row in of_order(booking.order) if row.id != booking.id] if booking.order else []


def of_cart(cart: Any) -> Sequence[Booking]:
    """The bookings that a cart holds, in key order."""
    return db.session.scalars(select(Booking).where(Booking.cart_id == cart.id).order_by(Booking.id)).all()


def closes(rows: Iterable[Booking]) -> datetime | None:
    """Until when the first of these is sold; None of none."""
    return min((row.starts_at - timedelta(hours=row.service.lead) for row in rows), default=None)


def of_ids(ids: Iterable[int]) -> dict[int, Booking]:
    """Bookings by id."""
    wanted = sorted(set(ids))
    rows = db.session.scalars(select(Booking).where(Booking.id.in_(wanted))) if wanted else ()
    return {row.id: row for row in rows}
