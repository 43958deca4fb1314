"""Tax rates: what a tenant charges on what it sells."""

from typing import Any

from sqlalchemy import String, UniqueConstraint, select, update

from kernel import countries, tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk
from kernel.tenancy import Tenant, TenantOwned


class TaxRate(TenantOwned, Base):
    """One rate in hundredths of a percent; `included` when shown prices already contain it."""

    __tablename__ = "tax_rate"
    __extra__ = (UniqueConstraint("tenant_id", "code"),)
    id: Mapped[int] = pk()
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    rate_bp: Mapped[int]
    included: Mapped[bool] = mapped_column(default=True)
    is_default: Mapped[bool] = mapped_column(default=False)


def rates() -> list[TaxRate]:
    """The tenant's rates, the default first."""
    return list(db.session.scalars(select(TaxRate).order_by(TaxRate.is_default.desc(), TaxRate.code)))


def default() -> TaxRate | None:
    """The rate of goods that name none."""
    return db.session.scalars(select(TaxRate).where(TaxRate.is_default).order_by(TaxRate.id)).first()


def rate(rate_id: int | None) -> TaxRate | None:
    """The rate with that id, else the default one, else none at all."""
    return (db.session.get(TaxRate, rate_id) if rate_id else None) or default()


def named(code: str) -> TaxRate | None:
    """The rate with that code."""
    return db.session.scalars(select(TaxRate).where(TaxRate.code == code)).one_or_none()


def prefer(rate: TaxRate) -> None:
    """Make a rate the one of goods that name none; there is one at most."""
    db.session.execute(update(TaxRate).where(TaxRate.id != rate.id).values(is_default=False))
    rate.is_default = True


def furnish(tenant: Tenant) -> None:
    """Give a new tenant the rates of its country to begin with; its owner confirms them with an accountant."""
    if db.session.scalar(select(TaxRate.id).limit(1)) is None:
        for tax in countries.profile(tenant.country).taxes:
            db.session.add(
                TaxRate(
                    code=tax.code, name=tax.name, rate_bp=tax.rate_bp, included=tax.included, is_default=tax.default
                )
            )


def init_app(_app: Any) -> None:
    """Furnish new tenants."""
    tenancy.furnish(furnish)
