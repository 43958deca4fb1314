"""What clerks do at once with sales that hold a time beside goods; and carelessly so."""

from datetime import datetime

from kernel import accounts
from kernel.db import db
from shop import counter_times, orders, payment_methods, sales
from shop.quotes import Choice, Details
from shop.variants import Variant
from shop.wants import Wanted
from tests.shop import booking_racers

UNITS = 2  # of the goods that lie on each counter


def sell(key: str, variant_id: int, account_id: int) -> str:
    """Sell what is held for that sale with its goods, as the form does."""
    counter_times.claim(key)
    if known := orders.by_key(key):
        return known.number
    times = [one for kept in counter_times.of(key) for one in kept.wanted()]
    cash = payment_methods.named(payment_methods.CASH)
    assert cash is not None
    by = accounts.get(account_id)
    details = Details(email="", name="", payment=cash.code, language="es", source=sales.COUNTER, by=by)
    wanted = [Wanted(db.session.get_one(Variant, variant_id), UNITS), *times]
    order = sales.sell(sales.quoted(wanted, Choice()), details, key=key, method=cash)
    counter_times.sold(key)
    return order.number


def careless_sell(key: str, variant_id: int, account_id: int, service_id: int, starts_at: datetime) -> str:
    """Look what is free, think, and sell that without holding anything."""
    with booking_racers.thoughtless(service_id, starts_at, 60):
        return sell(key, variant_id, account_id)
