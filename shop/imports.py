"""Imports: a file of products that comes in by products, each with all its lines, and can be taken back whole.

Its steps are those of every file (kernel.file_imports). Every line is accounted for: new, changed, same or refused,
with the reason; of what came in no line is kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint

from kernel import file_imports, journal, table_files
from kernel.db import Base, Mapped, db, mapped_column, pk, ref
from kernel.file_imports import FileImport, FileImportPart, Line
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned
from shop import import_fields, import_lines
from shop.import_lines import Reading

MOST = 20_000  # lines of a file
LONGEST = 30_000  # signs of a cell
AT_ONCE = 12  # lines of a part, or those of one product: done in one transaction
KINDS = ("new", "changed", "same", "refused")


class Empty(Refusal):
    """There is nothing in the file."""

    message = _l("There is no product in this file: it has only its first line, or nothing at all.")


class Unknown(Refusal):
    """No column says which product is meant."""

    message = _l("Say which column has the code (SKU), the address or the name: no product is known by anything else.")


class ProductImport(TenantOwned, FileImport, Base):
    """A file of products, how its columns are read, and how far it has come."""

    __tablename__ = "product_import"
    __extra__ = (UniqueConstraint("tenant_id", "token"),)
    id: Mapped[int] = pk()
    publish: Mapped[bool] = mapped_column(default=False)  # what is new goes on sale at once
    shelves: Mapped[bool] = mapped_column(default=True)  # categories that are missing are made
    pictures: Mapped[bool] = mapped_column(default=True)  # they are fetched
    hosts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # how many from where, as far as it was looked through


class ProductImportPart(TenantOwned, FileImportPart, Base):
    """The lines of some products as they stood there, then what became of each; in the end only refused ones."""

    __tablename__ = "product_import_part"
    __extra__ = (
        UniqueConstraint("tenant_id", "import_id", "number"),
        CheckConstraint("state IN ('waiting', 'done', 'undone')", name="state"),
        Index("ix_product_import_part_next", "tenant_id", "import_id", "state", "number"),
    )
    id: Mapped[int] = pk()
    import_id: Mapped[int] = ref("product_import", index=False)


FILES = file_imports.Files(ProductImport, ProductImportPart)
named, listed, parts, sample = FILES.named, FILES.listed, FILES.parts, FILES.sample


def opened(data: bytes, encoding: str = "", name: str = "") -> tuple[table_files.Sheet, str]:
    """(the table of a file, its encoding); `name`: of the sheet of a workbook. Raises Refusal."""
    sheet, found = table_files.opened(data, encoding, name, most=MOST, longest=LONGEST)
    if not sheet.rows:
        raise Empty()
    return sheet, found


def draft(sheet: table_files.Sheet, name: str, *, encoding: str) -> ProductImport:
    """A file that is not kept yet: its columns are guessed."""
    return ProductImport(
        name=sheet.told(name)[-160:], encoding=encoding, separator=sheet.separator,
        heads=[head[:80] for head in sheet.heads],
        total=len(sheet.rows), mapping=import_fields.guess(sheet.heads), state="draft", publish=False, shelves=True,
        pictures=True, hosts={},
    )  # fmt: skip


def begin(sheet: table_files.Sheet, name: str, *, encoding: str, by: Any = None) -> ProductImport:
    """Keep a file as a draft; nothing is changed."""
    row = draft(sheet, name, encoding=encoding)
    row.account_id = by.id if by else None
    db.session.add(row)
    db.session.flush()
    FILES.cut(row, pieces(sheet.rows, reading(row)))
    journal.write("products.import_begun", about=row, by=by, data={"name": row.name, "count": row.total})
    return row


def choose(row: ProductImport, mapping: Mapping[str, int], *, publish: bool = False, shelves: bool = True) -> None:
    """Say which column holds what, and what is done with what is new; raises Unknown."""
    if row.state not in {"draft", "checked"}:
        raise file_imports.NotNow()
    kept = {one.code: mapping[one.code] for one in import_fields.fields() if one.code in mapping}
    if not {"sku", "handle", "name"} & kept.keys():
        raise Unknown()
    anew = any(kept.get(code) != row.mapping.get(code) for code in import_fields.GROUPS)
    row.mapping, row.publish, row.shelves = kept, publish, shelves
    if anew:  # other lines belong together now
        lines = sorted(line for part in parts(row) for line in part.lines)
        FILES.cut(row, pieces(lines, reading(row)))
        db.session.expire_all()


def reading(row: ProductImport) -> Reading:
    """How its lines are read."""
    return Reading(dict(row.mapping), list(row.heads), row.publish, row.shelves, row.pictures)


def pieces(lines: Sequence[Line], how: Reading) -> Iterator[list[Line]]:
    """The lines in pieces; those of one product are in one of them, wherever they stand in the file."""
    piece: list[Line] = []
    for together in grouped(lines, how):
        if piece and len(piece) + len(together) > AT_ONCE:
            yield piece
            piece = []
        piece += together
    if piece:
        yield piece


def grouped(lines: Sequence[Line], how: Reading) -> list[list[Line]]:
    """The lines of each product, in the order in which products begin."""
    named_by = [import_lines.group(cells, how) for _line, cells in lines]
    wanted = {name for name in named_by if name.startswith("parent ")}
    found: dict[str, list[Line]] = {}
    for (line, cells), name in zip(lines, named_by, strict=True):
        head = next((one for one in import_lines.keys(cells, how) if one in wanted), "")
        found.setdefault(head or name or f"line {line}", []).append([line, cells])
    return list(found.values())


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("products.import_begun", _l("Brought the file of products “%(name)s” with %(count)s lines"))
    journal.kind("products.import_run", _l("Took in the products of “%(name)s”"))
    journal.kind("products.import_stopped", _l("Stopped taking in the products of “%(name)s”"))
    journal.kind("products.import_undone", _l("Took back the products of “%(name)s”"))
