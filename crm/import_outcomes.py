"""What becomes of each line of a file: held against who is known already; the dry run and the real one ask the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from crm import consent, import_companies, import_rows
from crm.contacts import Contact
from crm.custom_values import CustomValue
from crm.import_fields import STOPS
from crm.import_rows import LEFT_OUT, MAY, Proof, Reading, Refused, Told
from crm.tags import ContactTag
from kernel import suppression
from kernel.db import db
from kernel.folding import fold
from kernel.suppression import Suppression

FILLS = ("email", "phone", "name", "language", "country", "region", "city", "address", "tax_id", "birthday", "group",
         "note")  # fmt: skip
ERASED = "erased"  # the reason with which whoever was erased is remembered


@dataclass
class Person:
    """Whom a line means, as far as it matters: what of them is filled in, and what they answered about letters."""

    id: int | None = None
    filled: set[str] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)
    custom: set[int] = field(default_factory=set)  # the shop's own fields in which something stands
    companies: set[str] = field(default_factory=set)  # for which they act, by their folded names
    allows: bool | None = None
    answered_at: datetime | None = None
    stopped: bool = False  # their address may not be written to


def left_out(notes: Iterable[Sequence[str]]) -> int:
    """How many values of a line that is taken could not be."""
    return sum(note[0] in LEFT_OUT for note in notes)


@dataclass
class Outcome:
    """What becomes of a line: its kind, what it fills in, what is not taken and why."""

    line: int
    kind: str  # of imports.KINDS
    told: Told | None = None
    person: Person | None = None
    fills: dict[str, Any] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    custom: dict[int, Any] = field(default_factory=dict)
    companies: list[str] = field(default_factory=list)
    proof: Proof | None = None
    stop: bool = False
    notes: list[tuple[str, str]] = field(default_factory=list)
    undo: dict[str, Any] = field(default_factory=dict)
    letters: str = ""  # MAY or why none may go to them, of import_rows.SILENT; "": the file is of no such kind

    @property
    def kept(self) -> list[Any]:
        """What stays of it: [line, kind, contact's id, notes, how it is taken back]."""
        known = self.person.id if self.person else None
        return [self.line, self.kind, known, [list(note) for note in self.notes], self.undo]


class World:
    """Whom the shop knows of those in some lines; it remembers whom earlier lines would have made."""

    def __init__(self) -> None:
        self.people: dict[str, Person | str] = {}  # by e-mail or telephone; a word: why nobody can be made of it

    def meet(self, lines: Iterable[Told], fields: Sequence[int] = ()) -> None:
        """Look up whoever is in these lines and not known yet, and in which of these fields of theirs something is."""
        fresh = [one for one in lines if self._key(one) not in self.people]
        mails = {one.email_norm for one in fresh if one.email_norm}
        numbers = {one.values["phone"] for one in fresh if not one.email_norm and "phone" in one.values}
        self._known(mails, numbers)
        self._companies([self.people.get(self._key(one)) for one in fresh if one.companies])
        self._custom([self.people.get(self._key(one)) for one in fresh] if fields else [], fields)
        self._binned(mails - self.people.keys())
        self._shut([one for one in fresh if one.email_norm])

    @staticmethod
    def _key(one: Told) -> str:
        return one.email_norm or str(one.values.get("phone", ""))

    def _known(self, mails: set[str], numbers: set[str]) -> None:
        by_phone = Contact.phone.in_(numbers) & Contact.phone_vouched
        rows = db.session.scalars(
            select(Contact).where(or_(Contact.email_norm.in_(mails), by_phone)).order_by(Contact.id.desc())
        ).all()
        ids = [row.id for row in rows]
        labels: dict[int, set[str]] = {}
        for tag in db.session.scalars(select(ContactTag).where(ContactTag.contact_id.in_(ids))):
            labels.setdefault(tag.contact_id, set()).add(tag.tag)
        answers = consent.newest_of(ids, "marketing")
        for row in rows:  # of two with one telephone the one known longest comes last, and stays
            person = Person(row.id, {name for name in FILLS if getattr(row, name)}, labels.get(row.id, set()))
            if answer := answers.get(row.id):
                person.allows, person.answered_at = answer.given, answer.at
            for key in (row.email_norm, row.phone if row.phone_vouched else None):
                if key in mails or key in numbers:
                    self.people[str(key)] = person

    @staticmethod
    def _custom(met: Sequence[Person | str | None], fields: Sequence[int]) -> None:
        there = {one.id: one for one in met if isinstance(one, Person) and one.id}
        mine = CustomValue.field_id.in_(fields), CustomValue.contact_id.in_(there)
        rows = select(CustomValue.contact_id, CustomValue.field_id).where(*mine)
        for person, known in db.session.execute(rows) if there else ():
            there[person].custom.add(known)

    @staticmethod
    def _companies(met: Sequence[Person | str | None]) -> None:
        there = {one.id: one for one in met if isinstance(one, Person) and one.id}
        for known, names in import_companies.known(list(there)).items():
            there[known].companies |= names

    def _binned(self, mails: set[str]) -> None:
        gone = select(Contact.email_norm).where(Contact.email_norm.in_(mails), Contact.binned_at.is_not(None))
        for norm in db.session.scalars(gone.execution_options(binned=True)):
            self.people[str(norm)] = "bin"

    def _shut(self, lines: Sequence[Told]) -> None:
        marks = {suppression.fingerprint(address): one for one in lines for address in _addresses(one)}
        rows = select(Suppression.address_hmac, Suppression.reason).where(Suppression.address_hmac.in_(marks))
        for mark, reason in db.session.execute(rows):
            key = self._key(marks[mark])
            known = self.people.get(key)
            if isinstance(known, Person):
                known.stopped = True
            elif known is None:
                self.people[key] = ERASED if reason == ERASED else Person(stopped=True)

    def judge(self, told: Told, how: Reading) -> Outcome:
        """What becomes of a line; raises Refused. What it makes is known to the lines after it."""
        known = self.people.get(self._key(told))
        if isinstance(known, str):
            raise Refused(known)
        new = known is None or (known.id is None and not known.filled)
        person = known or Person()
        self.people[self._key(told)] = person
        if how.profile in STOPS:
            return _stopped(told, person)
        if how.vouches and "phone" in told.values:
            self.people.setdefault(told.values["phone"], person)
        made = _filled(told, person, new)
        person.filled |= set(told.values)
        person.tags |= set(told.tags)
        person.custom |= told.custom.keys()
        person.companies |= {fold(name) for name in told.companies}
        made.letters = _may(made, person, how)
        return made


def _may(made: Outcome, person: Person, how: Reading) -> str:
    """Whether letters may go to whom a line means, once it is in, or why not."""
    if "email" not in person.filled:
        return "no_address"
    if person.stopped:
        return "suppressed"
    if person.allows is not None:
        return MAY if person.allows else "said_no"
    if any(why == "no_proof" for why, _value in made.notes):
        return "no_date"
    return "no_column" if how.vouches and "allows" not in how.mapping else "no_answer"


def _addresses(told: Told) -> set[str]:
    return {str(told.values["email"]), told.email_norm or ""} - {""}


def _filled(told: Told, person: Person, new: bool) -> Outcome:
    fills = {name: value for name, value in told.values.items() if name not in person.filled}
    if told.derived and "city" in person.filled:  # their own city may lie elsewhere
        fills.pop("region", None)
    tags = [tag for tag in told.tags if tag not in person.tags]
    custom = {known: value for known, value in told.custom.items() if known not in person.custom}
    made = Outcome(told.line, "new", told, person, fills, tags, custom, notes=list(told.notes))
    allowed = person.allows
    made.companies = import_companies.fresh(told.companies, person.companies)
    made.proof = _answer(told.proof, person, made.notes)
    if made.proof and allowed and not made.proof.given:
        made.notes.append(("stopped", ""))
    if not new:
        filled = fills or tags or custom or made.companies or (made.proof and made.proof.given)
        made.kind = "filled" if filled else "said_no" if made.proof else "same"
    return made


def _answer(proof: Proof | None, person: Person, notes: list[tuple[str, str]]) -> Proof | None:
    """The answer that counts from now on, or None when what is known stays: a file makes no yes of a no."""
    if proof is None or proof.given is person.allows:
        return None
    if proof.given and (person.stopped or person.allows is False):
        notes.append(("kept_no", ""))
        return None
    if not proof.given and person.answered_at is not None and person.answered_at > proof.at:
        notes.append(("newer", ""))
        return None
    person.allows, person.answered_at = proof.given, proof.at
    return proof


def _stopped(told: Told, person: Person) -> Outcome:
    """A line of a file of those who left: it makes nobody, fills in nothing, and stops letters."""
    made = Outcome(told.line, "same", told, person)
    if person.id is not None:
        made.proof = _answer(told.proof, person, made.notes)
        if made.notes:
            return made
    made.stop = "email" in told.values and not person.stopped
    person.stopped = True
    if made.stop or made.proof:
        made.kind = "stopped"
        made.notes.append(("stopped", ""))
    return made


def read(lines: Iterable[Sequence[Any]], how: Reading) -> tuple[list[Told], list[Outcome]]:
    """(the people of some lines, the lines that cannot be taken)."""
    found, refused = [], []
    for line, cells in lines:
        try:
            found.append(import_rows.told(line, cells, how))
        except Refused as error:
            refused.append(Outcome(line, "refused", notes=[(error.why, error.value)]))
    return found, refused


def judged(lines: Sequence[Sequence[Any]], how: Reading, world: World) -> list[Outcome]:
    """What becomes of each of these lines, in their order: as many as there are lines."""
    found, outcomes = read(lines, how)
    world.meet(found, [one.id for one in how.custom.values()])
    for told in found:
        try:
            outcomes.append(world.judge(told, how))
        except Refused as error:
            outcomes.append(Outcome(told.line, "refused", notes=[(error.why, error.value)]))
    return sorted(outcomes, key=lambda one: one.line)
