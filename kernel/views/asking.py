"""Who is asking at the install and in the back office: the staff person of the session cookie, and their role here."""

from datetime import timedelta

from flask import Flask, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response

from kernel import (
    accounts,
    aside,
    clock,
    login,
    memberships,
    origins,
    sessions,
    tenancy,
    tokens,
    transactions,
    two_factor,
    two_steps_rule,
    web,
)
from kernel.accounts import Account
from kernel.i18n import LANGUAGES
from kernel.memberships import Membership
from kernel.sessions import Session
from kernel.tokens import Token

COOKIE = "staff"
HALFWAY = "second"  # the cookie of who gave the right password and owes a code
LANGUAGE_COOKIE = "language"  # what somebody who is not logged in chose to read
DAYS = sessions.LIFE["staff"].days


def init_app(_app: Flask) -> None:
    """Look at the cookie before each page of the install and of the back office."""
    login.population("install", account)
    login.manager.unauthorized_handler(_ask)
    web.audience("install", load)
    web.audience("admin", admit)


def session() -> Session | None:
    """The running session of this browser, or None."""
    cookie = origins.cookie(COOKIE)
    return sessions.find("staff", cookie) if cookie else None


def proved() -> bool:
    """Whether more than a password says whose this session is."""
    row = session()
    return row is not None and row.proved_at is not None


def unproved(known: Account) -> bool:
    """Whether that account has more than a password and this session did not ask for it: it changes nothing of that."""
    return not proved() and two_steps_rule.has(known)


def prove(wanted: str) -> Response:
    """Have them confirm with what they have besides the password; then they are where they wanted to go."""
    return redirect(url_for("kernel_install.proof", next=wanted), 303)


def account() -> Account | None:
    """The account whose session this browser has, or None."""
    return accounts.person(session())


def load() -> None:
    """Find out who is asking; the page speaks their language."""
    known = web.person()
    spoken = known.language if known else origins.cookie(LANGUAGE_COOKIE)
    if spoken in LANGUAGES:
        g.language = spoken


def admit() -> Response | None:
    """Let staff of the tenant in the address in; ask others to log in, and show strangers that nothing is there."""
    load()
    known = web.person()
    if known is None:
        return login.manager.unauthorized()  # type: ignore[no-any-return]
    place = web.place_of_admin()
    if place is None:
        return _renamed()
    held = memberships.held(known.id, place.id)
    if held is None:
        abort(404)
    g.role = held.role
    web.enter(place)
    return _second_step_asked(known, held)


def _second_step_asked(known: Account, held: Membership) -> Response | None:
    """Nothing of a shop that asks two steps of its staff is shown to who came in by one when the grace is over."""
    end = two_steps_rule.due(held, tenancy.tenant())
    has = end is not None and two_steps_rule.has(known)
    if end is None or (has and proved()):
        return None
    if end > clock.now():
        g.two_steps_due = None if has else end
        return None
    if web.wants_json() or web.is_partial():
        raise two_steps_rule.Unproved() if has else two_steps_rule.Lacking()
    if has:
        return prove(_wanted())
    return redirect(url_for("kernel_install.two_steps_asked", slug=web.slug_of_admin()), 303)


def _ask() -> Response:
    """Ask a stranger to log in; then they are where they wanted to go."""
    if web.wants_json() or web.is_partial():
        abort(401)
    return redirect(url_for("kernel_install.login", next=_wanted()), 303)


def _wanted() -> str:
    """Where they go on when it is known who they are."""
    if request.method in transactions.SAFE:
        return request.full_path.rstrip("?")
    return f"/admin/{g.admin_slug}/" if g.get("admin_slug") else url_for("kernel_install.account")


def _renamed() -> Response | None:
    old = web.slug_of_admin()
    today = aside.renamed(old)
    if today is None or request.method not in transactions.SAFE:
        abort(404)
    return redirect(request.full_path.rstrip("?").replace(f"/admin/{old}", f"/admin/{today}", 1), 301)


def enter(answer: Response, account: Account, *, sure: bool = False) -> Response:
    """Begin a session of that account in this browser; what was there before ends.

    Where it asks for a second step, that comes first, whichever way they came; `sure`: it was taken.
    """
    if two_factor.on(account) and not sure:
        return _halfway(answer.headers.get("Location", ""), account)
    sessions.end("staff", origins.cookie(COOKIE))
    device = str(request.user_agent)[:160]
    cookie = sessions.start("staff", account.id, epoch=account.epoch, device=device, proved=sure)
    origins.set_cookie(answer, COOKIE, cookie, days=DAYS)  # type: ignore[arg-type]
    return answer


def halfway() -> tuple[Token, Account] | None:
    """The password of whom was right in this browser a short while ago, and has not changed since; or None."""
    try:
        row = tokens.read("second", origins.cookie(HALFWAY))
    except tokens.Expired:
        return None
    account = accounts.get(row.account_id or 0)
    return (row, account) if account.epoch == row.data["epoch"] and two_factor.on(account) else None


def _halfway(wanted: str, account: Account) -> Response:
    told = {"next": wanted, "epoch": account.epoch}
    secret = tokens.make("second", email=account.email, account_id=account.id, data=told, beside=True)
    answer = redirect(url_for("kernel_install.second_step"), 303)
    origins.set_cookie(answer, HALFWAY, secret, days=tokens.LIFE["second"] / timedelta(days=1))  # type: ignore[arg-type]
    return answer
