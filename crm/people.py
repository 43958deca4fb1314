"""People: finding contacts, changing them, and the registry by which everything about one is exported or erased."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from crm import consent, contact_words, contacts, sources
from crm import tags as labels
from crm.contacts import Contact
from kernel import binned, clock, journal, phones, sessions
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal

PAGE = 50
FIELDS = ("group", "country", "language", "stage", "source")


@dataclass(frozen=True)
class Keeper:
    """Who knows what tables hold about a person, and how to take it out or make it nobody's."""

    tables: frozenset[str]
    verb: Callable[[Contact], Any]


_exporters: dict[str, Keeper] = {}
_erasers: dict[str, Keeper] = {}


def exporter(name: str, tables: Iterable[str], verb: Callable[[Contact], Any]) -> None:
    """Have `verb(contact)` give plain values of what those tables hold about them, under `name`."""
    _exporters[name] = Keeper(frozenset(tables), verb)


def eraser(name: str, tables: Iterable[str], verb: Callable[[Contact], None]) -> None:
    """Have `verb(contact)` make nobody's what those tables hold about them."""
    _erasers[name] = Keeper(frozenset(tables), verb)


Hindrance = Callable[[Contact], Any]
_hindrances: list[Hindrance] = []


def hindrance(verb: Hindrance) -> None:
    """Have `verb(contact)` say, in a sentence, what must end before people can erase themselves; else None."""
    if verb not in _hindrances:
        _hindrances.append(verb)


def hindrances(contact: Contact) -> list[str]:
    """What must end first; staff may erase all the same."""
    return [str(told) for verb in _hindrances if (told := verb(contact))]


def kept() -> dict[str, tuple[bool, bool]]:
    """Every table that somebody speaks for: whether it is exported, whether it is erased."""
    out, gone = (frozenset().union(*(one.tables for one in of.values())) for of in (_exporters, _erasers))
    return {table: (table in out, table in gone) for table in sorted(out | gone)}


def export(contact: Contact) -> dict[str, Any]:
    """Everything that the shop holds about a person."""
    return {name: known.verb(contact) for name, known in sorted(_exporters.items())}


def erase(contact: Contact, *, by: Any) -> None:
    """Make nobody's what the shop holds about a person; amounts and the proof of consent stay, without a name."""
    journal.write("person.erased", about=contact, by=by)
    for _name, known in sorted(_erasers.items(), key=lambda pair: pair[0] == "contact"):  # the contact itself last
        known.verb(contact)
    db.session.flush()


def query(text: str = "", *, tag: str = "", allows: str = "", binned: bool = False, **equal: str) -> Select[Any]:
    """People of a filter in whom something begins like each word of a text, who changed last first.

    `equal`: group, country, language, stage, source; `allows`: "yes" and "no" to letters.
    """
    wanted = select(Contact).order_by(Contact.updated_at.desc(), Contact.id.desc())
    wanted = wanted.options(selectinload(Contact.tag_rows))
    if words := [text] if is_phone(text) else contact_words.typed(text[:120])[:5]:
        wanted = wanted.where(contact_words.has(words))
    for name in FIELDS:
        if equal.get(name):
            wanted = wanted.where(getattr(Contact, name) == equal[name])
    if tag:
        wanted = wanted.where(labels.has(Contact.id, tag))
    if allows:
        yes = consent.given(Contact.id, "marketing")
        wanted = wanted.where(yes if allows == "yes" else ~yes)
    return wanted.where(Contact.binned_at.is_not(None)).execution_options(binned=True) if binned else wanted


def is_phone(text: str) -> bool:
    """Whether somebody typed a part of a telephone number."""
    return phones.is_part(text)


def count(wanted: Select[Any]) -> int:
    """How many people a filter has."""
    inner, options = wanted.order_by(None).subquery(), wanted.get_execution_options()
    return int(db.session.scalar(select(func.count()).select_from(inner), execution_options=options) or 0)


def page(wanted: Select[Any], number: int) -> tuple[Sequence[Any], int]:
    """One page of people and how many pages there are; a first one that is not full is the only one, nobody counts."""
    if number <= 1 and len(rows := db.session.scalars(wanted.limit(PAGE)).all()) < PAGE:
        return rows, 1
    pages = max(1, -(-count(wanted) // PAGE))
    return db.session.scalars(wanted.limit(PAGE).offset((min(max(1, number), pages) - 1) * PAGE)).all(), pages


def by_group() -> list[tuple[str, int]]:
    """The groups and how many people each has."""
    return by("group")


def by(field: str) -> list[tuple[str, int]]:
    """The values of one of FIELDS and how many people have each, the commonest first."""
    name = getattr(Contact, field)
    rows = db.session.execute(select(name, func.count(Contact.id)).where(name != "").group_by(name))
    return sorted(((value, count) for value, count in rows), key=lambda pair: (-pair[1], pair[0]))


def change(contact: Contact, values: Mapping[str, Any], *, by: Any) -> None:
    """Keep what staff wrote of a person; an e-mail or telephone of somebody else is refused."""
    email = values.get("email")
    other = contacts.by_email(email)
    if other is not None and other.id != contact.id:
        raise Refusal(_l("That e-mail belongs to %(name)s."), name=other.called)
    if contact.id is not None and contacts.normal_email(email) != contact.email_norm:
        contacts.end_sessions(contact)
        sessions.end_all("shopper", contact.id)
    if values.get("phone") != contact.phone:
        contact.phone_vouched = bool(values.get("phone"))
    plain = {name: value for name, value in values.items() if name != "tags"}
    moved = [name for name, value in plain.items() if (getattr(contact, name) or "") != (value or "")]
    for name, value in plain.items():
        setattr(contact, name, value)
    contact.email_norm = contacts.normal_email(contact.email)
    new = contact.id is None
    db.session.add(contact)
    db.session.flush()
    sources.note(contact, moved, "staff")
    if "tags" in values:
        labels.keep(contact, values["tags"])
    journal.write("person.added" if new else "person.changed", about=contact, by=by, data={"name": contact.called})


def put_away(contact: Contact, *, by: Any) -> None:
    """Put a person into the bin; their sessions end."""
    contact.binned_at = clock.now()
    sessions.end_all("shopper", contact.id)
    journal.write("person.binned", about=contact, by=by, data={"name": contact.called})


def take_back(token: str, *, by: Any) -> Contact:
    """Take a person out of the bin; refused when somebody else has the e-mail by now."""
    contact: Contact = binned.named(Contact, token)
    other = contacts.by_email(contact.email)
    if other is not None:
        raise Refusal(_l("That e-mail belongs to %(name)s."), name=other.called)
    contact.binned_at = None
    journal.write("person.restored", about=contact, by=by, data={"name": contact.called})
    return contact


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("person.added", _l("Added %(name)s to the people"))
    journal.kind("person.changed", _l("Changed what is known of %(name)s"))
    journal.kind("person.binned", _l("Put %(name)s into the bin"))
    journal.kind("person.restored", _l("Took %(name)s out of the bin"))
    journal.kind("person.erased", _l("Erased a person"))
