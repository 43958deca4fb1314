"""A count of the drawer as it is typed: how many of each coin and note, or the amount; and cash that moves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel import tenancy
from kernel.countries import cash
from kernel.i18n import _, _l
from shop import drawers, receipts
from shop.drawers import Count
from shop.forms import amounts
from shop.forms.wrong import Wrong

MOST = 100_000  # pieces of one kind


@dataclass(frozen=True)
class Row:
    """One kind of coin or note in the form: the name of its field, its worth, how many were typed."""

    field: str
    label: str
    minor: int
    coin: bool
    typed: str
    sum: str


def rows(posted: Mapping[str, Any]) -> list[Row]:
    """What can be counted in the shop's currency, with what was typed."""
    return [_row(piece, str(posted.get(f"n{piece.value.minor}") or "")[:9])
            for piece in cash.pieces(tenancy.tenant().currency)]  # fmt: skip


def _row(piece: cash.Piece, typed: str) -> Row:
    try:
        units = amounts.whole(typed, MOST) or 0
    except ValueError:
        units = 0
    worth = receipts.shown(piece.value * units) if units else ""
    return Row(f"n{piece.value.minor}", receipts.shown(piece.value), piece.value.minor, piece.coin, typed, worth)


def so_far(posted: Mapping[str, Any]) -> int:
    """What the pieces that can be read come to, in minor units; without any, the amount that was typed."""
    found = 0
    for row in rows(posted):
        try:
            found += row.minor * (amounts.whole(row.typed, MOST) or 0)
        except ValueError:
            continue
    if found:
        return found
    try:
        return amounts.price(str(posted.get("total") or ""), empty=True) or 0
    except ValueError:
        return 0


def read(posted: Mapping[str, Any]) -> Count:
    """What was counted; raises Wrong beside each field that cannot be read, and where nothing is written at all."""
    errors: dict[str, str] = {}
    pieces = {str(row.minor): _units(row, errors) for row in rows(posted)}
    by_pieces = sum(int(minor) * units for minor, units in pieces.items() if units)
    total = _amount(posted, "total", errors)
    if not errors and total is None and not any(units is not None for units in pieces.values()):
        errors["total"] = str(_("Count the cash, or write how much there is. If there is none, write 0."))
    if not errors and total is not None and by_pieces and total != by_pieces:
        shown = receipts.shown(amounts.money_of(by_pieces))
        errors["total"] = str(_("The coins and notes come to %(sum)s: correct one of the two.", sum=shown))
    if errors:
        raise Wrong(errors)
    return Count(total if total is not None else by_pieces, {face: units for face, units in pieces.items() if units})


def _units(row: Row, errors: dict[str, str]) -> int | None:
    try:
        return amounts.whole(row.typed, MOST)
    except ValueError as error:
        errors[row.field] = str(error)
        return None


def _amount(posted: Mapping[str, Any], name: str, errors: dict[str, str]) -> int | None:
    try:
        return amounts.price(str(posted.get(name) or ""), empty=True, said=amounts.AMOUNT)
    except ValueError as error:
        errors[name] = str(error)
        return None


@dataclass(frozen=True)
class Move:
    """Cash that came or went without an order."""

    way: str
    minor: int
    note: str


def move(posted: Mapping[str, Any]) -> Move:
    """What moved; raises Wrong."""
    errors: dict[str, str] = {}
    way, note = str(posted.get("way") or ""), str(posted.get("note") or "").strip()
    if way not in drawers.WAYS:
        errors["way"] = str(_l("Choose what happened."))
    minor = _amount(posted, "amount", errors)
    if not minor and "amount" not in errors:
        errors["amount"] = str(_l("Write an amount greater than zero."))
    if way in drawers.WORDS and not note:
        errors["note"] = str(_l("Write what it was for."))
    if errors or not minor:
        raise Wrong(errors)
    return Move(way, minor, note[:300])


@dataclass(frozen=True)
class Closing:
    """What was counted, and what of it is taken out afterwards."""

    count: Count
    taken: int
    to: str


def closing(posted: Mapping[str, Any]) -> Closing:
    """The count with what leaves after it; raises Wrong."""
    errors: dict[str, str] = {}
    taken = _amount(posted, "taken", errors) or 0
    to = str(posted.get("to") or "")
    try:
        count = read(posted)
    except Wrong as wrong:
        raise Wrong(wrong.errors | errors) from None
    if not errors and taken > count.minor:
        most = receipts.shown(amounts.money_of(count.minor))
        errors["taken"] = str(_("You counted %(most)s: no more than that can be taken out.", most=most))
    if errors:
        raise Wrong(errors)
    return Closing(count, taken, to if to in drawers.TAKEN else drawers.TAKEN[0])


def reason(posted: Mapping[str, Any], name: str = "reason") -> str:
    """Why something is as it is; raises Wrong when nothing is written."""
    told = str(posted.get(name) or "").strip()
    if not told:
        raise Wrong({name: str(_l("Write the reason: the owner reads it."))})
    return told[:300]
