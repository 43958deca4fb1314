"""What is posted by the page editor: the blocks in their order, as typed, and what to do with them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kernel import blocks
from kernel.blocks import MOST
from shop.forms import words

ID = re.compile(r"[A-Za-z0-9_-]{1,24}")
Block = dict[str, Any]


def read(form: Any) -> list[Block]:
    """The blocks in the order in which they were posted; what nobody knows is left out."""
    found, seen = [], set()
    for name in form.getlist("block")[:MOST]:
        kind = str(form.get(f"{name}-kind") or "")
        if ID.fullmatch(name) and name not in seen and blocks.known(kind):
            seen.add(name)
            found.append(blocks.read(form, {"id": name, "kind": kind}, words.languages()))
    return found


def title(form: Mapping[str, Any]) -> dict[str, str]:
    """The title in every language."""
    told = {spoken: str(form.get(words.name_of("title", spoken)) or "").strip()[:120] for spoken in words.languages()}
    return {spoken: text for spoken, text in told.items() if text}


def done(kept: Sequence[Block], verb: str) -> tuple[list[Block], str]:
    """The blocks after "add:hero", "up:<id>", "down:<id>" or "remove:<id>", and where to look next."""
    what, _colon, name = verb.partition(":")
    rows = list(kept)
    if what == "add" and blocks.known(name) and len(rows) < MOST:
        rows.append(blocks.blank(name))
        return rows, str(rows[-1]["id"])
    place = next((at for at, row in enumerate(rows) if row["id"] == name), None)
    if place is None:
        return rows, ""
    if what == "remove":
        del rows[place]
        return rows, str(rows[max(0, place - 1)]["id"]) if rows else ""
    other = place + {"up": -1, "down": 1}.get(what, 0)
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
    return rows, name


def picture_spots(kept: Sequence[Block]) -> list[tuple[Block, str]]:
    """(block, field) of every place where a picture may be sent."""
    return [
        (row, field.code)
        for row in kept
        for field in (blocks.known(row["kind"]) or _none()).fields
        if field.kind == "picture"
    ]


def _none() -> Any:
    raise LookupError("a block of a kind that nobody knows")
