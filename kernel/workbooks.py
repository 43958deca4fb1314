"""Workbooks of Excel that people upload: read by a process of its own, which may be hostile to nobody but itself."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from kernel import money, tenancy
from kernel.i18n import _l
from kernel.refusal import Refusal

READER = Path(__file__).with_name("workbook_reading.py")
PATIENCE = 150  # seconds for one, however busy the machine is
AT_ONCE = BoundedSemaphore(2)  # readers of this process: each may take much memory
NEEDED = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")  # of the environment; who reads is told no secret
ZIP, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # what a workbook begins with, and what one of before 2007
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # Excel packs a workbook with a password into an old file


class Locked(Refusal):
    """It has a password."""

    message = _l("This workbook has a password: save it without one and choose that file.")


class Old(Refusal):
    """It is from before 2007."""

    message = _l(
        "This is an Excel file of the old kind (.xls): open it, choose “Save as” and “Excel Workbook (.xlsx)”."
    )


class Other(Refusal):
    """It is packed as a workbook is, and is none of Excel's."""

    message = _l("This is no Excel workbook (.xlsx): in your spreadsheet, choose “Save as” and that form, or CSV.")


class Damaged(Refusal):
    """It cannot be made out."""

    message = _l("This workbook is damaged: open it in your spreadsheet, save it anew and choose that file.")


class TooMuch(Refusal):
    """Reading it takes more memory or time than a file may."""

    message = _l("This workbook is too large to be read: send it in parts, or save the sheet as CSV.")


class TooWide(Refusal):
    """More columns than a table may have."""

    message = _l("The sheet has more than %(most)s columns: keep those that are needed.")


class NoSheet(Refusal):
    """The sheet that somebody wants is not there."""

    message = _l("The workbook has no sheet called “%(name)s”. It has: %(names)s.")


WHYS = {"locked": Locked, "other": Other, "broken": Damaged, "big": TooMuch}


@dataclass(frozen=True)
class Book:
    """A sheet of a workbook: each row that says something, with its number; and which other sheets say something."""

    sheet: str
    others: tuple[str, ...]
    rows: list[tuple[int, list[str]]]


def is_one(data: bytes) -> bool:
    """Whether these bytes are a workbook, or something that is packed like one."""
    return data.startswith((ZIP, OLD))


def read(data: bytes, *, most: int, wide: int, longest: int, sheet: str = "") -> Book:
    """The sheet of that name, or the first one with something in it, no more than `most` rows and one; raises Refusal.

    Numbers are written as the shop's country does.
    """
    if data.startswith(OLD):
        raise Locked() if ENCRYPTED in data else Old()
    sign = money.decimal_sign(tenancy.tenant().locale)
    asked = {"sheet": sheet.strip()[:80], "sign": sign, "most": most, "wide": wide, "longest": longest}
    first, *rest = map(json.loads, _answered(data, asked))
    if first.get("wrong") == "sheet":
        raise NoSheet(name=sheet, names=", ".join(first["names"]) or "–")
    last = rest.pop() if rest else first
    if last.get("wrong") == "wide":
        raise TooWide(most=wide)
    if "wrong" in last:
        raise WHYS[last["wrong"]]()
    return Book(first["sheet"], tuple(first["others"]), [(at, cells) for at, cells in rest])


def _answered(data: bytes, asked: dict[str, Any]) -> Iterable[str]:
    """What the reader says, line by line; raises TooMuch where it had to be ended before it was through."""
    kept = {name: os.environ[name] for name in NEEDED if name in os.environ}
    with AT_ONCE:
        try:
            ran = subprocess.run(
                [sys.executable, "-I", str(READER), json.dumps(asked)], input=data, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, timeout=PATIENCE, env={**kept, "OPENPYXL_LXML": "False"},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise TooMuch() from None
    if ran.returncode:
        raise TooMuch()
    return ran.stdout.decode().splitlines()
