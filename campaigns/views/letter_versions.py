"""Earlier versions of a letter, looked at and gone back to; and the letter that one person was sent, as it was."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from campaigns import mailings, recipients, rendering, versions, writing
from campaigns.mailings import Mailing
from campaigns.views import admin, letter_view
from kernel import tenancy, web
from kernel.db import db
from kernel.i18n import _, pick
from kernel.letter_parts import PIECE
from kernel.refusal import Missing
from kernel.web import needs


def listed(mailing: Mailing) -> list[dict[str, Any]]:
    """What the editor tells of them, the newest first; the one that says what the letter says is marked."""
    return [
        {"number": one.number, "by": one.by, "at": one.at, "subject": _bare(pick(one.subject)),
         "now": versions.same(one, mailing)} for one in versions.of(mailing)
    ]  # fmt: skip


@admin.get("/mailings/<token>/versions/<int:number>", endpoint="letter_version")
@needs("mailings.edit")
def show(token: str, number: int) -> Any:
    """One version as it would look today."""
    mailing = mailings.named(token)
    version = versions.named(mailing, number)
    told = {"mailing": mailing, "version": version, "now": versions.same(version, mailing), "heads": _heads(version)}
    return render_template(
        "campaigns/desk/editor/version.html", **told, preview=letter_view.address(mailing, version=str(number))
    )


def _bare(words: str | None) -> str:
    """Words whose fields nobody in particular fills in."""
    return PIECE.sub("…", words or "")


def _heads(version: versions.LetterVersion) -> list[tuple[str, str, str]]:
    """(language, subject, preview text) of a version in each of the shop's languages that it has words in."""
    found = [
        (language, _bare(version.subject.get(language)), _bare(version.preheader.get(language)))
        for language in tenancy.tenant().languages
    ]
    return [one for one in found if any(one[1:])]


@admin.post("/mailings/<token>/versions/<int:number>", endpoint="letter_version_back")
@needs("mailings.edit")
def back(token: str, number: int) -> Any:
    """Go back to it; what the letter says now is kept as a version too."""
    mailing = mailings.named(token)
    writing.go_back(mailing, versions.named(mailing, number), by=web.person())
    flash(_("The letter says what it said then. What it said before is among its versions."))
    return redirect(url_for(".letter_edit", token=token), 303)


@admin.get("/mailings/letters/<token>", endpoint="letter_sent")
@needs("mailings.see")
def sent(token: str) -> Any:
    """What somebody was sent, as it was, whatever the letter says today."""
    row = recipients.by_token(token)
    mailing = db.session.get(Mailing, row.mailing_id) if row is not None and row.print_id else None
    if row is None or mailing is None:
        raise Missing()
    preview, (subject, page) = letter_view.address(mailing, sent=token), rendering.view(row)
    heads = [(row.language, subject, rendering.line(page))]
    return render_template("campaigns/desk/editor/sent.html", mailing=mailing, row=row, preview=preview, heads=heads)
