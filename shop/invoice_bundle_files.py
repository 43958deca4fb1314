"""What is in a bundle of invoices: each paper as PDF, the month's book as CSV and workbook, and a text that says so."""

import re
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Select, select
from sqlalchemy.exc import SQLAlchemyError

from kernel import i18n, tables, tenancy, workbook_files
from kernel.db import db
from kernel.i18n import _, ngettext
from shop import accounting, invoice_list, invoice_papers, tax_book
from shop.invoice_list import Month
from shop.invoice_rows import Invoice

log = structlog.get_logger()
BATCH = 50  # papers in memory at a time
LONGEST = 60  # signs of a part of a name


@dataclass
class Done:
    """What became of the papers: how many there were, and the numbers of those that could not be made."""

    papers: int = 0
    missing: list[str] = field(default_factory=list)


def write(path: Path, wanted: Select[Invoice], *, month: str, words: str) -> Done:
    """Write the ZIP: all its papers in the shop's language, one after the other."""
    shop, done, at = tenancy.tenant(), Done(), invoice_list.month(month)
    with i18n.speak(shop.language, shop.country), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as box:
        used: set[str] = set()
        for row in _rows(wanted):
            done.papers += 1
            _put(box, row, done, used)
        books = [] if at is None else _books(box, at)
        box.writestr(f"{_('READ-ME')}.txt", _told(done, books, month, words).replace("\n", "\r\n"))
    return done


def _rows(wanted: Select[Invoice]) -> Iterator[Invoice]:
    """The papers, few of them in memory at a time."""
    ids = db.session.scalars(wanted.with_only_columns(Invoice.id)).all()
    for part in _parts(ids):
        found = {row.id: row for row in db.session.scalars(select(Invoice).where(Invoice.id.in_(part)))}
        yield from (found[one] for one in part if one in found)


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def _put(box: zipfile.ZipFile, row: Invoice, done: Done, used: set[str]) -> None:
    """One paper; what cannot be drawn stops no other, and is named."""
    number, name = row.number, paper_name(row)
    try:
        drawn = invoice_papers.printed(row, tenancy.tenant().language)
    except SQLAlchemyError:  # not the paper's fault: the whole is tried again
        raise
    except Exception as error:  # whatever is wrong with one paper, the accountant has the others and knows of it
        log.warning("a paper of a bundle could not be made", error=type(error).__name__)
        done.missing.append(number)
        return
    name = name if name not in used else f"{name}-{row.id}"
    used.add(name)
    box.writestr(f"{name}.pdf", drawn, zipfile.ZIP_STORED)  # a PDF is packed already


def paper_name(row: Invoice) -> str:
    """`2026-11-03 FAC-000012 Ana Mora`: sorted by day and number wherever it is unpacked."""
    day = row.issued_at.astimezone(ZoneInfo(tenancy.tenant().timezone)).date().isoformat()
    parts = (day, plain(row.number), plain(str(row.buyer.get("name") or "")))
    return " ".join(filter(None, parts))


def plain(text: str) -> str:
    """Only letters, digits and what no file system and no program minds: no way up, no hidden file, no odd sign."""
    known = unicodedata.normalize("NFC", text)
    shown = (sign for sign in known if sign.isprintable() or sign.isspace())
    kept = "".join(sign if sign.isalnum() or sign in "-_." else " " for sign in shown)
    return re.sub(r"\.{2,}", ".", re.sub(r"\s+", " ", kept))[:LONGEST].strip(" .-")


def _books(box: zipfile.ZipFile, at: Month) -> list[str]:
    """The book of sales of the month and its journal, as the page of invoices gives them."""
    book = tax_book.of(at)
    postings = [posting.row() for posting in accounting.of(at)]
    return [
        *_table(box, f"{_('tax-book')}-{at.code}", book.heads, [*book.rows, *book.totals]),
        *_table(box, f"{_('journal')}-{at.code}", accounting.heads(), postings),
    ]


def _table(box: zipfile.ZipFile, name: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    with box.open(f"{name}.csv", "w") as stream:
        for line in tables.lines(heads, rows):
            stream.write(line.encode())
    with box.open(f"{name}.xlsx", "w") as stream:
        workbook_files.write(stream, name, heads, rows)
    return [f"{name}.csv", f"{name}.xlsx"]


def _told(done: Done, books: list[str], month: str, words: str) -> str:
    """What the text says: which papers these are, what else is here, and what is missing."""
    shop = tenancy.tenant()
    said = [shop.name, ""]
    said += [_("Month: %(month)s", month=month)] if month else []
    said += [_("Search: %(text)s", text=" ".join(words.split()))] if words else []
    made = done.papers - len(done.missing)
    said += [ngettext("%(num)s document as PDF.", "%(num)s documents as PDF.", made)]
    said += [_("The books of the month: %(files)s.", files=", ".join(books))] if books else []
    if done.missing:
        said += ["", _("MISSING HERE, because its PDF could not be made; download it from its own page:")]
        said += [f"- {number}" for number in done.missing]
    return "\n".join([*said, ""])
