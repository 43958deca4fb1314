"""Fitting: which blocks of a page are for the visitor in front of it; the same choices make the same kept page."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from flask import g
from markupsafe import Markup

from crm import rule_sentences, rules, segments, tastes, visitors
from crm.contacts import Contact
from crm.segments import BadRule, Person
from crm.views import asking, origin
from crm.visitors import Visitor
from kernel import blocks, clock, i18n, origins
from kernel.blocks import Block
from shop import cart as carts
from shop import suggestions
from shop.views import frame, goods

CART = "cart"
OUTSIDE = ("country", "referrer")  # what differs among visitors of whom nothing is known
STILL = frozenset({"first_visit", "season"})  # words of this moment that are the same for all of them for a while
ANYWHERE = frozenset({"new_for_you"})  # kinds of blocks that differ by country when nothing else is known


def see(key: Hashable, page: Sequence[Block]) -> tuple[int, ...]:
    """Choose what this visitor sees of a page; the choices are a part of what it is kept under."""
    g.varying = frame.once(("varying", key), lambda: _varying(page))
    choices = blocks.choices(page, fits)
    g.fitted = [{**one, "place": place} for place, one in enumerate(blocks.taken(page, choices))]
    return choices


def drawn() -> Markup:
    """The chosen blocks as HTML, each that is not for everyone with the reason why it is seen."""
    for one in g.fitted:
        if one.get("rule"):
            one["reason"] = reason(one["rule"])
    return blocks.render(g.fitted)


def reason(rule: Mapping[str, Any]) -> str:
    """For whom something is that this visitor sees."""
    try:
        return rule_sentences.sentence(rule)
    except BadRule:
        return ""


def fits(rule: Mapping[str, Any] | None, first: str, last: str) -> bool:
    """Whether something with that audience and those days is for this visitor now."""
    today = goods.today().isoformat() if first or last else ""
    if (first and today < first) or (last and today > last):
        return False
    if rule is None:
        return True
    if held_out():
        return False
    try:
        return segments.means(rule, person())
    except BadRule:  # something that it names is gone: nobody is meant
        return False


def person() -> Person:
    """Who is in front of the page, as far as they allow it to be known; looked up once a request."""
    if "fitted_person" not in g:
        g.fitted_person = _nobody() if g.get("preview") else _person()
    found: Person = g.fitted_person
    return found


def _remembered(told: Person, who: Contact | Visitor) -> Person:
    """With what is kept for them, else with their tastes, asked once for rules and for rows."""
    kept = asking.kept()
    if kept is not None:
        told.memory["known"] = suggestions.Known.read(kept)
    mine = told.memory["known"].tastes if kept is not None else tastes.brief(who)
    told.memory["tastes"] = {one.code: one.weight for one in mine if one.weight}
    return told


def held_out() -> bool:
    """Whether this visitor belongs to those who never see what was chosen for them; a preview shows it always."""
    if g.get("preview"):
        return False
    browser, known = asking.visitor(), asking.contact()
    return visitors.arm(browser, known) == "held_out"


def varying() -> tuple[str, ...] | None:
    """By what this page differs among those of whom nothing is known; None when it cannot be foretold."""
    found: tuple[str, ...] | None = g.get("varying", ())
    return found


def _person() -> Person:
    browser = asking.visitor()
    known = asking.contact()  # not whose address was typed at this browser
    secret = origins.cookie(CART)
    told = Person(
        contact=known, visitor=browser, language=i18n.language(), country=origin.country(),
        referrer=origin.sender(), now=clock.now(), cart=carts.found(secret) if secret else None,
    )  # fmt: skip
    who = known or browser
    return _remembered(told, who) if who is not None else told


def _nobody() -> Person:
    return Person(language=i18n.language(), now=clock.now())


def _varying(page: Sequence[Block]) -> tuple[str, ...] | None:
    told = {name for block in page for name in _words(block)}
    fickle = {name for name in told if name not in STILL and _term_of_now(name)} - set(OUTSIDE)
    if fickle or "segment" in told:  # the rule of a kept segment moves without an edit of the page
        return None
    kinds = {block.get("kind") for block in page}
    return tuple(name for name in OUTSIDE if name in told or (name == "country" and kinds & ANYWHERE))


def _term_of_now(name: str) -> bool:
    known = segments.terms().get(name)
    return known is not None and known.family == "now"


def _words(block: Block) -> set[str]:
    found = set()
    for one in (block, *(block.get("variants") or ())):
        try:
            tree = rules.read(one["audience"]) if one.get("audience") else None
        except BadRule:  # what is missing today may be there tomorrow
            found.add("segment")
            continue
        found |= {node.kind for node in tree.words()} if tree else set()
    return found
