"""The same importer from the command line: its steps one after the other, without waiting for a worker."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kernel import importers, transactions
from kernel.db import db
from kernel.file_imports import Line
from kernel.refusal import Refusal
from shop import import_lines, import_pictures, import_plans, import_steps, imports
from shop.import_lines import Reading
from shop.imports import KINDS, ProductImport


def steps(data: bytes, name: str, *, profile: str = "", dry: bool = False) -> Iterator[str]:
    """Bring products in as drafts; with `dry` say what would become of each line, and change nothing."""
    if profile:
        raise Refusal("Files of products have no profile: their columns say where they are from.")
    sheet, encoding = imports.opened(data)
    row = imports.draft(sheet, name, encoding=encoding)
    imports.choose(row, row.mapping)
    read = f"{row.total} {'line' if row.total == 1 else 'lines'}, read as {encoding}."
    if dry:
        with transactions.reading():
            lines = list(_dry(sheet.rows, imports.reading(row)))
        yield from [read, *lines]
        return
    row_id = _checking(imports.begin(sheet, name, encoding=encoding))
    yield read
    import_steps.STEPS.look_through(row_id)
    yield "Looked through."
    import_steps.begin(db.session.get_one(ProductImport, row_id))
    while import_steps.forward(kept := db.session.get_one(ProductImport, row_id)):
        yield f"{kept.percent} %"
    yield told(kept.counts)
    if coming := import_pictures.tally(row_id).get("waiting"):
        yield f"{coming} pictures are fetched by the worker."


def _checking(row: ProductImport) -> int:
    imports.FILES.move(row, "check")
    return row.id


def _dry(lines: Sequence[Line], how: Reading) -> Iterator[str]:
    planned, counts = import_plans.judge(how), Counter[str]()
    for piece in imports.pieces(lines, how):
        for line, kind, _product, notes, _undo in import_plans.kept(planned(piece)):
            counts[kind] += 1
            why = "; ".join(str(import_lines.WHYS[note]) % {"value": value, "line": at} for note, value, at in notes)
            yield f"line {line}: {kind}{f' ({why})' if why else ''}"
    yield told(counts)


def told(counts: Mapping[str, Any]) -> str:
    """All lines, by what became of them."""
    return ", ".join(f"{counts[kind]} {kind}" for kind in KINDS if counts.get(kind)) + "."


def init_app(_app: object) -> None:
    """Be found by `plaza import products`."""
    importers.kind("products", steps)
