"""Contacts: the people and firms that a shop knows, each once, however they came."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Index, Select, String, UniqueConstraint, bindparam, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from crm import greetings, sources
from crm import tags as labels
from kernel import beside, clock, prepared, signing
from kernel.db import Base, db, many, pk, ref
from kernel.sessions import Subject
from kernel.tenancy import Binnable, TenantOwned

THERE = sql("binned_at IS NULL")


class Contact(TenantOwned, Binnable, Subject, Base):
    """A person or firm: how to reach them, where they are, how the shop sorts them."""

    __tablename__ = "contact"
    __extra__ = (
        Index("uq_contact_email", "tenant_id", "email_norm", unique=True, sqlite_where=THERE, postgresql_where=THERE),
        Index("ix_contact_phone", "tenant_id", "phone"),
        Index("ix_contact_country", "tenant_id", "country"),
        Index("ix_contact_created", "tenant_id", "created_at"),
        Index("ix_contact_birthday", "tenant_id", "birthday"),
    )
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), index=True)  # in addresses instead of the id
    name: Mapped[str] = mapped_column(String(160), default="")
    email: Mapped[str | None] = mapped_column(String(320))
    email_norm: Mapped[str | None] = mapped_column(String(320))  # what makes two spellings one person
    phone: Mapped[str | None] = mapped_column(String(20))  # E.164
    phone_vouched: Mapped[bool] = mapped_column(default=False)  # staff know it is theirs; anybody can type a number
    language: Mapped[str] = mapped_column(String(8), default="es")
    country: Mapped[str] = mapped_column(String(2), default="")
    region: Mapped[str] = mapped_column(String(80), default="")
    city: Mapped[str] = mapped_column(String(80), default="")
    address: Mapped[dict[str, str]] = mapped_column(default=dict)  # the last one, to prefill
    tax_id: Mapped[str] = mapped_column(String(40), default="")
    birthday: Mapped[int] = mapped_column(default=0, server_default="0")  # MMDDYYYY as in birthdays.py; 0: not told
    group: Mapped[str] = mapped_column("group_code", String(40), default="")  # price and payment group: "mayorista"
    stage: Mapped[str] = mapped_column(String(20), default="")  # prospecto | cliente | empresa …
    source: Mapped[str] = mapped_column(String(80), default="")  # how they came first
    note: Mapped[str] = mapped_column(String(2000), default="")
    letters_every: Mapped[int] = mapped_column(default=0)  # days between letters to many, as they wish; 0: as they come
    epoch: Mapped[int] = mapped_column(default=1)  # moves to end all their sessions
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)

    tag_rows: Mapped[list[labels.ContactTag]] = many("Contact", "ContactTag.contact_id", order_by="ContactTag.id")

    @property
    def tags(self) -> list[str]:
        """The words by which the shop sorts them; written by tags.py alone. Lists load `tag_rows` along."""
        return [row.tag for row in self.tag_rows] if self.id is not None else []

    @property
    def reachable(self) -> bool:
        """Whether there is any way to write to them."""
        return bool(self.email or self.phone)

    @property
    def called(self) -> str:
        """How a list names them."""
        return self.name or self.email or self.phone or "—"

    @property
    def first_name(self) -> str:
        """By which a letter greets them."""
        return greetings.first(self.name)


class ContactAlias(TenantOwned, Base):
    """The token of somebody who turned out to be this contact: links that carry it lead here."""

    __tablename__ = "contact_alias"
    __extra__ = (UniqueConstraint("tenant_id", "token"),)
    id: Mapped[int] = pk()
    contact_id: Mapped[int] = ref("contact")
    token: Mapped[str] = mapped_column(String(32))


def normal_email(email: str | None) -> str | None:
    """What makes two spellings of an address one mailbox: case, `+tag`, and Gmail's dots do not count."""
    if not email or "@" not in email:
        return None
    local, _, host = email.strip().lower().rpartition("@")
    host = host.encode("idna").decode() if not host.isascii() and _idna(host) else host
    local = local.split("+", 1)[0] or local
    if host in {"gmail.com", "googlemail.com"}:
        local, host = local.replace(".", ""), "gmail.com"
    return f"{local}@{host}"


def _idna(host: str) -> bool:
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


def by_email(email: str | None) -> Contact | None:
    """The contact with that address, in any spelling."""
    norm = normal_email(email)
    return next(iter(beside.found(Contact, _by_email(), norm=norm)), None) if norm else None


@lru_cache
def _by_email() -> Select[Any]:
    return beside.mine(Contact, Contact.email_norm == bindparam("norm"))


def by_phone(phone: str | None) -> Contact | None:
    """The contact whose number (E.164) that is, as far as staff vouch for it; the longest known one first."""
    if not phone:
        return None
    mine = Contact.phone == phone, Contact.phone_vouched
    return db.session.scalar(select(Contact).where(*mine).order_by(Contact.id).limit(1))


def by_token(token: str) -> Contact | None:
    """The contact that an address names."""
    if not token:
        return None
    found = db.session.scalar(select(Contact).where(Contact.token == token))
    if found is not None:
        return found
    former = select(ContactAlias.contact_id).where(ContactAlias.token == token).scalar_subquery()
    return db.session.scalar(select(Contact).where(Contact.id == former))


def groups_without(groups: Sequence[str]) -> list[str]:
    """Which of these groups nobody is in."""
    had = set(db.session.scalars(select(Contact.group).where(Contact.group.in_(groups)).distinct())) if groups else ()
    return [group for group in groups if group not in had]


def ids_of(tokens: Sequence[str]) -> list[int]:
    """The ids behind these tokens."""
    return list(db.session.scalars(select(Contact.id).where(Contact.token.in_(tokens))))


def known(*, email: str | None = None, phone: str | None = None, vouched: bool = False, **told: Any) -> Contact:
    """The contact with that e-mail or, without one, that phone; made when new.

    `told` (name, language, country, region, city, source…) fills what is still empty: an order never overwrites
    what the shop wrote; `tags` are added. An e-mail opens an account, and anybody can type a number: so a phone joins
    a contact only where staff vouch for it (`vouched`) and vouched for it before, else it begins one of its own.
    `learned` says by which way all that came (sources.TOLD).
    """
    found = by_email(email)
    if found is None and vouched:
        same_phone = by_phone(phone)
        if same_phone is not None and (not email or not same_phone.email_norm):
            found = same_phone
    fresh = found is None
    found = found or Contact(token=signing.token(), address={}, language=told.get("language") or "es")
    told_tags, learned = told.pop("tags", ()), told.pop("learned", "")
    filled = _fill(found, {"email": (email or "").strip() or None, "phone": phone or None, **told})
    found.email_norm = normal_email(found.email)
    if vouched and phone and found.phone == phone:
        found.phone_vouched = True
    if fresh and beside.put(found, unless=prepared.ANY) is None:  # the same person comes twice at once
        return known(email=email, phone=phone, vouched=vouched, tags=told_tags, learned=learned, **told)
    db.session.flush()
    if learned:
        sources.note(found, filled, learned)
    for tag in labels.clean(told_tags):
        labels.add([found.id], tag)
    return found


def _fill(contact: Contact, told: dict[str, Any]) -> list[str]:
    empty = [name for name, value in told.items() if value and not getattr(contact, name)]
    for name in empty:
        setattr(contact, name, told[name])
    return empty


def end_sessions(contact: Contact) -> None:
    """Log the contact out everywhere."""
    contact.epoch += 1
