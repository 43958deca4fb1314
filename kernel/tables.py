"""Tables as files for spreadsheets: CSV that opens right everywhere, no cell that would run as a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from flask import Response

FORMULA = ("=", "+", "-", "@", "\t", "\r", ";=", "＝", "＋", "－", "＠")
MARK = "\ufeff"  # what spreadsheets look for to read UTF-8


def cell(value: object) -> str:
    """A cell that stays text: what could start a formula gets a quote before it; a number is a number, also below 0."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"{value}"
    text = str(value if value is not None else "")
    starts = text.lstrip(" \n")
    return f"'{text}" if starts.startswith(FORMULA) or text.startswith(FORMULA) else text


def lines(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The file, line by line, the names of its columns first."""
    yield MARK + _line(heads)
    for row in rows:
        yield _line([cell(value) for value in row])


def answer(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The file as a download that nobody between keeps."""
    made = Response("".join(lines(heads, rows)), content_type="text/csv; charset=utf-8")
    made.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    made.headers["Cache-Control"] = "private, no-store"
    return made


def _line(cells: Sequence[str]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerow(cells)
    return made.getvalue()
