"""What files of people hold about one of them: their copy of it, and how their lines become nobody's."""

import json
from typing import Any

from sqlalchemy import Text, cast, or_, select

from crm import contacts, people, sources
from crm.contacts import Contact
from crm.imports import ContactImport, ContactImportPart
from kernel.db import db
from kernel.folding import digits, fold
from kernel.instants import told as moment

SHORTEST = 5  # signs of a name by which a line is known as theirs


def copy(contact: Contact) -> list[dict[str, Any]]:
    """The files from which something about them came."""
    tokens = {row.source.partition(":")[2] for row in sources.of(contact).values() if row.source.startswith("import:")}
    rows = db.session.scalars(select(ContactImport).where(ContactImport.token.in_(tokens)).order_by(ContactImport.id))
    return [{"file": row.name, "at": moment(row.created_at)} for row in rows]


def forget(contact: Contact) -> None:
    """Empty their lines in files that still wait or that could not be taken, and what was noted beside."""
    signs = [sign for sign in (contact.email, contact.phone, contact.name) if sign and len(sign) >= SHORTEST]
    for part in db.session.scalars(select(ContactImportPart).where(_about(contact, signs))):
        part.lines = [[line, [] if _theirs(contact, cells) else cells] for line, cells in part.lines]
        part.outcomes = [
            [line, kind, known, [[why, ""] for why, _value in notes] if known == contact.id else notes, undo]
            for line, kind, known, notes, undo in part.outcomes
        ]


def _about(contact: Contact, signs: list[str]) -> Any:
    kept = cast(ContactImportPart.lines, Text)
    spelt = {form for sign in signs for form in (json.dumps(sign)[1:-1], json.dumps(sign, ensure_ascii=False)[1:-1])}
    ways = [kept.icontains(form, autoescape=True) for form in sorted(spelt)]
    mine = cast(ContactImportPart.outcomes, Text).contains(f", {contact.id}, ")
    return or_(mine, *ways)


def _theirs(contact: Contact, cells: list[str]) -> bool:
    name, number = fold(contact.name), digits(contact.phone or "")
    for cell in cells:
        same_mail = contact.email_norm is not None and contacts.normal_email(cell) == contact.email_norm
        same_number = len(number) >= SHORTEST and digits(cell) in {number, number[-8:]}
        if same_mail or same_number or (len(name) >= SHORTEST and name in fold(cell)):
            return True
    return False


def init_app(_app: object) -> None:
    """Speak for the files."""
    people.exporter("files", ["contact_import_part"], copy)
    people.eraser("files", ["contact_import_part"], forget)
