"""What crm itself holds about a person: their copy of it, and how it becomes nobody's."""

from typing import Any

from sqlalchemy import delete, func, or_, select, update

from crm import birthdays, facts, people, sources, tags, tastes, visitors
from crm.consent import Consent
from crm.contacts import Contact, ContactAlias
from crm.facts import Fact
from crm.sums import ContactDay
from crm.visitors import Visitor
from kernel import clock, jobs, sessions, signing, suppression, tenancy, tokens
from kernel.db import db
from kernel.journal import Entry
from kernel.letters import Letter

OWN = ("name", "email", "phone", "language", "country", "region", "city", "address", "tax_id", "group", "stage",
       "tags", "source", "note")  # fmt: skip


def _contact(contact: Contact) -> dict[str, Any]:
    known = {one.field: {"source": one.source, "at": one.at.isoformat()} for one in sources.of(contact).values()}
    own = {name: getattr(contact, name) for name in OWN} | {"birthday": birthdays.plain(contact.birthday)}
    return own | {"since": contact.created_at.isoformat(), "known_by": known}


def _consents(contact: Contact) -> list[dict[str, Any]]:
    rows = db.session.scalars(select(Consent).where(Consent.contact_id == contact.id).order_by(Consent.id))
    return [
        {"purpose": row.purpose, "given": row.given, "at": row.at.isoformat(), "form": row.form, "ip": row.ip,
         "text_version": row.text_version}
        for row in rows
    ]  # fmt: skip


def _facts(contact: Contact) -> list[dict[str, Any]]:
    return [
        {"kind": fact.kind, "at": fact.at.isoformat(), "amount_minor": fact.amount_minor, "currency": fact.currency}
        for fact in facts.of_contact(contact, limit=100_000)
    ]


def _tastes(contact: Contact) -> list[dict[str, Any]]:
    return [{"code": one.code, "weight": one.weight, "origin": one.origin} for one in tastes.every(contact)]


def _letters(contact: Contact) -> list[dict[str, Any]]:
    rows = db.session.scalars(select(Letter).where(_to(contact)).order_by(Letter.id))
    return [{"subject": row.subject, "to": row.to, "at": row.created_at.isoformat()} for row in rows]


def _to(contact: Contact) -> Any:
    mine = (Letter.about_kind == "contact") & (Letter.about_id == contact.id)
    return or_(mine, func.lower(Letter.to) == contact.email.lower()) if contact.email else mine


def _forget_contact(contact: Contact) -> None:
    sessions.end_all("shopper", contact.id)
    if contact.email:
        _forget_address(contact.email, contact.email_norm or "")
    for name in ("name", "region", "city", "tax_id", "note", "source", "group", "stage"):
        setattr(contact, name, "")
    contact.email = contact.email_norm = contact.phone = None
    contact.address, contact.birthday = {}, 0
    tags.forget(contact)
    sources.forget(contact)
    db.session.execute(delete(ContactAlias).where(ContactAlias.contact_id == contact.id))
    contact.token, contact.epoch, contact.binned_at = signing.token(), contact.epoch + 1, clock.now()


def _forget_address(email: str, norm: str) -> None:
    """Links and work that wait for an address end; of the address stays a mark, so that no file brings it back."""
    for purpose in ("shopper", "subscribe"):
        tokens.forget(purpose, email=email, tenant_id=tenancy.current())
    jobs.forget_about(email)
    for mark in {suppression.fingerprint(email), suppression.fingerprint(norm)}:
        suppression.release(mark, "marketing")
        suppression.stop(mark, "marketing", "erased")


def _forget_names(contact: Contact) -> None:
    """What staff did stays, without the name of whom it was about."""
    mine = Entry.about_kind == "contact", Entry.about_id == contact.id
    db.session.execute(update(Entry).where(*mine).values(data={}), execution_options={"synchronize_session": False})


def _forget_browsers(contact: Contact) -> None:
    for visitor in db.session.scalars(select(Visitor).where(Visitor.contact_id == contact.id)):
        visitors.forget(visitor)
        visitor.country = visitor.language = visitor.referrer = ""


def _forget_consents(contact: Contact) -> None:
    db.session.execute(update(Consent).where(Consent.contact_id == contact.id).values(ip=""))


def _forget_facts(contact: Contact) -> None:
    facts.forget_behaviour(contact)
    db.session.execute(update(Fact).where(Fact.contact_id == contact.id).values(data={}, source=""))
    db.session.execute(delete(ContactDay).where(ContactDay.contact_id == contact.id, ContactDay.count == 0))


def _forget_letters(contact: Contact) -> None:
    forget_letters(_to(contact))


def forget_letters(those: Any) -> None:
    """Empty these letters; what waits of them is not sent. Higher packages know what else is about somebody."""
    texts = ("to", "to_name", "reply_to", "subject", "template", "drawn_html", "drawn_text")
    blank: dict[str, Any] = dict.fromkeys(texts, "") | {"data": {}}
    waiting = Letter.state.in_(("pending", "claimed", "sending", "deferred"))
    db.session.execute(update(Letter).where(those, waiting).values(state="skipped"))
    db.session.execute(update(Letter).where(those).values(blank))


def init_app(_app: object) -> None:
    """Speak for crm's tables, and for the letters of the house: the kernel knows no people."""
    own = ["contact", "contact_tag", "contact_source", "contact_alias", "contact_word"]  # words go with what they tell
    people.exporter("contact", own, _contact)
    people.exporter("consents", ["consent", "visitor"], _consents)
    people.exporter("facts", ["fact", "contact_day"], _facts)
    people.exporter("tastes", ["taste"], _tastes)
    people.exporter("letters", ["letter"], _letters)
    people.eraser("contact", own, _forget_contact)
    people.eraser("journal", ["journal"], _forget_names)
    people.eraser("browsers", ["visitor"], _forget_browsers)
    people.eraser("consents", ["consent"], _forget_consents)
    people.eraser("facts", ["fact", "contact_day"], _forget_facts)
    people.eraser("tastes", ["taste", "pick"], tastes.drop)
    people.eraser("letters", ["letter"], _forget_letters)
