"""Tables as files for spreadsheets: CSV that opens right everywhere, or workbooks; no cell would run as a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO

from flask import Response, request

from kernel import workbook_files

FORMULA = ("=", "+", "-", "@", "\t", "\r", ";=", "＝", "＋", "－", "＠")
MARK = "\ufeff"  # what spreadsheets look for to read UTF-8
SMALL = 1024 * 1024  # bytes of a workbook that stay in memory


def cell(value: object) -> str:
    """A cell that stays text: what could start a formula gets a quote before it; a number is a number, also below 0."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"{value}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    text = str(value if value is not None else "")
    starts = text.lstrip(" \n")
    return f"'{text}" if starts.startswith(FORMULA) or text.startswith(FORMULA) else text


def lines(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The file, line by line, the names of its columns first."""
    yield MARK + _line([cell(head) for head in heads])
    for row in rows:
        yield _line([cell(value) for value in row])


def answer(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The file as a download that nobody between keeps: a workbook at an address that ends so, else CSV."""
    kind = "xlsx" if request.path.endswith(".xlsx") else "csv"
    if kind == "xlsx":
        kept = SpooledTemporaryFile(max_size=SMALL)  # noqa: SIM115 (closed when it was sent)
        workbook_files.write(kept, name, heads, rows)
        made = Response(_pieces(kept), content_type=workbook_files.MIME)
        made.call_on_close(kept.close)
    else:
        made = Response("".join(lines(heads, rows)), content_type="text/csv; charset=utf-8")
    made.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    made.headers["Cache-Control"] = "private, no-store"
    return made


def _pieces(kept: IO[bytes]) -> Iterator[bytes]:
    """What was written, from its beginning."""
    with kept:
        kept.seek(0)
        while piece := kept.read(64 * 1024):
            yield piece


def _line(cells: Sequence[str]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerow(cells)
    return made.getvalue()
