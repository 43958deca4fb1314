"""Two rows of one buyer become one: their credit is poured together, entry by entry, and nothing is lost or doubled."""

from sqlalchemy import select

from crm import merging
from crm.contacts import Contact
from kernel.db import db
from kernel.i18n import _
from shop import stored_value
from shop.stored_value import StoredValue


def credit(goes: Contact, stays: Contact) -> None:
    """Give who stays the credit of who goes; where both have some it moves by two entries."""
    for value in db.session.scalars(select(StoredValue).where(StoredValue.contact_id == goes.id)).all():
        same = StoredValue.kind == value.kind, StoredValue.currency == value.currency
        mine = select(StoredValue).where(*same, StoredValue.practice == value.practice)
        theirs = db.session.scalars(mine.where(StoredValue.contact_id == stays.id)).first()
        if theirs is None:
            value.contact_id = stays.id
            continue
        amount, key, reason = value.balance, f"merge:{value.id}", _("Two rows of one person")
        if amount.minor:
            stored_value.move(value, "adjust", -amount, key=key, reason=reason)
            stored_value.move(theirs, "adjust", amount, key=key, reason=reason)
        value.contact_id = None
    db.session.flush()


def init_app(_app: object) -> None:
    """Speak for balances: of one currency a person has one."""
    merging.moves("stored_value", credit)
