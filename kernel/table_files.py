"""Tables that people upload: CSV in whatever encoding and separator their spreadsheet chose, or a workbook of Excel."""

import codecs
import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kernel import workbooks
from kernel.folding import fold
from kernel.i18n import _, _l
from kernel.refusal import Refusal
from kernel.tables import FORMULA

SEPARATORS = ";,\t"
MOST_LINES = 5_000
LONGEST = 2_000  # signs of a cell
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
WIDEST = 200  # columns
BOOK = "xlsx"  # how a table of a workbook is written, in place of an encoding
PAGES = ("<!doctype", "<html", "<table", "<?xml")  # what banks and offices call .xls
PAPERS = ("%pdf", "%!ps", "{\\rtf")  # what is made to be printed
SIGNS = {*map(chr, range(32)), "\x7f"} - set("\t\n\v\f\r\x1a\x1b")  # of no text: the bytes of something else


class Unreadable(Refusal):
    """It is not text in columns."""

    message = _l("This is no table: in your spreadsheet, choose “Save as” and “Excel Workbook (.xlsx)”, or CSV.")


class TooLong(Refusal):
    """More lines than a table may have."""

    message = _l("The file has more than %(most)s lines: send it in parts.")


class NoColumn(Refusal):
    """A column that is needed is missing."""

    message = _l("The first line must name the columns; there is none called “%(name)s”.")


class Broken(Refusal):
    """A quotation mark opens and nothing closes it."""

    message = _l("Line %(line)s has a quotation mark that is not closed.")


@dataclass(frozen=True)
class Row:
    """One line: where it stands and its cells by column, without the quote that keeps a formula from running."""

    line: int
    cells: Mapping[str, str]
    more: bool = False  # it has cells beyond the last column: often a comma inside a number


class WrongEncoding(Refusal):
    """It is not written in the encoding that somebody chose."""

    message = _l("The file is not %(encoding)s: line %(line)s cannot be read so. Nothing was kept; choose another one.")


@dataclass(frozen=True)
class Sheet:
    """A whole table: what separates its columns, their names, and each line that says something with its number.

    `line`: where the names stand; `name`: which sheet of a workbook it is, `others`: which ones also say something.
    """

    separator: str
    heads: list[str]
    rows: list[tuple[int, list[str]]]
    line: int = 1
    name: str = ""
    others: tuple[str, ...] = ()

    def told(self, file: str) -> str:
        """The name of the file, with that of the sheet where there were several."""
        return f"{file} · {self.name}" if self.others else file

    def note(self) -> str:
        """Which of several sheets was read, and how another one is; "" without others."""
        return _note(self.name, self.others)


def opened(data: bytes, encoding: str = "", name: str = "", *, most: int, longest: int = LONGEST) -> tuple[Sheet, str]:
    """(the table of a file, its encoding or "xlsx"); `name`: the sheet of a workbook. Raises Refusal."""
    if not workbooks.is_one(data):
        text, found = read(data, encoding)
        return sheet(text, most=most, longest=longest), found
    book = workbooks.read(data, most=most, wide=WIDEST, longest=longest, sheet=name)
    if len(book.rows) > most + 1:
        raise TooLong(most=most)
    first, *rest = book.rows or [(1, [])]
    rows = [(line, [_plain(cell, longest) for cell in cells]) for line, cells in rest]
    return Sheet("", [cell.strip() for cell in first[1]], rows, first[0], book.sheet, book.others), BOOK


def text(data: bytes, name: str = "") -> tuple[str, str]:
    """(the text of a file, which of several sheets it is): a sheet becomes CSV, its lines with the same numbers.

    Raises Refusal.
    """
    if not workbooks.is_one(data):
        return read(data)[0], ""
    book, made, at = workbooks.read(data, most=MOST_LINES, wide=WIDEST, longest=LONGEST, sheet=name), io.StringIO(), 1
    for line, cells in book.rows:
        made.write("\n" * (line - at))
        csv.writer(made, lineterminator="\n").writerow([" ".join(cell.split()) for cell in cells])
        at = line + 1
    return made.getvalue(), _note(book.sheet, book.others)


def _note(name: str, others: Sequence[str]) -> str:
    if not others:
        return ""
    return _(
        "The sheet “%(name)s” was read. For another one (%(others)s), choose the file again and write its name.",
        name=name, others=", ".join(others),
    )  # fmt: skip


