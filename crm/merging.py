"""Merging: one person whom the shop keeps twice becomes one; everything moves, and nothing is left behind.

There is no way back: sums and answers are joined. So the page says so and asks. The row that goes is deleted at the
end, so the database itself refuses a merge that forgot something; its token leads to who stays.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select, update

from crm import consent, contacts, picks, sources, sums, tags, tastes
from crm.consent import PURPOSES, Consent
from crm.contacts import Contact, ContactAlias
from crm.picks import Pick
from crm.sources import ContactSource
from crm.sums import ContactDay
from crm.tags import ContactTag
from crm.tastes import Taste
from kernel import journal, sessions
from kernel.db import Base, db
from kernel.i18n import _l
from kernel.journal import Entry
from kernel.letters import Letter
from kernel.refusal import Gone, Refusal
from kernel.tenancy import TenantOwned

FIELDS = ("name", "email", "phone", "language", "country", "address", "tax_id", "birthday", "group", "stage", "note")
QUIET = {"synchronize_session": False}

Mover = Callable[..., None]  # (goes, stays)
_movers: dict[str, Mover] = {}
_choosers: set[str] = set()  # of which tables it is also told what was chosen
GOES = "goes"  # of a field: its value comes from who goes


class Same(Refusal):
    """One row is no two."""

    message = _l("That is one and the same person already.")


def moves(table: str, verb: Mover) -> None:
    """Have `verb(goes, stays)` move the rows of a table of which nobody may have two alike; the rest just moves."""
    _movers[table] = verb


def chosen(table: str, verb: Mover) -> None:
    """The same of rows of which one may choose whose stay: `verb` is also told what was chosen, see merge."""
    _movers[table] = verb
    _choosers.add(table)


def merge(stays: Contact, goes: Contact, chosen: Mapping[str, str], *, by: Any) -> Contact:
    """Make one of two: `chosen` names the fields whose value comes from who goes (GOES), of FIELDS or as `chosen` says
    of other rows; by default who stays keeps theirs, and what is empty is filled. Raises Gone when somebody merged
    them meanwhile."""
    if stays.id == goes.id:
        raise Same()
    stays, goes = locked(stays.id, goes.id)
    token, name = goes.token, goes.called
    values = {field: getattr(goes, field) for field in FIELDS if _taken(field, stays, goes, chosen)}
    values |= {part: getattr(goes, part) for part in ("region", "city") if "address" in values}
    vouched = goes.phone_vouched
    goes.email = goes.email_norm = None
    db.session.flush()
    for field, value in values.items():
        setattr(stays, field, value)
    stays.email_norm = contacts.normal_email(stays.email)
    stays.phone_vouched = vouched if "phone" in values else stays.phone_vouched
    stays.created_at = min(stays.created_at, goes.created_at)
    stays.source = stays.source or goes.source
    stays.letters_every = max(stays.letters_every, goes.letters_every)  # whoever asked for fewer letters gets fewer
    db.session.flush()
    _move_all(goes, stays, list(values), chosen)
    contacts.end_sessions(stays)
    for one in (stays, goes):
        sessions.end_all("shopper", one.id)
    db.session.execute(delete(Contact).where(Contact.id == goes.id), execution_options={**QUIET, "binned": True})
    db.session.expunge(goes)
    db.session.add(ContactAlias(contact_id=stays.id, token=token))
    db.session.flush()
    db.session.expire(stays)
    journal.write("person.merged", about=stays, by=by, data={"name": stays.called, "other": name})
    return stays


def locked(stays: int, goes: int) -> tuple[Contact, Contact]:
    """Both, in the order of their ids, nobody else changing them until the transaction ends."""
    mine = select(Contact).where(Contact.id.in_((stays, goes))).order_by(Contact.id).with_for_update()
    found = {row.id: row for row in db.session.scalars(mine.execution_options(populate_existing=True))}
    if len(found) != 2:
        raise Gone(_l("One of the two is not there any more: look again."))
    return found[stays], found[goes]


def _taken(field: str, stays: Contact, goes: Contact, chosen: Mapping[str, str]) -> bool:
    theirs = getattr(goes, field)
    return bool(theirs) and (chosen.get(field) == GOES or not getattr(stays, field))


def _move_all(goes: Contact, stays: Contact, taken: Sequence[str], chosen: Mapping[str, str]) -> None:
    own: dict[str, Mover] = {
        "contact_tag": _tags, "contact_source": lambda one, other: _sources(one, other, taken),
        "taste": _tastes, "contact_day": _sums, "consent": _consents, "pick": _picks,
    }  # fmt: skip
    for mapper in list(Base.registry.mappers):
        cls: Any = mapper.class_
        if not issubclass(cls, TenantOwned) or cls is Contact:
            continue
        for found in mapper.columns:
            if found.info.get("ref") == "contact":
                mover = own.get(cls.__tablename__) or _movers.get(cls.__tablename__)
                told = (chosen,) if cls.__tablename__ in _choosers else ()
                mover(goes, stays, *told) if mover else _plain(cls, goes, stays)
    abouts: tuple[Any, ...] = (Letter, Entry)
    for cls in abouts:
        about = update(cls).where(cls.about_kind == "contact", cls.about_id == goes.id)
        db.session.execute(about.values(about_id=stays.id), execution_options=QUIET)


def _plain(cls: Any, goes: Contact, stays: Contact) -> None:
    moved = update(cls).where(cls.contact_id == goes.id).values(contact_id=stays.id)
    db.session.execute(moved, execution_options={**QUIET, "binned": True})


def _tags(goes: Contact, stays: Contact) -> None:
    for tag in goes.tags:
        tags.add([stays.id], tag, anew=False)
    db.session.execute(delete(ContactTag).where(ContactTag.contact_id == goes.id), execution_options=QUIET)


def _sources(goes: Contact, stays: Contact, taken: Sequence[str]) -> None:
    mine, known = sources.of(goes), sources.of(stays)
    rows = [
        {"contact_id": stays.id, "field": name, "source": row.source, "at": row.at}
        for name, row in mine.items() if name in taken or (name.startswith("t:") and name not in known)
    ]  # fmt: skip
    db.session.execute(delete(ContactSource).where(ContactSource.contact_id == goes.id), execution_options=QUIET)
    db.session.expire_all()
    sources.write(rows)


def _tastes(goes: Contact, stays: Contact) -> None:
    """What somebody said outweighs a guess; of two alike the stronger stays."""
    known = {taste.code: taste for taste in tastes.every(stays)}
    for taste in tastes.every(goes):
        mine = known.get(taste.code)
        if mine is None:
            taste.contact_id = stays.id
            continue
        if (taste.origin == "said", taste.weight) > (mine.origin == "said", mine.weight):
            _copy(taste, mine)
        db.session.delete(taste)
    db.session.flush()


def _copy(taste: Taste, mine: Taste) -> None:
    for name in ("weight", "origin", "at", "since", "evidence"):
        setattr(mine, name, getattr(taste, name))


def _sums(goes: Contact, stays: Contact) -> None:
    rows = db.session.scalars(select(ContactDay).where(ContactDay.contact_id == goes.id)).all()
    for row in rows:
        sums.put(stays.id, row)
    db.session.execute(delete(ContactDay).where(ContactDay.contact_id == goes.id), execution_options=QUIET)


def _picks(goes: Contact, stays: Contact) -> None:
    """What was reckoned for either is wrong for both together."""
    picks.clear(stays)
    db.session.execute(delete(Pick).where(Pick.contact_id == goes.id), execution_options=QUIET)


def _consents(goes: Contact, stays: Contact) -> None:
    """All answers stay as proof; the newest of both counts, and of two at the same moment the stricter one."""
    _plain(Consent, goes, stays)
    for purpose in PURPOSES:
        mine = select(Consent).where(Consent.contact_id == stays.id, Consent.purpose == purpose)
        rows = db.session.scalars(mine.execution_options(populate_existing=True)).all()
        if rows:
            counts = max(rows, key=lambda row: (row.at, not row.given, row.id))
            last = max(rows, key=lambda row: row.id)
            if counts.given is not last.given:
                consent.record(stays, purpose, counts.given, form="merge")


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("person.merged", _l("Made one person of %(name)s and %(other)s"))
