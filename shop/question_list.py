"""The back office's list of questions: filters, one product's alone, a search, and how many each filter has."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import selectinload

from crm.contacts import Contact
from kernel.db import db
from kernel.folding import column, fold
from kernel.i18n import _l
from shop.catalog import Product
from shop.questions import Question

PAGE = 30
FILTERS: dict[str, Any] = {
    "open": _l("To answer"), "shown": _l("On the product page"), "private": _l("Only by message"),
    "all": _l("All questions"),
}  # fmt: skip


def _is(name: str) -> ColumnElement[bool]:
    if name == "open":
        return Question.answered_at.is_(None)
    return Question.answered_at.is_not(None) & (Question.shown if name == "shown" else ~Question.shown)


def query(name: str = "all", product: Product | None = None, text: str = "") -> Select[Question]:
    """The questions of a filter: what waits longest first, else the newest first."""
    found = select(Question)
    if name != "all":
        found = found.where(_is(name))
    if name == "open":  # about what lies in the bin nobody waits to be told
        found = found.where(Question.product_id.in_(select(Product.id).where(Product.binned_at.is_(None))))
    if product is not None:
        found = found.where(Question.product_id == product.id)
    for word in text.split()[:5]:
        found = found.where(_like(fold(word)))
    if name == "open":
        return found.order_by(Question.asked_at, Question.id)
    return found.order_by(Question.asked_at.desc(), Question.id.desc())


def _like(word: str) -> ColumnElement[bool]:
    people = column(Contact.name).contains(word, autoescape=True)
    people |= func.lower(func.coalesce(Contact.email, "")).contains(word, autoescape=True)
    named = select(Product.id).where(Product.sort_name.contains(word, autoescape=True))
    own = [column(one).contains(word, autoescape=True) for one in (Question.words, Question.told, Question.answer)]
    of_people = Question.contact_id.in_(select(Contact.id).where(people))
    return or_(*own, of_people, Question.product_id.in_(named))


def sizes(product: Product | None = None, text: str = "") -> dict[str, int]:
    """How many questions each filter has."""
    return {name: _size(query(name, product, text)) for name in FILTERS}


def _size(wanted: Select[Any]) -> int:
    return int(db.session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0)


def page(wanted: Select[Question], number: int, many: int) -> tuple[Sequence[Question], int, int]:
    """One page of a filter that has so many, which one it is, and how many pages there are; with all that is told."""
    pages = max(1, -(-many // PAGE))
    at = min(max(1, number), pages)
    whole = wanted.options(*map(selectinload, (Question.contact, Question.by)))
    return db.session.scalars(whole.limit(PAGE).offset((at - 1) * PAGE)).all(), at, pages


def products(rows: Sequence[Question]) -> dict[int, Product]:
    """What they are about, by key, which may lie in the bin by now."""
    mine = select(Product).where(Product.id.in_({row.product_id for row in rows}))
    return {one.id: one for one in db.session.scalars(mine.execution_options(binned=True))}
