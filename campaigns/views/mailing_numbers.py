"""The estimate of a letter told in numbers, each leading to its people, and those people."""

from collections.abc import Callable
from typing import Any

from babel.dates import format_timedelta
from flask import url_for
from sqlalchemy import func, select

from campaigns import audience, progress
from campaigns.audience import Estimate
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from crm.contacts import Contact
from kernel import clock
from kernel.db import db
from kernel.i18n import _, locale, ngettext

SAMPLES = 5


def told(row: Mailing, estimate: Estimate) -> list[dict[str, Any]]:
    """How many there are, how many receive it, and why the others do not."""
    whole = _("%(num)s in the segment") if row.segment_id else _("%(num)s people")
    found = [
        {"name": "all", "text": whole % {"num": estimate.total}, "url": ""},
        {"name": "will", "text": _will(estimate.will), "url": _url(row, "will") if estimate.will else ""},
    ]
    for why, count in estimate.excluded.items():
        text = _one_lately(row) if why == "cap" and count == 1 else _SENTENCES[why](count)
        found.append({"name": why, "text": text, "url": _url(row, why)})
    return found


def _url(row: Mailing, why: str) -> str:
    return url_for("campaigns_admin.mailing_people", token=row.token, why=why)


def _will(count: int) -> str:
    return str(ngettext("%(num)s will receive it", "%(num)s will receive it", count))


def _one_lately(row: Mailing) -> str:
    who = audience.people(row, "cap").with_only_columns(Contact.id).order_by(None)
    at = db.session.scalar(select(func.max(Recipient.sent_at)).where(Recipient.contact_id.in_(who)))
    ago = format_timedelta(clock.now() - at, locale=locale(), format="short") if at else ""
    return str(_("1 received one %(ago)s ago", ago=ago)) if ago else _lately(1)


def _lately(count: int) -> str:
    """Without hours: the shop's pause is one reason, what they wish themselves another."""
    return str(ngettext("%(num)s received one a short time ago", "%(num)s received one each a short time ago", count))


_SENTENCES: dict[str, Callable[[int], str]] = {
    "left_out": lambda n: ngettext("%(num)s is left out by you", "%(num)s are left out by you", n),
    "consent": lambda n: ngettext("%(num)s has not allowed letters", "%(num)s have not allowed letters", n),
    "unsubscribed": lambda n: ngettext("%(num)s unsubscribed", "%(num)s unsubscribed", n),
    "cap": _lately,
    "no_address": lambda n: ngettext("%(num)s has no e-mail", "%(num)s have no e-mail", n),
    "bounced": lambda n: ngettext("%(num)s whose letters come back", "%(num)s whose letters come back", n),
    "same_address": lambda n: ngettext("%(num)s shares an address", "%(num)s share an address", n),
    "bought": lambda n: ngettext("%(num)s bought in the meantime", "%(num)s bought in the meantime", n),
    "emptied": lambda n: ngettext("%(num)s emptied the cart meanwhile", "%(num)s emptied their carts meanwhile", n),
    "returned": lambda n: ngettext("%(num)s came back to the cart", "%(num)s came back to their carts", n),
    "undone": lambda n: ngettext("%(num)s called the order off", "%(num)s called the order off", n),
    "late": lambda n: ngettext("%(num)s would have had it days too late", "%(num)s would have had it days too late", n),
    "opened": lambda n: ngettext("%(num)s opened the first one meanwhile", "%(num)s opened the first one meanwhile", n),
    "followed": lambda n: ngettext("%(num)s followed a link meanwhile", "%(num)s followed a link meanwhile", n),
    "stopped": lambda n: ngettext("%(num)s was spared when it stopped", "%(num)s were spared when it stopped", n),
    "erased": lambda n: ngettext("%(num)s asked to be forgotten", "%(num)s asked to be forgotten", n),
    "gone": lambda n: ngettext("%(num)s is no longer among the people", "%(num)s are no longer among the people", n),
}


def left_out(row: Mailing) -> list[dict[str, Any]]:
    """Who received nothing after all, by reason."""
    return [
        {"text": _SENTENCES[why](count), "url": _url(row, f"not-{why}")}
        for why, count in progress.skipped(row).items()
        if why
    ]


def samples(row: Mailing) -> list[Contact]:
    """A few of those who will receive it."""
    return list(db.session.scalars(audience.people(row, "").limit(SAMPLES)))
