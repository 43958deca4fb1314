"""What the board says of deals: the cards, their next step, the sums of each stage."""

from collections.abc import Sequence
from typing import Any

from crm import deals, tasks
from crm.deals import Deal
from crm.views import task_rows
from kernel import about, money, tenancy
from kernel.i18n import _
from kernel.instants import told as moment
from kernel.money import Money

SHAPES = {"new": "wait", "talking": "now", "quoted": "now", "won": "good", "lost": "off"}


def shown(amount: Money | None) -> str:
    """An amount as the shop reads it, without cents that say nothing."""
    return amount.format(tenancy.tenant().locale, cents=False) if amount else ""


def sums(found: Sequence[Deal]) -> str:
    """What these would bring together, each currency for itself."""
    by: dict[str, list[Money]] = {}
    for deal in found:
        if deal.amount:
            by.setdefault(deal.currency, []).append(deal.amount)
    return " · ".join(shown(money.total(some, code)) for code, some in sorted(by.items()))


def cards(found: Sequence[Deal]) -> list[dict[str, Any]]:
    """The deals as cards, the next steps of all in one look."""
    steps = tasks.of_deals([deal.id for deal in found if deal.open])
    return [_card(deal, steps.get(deal.id, [])) for deal in found]


def _card(deal: Deal, steps: list[tasks.Task]) -> dict[str, Any]:
    contact, step = deal.contact, steps[0] if steps else None
    return {
        "token": deal.token, "title": deal.title or "—", "amount": shown(deal.amount), "open": deal.open,
        "person": contact.called if contact else "", "whatsapp": task_rows.whatsapp(contact),
        "url": about.page("crm_admin.person", token=contact.token) if contact else "",
        "state": (deals.STAGES[deal.stage], SHAPES[deal.stage]), "moved": moment(deal.moved_at),
        "step": step.text if step else "", "step_day": task_rows.day(step.due) if step else "",
        "late": bool(step and step.due < tasks.today()), "to": ways(deal),
    }  # fmt: skip


def ways(deal: Deal) -> list[tuple[str, Any]]:
    """Where it can go from here."""
    return [(stage, label) for stage, label in deals.STAGES.items() if (deal.stage, stage) in deals.MOVES]


def columns(board: dict[str, list[Deal]]) -> list[dict[str, Any]]:
    """The board, stage by stage; what was lost is summed up by nobody."""
    every = {card["token"]: card for card in cards([deal for some in board.values() for deal in some])}
    return [
        {
            "code": stage, "label": deals.STAGES[stage], "count": len(found),
            "sum": sums(found) if stage != "lost" else "", "cards": [every[deal.token] for deal in found],
            "hint": "" if stage in deals.OPEN else _("The last 30 days"),
        }
        for stage, found in board.items()
    ]  # fmt: skip


def history(deal: Deal) -> list[dict[str, str]]:
    """Where it stood and who moved it, the newest first."""
    moves = [
        {"text": str(deals.STAGES[move.stage]), "at": moment(move.at), "iso": move.at.isoformat(), "who": move.who,
         "note": " · ".join(filter(None, (str(deals.REASONS[move.reason]) if move.reason else "", move.words)))}
        for move in reversed(deal.moves)
    ]  # fmt: skip
    first = {"text": str(deals.STAGES["new"]), "at": moment(deal.created_at), "iso": deal.created_at.isoformat()}
    return [*moves, {**first, "who": "", "note": ""}]
