"""What a crowd had in its mailboxes: ten letters each within 30 days, what became of them; the database writes it."""

from datetime import timedelta

from sqlalchemy import Connection, text

from bench.stand import crowd
from campaigns import letter_events
from campaigns.letter_events import LetterEvent
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from crm import contacts
from kernel import clock
from kernel.db import db

LETTERS, APART = 10, timedelta(days=2, hours=20)
READS = "(contact_id * 7919) % 10 >= 6"  # four of ten open letters, every other one
OPENED = f"{READS} AND (contact_id + mailing_id) % 2 = 0"
HIDDEN = "(contact_id * 7919) % 10 = 5 AND (contact_id + mailing_id) % 2 = 0"  # whose mailbox loads every picture
CAME_BACK = "(contact_id * 31 + mailing_id) % 100 = 0"
BECAME = (
    ("opened", "human", "", OPENED),
    ("clicked", "human", "", f"{OPENED} AND (contact_id + mailing_id) % 8 = 0"),
    ("opened", "machine", "privacy", HIDDEN),
    ("bounced", "", "hard", CAME_BACK),
)


def write(tenant_id: int, count: int) -> None:
    """Ten letters to each of the first `count` people; commits."""
    rows = [_first(number) for number in range(LETTERS)]
    db.session.commit()
    with db.engine.begin() as bare:
        series = crowd.SERIES[crowd.enter(bare, tenant_id)].format(first=2, last=count)
        for row_id in rows:
            told = {"contact_id": "i", "token": "one.token || '-' || i", "email": "'p' || i || '@example.com'"}
            crowd.copies(bare, Recipient.metadata.tables["recipient"], told, f"{series} s WHERE one.id = {row_id}")
        for what in BECAME:
            _happen(bare, what)
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as bare:
            bare.execute(text("VACUUM ANALYZE"))


def _first(number: int) -> int:
    """One letter as the first person had it, of which all others are copies."""
    at = clock.now() - timedelta(hours=1) - number * APART
    made = Mailing(name=f"Novedades {number}", subject={"es": "Café nuevo"}, state="sent", started_at=at)
    db.session.add(made)
    db.session.flush()
    who = contacts.known(email="p1@example.com", name="Persona 1", country="CR")
    row = Recipient(mailing_id=made.id, contact_id=who.id, email="p1@example.com", state="sent", sent_at=at, run_at=at)
    db.session.add(row)
    db.session.flush()
    if not number:
        letter_events.add(row, "answered", dedupe="")
    return row.id


def _happen(bare: Connection, what: tuple[str, str, str, str]) -> None:
    """The same to every letter for which that holds: a copy of the first event with its own words."""
    kind, verdict, reason, to = what
    told = {"recipient_id": "r.id", "mailing_id": "r.mailing_id", "kind": f"'{kind}'", "verdict": f"'{verdict}'",
            "reason": f"'{reason}'", "dedupe": f"'{kind}{reason}:' || r.id", "at": "r.sent_at"}  # fmt: skip
    table = LetterEvent.metadata.tables["letter_event"]
    letters = f"(SELECT id, mailing_id, sent_at FROM recipient WHERE {to}) r WHERE one.kind = 'answered'"
    crowd.copies(bare, table, told, letters)
