"""Shelf: which products a visitor sees in a category or a search, sorted and sieved, and which are sold out."""

import json
from array import array
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, cast, exists, func, literal_column, or_, select
from sqlalchemy.orm import aliased, load_only

from kernel import beside, clock, tenancy
from kernel.db import db
from shop import marks, seasons
from shop.catalog import BundlePart, Product, Variant
from shop.variants import UNCOUNTED

Once = Callable[[Hashable, Callable[[], Any]], Any]
SORTS = ("featured", "price", "-price", "newest", "name")
PER_PAGE = 24
AHEAD = 10 * PER_PAGE  # keys read at once: far down a list, whoever reads on would pass all that is above again
LISTED = (
    Product.slug, Product.name, Product.short, Product.unit, Product.low_minor, Product.high_minor,
    Product.price_minor, Product.compare_minor, Product.currency, Product.picture_id, Product.brief,
    Product.season_from, Product.season_to, Product.kind,
)  # fmt: skip


@dataclass(frozen=True)
class Sieve:
    """What a visitor asked of a list; whatever is not asked has its default."""

    sort: str = "featured"
    page: int = 1
    low_minor: int | None = None
    high_minor: int | None = None
    in_stock: bool = False
    tag: str = ""

    @property
    def plain(self) -> bool:
        """Whether nothing is left out: the shelf's own count is the count."""
        return replace(self, sort="featured", page=1) == Sieve()


@dataclass(frozen=True)
class Listing:
    """One page of a list: the keys of its products in order."""

    ids: Sequence[int]
    count: int
    page: int

    @property
    def products(self) -> Sequence[Product]:
        """The products themselves, with what lists show."""
        return _rows(self.ids)

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.count // PER_PAGE))


def public(group: Any = "") -> ColumnElement[bool]:
    """SQL: live, and meant for everyone or for that customer group."""
    everyone = Product.customer_groups == literal_column("'[]'")  # as ix_product_open says it
    mine = everyone if isinstance(group, str) and not group else or_(everyone, marks.has(Product, "group", group))
    return and_(Product.state == "live", mine)


def each_time(_key: Hashable, make: Callable[[], Any]) -> Any:
    """Keep nothing."""
    return make()


