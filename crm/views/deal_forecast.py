"""What open deals may bring: by the month in which they are decided, by who looks after them, by stage."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from babel.dates import format_skeleton
from flask import render_template, url_for
from sqlalchemy import select

from crm import deal_stages, forecasts
from crm.forecasts import Chance, Part
from crm.views import admin, deal_rows
from kernel import i18n, memberships
from kernel.accounts import Account
from kernel.db import db
from kernel.i18n import _, ngettext
from kernel.money import Money
from kernel.web import needs

HALF_A_DAY = timedelta(hours=12)


@admin.get("/deals/forecast", endpoint="deals_forecast")
@needs("deals.view")
def show() -> str:
    """Sums and what may be expected of them."""
    found, known = forecasts.parts(), forecasts.chances()
    return render_template(
        "crm/desk/deals/forecast.html", months=_months(found, known), people=_people(found, known),
        stages=_stages(found, known), whole=_row(_("Together"), found, known), any=bool(found),
        guessed=not all(chance.counted for chance in known.values()),
    )  # fmt: skip


def _row(label: str, found: Sequence[Part], known: Mapping[str, Chance], **more: Any) -> dict[str, Any]:
    return {
        "label": label, "count": sum(part.count for part in found), "sum": _shown(forecasts.whole(found)),
        "expected": _shown(forecasts.weighted(found, dict(known))), **more,
    }  # fmt: skip


def _shown(sums: Mapping[str, Money]) -> str:
    return " · ".join(deal_rows.shown(amount) for amount in sums.values())


def _months(found: Sequence[Part], known: Mapping[str, Chance]) -> list[dict[str, Any]]:
    return [
        _row(_month(month), some, known, late=forecasts.late(month), iso=f"{month:%Y-%m}" if month else "")
        for month, some in forecasts.months(found)
    ]


def _month(month: date | None) -> str:
    told = str(format_skeleton("yMMMM", month, locale=i18n.locale())) if month else _("Nobody has said when")
    return told[:1].upper() + told[1:]


def _people(found: Sequence[Part], known: Mapping[str, Chance]) -> list[dict[str, Any]]:
    """Who looks after how much, the most first; what belongs to nobody who works here stands together."""
    here = {account.id: row.token for row, account in memberships.staff()}
    some = db.session.scalars(select(Account).where(Account.id.in_(here)))
    names: dict[int | None, str] = {None: _("Whoever gets to it"), **{one.id: one.known_as for one in some}}
    by: dict[int | None, list[Part]] = {}
    for part in found:
        by.setdefault(part.for_id if part.for_id in names else None, []).append(part)
    rows = [
        _row(names[who], mine, known, url=url_for(".deals", who=here[who]) if who else "") for who, mine in by.items()
    ]
    return sorted(rows, key=lambda row: (-row["count"], row["label"].casefold()))


def _stages(found: Sequence[Part], known: Mapping[str, Chance]) -> list[dict[str, Any]]:
    stays = forecasts.stays()
    return [
        _row(
            str(deal_stages.STAGES[stage]), [part for part in found if part.stage == stage], known,
            chance=known[stage], stays=_stay(stays.get(stage)), url=url_for(".deals", show=stage),
        )
        for stage in deal_stages.OPEN
    ]  # fmt: skip


def _stay(time: timedelta | None) -> str:
    """So many whole days; '' while none went on."""
    if time is None:
        return ""
    days = (time + HALF_A_DAY).days
    return ngettext("%(num)s day", "%(num)s days", days) if days else _("less than a day")
