"""The segments that a mailing names: whom it is for, and whom it leaves out."""

from sqlalchemy import select

from campaigns.mailings import Mailing
from crm.segments import Segment
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal


class NoSegment(Refusal):
    """One of them is in the bin: the letter goes to nobody before somebody has looked."""

    message = _l("A segment of this letter is no longer there: choose again whom it is for and whom it leaves out.")


def audience(mailing: Mailing) -> Segment | None:
    """Whom it is for, None when that is everybody; raises NoSegment."""
    return _kept(mailing.segment_id)


def left_out(mailing: Mailing) -> Segment | None:
    """Whose people get none, None when it leaves out nobody; raises NoSegment."""
    return _kept(mailing.without_id)


def _kept(segment_id: int | None) -> Segment | None:
    if segment_id is None:
        return None
    found = db.session.scalar(select(Segment).where(Segment.id == segment_id))
    if found is None:
        raise NoSegment()
    return found
