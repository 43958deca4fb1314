"""Payments in parts of the demo: what shops ask for first, and orders with a balance, one of them overdue."""

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import yaml

from crm import contacts
from demo import history, opening, world
from demo.history import Happening, Shopkeeper
from demo.world import Told
from kernel import clock
from shop import balances, catalog, plan_policies, plans

PLANS = Path(__file__).parent / "plans.yaml"


def _told(keeper: Shopkeeper) -> Told:
    found: Told = yaml.load(PLANS.read_bytes(), world.QUICK).get(world.slug(keeper.shop), {})
    return found


def terms(keeper: Shopkeeper) -> None:
    """Write what the shop asks for first and on which terms it keeps goods for those who pay in parts."""
    told = _told(keeper)
    for slug, share in told.get("deposits", {}).items():
        product = catalog.slugged(slug)
        if product is not None:
            product.deposit_bp = 100 * share
    if told.get("layaway"):
        given, row = told["layaway"], plan_policies.kept()
        row.layaway, row.parts, row.every_days = True, given["parts"], given["every_days"]
        row.first_bp, row.keep_bp = 100 * given["first"], 100 * given["keep"]
        row.from_minor = world.minor(given["from"], keeper.shop["tenant"]["currency"]) or 0


def planned(keeper: Shopkeeper) -> list[Happening]:
    """When somebody ordered in parts."""
    orders = _told(keeper).get("orders", [])
    return [(clock.now() - timedelta(days=one["days"], hours=2), partial(_ordered, keeper, one)) for one in orders]


def _ordered(keeper: Shopkeeper, told: Told, moment: datetime) -> None:
    product = catalog.slugged(told["product"])
    if product is None:
        return
    address = opening.address({**_told(keeper)["place"], "street": told["street"]})
    with clock.at(moment):
        buyer = contacts.known(
            email=told["buyer"],
            name=told["name"],
            phone=told["phone"],
            language="es",
            country=address["country"],
            address=address,
        )
        wanted = history.wanted(keeper, product, units=1)
        order = history.order_of(
            keeper, buyer, [wanted], payment="transfer", shipping=told.get("shipping", ""), plan=told["plan"]
        )
    for days in told["paid"] if order is not None else ():
        with clock.at(moment + timedelta(days=days, hours=1)):
            assert order is not None
            part = next(one for one in plans.parts(order) if one.left)
            balances.collect(order, part.left, key=f"demo:{days}", by=keeper.by)
