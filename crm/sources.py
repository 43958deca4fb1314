"""Sources: from where a shop knows each thing about a person, and since when; one row for each field of each person."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel import clock, tenancy
from kernel.db import Base, db, pk, ref, upsert
from kernel.i18n import _l
from kernel.tenancy import TenantOwned

if TYPE_CHECKING:
    from crm.contacts import Contact

SAME = ("tenant_id", "contact_id", "field")
TOLD = {  # by which way; "import:<token>" names the file
    "staff": _l("written by the shop"),
    "checkout": _l("their order"),
    "counter": _l("a sale or booking noted at the counter"),
    "account": _l("their account"),
    "subscribe": _l("the sign-up form"),
    "contact": _l("the contact form"),
    "stock": _l("asking for something that is sold out"),
    "time": _l("asking for a time that is full"),
    "question": _l("a question about a product"),
    "preferences": _l("their preferences"),
    "import": _l("a file"),
    "demo": _l("the sample shop"),
    "merge": _l("the same person, kept twice"),
}


class ContactSource(TenantOwned, Base):
    """From where the value that a field of a person has today came."""

    __tablename__ = "contact_source"
    __extra__ = (UniqueConstraint(*SAME),)
    id: Mapped[int] = pk()
    contact_id: Mapped[int] = ref("contact", index=False)
    field: Mapped[str] = mapped_column(String(44))  # of the contact, or "t:" and the code of a taste
    source: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(default=clock.now)


def named(source: str) -> str:
    """By which way something came, in words; a name that a shop or its link gave itself stays as it is."""
    known = TOLD.get(source.partition(":")[0])
    return str(known) if known else source


def note(contact: "Contact", fields: Iterable[str], source: str) -> None:
    """Say from where these fields have what they hold now."""
    told = {"contact_id": contact.id, "source": source, "at": clock.now()}
    write([{**told, "field": field} for field in fields])


def write(rows: Sequence[dict[str, Any]]) -> None:
    """The same for fields of many people: contact_id, field, source and at of each."""
    if not rows:
        return
    mine = tenancy.current()
    short = [{**row, "field": row["field"][:44], "source": row["source"][:80], "tenant_id": mine} for row in rows]
    db.session.flush()
    db.session.connection().execute(_writing(db.engine.dialect.name), short)


@lru_cache
def _writing(dialect: str) -> Any:
    writing = upsert(ContactSource, dialect)
    newer = {name: writing.excluded[name] for name in ("source", "at")}
    return writing.on_conflict_do_update(index_elements=SAME, set_=newer)


def of(contact: "Contact") -> dict[str, ContactSource]:
    """The source of each field, by its name."""
    mine = select(ContactSource).where(ContactSource.contact_id == contact.id)
    rows = db.session.scalars(mine.execution_options(populate_existing=True))
    return {row.field: row for row in rows}


def forget(contact: "Contact", fields: Iterable[str] = ()) -> None:
    """Forget from where we know these fields, or all of them."""
    mine = delete(ContactSource).where(ContactSource.contact_id == contact.id)
    named = list(fields)
    gone = mine.where(ContactSource.field.in_(named)) if named else mine
    db.session.execute(gone.execution_options(synchronize_session=False))
