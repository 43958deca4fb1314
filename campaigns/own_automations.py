"""Automations of one's own: begun, changed, copied, put away and taken back; what is missing of what sets them off."""

import copy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from campaigns import automation_changes, automation_letters, automations, autopilot, conditions, purchases
from campaigns import segment_watch as watch
from campaigns.automations import TRIGGERS, Automation, AutomationStep
from campaigns.mailings import Mailing
from campaigns.starters import Begun
from crm import rules
from crm.segments import Segment
from kernel import clock, journal
from kernel.db import db
from kernel.folding import fold
from kernel.i18n import _, _l, pick
from kernel.refusal import Missing, Refusal
from shop.catalog import Product
from shop.categories import Category

KEPT = timedelta(days=30)  # for which one that was put away is shown
FIRST = {"purchase": 72}  # hours before its first letter; 0 for the others
RESERVED = frozenset({"new", *TRIGGERS})  # words of addresses


@dataclass(frozen=True)
class Told:
    """What a person says of one: what sets it off, for whom, how often, and what ends it."""

    name: dict[str, str]
    trigger: str
    which: str = ""
    product: Product | None = None
    category: Category | None = None
    watched: Segment | None = None
    tag: str = ""
    segment: Segment | None = None
    again: bool = False
    ends_bought: bool = False
    ends_out: bool = False


def make(told: Told, *, by: Any) -> Automation:
    """A new one, off, with one empty letter."""
    row = automations.make(free_code(pick(told.name)), told.name, told.trigger)
    _write(row, told)
    automation_changes.add(row, by=by)
    automations.steps(row)[0].delay_hours = FIRST.get(told.trigger, 0)
    _watch(row)
    return row


def change(row: Automation, told: Told, *, by: Any) -> None:
    """Keep what was said anew; what sets it off only while it is off."""
    if row.on and (row.trigger, _sets(row)) != (told.trigger, _said(told)):
        raise automation_changes.Running()
    _write(row, told)
    for step in automations.steps(row):
        if step.only not in conditions.offered(row, step.position):
            step.only = ""
    _watch(row)
    _journal("changed", row, by)


def _sets(row: Automation) -> tuple[Any, ...]:
    return row.which, row.product_id, row.category_id, row.watched_id, row.tag


def _said(told: Told) -> tuple[Any, ...]:
    ids = (one.id if one else None for one in (told.product, told.category, told.watched))
    return told.which, *ids, told.tag


def _write(row: Automation, told: Told) -> None:
    before, row.name, row.trigger = row.watched_id, told.name, told.trigger
    row.which, row.product_id, row.category_id, row.watched_id, row.tag = _said(told)
    row.segment_id = told.segment.id if told.segment else None
    row.again = told.again and told.which != "first"
    row.ends_bought, row.ends_out = told.ends_bought, told.ends_out and told.trigger != "purchase"
    if row.watched_id != before:
        row.watched_rule, row.watched_since = "", None
    db.session.flush()


def _watch(row: Automation) -> None:
    """Count from now on who comes into the segment; whose rule cannot be read is watched once it can."""
    if row.watched_id and not row.on and not row.watched_rule and not _unread(row):
        watch.begin(row, again=True)


def twin(row: Automation, *, by: Any) -> Automation:
    """The same once more, off, its letters as drafts."""
    title = {code: _("Copy of %(name)s", name=text)[:160] for code, text in row.name.items()}
    made = automations.make(free_code(pick(title)), title, row.trigger)
    for name in ("segment_id", "which", "product_id", "category_id", "watched_id", "tag"):
        setattr(made, name, getattr(row, name))
    made.again, made.ends_bought, made.ends_out = row.again, row.ends_bought, row.ends_out
    for step in automations.steps(row):
        old = step.mailing
        begun = Begun(dict(old.subject), dict(old.preheader), copy.deepcopy(old.blocks))
        name = _("Copy of %(name)s", name=old.called)
        letter = automation_letters.letter(name, begun, by=by.known_as if by else "", sender=old.sender_name)
        automations.write_step(made, letter, step.delay_hours).only = step.only
    _watch(made)
    _journal("begun", made, by)
    return made


def put_away(row: Automation, *, by: Any) -> None:
    """Into the bin, its letters too; only while it is off."""
    if row.on:
        raise automation_changes.Running()
    now, letters = clock.now(), _letters(row)
    row.binned_at = now
    for letter in letters:
        letter.binned_at = now
    _journal("binned", row, by)


def take_back(code: str, *, by: Any) -> Automation:
    """Out of the bin with the letters that went with it, off. Raises Missing."""
    row = next((one for one in binned() if one.code == code), None)
    if row is None:
        raise Missing()
    for letter in _letters(row):
        letter.binned_at = None
    row.binned_at = None
    _journal("restored", row, by)
    return row


def binned() -> list[Automation]:
    """Those that were put away lately, the last first."""
    mine = select(Automation).where(Automation.binned_at > clock.now() - KEPT).order_by(Automation.binned_at.desc())
    return list(db.session.scalars(mine.execution_options(binned=True)))


def _letters(row: Automation) -> list[Mailing]:
    mine = select(Mailing).join(AutomationStep, AutomationStep.mailing_id == Mailing.id)
    mine = mine.where(AutomationStep.automation_id == row.id, Mailing.binned_at.is_not_distinct_from(row.binned_at))
    return list(db.session.scalars(mine.execution_options(binned=True)))


def free_code(name: str) -> str:
    """A word for addresses that no other has, nor one in the bin, nor the house needs."""
    plain = "-".join("".join(sign if sign.isalnum() else " " for sign in fold(name)).split())[:50] or "auto"
    like = select(Automation.code).where(Automation.code.startswith(plain, autoescape=True))
    taken = {*db.session.scalars(like.execution_options(binned=True)), *RESERVED}
    numbered = (f"{plain}-{number}" for number in range(2, len(taken) + 3))
    return plain if plain not in taken else next(one for one in numbered if one not in taken)


def _unread(row: Automation) -> bool:
    """Whether the rule of the segment that it watches names what is gone."""
    kept = watch.watched(row)
    try:
        rules.where(kept.rule if kept else {"all": []})
    except Refusal:
        return True
    return False


def missing(row: Automation) -> list[autopilot.Need]:
    """What is missing of what sets it off, and conditions that can never be."""
    found = []
    if row.which == "product" and purchases.chosen_product(row) is None:
        found.append(_l("The product that sets it off is no longer there: choose another."))
    if row.which == "category" and purchases.chosen_category(row) is None:
        found.append(_l("The category that sets it off is no longer there: choose another."))
    if row.trigger == "segment" and watch.watched(row) is None:
        found.append(_l("The segment that sets it off is no longer there: choose another."))
    elif row.trigger == "segment" and _unread(row):
        found.append(_l("The segment that sets it off names something that is no longer there: put it right first."))
    if row.trigger == "tag" and not row.tag:
        found.append(_l("Choose the tag that sets it off."))
    return [autopilot.Need(one) for one in found]


def _journal(verb: str, row: Automation, by: Any) -> None:
    journal.write(f"automation.{verb}", about=row, by=by, data={"name": pick(row.name)})


def init_app(_app: object) -> None:
    """Say what is missing before one is turned on; how the journal tells of them."""
    autopilot.asks(missing)
    journal.kind("automation.begun", _l("Made the automation “%(name)s”"))
    journal.kind("automation.binned", _l("Put the automation “%(name)s” into the bin"))
    journal.kind("automation.restored", _l("Took the automation “%(name)s” out of the bin"))
