"""Suggestions: what to buy again and what is new for somebody, each with its reason; nothing that is sold out."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, func, or_, select

from crm import taste_learning, tastes
from crm.facts import Fact
from crm.segments import Person
from kernel import clock, jobs, tenancy, transactions
from kernel.db import db
from shop import favourites, neighbours, shelf
from shop.cart import CartLine
from shop.catalog import Variant
from shop.order_lines import OrderLine
from shop.orders import ENDED, Order

JUST = timedelta(days=7)  # what was bought since then is not wanted again yet
LOOKED = timedelta(days=60)
SEEDS, LIKED = 20, 20  # things of somebody that speak for others; how heavy a taste must be to choose by it
AGAIN = ("physical", "bundle", "booking")  # kinds that one buys twice
HOURLY = 3600


class Suggestion(NamedTuple):
    """One product and why: `again` (about a moment), `bought`, `seen` or `like` (a product), `taste`, `country`, `shop`
    (what sells best there) or `first` (what the shop puts first)."""

    product_id: int
    why: str
    about: Any = None


def again(person: Person, limit: int, *, group: str = "") -> list[Suggestion]:
    """What they bought before, the most often bought first."""
    mine, now = bought(person), clock.now()
    ranked = sorted((one for one in mine if mine[one][0] < now - JUST), key=lambda one: (-mine[one][1], one))
    there = shelf.sellable(ranked, group=group, kinds=AGAIN)
    return [Suggestion(one, "again", mine[one][0]) for one in ranked if one in there][:limit]


def new(person: Person, limit: int, *, group: str = "", but: Collection[int] = ()) -> list[Suggestion]:
    """What they have not bought: near what they bought and looked at, then by taste, then what sells best."""
    told = [*_near(person), *_liked(person), *_best(person)]
    out = {*bought(person), *in_cart(person), *but}
    once = {one.product_id: one for one in reversed(told) if one.product_id not in out}
    order = dict.fromkeys(one.product_id for one in told if one.product_id in once)
    there = shelf.sellable(order, group=group)
    unwanted = _never(person)
    return [once[one] for one in order if one in there and not unwanted & set(there[one])][:limit]


def beside(product_id: int, person: Person, limit: int, *, group: str = "") -> list[Suggestion]:
    """What is near a product."""
    rows = [row.other_id for row in neighbours.of([product_id])]
    there = shelf.sellable((one for one in rows if one not in in_cart(person)), group=group)
    return [Suggestion(one, "like", product_id) for one in rows if one in there][:limit]


def bought(person: Person) -> dict[int, tuple[datetime, int]]:
    """What they ever bought: when last, in how many orders."""
    return person.recall("bought", _bought)  # type: ignore[no-any-return]


def _bought(person: Person) -> dict[int, tuple[datetime, int]]:
    if person.contact is None:
        return {}
    rows = db.session.execute(
        select(OrderLine.product_id, func.max(Order.placed_at), func.count(func.distinct(Order.id)))
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.contact_id == person.contact.id, ~Order.practice, Order.state.not_in(ENDED))
        .group_by(OrderLine.product_id)
    )
    return {product_id: (at, count) for product_id, at, count in rows}


def in_cart(person: Person) -> set[int]:
    """What lies in their cart."""
    return person.recall("in_cart", _in_cart)  # type: ignore[no-any-return]


def _in_cart(person: Person) -> set[int]:
    if person.cart is None:
        return set()
    lines = select(Variant.product_id).join(CartLine, CartLine.variant_id == Variant.id)
    return set(db.session.scalars(lines.where(CartLine.cart_id == person.cart.id)))


def _near(person: Person) -> list[Suggestion]:
    seeds = _seeds(person)
    scores: dict[int, int] = {}
    reasons: dict[int, tuple[int, Suggestion]] = {}
    for row in neighbours.of(seeds) if seeds else ():
        kind, weight = seeds[row.product_id]
        points = weight * row.score
        scores[row.other_id] = scores.get(row.other_id, 0) + points
        if points > reasons.get(row.other_id, (0, None))[0]:
            reasons[row.other_id] = points, Suggestion(row.other_id, kind, row.product_id)
    return [reasons[one][1] for one in sorted(scores, key=lambda one: (-scores[one], one))]


def _seeds(person: Person) -> dict[int, tuple[str, int]]:
    """What they bought and looked at, with what it weighs by now; the heaviest."""
    now, weights = clock.now(), neighbours.WEIGHTS
    seeds = {
        one: ("bought", taste_learning.faded(weights["ordered"], now - at)) for one, (at, _n) in bought(person).items()
    }
    for product_id, kind, at in _looked_at(person, now):
        weight = taste_learning.faded(weights[kind], now - at)
        if weight > seeds.get(product_id, ("", 0))[1]:
            seeds[product_id] = "seen", weight
    heaviest = sorted(seeds, key=lambda one: (-seeds[one][1], one))[:SEEDS]
    return {one: seeds[one] for one in heaviest}


def _looked_at(person: Person, now: datetime) -> Iterable[tuple[int, str, datetime]]:
    mine = _whose(person)
    if mine is None:
        return ()
    wanted = (
        select(Fact.about_id, Fact.kind, func.max(Fact.at))
        .where(mine, Fact.kind.in_(("viewed", "added")), Fact.about_kind == "product", Fact.at > now - LOOKED)
        .group_by(Fact.about_id, Fact.kind)
    )
    return [(about, kind, at) for about, kind, at in db.session.execute(wanted) if about]


def _whose(person: Person) -> ColumnElement[bool] | None:
    if person.contact is not None:
        return Fact.contact_id == person.contact.id
    return Fact.visitor_id == person.visitor.id if person.visitor is not None else None


def _tastes(person: Person) -> list[tastes.Taste]:
    return person.recall("every_taste", lambda one: tastes.every(one.contact or one.visitor))  # type: ignore[no-any-return]


def _never(person: Person) -> set[str]:
    return {taste.code for taste in _tastes(person) if taste.origin == "said" and not taste.weight}


def _liked(person: Person) -> list[Suggestion]:
    codes = [taste.code for taste in _tastes(person) if taste.weight >= LIKED][:3]
    found = favourites.of(f"taste:{code}" for code in codes) if codes else {}
    return [Suggestion(one, "taste", code) for code in codes for one in found.get(f"taste:{code}", ())]


def _best(person: Person) -> list[Suggestion]:
    """What sells best where they are, then in the shop; then what the shop itself puts first."""
    known = person.contact.country if person.contact else ""
    country = known or person.country or (person.visitor.country if person.visitor else "")
    found = favourites.of({favourites.SHOP, f"country:{country}"})
    here = [Suggestion(one, "country", country) for one in found.get(f"country:{country}", ())]
    everywhere = [Suggestion(one, "shop") for one in found.get(favourites.SHOP, ())]
    first = [] if everywhere else [Suggestion(one.id, "first") for one in shelf.first(12)]
    return [*here, *everywhere, *first]


@jobs.job("suggestions.rebuild")
def rebuild_everywhere() -> None:
    """Reckon anew what is near what and what sells best, in every shop."""
    with transactions.reading():
        tenants = list(db.session.scalars(select(tenancy.Tenant.id).order_by(tenancy.Tenant.id)))
    for tenant_id in tenants:
        with tenancy.use(tenant_id):
            rebuild()


def rebuild() -> None:
    """The same in this shop: reckoned while nothing is locked, then written."""
    with transactions.reading():
        rows, scopes = neighbours.near(neighbours.baskets()), favourites.reckon()
    transactions.retry_free(partial(keep, rows, scopes))


def keep(rows: Iterable[neighbours.Near], scopes: favourites.Scopes) -> None:
    """Write what was reckoned."""
    neighbours.write(rows)
    favourites.write(scopes)


def forget(product_id: int) -> None:
    """Let go of a product that is deleted."""
    near, favourite = neighbours.ProductNeighbour, favourites.Favourite
    quiet = {"synchronize_session": False}
    either = or_(near.product_id == product_id, near.other_id == product_id)
    db.session.execute(delete(near).where(either), execution_options=quiet)
    db.session.execute(delete(favourite).where(favourite.product_id == product_id), execution_options=quiet)


def init_app(_app: Any) -> None:
    """Rebuild each hour from now on."""
    jobs.every("suggestions.rebuild", seconds=HOURLY)
