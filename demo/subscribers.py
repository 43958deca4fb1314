"""Who subscribed in the demo: their first order, the turns that came since, one who took a break, one who ended it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crm.contacts import Contact
from demo import history, world
from demo.history import Happening, Shopkeeper
from kernel import clock, tenancy
from shop import renewals, subscription_rows, subscriptions
from shop.catalog import Product
from shop.orders import Order
from shop.subscription_rows import Subscription

SOLD = 10_000  # their keys are counted apart, and their choices made with a die of their own
EACH = 2  # people for one product
AGO, APART = 113, 37  # days: the first order, and from one look at its next turn to the other
STAYED = 60  # days: of one who ended it before the third month was over


@dataclass
class Subscriber:
    """One of them, and the order by which it began, once there is one."""

    keeper: Shopkeeper
    product: Product
    who: Contact
    first: Order | None = None

    def begin(self, moment: datetime) -> None:
        """Order it for the first time."""
        with clock.at(moment):
            wanted = history.wanted(self.keeper, self.product, 1)
            self.first = history.order_of(self.keeper, self.who, [wanted], payment="transfer")
        if self.first is not None:
            history.finish(self.keeper, self.first, moment)

    def turn(self, moment: datetime) -> None:
        """The next order, where its time has come by then; the newest ones are still to be paid."""
        for row in self._rows():
            with clock.at(moment):
                due = row.next_on - subscriptions.AHEAD <= clock.today(tenancy.tenant().timezone)
                order = renewals.make(row) if due and row.state == "active" else None
            if order is not None and moment < clock.now() - timedelta(days=4):
                history.finish(self.keeper, order, moment)

    def end(self, moment: datetime) -> None:
        """Have no more of it."""
        for row in self._rows():
            with clock.at(moment):
                subscriptions.end(row)

    def pause(self, moment: datetime) -> None:
        """Take a break."""
        for row in self._rows():
            with clock.at(moment):
                subscriptions.pause(row)

    def _rows(self) -> Sequence[Subscription]:
        return subscription_rows.of_order(self.first) if self.first else ()


def planned(keeper: Shopkeeper, people: list[Contact]) -> list[Happening]:
    """When somebody subscribed, and when the turns since then were made."""
    goods = [one for one in keeper.goods if one.every and one.open_to("")]
    mine = replace(keeper, die=random.Random(f"{world.slug(keeper.shop)} again"), sold=SOLD)
    found: list[Happening] = []
    for place, product in enumerate(goods):
        for number in range(EACH if people else 0):
            who = people[(place * 7 + number + 2) % len(people)]  # two, not one twice
            found += _planned(Subscriber(mine, product, who), 2 * place + number)
    return found


def _planned(one: Subscriber, place: int) -> list[Happening]:
    first = clock.now() - timedelta(days=AGO - 5 * place, hours=place + 1)
    turns = [first + timedelta(days=APART * time) for time in (1, 2, 3)]
    found: list[Happening] = [(first, one.begin)]
    found += [(moment, one.turn) for moment in turns if moment < clock.now() - timedelta(hours=1)]
    if place == 3:
        found.append((first + timedelta(days=STAYED), one.end))
    if place == 1:
        found.append((clock.now() - timedelta(hours=20), one.pause))
    return found
