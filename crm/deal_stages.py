"""The stages of a deal, the deal itself and its moves: a task may point to one, and deals ask for their tasks."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.companies import Company
from crm.contacts import Contact
from kernel import clock, signing
from kernel.db import Base, belongs, many, pk, ref
from kernel.i18n import _l
from kernel.money import Money
from kernel.tenancy import Binnable, TenantOwned

STAGES = {
    "new": _l("New"), "talking": _l("Talking"), "quoted": _l("Price given"), "won": _l("Won"), "lost": _l("Lost"),
}  # fmt: skip
OPEN = ("new", "talking", "quoted")
MOVES = frozenset((was, to) for was in OPEN for to in STAGES if to != was)  # from won and lost there is none
REASONS = {
    "price": _l("The price"), "time": _l("The time"), "elsewhere": _l("They bought elsewhere"),
    "silent": _l("They do not answer"), "other": _l("Something else"),
}  # fmt: skip


class Deal(TenantOwned, Binnable, Base):
    """Something that somebody may buy."""

    __tablename__ = "deal"
    __extra__ = (UniqueConstraint("tenant_id", "token"), Index("ix_deal_stage", "tenant_id", "stage", "moved_at"))
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    title: Mapped[str] = mapped_column(String(160))
    contact_id: Mapped[int] = ref("contact")
    company_id: Mapped[int | None] = ref("company")  # for which they would buy it; None: for themselves
    amount_minor: Mapped[int | None]  # None: nobody can say yet
    currency: Mapped[str] = mapped_column(String(3))
    stage: Mapped[str] = mapped_column(String(10), default="new")
    for_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)  # whose it is, as of tasks
    closes_on: Mapped[date | None] = mapped_column(Date)  # a day of the tenant's zone; None: nobody can say yet
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    moved_at: Mapped[datetime] = mapped_column(default=clock.now)

    contact: Mapped[Contact | None] = belongs("Deal.contact_id", "Contact")
    company: Mapped[Company | None] = belongs("Deal.company_id", "Company")
    moves: Mapped[list["DealMove"]] = many("Deal", "DealMove.deal_id", order_by="DealMove.id")

    @property
    def amount(self) -> Money | None:
        """What it would bring, as far as somebody said."""
        return None if self.amount_minor is None else Money(self.amount_minor, self.currency)

    @property
    def open(self) -> bool:
        """Whether it is neither won nor lost."""
        return self.stage in OPEN


class DealMove(TenantOwned, Base):
    """That a deal went from one stage to another: who moved it, when and why."""

    __tablename__ = "deal_move"
    id: Mapped[int] = pk()
    deal_id: Mapped[int] = ref("deal")
    was: Mapped[str] = mapped_column(String(10))
    stage: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(20), default="")  # one of REASONS, where it was lost
    words: Mapped[str] = mapped_column(String(500), default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    who: Mapped[str] = mapped_column(String(120), default="")  # their name then
    at: Mapped[datetime] = mapped_column(default=clock.now)
