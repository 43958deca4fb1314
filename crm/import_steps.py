"""The steps of a file: looked through without changing anybody, taken in part by part, taken back part by part.

A part is one transaction: its people, what became of its lines and the next step are kept together, or not at all.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import insert, update

from crm import import_undo, imports, sources
from crm.consent import Consent
from crm.contacts import Contact, normal_email
from crm.import_fields import STOPS
from crm.import_outcomes import Outcome, Person, World, judged
from crm.import_rows import Proof, Reading
from crm.imports import ContactImport, ContactImportPart
from crm.tags import ContactTag
from kernel import clock, jobs, journal, signing, suppression, tenancy, transactions
from kernel.db import db

Ended = Callable[[ContactImport], None]
_ended: list[Ended] = []


def on_ended(verb: Ended) -> None:
    """Have `verb(import)` run when a file is done or taken back: somebody is told."""
    if verb not in _ended:
        _ended.append(verb)


def check(row: ContactImport) -> None:
    """Have the file looked through; nobody is changed by it."""
    imports.move(row, "check")
    row.counts = {}
    jobs.later("crm.import_check", row.id, key=f"check:{row.id}")


def run(row: ContactImport, *, by: Any = None) -> None:
    """Take the people in, from the first line or from where it was stopped."""
    begin(row, by=by)
    jobs.later("crm.import_step", row.id, key=f"step:{row.id}")


def begin(row: ContactImport, *, by: Any = None) -> None:
    """The same without a worker: whoever calls it goes forward part by part."""
    imports.move(row, "run" if row.state == "checked" else "resume")
    if row.started_at is None:
        row.started_at, row.counts, row.seen = clock.now(), {}, 0
    journal.write("people.import_run", about=row, by=by, data={"name": row.name})


def stop(row: ContactImport, *, by: Any = None) -> None:
    """Take nobody else in; what came in stays, and can be taken back."""
    imports.move(row, "stop")
    journal.write("people.import_stopped", about=row, by=by, data={"name": row.name})


def undo(row: ContactImport, *, by: Any = None) -> None:
    """Take the whole file back: whom it made, what it filled in."""
    imports.move(row, "undo")
    row.counts = {}
    journal.write("people.import_undone", about=row, by=by, data={"name": row.name})
    jobs.later("crm.import_undo", row.id, key=f"undo:{row.id}")


@jobs.job("crm.import_check")
def look_through(import_id: int) -> None:
    """Say of each line what would become of it; read without holding the writer's turn."""
    with transactions.reading():
        row = db.session.get(ContactImport, import_id)
        if row is None or row.state != "checking":
            return
        how, world = imports.reading(row), World()
        found = [(part.id, [one.kept for one in judged(part.lines, how, world)]) for part in imports.parts(row)]
    fresh = imports.locked(import_id)
    if fresh is None or fresh.state != "checking":
        return
    fresh.state, fresh.counts = "checked", dict(Counter(one[1] for _part, kept in found for one in kept))
    for part_id, kept in found:
        dry = [[line, kind, None, notes, {}] for line, kind, _contact, notes, _undo in kept]
        db.session.execute(
            update(ContactImportPart).where(ContactImportPart.id == part_id).values(outcomes=dry),
            execution_options={"synchronize_session": False},
        )


@jobs.job("crm.import_step")
def step(import_id: int) -> None:
    """Take the next part in, and have the one after it follow."""
    row = imports.locked(import_id)
    if row is None or row.state != "running":
        return
    if forward(row):
        jobs.later("crm.import_step", row.id)


def forward(row: ContactImport) -> bool:
    """Take one part in; whether another one follows."""
    part = imports.next_part(row, "waiting")
    if part is not None:
        outcomes = take_in(part.lines, imports.reading(row), f"import:{row.token}")
        refused = {one.line for one in outcomes if one.kind == "refused"}
        part.outcomes = [one.kept for one in outcomes]
        part.lines = [line for line in part.lines if line[0] in refused]  # to be mended; of the others nothing is kept
        part.state, row.seen = "done", row.seen + len(outcomes)
        row.counts = imports.add(row.counts, Counter(one.kind for one in outcomes))
        db.session.flush()
    return _goes_on(row, "waiting")


