"""The bin: products, categories and pages that were put away; thirty days, and for ever what an order names."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from kernel import clock, jobs, journal, signing, tenancy, transactions
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Gone, Refusal
from kernel.tenancy import Tenant
from shop import askers, booking_traces, catalog, categories, facets, page_versions, pages, slugs, stock, suggestions
from shop.cart import CartLine
from shop.import_pictures import ImportPicture
from shop.marks import ProductMark
from shop.order_lines import OrderLine
from shop.pricing import PriceBreak
from shop.saved import SavedProduct
from shop.stems import SearchStem
from shop.stock_wait_rows import StockWait

DAYS = 30
KINDS: dict[str, Any] = {"product": catalog.Product, "category": categories.Category, "page": pages.Page}


def put(kind: str, rows: Sequence[Any], *, by: Any = None) -> list[int]:
    """Put rows of a kind into the bin, categories with everything below them; the ids that went."""
    rows = _with_branches(rows) if kind == "category" else [row for row in rows if row.binned_at is None]
    if any(getattr(row, "kind", "") == "home" for row in rows):
        raise Refusal(_l("A shop always has its first page. Change it instead."))
    if kind == "product":
        booking_traces.end_holds([row.id for row in rows])
    if kind == "page":
        for row in rows:
            page_versions.end(row)
    now = clock.now()
    for row in rows:
        row.binned_at = now
        journal.write("shop.binned", about=row, by=by, data={"name": name(row)})
    _settle(kind, rows)
    return [row.id for row in rows]


def restore(kind: str, ids: Sequence[int], *, by: Any = None) -> list[Any]:
    """Take rows out of the bin as they were: the same id, place and stock; what is not there any more is refused."""
    cls = KINDS[kind]
    found = _binned(select(cls).where(cls.id.in_(ids), cls.binned_at.is_not(None)))
    if not found:
        raise Gone(_l("It is not in the bin any more."))
    rows = _with_trunks(found) if kind == "category" else found
    for row in rows:
        row.slug = slugs.free(cls, row.slug, keep=row.id)
        row.binned_at = None
        if kind == "page" and row.published_at:
            pages.show_again(row, by=by.known_as if by else "")
        journal.write("shop.restored", about=row, by=by, data={"name": name(row)})
    _settle(kind, rows)
    return rows


def listed() -> list[tuple[str, Any]]:
    """(kind, row) of all that lies in the bin, what went last first."""
    found = [
        (kind, row) for kind, cls in KINDS.items() for row in _binned(select(cls).where(cls.binned_at.is_not(None)))
    ]
    return sorted(found, key=lambda pair: pair[1].binned_at, reverse=True)


def name(row: Any) -> str:
    """What it is called, in the shop's own language."""
    words = row.title if isinstance(row, pages.Page) else row.name
    return words.get(tenancy.tenant().language) or next(iter(words.values()), row.slug)


def ticket(kind: str, ids: Sequence[int]) -> str:
    """What an undo button carries."""
    return signing.make("bin", [tenancy.current(), kind, list(ids)])


def opened(text: str) -> tuple[str, list[int]]:
    """(kind, ids) of a ticket of this shop; raises Gone."""
    told = signing.read("bin", text, minutes=DAYS * 24 * 60)
    if not told or told[0] != tenancy.current() or told[1] not in KINDS:
        raise Gone(_l("It is not in the bin any more."))
    return told[1], told[2]


def _binned(wanted: Any) -> list[Any]:
    return list(db.session.scalars(wanted.execution_options(binned=True)))


def _with_branches(rows: Sequence[Any]) -> list[Any]:
    shelves = categories.all_()
    under = {one for row in rows for one in categories.below(shelves, row)}
    return [shelf for shelf in shelves if shelf.id in under]


def _with_trunks(rows: Sequence[Any]) -> list[Any]:
    """Also the categories above: nothing hangs in the air."""
    every = {row.id: row for row in _binned(select(categories.Category))}
    wanted = list(rows)
    for row in wanted:
        above = every.get(row.parent_id or 0)
        if above is not None and above.binned_at is not None and above not in wanted:
            wanted.append(above)
    return wanted


def _settle(kind: str, rows: Sequence[Any]) -> None:
    if kind == "product":
        catalog.changed(*rows)
        return
    db.session.flush()
    if kind == "category":
        facets.refresh_all()
    tenancy.touch()


@jobs.job("shop.empty_bins")
def empty_all() -> None:
    """Empty every shop's bin of what lay there for thirty days."""
    for tenant_id in db.session.scalars(select(Tenant.id).order_by(Tenant.id)).all():
        with tenancy.use(tenant_id):
            transactions.retry_free(empty)


def empty() -> int:
    """Delete what lay here for thirty days and nothing refers to; how many rows that were."""
    until, gone = clock.now() - timedelta(days=DAYS), 0
    for kind, cls in KINDS.items():
        for row in _binned(select(cls).where(cls.binned_at < until).order_by(cls.id.desc())):
            gone += not (kind == "product" and named(row)) and _deleted(kind, row)
    return gone


def remove(kind: str, row: Any) -> bool:
    """Delete at once what no order names and nothing refers to, without thirty days; whether it is gone."""
    left = row.category_id if kind == "product" else None
    if (kind == "product" and named(row)) or not _deleted(kind, row):
        return False
    db.session.expunge(row)
    facets.refresh({left})
    tenancy.touch()
    return True


def named(product: catalog.Product) -> bool:
    """Whether an order names it."""
    lines = select(OrderLine.id).where(OrderLine.product_id == product.id).limit(1)
    return db.session.scalar(lines) is not None


def _deleted(kind: str, row: Any) -> bool:
    try:
        with db.session.begin_nested():
            slug = slugs.FormerSlug
            db.session.execute(delete(slug).where(slug.kind == kind, slug.target_id == row.id))
            if kind == "product":
                _delete_parts(row)
            if kind == "page" and row.kind != "policy":  # what a buyer accepted stays
                page_versions.forget(row.id)
            cls = KINDS[kind]
            db.session.execute(delete(cls).where(cls.id == row.id), execution_options={"binned": True})
    except IntegrityError:  # something refers to it after all: it stays in the bin
        return False
    return True


def _delete_parts(product: catalog.Product) -> None:
    booking_traces.forget(product.id)
    suggestions.forget(product.id)
    askers.forget_product(product.id)
    own = select(catalog.Variant.id).where(catalog.Variant.product_id == product.id).scalar_subquery()
    for cls in (CartLine, stock.StockMove, stock.DayTaken, StockWait):
        db.session.execute(delete(cls).where(cls.variant_id.in_(own)), execution_options={"synchronize_session": False})
    parts = (ImportPicture, ProductMark, SearchStem, SavedProduct, PriceBreak, catalog.ProductPicture)
    for part in (*parts, catalog.BundlePart, catalog.Variant):
        wanted = delete(part).where(part.product_id == product.id)
        db.session.execute(wanted, execution_options={"synchronize_session": False})


jobs.every("shop.empty_bins", seconds=6 * 3600)
journal.kind("shop.binned", _l("Put “%(name)s” into the bin"))
journal.kind("shop.restored", _l("Took “%(name)s” out of the bin"))
