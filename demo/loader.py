"""The loader: fills an install with the demo world, shop by shop, each wholly or not at all, and only once."""

from functools import partial

from flask import Flask

from demo import (
    gifts,
    goals,
    history,
    lately,
    mailings,
    offers,
    opening,
    people,
    pictures,
    plans,
    posted,
    prospects,
    questions,
    requests,
    reservations,
    reviews,
    rules,
    saves,
    searches,
    sheets,
    shelves,
    staff,
    subscribers,
    waits,
    world,
)
from demo.world import Told
from kernel import files, letters, passwords, tenancy, transactions
from kernel.db import db
from shop import suggestions

LATELY = 120  # days: who bought long ago is the letter of last season's


def load(app: Flask) -> None:
    """Load the demo shops that this install does not have yet."""
    with app.app_context():
        missing = _missing()
        if not missing:
            return
        password_hash = passwords.hashed(staff.PASSWORD)
        with pictures.drawing(missing) as drawn:
            for shop in missing:
                transactions.retry_free(partial(_fill, shop, drawn(shop), password_hash))
                tenancy.leave()


def wanted(app: Flask) -> bool:
    """Whether the install is empty, or a first load of the demo was interrupted: some of its shops, and no other."""
    with app.app_context(), transactions.reading():
        there = set(db.session.scalars(db.select(tenancy.Tenant.slug)))
    return there < set(staff.NAMES)


def logins(app: Flask) -> list[str]:
    """Who may log in to try the back office, line by line; nothing where the demo is not loaded."""
    with app.app_context(), transactions.reading():
        found = staff.known()
    lines = [f"  {person.email}  ({person.role}, {slug})" for slug, person in found]
    return [f'Demo log-ins, all with the password "{staff.PASSWORD}":', *lines] if lines else []


def _missing() -> list[Told]:
    with transactions.reading():
        return [shop for shop in world.shops() if opening.found(shop) is None]


def _fill(shop: Told, drawn: dict[str, files.Made], password_hash: str) -> None:
    tenant = opening.open_shop(shop)
    shown = {name: made for name, made in drawn.items() if not name.startswith(reviews.SENT)}
    kept = {name: files.keep(made, name=f"{name.replace('/', '-')}.webp") for name, made in shown.items()}
    opening.settle(shop)
    opening.dress(shop, kept)
    staff.hire(shop, tenant.id, password_hash)
    shelves.fill(shop, kept)
    sheets.publish(shop, kept)
    people.interests(shop)
    rules.keep(shop)
    offers.make(shop, staff.clerk(shop))
    _sell(shop, drawn)
    waits.write()
    waits.write_times()
    saves.write()
    searches.write(shop)
    suggestions.keep(*suggestions.reckon())
    goals.watch(shop)
    prospects.write(shop)
    posted.write(shop, staff.owner(shop))
    mailings.write(shop, staff.owner(shop))
    tenancy.touch()


def _sell(shop: Told, drawn: dict[str, files.Made]) -> None:
    keeper = history.begin(shop, staff.clerk(shop))
    with letters.silence():  # what is long past is told to nobody
        met = people.meet(shop)
        plans.terms(keeper)
        others = [*gifts.planned(keeper), *plans.planned(keeper), *reservations.planned(keeper)]
        others += subscribers.planned(
            keeper, [who for who, told in met if told["orders"] and told["last_order_days"] <= LATELY]
        )
        history.write(keeper, met, others)
        reviews.write(keeper, drawn)
        questions.write(keeper)
    lately.write(keeper)
    requests.write(keeper)
    _keep_letters()


def _keep_letters() -> None:
    """The letters of the last days can be read in the back office; none leaves."""
    for letter in db.session.scalars(db.select(letters.Letter).where(letters.Letter.state == "pending")):
        letter.state, letter.sent_at = "captured", letter.created_at
