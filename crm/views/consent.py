"""The banner and its answer; saying no, or taking a yes back, leaves no cookie that recognises anybody."""

from typing import Any

from flask import make_response, redirect, render_template, request, session

from crm import consent, facts, visitors
from crm.views import asking, origin, store
from kernel import holes, i18n, origins, templating, web

DAYS = 365


@store.post("/consent", endpoint="consent")
def answer() -> Any:
    """Keep what the visitor answered."""
    response = make_response(redirect(web.local(request.form.get("next"), "/"), 303))
    remember(response, request.form.get("behaviour") == "yes", form="banner")
    return response


def remember(response: Any, given: bool, *, form: str) -> None:
    """Keep whether we may remember what this browser looks at; a yes begins a visitor, a no forgets it."""
    origins.set_cookie(response, asking.ANSWER_COOKIE, "yes" if given else "no", days=DAYS)
    visitor, contact = asking.visitor(), asking.contact()
    if given and visitor is None:
        visitor, token = visitors.begin(
            country=origin.country(), language=i18n.language(), referrer=origin.sender()[:253]
        )
        asking.recognise(visitor)
        origins.set_cookie(response, asking.VISITOR_COOKIE, token, days=DAYS)
    if contact is not None:
        visitors.adopt(visitor, contact)
        facts.record("allowed", contact=contact, data={"purpose": "behaviour", "given": given})
    who = visitor or contact
    if who is not None:
        consent.record(who, "behaviour", given, form=form, ip=request.remote_addr or "", contact=contact)
    if not given:
        asking.unlearn()
    if visitor is not None and not given:
        visitors.forget(visitor)
        asking.recognise(None)
        origins.drop_cookie(response, asking.VISITOR_COOKIE)


def begin_again(response: Any) -> None:
    """After a log-out the browser is nobody's and is asked again: the next at it may be somebody else."""
    before = asking.visitor()
    if before is None or before.contact_id is None:
        return
    asking.recognise(None)
    origins.drop_cookie(response, asking.VISITOR_COOKIE)
    origins.drop_cookie(response, asking.ANSWER_COOKIE)


def banner() -> str:
    """The question, while it has no answer."""
    if asking.answered():
        return ""
    return templating.once("_parts/consent.html", here=web.in_language(i18n.language()))


def account() -> str:
    """The way in, or who is in."""
    known = asking.contact() if origins.cookie(asking.COOKIE) else None
    part = "_parts/hole_account.html"
    return render_template(part, name=known.first_name) if known else templating.once(part)


def messages() -> str:
    """What was flashed for this browser."""
    part = "_parts/messages.html"
    return render_template(part) if session.get("_flashes") else templating.once(part)


def init_app(_app: object) -> None:
    """Fill the holes of pages that are cached for everyone; who leaves takes along what they were known by."""
    asking.on_leaving(begin_again)
    holes.define("consent", banner)
    holes.define("account", account)
    holes.define("messages", messages)
