"""The filters of the board of deals: whose they are, and what stands in one stage, is overdue or has no next step."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from crm import deal_stages
from kernel import memberships, web
from kernel.accounts import Account
from kernel.i18n import _, _l

MOST = 8  # colleagues that a row of chips names
SHOWS = {"": _l("All opportunities"), "late": _l("Next step overdue"), "bare": _l("No next step"), **deal_stages.STAGES}


@dataclass(frozen=True)
class Asked:
    """What the address asks for: `who` as it says it, the account that is meant or None for all, what is shown."""

    who: str
    account: Account | None
    show: str


def asked() -> Asked:
    """The filter of this page; what it does not know means all."""
    who, show = request.args.get("who", ""), request.args.get("show", "")
    account = web.person() if who == "mine" else next((one for token, one in _others() if token == who), None)
    return Asked(who if account is not None else "", account, show if show in SHOWS else "")


def _others() -> list[tuple[str, Account]]:
    return [(row.token, account) for row, account in memberships.staff() if account.id != web.person().id]


def url(endpoint: str, known: Asked, **other: str) -> str:
    """An address that keeps the filter, but for what is said otherwise."""
    told = {"who": known.who, "show": known.show, **other}
    args: dict[str, Any] = {name: value for name, value in told.items() if value}
    return url_for(endpoint, **args)


def people(known: Asked) -> list[dict[str, Any]]:
    """Everybody's, mine and each colleague's, where more than one works."""
    others = _others()
    if not others:
        return []
    words = {"": _("Everybody's deals"), "mine": _("My deals")}
    words |= {token: account.known_as for token, account in others[:MOST]}
    return [
        {"label": label, "url": url(".deals", known, who=code), "active": code == known.who}
        for code, label in words.items()
    ]


def shows(known: Asked) -> list[dict[str, Any]]:
    """What can be shown of them; a stage, to which its column's head leads, once it is chosen."""
    return [
        {"label": label, "url": url(".deals", known, show=code), "active": code == known.show}
        for code, label in SHOWS.items()
        if code not in deal_stages.STAGES or code == known.show
    ]
