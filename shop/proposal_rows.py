"""Quotes that are offered to somebody (in code: proposals, for quotes.py tells what an order would cost): their tables.

What was offered stands in its rows, priced once as an order's lines are: whatever the catalogue says later, it holds.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import selectinload

from crm.companies import Company
from kernel import clock, phones, signing
from kernel.db import Base, Mapped, belongs, db, many, mapped_column, pk, ref, words
from kernel.folding import fold
from kernel.money import Money
from kernel.refusal import Missing
from kernel.tenancy import TenantOwned
from shop.orders import Order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crm.contacts import Contact
    from kernel.accounts import Account
    from shop.shipping import DeliveryMethod
    from shop.variants import Variant

MOST = 50  # of one company that are shown
STATES = ("draft", "sent", "accepted", "declined", "withdrawn")


class Proposal(TenantOwned, Base):
    """What the shop offers one person at which price, until when; accepted, it is one order."""

    __tablename__ = "proposal"
    __extra__ = (
        UniqueConstraint("tenant_id", "token"),
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "order_id"),
        CheckConstraint("total_minor = items_minor + shipping_minor", name="total"),
        CheckConstraint("total_minor >= 0", name="positive"),
        CheckConstraint("(state = 'accepted') = (order_id IS NOT NULL)", name="accepted"),
        CheckConstraint("state = 'draft' OR number IS NOT NULL", name="numbered"),
        Index("ix_proposal_state", "tenant_id", "state", "ends_at"),
    )
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    number: Mapped[str | None] = mapped_column(String(32))  # from the first time that it is sent
    state: Mapped[str] = mapped_column(String(12), default="draft")
    version: Mapped[int] = mapped_column(default=1)  # moves when what was sent is changed
    practice: Mapped[bool] = mapped_column(default=False)
    contact_id: Mapped[int | None] = ref("contact")
    company_id: Mapped[int | None] = ref("company")  # for which it is; None: for themselves
    name: Mapped[str] = mapped_column(String(160), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    language: Mapped[str] = mapped_column(String(8))
    customer_group: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[dict[str, str]] = mapped_column(default=dict)
    deal: Mapped[str] = mapped_column(String(32), default="", index=True)  # the token of the opportunity it is for
    delivery_method_id: Mapped[int | None] = ref("delivery_method")
    currency: Mapped[str] = mapped_column(String(3))
    items_minor: Mapped[int] = mapped_column(default=0)
    discount_minor: Mapped[int] = mapped_column(default=0)  # already inside items_minor
    shipping_minor: Mapped[int] = mapped_column(default=0)
    shipping_components: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    shipping_own_minor: Mapped[int | None]  # the delivery's price as staff wrote it; None: what its method says
    tax_minor: Mapped[int] = mapped_column(default=0)
    total_minor: Mapped[int] = mapped_column(default=0)
    rounding: Mapped[str] = mapped_column(String(12), default="half_up")
    savings: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # what comes off and why: see proposal_prices
    off: Mapped[dict[str, str]] = mapped_column(default=dict)  # what staff take off, as they typed it
    valid_until: Mapped[date]  # the last day, where the shop is …
    ends_at: Mapped[datetime]  # … and when that is over
    message: Mapped[str] = mapped_column(Text, default="")  # to whom it is for
    note: Mapped[str] = mapped_column(Text, default="")  # for the shop's own people
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)  # who made it
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]  # when they looked at it first
    answered_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(300), default="")  # why they said no
    stuck: Mapped[str] = mapped_column(String(300), default="")  # why a yes became no order: see proposal_stuck …
    stuck_told: Mapped[dict[str, Any]] = mapped_column(default=dict)  # … and of which item, how many are left
    stuck_at: Mapped[datetime | None]
    order_id: Mapped[int | None] = ref("order")
    haystack: Mapped[str] = mapped_column(Text, default="")  # what the search looks through, folded

    lines: Mapped[list["ProposalLine"]] = many("Proposal", "ProposalLine.proposal_id", order_by="ProposalLine.position")
    contact: Mapped["Contact | None"] = belongs("Proposal.contact_id", "Contact")
    company: Mapped[Company | None] = belongs("Proposal.company_id", "Company")
    method: Mapped["DeliveryMethod | None"] = belongs("Proposal.delivery_method_id", "DeliveryMethod")
    order: Mapped[Order | None] = belongs("Proposal.order_id", "Order")
    by: Mapped["Account"] = belongs("Proposal.account_id", "Account")

    @property
    def stamp(self) -> str:
        """What a form carries of when it was saved last."""
        return self.changed_at.isoformat()

    @property
    def total(self) -> Money:
        """What it costs, everything inside."""
        return Money(self.total_minor, self.currency)

    @property
    def ended(self) -> bool:
        """Whether its last day is over and nobody has answered."""
        return self.state == "sent" and self.ends_at <= clock.now()

    @property
    def open(self) -> bool:
        """Whether they can still say yes."""
        return self.state == "sent" and not self.ended

    @property
    def lapsed(self) -> bool:
        """Whether its order ended before anything was paid: it can be offered again."""
        order = self.order if self.state == "accepted" else None
        return order is not None and order.ended and not order.received_minor

    @property
    def settled(self) -> bool:
        """Whether it is an order, and nothing of it can be changed."""
        return self.state == "accepted" and not self.lapsed

    @property
    def called(self) -> str:
        """How a list names whom it is for."""
        known = self.contact.name if self.contact and not self.name else ""
        return self.name or known or self.email or self.phone


class ProposalLine(TenantOwned, Base):
    """One line of it with its amounts, rounded once; a free line has words of its own."""

    __tablename__ = "proposal_line"
    __extra__ = (
        UniqueConstraint("tenant_id", "proposal_id", "position"),
        CheckConstraint("quantity > 0", name="quantity"),
    )
    id: Mapped[int] = pk()
    proposal_id: Mapped[int] = ref("proposal", index=False)
    position: Mapped[int]
    variant_id: Mapped[int] = ref("variant")
    product_id: Mapped[int] = ref("product")
    free: Mapped[bool] = mapped_column(default=False)
    own_price: Mapped[bool] = mapped_column(default=False)  # staff wrote it, the catalogue says another
    sku: Mapped[str] = mapped_column(String(64), default="")
    title: Mapped[dict[str, str]] = words()
    options: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    texts: Mapped[dict[str, str]] = mapped_column(default=dict)  # by label, as an order keeps them …
    asked: Mapped[dict[str, str]] = mapped_column(default=dict)  # … and by code, as they were asked for
    unit_minor: Mapped[int]
    quantity: Mapped[int]
    discount_minor: Mapped[int] = mapped_column(default=0)
    net_minor: Mapped[int]
    tax_minor: Mapped[int]
    gross_minor: Mapped[int]
    tax_components: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    weight_g: Mapped[int] = mapped_column(default=0)
    digital: Mapped[bool] = mapped_column(default=False)
    variant: Mapped["Variant"] = belongs("ProposalLine.variant_id", "Variant")


def sought(row: Proposal) -> None:
    """Have it found by its number and by whom it is for."""
    firm = db.session.get(Company, row.company_id) if row.company_id else None
    named = f"{row.name} {firm.called if firm else ''}"
    row.haystack = fold(f"{row.number or ''} {named} {row.email} {phones.digits(row.phone)}")


def lock(row: Proposal) -> Proposal:
    """Hold its row and read it anew: two who change it follow each other."""
    db.session.refresh(row, with_for_update=True)
    return row


def by_token(token: str) -> Proposal:
    """The one that an address names; raises Missing."""
    found = db.session.scalars(select(Proposal).where(Proposal.token == token)).one_or_none() if token else None
    if found is None:
        raise Missing()
    return found


def whole() -> list[Any]:
    """What a list shows of each, read together."""
    return [selectinload(one) for one in (Proposal.lines, Proposal.contact, Proposal.company, Proposal.order)]


def of_contact(contact: "Contact") -> "Sequence[Proposal]":
    """What was offered to a person, the newest first."""
    mine = select(Proposal).where(Proposal.contact_id == contact.id).options(*whole())
    return db.session.scalars(mine.order_by(Proposal.id.desc())).all()


def of_company(company: Company) -> "Sequence[Proposal]":
    """What was offered to a company, the newest first."""
    mine = select(Proposal).where(Proposal.company_id == company.id).options(*whole())
    return db.session.scalars(mine.order_by(Proposal.id.desc()).limit(MOST)).all()


def of_deal(token: str) -> "Sequence[Proposal]":
    """What was offered for an opportunity, the newest first."""
    mine = select(Proposal).where(Proposal.deal == token).options(*whole())
    return db.session.scalars(mine.order_by(Proposal.id.desc())).all()


def of_order(number: str) -> Proposal | None:
    """What an order comes from; None when it was bought otherwise."""
    mine = select(Proposal).join(Order, Order.id == Proposal.order_id).where(Order.number == number)
    return db.session.scalars(mine).one_or_none()
