"""The ways to pay that a tenant offers, and the ones that only its staff uses at the counter."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import CheckConstraint, Select, String, UniqueConstraint, and_
from sqlalchemy.exc import IntegrityError

from kernel import beside, clock, countries, tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk, words
from kernel.i18n import _l, speak
from kernel.money import Money
from kernel.tenancy import Tenant, TenantOwned
from kernel.tenancy import furnish as furnishing
from shop import card_amounts, local_times

STORED = ("gift_card", "store_credit")  # what the shop owes, given in payment: see tenders
KINDS = ("card", "transfer", "on_delivery", "on_pickup", "credit", "practice", "counter", *STORED)
UNLISTED = ("counter", *STORED)  # nobody chooses these at the checkout
UNHELD = frozenset({"on_delivery", "on_pickup", "credit", "counter"})  # the goods wait for the buyer, not for the money
AT_ONCE = frozenset({"on_delivery", "on_pickup"})  # not for a part that is asked for before anything is made
DEFAULT_HOURS = 48
SHORTEST = timedelta(hours=1)  # that a transfer gets at least, when what is booked begins soon
CARDS = ("card", "practice")  # a hosted page takes them
CARD_MINUTES = 31  # a practice card is held like a real one

COUNTER = (("counter-cash", _l("Cash")), ("counter-transfer", _l("Transfer")), ("counter-card", _l("Card terminal")))
CASH, LATER, TRANSFER = "counter-cash", "counter-later", "counter-transfer"
STORED_NAMES = {"gift_card": _l("Gift card"), "store_credit": _l("Store credit")}


class PaymentMethod(TenantOwned, Base):
    """A way to pay, with what the buyer must know to use it."""

    __tablename__ = "payment_method"
    __extra__ = (
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint("max_total_minor >= 0", name="max_total"),
        CheckConstraint("hold_hours > 0", name="hold_hours"),
    )
    id: Mapped[int] = pk()
    code: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(16))
    label: Mapped[dict[str, str]] = words()
    instructions: Mapped[dict[str, str]] = words()
    account: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # [{"label": "SINPE", "value": "8888 0101"}]
    hold_hours: Mapped[int | None]
    zones: Mapped[list[str]] = mapped_column(default=list)
    customer_groups: Mapped[list[str]] = mapped_column(default=list)
    max_total_minor: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def time_to_pay(self) -> timedelta:
        """How long its money may take."""
        return (
            timedelta(minutes=CARD_MINUTES) if self.kind in CARDS else timedelta(hours=self.hold_hours or DEFAULT_HOURS)
        )

    @property
    def least_time(self) -> timedelta:
        """How long its money may take where there is no time to lose."""
        return min(self.time_to_pay, SHORTEST)

    def time_before(self, closes: datetime | None, since: datetime) -> timedelta:
        """How long its money may take for what can be booked until `closes`: half of that, so that others can have it
        when it does not come; not longer than ever, and an hour at least."""
        if closes is None or self.kind in CARDS:
            return self.time_to_pay
        return min(self.time_to_pay, max(self.least_time, (closes - since) / 2))


def active() -> Sequence[PaymentMethod]:
    """What the shop offers, in order; the checkout leaves out what does not fit an order."""
    return beside.found(PaymentMethod, _active())


@lru_cache
def _active() -> Select[Any]:
    listed = and_(*(PaymentMethod.kind != kind for kind in UNLISTED))
    return beside.mine(PaymentMethod, PaymentMethod.active, listed).order_by(PaymentMethod.position, PaymentMethod.id)


def every() -> Sequence[PaymentMethod]:
    """Every way to pay in the shop, the offered ones first; the counter's are the staff's own."""
    wanted = db.select(PaymentMethod).where(PaymentMethod.kind.not_in(UNLISTED))
    order = PaymentMethod.active.desc(), PaymentMethod.position, PaymentMethod.id
    return db.session.scalars(wanted.order_by(*order)).all()


def blank(kind: str, label: dict[str, str]) -> PaymentMethod:
    """A way to pay of a kind, not yet kept."""
    return PaymentMethod(
        kind=kind, label=label, instructions={}, account=[], zones=[], customer_groups=[], position=10, active=True
    )


def without_double(found: Sequence[PaymentMethod]) -> list[PaymentMethod]:
    """The same without the counter's transfer where one of the shop's own accounts is among them: it is one way."""
    there = any(one.kind == "transfer" for one in found)
    return [one for one in found if not there or one.code != TRANSFER]


def counter() -> Sequence[PaymentMethod]:
    """What the staff can say of a sale at the counter."""
    wanted = db.select(PaymentMethod).where(PaymentMethod.active, PaymentMethod.kind == "counter")
    return db.session.scalars(wanted.order_by(PaymentMethod.position, PaymentMethod.id)).all()


_ready: dict[str, Callable[[bool], bool]] = {}


def ready(kind: str, verb: Callable[[bool], bool]) -> None:
    """Offer a kind only where `verb(practice)` says that it works: a card needs its keys."""
    _ready[kind] = verb


@dataclass(frozen=True)
class Case:
    """What decides whether a method may be offered: of an order, or of one that is not placed yet."""

    practice: bool
    way: str  # delivery | pickup | none
    group: str
    total_minor: int
    charge: Money | None = None  # what it would have to bring at once, where that is known


def _works(kind: str, case: Case) -> bool:
    """Whether that kind goes with the way it is handed over; a card looks at its keys and whether it brings so much."""
    if kind in CARDS and case.charge is not None and not card_amounts.charges(case.charge):
        return False
    if kind == "card":
        return kind in _ready and _ready[kind](case.practice)
    return {
        "practice": case.practice, "on_pickup": case.way == "pickup", "on_delivery": case.way == "delivery",
        "transfer": True, "credit": bool(case.group),
    }.get(kind, False)  # fmt: skip


def fits(method: PaymentMethod, case: Case, place: set[str]) -> bool:
    """Whether a buyer may use it; `place` are the zones of the address."""
    if not _works(method.kind, case):
        return False
    if method.customer_groups and case.group not in method.customer_groups:
        return False
    if method.max_total_minor is not None and case.total_minor > method.max_total_minor:
        return False
    return not method.zones or case.way == "pickup" or bool(place & set(method.zones))


def in_time(
    method: PaymentMethod, begins: datetime | None, handed_on: date | None = None, *, since: datetime | None = None
) -> bool:
    """Whether its money is there before something begins that is booked; what is not booked waits for it.

    `since`: when it is asked for at the latest, if not now.
    """
    if begins is None:
        return True
    if method.kind in AT_ONCE:
        return handed_on is not None and handed_on <= local_times.day(begins, tenancy.tenant().timezone)
    return method.kind != "transfer" or (since or clock.now()) + method.least_time <= begins


def quickest(case: Case) -> timedelta | None:
    """How long before something booked its money has to be on its way at the latest; None when no way fits at all.

    `case` of what is booked alone: nothing is handed over at which it could be paid.
    """
    found = [method for method in active() if fits(method, case, set())]
    return min((method.least_time if method.kind == "transfer" else timedelta() for method in found), default=None)


def in_cash(kind: str, code: str) -> bool:
    """Whether its money is coins and notes: paid at the counter in cash, at the door or when it is picked up."""
    return kind in AT_ONCE or code == CASH


def named(code: str) -> PaymentMethod | None:
    """The method with that code, offered or not."""
    return db.session.scalars(db.select(PaymentMethod).where(PaymentMethod.code == code)).one_or_none()


def stored(kind: str) -> PaymentMethod:
    """The method behind a gift card or store credit, made when it is needed first."""
    code = kind.replace("_", "-")
    found = named(code)
    if found is None:
        try:
            with db.session.begin_nested():
                _add(tenancy.tenant(), code, kind, STORED_NAMES[kind], position=200)
        except IntegrityError:  # another order needed it at the same moment
            pass
        found = named(code)
    if found is None:
        raise LookupError(kind)
    return found


def furnish(tenant: Tenant) -> None:
    """Give a new tenant the ways to pay that need nothing from its owner; the others are added in the settings."""
    _add(tenant, "practice", "practice", _l("Practice card"), position=90)
    _add(tenant, "pickup", "on_pickup", _l("Pay at pick-up"), position=20)
    for position, (code, label) in enumerate((*COUNTER, (LATER, _l("Not paid yet")))):
        _add(tenant, code, "counter", label, position=100 + 10 * position)
    instant = countries.profile(tenant.country).payments.get("instant")
    if instant and named("counter-instant") is None:  # SINPE Móvil, SPEI: by the name that people there use
        db.session.add(PaymentMethod(code="counter-instant", kind="counter", label=dict(instant), position=105))


def init_app(_app: object) -> None:
    """Furnish new tenants."""
    furnishing(furnish)


def _add(tenant: Tenant, code: str, kind: str, label: Any, *, position: int) -> None:
    if named(code) is None:
        db.session.add(PaymentMethod(code=code, kind=kind, label=_words(tenant, label), position=position))


def _words(tenant: Tenant, label: Any) -> dict[str, str]:
    found = {}
    for language in {tenant.language, *tenant.languages} & {"es", "en"} or {"es"}:
        with speak(language):
            found[language] = str(label)
    return found
