"""How a shop bills: when it issues, which numbers come next, which accounts its books use."""

from datetime import date
from typing import Any

from sqlalchemy import String, UniqueConstraint, select

from kernel import clock
from kernel.db import Base, Mapped, db, mapped_column, pk
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned
from shop import invoice_series
from shop.invoice_series import InvoiceSeries

WHEN = {
    "paid": _l("When an order is paid"),
    "delivered": _l("When an order is handed over"),
    "hand": _l("By hand, one by one"),
}


class Taken(Refusal):
    """Numbers that were given are not given again."""

    message = _l("Number %(number)s was already given with this prefix: begin after it.")


class Follows(Refusal):
    """The numbers of a series that has begun follow each other."""

    message = _l("This series has begun, so its next number is %(number)s. A new range needs its own authorisation.")


class Alike(Refusal):
    """Two series would write the same numbers."""

    message = _l("Invoices and credit notes need different prefixes.")


class Invoicing(TenantOwned, Base):
    """The one row of a tenant that says how it bills."""

    __tablename__ = "invoicing"
    __extra__ = (UniqueConstraint("tenant_id"),)
    id: Mapped[int] = pk()
    issue_on: Mapped[str] = mapped_column(String(12), default="paid")
    accounts: Mapped[dict[str, str]] = mapped_column(default=dict)  # what differs from account_codes.USUAL
    footer: Mapped[dict[str, str]] = mapped_column(default=dict)  # Words at the foot of every invoice


def of() -> Invoicing:
    """How the current tenant bills; an unsaved row with the defaults when it decided nothing yet."""
    found = db.session.scalars(select(Invoicing)).one_or_none()
    return found or Invoicing(issue_on="paid", accounts={}, footer={})


def kept() -> Invoicing:
    """The row to change, written when there is none."""
    row = of()
    if row.id is None:
        db.session.add(row)
        db.session.flush()
    return row


def number(kind: str, *, prefix: str, following: int, digits: int, **told: Any) -> InvoiceSeries:
    """Say how the numbers of a kind go on; what was given stays given, and a new range is a new series."""
    row = invoice_series.current(kind, practice=False)
    db.session.refresh(row, with_for_update=True)
    prefix = prefix.strip().upper()
    other = invoice_series.KINDS[1 - invoice_series.KINDS.index(kind)]
    if prefix == invoice_series.current(other, practice=False).prefix:
        raise Alike()
    same = prefix == row.prefix and following == row.next and digits == row.digits
    if row.used and not same:
        return _anew(row, {"prefix": prefix, "following": following, "digits": digits}, told)
    if not row.used:
        _free(prefix, following, digits)
        row.prefix, row.first, row.next, row.digits = prefix, following, following, digits
    _authorise(row, told)
    return row


def _anew(row: InvoiceSeries, asked: dict[str, Any], told: dict[str, Any]) -> InvoiceSeries:
    """Begin a new series after one that has been used."""
    prefix, following = asked["prefix"], asked["following"]
    if prefix == row.prefix and told.get("authorisation", "") in ("", row.authorisation):
        raise Follows(number=row.told)
    _free(prefix, following, asked["digits"])
    row.replaced_at = clock.now()
    db.session.flush()
    made = InvoiceSeries(
        kind=row.kind, practice=False, prefix=prefix, first=following, next=following,
        digits=asked["digits"], head="", authorisation="",
    )  # fmt: skip
    _authorise(made, told)
    db.session.add(made)
    db.session.flush()
    return made


def _free(prefix: str, following: int, digits: int) -> None:
    highest = invoice_series.highest(prefix)
    if highest >= following:
        raise Taken(number=invoice_series.written(prefix, highest, digits))


def _authorise(row: InvoiceSeries, told: dict[str, Any]) -> None:
    last: int | None = told.get("last")
    if last is not None and last < max(row.next - 1, row.first):
        raise Refusal(_l("The range ends before its next number."))
    until: date | None = told.get("until")
    row.last, row.until, row.authorised_on = last, until, told.get("authorised_on")
    row.authorisation, row.range_first = told.get("authorisation", ""), told.get("range_first")
    db.session.flush()
