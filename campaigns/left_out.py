"""Whom a mailing leaves out: the people of one segment get none, whoever else it is for."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from campaigns import named_segments
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from crm import rules
from crm.contacts import Contact
from crm.segments import Segment
from kernel import bulk
from kernel.db import db

WHY = "left_out"  # of recipients.REASONS


def among(mailing: Mailing) -> list[tuple[ColumnElement[bool], str]]:
    """The branch of a CASE over contacts for those whom it leaves out, if there are any; raises NoSegment."""
    kept = named_segments.left_out(mailing)
    return [(rules.where(kept.rule), WHY)] if kept else []


def late(recipients: Sequence[Recipient]) -> dict[int, Any]:
    """Who of a batch came into that segment since they were written down; one that was put away still counts."""
    ids = sorted({row.mailing_id for row in recipients})
    named = select(Mailing.id, Mailing.without_id).where(Mailing.id.in_(ids), Mailing.without_id.is_not(None))
    found: dict[int, Any] = {}
    for mailing_id, segment_id in db.session.execute(named, execution_options={"binned": True}):
        kept = select(Segment).where(Segment.id == segment_id)
        row = db.session.scalars(kept, execution_options={"binned": True}).one()
        mine = [one for one in recipients if one.mailing_id == mailing_id and one.contact_id]
        try:
            inside = select(Contact.id).where(bulk.among(Contact.id, [one.contact_id for one in mine]))
            there = set(db.session.scalars(inside.where(rules.where(row.rule))))
        except rules.BadRule:  # it names what is gone by now: what was written down stays
            continue
        found |= {one.id: WHY for one in mine if one.contact_id in there}
    return found
