"""The same importer from the command line: its steps one after the other, without waiting for a worker."""

from collections import Counter
from collections.abc import Iterator

from crm import import_fields, import_steps, imports
from crm.import_outcomes import World, judged
from crm.import_rows import WHYS, Reading
from crm.imports import KINDS, ContactImport
from kernel import importers, table_files, transactions
from kernel.db import db
from kernel.refusal import Refusal


def steps(data: bytes, name: str, *, profile: str = "", dry: bool = False) -> Iterator[str]:
    """Bring people in; with `dry` say what would become of each line, and keep nothing."""
    if profile and profile not in import_fields.PROFILES:
        raise Refusal(f"No profile is called {profile}. There is: {', '.join(import_fields.PROFILES)}.")
    sheet, encoding = imports.opened(data)
    row = imports.draft(sheet, name, encoding=encoding, profile=profile)
    imports.choose(row, row.mapping)
    read = f"{row.total} {'line' if row.total == 1 else 'lines'}, read as {encoding}, profile {row.profile}."
    if dry:
        with transactions.reading():
            lines = list(_dry(sheet, imports.reading(row)))
        yield from [read, *lines]
        return
    kept = imports.begin(sheet, name, encoding=encoding, profile=profile)
    row_id, kept.state = kept.id, "checked"
    import_steps.begin(kept)
    yield read
    while import_steps.forward(kept := db.session.get_one(ContactImport, row_id)):
        yield f"{kept.percent} %"
    yield told(kept.counts)


def _dry(sheet: table_files.Sheet, how: Reading) -> Iterator[str]:
    world, counts = World(), Counter[str]()
    for start in range(0, len(sheet.rows), imports.AT_ONCE):
        for one in judged(sheet.rows[start : start + imports.AT_ONCE], how, world):
            counts[one.kind] += 1
            why = "; ".join(str(WHYS[note]) % {"value": value} for note, value in one.notes)
            yield f"line {one.line}: {one.kind}{f' ({why})' if why else ''}"
    yield told(counts)


def told(counts: Counter[str] | dict[str, int]) -> str:
    """All lines, by what became of them."""
    return ", ".join(f"{counts[kind]} {kind}" for kind in KINDS if counts.get(kind)) + "."


def init_app(_app: object) -> None:
    """Be found by `plaza import contacts`."""
    importers.kind("contacts", steps)
