"""A request of the demo: a trip to which the shop says yes itself, and somebody who has waited for that since today."""

from datetime import timedelta

from demo import booked_times, reservations
from demo.history import Shopkeeper
from kernel import clock
from shop import services

WAITED = timedelta(hours=5)


def write(keeper: Shopkeeper) -> None:
    """Sell what the shop says so of by request, and have one of them come."""
    for told in booked_times.more(keeper.shop).get("requests", ()):
        service = next(row for row in services.every() if row.product.sku == told["sku"])
        service.answer_hours = told["hours"]
        reservations.ordered(keeper, service, told, clock.now() - WAITED)
