"""The back office's list of gift cards: filters, search by the last signs, a name or an e-mail, and what is owed."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import selectinload

from kernel import clock, tenancy
from kernel.db import db
from kernel.folding import fold
from kernel.i18n import _l
from kernel.money import Money
from shop import stored_value
from shop.gift_cards import GiftCard
from shop.stored_value import StoredValue

PAGE = 50


def _today() -> Any:
    return clock.today(tenancy.tenant().timezone)


def _good() -> Any:
    return and_(GiftCard.voided_at.is_(None), or_(GiftCard.expires_on.is_(None), GiftCard.expires_on >= _today()))


FILTERS: dict[str, tuple[Any, Callable[[], Any]]] = {
    "live": (_l("With balance"), lambda: and_(_good(), StoredValue.balance_minor > 0)),
    "spent": (_l("Used up"), lambda: and_(_good(), StoredValue.balance_minor == 0)),
    "expired": (_l("Past its date"), lambda: and_(GiftCard.voided_at.is_(None), GiftCard.expires_on < _today())),
    "void": (_l("Voided"), lambda: GiftCard.voided_at.is_not(None)),
    "all": (_l("All cards"), lambda: GiftCard.id.is_not(None)),
}


def query(name: str = "all", text: str = "") -> Select[GiftCard]:
    """The cards of a filter that match a text, the newest first; rehearsals only while the shop practises."""
    found = select(GiftCard).join(StoredValue, StoredValue.id == GiftCard.value_id)
    found = found.where(FILTERS[name][1](), StoredValue.practice == tenancy.tenant().practice)
    for word in fold(text).replace("-", " ").split()[:6]:
        found = found.where(GiftCard.haystack.contains(word, autoescape=True))
    return found.order_by(GiftCard.issued_at.desc(), GiftCard.id.desc())


def size(name: str, text: str = "") -> int:
    """How many cards a filter has."""
    return int(db.session.scalar(select(func.count()).select_from(query(name, text).order_by(None).subquery())) or 0)


def page(name: str, text: str, number: int) -> tuple[Sequence[GiftCard], int]:
    """One page of a filter and how many pages there are."""
    pages = max(1, -(-size(name, text) // PAGE))
    at = min(max(1, number), pages)
    rows = query(name, text).options(selectinload(GiftCard.value)).limit(PAGE).offset((at - 1) * PAGE)
    return db.session.scalars(rows).all(), pages


def owed() -> dict[str, Money]:
    """What the shop owes: on cards, as credit, together."""
    tenant = tenancy.tenant()
    parts = {kind: stored_value.owed(tenant.currency, kind, practice=tenant.practice) for kind in stored_value.KINDS}
    return {**parts, "all": parts["gift_card"] + parts["store_credit"]}
