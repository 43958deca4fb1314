"""Companies: the firms that a shop sells to, as papers name them; who acts for one is in company_contacts.py."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, Select, String, Text, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column, selectinload

from crm import tags as labels
from kernel import binned, clock, countries, journal, phones, signing, tenancy
from kernel.db import Base, db, many, pk, ref
from kernel.folding import digits, fold
from kernel.i18n import _l
from kernel.refusal import Missing
from kernel.tenancy import Binnable, TenantOwned

if TYPE_CHECKING:
    from kernel.accounts import Account

LONGEST = 160  # signs of a name
OFFERED = 300  # that a form proposes


class Company(TenantOwned, Binnable, Base):
    """A firm: what it is called every day and on papers, how to reach it, where it is."""

    __tablename__ = "company"
    __extra__ = (UniqueConstraint("tenant_id", "token"), Index("ix_company_name", "tenant_id", "sort_name"))
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    name: Mapped[str] = mapped_column(String(LONGEST))
    legal_name: Mapped[str] = mapped_column(String(LONGEST), default="")
    tax_kind: Mapped[str] = mapped_column(String(20), default="")  # of the country's profile
    tax_number: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")  # E.164, as the next one
    whatsapp: Mapped[str] = mapped_column(String(20), default="")
    address: Mapped[dict[str, str]] = mapped_column(default=dict)
    note: Mapped[str] = mapped_column(String(2000), default="")
    sort_name: Mapped[str] = mapped_column(String(LONGEST), default="")  # folded: by which it is sorted and joined
    haystack: Mapped[str] = mapped_column(Text, default="")  # what the search looks through, folded
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)

    tag_rows: Mapped[list["CompanyTag"]] = many("Company", "CompanyTag.company_id", order_by="CompanyTag.id")

    @property
    def tags(self) -> list[str]:
        """The words by which the shop sorts it."""
        return [row.tag for row in self.tag_rows] if self.id is not None else []

    @property
    def called(self) -> str:
        """How a list names it."""
        return self.name or self.legal_name

    @property
    def tax_label(self) -> str:
        """What the country calls the kind of its number."""
        kinds = countries.profile(tenancy.tenant().country).tax_ids
        return next((kind.label for kind in kinds if kind.code == self.tax_kind), "")

    @property
    def billed(self) -> dict[str, str]:
        """As an order keeps whom its invoice names; {} while the number is not known."""
        if not self.tax_number:
            return {}
        return {"kind": self.tax_kind, "number": self.tax_number, "name": self.legal_name or self.name}


class CompanyTag(TenantOwned, Base):
    """That a company has a tag."""

    __tablename__ = "company_tag"
    __extra__ = (
        UniqueConstraint("tenant_id", "company_id", "tag"),
        Index("ix_company_tag_tag", "tenant_id", "tag", "company_id"),
    )
    id: Mapped[int] = pk()
    company_id: Mapped[int] = ref("company", index=False)
    tag: Mapped[str] = mapped_column(String(labels.LONGEST))


@dataclass(frozen=True)
class Told:
    """What somebody says of a company, checked."""

    name: str
    legal_name: str = ""
    tax_kind: str = ""
    tax_number: str = ""
    email: str = ""
    phone: str = ""
    whatsapp: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    tags: str | Iterable[str] = ""


PLAIN = ("name", "legal_name", "tax_kind", "tax_number", "email", "phone", "whatsapp", "note")


def query(text: str = "", *, tag: str = "", binned: bool = False) -> Select[Any]:
    """Companies in which each word of a text stands, by their names."""
    wanted = select(Company).options(selectinload(Company.tag_rows)).order_by(Company.sort_name, Company.id)
    for word in fold(text[:120]).split()[:5]:
        wanted = wanted.where(Company.haystack.contains(word, autoescape=True))
    if tag:
        theirs = select(CompanyTag.id).where(CompanyTag.company_id == Company.id, CompanyTag.tag == tag)
        wanted = wanted.where(theirs.exists())
    return wanted.where(Company.binned_at.is_not(None)).execution_options(binned=True) if binned else wanted


def any_at_all() -> bool:
    """Whether the shop knows one."""
    return db.session.scalar(select(Company.id).limit(1)) is not None


def names() -> list[str]:
    """What those are called that a form proposes."""
    return list(db.session.scalars(select(Company.name).order_by(Company.sort_name).limit(OFFERED)))


def tags_counted(most: int = 200) -> list[tuple[str, int]]:
    """The tags of companies and how many have each, the commonest first."""
    number = func.count().label("number")
    rows = select(CompanyTag.tag, number).join(Company, Company.id == CompanyTag.company_id).group_by(CompanyTag.tag)
    return [(tag, int(n)) for tag, n in db.session.execute(rows.order_by(number.desc(), CompanyTag.tag).limit(most))]


def named(token: str) -> Company:
    """The company that an address names; raises Missing."""
    found = by_token(token)
    if found is None:
        raise Missing()
    return found


def by_token(token: str) -> Company | None:
    """The company with that token."""
    return db.session.scalar(select(Company).where(Company.token == token)) if token else None


def by_name(name: str) -> Company | None:
    """The company that is called so, however it is spelled; of several the one known longest."""
    wanted = fold(" ".join(name.split()))[:LONGEST]
    return db.session.scalar(select(Company).where(Company.sort_name == wanted).order_by(Company.id).limit(1))


def alike(company: Company) -> Company | None:
    """Another one with the same number of the tax office: a branch, or the same one written twice."""
    if not company.tax_number:
        return None
    same = Company.tax_number == company.tax_number, Company.id != company.id
    return db.session.scalar(select(Company).where(*same).order_by(Company.id).limit(1))


def add(told: Told, *, by: "Account | None") -> Company:
    """Write down a company."""
    company = Company(name="")
    _fill(company, told)
    db.session.add(company)
    db.session.flush()
    _keep_tags(company, told.tags)
    journal.write("company.added", about=company, by=by, data={"name": company.called})
    return company


def known(name: str, *, by: "Account | None") -> Company:
    """The company that is called so, made when there is none."""
    return by_name(name) or add(Told(" ".join(name.split())[:LONGEST]), by=by)


def change(company: Company, told: Told, *, by: "Account") -> None:
    """Keep what staff wrote of it."""
    _fill(company, told)
    _keep_tags(company, told.tags)
    journal.write("company.changed", about=company, by=by, data={"name": company.called})


def _fill(company: Company, told: Told) -> None:
    for name in PLAIN:
        setattr(company, name, getattr(told, name))
    company.name = told.name or told.legal_name
    company.address = dict(told.address)
    company.sort_name = fold(company.name)[:LONGEST]
    numbers = (digits(one) for one in (told.tax_number, told.phone, told.whatsapp))
    told_all = (company.name, told.legal_name, told.tax_number, told.email, *numbers)
    company.haystack = fold(" ".join(filter(None, told_all)))


def _keep_tags(company: Company, words: str | Iterable[str]) -> None:
    wanted, known = labels.clean(words), company.tags
    gone = delete(CompanyTag).where(CompanyTag.company_id == company.id, CompanyTag.tag.not_in(wanted))
    db.session.execute(gone, execution_options={"synchronize_session": False})
    db.session.add_all(CompanyTag(company_id=company.id, tag=tag) for tag in wanted if tag not in known)
    db.session.flush()
    db.session.expire(company, ["tag_rows"])


def put_away(company: Company, *, by: "Account") -> None:
    """Into the bin; its people stay, and are its contacts again when it comes back."""
    company.binned_at = clock.now()
    journal.write("company.binned", about=company, by=by, data={"name": company.called})


def take_back(token: str, *, by: "Account") -> Company:
    """Out of the bin, with whom it had. Raises Gone."""
    company: Company = binned.named(Company, token)
    company.binned_at = None
    journal.write("company.restored", about=company, by=by, data={"name": company.called})
    return company


def phone(number: str) -> str:
    """A telephone as one writes it here."""
    return phones.show(number, tenancy.tenant().country) if number else ""


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("company.added", _l("Added the company %(name)s"))
    journal.kind("company.changed", _l("Changed what is known of the company %(name)s"))
    journal.kind("company.binned", _l("Put the company %(name)s into the bin"))
    journal.kind("company.restored", _l("Took the company %(name)s out of the bin"))
