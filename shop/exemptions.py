"""Exemptions: who need not pay which taxes, by which paper and until when."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, String, or_, select

from crm import people
from kernel import clock, signing, tenancy
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned
from shop import taxes

if TYPE_CHECKING:
    from crm.contacts import Contact


class NobodyNamed(Refusal):
    """An exemption must be somebody's."""

    message = _l("Say whom it is for: a group of customers or a kind of tax id.")


class TaxExemption(TenantOwned, Base):
    """The paper of one person, of a customer group, or of everyone with a kind of tax id."""

    __tablename__ = "tax_exemption"
    __extra__ = (CheckConstraint("contact_id IS NOT NULL OR customer_group <> '' OR tax_kind <> ''", name="whose"),)
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    contact_id: Mapped[int | None] = ref("contact")
    customer_group: Mapped[str] = mapped_column(String(40), default="")
    tax_kind: Mapped[str] = mapped_column(String(20), default="")
    number: Mapped[str] = mapped_column(String(60))  # of the certificate, or the law
    codes: Mapped[list[str]] = mapped_column(default=list)  # of components; none: every tax
    until: Mapped[date | None]  # the last day

    contact: Mapped["Contact | None"] = belongs("TaxExemption.contact_id", "Contact")

    def on(self, day: date) -> bool:
        """Whether it is still good that day."""
        return self.until is None or day <= self.until


def of(
    contact_id: int | None, group: str = "", tax: Mapping[str, str] | None = None, *, on: date | None = None
) -> dict[str, str]:
    """The taxes that a buyer need not pay, each with its paper; `*` stands for every tax."""
    kind = (tax or {}).get("kind", "") if (tax or {}).get("number") else ""
    whose = [
        *([TaxExemption.contact_id == contact_id] if contact_id else []),
        *([TaxExemption.customer_group == group] if group else []),
        *([TaxExemption.tax_kind == kind] if kind else []),
    ]
    if not whose:
        return {}
    day = on or clock.today(tenancy.tenant().timezone)
    rows = db.session.scalars(select(TaxExemption).where(or_(*whose)).order_by(TaxExemption.id.desc()))
    return {code: row.number for row in rows if row.on(day) for code in (row.codes or [taxes.EVERY])}


def of_contact(contact: "Contact") -> list[TaxExemption]:
    """A person's papers, the newest first."""
    mine = select(TaxExemption).where(TaxExemption.contact_id == contact.id)
    return list(db.session.scalars(mine.order_by(TaxExemption.id.desc())))


def general() -> list[TaxExemption]:
    """Those of groups and of kinds of tax id."""
    rows = select(TaxExemption).where(TaxExemption.contact_id.is_(None))
    return list(db.session.scalars(rows.order_by(TaxExemption.id.desc())))


def tokened(token: str) -> TaxExemption | None:
    """The exemption with that token."""
    return db.session.scalars(select(TaxExemption).where(TaxExemption.token == token)).one_or_none()


def grant(told: Mapping[str, Any]) -> TaxExemption:
    """Write an exemption."""
    if not (told.get("contact_id") or told.get("customer_group") or told.get("tax_kind")):
        raise NobodyNamed()
    row = TaxExemption(**told)
    db.session.add(row)
    db.session.flush()
    return row


def dated(told: Mapping[str, Any]) -> dict[str, Any]:
    """What a ticket holds, with its day as a date."""
    return {**told, "until": date.fromisoformat(told["until"]) if told.get("until") else None}


def end(row: TaxExemption) -> None:
    """Take an exemption out; what was sold with it stays as it was."""
    db.session.delete(row)


def _copy(contact: "Contact") -> list[dict[str, Any]]:
    return [
        {"number": row.number, "taxes": row.codes, "until": row.until.isoformat() if row.until else None}
        for row in of_contact(contact)
    ]


def _forget(contact: "Contact") -> None:
    for row in of_contact(contact):
        db.session.delete(row)


def init_app(_app: object) -> None:
    """Speak for the people's papers."""
    people.exporter("tax exemptions", ["tax_exemption"], _copy)
    people.eraser("tax exemptions", ["tax_exemption"], _forget)
