"""What is posted by the editor of blocks, of pages and of letters: the blocks in their order, for whom, and when."""

import copy
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm import rule_drafts
from kernel import blocks, signing
from kernel.blocks import MOST
from shop.forms import words

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
VARIANTS = 8  # of one block
LONGEST = 4000  # characters of a rule
OWN = "own"  # what is chosen for a rule that has no name
Block = dict[str, Any]


def read(form: Any) -> list[Block]:
    """The blocks in the order in which they were posted; what nobody knows is left out."""
    found, seen = [], set()
    for name in form.getlist("block")[:MOST]:
        kind = str(form.get(f"{name}-kind") or "")
        if ID.fullmatch(name) and name not in seen and blocks.known(kind):
            seen.add(name)
            found.append(_block(form, name, kind))
    return found


def _block(form: Any, name: str, kind: str) -> Block:
    made = blocks.read(form, {"id": name, "kind": kind}, words.languages()) | _when(form, name)
    ids = [one for one in form.getlist(f"{name}-variant")[:VARIANTS] if ID.fullmatch(one)]
    variants = [
        {"id": one, "data": blocks.read(form, {"id": one, "kind": kind}, words.languages())["data"], **_when(form, one)}
        for one in dict.fromkeys(ids)
    ]
    return made | ({"variants": variants} if variants else {})


def _when(form: Any, name: str) -> dict[str, Any]:
    """For whom and when, as far as something is said."""
    chosen = str(form.get(f"{name}-audience") or "")
    told: dict[str, Any] = {"audience": written(form, name) if chosen == OWN else rule(chosen)}
    told |= {part: day(str(form.get(f"{name}-{part}") or "")) for part in ("from", "until")}
    return {part: value for part, value in told.items() if value}


def rule(text: str) -> dict[str, Any] | None:
    """A rule as it is kept, out of a hidden field; None for none."""
    try:
        found = json.loads(text[:LONGEST]) if text else None
    except ValueError:
        return None
    return found if isinstance(found, dict) and found else None


def path(name: str) -> str:
    """Under which name the rule that a block has of its own stands in the form."""
    return f"own{signing.digest(name)[:16]}"


def written(form: Any, name: str) -> dict[str, Any]:
    """The rule of its own as it was written, with the step that a button asked for; a new one when there is none."""
    if f"{path(name)}.join" not in form:
        return rule(str(form.get(f"{name}-rule") or "")) or {"all": [{rule_drafts.FIRST: []}]}
    draft = rule_drafts.read(form, path(name))
    return rule_drafts.rule_of(draft) or rule_drafts.written(draft)


def step(form: Any, kept: Sequence[Block]) -> str:
    """The block whose own rule a button changed; "" when it was another button."""
    every = [str(one["id"]) for row in kept for one in (row, *(row.get("variants") or ()))]
    return next((name for name in every if f"{path(name)}-do" in form), "")


def day(text: str) -> str:
    """A day as it is kept; "" for what is none."""
    try:
        return date.fromisoformat(text.strip()).isoformat() if text.strip() else ""
    except ValueError:
        return ""


def done(kept: Sequence[Block], verb: str) -> tuple[list[Block], str]:
    """The blocks after a button such as "add:hero" or "up:<id>", and where to look next."""
    what, _colon, name = verb.partition(":")
    rows = list(kept)
    if what == "add" and blocks.known(name) and len(rows) < MOST:
        rows.append(blocks.blank(name))
        return rows, str(rows[-1]["id"])
    at = place(rows, name)
    if at is None:
        return _within(rows, what, name)
    if what == "remove":
        del rows[at]
        return rows, str(rows[max(0, at - 1)]["id"]) if rows else ""
    if what == "rule":
        rows[at] = _ruled(rows[at])
        return rows, name
    if what == "copy" and len(rows) < MOST:
        rows.insert(at + 1, _twin(rows[at]))
        return rows, str(rows[at + 1]["id"])
    if what == "vary" and len(rows[at].get("variants") or ()) < VARIANTS:
        rows[at] = _varied(rows[at])
        return rows, str(rows[at]["variants"][-1]["id"])
    _swap(rows, at, what)
    return rows, name


def place(rows: Sequence[Block], name: str) -> int | None:
    """Where the block, or variant, with that id stands."""
    return next((at for at, row in enumerate(rows) if row["id"] == name), None)


def _within(rows: list[Block], what: str, name: str) -> tuple[list[Block], str]:
    """The same for a variant of a block: its place is its priority."""
    for number, row in enumerate(rows):
        variants = list(row.get("variants") or ())
        at = place(variants, name)
        if at is None:
            continue
        if what == "remove":
            del variants[at]
        elif what == "rule":
            variants[at] = _ruled(variants[at])
        else:
            _swap(variants, at, what)
        rows[number] = {**row, "variants": variants}
        return rows, str(row["id"]) if what == "remove" else name
    return rows, ""


def _swap(rows: list[Block], at: int, what: str) -> None:
    other = at + {"up": -1, "down": 1}.get(what, 0)
    if 0 <= other < len(rows):
        rows[at], rows[other] = rows[other], rows[at]


def _twin(row: Block) -> Block:
    made = copy.deepcopy(row) | {"id": signing.token()[:10]}
    for variant in made.get("variants") or ():
        variant["id"] = signing.token()[:10]
    return made


def _ruled(row: Block) -> Block:
    return {**row, "audience": row.get("audience") or {"all": [{rule_drafts.FIRST: []}]}}


def _varied(row: Block) -> Block:
    made = {"id": signing.token()[:10], "data": copy.deepcopy(row.get("data") or {})}
    return {**row, "variants": [*(row.get("variants") or ()), made]}


@dataclass(frozen=True)
class Gone:
    """A block, or a version of the block `of`, that was taken out, and its place."""

    block: Block
    at: int
    of: str = ""


def gone(kept: Sequence[Block], name: str) -> Gone | None:
    """What would be missing without the block, or the version of one, with that id."""
    for of, rows in (("", kept), *((str(row["id"]), row.get("variants") or ()) for row in kept)):
        at = place(rows, name)
        if at is not None:
            return Gone(rows[at], at, of)
    return None


def back(kept: Sequence[Block], gone: Gone) -> list[Block] | None:
    """The blocks with what was taken out back at its place, or as they are when it is there; None: no room for it."""
    rows = list(kept)
    home = place(rows, gone.of)
    if gone.of and home is None:
        return None
    inside = rows if home is None else list(rows[home].get("variants") or ())
    if place(inside, gone.block["id"]) is None:
        if len(inside) >= (MOST if home is None else VARIANTS):
            return None
        inside.insert(min(gone.at, len(inside)), gone.block)
    if home is not None:
        rows[home] = {**rows[home], "variants": inside}
    return rows


def picture_spots(kept: Sequence[Block]) -> list[tuple[str, dict[str, Any], str]]:
    """(id, data, field) of every place where a picture may be sent, in blocks and in their variants."""
    found = []
    for row in kept:
        kind = blocks.known(row["kind"])
        codes = [field.code for field in kind.fields if field.kind == "picture"] if kind else []
        for one in (row, *(row.get("variants") or ())):
            found += [(str(one["id"]), one["data"], code) for code in codes]
    return found
