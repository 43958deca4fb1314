"""What is said of a file that is brought in, whatever it holds: how it stands, how far it is, what its columns hold."""

from collections.abc import Mapping, Sequence
from typing import Any

from kernel import clock, table_files
from kernel.i18n import _, _l, ngettext

STATES = {
    "draft": (_l("Columns to choose"), "wait"), "checking": (_l("Being looked through"), "now"),
    "checked": (_l("Ready to come in"), "wait"), "running": (_l("Coming in"), "now"),
    "stopped": (_l("Stopped"), "care"), "done": (_l("All in"), "good"), "undoing": (_l("Being taken back"), "now"),
    "undone": (_l("Taken back"), "off"),
}  # fmt: skip
PARTLY = (_l("In, but not all of it"), "care")
NONE = (_l("Nothing of it came in"), "bad")
SEPARATORS = {",": _l("commas"), ";": _l("semicolons"), "\t": _l("tabs")}
ENCODINGS = {"": _l("Found by itself"), "utf-8": "UTF-8", "cp1252": "Windows (1252)", "utf-16": "UTF-16"}


def state(one: Any) -> tuple[Any, str]:
    """How it stands, in words and as a shape; what was refused or left out is never told as if it were in."""
    refused = one.counts.get("refused", 0) if one.state == "done" else 0
    if refused:
        return NONE if refused >= one.total else PARTLY
    if one.state == "done" and one.lacking:
        return PARTLY
    return STATES[one.state]


def told(one: Any) -> dict[str, Any]:
    """What the list and the head of its page say of a file."""
    return {
        "token": one.token, "name": one.name or _("A file"), "state": state(one), "total": one.total,
        "read": _read(one), "at": one.created_at, "progress": progress(one) if one.moving else {},
    }  # fmt: skip


def _read(one: Any) -> str:
    """How it was read."""
    if one.encoding == table_files.BOOK:
        return ngettext("One line of an Excel workbook", "%(num)s lines of an Excel workbook", one.total)
    return _(
        "%(total)s lines, read as %(encoding)s with %(separator)s between the columns", total=one.total,
        encoding=one.encoding.upper(), separator=SEPARATORS.get(one.separator, one.separator),
    )  # fmt: skip


def progress(one: Any) -> dict[str, Any]:
    """How far it is, how fast, and how long it still takes."""
    passed = (clock.now() - one.started_at).total_seconds() if one.started_at and one.state == "running" else 0
    rate = int(one.seen / passed) if passed >= 1 else 0
    left = -(-(one.total - one.seen) // rate) if rate else 0
    percent = 100 - one.percent if one.state == "undoing" else one.percent
    said = _("%(seen)s of %(total)s lines", seen=one.seen, total=one.total)
    if rate:
        said = _("%(seen)s of %(total)s lines · %(rate)s a second · about %(left)s s left", seen=one.seen,
                 total=one.total, rate=rate, left=left)  # fmt: skip
    return {"state": one.state, "moving": one.moving, "percent": percent, "said": said}


def columns(one: Any, lines: Sequence[Sequence[str]], typed: Mapping[int, str] | None = None) -> list[dict[str, Any]]:
    """Each column with its head, some of its cells in these lines, and what it is taken for, or as `typed` says."""
    kept = {at: code for code, told in one.mapping.items() for at in (told if isinstance(told, list) else [told])}
    chosen = kept if typed is None else typed
    return [
        {"place": place, "head": headed(one, place), "chosen": chosen.get(place, ""),
         "cells": [line[place] for line in lines if line[place]][:3]}
        for place in range(len(one.heads))
    ]  # fmt: skip


def headed(one: Any, place: int) -> str:
    """How a column is called."""
    return str(one.heads[place] or _("Column %(number)s", number=place + 1))
