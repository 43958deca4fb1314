"""What somebody did and was written, in one line of time, the newest first."""

from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import func, or_, select

from crm import facts
from crm.contacts import Contact
from crm.custom_fields import VALUE_CHANGED, VALUE_HIDDEN
from kernel import letter_list, tenancy, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.instants import told as moment
from kernel.journal import Entry
from kernel.letters import Letter
from kernel.money import Money

MOST = 60
NOTED = (VALUE_CHANGED, VALUE_HIDDEN)
WEAK = {  # what a letter's link tells is no proof of who pressed it
    "clicked": _l("by a link in a letter: somebody else may have pressed it"),
    "opened": _l("a letter was opened: somebody else may have read it"),
}


def steps(contact: Contact) -> list[dict[str, Any]]:
    """Their facts and letters, the newest first."""
    found = [(fact.at, step(fact)) for fact in facts.of_contact(contact, MOST)]
    found += [(letter.created_at, _letter(letter)) for letter in _letters(contact)]
    found += [(entry.at, _entry(entry)) for entry in _changed(contact)]
    return [one for _at, one in sorted(found, key=lambda pair: pair[0], reverse=True)[:MOST]]


def _letters(contact: Contact) -> list[Letter]:
    """Letters about them or to their address; never one that carries a key to an account."""
    mine = (Letter.about_kind == "contact") & (Letter.about_id == contact.id) & (Letter.to == (contact.email or ""))
    ways = [mine, func.lower(Letter.to) == contact.email.lower()] if contact.email else [mine]
    rows = select(Letter).where(or_(*ways), ~Letter.private, Letter.kind.not_in(("login", "subscribe")))
    return list(db.session.scalars(rows.order_by(Letter.id.desc()).limit(MOST)))


def _letter(letter: Letter) -> dict[str, Any]:
    word, _shape = letter_list.STATES[letter.state]
    url = url_for("kernel_admin.letter", token=letter.token) if web.may("letters.view") else ""
    return _told(_("Letter: %(subject)s", subject=letter.subject), "mail", letter.created_at, url=url, note=str(word))


def _changed(contact: Contact) -> list[Entry]:
    """What staff changed in the shop's own fields."""
    noted = NOTED if web.may("people.sensitive") else NOTED[:1]
    mine = Entry.about_kind == "contact", Entry.about_id == contact.id, Entry.verb.in_(noted)
    return list(db.session.scalars(select(Entry).where(*mine).order_by(Entry.id.desc()).limit(MOST)))


def _entry(entry: Entry) -> dict[str, Any]:
    return _told(entry.sentence, "edit", entry.at, url="", note=entry.who)


def step(fact: facts.Fact) -> dict[str, Any]:
    """A fact as one line of time."""
    kind = facts.kinds().get(fact.kind)
    amount = Money(fact.amount_minor, fact.currency) if fact.amount_minor is not None and fact.currency else None
    note = amount.format(tenancy.tenant().locale, cents=False) if amount else ""
    if fact.kind == "allowed" and "given" in fact.data:
        note = _("yes") if fact.data["given"] else _("no")
        note = f"WhatsApp: {note}" if fact.data.get("purpose") == "whatsapp" else note
    if fact.kind == "searched":
        note = str(fact.data.get("words") or "")
    url = kind.url(fact) if kind and kind.url else ""
    made = _told(str(kind.sentence) if kind else fact.kind, kind.icon if kind else "info", fact.at, url=url, note=note)
    return {**made, "said": str(fact.data.get("text") or "") if fact.kind == "wrote" else "",
            "weak": str(WEAK.get(fact.kind, ""))}  # fmt: skip


def _told(text: str, icon: str, at: datetime, *, url: str | None, note: str) -> dict[str, Any]:
    return {"text": text, "icon": icon, "at": moment(at), "iso": at.isoformat(), "url": url or "", "note": note}
