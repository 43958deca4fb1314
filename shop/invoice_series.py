"""Series of invoices: numbers without gap or double, within the range and the time that an authority gave."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, Date, Index, String, column, func, or_, select, update

from kernel import clock, tenancy
from kernel.countries import papers
from kernel.db import Base, Mapped, db, mapped_column, pk, upsert
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned

KINDS = ("invoice", "credit_note")
DIGITS = 6
FEW, SOON = 50, timedelta(days=30)  # from here on the owner is warned


class UsedUp(Refusal):
    """An authority gave so many numbers and no more."""

    message = _l(
        "The authorised numbers of “%(prefix)s” are used up: enter your new range in the settings, then issue."
    )
    status = 409


class Outdated(Refusal):
    """An authority gave the numbers until a day that is over."""

    message = _l(
        "The numbers of “%(prefix)s” were valid until %(until)s: enter your new range in the settings, then issue."
    )
    status = 409


class InvoiceSeries(TenantOwned, Base):
    """A run of numbers; its row is the lock that makes them follow each other. A new range is a new row."""

    __tablename__ = "invoice_series"
    __extra__ = (
        Index(
            "uq_invoice_series_active", "tenant_id", "kind", "practice", unique=True,
            sqlite_where=column("replaced_at").is_(None), postgresql_where=column("replaced_at").is_(None),
        ),
        CheckConstraint("first >= 1 AND next >= first", name="next"),
        CheckConstraint("last IS NULL OR last >= first", name="last"),
    )  # fmt: skip
    id: Mapped[int] = pk()
    kind: Mapped[str] = mapped_column(String(16))
    practice: Mapped[bool] = mapped_column(default=False)
    replaced_at: Mapped[datetime | None]  # a new range goes on from it
    prefix: Mapped[str] = mapped_column(String(19))
    digits: Mapped[int] = mapped_column(default=DIGITS)
    first: Mapped[int] = mapped_column(default=1)
    next: Mapped[int] = mapped_column(default=1)
    range_first: Mapped[int | None]  # where the authorised range begins, when that is before our first
    last: Mapped[int | None]  # and where it ends
    authorisation: Mapped[str] = mapped_column(String(80), default="")  # CAI, resolution …
    authorised_on: Mapped[date | None] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    head: Mapped[str] = mapped_column(String(64), default="")  # the hash of the last one: each leans on the one before

    @property
    def used(self) -> bool:
        """Whether something bears one of its numbers."""
        return self.next > self.first

    @property
    def left(self) -> int | None:
        """How many numbers are left; None when there is no end."""
        return None if self.last is None else max(self.last - self.next + 1, 0)

    @property
    def told(self) -> str:
        """The next number, as it will be written."""
        return written(self.prefix, self.next, self.digits)

    def range(self) -> tuple[str, str]:
        """The authorised range as written, or two empty texts."""
        if self.last is None:
            return "", ""
        begin = self.range_first or self.first
        return written(self.prefix, begin, self.digits), written(self.prefix, self.last, self.digits)


@dataclass(frozen=True)
class Taken:
    """A number that nobody else has, and the series as it stands then."""

    series: InvoiceSeries
    serial: int
    number: str
    head: str


def written(prefix: str, serial: int, digits: int) -> str:
    """A number as it is printed: `F-000012`; where a country glues prefix and number, without the dash."""
    joint = "" if not prefix or prefix.endswith(("-", "/")) or glued(prefix) else "-"
    return f"{prefix}{joint}{serial:0{digits}d}"


def glued(prefix: str) -> bool:
    """Whether numbers follow the prefix without a dash, as in the Dominican `B0200000001`."""
    return len(prefix) == 3 and prefix[0] in "BE" and prefix[1:].isdigit()


def take(kind: str, *, practice: bool) -> Taken:
    """The next number, in one statement; given back when the transaction rolls back. Raises UsedUp or Outdated."""
    row = current(kind, practice=practice)
    mine = (InvoiceSeries.id == row.id, InvoiceSeries.replaced_at.is_(None))
    within = or_(InvoiceSeries.last.is_(None), InvoiceSeries.next <= InvoiceSeries.last)
    in_time = or_(InvoiceSeries.until.is_(None), InvoiceSeries.until >= today())
    step = update(InvoiceSeries).where(*mine, within, in_time).values(next=InvoiceSeries.next + 1)
    found = db.session.execute(
        step.returning(InvoiceSeries.next, InvoiceSeries.head), execution_options={"synchronize_session": False}
    ).one_or_none()
    db.session.refresh(row)
    if found is None:
        raise _ended(row)
    serial = int(found.next) - 1
    return Taken(row, serial, written(row.prefix, serial, row.digits), found.head)


def _ended(row: InvoiceSeries) -> Refusal:
    if row.until and row.until < today():
        return Outdated(prefix=row.prefix, until=row.until.isoformat())
    return UsedUp(prefix=row.prefix)


def remember(taken: Taken, digest: str) -> None:
    """Keep the hash of what bears the number: the next one leans on it."""
    taken.series.head = digest
    db.session.flush()


def current(kind: str, *, practice: bool) -> InvoiceSeries:
    """The series in use; begun with the country's usual prefix when there is none."""
    wanted = select(InvoiceSeries).where(
        InvoiceSeries.kind == kind, InvoiceSeries.practice == practice, InvoiceSeries.replaced_at.is_(None)
    )
    found = db.session.scalars(wanted).one_or_none()
    if found is None:
        _begin(kind, practice)
        found = db.session.scalars(wanted).one()
    return found


def shown(kind: str) -> InvoiceSeries:
    """The series in use, or what it would be: for pages that only read."""
    mine = InvoiceSeries.kind == kind, ~InvoiceSeries.practice, InvoiceSeries.replaced_at.is_(None)
    found = db.session.scalars(select(InvoiceSeries).where(*mine)).one_or_none()
    return found or InvoiceSeries(**_usual(kind, False))


def _usual(kind: str, practice: bool) -> dict[str, Any]:
    prefix = papers.of(tenancy.tenant().country).prefixes[KINDS.index(kind)]
    return {
        "kind": kind, "practice": practice, "prefix": f"P{prefix}" if practice else prefix,
        "digits": DIGITS, "first": 1, "next": 1, "authorisation": "", "head": "",
    }  # fmt: skip


def _begin(kind: str, practice: bool) -> None:
    row = {"tenant_id": tenancy.current(), **_usual(kind, practice)}
    db.session.execute(upsert(InvoiceSeries).values(**row).on_conflict_do_nothing())


def highest(prefix: str) -> int:
    """The highest number that was given with that prefix, 0 when there is none."""
    used = select(func.max(InvoiceSeries.next)).where(
        InvoiceSeries.prefix == prefix, InvoiceSeries.next > InvoiceSeries.first
    )
    return int(db.session.scalar(used) or 1) - 1


def warning(row: InvoiceSeries) -> str:
    """Why the owner should ask for a new range: "used", "over", "few", "soon" or ""."""
    if row.left == 0:
        return "used"
    if row.until and row.until < today():
        return "over"
    if row.left is not None and row.left <= FEW:
        return "few"
    return "soon" if row.until and row.until - today() <= SOON else ""


def today() -> date:
    """Today, where the shop is."""
    return clock.today(tenancy.tenant().timezone)
