"""What pages show of quotes: a row of the list, those of a person and of an opportunity, which one an order is of."""

from typing import Any

from flask import Flask, render_template, url_for

from crm import facts
from crm.contacts import Contact
from crm.deal_stages import Deal
from kernel import slots, tenancy, web
from kernel.db import db
from kernel.i18n import _, pick
from kernel.instants import told as moment
from shop import local_times, order_events, orders, proposal_rows, proposal_stuck, proposal_words, receipts
from shop.proposal_rows import Proposal
from shop.views import desk


def row(one: Proposal) -> dict[str, Any]:
    """A quote as one line of a list."""
    return {
        "number": one.number or _("Draft"), "url": url_for("shop_admin.proposal", token=one.token),
        "practice": one.practice, "called": one.called, "state": proposal_words.state(one),
        "firm": one.company.called if one.company else "",
        "stuck": proposal_stuck.said(one) if one.state == "sent" else "",
        "until": proposal_words.until(one.valid_until),
        "seen": moment(one.seen_at) if one.seen_at else "", "seen_iso": one.seen_at.isoformat() if one.seen_at else "",
        "total": receipts.shown(one.total),
        "goods": ", ".join(f"{line.quantity} × {pick(line.title)}" for line in one.lines[:3]),
    }  # fmt: skip


def steps(one: Proposal) -> list[dict[str, Any]]:
    """What happened to it, the newest last."""
    found: list[tuple[Any, str, str, str]] = [(one.made_at, _("Quote written"), one.by.known_as, "")]
    if one.version > 1:
        found.append((one.changed_at, _("Changed"), "", ""))
    found += [(one.sent_at, _("Sent to them"), "", "")] if one.sent_at else []
    found += [(one.seen_at, _("Seen by the customer"), "", "")] if one.seen_at else []
    found += [(one.stuck_at, _("Could not be ordered"), "", proposal_stuck.said(one))] if one.stuck_at else []
    if one.answered_at and one.state in {"accepted", "declined", "withdrawn"}:
        found.append((one.answered_at, str(proposal_words.STATES[one.state][0]), "", one.reason))
    if one.lapsed and one.order and (end := order_events.last(one.order, *orders.ENDED)):
        found.append((end.at, proposal_words.state(one)[0], "", ""))
    found += [(one.ends_at, _("Ended without an answer"), "", "")] if one.ended else []
    return [{"text": text, "at": moment(at), "iso": at.isoformat(), "who": who, "note": note, "kind": ""}
            for at, text, who, note in sorted(found, key=lambda step: step[0])]  # fmt: skip


def answered(one: Proposal) -> str:
    """On which day they answered."""
    zone = tenancy.tenant().timezone
    return proposal_words.until(local_times.day(one.answered_at, zone)) if one.answered_at else ""


def person(contact: Contact) -> str:
    """A person's quotes on their page, for staff who may see quotes."""
    if not web.may("quotes.view"):
        return ""
    rows = [row(one) for one in proposal_rows.of_contact(contact)]
    return render_template("shop/desk/proposals/_of_person.html", rows=rows, more={"person": contact.token})


def deal(deal: Deal) -> str:
    """What was offered for an opportunity, on its page: an accepted one leads on to its order."""
    if not web.may("quotes.view"):
        return ""
    rows = [row(one) for one in proposal_rows.of_deal(deal.token)]
    more = {"deal": deal.token} | ({"person": deal.contact.token} if deal.contact else {})
    more |= {"company": deal.company.token} if deal.company else {}
    return render_template("shop/desk/proposals/_of_person.html", rows=rows, more=more)


def order(number: str, **_told: Any) -> str:
    """From which quote an order comes, on its page."""
    found = proposal_rows.of_order(number)
    if found is None:
        return ""
    url = desk.link("shop_admin.proposal", token=found.token)
    return render_template("shop/desk/proposals/_of_order.html", row=found, url=url)


def url_of(fact: facts.Fact) -> str | None:
    """Where a fact about a quote leads, for staff who may see it."""
    found = db.session.get(Proposal, fact.about_id) if fact.about_kind == "proposal" and fact.about_id else None
    return url_for("shop_admin.proposal", token=found.token) if found and web.may("quotes.view") else None


def init_app(_app: Flask) -> None:
    """Fill the slots; lead the timeline here."""
    slots.fill("crm.person", person, order=45)
    slots.fill("crm.deal_more", deal)
    slots.fill("shop.order", order, order=40)
    facts.linked(("quoted", "quote_accepted", "quote_declined"), url_of)
