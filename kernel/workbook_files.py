"""A table as a workbook of Excel: numbers and days are such, text stays text; row by row, however long it is."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from kernel.late import Late

xlsxwriter = Late("xlsxwriter")
MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS = 1_048_575  # below the heads of one sheet: what is more comes on another one
LONGEST = 32_767  # signs of a cell
SURE = 10**15  # a spreadsheet keeps fifteen digits of a number
NARROW, WIDE = 8, 60  # signs of a column
DAY, MOMENT = 14, 22  # Excel's own formats, which each reader sees as their country writes them
AMOUNTS = {0: 3, -2: 4}  # and those of numbers without and with two decimals, by exponent


def write(file: IO[bytes], name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write the table into a file: its heads bold and always in sight, its columns as wide as what they hold."""
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        writing, going_on = _Writing(book), iter(rows)
        bold = book.add_format({"bold": True, "bottom": 1})
        title, number = re.sub(r"[\[\]:*?/\\']", "-", name), 1
        while writing.sheet(title[:28] + (f" {number}" if number > 1 else ""), heads, bold, going_on):
            number += 1


class _Writing:
    """One workbook, and the formats that were needed so far."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.formats: dict[object, Any] = {}

    def sheet(self, name: str, heads: Sequence[str], bold: Any, rows: Iterator[Sequence[object]]) -> bool:
        """Write a sheet; whether it is full."""
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        widths = [len(head) + 2 for head in heads]
        for place, head in enumerate(heads):
            sheet.write_string(0, place, head[:LONGEST], bold)
        line = 0
        for line, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                wide = self.cell(sheet, line, place, value)
                if place < len(widths) and wide > widths[place]:
                    widths[place] = wide
            if line == ROWS:
                break
        for place, wide in enumerate(widths):
            sheet.set_column(place, place, min(max(wide + 1, NARROW), WIDE))
        return line == ROWS

    def cell(self, sheet: Any, line: int, place: int, value: object) -> int:
        """Write a cell; how wide it is."""
        if value is None or value == "":
            return 0
        if isinstance(value, datetime):
            sheet.write_datetime(line, place, value.replace(tzinfo=None), self.format(MOMENT))
            return 16
        if isinstance(value, date):
            sheet.write_datetime(line, place, value, self.format(DAY))
            return 10
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and -SURE < value < SURE:
            sheet.write_number(line, place, value, self.format(_of(value)))
            return len(f"{value:,}")
        text = str(value)[:LONGEST]
        sheet.write_string(line, place, text)
        return len(text) if "\n" not in text else max(map(len, text.split("\n")))

    def format(self, number: object) -> Any:
        """The format of a number, made once; None for the usual one."""
        if number and number not in self.formats:
            self.formats[number] = self.book.add_format({"num_format": number})
        return self.formats.get(number)


def _of(value: int | Decimal) -> int | str:
    """How a number is shown: with as many decimals as it came with."""
    if isinstance(value, int):
        return 0
    places = int(value.as_tuple().exponent)
    return AMOUNTS.get(places, f"#,##0.{'0' * -places}" if places < 0 else AMOUNTS[0])
