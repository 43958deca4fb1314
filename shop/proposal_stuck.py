"""Why a yes to a quote could not become an order: kept as a code, and said in the language of whoever reads it."""

from datetime import date
from typing import TYPE_CHECKING, Any

from kernel import clock
from kernel.i18n import pick
from shop import days, proposal_letters, sales, stock

if TYPE_CHECKING:
    from shop.proposal_rows import Proposal, ProposalLine

SOLD_OUT, PUT_AWAY = "sold_out", "put_away"
NOT: dict[str, Any] = {"stuck": "", "stuck_told": {}, "stuck_at": None}  # the columns of one that is not stuck


class NoLonger(sales.PutAway):
    """What a line offers lies in the bin by now."""

    def __init__(self, line: "ProposalLine") -> None:
        self.title = dict(line.title)
        super().__init__(item=pick(line.title))


def refuse_put_away(row: "Proposal") -> None:
    """Refuse what has something that lies in the bin by now; raises NoLonger."""
    for line in row.lines:
        if line.variant is None or line.variant.product is None:
            raise NoLonger(line)


def reason(why: stock.SoldOut | NoLonger) -> tuple[str, dict[str, Any]]:
    """Its code, and what belongs to it."""
    if isinstance(why, NoLonger):
        return PUT_AWAY, {"item": why.title}
    day = why.day.isoformat() if why.day else ""
    return SOLD_OUT, {"item": dict(why.variant.product.name), "left": why.left, "day": day}


def keep(row: "Proposal", code: str, told: dict[str, Any]) -> None:
    """They said yes and it could not become an order: it stays as it was, and the shop is told, the first time."""
    if row.state != "sent":
        return
    first, row.stuck, row.stuck_told = row.stuck_at is None, code, told
    row.stuck_at = row.stuck_at or clock.now()
    if first:
        proposal_letters.stuck(row, lambda: said(row))


def said(row: "Proposal") -> str:
    """Why, in the current language; '' where nothing got stuck. Before there were codes the sentence was kept."""
    told = row.stuck_told
    if row.stuck == SOLD_OUT:
        day = date.fromisoformat(told["day"]) if told["day"] else None
        values = {"item": pick(told["item"]), "left": told["left"], "day": days.told(day) if day else ""}
        return str(stock.sentence(told["left"], day)) % values
    return str(sales.PutAway(item=pick(told["item"]))) if row.stuck == PUT_AWAY else row.stuck
