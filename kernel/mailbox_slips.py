"""Slips in the domain of an e-mail address: what somebody probably meant; a hint, never a reason to refuse.

The domains stand in static/mailboxes.json, which the page's own script (static/js/mailbox.js) reads as well.
"""

import json
from functools import cache
from typing import Any

from flask import Flask

from kernel.settings import ROOT

FULL = 5  # letters of a name from which one that differs is a slip, and no other name

COUNTRY = 2  # letters of the ending of a country


@cache
def _known() -> dict[str, list[str]]:
    told: dict[str, list[str]] = json.loads((ROOT / "static" / "mailboxes.json").read_text(encoding="utf-8"))
    return told


def meant(address: Any) -> str:
    """`ana@gmail.com` for `ana@gmial.com`; '' for what is right or unknown, and for anything that is no address."""
    mailbox, at, domain = str(address or "").strip().rpartition("@")
    found = _domain(domain.lower()) if mailbox and at else ""
    return f"{mailbox}@{found}" if found else ""


def _domain(typed: str) -> str:
    known = _known()
    there = {*known["offered"], *known["real"]}
    if not typed or typed in there:
        return ""
    name, dot, ending = typed.partition(".")
    mended = f"{name}.com" if dot and ending in known["endings"] else typed
    if mended in there:
        return mended
    near = (one for one in known["offered"] if len(one.partition(".")[0]) >= FULL and _one_off(mended, one))
    return next(near, mended if mended != typed else "")


def _one_off(left: str, right: str) -> bool:
    """Whether one letter is missing, too many, another one, or two have changed places.

    Two countries of one name are two domains, and no slip.
    """
    ends = left.rpartition("."), right.rpartition(".")
    if ends[0][0] == ends[1][0] and len(ends[0][2]) == len(ends[1][2]) == COUNTRY:
        return False
    begins = next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    left, right = left[begins:], right[begins:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    if len(left) == len(right) == 2:
        return left == right[::-1]
    return max(len(left), len(right)) == 1


def init_app(app: Flask) -> None:
    """Let fields say it."""
    app.jinja_env.globals["meant"] = meant
