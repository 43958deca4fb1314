"""Reads a workbook of Excel in a process of its own, with little memory and time, as lines of JSON.

Run by kernel.workbooks; it imports nothing of Plaza. The first line is {"sheet", "others"}, then comes [row, [cells]]
for each row that says something, in the end {"end": true}; what cannot be read says {"wrong": why}.
"""

import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, NamedTuple

import openpyxl

try:
    import resource
except ImportError:  # Windows has no limits for a process
    resource = None  # type: ignore[assignment]

MEMORY = 640 * 1024 * 1024  # bytes, all of the process
SECONDS = 25  # of a processor; a file of 100 000 lines and ten columns takes nine
PARTS = 256 * 1024 * 1024  # bytes of all XML, unpacked: zipfile unpacks no more of a part than it says here
TEXT = 64 * 1024 * 1024  # signs that are handed on
ROWS = 1_048_576  # of a sheet of Excel
SURE = 10**15  # beyond, a number of a spreadsheet has lost digits
PLACES = ("0", "#")  # of digits, in a format

_TOKENS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].|.', re.DOTALL)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Wrong(Exception):
    """It cannot be read: `args[0]` says why, in a word."""


class Form(NamedTuple):
    """How numbers of a format are shown; `places` is None where the format does not say how many decimals."""

    kind: str  # plain, percent, science or mask
    places: int | None = None
    mask: tuple[str, ...] = ()  # "0" and "#" for digits, anything else as it stands


@lru_cache
def form(code: str) -> Form:
    """What a number format of Excel makes of a number; only its first part, for what is above 0."""
    tokens = _TOKENS.findall(code.partition(";")[0])
    bare = "".join(one for one in tokens if len(one) == 1)
    whole, point, after = bare.partition(".")
    places = sum(after.count(one) for one in "0#") if "0" in bare or "#" in bare else None
    if code.lower() in ("", "@", "general") or "/" in bare or "?" in bare or places is None:
        return Form("plain")
    if "%" in bare:
        return Form("percent", places)
    if re.search(r"E[+-]", bare, re.IGNORECASE):
        return Form("science", sum(re.split("[Ee]", after)[0].count(one) for one in "0#"))
    if not point and "," not in whole and whole.count("0") > 1:
        return Form("mask", 0, tuple(map(_literal, tokens)))
    return Form("plain", places)


def _literal(token: str) -> str:
    """What a part of a format puts between digits."""
    if token.startswith("["):
        return ""
    return token.strip('"') if token.startswith('"') else token[1:] if token[0] in "\\_*" and token[1:] else token


def number(value: float, code: str, sign: str) -> str:
    """The number as it is seen, without signs for thousands and money, its decimals behind `sign`."""
    if value != value or value in (float("inf"), float("-inf")):
        return ""
    how = form(code)
    if isinstance(value, float) and abs(value) >= SURE:
        return f"{value:.5E}"  # as a spreadsheet shows it: whoever reads it sees that digits are lost
    if how.kind == "science":
        return f"{value:.{how.places}E}"
    exact = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}")
    if how.kind == "mask" and exact >= 0 and exact == exact.to_integral_value():
        return _masked(f"{exact:.0f}", how.mask)
    if how.kind == "percent":
        exact *= 100
    if how.places is not None:
        exact = exact.quantize(Decimal(1).scaleb(-how.places), ROUND_HALF_UP)
    whole, _, after = f"{exact:f}".partition(".")
    if how.places is None:
        after = after.rstrip("0")
    if len(after) == 3:  # "12,125" may be thousands for whoever reads it; "12,1250" is not
        after += "0"
    return whole + (sign + after if after else "") + ("%" if how.kind == "percent" else "")


def _masked(digits: str, mask: Sequence[str]) -> str:
    """The digits in their places from the right; those that are too many stand before the first place."""
    left, found = list(digits), list[str]()
    first = next(at for at, one in enumerate(mask) if one in PLACES)
    for at in reversed(range(len(mask))):
        if mask[at] not in PLACES:
            found.append(mask[at])
            continue
        own = left.pop() if left else "0" if mask[at] == "0" else ""
        found.append("".join(left) + own if at == first else own)
    return "".join(reversed(found)).strip()


def shown(cell: Any, sign: str) -> str:
    """A cell as text: dates as ISO writes them, numbers as they are seen."""
    value = cell.value
    if value is None or isinstance(value, str):
        return _plain(value or "")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number(value, cell.number_format, sign)
    if isinstance(value, datetime):
        bare = value.time() == time()
        return value.date().isoformat() if bare else value.isoformat(" ", "seconds" if value.second else "minutes")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(text: str) -> str:
    """Signs that XML cannot hold are written as _x000D_ there."""
    found = _ESCAPED.sub(lambda one: chr(int(one[1], 16)), text) if "_x" in text else text
    return found.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def rows(sheet: Any, sign: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that says something: its number and its cells up to the last that does."""
    sheet.reset_dimensions()
    for at, cells in enumerate(sheet.iter_rows(), 1):
        if at > ROWS:
            raise Wrong("broken")
        told = [shown(cell, sign) for cell in cells]
        while told and not told[-1].strip():
            told.pop()
        if told:
            yield at, told


def book(data: bytes) -> Any:
    """The workbook, nothing of it unpacked that is not asked for; raises Wrong."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = {part.filename.lower(): part for part in packed.infolist()}
    if sum(part.file_size for name, part in parts.items() if name.endswith((".xml", ".rels"))) > PARTS:
        raise Wrong("big")
    if any(part.flag_bits & 1 for part in parts.values()):
        raise Wrong("locked")
    if "[content_types].xml" not in parts or not any(name.startswith("xl/worksheets/") for name in parts):
        raise Wrong("other")
    if "xl/workbook.bin" in parts:
        raise Wrong("other")
    return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)


def told(data: bytes, asked: dict[str, Any]) -> Iterator[Any]:
    """What is said of a workbook, `asked` for: sheet, sign, most, wide, longest."""
    sheets = book(data).worksheets
    seen = [one for one in sheets if one.sheet_state == "visible"] or sheets
    filled = [one for one in seen if next(rows(one, "."), None)]
    named = [one for one in seen if one.title.strip().lower() == asked["sheet"].strip().lower()]
    if asked["sheet"].strip() and not named:
        yield {"wrong": "sheet", "names": [one.title for one in filled]}
        return
    chosen = next(iter(named or filled), None)
    yield {
        "sheet": chosen.title if chosen else "", "others": [one.title for one in filled if one is not chosen],
    }  # fmt: skip
    size = 0
    for count, (at, cells) in enumerate(rows(chosen, asked["sign"]) if chosen else ()):
        if len(cells) > asked["wide"]:
            raise Wrong("wide")
        kept = [cell[: asked["longest"] + 2] for cell in cells]
        size += sum(map(len, kept))
        if size > TEXT:
            raise Wrong("big")
        yield [at, kept]
        if count > asked["most"]:
            break
    yield {"end": True}


def main() -> None:
    """Read what comes in, say what it holds; however it goes wrong, in a word."""
    data = sys.stdin.buffer.read()
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    say = sys.stdout.write
    try:
        for one in told(data, json.loads(sys.argv[1])):
            say(json.dumps(one) + "\n")
    except Wrong as wrong:
        say(json.dumps({"wrong": wrong.args[0]}) + "\n")
    except (MemoryError, RecursionError):
        say(json.dumps({"wrong": "big"}) + "\n")
    except Exception:  # whatever a library says of a file that lies
        say(json.dumps({"wrong": "broken"}) + "\n")


if __name__ == "__main__":
    main()
