"""The words by which people are found: of their name, e-mail and telephone, kept by the database (kernel/sought.py)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from crm.contacts import Contact
from kernel import phones, sought, tenancy
from kernel.db import Base, pk
from kernel.tenancy import TenantOwned

TEXT = (
    "coalesce({row}.name, '') || ' ' || coalesce({row}.email, '') || ' ' || replace(coalesce({row}.phone, ''), '+', '')"
)


class ContactWord(TenantOwned, Base):
    """A word of somebody; written by the database alone."""

    __tablename__ = "contact_word"
    __unique_id__ = False
    __extra__ = (Index("ix_contact_word_word", "tenant_id", "word", "contact_id"), sought.KEPT)
    id: Mapped[int] = pk()
    contact_id: Mapped[int] = mapped_column(index=True)  # no reference: they come and go with the row itself
    word: Mapped[str] = mapped_column(sought.WORD)


sought.declare("contact_word", "contact", {"sqlite": TEXT, "postgresql": TEXT}, ("name", "email", "phone"))


def typed(text: str) -> list[str]:
    """The words of what somebody typed: of “Café & Pan” two, of signs alone themselves, which nobody has."""
    words = text.split()
    return [word for word in words if sought.parts(word)] or words


def has(words: Sequence[str]) -> ColumnElement[bool]:
    """That somebody is meant by each of these typed words: a word of theirs begins so, or a part of their telephone."""
    found, *others = [_meant(word) for word in words]
    for (
        other
    ) in others:  # within the words, before anybody is read: of thousands who are called Ana a few are also Núñez
        both = found.subquery()
        found = select(both.c.contact_id).where(both.c.contact_id.in_(other))
    return Contact.id.in_(found)


def _meant(word: str) -> Any:
    numbers = phones.needles(word, tenancy.tenant().country)
    return sought.has(ContactWord.contact_id, ContactWord.word, word, numbers)
