"""Askers: a person's questions as their copy and as nobody's; what is too old or about nothing any more goes."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_, select

from crm import people
from crm.contacts import Contact
from kernel import clock, jobs, tenancy, transactions
from kernel.db import db
from kernel.tenancy import Tenant
from shop import questions
from shop.questions import Question

BINNED = timedelta(days=30)
UNANSWERED = timedelta(days=365)  # after a year nobody waits for it
HOW: dict[str, Any] = {"synchronize_session": False, "binned": True}


def copy(contact: Contact) -> list[dict[str, Any]]:
    """What they asked about what, and what was answered."""
    return [
        {
            "product": questions.called(row), "at": row.asked_at.isoformat(), "question": row.words,
            "answer": row.answer, "sent_at": row.answered_at.isoformat() if row.answered_at else None,
        }
        for row in questions.of_contact(contact)
    ]  # fmt: skip


def forget(contact: Contact) -> None:
    """Their words go whole, also from the pages of products: nobody knows what they tell of who wrote them."""
    rows = questions.of_contact(contact)
    shown = {row.product_id for row in rows if row.shown}
    for row in rows:
        db.session.delete(row)
    db.session.flush()
    if shown:
        questions.count(*shown)


def forget_product(product_id: int) -> None:
    """Of what leaves the bin for good nothing stays asked."""
    db.session.execute(delete(Question).where(Question.product_id == product_id), execution_options=HOW)


@jobs.job("questions.sweep")
def sweep() -> None:
    """In each shop: what lay in the bin for thirty days, and what nobody answered for a year."""
    for tenant_id in db.session.scalars(select(Tenant.id).order_by(Tenant.id)).all():
        with tenancy.use(tenant_id):
            transactions.retry_free(_sweep)


def _sweep() -> None:
    now = clock.now()
    unanswered = Question.answered_at.is_(None) & (Question.asked_at < now - UNANSWERED)
    old = or_(Question.binned_at < now - BINNED, unanswered)
    db.session.execute(delete(Question).where(old), execution_options=HOW)


def init_app(_app: object) -> None:
    """Speak for the table."""
    people.exporter("questions", ["question"], copy)
    people.eraser("questions", ["question"], forget)


jobs.every("questions.sweep", seconds=6 * 3600)