def _goes_on(row: ContactImport, state: str) -> bool:
    if imports.next_part(row, state) is not None:
        return True
    imports.move(row, "finish")
    row.finished_at = clock.now()
    for verb in _ended:
        verb(row)
    return False


@jobs.job("crm.import_undo")
def step_back(import_id: int) -> None:
    """Take the last part back, and have the one before it follow."""
    row = imports.locked(import_id)
    if row is None or row.state != "undoing":
        return
    if backward(row):
        jobs.later("crm.import_undo", row.id)


def backward(row: ContactImport) -> bool:
    """Take one part back; whether another one follows."""
    part = imports.next_part(row, "done", last=True)
    if part is not None:
        gone = import_undo.take_back(part.outcomes, f"import:{row.token}")
        part.state, row.seen = "undone", row.seen - len(part.outcomes)
        row.counts = imports.add(row.counts, gone)
        db.session.flush()
    return _goes_on(row, "done")


def take_in(lines: Sequence[Sequence[Any]], how: Reading, source: str) -> list[Outcome]:
    """Write down the people of some lines; what became of each line, as many as there are lines."""
    outcomes, made = judged(lines, how, World()), _Made(how, source)
    for one in outcomes:
        if one.person is not None and how.profile not in STOPS:
            made.person(one)
    db.session.flush()
    for one in outcomes:
        made.rest(one)
    made.write()
    return outcomes


class _Made:
    """What the lines of one part write, gathered so that a table is written once."""

    def __init__(self, how: Reading, source: str) -> None:
        self.how, self.source = how, source
        self.contacts: dict[int, Contact] = {}  # by the identity of their Person
        self.sources: list[dict[str, Any]] = []
        self.tags: list[dict[str, Any]] = []
        self.answers: list[tuple[Outcome, Consent]] = []

    def person(self, one: Outcome) -> None:
        """Make whoever is new, and fill in what is empty."""
        contact = self._contact(one)
        for name, value in one.fills.items():
            setattr(contact, name, value)
        if "email" in one.fills:
            contact.email_norm = normal_email(contact.email)
        if "phone" in one.fills and self.how.vouches:
            contact.phone_vouched = True
        one.undo = {"made": True} if one.kind == "new" else {}
        one.undo |= {"wrote": {name: import_undo.mark(value) for name, value in one.fills.items()}} if one.fills else {}

    def _contact(self, one: Outcome) -> Contact:
        person: Person = one.person or Person()
        known = self.contacts.get(id(person))
        if known is None:
            known = db.session.get(Contact, person.id) if person.id else None
            known = known or Contact(
                token=signing.token(), address={}, source="import", language=tenancy.tenant().language
            )
            self.contacts[id(person)] = known
            db.session.add(known)
        return known

    def rest(self, one: Outcome) -> None:
        """Its tags, its answer about letters, and whether its address is stopped."""
        contact = self.contacts.get(id(one.person))
        if contact is not None and one.person is not None:
            one.person.id = contact.id
            self.sources += [{"contact_id": contact.id, "field": name, "source": self.source} for name in one.fills]
            self.tags += [{"contact_id": contact.id, "tag": tag} for tag in one.tags]
            one.undo |= {"tags": one.tags} if one.tags else {}
        if one.proof is not None and one.person is not None and one.person.id:
            self.answers.append((one, self._answer(one.proof, one.person.id)))
        if one.stop and one.told is not None:
            mark = suppression.fingerprint(one.told.values["email"])
            if suppression.stop(mark, "marketing", f"{suppression.IMPORT} {STOPS[self.how.profile]}"):
                one.undo["mark"] = mark

    def _answer(self, proof: Proof, contact_id: int) -> Consent:
        return Consent(
            contact_id=contact_id, purpose="marketing", given=proof.given, at=proof.at, ip=proof.ip, form=self.source,
            text_version=self.how.profile,
        )  # fmt: skip

    def write(self) -> None:
        """Write what was gathered."""
        db.session.add_all(row for _one, row in self.answers)
        db.session.flush()
        for one, row in self.answers:
            one.undo["consent"] = row.id
        if self.tags:
            db.session.execute(insert(ContactTag), self.tags)
        if self.sources:
            now = clock.now()
            sources.write([{**row, "at": now} for row in self.sources])
