"""Company contacts: which people act for which company, as what, and whom one writes to first.

A person may be a contact of several companies; of each there is one main contact, as long as it has any.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, Select, String, UniqueConstraint, delete, func, select, update
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, selectinload

from crm import merging, people
from crm.companies import Company
from crm.contacts import Contact
from kernel import clock, journal
from kernel.db import Base, belongs, db, pk, ref
from kernel.i18n import _l
from kernel.refusal import Missing
from kernel.tenancy import TenantOwned

if TYPE_CHECKING:
    from kernel.accounts import Account

LONGEST = 60  # signs of a role
MOST = 200  # contacts of a company that are shown
MAIN = sql("main")
QUIET = {"synchronize_session": False}


class CompanyContact(TenantOwned, Base):
    """That a person acts for a company."""

    __tablename__ = "company_contact"
    __extra__ = (
        UniqueConstraint("tenant_id", "company_id", "contact_id"),
        Index("uq_company_contact_main", "tenant_id", "company_id", unique=True, sqlite_where=MAIN,
              postgresql_where=MAIN),
    )  # fmt: skip
    id: Mapped[int] = pk()
    company_id: Mapped[int] = ref("company", index=False)
    contact_id: Mapped[int] = ref("contact")
    role: Mapped[str] = mapped_column(String(LONGEST), default="")  # "compras", "contabilidad"
    main: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime] = mapped_column(default=clock.now)

    company: Mapped[Company | None] = belongs("CompanyContact.company_id", "Company")  # None: it is in the bin
    contact: Mapped[Contact | None] = belongs("CompanyContact.contact_id", "Contact")


def of(company: Company) -> list[CompanyContact]:
    """Who acts for a company, the main contact first."""
    rows = select(CompanyContact).join(Contact, Contact.id == CompanyContact.contact_id)
    rows = rows.where(CompanyContact.company_id == company.id).options(selectinload(CompanyContact.contact))
    return list(db.session.scalars(rows.order_by(CompanyContact.main.desc(), CompanyContact.id).limit(MOST)))


def of_person(contact: Contact) -> list[CompanyContact]:
    """For which companies a person acts, by their names."""
    rows = select(CompanyContact).join(Company, Company.id == CompanyContact.company_id)
    rows = rows.where(CompanyContact.contact_id == contact.id).options(selectinload(CompanyContact.company))
    return list(db.session.scalars(rows.order_by(Company.sort_name, Company.id)))


def companies(contact: Contact | None) -> list[Company]:
    """The same as companies; none of nobody."""
    return [row.company for row in of_person(contact) if row.company] if contact is not None else []


def chosen(contact: Contact | None, token: str) -> Company | None:
    """The company with that token, if this person acts for it."""
    return next((one for one in companies(contact) if one.token == token), None) if token else None


def meant(contact: Contact | None, tax: Mapping[str, str], said: Company | None = None) -> int | None:
    """For which company somebody buys: the one that staff said, else their own with the tax id that they typed."""
    number = tax.get("number")
    mine = (one for one in companies(contact) if one.tax_number == number) if number and said is None else ()
    found = said or next(iter(mine), None)
    return found.id if found else None


def main_ones(companies: Iterable[Company]) -> dict[int, Contact]:
    """The main contact of each of these companies, by the company's id."""
    mine = CompanyContact.company_id.in_([one.id for one in companies]), CompanyContact.main
    rows = select(CompanyContact.company_id, Contact).join(Contact, Contact.id == CompanyContact.contact_id)
    return dict(db.session.execute(rows.where(*mine)).all())


def names_of(ids: Sequence[int]) -> dict[int, list[str]]:
    """What the companies of these people are called, by person."""
    rows = select(CompanyContact.contact_id, Company.name).join(Company, Company.id == CompanyContact.company_id)
    found: dict[int, list[str]] = {}
    for start in range(0, len(ids), 500):
        some = rows.where(CompanyContact.contact_id.in_(ids[start : start + 500])).order_by(Company.sort_name)
        for contact, name in db.session.execute(some):
            found.setdefault(contact, []).append(name)
    return found


def roles() -> list[str]:
    """The roles that people have, the commonest first."""
    many = func.count().label("many")
    rows = select(CompanyContact.role, many).where(CompanyContact.role != "").group_by(CompanyContact.role)
    return [role for role, _count in db.session.execute(rows.order_by(many.desc(), CompanyContact.role).limit(50))]


def named(company: Company, token: str) -> CompanyContact:
    """The contact of a company that an address names; raises Missing."""
    mine = _of(company).join(Contact, Contact.id == CompanyContact.contact_id)
    found: CompanyContact | None = db.session.scalar(mine.where(Contact.token == token))
    if found is None:
        raise Missing()
    return found


