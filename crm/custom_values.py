"""Custom values: what people have in the shop's own fields; a row each, in the column of its kind, never in a lump."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, Index, String, Text, UniqueConstraint, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from crm import custom_texts, sources
from crm.custom_fields import CustomField
from crm.custom_texts import LONGEST, NOTHING, Value
from kernel import bulk, clock
from kernel.db import Base, db, pk, ref, upsert
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned

if TYPE_CHECKING:
    from crm.contacts import Contact

MARK = "c:"  # before the code of a field, where others name fields of a person
SAME = ("tenant_id", "contact_id", "field_id", "item")
QUIET = {"synchronize_session": False}


class CustomValue(TenantOwned, Base):
    """What somebody has in a field; of several chosen each is a row."""

    __tablename__ = "custom_value"
    __extra__ = (
        UniqueConstraint(*SAME),
        Index("ix_custom_value_folded", "tenant_id", "field_id", "folded", "contact_id"),
        Index("ix_custom_value_number", "tenant_id", "field_id", "number", "contact_id"),
        Index("ix_custom_value_day", "tenant_id", "field_id", "day", "contact_id"),
        Index("ix_custom_value_option", "tenant_id", "field_id", "option", "contact_id"),
    )
    id: Mapped[int] = pk()
    contact_id: Mapped[int] = ref("contact", index=False)
    field_id: Mapped[int] = ref("custom_field", index=False)
    item: Mapped[str] = mapped_column(String(4), default="")  # the code of one of several
    text: Mapped[str] = mapped_column(String(LONGEST["long"]), default="")
    folded: Mapped[str | None] = mapped_column(String(LONGEST["text"]))  # of a short text, as it is compared
    words: Mapped[str | None] = mapped_column(Text)  # of a long one
    number: Mapped[int | None]  # in thousandths
    day: Mapped[date | None] = mapped_column(Date)
    option: Mapped[str | None] = mapped_column(String(4))


def rows(field: CustomField, value: Value) -> list[dict[str, Any]]:
    """The rows that hold a value."""
    if value in NOTHING:
        return []
    blank: dict[str, Any] = {"field_id": field.id, "item": "", "text": ""}
    blank |= dict.fromkeys(("folded", "words", "number", "day", "option"))
    if field.kind == "several":
        return [{**blank, "item": code, "option": code} for code in value]
    if field.kind == "text":
        return [{**blank, "text": value, "folded": custom_texts.plain(value)}]
    if field.kind == "long":
        return [{**blank, "text": value, "words": custom_texts.compared(value)}]
    return [{**blank, {"number": "number", "day": "day"}.get(field.kind, "option"): value}]


def of(ids: Sequence[int], fields: Iterable[CustomField]) -> dict[int, dict[int, Value]]:
    """What these people have in these fields, by their ids and those of the fields."""
    known = {one.id: one for one in fields}
    found: dict[int, dict[int, Value]] = {}
    if not known or not ids:
        return found
    theirs = select(CustomValue).where(bulk.among(CustomValue.contact_id, ids), CustomValue.field_id.in_(known))
    for row in db.session.scalars(theirs.order_by(CustomValue.id).execution_options(populate_existing=True)):
        field, here = known[row.field_id], found.setdefault(row.contact_id, {})
        here[field.id] = held(field, row, here.get(field.id))
    return found


def held(field: CustomField, row: CustomValue, before: Value = None) -> Value:
    """The value that a row holds; of several chosen with what other rows held."""
    if field.kind == "several":
        return sorted([*(before or []), row.item], key=int)
    return {"number": row.number, "day": row.day, "text": row.text, "long": row.text}.get(field.kind, row.option)


def mine(contact: "Contact", fields: Iterable[CustomField]) -> dict[int, Value]:
    """What one person has in these fields."""
    return of([contact.id], fields).get(contact.id, {}) if contact.id is not None else {}


def whole(contact_id: int) -> dict[CustomField, Value]:
    """All that somebody has, in the archive too."""
    found: dict[CustomField, Value] = {}
    both = select(CustomField, CustomValue).join(CustomField, CustomField.id == CustomValue.field_id)
    for field, row in db.session.execute(both.where(CustomValue.contact_id == contact_id).order_by(CustomValue.id)):
        found[field] = held(field, row, found.get(field))
    return found


def keep(contact: "Contact", told: Mapping[CustomField, Value], source: str) -> list[CustomField]:
    """Let a person have exactly this in these fields; which of them changed. `source` is one of sources.TOLD."""
    had = mine(contact, told)
    changed = [one for one, value in told.items() if had.get(one.id) not in (value, *_nothing(value))]
    if not changed:
        return []
    _drop(CustomValue.contact_id == contact.id, CustomValue.field_id.in_([one.id for one in changed]))
    fresh = [{"contact_id": contact.id, **row} for one in changed for row in rows(one, told[one])]
    if fresh:  # of two who write at the same moment the first has
        db.session.execute(upsert(CustomValue).on_conflict_do_nothing(index_elements=SAME), fresh)
    names = {f"{MARK}{one.code}": told[one] not in NOTHING for one in changed}
    sources.note(contact, [name for name, there in names.items() if there], source)
    if gone := [name for name, there in names.items() if not there]:
        sources.forget(contact, gone)
    contact.updated_at = clock.now()
    return changed


def _nothing(value: Value) -> tuple[Any, ...]:
    return NOTHING if value in NOTHING else ()


def fill(contact: "Contact", told: Mapping[CustomField, Value], source: str) -> list[CustomField]:
    """The same where nothing stands yet: what the shop wrote is never overwritten."""
    had = mine(contact, told)
    fresh = {one: value for one, value in told.items() if value not in NOTHING and one.id not in had}
    return keep(contact, fresh, source)


def take(contact: "Contact", fields: Sequence[CustomField], typed: Mapping[str, Sequence[str]], source: str) -> None:
    """Fill in what somebody typed into a form before, by code; what is nothing of its kind by now is left out."""
    told: dict[CustomField, Value] = {}
    for one in fields:
        try:
            told[one] = custom_texts.read(one, typed.get(one.code, ()))
        except Refusal:
            continue
    if told:
        fill(contact, told, source)


def write(fresh: Sequence[dict[str, Any]]) -> None:
    """Rows of many people who had nothing there."""
    if fresh:
        db.session.execute(insert(CustomValue), list(fresh))


def _drop(*those: Any) -> None:
    db.session.execute(delete(CustomValue).where(*those), execution_options=QUIET)


def forget(contact_id: int, fields: Iterable[int] = ()) -> None:
    """Take out what somebody has in these fields, or in all."""
    some = [CustomValue.field_id.in_(list(fields))] if fields else []
    _drop(CustomValue.contact_id == contact_id, *some)


def used(fields: Iterable[CustomField]) -> set[int]:
    """The ids of those in which anybody has something."""
    wanted = select(CustomField.id).where(
        CustomField.id.in_([one.id for one in fields]),
        select(CustomValue.id).where(CustomValue.field_id == CustomField.id).exists(),
    )
    return set(db.session.scalars(wanted))
