"""Favourites: what sells best in the shop, in a country and for a taste: what is shown while nothing else is known."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import String, UniqueConstraint, delete, func, select

from crm.contacts import Contact
from kernel import clock, tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk, ref
from kernel.tenancy import TenantOwned
from shop import shelf
from shop.catalog import Product
from shop.order_lines import OrderLine
from shop.orders import ENDED, Order

LATELY = timedelta(days=180)
EACH = 16  # of one scope
SHOP = ""  # the scope of everybody; others are "country:CR" and "taste:aprender"
Scopes = Mapping[str, Sequence[int]]


class Favourite(TenantOwned, Base):
    """A product's place among those that sell best in one scope."""

    __tablename__ = "favourite"
    __extra__ = (UniqueConstraint("tenant_id", "scope", "place"),)
    id: Mapped[int] = pk()
    scope: Mapped[str] = mapped_column(String(60))
    place: Mapped[int]
    product_id: Mapped[int] = ref("product")


def of(scopes: Iterable[str] | None = None) -> dict[str, list[int]]:
    """The products of these scopes, or of all, the best first."""
    wanted = select(Favourite.scope, Favourite.product_id)
    if scopes is not None:
        wanted = wanted.where(Favourite.scope.in_(sorted(set(scopes))))
    found: dict[str, list[int]] = defaultdict(list)
    for scope, product_id in db.session.execute(wanted.order_by(Favourite.place)):
        found[scope].append(product_id)
    return found


def reckon() -> Scopes:
    """What sold best lately, by scope."""
    sold: dict[str, Counter[int]] = defaultdict(Counter)
    for country, product_id, count in _sold():
        sold[SHOP][product_id] += count
        if country:
            sold[f"country:{country}"][product_id] += count
    found = {scope: [one for one, _count in counts.most_common(EACH)] for scope, counts in sold.items()}
    return found | _by_taste(sold[SHOP])


def _sold() -> list[tuple[str | None, int, int]]:
    orders = func.count(func.distinct(Order.id))
    wanted = (
        select(Contact.country, OrderLine.product_id, orders).select_from(Order)
        .join(OrderLine, OrderLine.order_id == Order.id).outerjoin(Contact, Contact.id == Order.contact_id)
        .where(~Order.practice, Order.state.not_in(ENDED), Order.placed_at > clock.now() - LATELY)
        .group_by(Contact.country, OrderLine.product_id).order_by(OrderLine.product_id)
    )  # fmt: skip
    return [(country, product_id, count) for country, product_id, count in db.session.execute(wanted)]


def _by_taste(sold: Mapping[int, int]) -> dict[str, list[int]]:
    found: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    wanted = select(Product.id, Product.interests, Product.position).where(shelf.public())
    for product_id, codes, position in db.session.execute(wanted):
        for code in codes:
            found[f"taste:{code[:40]}"].append((-sold.get(product_id, 0), position, product_id))
    return {scope: [one for _sold, _place, one in sorted(rows)[:EACH]] for scope, rows in found.items()}


def write(scopes: Scopes) -> None:
    """Let the table say that."""
    wanted = [(scope, place, one) for scope, ids in sorted(scopes.items()) for place, one in enumerate(ids)]
    rows = select(Favourite.scope, Favourite.place, Favourite.product_id).order_by(Favourite.scope, Favourite.place)
    if sorted(wanted) == sorted((scope, place, one) for scope, place, one in db.session.execute(rows)):
        return
    owner = tenancy.current()
    db.session.execute(delete(Favourite))
    db.session.add_all(
        Favourite(tenant_id=owner, scope=scope, place=place, product_id=one) for scope, place, one in wanted
    )
    db.session.flush()
