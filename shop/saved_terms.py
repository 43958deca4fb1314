"""What saved things teach the rule language: who saved something, or certain things, and has not bought them since.

A list is kept for its shopper without their leave; a rule reads it only of those who gave leave to learn from what they
do, as it is with everything that they look at.
"""

from typing import Any

from sqlalchemy import ColumnElement, or_, select, union_all

from crm import consent, rules
from crm.contacts import Contact
from crm.rules import Field, Person
from crm.visitors import Visitor
from kernel.db import db
from kernel.i18n import _, _l
from shop import segment_terms
from shop.order_lines import OrderLine
from shop.orders import ENDED, Order
from shop.saved import SavedList, SavedProduct


def _fits(value: Any, owner: Any) -> ColumnElement[bool]:
    """In SQL: whether a product on a list of that column's contact is meant."""
    here = [SavedProduct.list_id == SavedList.id]
    if value.get("product"):
        here.append(SavedProduct.product_id.in_(sorted(segment_terms.products(value))))
    if value.get("bought") == "no":
        lines = select(OrderLine.id).join(Order, Order.id == OrderLine.order_id)
        stands = Order.contact_id == owner, Order.state.not_in(sorted(ENDED)), ~Order.practice
        same = lines.where(*stands, OrderLine.product_id == SavedProduct.product_id)
        here.append(~same.correlate(SavedList, SavedProduct, Visitor).exists())
    return select(SavedProduct.id).where(*here).correlate(SavedList, Visitor).exists()


def _savers(value: Any) -> ColumnElement[bool]:
    """In SQL: everybody on whose lists it lies, as far as they may be learnt from."""
    own = select(SavedList.contact_id).where(SavedList.contact_id.is_not(None), consent.remembers(SavedList.contact_id))
    browsers = select(Visitor.contact_id).join(SavedList, SavedList.visitor_id == Visitor.id)
    theirs = browsers.where(SavedList.contact_id.is_(None), Visitor.contact_id.is_not(None), _known())
    mine, of_browsers = own.where(_fits(value, SavedList.contact_id)), theirs.where(_fits(value, Visitor.contact_id))
    return Contact.id.in_(union_all(mine, of_browsers))


def _known() -> ColumnElement[bool]:
    return consent.given_by_browser(Visitor.id, "behaviour")


def _lists(person: Person) -> ColumnElement[bool] | None:
    """In SQL: whether a list is theirs and may be learnt from."""
    if person.contact is not None:
        browsers = select(Visitor.id).where(Visitor.contact_id == person.contact.id, _known())
        anonymous = SavedList.contact_id.is_(None) & SavedList.visitor_id.in_(browsers)
        own = SavedList.contact_id == person.contact.id
        return or_(own & consent.remembers(person.contact.id), anonymous)
    if person.visitor is None:
        return None
    browsers = select(Visitor.id).where(Visitor.id == person.visitor.id, _known())
    return SavedList.contact_id.is_(None) & SavedList.visitor_id.in_(browsers)


def _kept(person: Person) -> set[int]:
    mine = _lists(person)
    if mine is None:
        return set()
    rows = select(SavedProduct.product_id).join(SavedList, SavedList.id == SavedProduct.list_id)
    return set(db.session.scalars(rows.where(mine)))


def _saved(person: Person, value: Any) -> bool:
    found: set[int] = person.recall("saved", _kept)
    if value.get("product") and found:
        found = found & person.recall(f"saved {value['product']}", lambda _one: segment_terms.products(value))
    if value.get("bought") == "no" and found:
        found = found - {product for _order, _at, product in person.recall("bought", segment_terms.things)}
    return bool(found)


def _says(value: Any) -> str:
    what = segment_terms.named(value["product"]) if value.get("product") else ""
    if value.get("bought") == "no":
        told = _("saved something that they have not bought")
        return _("saved %(what)s and have not bought it", what=what) if what else told
    return _("saved %(what)s", what=what) if what else _("saved something")


def init_app(_app: object) -> None:
    """Teach the language the word."""
    rules.term(
        "saved", _l("saved"), family="did", sql=_savers, python=_saved, says=_says,
        form=(Field("product", _l("Product"), "choices", segment_terms.goods, known=segment_terms.there, needed=False),
              Field("bought", _l("Bought it"), "choice", lambda: [("no", _("not yet"))], closed=True, needed=False)),
    )  # fmt: skip
