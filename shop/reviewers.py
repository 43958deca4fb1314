"""Reviewers: a person's reviews as their copy, as nobody's, and as those of one person who was two."""

import base64
from typing import Any

from sqlalchemy import select

from crm import merging, people
from crm.contacts import Contact
from kernel import files
from kernel.db import db
from shop import review_pictures, reviews
from shop.review_pictures import ReviewPicture
from shop.reviews import Review

LARGE = 960


def copy(contact: Contact) -> list[dict[str, Any]]:
    """What they said of what, and what was answered."""
    return [
        {
            "product": reviews.called(row), "at": row.written_at.isoformat(),
            "stars": row.stars, "words": row.words, "signed": row.signed, "state": row.state, "answer": row.answer,
            "changed_at": row.changed_at.isoformat() if row.changed_at else None,
            "pictures": list(map(_copied, review_pictures.of(row))),
        }
        for row in reviews.of_contact(contact)
    ]  # fmt: skip


def _copied(one: ReviewPicture) -> dict[str, Any]:
    """A picture as it is shown large, in the words of the web for a file within a text."""
    data = base64.b64encode(files.read(one.file, LARGE)).decode()
    return {"at": one.added_at.isoformat(), "reason": one.reason, "picture": f"data:image/webp;base64,{data}"}


def forget(contact: Contact) -> None:
    """Of what everybody could read the stars stay, as nobody's: words, name, pictures, answer go. The rest goes whole.

    So nobody becomes better by forgetting who was not content.
    """
    shown = []
    for row in reviews.of_contact(contact):
        review_pictures.forget(row)
        if not row.shown:
            db.session.delete(row)
            continue
        row.words = row.signed = row.language = row.answer = ""
        row.contact_id = row.order_id = row.line_id = row.answered_at = None
        shown.append(row.product_id)
    if shown:
        reviews.count(*shown)
    db.session.flush()


def join(goes: Contact, stays: Contact) -> None:
    """Of two about one product the one that was written or changed last stays."""
    known = {row.product_id: row for row in reviews.of_contact(stays)}
    less = []
    for row in db.session.scalars(select(Review).where(Review.contact_id == goes.id)).all():
        mine = known.get(row.product_id)
        older = None if mine is None else min(mine, row, key=lambda one: one.changed_at or one.written_at)
        if older is not None:
            review_pictures.forget(older)
            db.session.delete(older)
            less.append(row.product_id)
            db.session.flush()  # one of a product: the other comes after it
        if older is not row:
            row.contact_id = stays.id
    db.session.flush()
    if less:
        reviews.count(*less)


def init_app(_app: object) -> None:
    """Speak for the table."""
    people.exporter("reviews", ["review", "review_picture"], copy)
    people.eraser("reviews", ["review", "review_picture"], forget)
    merging.moves("review", join)
