"""The lines of credit notes: what is taken back of which lines of an order's invoices, and of which invoice first."""

from collections.abc import Collection, Mapping, Sequence

from shop import invoice_lines, invoice_parts
from shop.invoice_lines import InvoiceLine, Left
from shop.invoice_parts import Rest


def credited(left: Left, part: Rest, units: int, place: int) -> InvoiceLine:
    """The line of a credit note that takes this part of an invoice's line back."""
    line = left.line
    return InvoiceLine(
        corrects_id=line.id, order_line_id=line.order_line_id, position=place, kind=line.kind, sku=line.sku,
        name=dict(line.name), options=list(line.options), quantity=units, unit_minor=line.unit_minor, discount_minor=0,
        net_minor=part.net, tax_minor=part.tax, gross_minor=part.gross, components=part.components,
        fiscal=dict(line.fiscal),
    )  # fmt: skip


def of_amount(
    rests: Sequence[Left], minor: int, held: Mapping[int, int], lines: Mapping[int, int] | None = None
) -> list[InvoiceLine]:
    """The lines of a credit note over an amount: first of the units that came back (`lines`), then their delivery.

    Then of gift cards that are void, then of all goods of an invoice in proportion, and last of cards that are still
    good (`held`). Of several invoices first the one that the units stand on, then the newest that holds all of it, so
    that one act is one paper where one can hold it; where none can, the newest first.
    """
    whole = sum(one.rest.gross for one in rests)
    named = [_worth(one, (lines or {}).get(one.line.order_line_id or 0, 0)) for one in rests]
    home = {one.line.invoice_id for one in rests if one.line.order_line_id in (lines or {})}
    carried = [
        one.rest.gross if one.line.kind == "delivery" and one.line.invoice_id in home and any(named) else 0
        for one in rests
    ]
    taken = [sum(pair) for pair in zip(named, carried, strict=True)]
    others = [
        [min(part, one.rest.gross - gone) for one, part, gone in zip(rests, tier, taken, strict=True)]
        for tier in invoice_lines.tiers(rests, held)
    ]
    papers = _papers(rests, others[:-1], (minor - sum(taken), home))
    tiers = [_on(tier, rests, paper) for tier in others for paper in papers]
    shares = invoice_parts.filled(min(max(minor, 0), whole), [named, carried, *tiers])
    return [
        credited(one, invoice_parts.part(one.rest, share), _units(one, share, lines or {}), place)
        for place, (one, share) in enumerate(zip(rests, shares, strict=True))
        if share or (minor == whole and one.units)
    ]


def _papers(rests: Sequence[Left], tiers: Sequence[Sequence[int]], wanted: tuple[int, set[int]]) -> list[int]:
    """The invoices in the order in which an amount is taken of them; `wanted`: it, and whose lines it is for."""
    minor, home = wanted
    room = {
        paper: sum(sum(_on(tier, rests, paper)) for tier in tiers)
        for paper in dict.fromkeys(one.line.invoice_id for one in reversed(rests))  # the newest first
    }
    return sorted(room, key=lambda paper: (paper not in home, room[paper] < minor))


def _on(tier: Sequence[int], rests: Sequence[Left], paper: int) -> list[int]:
    """What of a tier lies on that invoice."""
    return [part if one.line.invoice_id == paper else 0 for one, part in zip(rests, tier, strict=True)]


def _units(left: Left, share: int, lines: Mapping[int, int]) -> int:
    """How many units an amount of a line takes back: all, those that came back, or none when it is another amount."""
    if share == left.rest.gross:
        return left.units
    came = min(lines.get(left.line.order_line_id or 0, 0), left.units)
    return came if share == _worth(left, came) else 0


def _worth(left: Left, units: int) -> int:
    """What so many units of a line's rest come to."""
    return left.rest.gross * min(units, left.units) // left.units if left.units else 0


def of_lines(rests: Sequence[Left], lines: Mapping[int, int], *, delivery: bool = False) -> list[InvoiceLine]:
    """The lines of a credit note over so many units of the order's lines, and of its delivery when that comes back."""
    found: list[InvoiceLine] = []
    for one in rests:
        units = lines.get(one.line.order_line_id or 0, 0) if one.line.kind != "delivery" else int(delivery)
        units = min(units, one.units)
        if units > 0:
            part = invoice_parts.part(one.rest, _worth(one, units))
            found.append(credited(one, part, units, len(found)))
    return found


def of_some(rests: Sequence[Left], minor: int, only: Collection[int] | None = None) -> list[InvoiceLine]:
    """The lines of a credit note over what these order lines cost less, or without any the delivery."""
    mine = [one.line.order_line_id in only if only else one.line.kind == "delivery" for one in rests]
    ways = [one for one, wanted in zip(rests, mine, strict=True) if wanted and one.rest.gross]
    shares = invoice_parts.filled(minor, [[one.rest.gross for one in ways]]) if ways else []
    return [
        credited(one, invoice_parts.part(one.rest, share), _units(one, share, {}), place)
        for place, (one, share) in enumerate(zip(ways, shares, strict=True))
        if share
    ]
