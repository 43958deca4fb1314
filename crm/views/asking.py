"""Who is asking at a shop: the contact who logged in, the browser that allowed to be recognised."""

from collections.abc import Callable
from typing import Any

from flask import g

from crm import picks, tastes, visitors
from crm.contacts import Contact
from crm.visitors import Visitor
from kernel import login, origins, sessions, tenancy, web
from kernel.db import db

COOKIE = "shopper"
VISITOR_COOKIE = "visitor"
ANSWER_COOKIE = "consent"  # what the banner was told
ANSWERS = frozenset({"yes", "no"})

Entering = Callable[[Contact, Any], None]
_entering: list[Entering] = []
_leaving: list[Callable[[Any], None]] = []


def contact() -> Contact | None:
    """The contact who is logged in at this shop, or None; looked up once a request, when first asked for."""
    if "contact" not in g:
        g.contact = login.who("shop") if origins.cookie(COOKIE) else None
    found: Contact | None = g.contact
    return found


def _contact() -> Contact | None:
    cookie = origins.cookie(COOKIE)
    session = sessions.find("shopper", cookie, tenancy.current()) if cookie else None
    found = db.session.get(Contact, session.subject_id) if session else None
    return found if found is not None and session is not None and found.epoch == session.epoch else None


def visitor() -> Visitor | None:
    """This browser, when it allowed to be recognised."""
    if "visitor" not in g:
        cookie = origins.cookie(VISITOR_COOKIE)
        g.met = visitors.met(cookie) if cookie else None
        g.visitor = g.met.visitor if g.met else None
    found: Visitor | None = g.visitor
    return found


def recognise(browser: Visitor | None) -> None:
    """From now on in this request, this browser is that visitor, or nobody's again."""
    g.visitor = browser


def kept() -> picks.Told | None:
    """What was reckoned for whoever this is, while it is good."""
    browser, known, met = visitor(), contact(), g.get("met")
    if met is not None and browser is met.visitor and browser.contact_id == (known.id if known else None):
        return met.kept  # type: ignore[no-any-return]
    who = known or browser
    return picks.of(who) if who is not None else None


def somebody() -> Contact | Visitor | None:
    """Whose tastes are meant: the contact's who is in, else the browser's: anybody can type an address."""
    return contact() or visitor()


def unlearn() -> None:
    """Forget what was guessed of them: they took their leave to learn back."""
    who = somebody()
    if who is not None:
        tastes.unlearn(who)


def answered() -> bool:
    """Whether the banner has its answer."""
    return origins.cookie(ANSWER_COOKIE) in ANSWERS


def on_entering(verb: Entering) -> None:
    """Have `verb(contact, response)` run when a shopper logs in: what their browser collected becomes theirs."""
    if verb not in _entering:
        _entering.append(verb)


def on_leaving(verb: Callable[[Any], None]) -> None:
    """Have `verb(response)` run when a shopper logs out: what only they should see leaves the browser."""
    if verb not in _leaving:
        _leaving.append(verb)


def enter(known: Contact, response: Any, device: str = "") -> None:
    """Log a contact in on this browser."""
    cookie = sessions.start("shopper", known.id, tenancy.current(), epoch=known.epoch, device=device)
    origins.set_cookie(response, COOKIE, cookie, days=sessions.LIFE["shopper"].days)
    visitors.adopt(visitor(), known)
    g.contact = known
    for verb in _entering:
        verb(known, response)


def leave(response: Any) -> None:
    """Log this browser out."""
    sessions.end("shopper", origins.cookie(COOKIE))
    origins.drop_cookie(response, COOKIE)
    g.contact = None
    for verb in _leaving:
        verb(response)


def load() -> None:
    """Find out who is asking before each view of a shop; a browser without our cookie costs nothing."""
    if origins.cookie(COOKIE):
        contact()


def init_app(_app: object) -> None:
    """Have every shop page know its shopper."""
    login.population("shop", _contact)
    web.audience("store", load)