def read(data: bytes, encoding: str = "") -> tuple[str, str]:
    """(the text, the encoding that it is in): the one that is chosen, or else the one that fits; nothing is lost."""
    if encoding:
        return _as_chosen(data, encoding), encoding
    marked = next((name for mark, name in MARKS.items() if data.startswith(mark)), _unmarked(data))
    for tried in (marked, "cp1252"):
        try:
            text = data.decode(tried)
        except UnicodeDecodeError:
            continue
        if _is_other(text):
            break
        return text, tried.removesuffix("-sig")
    raise Unreadable()


def _unmarked(data: bytes) -> str:
    """UTF-16 without its mark has a nought in almost every second byte of a Western text."""
    few = data[:2000]
    for place, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(few) > 3 and few[place::2].count(0) > len(few) // 3:
            return name
    return "utf-8"


def _as_chosen(data: bytes, encoding: str) -> str:
    try:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise WrongEncoding(encoding=encoding.upper(), line=line) from None
    if _is_other(text):
        raise Unreadable()
    return text


def _is_other(text: str) -> bool:
    """Whether it is no table at all: a page, a PDF, the bytes of a picture."""
    return not SIGNS.isdisjoint(text) or text[:200].lstrip("\ufeff \r\n").lower().startswith((*PAGES, *PAPERS))


def sheet(text: str, *, most: int, wide: int = WIDEST, longest: int = LONGEST) -> Sheet:
    """The table with all its columns, whatever they are called; of a cell no more than `longest` signs."""
    separator, text, line = _opened(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    heads: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    begins = first = line
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) > wide:
                    raise Unreadable()
                if heads:
                    rows.append((begins, [_plain(cell, longest) for cell in cells]))
                else:
                    heads, first = [cell.strip(" \ufeff") for cell in cells], begins
            begins = line + reader.line_num
            if len(rows) > most:
                raise TooLong(most=most)
    except csv.Error:
        raise Broken(line=begins) from None
    return Sheet(separator, heads, rows, first)


def rows(text: str, columns: Mapping[str, Sequence[str]], optional: Collection[str] = ()) -> Iterator[Row]:
    """Each line that says something; `columns`: which heads each may have, the best one first."""
    separator, text, line = _opened(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    places: dict[str, int] | None = None
    wide = 0
    begins = line
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if places is None:
                    places, wide = _places(cells, columns, optional), len(cells)
                else:
                    yield _row(begins, cells, places, wide)
            begins = line + reader.line_num
            if begins > MOST_LINES + 2:
                raise TooLong(most=MOST_LINES)
    except csv.Error:
        raise Broken(line=begins) from None
    if places is None:
        raise NoColumn(name=next(iter(columns.values()))[0])


def _opened(text: str) -> tuple[str, str, int]:
    """(the separator, the text, the number of its first line); "sep=;" is how Excel is told."""
    text = text.removeprefix("\ufeff")
    head, _, rest = text.partition("\n")
    if head.strip().lower().startswith("sep=") and len(head.strip()) == 5:
        return head.strip()[4], rest, 2
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=first.count), text, 1


def _places(heads: list[str], columns: Mapping[str, Sequence[str]], optional: Collection[str]) -> dict[str, int]:
    """In which place each column stands; the first of its heads that is there counts."""
    known = {fold(head).strip(" \ufeff"): place for place, head in reversed(list(enumerate(heads)))}
    found = {}
    for name, called in columns.items():
        place = next((known[fold(head)] for head in called if fold(head) in known), None)
        if place is None and name not in optional:
            raise NoColumn(name=called[0])
        found[name] = len(heads) if place is None else place
    return found


def _row(line: int, cells: list[str], places: Mapping[str, int], wide: int) -> Row:
    told = {name: _plain(cells[place]) if place < min(wide, len(cells)) else "" for name, place in places.items()}
    return Row(line, told, more=any(cell.strip() for cell in cells[wide:]))


def _plain(cell: str, longest: int = LONGEST) -> str:
    """The cell as it was meant: our own files write a quote before what could run."""
    text = cell.strip()[:longest]
    return text[1:] if text.startswith("'") and text[1:].lstrip().startswith(FORMULA) else text
