"""The catalogue: products of every kind, what may be asked of one, and what must follow when one changes."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import CheckConstraint, Index, String, column, inspect, select
from sqlalchemy import text as sql

from kernel import clock, tenancy
from kernel.db import Base, Mapped, db, many, mapped_column, pk, ref, words
from kernel.folding import fold
from kernel.money import Money
from kernel.tenancy import Binnable, TenantOwned
from shop import facets, marks, stems
from shop.categories import Category
from shop.pictures import ProductPicture
from shop.variants import BundlePart, Variant

KINDS = ("physical", "digital", "bundle", "voucher", "booking", "subscription")
IMMATERIAL = frozenset({"digital", "voucher", "booking"})  # nothing to deliver
MOST = 1_000_000  # units of anything
EVERYONES = sql("binned_at IS NULL AND customer_groups = '[]'")
__all__ = ["BundlePart", "Category", "Product", "ProductPicture", "Variant"]


class Product(TenantOwned, Binnable, Base):
    """Something the shop sells; what is bought is one of its variants."""

    __tablename__ = "product"
    __extra__ = (
        Index(
            "uq_product_slug", "tenant_id", "slug", unique=True,
            sqlite_where=column("binned_at").is_(None), postgresql_where=column("binned_at").is_(None),
        ),
        Index("ix_product_shelf", "tenant_id", "category_id", "state", "position", "id"),
        Index(
            "ix_product_open", "tenant_id", "category_id", "state", "position", "id",
            sqlite_where=EVERYONES, postgresql_where=EVERYONES,
        ),  # a list is read from it alone, whichever page of it
        Index("ix_product_price", "tenant_id", "category_id", "state", "low_minor", "id"),
        Index("ix_product_newest", "tenant_id", "category_id", "state", "published_at", "id"),
        Index("ix_product_name", "tenant_id", "category_id", "state", "sort_name", "id"),
        CheckConstraint("price_minor >= 0", name="price"),
        CheckConstraint("min_qty >= 1", name="min_qty"),
        CheckConstraint("valid_months > 0", name="valid_months"),
        CheckConstraint("deposit_bp BETWEEN 1 AND 9999", name="deposit_bp"),
        CheckConstraint("deposit_minor > 0", name="deposit"),
    )  # fmt: skip
    id: Mapped[int] = pk()
    slug: Mapped[str] = mapped_column(String(80))
    sku: Mapped[str] = mapped_column(String(64), default="")
    kind: Mapped[str] = mapped_column(String(12), default="physical")
    state: Mapped[str] = mapped_column(String(8), default="draft")  # draft | live
    name: Mapped[dict[str, str]] = words()
    short: Mapped[dict[str, str]] = words()
    description: Mapped[dict[str, str]] = words()
    unit: Mapped[dict[str, str]] = words()
    sort_name: Mapped[str] = mapped_column(String(120), default="")
    category_id: Mapped[int | None] = ref("category", index=False)
    price_minor: Mapped[int] = mapped_column(default=0)
    compare_minor: Mapped[int | None]
    low_minor: Mapped[int] = mapped_column(default=0)  # the cheapest and dearest variant: see changed()
    high_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3))
    tax_rate_id: Mapped[int | None] = ref("tax_rate")
    tags: Mapped[list[str]] = mapped_column(default=list)
    interests: Mapped[list[str]] = mapped_column(default=list)
    allergens: Mapped[list[Any]] = mapped_column(default=list)  # words or plain texts
    customer_groups: Mapped[list[str]] = mapped_column(default=list)  # empty: for everyone
    min_qty: Mapped[int] = mapped_column(default=1)
    max_qty: Mapped[int | None]
    season_from: Mapped[str | None] = mapped_column(String(5))  # "12-10"
    season_to: Mapped[str | None] = mapped_column(String(5))
    lead_hours: Mapped[int] = mapped_column(default=0)
    pickup_only: Mapped[bool] = mapped_column(default=False)
    weight_g: Mapped[int | None]
    fiscal: Mapped[dict[str, str]] = mapped_column(default=dict)  # what the tax office wants to know of it, by code
    deposit_bp: Mapped[int | None]  # asked for when it is ordered: a share of the line …
    deposit_minor: Mapped[int | None]  # … or so much for each unit
    deposit_days: Mapped[int] = mapped_column(default=0)  # the rest is due so many days before the delivery day
    every: Mapped[str] = mapped_column(String(4), default="")  # of a subscription: how often it comes, see intervals
    valid_months: Mapped[int | None]  # of a voucher: how long its cards are good; None: without end
    picture_id: Mapped[int | None] = ref("file")
    download_id: Mapped[int | None] = ref("file")
    options: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # [{code, name, values: [{code, name}]}]
    texts: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # [{code, label, max, required}]
    maker: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {name, place?, hours?, text?}
    brief: Mapped[str] = mapped_column(String(300), default="")  # what its picture shows, for who cannot see it
    position: Mapped[int] = mapped_column(default=0)
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    review_count: Mapped[int] = mapped_column(default=0)  # reviews that are shown, and their stars in all: see reviews
    review_sum: Mapped[int] = mapped_column(default=0)
    review_pictured: Mapped[int] = mapped_column(default=0)  # and the pictures that are seen with them
    question_count: Mapped[int] = mapped_column(default=0)  # questions that are shown with their answers: see questions
    variants = many("Product", "Variant.product_id", order_by="(Variant.position, Variant.id)")
    parts = many("Product", "BundlePart.product_id", order_by="BundlePart.variant_id")
    pictures = many("Product", "ProductPicture.product_id", order_by="(ProductPicture.position, ProductPicture.id)")

    @property
    def price(self) -> Money:
        """Its own price; a variant may have another."""
        return Money(self.price_minor, self.currency)

    @property
    def low(self) -> Money:
        """The price of its cheapest variant: what lists show."""
        return Money(self.low_minor, self.currency)

    @property
    def live(self) -> bool:
        """Whether the public may see it."""
        return self.state == "live" and self.binned_at is None

    def open_to(self, group: str) -> bool:
        """Whether a customer of that group may see and buy it."""
        return not self.customer_groups or group in self.customer_groups


class Ranged(Protocol):
    """What knows its lowest and its highest price: a product, or a row of a list."""

    @property
    def low_minor(self) -> int: ...
    @property
    def high_minor(self) -> int: ...


def varies(row: Ranged) -> bool:
    """Whether it has more than one price, so that whoever tells the lowest one says "from"."""
    return row.high_minor > row.low_minor


def price(product: Product, variant: Variant | None = None) -> Money:
    """What one unit costs before quantity prices (see pricing)."""
    own = variant.price_minor if variant else None
    return Money(product.price_minor if own is None else own, product.currency)


def compare(product: Product, variant: Variant | None = None) -> Money | None:
    """The struck-through price, when it is above the price."""
    own = variant.compare_minor if variant else None
    before = product.compare_minor if own is None and not (variant and variant.price_minor is not None) else own
    return Money(before, product.currency) if before and before > price(product, variant).minor else None


def slugged(slug: str) -> Product | None:
    """The product with that slug, live or not."""
    return db.session.scalars(select(Product).where(Product.slug == slug)).one_or_none()


def names(slugs: Collection[str]) -> dict[str, dict[str, str]]:
    """What the products with these slugs are called."""
    rows = db.session.execute(select(Product.slug, Product.name).where(Product.slug.in_(slugs)))
    return {row.slug: row.name for row in rows}


def by_sku(sku: str) -> Product | None:
    """The product with that SKU."""
    return db.session.scalars(select(Product).where(Product.sku == sku).order_by(Product.id)).first()


def variants(ids: Iterable[int]) -> dict[int, Variant]:
    """Variants by id."""
    wanted = set(ids)
    here = _here(Variant, wanted)
    missing = sorted(wanted - here.keys())
    rows = db.session.scalars(select(Variant).where(Variant.id.in_(missing))) if missing else ()
    return here | {row.id: row for row in rows}


def _here(cls: Any, ids: set[int]) -> dict[int, Any]:
    """Those of them that the session has as they are."""
    session = db.session()
    loaded = {one: session.identity_map.get(session.identity_key(cls, one)) for one in ids}
    return {one: row for one, row in loaded.items() if row is not None and not inspect(row).expired}


def of_ids(ids: Sequence[int]) -> list[Product]:
    """The products with these ids, in the given order."""
    found = {one: row for one, row in _here(Product, set(ids)).items() if row.binned_at is None}
    missing = [one for one in ids if one not in found]
    rows = db.session.scalars(select(Product).where(Product.id.in_(missing))) if missing else ()
    found |= {row.id: row for row in rows}
    return [found[one] for one in ids if one in found]


def blank(name: dict[str, str]) -> Product:
    """A product that is not kept, with nothing but a name: what a preview shows before the first save."""
    return Product(
        id=0, slug="x", name=name, short={}, description={}, unit={}, price_minor=0, low_minor=0, high_minor=0,
        currency=tenancy.tenant().currency, tags=[], allergens=[], customer_groups=[], options=[], texts=[], maker={},
        min_qty=1, lead_hours=0, pickup_only=False, brief="", kind="physical", state="draft",
        review_count=0, review_sum=0, review_pictured=0, question_count=0,
    )  # fmt: skip


_checks: list[Callable[[Product], None]] = []


def before_publishing(check: Callable[[Product], None]) -> None:
    """Have somebody look at a product first: a Refusal of theirs keeps it from the public."""
    if check not in _checks:
        _checks.append(check)


_spans: list[Callable[[Product], tuple[int, int] | None]] = []


def priced(span: Callable[[Product], tuple[int, int] | None]) -> None:
    """Have somebody say from what to what a product costs, where not its variants alone say it; else None."""
    if span not in _spans:
        _spans.append(span)


def check(product: Product) -> None:
    """Refuse what is not ready for the public."""
    for look in _checks:
        look(product)


def publish(product: Product) -> None:
    """Let the public see it; raises a Refusal when something of it is not ready."""
    check(product)
    product.state, product.published_at = "live", product.published_at or clock.now()
    changed(product)


def withdraw(product: Product) -> None:
    """Take it off the public shop."""
    product.state = "draft"
    changed(product)


def changed(*products: Product, left: Iterable[int | None] = ()) -> None:
    """After any edit of products, their variants or their bin: prices of lists, marks, search, shelves, cached pages.

    Call it once for many products: the shelves are counted once, those that somebody `left` too.
    """
    db.session.flush()
    language = tenancy.tenant().language
    for product in products:
        _settle(product, language)
    db.session.flush()
    stems.index(products)
    facets.refresh({*left, *(product.category_id for product in products)})
    tenancy.touch()


def _settle(product: Product, language: str) -> None:
    known = db.session.scalars(
        select(Variant.price_minor).where(Variant.product_id == product.id, Variant.active)
    ).all()
    prices = [product.price_minor if own is None else own for own in known] or [product.price_minor]
    told = next((found for span in _spans if (found := span(product))), None)
    product.low_minor, product.high_minor = told or (min(prices), max(prices))
    name = product.name.get(language) or next(iter(product.name.values()), "")
    product.sort_name = fold(name)[:120]
    marks.write(product.id, tags=product.tags, groups=product.customer_groups)
