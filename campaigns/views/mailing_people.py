"""The people behind each number of a letter to many: who would receive it, who did, and who did not and why."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import func, select

from campaigns import audience, progress, reports
from campaigns.mailings import Mailing
from campaigns.recipients import REASONS, Recipient
from campaigns.views import admin, mailing_page
from crm import changes
from crm.contacts import Contact
from crm.views import people_list
from kernel import web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.refusal import Missing
from kernel.web import needs

PAGE = 50
BEFORE = {"will": _l("Who will receive it"), "consent": _l("Who has not allowed letters")}
STATES = {
    "sent": _l("Who received it"), "failed": _l("Whom it could not reach"), "unknown": _l("Of whom nobody knows"),
    "open": _l("Who waits for it"), "deferred": _l("Whose mailbox asked to come later"),
}  # fmt: skip


@admin.get("/mailings/<token>/people", endpoint="mailing_people")
@needs("mailings.see")
def people(token: str) -> str:
    """One page of them."""
    row = mailing_page.campaign(token)
    why = request.args.get("why") or ("will" if row.state in {"draft", "scheduled", "repeats"} else "sent")
    wanted, read = _wanted(row, why)
    total = int(db.session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0)
    pages = max(1, -(-total // PAGE))
    page = min(web.page_asked(), pages)
    rows = db.session.execute(wanted.limit(PAGE).offset((page - 1) * PAGE)).all()
    return render_template(
        "campaigns/desk/mailings/people.html", row=row, title=title(why, row), rows=[read(one) for one in rows],
        total=total, page=page, pages=pages, why=why,
        page_url=lambda one: url_for(".mailing_people", token=token, why=why, page=one),
    )  # fmt: skip


@admin.post("/mailings/<token>/people", endpoint="mailing_people_tag")
@needs("mailings.edit")
def tag(token: str) -> Any:
    """Give everybody behind the number a tag, by which a segment finds them; the toast takes it back."""
    row, why = mailing_page.campaign(token), request.form.get("why", "")
    wanted, read = _wanted(row, why)
    who = Contact.id if read is _would else Recipient.contact_id
    ids = [one for one in db.session.scalars(wanted.order_by(None).with_only_columns(who)) if one]
    change = changes.tag(ids, request.form.get("tag", ""), by=web.person())
    if change.count:
        web.undo(people_list.said(change), "crm_admin.people_undo", token=change.token)
    else:
        flash(_("They were so already."))
    return redirect(url_for(".mailing_people", token=token, why=why), 303)


def title(why: str, row: Mailing) -> Any:
    """What a list of people is called."""
    if why in reports.FIGURES and why not in STATES:
        return reports.label(why, here=reports.kept_here(row))
    return BEFORE.get(why) or STATES.get(why) or REASONS.get(why.removeprefix("not-"), why)


def _wanted(row: Mailing, why: str) -> tuple[Any, Any]:
    if row.state in {"draft", "scheduled", "repeats"}:
        if why != "will" and why not in audience.RANK:
            raise Missing()
        return audience.people(row, "" if why == "will" else why), _would
    if why in STATES:
        return progress.rows(row, state=why), _did
    if why.removeprefix("not-") in REASONS and why.startswith("not-"):
        return progress.rows(row, reason=why.removeprefix("not-")), _did
    if why in reports.FIGURES:
        return reports.rows(row, why), _did
    raise Missing()


def _would(row: Any) -> dict[str, Any]:
    return {"token": row[0].token, "name": row[0].called, "email": row[0].email or "", "note": "", "at": None}


def _did(row: Any) -> dict[str, Any]:
    recipient, contact = row
    return {
        "token": contact.token if contact else "", "name": contact.called if contact else "", "email": recipient.email,
        "note": recipient.answer if recipient.state in {"failed", "deferred", "unknown"} else "",
        "at": recipient.sent_at,
    }  # fmt: skip
