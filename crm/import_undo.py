"""Taking a file back: whom it made goes, what it filled in is empty again, to the last row; what moved on since stays.

Of what was written only a mark is kept: enough to see whether it still stands there, and nothing of the person.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from crm import import_companies, import_custom, tags
from crm.consent import Consent
from crm.contacts import Contact
from crm.custom_values import CustomValue
from crm.import_fields import STOPS
from crm.sources import ContactSource
from crm.tags import ContactTag
from kernel import signing, suppression
from kernel.db import db

REASONS = [f"{suppression.IMPORT} {why}" for why in STOPS.values()]
QUIET = {"synchronize_session": False}
EMPTY: dict[str, Any] = {"email": None, "phone": None, "address": {}, "birthday": 0}  # of a field where nothing stands
Holder = Callable[[Sequence[int]], set[int]]
_holders: list[Holder] = []


def holds(verb: Holder) -> None:
    """Have `verb(ids)` say which of these people somebody wrote to since: their proof of consent stays."""
    if verb not in _holders:
        _holders.append(verb)


def mark(value: Any) -> str:
    """What is kept of a value that was filled in."""
    return signing.fingerprint("import", json.dumps(value, sort_keys=True))[:24]


def take_back(outcomes: Iterable[Sequence[Any]], source: str) -> Counter[str]:
    """Undo these lines, the last one first; how many people went, were put back, or stay as they are."""
    told: Counter[str] = Counter()
    lines = list(outcomes)
    ids = [contact_id for _line, _kind, contact_id, _notes, undo in lines if contact_id and undo]
    held = set().union(*(verb(ids) for verb in _holders)) if ids and _holders else set()
    for _line, kind, contact_id, _notes, undo in reversed(lines):
        if undo.get("mark"):
            suppression.release(undo["mark"], "marketing", reasons=REASONS)  # never that of the person
        if kind == "stopped":
            told["back"] += 1
        if contact_id and undo:
            told[_back(contact_id, undo, source, contact_id in held)] += 1
    return told


def _back(contact_id: int, undo: dict[str, Any], source: str, held: bool) -> str:
    contact = db.session.scalar(
        select(Contact).where(Contact.id == contact_id).execution_options(binned=True, populate_existing=True)
    )
    if contact is None or held:
        return "stays"
    if undo.get("made"):
        gone = _same(contact, undo) and _removed(contact, undo, source)
        import_companies.drop(undo) if gone else None
        return "gone" if gone else "stays"
    _answer(undo)
    import_companies.leave(contact.id, undo)
    import_companies.drop(undo)
    for tag in undo.get("tags", ()):
        tags.remove([contact.id], tag)
    wrote = [name for name, kept in undo.get("wrote", {}).items() if mark(getattr(contact, name)) == kept]
    for name in wrote:
        setattr(contact, name, EMPTY.get(name, ""))
    if "email" in wrote:
        contact.email_norm = None
    if "phone" in wrote:
        contact.phone_vouched = False
    if wrote := [*wrote, *import_custom.take_back(contact.id, undo.get("custom", {}), mark)]:
        _unsource(contact, wrote, source)
    db.session.flush()
    return "back"


def _same(contact: Contact, undo: dict[str, Any]) -> bool:
    """Whether somebody whom the file made is still as it made them."""
    wrote: dict[str, str] = undo.get("wrote", {})
    plain = ("email", "phone", "name", "country", "region", "city", "address", "tax_id", "birthday", "group",
             "note", "stage")  # fmt: skip
    kept = all(mark(getattr(contact, name)) == value for name, value in wrote.items())
    more = [name for name in plain if getattr(contact, name) and name not in wrote]
    if import_custom.marks(contact.id, mark) != undo.get("custom", {}):
        return False
    if import_companies.of(contact.id) != set(undo.get("companies", ())):
        return False
    return kept and not more and set(contact.tags) == set(undo.get("tags", ()))


def _removed(contact: Contact, undo: dict[str, Any], source: str) -> bool:
    """Whether nothing refers to them but what the file wrote: then they are gone with it."""
    try:
        with db.session.begin_nested():
            _answer(undo)
            import_companies.leave(contact.id, undo)
            for kind in (ContactTag, ContactSource, CustomValue):
                db.session.execute(delete(kind).where(kind.contact_id == contact.id), execution_options=QUIET)
            gone = delete(Contact).where(Contact.id == contact.id)
            db.session.execute(gone, execution_options={**QUIET, "binned": True})
    except IntegrityError:
        return False
    db.session.expunge(contact)
    return True


def _answer(undo: dict[str, Any]) -> None:
    if undo.get("consent"):
        db.session.execute(delete(Consent).where(Consent.id == undo["consent"]), execution_options=QUIET)


def _unsource(contact: Contact, names: Sequence[str], source: str) -> None:
    mine = ContactSource.contact_id == contact.id, ContactSource.source == source, ContactSource.field.in_(names)
    db.session.execute(delete(ContactSource).where(*mine), execution_options=QUIET)
