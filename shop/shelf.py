"""Shelf: which products a visitor sees in a category or a search, sorted and sieved, and which are sold out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased, load_only

from kernel import clock, tenancy
from kernel.db import db
from shop import marks, seasons
from shop.catalog import BundlePart, Product, Variant
from shop.variants import UNCOUNTED

SORTS = ("featured", "price", "-price", "newest", "name")
PER_PAGE = 24
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
    """One page of a list."""

    products: Sequence[Product]
    count: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.count // PER_PAGE))


def public(group: Any = "") -> ColumnElement[bool]:
    """SQL: live, and meant for everyone or for that customer group."""
    everyone = Product.customer_groups == []
    mine = everyone if isinstance(group, str) and not group else or_(everyone, marks.has(Product, "group", group))
    return and_(Product.state == "live", mine)


def of_category(category_ids: Sequence[int], sieve: Sieve, *, group: str = "", count: int | None = None) -> Listing:
    """A page of what lies on these shelves; `count` when the caller knows it already."""
    wanted = _sieved(select(Product).where(Product.category_id.in_(category_ids), public(group)), sieve)
    total = count if count is not None and sieve.plain and not group else _count(wanted)
    page = min(sieve.page, max(1, -(-total // PER_PAGE)))
    rows = (
        wanted.options(load_only(*LISTED)).order_by(*_order(sieve.sort)).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    )
    return Listing(db.session.scalars(rows).all(), total, page)


def of_ids(ids: Sequence[int], page: int = 1, *, group: str = "", size: int = PER_PAGE) -> Listing:
    """A page of these products in the given order, without those that the visitor may not see."""
    wanted = select(Product.id).where(Product.id.in_(ids), public(group))
    seen = set(db.session.scalars(wanted)) if ids else set()
    kept = [one for one in ids if one in seen]
    page = min(page, max(1, -(-len(kept) // size)))
    return Listing(_rows(kept[(page - 1) * size : page * size]), len(kept), page)


def first(limit: int, *conditions: ColumnElement[bool], group: str = "") -> Sequence[Product]:
    """The first public products that meet the conditions, in the shop's own order."""
    wanted = select(Product).where(public(group), *conditions).options(load_only(*LISTED))
    return db.session.scalars(wanted.order_by(*_order("featured")).limit(limit)).all()


def light() -> tuple[Any, ...]:
    """What a query of products loads for cards, and no more."""
    return (load_only(*LISTED),)


def _rows(ids: Sequence[int]) -> list[Product]:
    wanted = select(Product).where(Product.id.in_(ids)).options(load_only(*LISTED))
    found = {row.id: row for row in db.session.scalars(wanted)} if ids else {}
    return [found[one] for one in ids]


def _count(wanted: Select[Any]) -> int:
    return db.session.scalar(wanted.with_only_columns(func.count(Product.id))) or 0


def _sieved(wanted: Select[Any], sieve: Sieve) -> Select[Any]:
    if sieve.low_minor is not None:
        wanted = wanted.where(Product.low_minor >= sieve.low_minor)
    if sieve.high_minor is not None:
        wanted = wanted.where(Product.low_minor <= sieve.high_minor)
    if sieve.tag:
        wanted = wanted.where(marks.has(Product, "tag", sieve.tag))
    return wanted.where(_in_stock()) if sieve.in_stock else wanted


def _order(sort: str) -> tuple[Any, ...]:
    return {
        "price": (Product.low_minor, Product.id),
        "-price": (Product.low_minor.desc(), Product.id.desc()),
        "newest": (Product.published_at.desc(), Product.id.desc()),
        "name": (Product.sort_name, Product.id),
    }.get(sort, (Product.position, Product.id))


@lru_cache
def _in_stock() -> ColumnElement[bool]:
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
    wanted = sorted(set(product_ids))
    return set(db.session.scalars(_sold_out(), {"ids": wanted})) if wanted else set()


class Sold(NamedTuple):
    """A product that can be bought: what kind it is, and the codes of the tastes it is for."""

    kind: str
    interests: list[str]


def sellable(ids: Iterable[int], *, group: str = "") -> dict[int, Sold]:
    """Which of these products this visitor could buy today."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    told = {"ids": wanted, **({"group": group} if group else {})}
    rows = db.session.execute(_sellable(bool(group)), told).all()
    today = clock.today(tenancy.tenant().timezone) if any(row.season_from for row in rows) else date.min
    return {
        row.id: Sold(row.kind, row.interests) for row in rows
        if seasons.state(row.season_from, row.season_to, today).open
    }  # fmt: skip


@lru_cache
def _sellable(grouped: bool) -> Any:
    told = select(Product.id, Product.kind, Product.interests, Product.season_from, Product.season_to)
    mine: Any = bindparam("group") if grouped else ""
    return told.where(Product.id.in_(bindparam("ids", expanding=True)), public(mine), _in_stock())


@lru_cache
def _sold_out() -> Select[Any]:
    """Built once: every kept page asks it for its cards, and building costs more than asking."""
    return select(Product.id).where(Product.id.in_(bindparam("ids", expanding=True)), ~_in_stock())
