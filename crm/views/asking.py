"""Who is asking at a shop: the contact who logged in, the browser that allowed to be recognised."""

from flask import g

from crm import visitors
from crm.contacts import Contact
from crm.visitors import Visitor
from kernel import origins, sessions, tenancy
from kernel.db import db

COOKIE = "shopper"
VISITOR_COOKIE = "visitor"
ANSWER_COOKIE = "consent"  # yes | no: what the banner was told


def contact() -> Contact | None:
    """The contact who is logged in at this shop, or None; looked up once a request, when first asked for."""
    if "contact" not in g:
        g.contact = _contact()
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
        g.visitor = visitors.by_token(cookie) if cookie else None
    found: Visitor | None = g.visitor
    return found


def answered() -> bool:
    """Whether the banner has its answer."""
    return origins.cookie(ANSWER_COOKIE) in {"yes", "no"}