def acting() -> Select[Any]:
    """In SQL: the people who act for some company that is not in the bin."""
    return select(CompanyContact.contact_id).join(Company, Company.id == CompanyContact.company_id)


def join(company: Company, contact: Contact, *, by: "Account | None", role: str = "", main: bool = False) -> bool:
    """Have a person act for a company; whether they did not before: else only the role is said anew.

    The first one of a company is its main contact.
    """
    lock(company)
    row = db.session.scalar(_of(company).where(CompanyContact.contact_id == contact.id))
    new, first = row is None, _main(company) is None
    row = row or CompanyContact(company_id=company.id, contact_id=contact.id, role="", main=False)
    row.role = role[:LONGEST] or row.role
    db.session.add(row)
    db.session.flush()
    if main or first:
        _lead(row)
    if new:
        told = {"name": contact.called, "company": company.called}
        journal.write("company.joined", about=contact, by=by, data=told)  # so that who is erased is named nowhere
    return new


def change(row: CompanyContact, *, role: str, main: bool) -> None:
    """Another role; who is made the main contact takes the place of who was."""
    row.role = role[:LONGEST]
    if main and row.company is not None:
        lock(row.company)
        _lead(row)


def leave(row: CompanyContact, *, by: "Account") -> None:
    """They act for it no more; where they were the main contact the one who came next is."""
    company, contact = row.company, row.contact
    if company is None or contact is None:
        raise Missing()
    lock(company)
    db.session.delete(row)
    db.session.flush()
    fill_main(company.id)
    journal.write("company.left", about=contact, by=by, data={"name": contact.called, "company": company.called})


def lock(company: Company) -> None:
    """Two who change the contacts of one company follow each other."""
    db.session.refresh(company, with_for_update=True)


def _of(company: Company) -> Select[Any]:
    return select(CompanyContact).where(CompanyContact.company_id == company.id)


def _main(company: Company) -> CompanyContact | None:
    """Whom one writes to first; somebody in the bin is not asked."""
    mine = _of(company).join(Contact, Contact.id == CompanyContact.contact_id)
    found: CompanyContact | None = db.session.scalar(mine.where(CompanyContact.main))
    return found


def _lead(row: CompanyContact) -> None:
    """The others first: of a company there are never two main contacts."""
    mine = CompanyContact.company_id == row.company_id
    db.session.execute(update(CompanyContact).where(mine, CompanyContact.main).values(main=False))
    row.main = True
    db.session.flush()


def fill_main(company_id: int) -> None:
    """Of a company without a main contact the first one is it."""
    mine = select(CompanyContact).where(CompanyContact.company_id == company_id).order_by(CompanyContact.id)
    rows = list(db.session.scalars(mine))
    if rows and not any(row.main for row in rows):
        rows[0].main = True
        db.session.flush()


def _merge(goes: Contact, stays: Contact) -> None:
    """Who stays acts for the companies of both; for one company once, with a role if either had one."""
    mine = select(CompanyContact).where(CompanyContact.contact_id.in_((goes.id, stays.id)))
    rows = list(db.session.scalars(mine.order_by(CompanyContact.id)))
    known = {row.company_id: row for row in rows if row.contact_id == stays.id}
    for row in (one for one in rows if one.contact_id == goes.id):
        same = known.get(row.company_id)
        if same is None:
            row.contact_id = stays.id
            continue
        main, same.role = row.main, same.role or row.role
        db.session.delete(row)
        db.session.flush()
        same.main = same.main or main
    db.session.flush()


def copy(contact: Contact) -> list[dict[str, Any]]:
    """For whom they act, as what."""
    return [
        {"company": row.company.called if row.company else "", "role": row.role, "since": row.since.isoformat()}
        for row in of_person(contact)
    ]


def forget(contact: Contact) -> None:
    """They act for nobody any more."""
    theirs = CompanyContact.contact_id == contact.id
    led = list(db.session.scalars(select(CompanyContact.company_id).where(theirs, CompanyContact.main)))
    db.session.execute(delete(CompanyContact).where(theirs), execution_options=QUIET)
    db.session.expire_all()
    for company_id in led:
        fill_main(company_id)


def init_app(_app: object) -> None:
    """Speak for the table; say how the journal tells it."""
    people.exporter("companies", ["company_contact"], copy)
    people.eraser("companies", ["company_contact"], forget)
    merging.moves("company_contact", _merge)
    journal.kind("company.joined", _l("Made %(name)s a contact of %(company)s"))
    journal.kind("company.left", _l("%(name)s is no contact of %(company)s any more"))
