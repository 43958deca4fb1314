"""Bundles of invoices: the papers of a month, or of what a search finds, in one ZIP; made by a job, a week there."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, String, select

from kernel import accounts, clock, files, i18n, jobs, journal, letters, signing, tenancy, transactions, web
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.files import File
from kernel.i18n import _, _l, ngettext
from kernel.refusal import Missing, Refusal
from kernel.tenancy import TenantOwned
from shop import invoice_bundle_files, invoice_list
from shop.invoice_rows import Invoice

if TYPE_CHECKING:
    from kernel.accounts import Account

KEPT = timedelta(days=7)
MOST = 5000  # papers of one
FEW = 20  # so many are ready while one looks: no letter is needed
SHOWN = 20


class Nothing(Refusal):
    """There is no paper to take along."""

    message = _l("There is no invoice among these to take along.")


class TooMany(Refusal):
    """More papers than one file should hold."""

    message = _l("These are %(count)s documents, and one ZIP holds at most %(most)s: choose a month, or only one kind.")


class InvoiceBundle(TenantOwned, Base):
    """What somebody asked for, and the file once it is made."""

    __tablename__ = "invoice_bundle"
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token, index=True)
    month: Mapped[str] = mapped_column(String(7), default="")  # 2026-11; "": whenever they were issued
    kind: Mapped[str] = mapped_column(String(16), default="")  # of invoice_list.KINDS; "": both
    words: Mapped[str] = mapped_column(String(120), default="")  # what was searched for
    papers: Mapped[int] = mapped_column(default=0)
    missing: Mapped[int] = mapped_column(default=0)  # papers that could not be made: the ZIP names them
    account_id: Mapped[int | None]  # who asked
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    ready_at: Mapped[datetime | None]
    file_id: Mapped[int | None] = ref("file", index=False)
    file: Mapped[File | None] = belongs("InvoiceBundle.file_id", "File")

    @property
    def ends_at(self) -> datetime | None:
        """When it goes."""
        return self.ready_at + KEPT if self.ready_at else None


def wanted(row: InvoiceBundle) -> Select[Invoice]:
    """Its papers, the oldest first; what was only practised is none."""
    at = invoice_list.month(row.month)
    found = invoice_list.query(at=at, kind=row.kind, text=row.words)
    return found.where(~Invoice.practice).order_by(None).order_by(Invoice.issued_at, Invoice.id)


def ask(*, month: str, kind: str, words: str, by: "Account | None") -> InvoiceBundle:
    """Have a bundle made of what a list shows, or give the one that is being made of the same."""
    row = InvoiceBundle(month="" if words else month, kind=kind, words=words, account_id=by.id if by else None)
    row.papers = invoice_list.size(wanted(row))
    if not row.papers:
        raise Nothing()
    if row.papers > MOST:
        raise TooMany(count=i18n.number(row.papers), most=i18n.number(MOST))
    same = select(InvoiceBundle).where(
        InvoiceBundle.ready_at.is_(None), InvoiceBundle.month == row.month, InvoiceBundle.kind == kind,
        InvoiceBundle.words == words, InvoiceBundle.account_id == row.account_id,
    )  # fmt: skip
    known = db.session.scalar(same)
    if known is not None:
        return known
    db.session.add(row)
    db.session.flush()
    journal.write("invoices.bundled", about=row, by=by, data={"count": row.papers})
    jobs.later("invoices.bundle", row.id, key=f"bundle:{row.id}")
    return row


def named(token: str) -> InvoiceBundle:
    """The bundle that an address names; raises Missing."""
    found = db.session.scalar(select(InvoiceBundle).where(InvoiceBundle.token == token)) if token else None
    if found is None:
        raise Missing()
    return found


def listed() -> list[InvoiceBundle]:
    """The bundles that are there or on their way, the newest first."""
    return list(db.session.scalars(select(InvoiceBundle).order_by(InvoiceBundle.id.desc()).limit(SHOWN)))


@jobs.job("invoices.bundle")
def make(bundle_id: int) -> None:
    """Draw its papers into the ZIP without holding the writer's turn, then keep it and tell who asked."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.zip"
        with transactions.reading():
            row = db.session.get(InvoiceBundle, bundle_id)
            if row is None or row.ready_at:
                return
            done = invoice_bundle_files.write(path, wanted(row), month=row.month, words=row.words)
        row = _waiting(bundle_id)
        if row is None:
            return
        file = files.keep_written(path, "application/zip", name=called(row))
    row.file_id, row.ready_at, row.papers, row.missing = file.id, clock.now(), done.papers, len(done.missing)
    db.session.flush()
    jobs.later("invoices.bundle_end", row.id, at=row.ready_at + KEPT)
    if row.papers > FEW:
        _tell(row)


def _waiting(bundle_id: int) -> InvoiceBundle | None:
    """It as it is now, nobody else making it until the transaction ends; None when it is made, or gone."""
    mine = select(InvoiceBundle).where(InvoiceBundle.id == bundle_id, InvoiceBundle.ready_at.is_(None))
    return db.session.scalar(mine.with_for_update().execution_options(populate_existing=True))


def called(row: InvoiceBundle) -> str:
    """The file's name, of what nobody types."""
    with i18n.speak(tenancy.tenant().language, tenancy.tenant().country):
        what = _("credit-notes") if row.kind == "credit_note" else _("invoices")
    day = row.asked_at.date().isoformat()
    return f"{tenancy.tenant().slug}-{what}-{row.month or day}.zip"


def _tell(row: InvoiceBundle) -> None:
    account = db.session.get(accounts.Account, row.account_id) if row.account_id else None
    if account is None:
        return
    shop = tenancy.tenant()
    with i18n.speak(shop.language, shop.country):
        said: dict[str, Any] = {
            "subject": _("Your ZIP of invoices is ready"), "heading": _("Your ZIP of invoices is ready"),
            "lead": ngettext("%(num)s document. It can be downloaded for 7 days.",
                             "%(num)s documents. They can be downloaded for 7 days.", row.papers),
            "button_label": _("Download"), "button_url": web.admin_url("shop_admin.invoice_bundles"),
        }  # fmt: skip
    letters.write(
        "mail/account/message", to=account.email, to_name=account.name, kind="import", language=shop.language,
        data={**said, "message": [], "for_shop": True},
    )  # fmt: skip


@jobs.job("invoices.bundle_end")
def end(bundle_id: int) -> None:
    """Its week is over: it goes, and its bytes with it; harmless twice."""
    row = db.session.get(InvoiceBundle, bundle_id)
    if row is not None:
        file = row.file
        db.session.delete(row)
        db.session.flush()
        if file is not None:
            files.drop(file)


def init_app(_app: object) -> None:
    """Say how the journal tells of it."""
    journal.kind("invoices.bundled", _l("Took %(count)s invoices and credit notes out in one ZIP"))