def of_category(
    category_ids: Sequence[int], sieve: Sieve, *, group: str = "", count: int | None = None, once: Once = each_time
) -> Listing:
    """A page of what lies on these shelves; `count` when the caller knows it already.

    What is not sieved moves only with edits: `once(key, make)` may keep its keys until then, some pages of them.
    """
    told = {"group": group, "low": sieve.low_minor, "high": sieve.high_minor, "tag": sieve.tag}
    asked = {name: value for name, value in told.items() if value not in ("", None)}
    wanted = _lying(len(category_ids), frozenset(asked), sieve.in_stock, sieve.sort)
    asked |= {_nth(place): one for place, one in enumerate(category_ids)}
    total = count if count is not None and sieve.plain and not group else _count(wanted, asked)
    page = min(sieve.page, max(1, -(-total // PER_PAGE)))
    keep, most = (once, AHEAD) if sieve.plain else (each_time, PER_PAGE)
    start = (page - 1) * PER_PAGE
    above = start - start % most
    keys = keep(
        ("keys", *category_ids, group, sieve.sort, above),
        lambda: array("q", beside.column(wanted, **asked, most=most, skipped=above)),
    )
    return Listing(keys[start - above :][:PER_PAGE], total, page)


def of_ids(ids: Sequence[int], page: int = 1, *, group: str = "", size: int = PER_PAGE) -> Listing:
    """A page of these products in the given order, without those that the visitor may not see."""
    wanted = select(Product.id).where(Product.id.in_(ids), public(group))
    seen = set(db.session.scalars(wanted)) if ids else set()
    kept = [one for one in ids if one in seen]
    page = min(page, max(1, -(-len(kept) // size)))
    return Listing(kept[(page - 1) * size : page * size], len(kept), page)


def first(limit: int, *conditions: ColumnElement[bool], group: str = "") -> Sequence[Product]:
    """The first public products that meet the conditions, in the shop's own order."""
    wanted = select(Product).where(public(group), *conditions).options(load_only(*LISTED))
    return db.session.scalars(wanted.order_by(*_order("featured")).limit(limit)).all()


def lying(category_ids: Sequence[int], tag: str = "") -> list[ColumnElement[bool]]:
    """Conditions for `first`: on one of these shelves (of none: on any), with that tag ("": whatever it carries)."""
    on: list[ColumnElement[bool]] = [Product.category_id.in_(category_ids)] if category_ids else []
    return [*on, marks.has(Product, "tag", tag)] if tag else on


def light() -> tuple[Any, ...]:
    """What a query of products loads for cards, and no more."""
    return (load_only(*LISTED),)


def _rows(ids: Sequence[int]) -> list[Product]:
    wanted = select(Product).where(Product.id.in_(ids)).options(load_only(*LISTED))
    found = {row.id: row for row in db.session.scalars(wanted)} if ids else {}
    return [found[one] for one in ids]


def _count(wanted: Select[Any], asked: Mapping[str, Any]) -> int:
    return int(beside.column(_counted(wanted), **asked)[0])


@lru_cache(maxsize=100)
def _counted(wanted: Select[Any]) -> Select[Any]:
    return wanted.with_only_columns(func.count(Product.id)).order_by(None).limit(None).offset(None)


@lru_cache(maxsize=100)
def _lying(shelves: int, asked: frozenset[str], in_stock_only: bool, sort: str) -> Select[Any]:
    """Built once for each way to ask; asked beside the guard between tenants, so it names the tenant itself.

    Each shelf is a value of its own: of a single one the index has the order too.
    """
    mine: Any = bindparam("group") if "group" in asked else ""
    below = Product.category_id.in_([bindparam(_nth(place)) for place in range(shelves)])
    tenant: Any = bindparam("tenant")
    wanted = select(Product.id).where(below, public(mine), Product.tenant_id == tenant)
    if "low" in asked:
        wanted = wanted.where(Product.low_minor >= bindparam("low"))
    if "high" in asked:
        wanted = wanted.where(Product.low_minor <= bindparam("high"))
    if "tag" in asked:
        wanted = wanted.where(marks.has(Product, "tag", bindparam("tag")))
    if in_stock_only:
        wanted = wanted.where(in_stock())
    there = wanted.where(Product.binned_at.is_(None)).order_by(*_order(sort))
    return there.limit(bindparam("most")).offset(bindparam("skipped"))


def _nth(place: int) -> str:
    return f"shelf_{place}"


def _order(sort: str) -> tuple[Any, ...]:
    return {
        "price": (Product.low_minor, Product.id),
        "-price": (Product.low_minor.desc(), Product.id.desc()),
        "newest": (Product.published_at.desc(), Product.id.desc()),
        "name": (Product.sort_name, Product.id),
    }.get(sort, (Product.position, Product.id))


@lru_cache
def in_stock() -> ColumnElement[bool]:
    """SQL: something of the product is left to sell."""
    part = aliased(Variant)
    short = exists().where(
        BundlePart.product_id == Variant.product_id, part.id == BundlePart.variant_id,
        part.stock_kind == "onhand", part.on_hand < BundlePart.quantity,
    )  # fmt: skip
    has = or_(
        and_(Variant.stock_kind == "onhand", Variant.on_hand > 0),
        Variant.stock_kind.in_(("daily", *UNCOUNTED)),
        and_(Variant.stock_kind == "parts", ~short),
    )
    return exists().where(Variant.product_id == Product.id, Variant.active, has)


def sold_out(product_ids: Iterable[int]) -> set[int]:
    """Which of these products have nothing left to sell, in one question."""
    asked = sorted(set(product_ids))
    return set(beside.column(_sold_out(), ids=asked)) if asked else set()


class Sold(NamedTuple):
    """A product that can be bought: what kind it is, and what tastes it is for."""

    kind: str
    told: str  # JSON: most who ask whether it can be bought ask nothing else

    @property
    def interests(self) -> list[str]:
        """The codes of the tastes it is for."""
        found: list[str] = json.loads(self.told)
        return found


def sellable(ids: Iterable[int], *, group: str = "") -> dict[int, Sold]:
    """Which of these products this visitor could buy today."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = beside.plain(_sellable(bool(group)), ids=wanted, **({"group": group} if group else {}))
    today = clock.today(tenancy.tenant().timezone) if any(since for *_told, since, _till in rows) else date.min
    return {
        one: Sold(kind, told) for one, kind, told, since, till in rows
        if seasons.state(since, till, today).open
    }  # fmt: skip


@lru_cache
def _sellable(grouped: bool) -> Any:
    likes = cast(Product.interests, Text)
    told = select(Product.id, Product.kind, likes, Product.season_from, Product.season_to)
    mine: Any = bindparam("group") if grouped else ""
    return told.where(*_own_of("ids"), public(mine), in_stock())


@lru_cache
def _sold_out() -> Select[Any]:
    """Built once: every kept page asks it for its cards, and building costs more than asking."""
    return select(Product.id).where(*_own_of("ids"), ~in_stock())


def _own_of(ids: str) -> tuple[ColumnElement[bool], ...]:
    """Asked beside the guard between tenants, so it names the tenant itself."""
    wanted: Any = bindparam(ids, expanding=True)
    mine: Any = bindparam("tenant")
    return Product.id.in_(wanted), Product.tenant_id == mine, Product.binned_at.is_(None)
