"""Tags: the words by which a shop sorts its people; one row for each word of each person, and nowhere else."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Index, String, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock
from kernel.db import Base, db, pk, ref, upsert
from kernel.tenancy import TenantOwned

if TYPE_CHECKING:
    from crm.contacts import Contact

LONGEST = 40
MOST = 24  # of one person
AT_ONCE = 500  # people of one statement


class ContactTag(TenantOwned, Base):
    """That a person has a tag."""

    __tablename__ = "contact_tag"
    __extra__ = (
        UniqueConstraint("tenant_id", "contact_id", "tag"),
        Index("ix_contact_tag_tag", "tenant_id", "tag", "contact_id"),
        Index("ix_contact_tag_at", "tenant_id", "tag", "at"),
    )
    id: Mapped[int] = pk()
    contact_id: Mapped[int] = ref("contact", index=False)
    tag: Mapped[str] = mapped_column(String(LONGEST))
    at: Mapped[datetime | None] = mapped_column(default=clock.now)  # None: nobody knows since when


def clean(words: str | Iterable[str]) -> list[str]:
    """The tags that were meant: small letters, single spaces, each once; a text has commas between them."""
    told = words.split(",") if isinstance(words, str) else words
    short = (" ".join(word.lower().split())[:LONGEST].strip() for word in told)
    return list(dict.fromkeys(word for word in short if word))[:MOST]


def keep(contact: "Contact", words: str | Iterable[str]) -> None:
    """Let a person have exactly these tags."""
    if contact.id is None:
        db.session.flush()
    wanted, known = clean(words), contact.tags
    for word in known:
        if word not in wanted:
            remove([contact.id], word)
    for word in wanted:
        add([contact.id], word)
    db.session.expire(contact, ["tag_rows"])


def add(ids: Sequence[int], tag: str, *, anew: bool = True) -> list[int]:
    """Give people a tag; who had it already keeps it and is not among the ids that come back.

    `anew` is false where they only have again what was theirs: nothing begins because of that.
    """
    got: list[int] = []
    at = clock.now() if anew else None
    for few in _few(ids):
        adding = upsert(ContactTag).on_conflict_do_nothing().returning(ContactTag.contact_id)
        adding = adding.execution_options(render_nulls=True)  # else a None is filled in
        got += db.session.scalars(adding, [{"contact_id": one, "tag": tag, "at": at} for one in few])
    _seen()
    return got


def remove(ids: Sequence[int], tag: str) -> list[int]:
    """Take a tag from people; the ids of those who had it come back."""
    lost: list[int] = []
    for few in _few(ids):
        theirs = delete(ContactTag).where(ContactTag.tag == tag, ContactTag.contact_id.in_(few))
        plain = theirs.returning(ContactTag.contact_id).execution_options(synchronize_session=False)
        lost += db.session.scalars(plain)
    _seen()
    return lost


def forget(contact: "Contact") -> None:
    """Take every tag from a person."""
    mine = delete(ContactTag).where(ContactTag.contact_id == contact.id)
    db.session.execute(mine.execution_options(synchronize_session=False))
    db.session.expire(contact, ["tag_rows"])


def has(contact_id: "ColumnElement[int] | object", tag: str) -> ColumnElement[bool]:
    """In SQL: whether the person of that column has the tag."""
    theirs = select(ContactTag.id).where(ContactTag.contact_id == contact_id, ContactTag.tag == tag)
    return theirs.exists()


def counted(most: int = 200) -> list[tuple[str, int]]:
    """The tags in use and how many people have each, the commonest first."""
    many = func.count().label("many")
    rows = select(ContactTag.tag, many).group_by(ContactTag.tag).order_by(many.desc(), ContactTag.tag).limit(most)
    return [(tag, int(count)) for tag, count in db.session.execute(rows)]


def _few(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _seen() -> None:
    """Let what was loaded of people be asked again: their tags changed beside them."""
    for row in db.session:
        if getattr(row, "__tablename__", "") == "contact":
            db.session.expire(row, ["tag_rows"])
