"""Prospects of the demo shops: notes on some people, what they may buy, and what is to be done about them."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from crm import contacts, deal_stages, deals, notes, tasks
from crm.contacts import Contact
from demo import staff, world
from demo.world import Told
from kernel import clock
from kernel.db import db
from kernel.money import Money

PROSPECTS = Path(__file__).parent / "prospects.yaml"
HOUR = timedelta(hours=2)  # whatever is told of one day happened a little before now


def write(shop: Told) -> None:
    """Write what a shop knows and means to do."""
    told = yaml.load(PROSPECTS.read_bytes(), world.QUICK).get(world.slug(shop), {})
    for one in told.get("notes", []):
        with clock.at(_ago(one["days"])):
            notes.write(_person(one), one["text"], by=_who(shop, one["by"]))
    made = {one["title"]: _deal(shop, one) for one in told.get("deals", [])}
    for one in told.get("tasks", []):
        _task(shop, one, made)
    db.session.flush()


def _ago(days: int) -> Any:
    return clock.now() - timedelta(days=days) - HOUR


def _person(told: Told) -> Contact:
    found = contacts.by_email(told["about"])
    assert found is not None, told["about"]
    return found


def _who(shop: Told, role: str) -> Any:
    return staff.owner(shop) if role == "owner" else staff.clerk(shop)


def _deal(shop: Told, told: Told) -> deal_stages.Deal:
    by, currency = _who(shop, told["by"]), shop["tenant"]["currency"]
    minor = world.minor(told.get("amount"), currency)
    amount = None if minor is None else Money(minor, currency)
    closes = _closes(told)
    with clock.at(_ago(told["days"])):
        deal = deals.add(_person(told), deals.Told(told["title"], amount, by.id, closes), by=by)
    for days, stage, *why in told.get("moves", []):
        with clock.at(_ago(days)):
            reason, words = why or ("", "")
            deals.move(deal, stage, by=by, reason=reason, words=words)
    return deal


def _closes(told: Told) -> date | None:
    return tasks.today() + timedelta(days=told["closes"]) if "closes" in told else None


def _task(shop: Told, told: Told, made: dict[str, deal_stages.Deal]) -> None:
    owner, deal = staff.owner(shop), made.get(told.get("deal", ""))
    due = tasks.today() + timedelta(days=told["due"])
    whose = _who(shop, told["for"]).id if told["for"] else None
    contact = _person(told) if "about" in told else None
    with clock.at(_ago(told["days"])):
        task = tasks.add(tasks.Told(told["text"], due, contact, "", whose, deal.id if deal else None), by=owner)
    if "done" in told:
        with clock.at(_ago(told["done"])):
            tasks.do(task, by=_who(shop, told["for"]))
