"""A small vocabulary for tests of letters to many: people who allowed them, mailings, what a person had."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from campaigns import letter_events
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from crm import consent, contacts
from crm.contacts import Contact
from crm.segments import Segment
from kernel import clock, suppression
from kernel.db import db
from shop import storefront


def person(name: str, *, allowed: bool | None = True, **told: Any) -> Contact:
    """Somebody with an address who allowed letters, refused them, or was never asked (None)."""
    made = contacts.known(email=told.pop("email", f"{name}@example.com"), name=name.capitalize(), **told)
    if allowed is not None:
        consent.record(made, "marketing", allowed, form="subscribe", ip="192.0.2.7")
    return made


def segment(rule: dict[str, Any], code: str = "one") -> Segment:
    """A kept segment."""
    made = Segment(code=code, name={"es": code.capitalize()}, rule=rule)
    db.session.add(made)
    db.session.flush()
    return made


def mailing(of: Segment | None = None, **told: Any) -> Mailing:
    """A letter ready to go, to everybody or to a segment."""
    words = {"name": "Novedades", "subject": {"es": "Café nuevo", "en": "New coffee"}, "code": "novedades", **told}
    blocks = words.pop(
        "blocks", [{"id": "a1", "kind": "text", "data": {"text": {"es": "<p>Hola</p>", "en": "<p>Hello</p>"}}}]
    )
    made = Mailing(segment_id=of.id if of else None, blocks=blocks, **words)
    db.session.add(made)
    db.session.flush()
    return made


def addressed() -> None:
    """Let the shop have the postal address that stands below every letter."""
    storefront.of().address = {"street": "Calle 1", "city": "Dota", "country": "CR"}
    db.session.commit()


def had(contact: Contact, *, hours: float, of: Mailing | None = None) -> Recipient:
    """That somebody had a letter so many hours ago."""
    other = of or mailing(name="Antes", state="sent")
    row = Recipient(
        mailing_id=other.id, contact_id=contact.id, email=contact.email, state="sent",
        address_hmac=suppression.fingerprint(contact.email or ""), sent_at=clock.now() - timedelta(hours=hours),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def had_some(dice: Any) -> None:
    """Some people had letters: some lately, some long ago, some were left out."""
    letters = [mailing(name=f"Correo {number}", state="sent") for number in range(3)]
    for contact in db.session.scalars(select(Contact)):
        for letter in dice.sample(letters, dice.choice([0, 0, 1, 2, 3])):
            row = had(contact, hours=24 * dice.choice([0, 1, 29, 30, 31, 200]) + dice.choice([0, 6, 13]), of=letter)
            row.state = dice.choice(["sent", "captured", "skipped", "unknown"])
            _events(dice, row)
    db.session.commit()


def _events(dice: Any, row: Recipient) -> None:
    """What became of it: opened and followed by somebody, perhaps or a machine, hidden, come back; or nothing."""
    for number in range(dice.choice([0, 0, 1, 3])):
        kind = dice.choice(["opened", "opened", "clicked", "bounced"])
        reasons = {"opened": ["", "privacy"], "clicked": [""], "bounced": ["hard", "soft", "complaint"]}[kind]
        at = clock.now() - timedelta(days=dice.choice([0, 1, 29, 30, 31, 60]), hours=dice.choice([0, 6, 13]))
        verdict = "" if kind == "bounced" else dice.choice(letter_events.VERDICTS)
        letter_events.add(row, kind, dedupe=str(number), at=at, verdict=verdict, reason=dice.choice(reasons))
