"""The banner and its answer; saying no, or taking a yes back, leaves no cookie that recognises anybody."""

from flask import make_response, redirect, render_template, request, url_for

from crm import consent, visitors
from crm.views import asking, store
from kernel import holes, origins, web

DAYS = 365


@store.post("/consent", endpoint="consent")
def answer():
    """Keep what the visitor answered; a yes begins a visitor, a no forgets it."""
    given = request.form.get("behaviour") == "yes"
    response = make_response(redirect(web.local(request.form.get("next"), "/"), 303))
    origins.set_cookie(response, asking.ANSWER_COOKIE, "yes" if given else "no", days=DAYS)
    known = asking.visitor()
    if given and known is None:
        known, token = visitors.begin()
        contact = asking.contact()
        if contact is not None:
            visitors.adopt(known, contact)
        origins.set_cookie(response, asking.VISITOR_COOKIE, token, days=DAYS)
    if known is not None:
        consent.record(known, "behaviour", given, form="banner", ip=request.remote_addr or "")
        if not given:
            visitors.forget(known)
            origins.drop_cookie(response, asking.VISITOR_COOKIE)
    return response


def banner() -> str:
    """The question, while it has no answer."""
    if asking.answered():
        return ""
    return render_template("_parts/consent.html", privacy_url=url_for("shop.policy", slug="privacy"))


def account() -> str:
    """The way in, or who is in."""
    known = asking.contact() if origins.cookie(asking.COOKIE) else None
    return render_template("_parts/hole_account.html", name=known.first_name if known else "")


def messages() -> str:
    """What was flashed for this browser."""
    return render_template("_parts/messages.html")


def init_app(_app: object) -> None:
    """Fill the holes of pages that are cached for everyone."""
    holes.define("consent", banner)
    holes.define("account", account)
    holes.define("messages", messages)
