"""Imports: a file of people that comes in line by line, can be stopped and taken up again, and taken back whole.

draft (its columns are chosen) → checking → checked (nobody is changed yet) → running ⇄ stopped → done;
done or stopped → undoing → undone. Every line is accounted for: new, filled, same, stopped or refused, with the reason.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from crm import import_fields, tags
from crm.import_rows import Reading
from kernel import clock, journal, signing, table_files, tenancy
from kernel.db import Base, db, pk, ref
from kernel.i18n import _l
from kernel.refusal import Missing, Refusal
from kernel.tenancy import TenantOwned

MOST = 100_000  # lines of a file
LARGEST = 20 * 1024 * 1024  # bytes
AT_ONCE = 200  # lines of a part: done in one transaction
KINDS = ("new", "filled", "same", "stopped", "refused")
MOVES = {
    ("draft", "check"): "checking",
    ("checked", "check"): "checking",
    ("checking", "found"): "checked",
    ("checked", "run"): "running",
    ("running", "stop"): "stopped",
    ("stopped", "resume"): "running",
    ("running", "finish"): "done",
    ("done", "undo"): "undoing",
    ("stopped", "undo"): "undoing",
    ("undoing", "finish"): "undone",
}


class Empty(Refusal):
    """There is nobody in the file."""

    message = _l("There is nobody in this file: it has only its first line, or nothing at all.")


class Unreachable(Refusal):
    """No column says how to reach anybody."""

    message = _l("Say which column has the e-mail or the telephone: nobody is known by anything else.")


class NotNow(Refusal):
    """The file is past that."""

    message = _l("This file is already further: look at it again.")
    status = 409


class ContactImport(TenantOwned, Base):
    """A file of people, how its columns are read, and how far it has come."""

    __tablename__ = "contact_import"
    __extra__ = (UniqueConstraint("tenant_id", "token"),)
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    name: Mapped[str] = mapped_column(String(160), default="")  # of the file
    profile: Mapped[str] = mapped_column(String(20), default="plain")  # of import_fields.PROFILES
    encoding: Mapped[str] = mapped_column(String(20), default="")
    separator: Mapped[str] = mapped_column(String(1), default=",")
    heads: Mapped[list[str]] = mapped_column(default=list)
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)  # field → number of its column
    tag: Mapped[str] = mapped_column(String(tags.LONGEST), default="")  # that everybody of it gets
    state: Mapped[str] = mapped_column(String(10), default="draft")
    total: Mapped[int] = mapped_column(default=0)
    seen: Mapped[int] = mapped_column(default=0)  # lines that are done
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of KINDS; while it is taken back: of what went
    account_id: Mapped[int | None]  # who brought it
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def percent(self) -> int:
        """How far it is."""
        return min(100, self.seen * 100 // self.total) if self.total else 100

    @property
    def moving(self) -> bool:
        """Whether something is happening to it now."""
        return self.state in {"checking", "running", "undoing"}


class ContactImportPart(TenantOwned, Base):
    """Some lines of the file as they stood there, then what became of each; what is done keeps no line of a person."""

    __tablename__ = "contact_import_part"
    __extra__ = (
        UniqueConstraint("tenant_id", "import_id", "number"),
        CheckConstraint("state IN ('waiting', 'done', 'undone')", name="state"),
        Index("ix_contact_import_part_next", "tenant_id", "import_id", "state", "number"),
    )
    id: Mapped[int] = pk()
    import_id: Mapped[int] = ref("contact_import", index=False)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    lines: Mapped[list[Any]] = mapped_column(default=list)  # [number of the line, [cells]]
    outcomes: Mapped[list[Any]] = mapped_column(default=list)  # see import_outcomes.Outcome


def opened(data: bytes, encoding: str = "") -> tuple[table_files.Sheet, str]:
    """(the table of a file, its encoding); a first line that is a person gives the columns no names. Raises Refusal."""
    text, found = table_files.read(data, encoding)
    sheet = table_files.sheet(text, most=MOST)
    if sheet.heads and import_fields.headless(sheet.heads):
        first = 2 if text.lower().startswith("sep=") else 1
        names = [""] * max(len(sheet.heads), *(len(cells) for _line, cells in sheet.rows[:50]), 1)
        sheet = table_files.Sheet(sheet.separator, names, [(first, list(sheet.heads)), *sheet.rows])
    if not sheet.rows:
        raise Empty()
    return sheet, found


def draft(sheet: table_files.Sheet, name: str, *, encoding: str, profile: str = "") -> ContactImport:
    """A file that is not kept yet: its kind and its columns are guessed."""
    row = ContactImport(
        name=name[-160:], encoding=encoding, separator=sheet.separator, heads=[head[:80] for head in sheet.heads],
        profile=profile if profile in import_fields.PROFILES else import_fields.profile(sheet.heads, name),
        total=len(sheet.rows), mapping=import_fields.guess(sheet.heads), state="draft", tag="",
    )  # fmt: skip
    if not any(sheet.heads):
        mails = [place for place, cell in enumerate(sheet.rows[0][1]) if "@" in cell]
        row.mapping = {"email": mails[0]} if mails else {}
    return row


def begin(sheet: table_files.Sheet, name: str, *, encoding: str, by: Any = None, profile: str = "") -> ContactImport:
    """Keep a file as a draft; nobody is changed."""
    row = draft(sheet, name, encoding=encoding, profile=profile)
    row.account_id = by.id if by else None
    db.session.add(row)
    db.session.flush()
    starts = range(0, len(sheet.rows), AT_ONCE)
    parts = [
        {"import_id": row.id, "number": number, "state": "waiting", "outcomes": [],
         "lines": [[line, cells] for line, cells in sheet.rows[start : start + AT_ONCE]]}
        for number, start in enumerate(starts, 1)
    ]  # fmt: skip
    db.session.execute(insert(ContactImportPart), parts)
    journal.write("people.import_begun", about=row, by=by, data={"name": row.name, "count": row.total})
    return row


def named(token: str) -> ContactImport:
    """The file that an address names; raises Missing."""
    found = db.session.scalar(select(ContactImport).where(ContactImport.token == token)) if token else None
    if found is None:
        raise Missing()
    return found


def listed(most: int = 50) -> Sequence[ContactImport]:
    """The files, the newest first."""
    return db.session.scalars(select(ContactImport).order_by(ContactImport.id.desc()).limit(most)).all()


def locked(import_id: int) -> ContactImport | None:
    """The file as it is now, nobody else moving it until the transaction ends."""
    mine = select(ContactImport).where(ContactImport.id == import_id).with_for_update()
    return db.session.scalar(mine.execution_options(populate_existing=True))


def move(row: ContactImport, verb: str) -> None:
    """Take a step of MOVES; raises NotNow where none leads on."""
    fresh = locked(row.id)
    state = MOVES.get((fresh.state, verb)) if fresh else None
    if state is None:
        raise NotNow()
    row.state = state


def choose(row: ContactImport, mapping: Mapping[str, int], *, tag: str = "", profile: str = "") -> None:
    """Say which column holds what; raises Unreachable."""
    if row.state not in {"draft", "checked"}:
        raise NotNow()
    kept = {code: place for code, place in mapping.items() if code in import_fields.BY_CODE}
    if not import_fields.reaches(kept):
        raise Unreachable()
    row.mapping, row.tag = kept, "".join(tags.clean([tag])[:1])
    row.profile = profile if profile in import_fields.PROFILES else row.profile


def reading(row: ContactImport) -> Reading:
    """How its lines are read."""
    everybody = (row.tag,) if row.tag else ()
    wide = max(len(row.heads), 1)
    return Reading(dict(row.mapping), wide, row.profile, tenancy.tenant().country, everybody)


def parts(row: ContactImport) -> Iterator[ContactImportPart]:
    """Its parts in order, one in memory at a time."""
    mine = select(ContactImportPart).where(ContactImportPart.import_id == row.id).order_by(ContactImportPart.number)
    yield from db.session.scalars(mine.execution_options(yield_per=10))


def next_part(row: ContactImport, state: str, *, last: bool = False) -> ContactImportPart | None:
    """The first part in that state, or the last one."""
    number = ContactImportPart.number.desc() if last else ContactImportPart.number
    mine = ContactImportPart.import_id == row.id, ContactImportPart.state == state
    return db.session.scalar(select(ContactImportPart).where(*mine).order_by(number).limit(1).with_for_update())


def sample(row: ContactImport, most: int = 5) -> list[list[str]]:
    """The first lines, as wide as the heads."""
    first = db.session.scalar(
        select(ContactImportPart).where(ContactImportPart.import_id == row.id, ContactImportPart.number == 1)
    )
    wide = len(row.heads)
    return [[*cells, *[""] * wide][:wide] for _line, cells in (first.lines if first else [])[:most]]


def add(counts: Mapping[str, int], more: Counter[str]) -> dict[str, int]:
    """Two tallies together."""
    return dict(Counter(counts) + more)


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("people.import_begun", _l("Brought the file “%(name)s” with %(count)s lines"))
    journal.kind("people.import_run", _l("Took in the people of “%(name)s”"))
    journal.kind("people.import_stopped", _l("Stopped taking in “%(name)s”"))
    journal.kind("people.import_undone", _l("Took back the people of “%(name)s”"))
