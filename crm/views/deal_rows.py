"""What the board says of deals: the cards, their next step, the sums of each stage."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from crm import chat_consent, tasks
from crm.deal_stages import MOVES, OPEN, REASONS, STAGES, Deal
from crm.views import task_rows
from kernel import about, money, phones, tenancy
from kernel.accounts import Account
from kernel.db import db
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
    no_chats = chat_consent.refusing(deal.contact.id for deal in found if deal.contact)
    return [_card(deal, steps.get(deal.id, []), no_chats) for deal in found]


def _card(deal: Deal, steps: list[tasks.Task], no_chats: set[int]) -> dict[str, Any]:
    contact, step = deal.contact, steps[0] if steps else None
    return {
        "token": deal.token, "title": deal.title or "—", "amount": shown(deal.amount), "open": deal.open,
        "person": contact.called if contact else "", "whatsapp": task_rows.whatsapp(contact),
        "chat_refused": bool(contact and contact.id in no_chats),
        "url": about.page("crm_admin.person", token=contact.token) if contact else "",
        "company": deal.company.called if deal.company else "",
        "company_url": about.page("crm_admin.company", token=deal.company.token) if deal.company else "",
        "state": (STAGES[deal.stage], SHAPES[deal.stage]), "moved": moment(deal.moved_at),
        "step": step.text if step else "", "step_day": task_rows.day(step.due) if step else "",
        "late": bool(step and step.due < tasks.today()), "to": ways(deal),
    }  # fmt: skip


def ways(deal: Deal) -> list[tuple[str, Any]]:
    """Where it can go from here."""
    return [(stage, label) for stage, label in STAGES.items() if (deal.stage, stage) in MOVES]


def columns(board: dict[str, list[Deal]], show: str = "") -> list[dict[str, Any]]:
    """The board, stage by stage, or one of them alone; what was lost is summed up by nobody."""
    every = {card["token"]: card for card in cards([deal for some in board.values() for deal in some])}
    return [
        {
            "code": stage, "label": STAGES[stage], "count": len(found),
            "sum": sums(found) if stage != "lost" else "", "cards": [every[deal.token] for deal in found],
            "hint": "" if stage in OPEN else _("The last 30 days"),
        }
        for stage, found in board.items() if show not in STAGES or stage == show
    ]  # fmt: skip


def heads() -> list[str]:
    """The names of the columns of a file."""
    return [
        _("Opportunity"), _("Person"), _("Company"), _("E-mail"), _("Phone"), _("Stage"), _("Since"), _("Amount"),
        _("Currency"),
        _("Until when it may be decided"), _("Who looks after it"), _("Next step"), _("Until when"),
        _("Why was it lost?"), _("In words"), _("Written down on"),
    ]  # fmt: skip


def lines(found: Sequence[Deal]) -> list[list[object]]:
    """Each opportunity as a line of a file."""
    steps, names = tasks.of_deals([deal.id for deal in found if deal.open]), _names(found)
    return [_line(deal, steps.get(deal.id, []), names) for deal in found]


def _names(found: Sequence[Deal]) -> dict[int | None, str]:
    ids = {deal.for_id for deal in found if deal.for_id}
    some = db.session.scalars(select(Account).where(Account.id.in_(ids))) if ids else ()
    return {account.id: account.known_as for account in some}


def _line(deal: Deal, steps: list[tasks.Task], names: dict[int | None, str]) -> list[object]:
    who, step, zone = deal.contact, steps[0] if steps else None, ZoneInfo(tenancy.tenant().timezone)
    lost = deal.moves[-1] if deal.stage == "lost" and deal.moves else None
    return [
        deal.title, who.called if who else "", deal.company.called if deal.company else "",
        who.email if who else "", _phone(deal), str(STAGES[deal.stage]),
        deal.moved_at.astimezone(zone).date(), deal.amount.decimal if deal.amount else "", deal.currency,
        deal.closes_on or "", names.get(deal.for_id, ""), step.text if step else "", step.due if step else "",
        str(REASONS[lost.reason]) if lost and lost.reason else "", lost.words if lost else "",
        deal.created_at.astimezone(zone).date(),
    ]  # fmt: skip


def _phone(deal: Deal) -> str:
    known = deal.contact.phone if deal.contact else ""
    return phones.show(known, tenancy.tenant().country) if known else ""


def history(deal: Deal) -> list[dict[str, str]]:
    """Where it stood and who moved it, the newest first."""
    moves = [
        {"text": str(STAGES[move.stage]), "at": moment(move.at), "iso": move.at.isoformat(), "who": move.who,
         "note": " · ".join(filter(None, (str(REASONS[move.reason]) if move.reason else "", move.words)))}
        for move in reversed(deal.moves)
    ]  # fmt: skip
    first = {"text": str(STAGES["new"]), "at": moment(deal.created_at), "iso": deal.created_at.isoformat()}
    return [*moves, {**first, "who": "", "note": ""}]
