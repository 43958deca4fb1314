"""Letters that came back, in the back office: whose, why, what the other side said; and files of them, read by hand."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from campaigns import bounce_kinds, bounces, return_mailbox
from campaigns.bounce_kinds import Bounce
from campaigns.bounce_parts import Returned
from campaigns.views import admin
from crm.contacts import Contact
from kernel import settings, web
from kernel.db import db
from kernel.i18n import _, ngettext
from kernel.web import needs

SHAPES = {"hard": "bad", "complaint": "bad", "blocked": "care", "soft": "wait"}
MOST = 500  # messages of one file


@admin.get("/mailings/returned", endpoint="mailings_returned")
@needs("mailings.see")
def show() -> Any:
    """What came back, the newest first."""
    return _page()


def _page(trouble: str = "", status: int = 200) -> Any:
    rows = [_row(event, row, mailing) for event, row, mailing in bounces.came_back()]
    read = bool(settings.current().bounces)
    return render_template("campaigns/desk/returned.html", rows=rows, trouble=trouble, read=read), status


def _row(event: Any, row: Any, mailing: Any) -> dict[str, Any]:
    contact = db.session.get(Contact, row.contact_id) if row.contact_id else None
    kind = bounce_kinds.KINDS.get(event.reason, event.reason)
    return {
        "email": row.email, "at": event.at, "said": event.said, "kind": event.reason,
        "state": (kind, SHAPES.get(event.reason, "wait")), "mailing": mailing.name,
        "person": url_for("crm_admin.person", token=contact.token) if contact and web.may("people.view") else "",
        "url": url_for(".mailing", token=mailing.token) if mailing.kind == "campaign" and not mailing.binned_at else "",
    }  # fmt: skip


@admin.post("/mailings/returned", endpoint="mailings_returned_read")
@needs("mailings.send")
def read() -> Any:
    """Read a file of returned messages: one of them, or a mailbox of many; the same file twice changes nothing."""
    file = request.files.get("file")
    raw = file.read() if file else b""
    with web.reading():  # taken apart while nobody waits for the writer's turn
        told = [bounces.read(message) for message in return_mailbox.messages(raw)[:MOST]]
    if not told or all(_empty(returned, bounce) for returned, bounce in told):
        return _page(
            _("There is no message in that file. Choose one saved from your mail program (.eml) or a mailbox (.mbox)."),
            422,
        )
    known = sum(1 for one in [bounces.take(*pair) for pair in told] if one)
    flash(
        ngettext("%(num)s letter of yours that came back", "%(num)s letters of yours that came back", known), "message"
    )
    if known < len(told):
        rest = len(told) - known
        flash(
            ngettext(
                "%(num)s message is about no letter of yours", "%(num)s messages are about no letter of yours", rest
            ),
            "message",
        )
    return redirect(url_for(".mailings_returned"), 303)


def _empty(returned: Returned, bounce: Bounce) -> bool:
    return bounce.kind == "none" and not returned.sender.strip() and not returned.subject
