"""Prints: letters as they left, so that each is seen as it was sent, whatever changes afterwards.

A print is what many readers' letters have in common: the templates with everything drawn in, and what fields say to all
alike. What a field said to one reader at that moment (their cart, their last order) stands with the recipient; names
and the ways out are filled in when somebody looks.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from campaigns import composing, fields
from campaigns.composing import Composed
from campaigns.recipients import Recipient
from kernel import tenancy
from kernel.db import Base, db, pk, ref, upsert
from kernel.tenancy import TenantOwned

Key = tuple[int, str]  # of a print: mailing, digest


class LetterPrint(TenantOwned, Base):
    """A letter as it left, once for all whose letters are alike; Liquid."""

    __tablename__ = "letter_print"
    __extra__ = (UniqueConstraint("tenant_id", "mailing_id", "digest"),)
    id: Mapped[int] = pk()
    mailing_id: Mapped[int] = ref("mailing", index=False)
    digest: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(Text)
    page: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    names: Mapped[list[str]]  # the fields that it asks for
    said: Mapped[dict[str, Any]]  # those that say the same to all


@dataclass(frozen=True)
class Print:
    """A print before it is known whether it is kept."""

    key: Key
    made: Composed
    said: Mapping[str, Any]


def of(mailing_id: int, made: Composed, told: Mapping[str, Any]) -> Print:
    """The print of a letter whose fields say this."""
    said = fields.alike(told)
    whole = json.dumps([*made.sources, sorted(made.names), said], sort_keys=True)
    return Print((mailing_id, hashlib.sha256(whole.encode()).hexdigest()), made, said)


def known(prints: Collection[Print]) -> dict[Key, int]:
    """The ids of those that are kept."""
    if not prints:
        return {}
    mailings, digests = ({one.key[place] for one in prints} for place in (0, 1))
    there = LetterPrint.mailing_id.in_(mailings), LetterPrint.digest.in_(digests)
    rows = db.session.execute(select(LetterPrint.mailing_id, LetterPrint.digest, LetterPrint.id).where(*there))
    return {(mailing_id, digest): print_id for mailing_id, digest, print_id in rows}


def keep(prints: Collection[Print]) -> dict[Key, int]:
    """Keep these, of which another worker may have kept some meanwhile; their ids."""
    for one in prints:
        db.session.execute(upsert(LetterPrint).values(**_row(one)).on_conflict_do_nothing())
    return known(prints)


def _row(one: Print) -> dict[str, Any]:
    (mailing_id, digest), (subject, page, text) = one.key, one.made.sources
    told = {"subject": subject, "page": page, "text": text, "names": sorted(one.made.names), "said": one.said}
    return {"tenant_id": tenancy.current(), "mailing_id": mailing_id, "digest": digest, **told}


def sent(recipient: Recipient) -> tuple[Composed, dict[str, Any]] | None:
    """The letter that somebody was sent, and what its fields said then; None when none has left."""
    row = db.session.get(LetterPrint, recipient.print_id) if recipient.print_id else None
    if row is None:
        return None
    made = composing.again((row.subject, row.page, row.text), row.names, recipient.language)
    return made, {**row.said, **(recipient.said or {})}
