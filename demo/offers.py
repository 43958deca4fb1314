"""Discounts of the demo shops: codes of their campaigns, promotions of the house, price lists of their groups."""

from datetime import date, timedelta
from pathlib import Path

import yaml

from crm.contacts import Contact
from demo import world
from demo.world import Told
from kernel import clock, tenancy
from kernel.accounts import Account
from shop import categories, discount_sentences, discounts, price_lists
from shop.categories import Category
from shop.discounts import Discount

OFFERS = Path(__file__).parent / "offers.yaml"


def make(shop: Told, by: Account) -> None:
    """Write what a shop takes off."""
    told = yaml.load(OFFERS.read_bytes(), world.QUICK).get(world.slug(shop), {})
    for one in told.get("offers", []):
        discounts.keep(_offer(shop, one), by=by)
    for one in told.get("lists", []):
        for shelf in _shelves(one):
            price_lists.fill(one["group"], one["percent"] * 100, shelf, by=by)


def _offer(shop: Told, told: Told) -> Discount:
    currency, shelves = shop["tenant"]["currency"], _shelves(told)
    same = ("kind", "code", "label", "methods", "first_only", "buy", "get", "usage_limit", "per_customer")
    return Discount(
        **{key: told[key] for key in same if key in told}, percent_bp=told.get("percent", 0) * 100,
        amount_minor=world.minor(told.get("amount"), currency) or 0,
        least_minor=world.minor(told.get("least"), currency) or 0,
        steps=[[units, off * 100] for units, off in told.get("steps", [])], categories=[one.id for one in shelves],
        about=discount_sentences.about([one.name for one in shelves]), starts_on=_day(told.get("from")),
        ends_on=_day(told.get("until")),
    )  # fmt: skip


def _shelves(told: Told) -> list[Category]:
    known = {one.slug: one for one in categories.all_()}
    return [known[slug] for slug in told.get("categories", [])]


def _day(days: int | None) -> date | None:
    return None if days is None else clock.today(tenancy.tenant().timezone) + timedelta(days=days)


def codes(contact: Contact) -> list[str]:
    """The codes that this person would write: every other one knows them."""
    return [row.code for row in discounts.every() if row.code and contact.id % 2]
