"""A letter on the web: as its reader got it, and as it will look while it is written; on the shop's origin."""

import re
from typing import Any

from flask import Response, abort, g, request
from markupsafe import escape

from campaigns import mailings, recipients, rendering, starters, subject_tests, versions
from campaigns.mailings import Mailing
from campaigns.views import store
from crm import contacts
from kernel import i18n, settings, signing, tenancy, web
from kernel.refusal import Missing
from kernel.views import letter_frame

PURPOSE, MINUTES = "preview-mailing", 60
STRIP = "margin:0;padding:10px 16px;font:600 15px/1.4 system-ui,sans-serif;color:#1f2430;background:#e9ebf0"
NAMED = {"language": "spoken"}  # the language of the letter, not of the shop's page


def address(mailing: Mailing | None, *, starter: str = "", version: str = "", sent: str = "", **looks: str) -> str:
    """What the back office puts into its frame; `looks`: as whom, in which language; `version`: an earlier one;
    `sent`: the letter of the recipient with that token."""
    by, tenant = web.person(), tenancy.current()
    told = {"mailing": mailing.token if mailing else "", "starter": starter, "tenant": tenant, "by": by.id if by else 0}
    told |= {name: value for name, value in (("version", version), ("sent", sent)) if value}
    values: dict[str, Any] = {NAMED.get(name, name): value for name, value in looks.items() if value}
    return web.shop_url("campaigns.letter_preview", token=signing.make(PURPOSE, told), **values)


@store.get("/v/<token>", endpoint="letter_view")
def view(token: str) -> Response:
    """The letter of one recipient; whoever looks changes nothing."""
    row = recipients.by_token(token)
    if row is None:
        raise Missing()
    _subject, page = rendering.view(row)
    answer = Response(page)
    own = "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
    policy = letter_frame.policy(page).partition("sandbox")[0]
    answer.headers["Content-Security-Policy"] = f"{_nobodys(policy)}{own}"
    return _private(answer)


def _nobodys(policy: str) -> str:
    return policy.replace(f"frame-ancestors {settings.current().url}", "frame-ancestors 'none'")


@store.get("/preview/mailing/<token>", endpoint="letter_preview")
def preview(token: str) -> Response:
    """A draft as somebody will get it: inside the back office's sandboxed frame."""
    told = signing.read(PURPOSE, token, minutes=MINUTES)
    if not told or told.get("tenant") != g.tenant_id:
        abort(404)
    mailing = mailings.named(told["mailing"]) if told["mailing"] else _starting(told["starter"])
    if told.get("version"):
        mailing = versions.seen(versions.named(mailing, int(told["version"])), mailing)
    contact = contacts.by_token(request.args.get("as", ""))
    wanted = request.args.get("spoken", "") or (contact.language if contact else "")
    language = wanted if wanted in tenancy.tenant().languages else tenancy.tenant().language
    live = bool(told["mailing"] and not told.get("version"))
    arm = "b" if request.args.get("arm") == "b" else "a"
    page = _sent(told["sent"]) if told.get("sent") else _drawn(mailing, contact, language, live=live, arm=arm)
    answer = Response(page)
    answer.headers["Content-Security-Policy"] = _lively(letter_frame.policy(page))
    return _private(answer)


def _starting(code: str) -> Mailing:
    starter = starters.named(code)
    if starter is None:
        raise Missing()
    begun = starter.make()
    made = Mailing(token="", code="", utm=False, version=1, sender_name="", blocks=begun.blocks)
    made.subject, made.preheader = begun.subject, begun.preheader
    return made


def _drawn(mailing: Mailing, contact: Any, language: str, *, live: bool, arm: str) -> str:
    try:
        subject, page, _text = rendering.preview(mailing, contact, language, shows=live, arm=arm)
    except rendering.Unmade as why:
        with i18n.speak(language):
            return f"<!doctype html><title>…</title><p>{escape(str(why).partition(chr(10))[0])}</p>"
    script = f'<script src="{web.static("js/preview-inside.js")}"></script>' if live else ""
    page = page.replace("</body>", f"{script}</body>", 1)
    return _headed(page, subject) if live and subject_tests.of(mailing) is not None else page


def _headed(page: str, subject: str) -> str:
    """With the subject above it, as a mailbox shows it: of two one sees which one this is."""
    told = f'<p data-subject style="{STRIP}">{escape(subject)}</p>'
    return re.sub(r"<body[^>]*>", lambda found: found[0] + told, page, count=1)


def _sent(token: str) -> str:
    """What somebody was sent, for staff: nothing in it leads anywhere, so nothing is counted."""
    row = recipients.by_token(token)
    if row is None:
        raise Missing()
    return re.sub(rf"https?://[^\"'<> ]+/[a-z]+/{re.escape(token)}[^\"'<> ]*", "#", rendering.view(row)[1])


def _lively(policy: str) -> str:
    """The frame's own script may run: it shows what is typed beside it."""
    base = web.shop_base(tenancy.tenant())
    return (
        policy.replace("object-src", f"script-src {base}; object-src").partition("sandbox")[0] + "sandbox allow-scripts"
    )


def _private(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
