"""Plan policies: on which terms a shop lets its buyers pay in parts, and what happens when a part does not come."""

from datetime import timedelta

from sqlalchemy import CheckConstraint, UniqueConstraint

from kernel.db import Base, Mapped, db, mapped_column, pk
from kernel.tenancy import TenantOwned

MOST_PARTS = 12


class PlanPolicy(TenantOwned, Base):
    """A tenant's terms; there is at most one row."""

    __tablename__ = "plan_policy"
    __extra__ = (
        UniqueConstraint("tenant_id"),
        CheckConstraint("parts BETWEEN 2 AND 12", name="parts"),
        CheckConstraint("every_days BETWEEN 1 AND 90", name="every_days"),
        CheckConstraint("first_bp BETWEEN 0 AND 9900", name="first_bp"),
        CheckConstraint("keep_bp BETWEEN 0 AND 10000", name="keep_bp"),
    )
    id: Mapped[int] = pk()
    layaway: Mapped[bool] = mapped_column(default=False)  # buyers may choose it at the checkout
    parts: Mapped[int] = mapped_column(default=4)  # payments in all, the first one included
    every_days: Mapped[int] = mapped_column(default=15)
    first_bp: Mapped[int] = mapped_column(default=2500)  # the first part is at least this share
    from_minor: Mapped[int] = mapped_column(default=0)  # offered from this total on
    within_days: Mapped[int] = mapped_column(default=90)  # all is paid by then
    remind_days: Mapped[int] = mapped_column(default=3)  # before a part's day
    grace_days: Mapped[int] = mapped_column(default=5)  # after it, before the owner is asked to decide
    keep_bp: Mapped[int] = mapped_column(default=0)  # of what was paid, kept when a plan is ended for not paying

    @property
    def step(self) -> timedelta:
        """From one payment to the next."""
        return timedelta(days=self.every_days)

    @property
    def most(self) -> int:
        """How many payments fit into its days."""
        return min(self.parts, 1 + self.within_days // self.every_days)


def of() -> PlanPolicy:
    """The current tenant's terms; unsaved ones with the defaults when it has none yet."""
    return db.session.scalars(db.select(PlanPolicy)).one_or_none() or _blank()


def _blank() -> PlanPolicy:
    return PlanPolicy(
        layaway=False, parts=4, every_days=15, first_bp=2500, from_minor=0, within_days=90, remind_days=3,
        grace_days=5, keep_bp=0,
    )  # fmt: skip


def kept() -> PlanPolicy:
    """The current tenant's terms, written when it has none yet."""
    row = of()
    if row.id is None:
        db.session.add(row)
        db.session.flush()
    return row
