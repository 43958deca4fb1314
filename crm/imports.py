"""Imports: a file of people that comes in line by line, can be stopped and taken up again, and taken back whole.

Its steps are those of every file (kernel.file_imports); of what is done no line of a person is kept. Every line is
accounted for: new, filled, said_no, same, stopped or refused, with the reason.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm import import_custom, import_fields, tags
from crm.custom_values import MARK
from crm.import_rows import Reading
from kernel import file_imports, journal, table_files, tenancy
from kernel.db import Base, db, pk, ref
from kernel.file_imports import FileImport, FileImportPart
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned

MOST = 100_000  # lines of a file
AT_ONCE = 200  # lines of a part: done in one transaction
KINDS = ("new", "filled", "said_no", "same", "stopped", "refused")


class Empty(Refusal):
    """There is nobody in the file."""

    message = _l("There is nobody in this file: it has only its first line, or nothing at all.")


class Unreachable(Refusal):
    """No column says how to reach anybody."""

    message = _l("Say which column has the e-mail or the telephone: nobody is known by anything else.")


class ContactImport(TenantOwned, FileImport, Base):
    """A file of people, how its columns are read, and how far it has come."""

    __tablename__ = "contact_import"
    __extra__ = (UniqueConstraint("tenant_id", "token"),)
    id: Mapped[int] = pk()
    profile: Mapped[str] = mapped_column(String(20), default="plain")  # of import_fields.PROFILES
    tag: Mapped[str] = mapped_column(String(tags.LONGEST), default="")  # that everybody of it gets
    letters: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # lines, by import_rows.SILENT
    lacks: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # left out: values, lines

    @property
    def lacking(self) -> bool:
        """Whether some value of a line that is in could not be taken."""
        return bool(self.lacks)


class ContactImportPart(TenantOwned, FileImportPart, Base):
    """Some lines of the file as they stood there, then what became of each; what is done keeps no line of a person."""

    __tablename__ = "contact_import_part"
    __extra__ = (
        UniqueConstraint("tenant_id", "import_id", "number"),
        CheckConstraint("state IN ('waiting', 'done', 'undone')", name="state"),
        Index("ix_contact_import_part_next", "tenant_id", "import_id", "state", "number"),
    )
    id: Mapped[int] = pk()
    import_id: Mapped[int] = ref("contact_import", index=False)


FILES = file_imports.Files(ContactImport, ContactImportPart)
named, listed, parts, sample = FILES.named, FILES.listed, FILES.parts, FILES.sample


def opened(data: bytes, encoding: str = "", name: str = "") -> tuple[table_files.Sheet, str]:
    """(the table of a file, its encoding); a first line that is a person gives the columns no names. Raises Refusal.

    `name`: of the sheet that is wanted, when the file is a workbook.
    """
    sheet, found = table_files.opened(data, encoding, name, most=MOST)
    if sheet.heads and import_fields.headless(sheet.heads):
        names = [""] * max(len(sheet.heads), *(len(cells) for _line, cells in sheet.rows[:50]), 1)
        sheet = replace(sheet, heads=names, rows=[(sheet.line, list(sheet.heads)), *sheet.rows])
    if not sheet.rows:
        raise Empty()
    return sheet, found


def draft(sheet: table_files.Sheet, name: str, *, encoding: str, profile: str = "") -> ContactImport:
    """A file that is not kept yet: its kind and its columns are guessed."""
    row = ContactImport(
        name=sheet.told(name)[-160:], encoding=encoding, separator=sheet.separator,
        heads=[head[:80] for head in sheet.heads],
        profile=profile if profile in import_fields.PROFILES else import_fields.profile(sheet.heads, name),
        total=len(sheet.rows), mapping=import_fields.guess(sheet.heads), state="draft", tag="", letters={}, lacks={},
    )  # fmt: skip
    taken = [place for places in row.mapping.values() for place in import_fields.columns(places)]
    row.mapping |= import_custom.guess(sheet.heads, taken)
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
    FILES.cut(row, (sheet.rows[start : start + AT_ONCE] for start in starts))
    journal.write("people.import_begun", about=row, by=by, data={"name": row.name, "count": row.total})
    return row


def choose(row: ContactImport, mapping: Mapping[str, Any], *, tag: str = "", profile: str = "") -> None:
    """Say which column holds what; raises Unreachable."""
    if row.state not in {"draft", "checked"}:
        raise file_imports.NotNow()
    own = {f"{MARK}{field.code}" for field in import_custom.known(mapping).values()}
    kept = {code: place for code, place in mapping.items() if code in import_fields.BY_CODE or code in own}
    if not import_fields.reaches(kept):
        raise Unreachable()
    row.mapping, row.tag = kept, "".join(tags.clean([tag])[:1])
    row.profile = profile if profile in import_fields.PROFILES else row.profile


def reading(row: ContactImport) -> Reading:
    """How its lines are read."""
    everybody = (row.tag,) if row.tag else ()
    wide = max(len(row.heads), 1)
    custom = import_custom.known(row.mapping)
    mapping = {code: places for code, places in row.mapping.items() if not code.startswith(MARK)}
    return Reading(mapping, wide, row.profile, tenancy.tenant().country, everybody, custom)


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("people.import_begun", _l("Brought the file “%(name)s” with %(count)s lines"))
    journal.kind("people.import_run", _l("Took in the people of “%(name)s”"))
    journal.kind("people.import_stopped", _l("Stopped taking in “%(name)s”"))
    journal.kind("people.import_undone", _l("Took back the people of “%(name)s”"))
