"""Suggestions: what to buy again and what is new for somebody, each with its reason; nothing that is sold out."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import delete, or_, select

from crm import taste_learning, tastes
from crm.contacts import Contact
from crm.segments import Person
from kernel import clock, jobs, tenancy, transactions
from kernel.db import db
from shop import favourites, histories, neighbours, shelf
from shop.cart import CartLine
from shop.catalog import Variant

JUST = timedelta(days=7)  # what was bought since then is not wanted again yet
LIKED, MOST = 20, 24  # how heavy a taste must be to choose by it; how many new products are thought of
SOON = 12  # how many of each row are asked first whether they are there: more than are shown
OFTEN = 36  # and how many of those bought before, the most often bought first
AGAIN = ("physical", "bundle", "booking")  # kinds that one buys twice
HOURLY = 3600


Best = Mapping[str, Sequence[int]]  # favourites by scope, when the caller has them


class Suggestion(NamedTuple):
    """One product and why: `again` (about a moment), `bought`, `seen` or `like` (a product), `taste`, `country`, `shop`
    (what sells best there) or `first` (what the shop puts first)."""

    product_id: int
    why: str
    about: Any = None


class Known(NamedTuple):
    """What somebody's suggestions are chosen from: what they bought and when last, the most often bought first; what
    is near what they bought and looked at, the nearest first; what they like. It holds until they do or say more."""

    bought: list[tuple[int, datetime]]
    near: list[Suggestion]
    tastes: list[tastes.Liked]

    def told(self) -> dict[str, Any]:
        """The same in words of JSON."""
        return {**self._asdict(), "bought": [(one, at.isoformat()) for one, at in self.bought]}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Known":
        """It, out of those words."""
        return cls(
            [(one, datetime.fromisoformat(at)) for one, at in told["bought"]],
            [Suggestion(*one) for one in told["near"]], [tastes.Liked(*one) for one in told["tastes"]],
        )  # fmt: skip


def informed(contact: Contact, known: Known, there: "There") -> Person:
    """Somebody of whom that much was read already, with others: suggestions ask nothing more."""
    return Person(contact=contact, memory={"known": known, "sellable": there})


def known(person: Person) -> Known:
    """What they did and like, reckoned once a request."""
    return person.recall("known", _known)  # type: ignore[no-any-return]


def _known(person: Person) -> Known:
    who, past = person.contact or person.visitor, histories.of(person.contact, person.visitor)
    return reckoned(past, tastes.brief(who)) if who is not None else Known([], [], [])


def reckoned(past: Sequence[histories.Deed], liked: list[tastes.Liked]) -> Known:
    """The same of what somebody did and likes, read already."""
    often = sorted((-deed.times, deed.product_id, deed.at) for deed in past if deed.kind == "ordered")
    return Known([(one, at) for _times, one, at in often], _near(past), liked)


def again(person: Person, limit: int, *, group: str = "", best: Best | None = None) -> list[Suggestion]:
    """What they bought before, the most often bought first."""
    there = _there(person, group, best)
    return list(islice((Suggestion(one, "again", at) for one, at in _old(person) if there.kind(one) in AGAIN), limit))


def new(
    person: Person, limit: int, *, group: str = "", but: Collection[int] = (), best: Best | None = None
) -> list[Suggestion]:
    """What they have not bought: near what they bought and looked at, then by taste, then what sells best."""
    there, unwanted = _there(person, group, best), _never(person)
    wished = (one for one in _untried(person, best) if one.product_id not in but)
    return list(islice((one for one in wished if there.fits(one.product_id, unwanted)), limit))


def beside(product_id: int, person: Person) -> list[Suggestion]:
    """What is near a product and not in their cart, the nearest first; who shows it asks what of it is there."""
    near = neighbours.of(product_id)
    return [Suggestion(one, "like", product_id) for one in near if one not in in_cart(person)]


def in_cart(person: Person) -> set[int]:
    """What lies in their cart."""
    return person.recall("in_cart", _in_cart)  # type: ignore[no-any-return]


def _in_cart(person: Person) -> set[int]:
    if person.cart is None:
        return set()
    lines = select(Variant.product_id).join(CartLine, CartLine.variant_id == Variant.id)
    return set(db.session.scalars(lines.where(CartLine.cart_id == person.cart.id)))


def _bought(person: Person) -> set[int]:
    return {one for one, _at in known(person).bought}


def _old(person: Person) -> list[tuple[int, datetime]]:
    then = clock.now() - JUST
    return [(one, at) for one, at in known(person).bought if at < then][:OFTEN]


class There:
    """Which of all that could be suggested they could buy today. The first of both rows are asked at once; the others,
    only when those do not do."""

    def __init__(self, rows: Sequence[Sequence[int]], group: str) -> None:
        first = {one for row in rows for one in row[:SOON]}
        self._rest, self._group = {one for row in rows for one in row} - first, group
        self._sold = shelf.sellable(first, group=group)

    def _of(self, product_id: int) -> shelf.Sold | None:
        if product_id in self._rest:
            self._sold |= shelf.sellable(self._rest, group=self._group)
            self._rest = set()
        return self._sold.get(product_id)

    def kind(self, product_id: int) -> str:
        """What kind it is, or "" when it is not there."""
        sold = self._of(product_id)
        return sold.kind if sold else ""

    def fits(self, product_id: int, unwanted: set[str]) -> bool:
        """Whether it is there and of no taste that they do not want."""
        sold = self._of(product_id)
        return sold is not None and not (unwanted and unwanted & set(sold.interests))


def _there(person: Person, group: str, best: Best | None) -> There:
    def ask(one: Person) -> There:
        rows = [old for old, _at in _old(one)], [wish.product_id for wish in _untried(one, best)]
        return There(rows, group)

    return person.recall("sellable", ask)  # type: ignore[no-any-return]


def _untried(person: Person, best: Best | None) -> list[Suggestion]:
    """What they may wish and neither bought nor laid into their cart, each once."""
    out, found = {*_bought(person), *in_cart(person)}, dict[int, Suggestion]()
    for one in _wished(person, best):
        if one.product_id not in out:
            found.setdefault(one.product_id, one)
    return list(found.values())


def _wished(person: Person, best: Best | None) -> list[Suggestion]:
    def ask(one: Person) -> list[Suggestion]:
        codes = [taste.code for taste in known(one).tastes if taste.weight >= LIKED][:3]
        scopes = {favourites.SHOP, f"country:{_country(one)}", *(f"taste:{code}" for code in codes)}
        popular = favourites.of(scopes) if best is None else best
        return [*known(one).near, *_liked(codes, popular), *_selling(one, popular)][:MOST]

    return person.recall("wished", ask)  # type: ignore[no-any-return]


def _near(past: Iterable[histories.Deed]) -> list[Suggestion]:
    now, scores = clock.now(), Counter[int]()
    reasons: dict[int, tuple[int, Suggestion]] = {}
    for deed in past:
        weight = taste_learning.faded(neighbours.WEIGHTS[deed.kind], now - deed.at)
        why = "bought" if deed.kind == "ordered" else "seen"
        for other, score in deed.near:
            points = weight * score
            scores[other] += points
            if points > reasons.get(other, (0, None))[0]:
                reasons[other] = points, Suggestion(other, why, deed.product_id)
    return [reasons[one][1] for one in sorted(scores, key=lambda one: (-scores[one], one))[:MOST]]


def _never(person: Person) -> set[str]:
    return {taste.code for taste in known(person).tastes if taste.origin == "said" and not taste.weight}


def _liked(codes: Iterable[str], best: Best) -> list[Suggestion]:
    return [Suggestion(one, "taste", code) for code in codes for one in best.get(f"taste:{code}", ())]


def _country(person: Person) -> str:
    own = person.contact.country if person.contact else ""
    return own or person.country or (person.visitor.country if person.visitor else "")


def _selling(person: Person, best: Best) -> list[Suggestion]:
    """What sells best where they are, then in the shop; then what the shop itself puts first."""
    country = _country(person)
    here = [Suggestion(one, "country", country) for one in best.get(f"country:{country}", ())]
    everywhere = [Suggestion(one, "shop") for one in best.get(favourites.SHOP, ())]
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
        found = reckon()
    transactions.retry_free(partial(keep, *found))


def reckon() -> tuple[list[neighbours.Near], favourites.Scopes]:
    """What is near what, and what sells best."""
    return neighbours.near(neighbours.baskets()), favourites.reckon()


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
