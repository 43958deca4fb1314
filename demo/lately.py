"""What happened in the last two days: an order in every state, a proof that waits, sales at the counter, a count."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import yaml

from crm import contacts
from crm.contacts import Contact
from demo import drawer, history, opening, slips, world
from demo.history import Shopkeeper
from demo.world import Told
from kernel import clock, files
from kernel.db import db
from shop import (
    cancellations,
    fulfilment,
    notes,
    order_changes,
    order_goods,
    payment_methods,
    proofs,
    quotes,
    repeats,
    sales,
    stock,
    variants,
)
from shop.gateways import manual
from shop.orders import Order
from shop.quotes import Details
from shop.wants import Wanted

GUESTS = Path(__file__).parent / "guests.yaml"


@dataclass
class Guest:
    """Somebody who ordered lately, and what the shop knows about the matter."""

    keeper: Shopkeeper
    contact: Contact
    order: Order
    told: Told

    def later(self, hours: int) -> AbstractContextManager[None]:
        """So many hours after the order was placed."""
        return clock.at(self.order.placed_at + timedelta(hours=hours))


def write(keeper: Shopkeeper) -> None:
    """Write the last two days of a shop."""
    told = yaml.load(GUESTS.read_bytes(), world.QUICK)[world.slug(keeper.shop)]
    for person in sorted(told["people"], key=lambda one: -STORIES[one["story"]][0]):
        hours, payment, story = STORIES[person["story"]]
        contact = _contact(person, told["address"])
        with clock.at(clock.now() - timedelta(hours=hours, minutes=keeper.die.randint(0, 50))):
            order = _order(keeper, contact, payment)
        if order is not None:
            story(Guest(keeper, contact, order, told))
    with drawer.counted(keeper):
        _counter(keeper)
    _count(keeper)


def _contact(person: Told, place: Told) -> Contact:
    address = opening.address({**place, "street": person["street"]})
    mail = ".".join(person["name"].split()[:2]).lower()
    plain = mail.translate(str.maketrans("áéíóúñ", "aeioun"))
    return contacts.known(
        email=f"{plain}@example.com", phone=person["phone"], name=person["name"], language="es",
        country=address["country"], region=address["region"], city=address["city"], address=address, source="checkout",
    )  # fmt: skip


def _order(keeper: Shopkeeper, contact: Contact, payment: str) -> Order | None:
    for _try in range(8):  # some of what is chosen cannot travel or is out of season
        things = history.chosen(keeper, contact, ())
        order = history.order_of(keeper, contact, things, payment=payment)
        if order is not None:
            return order
    return None


def _due(guest: Guest) -> None:
    """The transfer is awaited."""


def _proof(guest: Guest) -> proofs.Proof:
    order, account = guest.order, _account(guest.keeper.shop)
    reference = str(guest.keeper.die.randint(10_000_000, 99_999_999))
    rows = [("A nombre de", account["holder"]), ("Referencia", reference), ("Detalle", order.number)]
    slip = slips.drawn(account["bank"], order.total.format(f"es_{guest.contact.country}"), rows)
    with guest.later(1):
        return proofs.send(order, files.make(slip), name="comprobante.png", reference=reference)


def _account(shop: Told) -> Told:
    return next(one["account"] for one in opening.payments(shop) if one["kind"] == "transfer")


def _paid(guest: Guest) -> None:
    proof = _proof(guest)
    with guest.later(2):
        proofs.approve(proof, by=guest.keeper.by)


def _preparing(guest: Guest) -> None:
    with guest.later(2):
        if guest.order.payment == "due" and guest.order.hold_until:
            manual.received(guest.order, by=guest.keeper.by)
        fulfilment.prepare(guest.order, by=guest.keeper.by)
        notes.write(guest.order, guest.told["note"], by=guest.keeper.by)


def _changed(guest: Guest) -> None:
    """The buyer calls before it is begun: another one, please."""
    order = guest.order
    line = next((one for one in order_changes.goods(order) if (stock.left(one.variant, one.day) or 0) > 1), None)
    if line is not None and order.payment == "due":
        with guest.later(1):
            another = Wanted(line.variant, 1, repeats.texts(line))
            order_changes.tell(order, order_goods.add(order, [another], by=guest.keeper.by))
    _preparing(guest)


def _sent(guest: Guest) -> None:
    _preparing(guest)
    with guest.later(20):
        history.hand_over(guest.keeper, guest.order)


def _cancelled(guest: Guest) -> None:
    with guest.later(1):
        cancellations.by_buyer(guest.order, reason=guest.told["reason"])


STORIES: dict[str, tuple[int, str, Callable[[Guest], object]]] = {  # placed so many hours ago, paid how
    "sent": (31, "transfer", _sent),
    "cancelled": (28, "transfer", _cancelled),
    "preparing": (22, "", _changed),
    "paid": (9, "transfer", _paid),
    "proof": (4, "transfer", _proof),
    "due": (1, "transfer", _due),
}


def _counter(keeper: Shopkeeper) -> None:
    """Two sales over the counter, in cash and by the terminal."""
    onhand = [one for one in keeper.goods if one.kind == "physical" and not one.customer_groups and not one.season_from]
    for hours, code in ((6, "counter-cash"), (3, "counter-card")):
        things = [history.wanted(keeper, one, units=2) for one in keeper.die.sample(onhand, 2)]
        method = payment_methods.named(code)
        assert method is not None
        with clock.at(clock.now() - timedelta(hours=hours)):
            details = Details(email="", name="", payment=code, language="es", by=keeper.by, source="counter")
            sales.sell(quotes.quote(quotes.price(things)), details, key=f"demo:{code}", method=method)


def _count(keeper: Shopkeeper) -> None:
    """The shelf was counted: two variants had more than was written."""
    shelf = db.session.scalars(db.select(variants.Variant).where(variants.Variant.stock_kind == "onhand")).all()
    with clock.at(clock.now() - timedelta(hours=46)):
        for variant in keeper.die.sample(list(shelf), 2):
            stock.adjust(variant, on_hand=variant.on_hand + 3, by=keeper.by, reason="Conteo de la semana")
