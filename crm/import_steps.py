"""What the steps of a file of people do: look its lines through, write them down, take them back."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import insert

from crm import custom_values, import_companies, import_custom, import_undo, imports, sources
from crm.consent import Consent
from crm.contacts import Contact, normal_email
from crm.import_fields import STOPS
from crm.import_outcomes import Outcome, Person, World, judged, left_out
from crm.import_rows import Proof, Reading
from crm.imports import ContactImport, ContactImportPart
from crm.tags import ContactTag
from kernel import clock, file_import_steps, file_imports, signing, suppression, tenancy
from kernel.db import db


class _Judge:
    """What would become of lines, and to how many of their people letters might go."""

    def __init__(self, row: ContactImport) -> None:
        self.how, self.world = imports.reading(row), World()
        self.letters, self.lacks = Counter[str](), Counter[str]()

    def __call__(self, lines: Sequence[Sequence[Any]]) -> list[list[Any]]:
        outcomes = judged(lines, self.how, self.world)
        self.letters.update(one.letters for one in outcomes if one.letters)
        self.lacks.update(_lacking(outcomes))
        return [one.kept for one in outcomes]


def _looked(row: ContactImport, judge: _Judge) -> None:
    row.letters, row.lacks = dict(judge.letters), dict(judge.lacks)


def _lacking(outcomes: Iterable[Outcome]) -> Counter[str]:
    """How many values were left out of lines that are taken, and of how many lines; {} where none was."""
    found = [count for one in outcomes if one.kind != "refused" and (count := left_out(one.notes))]
    return Counter({"values": sum(found), "lines": len(found)} if found else {})


def _take(row: ContactImport, part: ContactImportPart) -> list[list[Any]]:
    outcomes = take_in(part.lines, imports.reading(row), f"import:{row.token}")
    before = row.letters if row.seen else {}  # of the first part: what was foreseen goes
    row.letters = file_imports.add(before, Counter(one.letters for one in outcomes if one.letters))
    row.lacks = file_imports.add(row.lacks if row.seen else {}, _lacking(outcomes))
    return [one.kept for one in outcomes]


def _back(row: ContactImport, outcomes: Iterable[Sequence[Any]]) -> Counter[str]:
    return import_undo.take_back(outcomes, f"import:{row.token}")


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
        self.custom: list[dict[str, Any]] = []
        self.companies: list[tuple[Outcome, int]] = []  # what names companies, and its contact's id
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
            self._custom(one, contact.id)
            self.companies += [(one, contact.id)] if one.companies else []
        if one.proof is not None and one.person is not None and one.person.id:
            self.answers.append((one, self._answer(one.proof, one.person.id)))
        if one.stop and one.told is not None:
            mark = suppression.fingerprint(one.told.values["email"])
            if suppression.stop(mark, "marketing", f"{suppression.IMPORT} {STOPS[self.how.profile]}"):
                one.undo["mark"] = mark

    def _custom(self, one: Outcome, contact_id: int) -> None:
        fields = {field.id: field for field in self.how.custom.values()}
        for known, value in one.custom.items():
            field, told = fields[known], {"contact_id": contact_id}
            self.custom += [told | row for row in custom_values.rows(field, value)]
            self.sources.append(told | {"field": f"{custom_values.MARK}{field.code}", "source": self.source})
        marks = {fields[known].code: import_undo.mark(import_custom.plain(told)) for known, told in one.custom.items()}
        one.undo |= {"custom": marks} if marks else {}

    def _join(self) -> None:
        joined = import_companies.join([(known, one.companies) for one, known in self.companies])
        for (one, _known), told in zip(self.companies, joined, strict=True):
            one.undo |= told

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
        custom_values.write(self.custom)
        self._join()
        if self.sources:
            now = clock.now()
            sources.write([{**row, "at": now} for row in self.sources])


STEPS = file_import_steps.Steps(
    imports.FILES, job="crm.import", told="people.import", judge=_Judge, take=_take, back=_back, looked=_looked
)
check, run, begin, stop, undo = STEPS.check, STEPS.run, STEPS.begin, STEPS.stop, STEPS.undo
step, forward, backward, on_ended = STEPS.step, STEPS.forward, STEPS.backward, STEPS.on_ended
