"""Who works in the demo shops: an owner and a clerk in each, in one somebody who keeps the books; `up` prints them."""

from dataclasses import dataclass

from sqlalchemy import select

from demo import world
from demo.world import Told
from kernel import accounts, clock, memberships
from kernel.accounts import Account
from kernel.db import db

PASSWORD = "cuatro tiendas abiertas"


@dataclass(frozen=True)
class Person:
    """Somebody who logs in to the back office of a demo shop."""

    name: str
    email: str
    role: str


NAMES = {
    "tres-neblinas": ("Rosaura Brenes", "Diego Mata"),
    "hilos-xelantun": ("Juana Tzunún", "Mateo Cux"),
    "rutas-guanquira": ("Wilmer Zelaya", "Keyla Norales"),
    "horno-tizapola": ("Guadalupe Xicale", "Iván Tecuapetla"),
}

KEEPERS = {"tres-neblinas": "Lucía Arce"}


def people(slug: str) -> list[Person]:
    """The owner and the clerk of a shop, then who keeps its books."""
    owner, clerk = NAMES[slug]
    return [
        Person(owner, f"duena@{slug}.example" if slug != "rutas-guanquira" else f"dueno@{slug}.example", "owner"),
        Person(clerk, f"mostrador@{slug}.example", "clerk"),
        *(Person(name, f"contabilidad@{slug}.example", "accountant") for name in [KEEPERS.get(slug)] if name),
    ]


def hire(shop: Told, tenant_id: int, password_hash: str) -> None:
    """Write the accounts of a shop's staff and let them in."""
    for person in people(world.slug(shop)):
        account = accounts.by_email(person.email) or accounts.create(
            email=person.email, name=person.name, password_hash=password_hash
        )
        account.confirmed_at = clock.now()
        memberships.join(account, tenant_id, person.role)


def owner(shop: Told) -> Account:
    """The account of whoever the shop belongs to."""
    return _account(shop, 0)


def clerk(shop: Told) -> Account:
    """The account of whoever stands at the counter."""
    return _account(shop, 1)


def _account(shop: Told, place: int) -> Account:
    found = accounts.by_email(people(world.slug(shop))[place].email)
    assert found is not None
    return found


def known() -> list[tuple[str, Person]]:
    """The demo's people who are in this install, each with the shop's slug."""
    everyone = [(slug, person) for slug in NAMES for person in people(slug)]
    wanted = select(Account.email).where(Account.email.in_([person.email for _slug, person in everyone]))
    there = set(db.session.scalars(wanted))
    return [(slug, person) for slug, person in everyone if person.email in there]
