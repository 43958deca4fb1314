"""One press from the report of a letter to a draft for those who did not open it, or followed no link."""

from typing import Any

from flask import flash, redirect, request, url_for

from campaigns import drafts, rendering
from campaigns.views import admin, mailing_page
from kernel import i18n, web
from kernel.i18n import _
from kernel.once import once
from kernel.web import needs


@admin.post("/mailings/<token>/follow", endpoint="mailing_follow")
@needs("mailings.edit")
@once
@mailing_page.at_mailing
def follow(token: str) -> Any:
    """A draft with the same letter; its subject is asked for."""
    first = mailing_page.campaign(token)
    made = drafts.follow(first, request.form.get("who", ""), by=web.person())
    said = rendering.subject(first, i18n.language())
    flash(_("Give it another subject; the first one said: “%(subject)s”.", subject=said))
    goal = mailing_page.editor(made)
    return redirect(f"{goal}#subject" if goal else url_for(".mailing", token=made.token), 303)
