"""People who saved something: their list as their copy, as nobody's, and as one person's who was kept twice."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from crm import facts, merging, people
from crm.contacts import Contact
from crm.visitors import Visitor
from kernel.db import db
from kernel.i18n import _l, pick
from shop import saved
from shop.saved import SavedList, SavedProduct


def copy(contact: Contact) -> list[dict[str, Any]]:
    """What they saved, since when and at which price; under which name they hand it on."""
    return [
        {
            "name": one.name, "shared_at": one.shared_at.isoformat() if one.shared_at else None,
            "products": [
                {"product": pick(row.product.name) if row.product else "", "at": row.saved_at.isoformat(),
                 "price_minor": row.price_minor, "currency": row.currency}
                for row in _rows(one)
            ],
        }
        for one in db.session.scalars(select(SavedList).where(_theirs(contact)).order_by(SavedList.id))
    ]  # fmt: skip


def _rows(mine: SavedList) -> Sequence[SavedProduct]:
    wanted = select(SavedProduct).where(SavedProduct.list_id == mine.id).order_by(SavedProduct.id)
    return db.session.scalars(wanted).all()


def forget(contact: Contact) -> None:
    """Nothing is saved any more, and a link that was handed on leads nowhere."""
    saved.forget(list(db.session.scalars(select(SavedList.id).where(_theirs(contact)))))


def _theirs(contact: Contact) -> ColumnElement[bool]:
    browsers = select(Visitor.id).where(Visitor.contact_id == contact.id)
    mine = SavedList.contact_id.is_(None) & SavedList.visitor_id.in_(browsers)
    return or_(SavedList.contact_id == contact.id, mine)


def join(goes: Contact, stays: Contact) -> None:
    """What both saved lies on one list, once."""
    theirs = saved.of_contact(goes)
    if theirs is not None:
        own, _no_token = saved.begin(stays)
        saved.pour(theirs, own)


def init_app(_app: object) -> None:
    """Speak for the lists; say how the timeline tells it."""
    people.exporter("saved", ["saved_list", "saved_product"], copy)
    people.eraser("saved", ["saved_list", "saved_product"], forget)
    merging.moves("saved_list", join)
    facts.kind("saved", _l("Saved a product"), "heart")
