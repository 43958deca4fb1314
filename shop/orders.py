"""Orders: what was sold, to whom, on which terms; made once, found by number or by their secret token."""

from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Date, Index, Select, String, Text, UniqueConstraint, bindparam, select
from sqlalchemy.orm.attributes import set_committed_value

from crm import company_contacts, picks
from kernel import beside, clock, phones, signing
from kernel.db import Base, Mapped, belongs, db, many, mapped_column, pk, ref, words
from kernel.folding import fold
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Missing, Refusal
from kernel.tenancy import TenantOwned
from shop import letters, numbering, order_events, order_lines
from shop.order_lines import OrderLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crm.contacts import Contact
    from shop.order_discounts import OrderDiscount
    from shop.payments import Payment
    from shop.plans import Instalment
    from shop.quotes import Details, Quote

STATES = ("asked", "placed", "preparing", "ready", "shipped", "delivered", "cancelled", "expired")
ENDED = frozenset({"cancelled", "expired"})
SETTLED = frozenset({"paid", "overpaid"})
LED_DAYS = 7  # for so long an order is owed to the letter or campaign that led there


class Unanswered(Refusal):
    """The shop has not said yes to it."""

    message = _l("%(number)s waits for your answer: nothing is paid for it before that.")
    status = 409


class Order(TenantOwned, Base):
    """One sale. `state` says where the goods are, `payment` where the money is; each step is an OrderEvent."""

    __tablename__ = "order"
    __extra__ = (
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "token"),
        UniqueConstraint("tenant_id", "key"),
        CheckConstraint("total_minor = items_minor + shipping_minor", name="total"),
        CheckConstraint("total_minor >= 0", name="positive"),
        CheckConstraint("refunding_minor >= 0", name="refunding"),
        CheckConstraint("kept_minor >= 0", name="kept"),
        Index("ix_order_state", "tenant_id", "state", "placed_at"),
        Index("ix_order_placed", "tenant_id", "placed_at"),
    )
    id: Mapped[int] = pk()
    number: Mapped[str] = mapped_column(String(32))
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    key: Mapped[str] = mapped_column(String(64))  # the same purchase sent twice has the same key
    state: Mapped[str] = mapped_column(String(16), default="placed")
    payment: Mapped[str] = mapped_column(String(16), default="due")
    practice: Mapped[bool] = mapped_column(default=False)
    contact_id: Mapped[int | None] = ref("contact")
    company_id: Mapped[int | None] = ref("company")  # for which they bought it; None: for themselves
    name: Mapped[str] = mapped_column(String(160), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    language: Mapped[str] = mapped_column(String(8))
    customer_group: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[dict[str, str]] = mapped_column(default=dict)
    tax_id: Mapped[dict[str, str]] = mapped_column(default=dict)  # {"kind", "number", "name"} when asked for
    fiscal: Mapped[dict[str, str]] = mapped_column(default=dict)  # what the tax office wants to know of the buyer
    delivery_method_id: Mapped[int | None] = ref("delivery_method")
    delivery_kind: Mapped[str] = mapped_column(String(16), default="none")  # delivery | pickup | none
    delivery_code: Mapped[str] = mapped_column(String(40), default="")
    delivery_label: Mapped[dict[str, str]] = words()
    delivery_day: Mapped[date | None] = mapped_column(Date)
    delivery_slot: Mapped[str] = mapped_column(String(20), default="")
    currency: Mapped[str] = mapped_column(String(3))
    items_minor: Mapped[int]
    discount_minor: Mapped[int] = mapped_column(default=0)  # already inside items_minor
    shipping_minor: Mapped[int] = mapped_column(default=0)
    shipping_components: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    tax_minor: Mapped[int]
    total_minor: Mapped[int]
    received_minor: Mapped[int] = mapped_column(default=0)  # the sum of its ledger entries, moved with them
    refunding_minor: Mapped[int] = mapped_column(default=0)  # of what was received: set aside for refunds on their way
    credited_minor: Mapped[int] = mapped_column(default=0)  # of the total: no longer owed, because it was given back
    plan: Mapped[str] = mapped_column(String(8), default="")  # how it is paid in parts: see plans; '' at once
    kept_minor: Mapped[int] = mapped_column(default=0)  # of what was received: kept when its plan was ended
    rounding: Mapped[str] = mapped_column(String(12))
    terms_version: Mapped[str] = mapped_column(String(40), default="")
    terms_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")
    gift: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {} or {"name", "words", …}: see presents
    source: Mapped[str] = mapped_column(String(80), default="")
    campaign: Mapped[str] = mapped_column(String(60), default="")  # the utm_campaign of the link that led here
    by_staff: Mapped[bool] = mapped_column(default=False)
    haystack: Mapped[str] = mapped_column(Text, default="")  # what the search looks through, folded
    placed_at: Mapped[datetime] = mapped_column(default=clock.now)
    hold_until: Mapped[datetime | None]

    lines: Mapped[list[OrderLine]] = many("Order", "OrderLine.order_id", order_by="OrderLine.position")
    payments: Mapped[list["Payment"]] = many("Order", "Payment.order_id", order_by="Payment.id")
    instalments: Mapped[list["Instalment"]] = many("Order", "Instalment.order_id", order_by="Instalment.position")
    discounts: Mapped[list["OrderDiscount"]] = many(
        "Order", "OrderDiscount.order_id", order_by="OrderDiscount.position, OrderDiscount.id"
    )
    contact: Mapped["Contact | None"] = belongs("Order.contact_id", "Contact")

    def money(self, minor: int) -> Money:
        """An amount in the order's currency."""
        return Money(minor, self.currency)

    @property
    def total(self) -> Money:
        """What the order costs, everything inside."""
        return self.money(self.total_minor)

    @property
    def costs(self) -> Money:
        """The same by now: less what was called off or returned since."""
        return self.money(self.total_minor - self.credited_minor)

    @property
    def received(self) -> Money:
        """What was paid so far, less what was returned."""
        return self.money(self.received_minor)

    @property
    def balance(self) -> Money:
        """What is still to be paid; negative when more was received."""
        return self.money(self.total_minor - self.credited_minor - self.received_minor)

    @property
    def paid(self) -> bool:
        """Whether nothing remains to be paid."""
        return self.payment in SETTLED

    @property
    def open(self) -> bool:
        """Whether it can still become a delivered order."""
        return self.state not in ENDED and self.state != "delivered"

    @property
    def ended(self) -> bool:
        """Whether it was called off or expired: nothing is asked for any more."""
        return self.state in ENDED

    @property
    def kept(self) -> Money:
        """What the shop keeps of what was received, when it ended."""
        return self.money(self.kept_minor if self.ended else 0)

    @property
    def buyer(self) -> str:
        """How a list names who bought it; '' when nobody said who they are."""
        known = self.contact.name if self.contact and not self.name else ""
        return self.name or known or self.email or self.phone

    @property
    def asked(self) -> bool:
        """Whether the shop has still to say yes: until then nothing of it is paid or handed over, see approvals."""
        return self.state == "asked"

    @property
    def held(self) -> bool:
        """Whether its goods are kept only until `hold_until`."""
        return self.state == "placed" and self.hold_until is not None and not self.paid

    @property
    def digital(self) -> bool:
        """Whether there is nothing to hand over."""
        return all(line.digital for line in self.lines)

    @property
    def only_booked(self) -> bool:
        """Whether it is for bookings and nothing else: its people come, and it is done when their time is over."""
        return bool(self.lines) and all(line.booking_id for line in self.lines)


def create(quote: "Quote", details: "Details", *, contact: "Contact | None", key: str) -> Order:
    """Write an order and its lines; a second one with the same key breaks at the flush (IntegrityError)."""
    order = Order(
        number=numbering.take("practice-order" if quote.practice else "order"),
        key=key, practice=quote.practice, contact_id=contact.id if contact else None,
        company_id=company_contacts.meant(contact, details.tax, details.company), **_buyer(details),
        **_delivery(quote), **_amounts(quote),
    )  # fmt: skip
    order.customer_group, order.rounding = quote.group, quote.rounding
    order.haystack = _haystack(order)
    beside.put(order)
    lines = [order_lines.made(order, line, place) for place, line in enumerate(quote.lines)]
    db.session.add_all(lines)
    order_events.record(order, "placed", by=details.by)
    known: dict[str, Any] = {"lines": lines, "payments": [], "instalments": [], "discounts": [], "contact": contact}
    for name, value in known.items():
        set_committed_value(order, name, value)  # nobody else has a row of it yet: nothing is asked for
    if contact is not None:
        picks.clear(contact)  # what they bought is not suggested as new
    return order


def add(order: Order, quote: "Quote") -> list[OrderLine]:
    """Write further lines of an order and what it costs more, after those that it has; the caller holds its row."""
    first = max((line.position for line in order.lines), default=-1) + 1
    lines = [order_lines.made(order, line, first + place) for place, line in enumerate(quote.lines)]
    db.session.add_all(lines)
    order.items_minor += quote.items.minor
    order.discount_minor += quote.discount.minor
    order.tax_minor += quote.tax.minor
    order.total_minor += quote.items.minor
    db.session.flush()
    db.session.expire(order, ["lines"])
    return lines


def placed(order: Order, **told: Any) -> None:
    """Everything is taken and counted: tell the buyer and the shop; `told` (more, answer): see letters.tell."""
    letters.tell(order, "asked" if order.asked else "placed", **told)
    if not order.by_staff:
        letters.tell_shop(order, "asked" if order.asked else "new", answer=told.get("answer"))


def _buyer(details: "Details") -> dict[str, Any]:
    return {
        "name": details.name, "email": details.email, "phone": details.phone, "language": details.language,
        "address": dict(details.address), "tax_id": dict(details.tax), "fiscal": dict(details.fiscal),
        "gift": dict(details.gift), "note": details.note, "source": details.source, "campaign": details.campaign,
        "terms_version": details.terms_version, "terms_at": clock.now() if details.terms_version else None,
        "by_staff": details.by is not None,
    }  # fmt: skip


def _delivery(quote: "Quote") -> dict[str, Any]:
    if quote.offer is None:
        return {"delivery_kind": "none", "delivery_day": quote.day, "delivery_slot": quote.slot}
    method = quote.offer.method
    return {
        "delivery_method_id": method.id, "delivery_kind": method.kind, "delivery_code": method.code,
        "delivery_label": dict(method.label), "delivery_day": quote.day, "delivery_slot": quote.slot,
    }  # fmt: skip


def _amounts(quote: "Quote") -> dict[str, Any]:
    return {
        "currency": quote.currency, "items_minor": quote.items.minor, "discount_minor": quote.discount.minor,
        "shipping_minor": quote.shipping.minor, "shipping_components": list(quote.shipping_components),
        "tax_minor": quote.tax.minor, "total_minor": quote.total.minor,
    }  # fmt: skip


def sought(order: Order) -> None:
    """Have it found by the name, the e-mail and the telephone that it has now."""
    order.haystack = _haystack(order)


def _haystack(order: Order) -> str:
    given = f"{order.gift.get('name', '')} {phones.digits(order.gift.get('phone', ''))} {order.tax_id.get('name', '')}"
    return fold(f"{order.number} {order.name} {order.email} {phones.digits(order.phone)} {given}")


def by_key(key: str) -> Order | None:
    """The order that this purchase already became."""
    return next(iter(beside.found(Order, _by_key(), key=key)), None)


@lru_cache
def _by_key() -> Select[Any]:
    return beside.mine(Order, Order.key == bindparam("key"))


def by_token(token: str) -> Order:
    """The order with that secret token; raises Missing for anything else, an empty one included."""
    found = db.session.scalars(select(Order).where(Order.token == token)).one_or_none() if token else None
    if found is None:
        raise Missing()
    return found


def numbered(number: str) -> Order:
    """The order with that number, for staff; raises Missing."""
    found = db.session.scalars(select(Order).where(Order.number == number)).one_or_none()
    if found is None:
        raise Missing()
    return found


def lock(order: Order) -> Order:
    """Hold the order's row and read it anew: two steps of one order follow each other."""
    db.session.refresh(order, with_for_update=True)
    return order


def of_contact(contact: "Contact") -> "Sequence[Order]":
    """What this person bought, the newest first."""
    mine = select(Order).where(Order.contact_id == contact.id)
    return db.session.scalars(mine.order_by(Order.placed_at.desc(), Order.id.desc())).all()
