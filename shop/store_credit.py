"""Store credit: what the shop owes a person it knows, given instead of money or as a courtesy, spent at checkout."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crm import people
from kernel import journal, tenancy
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import stored_value
from shop.stored_value import StoredValue, StoredValueEntry

if TYPE_CHECKING:
    from crm.contacts import Contact
    from kernel.accounts import Account

KIND = "store_credit"


class NotSoMuch(Refusal):
    """More is taken than somebody has."""

    message = _l("The credit is %(most)s: at most that can be taken.")


def of(contact: "Contact | None") -> StoredValue | None:
    """What a person has, in the shop's currency; None when they never had any."""
    if contact is None:
        return None
    mine = select(StoredValue).where(StoredValue.kind == KIND, StoredValue.contact_id == contact.id)
    mine = mine.where(StoredValue.currency == tenancy.tenant().currency)
    return db.session.scalars(mine.where(StoredValue.practice == tenancy.tenant().practice)).one_or_none()


def opened(contact: "Contact") -> StoredValue:
    """What a person has, begun when it is needed first."""
    tenant = tenancy.tenant()
    known = of(contact)
    if known is not None:
        return known
    try:
        with db.session.begin_nested():
            return stored_value.begin(KIND, tenant.currency, contact_id=contact.id, practice=tenant.practice)
    except IntegrityError:  # begun by another request at the same moment
        known = of(contact)
        if known is None:
            raise
        return known


def add(contact: "Contact", amount: Money, *, key: str, kind: str = "issue", **told: Any) -> StoredValueEntry | None:
    """Give a person credit; None when this key was given already. `told`: order, reason, by."""
    made = stored_value.move(opened(contact), kind, amount, key=key, **told)
    _note("store_credit.added", contact, made, told.get("by"))
    return made


def take(contact: "Contact", amount: Money, *, key: str, reason: str, by: "Account") -> StoredValueEntry | None:
    """Take credit off again, with a reason; never more than there is."""
    value = opened(contact)
    try:
        made = stored_value.move(value, "adjust", -amount, key=key, reason=reason, by=by)
    except stored_value.NotEnough:
        db.session.refresh(value, ["balance_minor"])
        raise NotSoMuch(most=value.balance.format(tenancy.tenant().locale)) from None
    _note("store_credit.taken", contact, made, by)
    return made


def entries(contact: "Contact") -> Sequence[StoredValueEntry]:
    """What happened to a person's credit, the first entry first."""
    value = of(contact)
    return stored_value.entries(value) if value else []


def _note(kind: str, contact: "Contact", made: StoredValueEntry | None, by: "Account | None") -> None:
    if made is not None and by is not None:
        journal.write(kind, about=contact, by=by, data={"minor": abs(made.amount_minor), "reason": made.reason})


def copy(contact: "Contact") -> list[dict[str, Any]]:
    """What came onto and left a person's credit."""
    return [
        {"at": row.at.isoformat(), "kind": row.kind, "amount_minor": row.amount_minor, "currency": row.currency}
        for row in entries(contact)
    ]


def forget(contact: "Contact") -> None:
    """Amounts stay, as everything that was paid does; they are a nobody's once the contact has no name."""


def init_app(_app: object) -> None:
    """Say how the journal tells it, and who speaks for a person's credit."""
    journal.kind("store_credit.added", _l("Gave store credit: %(reason)s"))
    journal.kind("store_credit.taken", _l("Took store credit back: %(reason)s"))
    people.exporter("store_credit", ["stored_value", "stored_value_entry"], copy)
    people.eraser("store_credit", ["stored_value", "stored_value_entry"], forget)
