"""What the list of letters to many shows: filters, where each stands, its numbers and the next thing to do."""

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from sqlalchemy import func, select

from campaigns import drafts, reports, scheduling, series
from campaigns.mailings import Mailing
from campaigns.progress import ENDED
from campaigns.recipients import OPEN, Recipient
from campaigns.series import LetterSeries
from campaigns.views import series_words
from kernel import instants, web
from kernel.db import db
from kernel.i18n import _, _l
from shop import receipts

STATES = {
    "draft": (_l("Draft"), "wait"), "scheduled": (_l("Scheduled"), "now"), "sending": (_l("Going out"), "now"),
    "paused": (_l("Paused"), "care"), "held": (_l("Waiting for you"), "care"), "sent": (_l("Gone out"), "good"),
    "stopped": (_l("Stopped"), "off"), "live": (_l("Goes by itself"), "good"),
    "repeats": (_l("Repeats"), "good"),
}  # fmt: skip
AWAY = dict.fromkeys(("away", "stale"), _l("Not sent: the mail server was away"))
REPORTED = ("sent", "stopped", "paused")  # while it goes nobody counts every two seconds what it brought
NEXT = {
    "draft": _l("Write it and send it"), "paused": _l("Let it go on, or stop it"), "held": _l("Decide whether it goes"),
    "sent": _l("See what it brought"), "stopped": _l("See whom it reached"),
}  # fmt: skip


def state(row: Mailing, *, here: bool) -> tuple[Any, str]:
    """Where a letter stands, in words and a colour; `here`: all that went was kept in the house."""
    if row.state == "held" and row.note in AWAY:
        return AWAY[row.note], "care"
    return (_l("Kept, not gone out"), "off") if here and row.state == "sent" else STATES[row.state]


def asked() -> tuple[str, int]:
    """The filter and the page that the address asks for."""
    shown = request.args.get("show", "all")
    known = shown in drafts.SHOWN or shown == "bin"
    return shown if known else "all", web.page_asked()


def told(shown: str, number: int) -> dict[str, Any]:
    """What the page is told."""
    rows, pages = drafts.page(shown, number)
    counted, brought = _counted(rows), _brought(rows)
    again = series.among([row.id for row in rows if row.state == "repeats"])
    return {
        "rows": [{**_row(row, counted.get(row.id, {}), again.get(row.id)), **brought.get(row.id, {})} for row in rows],
        "brought": bool(brought), "chips": _chips(shown), "show": shown,
        "page": min(number, pages), "pages": pages, "page_url": lambda one: url_for(".mailings", show=shown, page=one),
        "any": bool(rows) or bool(drafts.page("all", 1)[0]),
    }  # fmt: skip


def _chips(shown: str) -> list[dict[str, Any]]:
    labels = {**{name: label for name, (label, _states) in drafts.SHOWN.items()}, "bin": _("In the bin")}
    return [
        {"label": label, "url": url_for(".mailings", show=name), "active": name == shown}
        for name, label in labels.items()
    ]


def _counted(rows: Sequence[Mailing]) -> dict[int, dict[str, int]]:
    """How many recipients each has in which state."""
    ids = [row.id for row in rows]
    found: dict[int, dict[str, int]] = {}
    states = select(Recipient.mailing_id, Recipient.state, func.count()).where(Recipient.mailing_id.in_(ids))
    for mailing_id, state, count in db.session.execute(states.group_by(Recipient.mailing_id, Recipient.state)):
        found.setdefault(mailing_id, {})[state] = int(count)
    return found


def _brought(rows: Sequence[Mailing]) -> dict[int, dict[str, Any]]:
    """Of those that have gone out: who opened it, who followed a link, what it brought."""
    ids = [row.id for row in rows if row.state in REPORTED]
    earned = reports.earned_by(ids)
    return {
        key: {
            "opened": _share(found["opened"], found["delivered"]),
            "clicked": _share(found["clicked"], found["delivered"]),
            "orders": earned[key].orders if key in earned else 0,
            "money": " + ".join(receipts.shown(one) for one in earned[key].money) if key in earned else "",
        }
        for key, found in reports.brief(ids).items()
    }


def _share(count: int, whole: int) -> str:
    return f"{count * 100 // whole}\u00a0%" if whole else "–"


def _row(row: Mailing, counts: dict[str, int], repeats: LetterSeries | None) -> dict[str, Any]:
    done = sum(counts.get(one, 0) for one in ENDED)
    total, here = done + sum(counts.get(one, 0) for one in OPEN), "captured" in counts and "sent" not in counts
    where = series_words.state(repeats) if repeats else state(row, here=here)
    follows = series_words.line(row, repeats) if repeats else _next(row, done, total)
    return {
        "token": row.token, "name": row.called, "state": where, "next": follows,
        "people": counts.get("sent", 0) + counts.get("captured", 0) if total else None, "total": total,
        "at": row.finished_at or row.started_at or row.scheduled_at or row.updated_at, "binned": bool(row.binned_at),
    }  # fmt: skip


def _next(row: Mailing, done: int, total: int) -> Any:
    if row.state == "scheduled" and row.scheduled_at:
        return _("It goes out on %(at)s", at=instants.told(row.scheduled_at))
    if row.state == "sending":
        return _("%(done)s of %(total)s", done=done, total=total)
    told = row.note and (row.state == "held" or row.note == "lapsed")
    return scheduling.NOTES.get(row.note, "") if told else NEXT.get(row.state, "")
