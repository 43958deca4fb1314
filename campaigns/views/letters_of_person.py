"""What a person's page in the back office says of the letters to many that they had."""

from typing import Any

from flask import Flask, render_template, url_for
from sqlalchemy import select

from campaigns import bounce_kinds, letter_events
from campaigns.mailings import Mailing
from campaigns.recipients import REASONS, Recipient
from crm import facts
from crm.contacts import Contact
from kernel import slots, suppression, web
from kernel.db import db
from kernel.i18n import _, _l

MOST = 12
STATES = {
    "sent": (_l("Has it"), "good"), "captured": (_l("Kept, not gone out"), "off"),
    "failed": (_l("Not delivered"), "bad"),
    "skipped": (_l("Not written to"), "off"), "unknown": (_l("Nobody knows"), "care"),
}  # fmt: skip
TOLD = {"opened": _l("opened"), "clicked": _l("followed a link"), "unsubscribed": _l("unsubscribed by it")}


def person(contact: Contact) -> str:
    """Their letters, the newest first, and whether more may be written."""
    if not web.may("mailings.see"):
        return ""
    mine = select(Recipient, Mailing).join(Mailing, Mailing.id == Recipient.mailing_id)
    mine = mine.where(Recipient.contact_id == contact.id).order_by(Recipient.id.desc()).limit(MOST)
    rows = [_row(row, mailing) for row, mailing in db.session.execute(mine)]
    return render_template("campaigns/desk/_of_person.html", rows=rows, stopped=_stopped(contact)) if rows else ""


def _stopped(contact: Contact) -> str:
    if contact.email and suppression.blocks(contact.email):
        return _("Nothing is written to this address any more: letters came back, or were marked as spam.")
    return ""


def _row(row: Recipient, mailing: Mailing) -> dict[str, Any]:
    events = letter_events.of(row, "opened", "clicked", "unsubscribed", "bounced")
    back = [event for event in events if event.kind == "bounced"]
    did = {event.kind for event in events if event.verdict != "machine" and event.reason != "privacy"}
    words = [str(TOLD[kind]) for kind in TOLD if kind in did]
    words += [str(bounce_kinds.KINDS.get(event.reason, "")) for event in back]
    words += [str(REASONS.get(row.reason, ""))] if row.state == "skipped" else []
    return {
        "name": mailing.name, "at": row.sent_at, "told": ", ".join(filter(None, words)),
        "state": (_("It came back"), "bad") if back else STATES.get(row.state, (_("On its way"), "now")),
        "url": url_for("campaigns_admin.mailing", token=mailing.token) if mailing.kind == "campaign" else "",
        "seen": url_for("campaigns_admin.letter_sent", token=row.token) if row.print_id else "",
    }  # fmt: skip


def mailing_url(fact: facts.Fact) -> str | None:
    """Where a fact about a letter to many leads, for staff who may see it."""
    row = db.session.get(Mailing, fact.about_id) if fact.about_kind == "mailing" and fact.about_id else None
    seen = row is not None and row.kind == "campaign" and web.may("mailings.see")
    return url_for("campaigns_admin.mailing", token=row.token) if row is not None and seen else None


def init_app(_app: Flask) -> None:
    """Fill the slot of a person's page, and let its timeline lead to the letters."""
    slots.fill("crm.person", person, order=60)
    facts.linked(("opened", "clicked"), mailing_url)
