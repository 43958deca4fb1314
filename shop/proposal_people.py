"""What was offered to a person, as their copy and as nobody's."""

from typing import Any

from sqlalchemy import select, update

from crm import erasure, people
from crm.contacts import Contact
from kernel.db import db
from kernel.i18n import pick
from kernel.letters import Letter
from shop import proposal_rows, proposals
from shop.proposal_rows import Proposal, ProposalLine


def copy(contact: Contact) -> list[dict[str, Any]]:
    """Their quotes; what the shop noted for itself is the shop's."""
    return [
        {
            "number": row.number, "at": row.made_at.isoformat(), "name": row.name, "email": row.email,
            "phone": row.phone, "address": row.address, "message": row.message, "state": row.state,
            "until": row.valid_until.isoformat(), "total_minor": row.total_minor, "currency": row.currency,
            "reason": row.reason, "order": row.order.number if row.order else "",
            "lines": [{"name": pick(line.title), "quantity": line.quantity, "texts": line.texts}
                      for line in row.lines],
        }
        for row in proposal_rows.of_contact(contact) if row.state != "draft"
    ]  # fmt: skip


def forget(contact: Contact) -> None:
    """Of what became an order the amounts stay, without a name; the rest goes."""
    mine, quiet = Proposal.contact_id == contact.id, {"synchronize_session": False}
    theirs = select(Proposal.id).where(mine).scalar_subquery()
    erasure.forget_letters((Letter.about_kind == "proposal") & Letter.about_id.in_(theirs))
    proposals.remove(mine, Proposal.state != "accepted")
    words = update(ProposalLine).where(ProposalLine.proposal_id.in_(theirs)).values(texts={}, asked={})
    db.session.execute(words, execution_options=quiet)
    gone = dict.fromkeys(("name", "email", "phone", "message", "note", "reason", "haystack"), "")
    db.session.execute(update(Proposal).where(mine).values(**gone, address={}), execution_options=quiet)
    db.session.expire_all()


def init_app(_app: object) -> None:
    """Speak for the tables."""
    people.exporter("quotes", ["proposal", "proposal_line"], copy)
    people.eraser("quotes", ["proposal", "proposal_line"], forget)
