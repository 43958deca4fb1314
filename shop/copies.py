"""Copies: another product like one that is there, as a draft; what was sold, booked and said of that one stays its own.

Each column of what is copied is named here, as copied or as made anew, and each table that refers to a product: a test
finds what is not.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from sqlalchemy import select

from kernel import clock, i18n, journal, tenancy
from kernel.db import db
from kernel.i18n import _, _l
from shop import catalog, options, services, slugs
from shop.catalog import BundlePart, Product, ProductPicture, Variant
from shop.hours import DayException, Hours
from shop.pricing import PriceBreak
from shop.rates import ServiceRate
from shop.services import Service, ServiceResource

LONGEST = 120  # signs of a name
COPIED: dict[type, tuple[str, ...]] = {
    Product: (
        "kind", "short", "description", "unit", "category_id", "price_minor", "compare_minor", "currency",
        "tax_rate_id", "tags", "interests", "allergens", "customer_groups", "min_qty", "max_qty", "season_from",
        "season_to", "lead_hours", "pickup_only", "weight_g", "fiscal", "deposit_bp", "deposit_minor", "deposit_days",
        "every", "valid_months", "picture_id", "download_id", "options", "texts", "maker", "brief",
    ),
    Variant: ("options", "price_minor", "compare_minor", "picture_id", "position", "stock_kind", "daily_capacity",
              "low_at", "active"),
    BundlePart: ("variant_id", "quantity"),
    ProductPicture: ("file_id", "position", "alt"),
    PriceBreak: ("min_qty", "price_minor", "customer_group"),
    Service: (
        "kind", "minutes", "step", "before", "after", "capacity", "group_min", "check_in", "check_out", "nights_min",
        "nights_max", "lead", "horizon", "series_most", "holidays", "seasons", "week_bp", "month_bp", "guests_in",
        "guest_minor", "policy", "questions", "languages", "age_min", "answer_hours", "answer_from", "meeting",
        "know", "know_read",
    ),
    ServiceResource: ("resource_id", "seats"),
    ServiceRate: ("name", "begins", "ends", "weekdays", "price_minor", "nights_min"),
    Hours: ("weekday", "opens", "closes"),
    DayException: ("day", "opens", "closes", "note"),
}  # fmt: skip
ANEW: dict[type, tuple[str, ...]] = {  # besides `id` and `tenant_id`
    Product: ("slug", "sku", "state", "name", "sort_name", "low_minor", "high_minor", "position", "published_at",
              "created_at", "binned_at", "review_count", "review_sum", "review_pictured", "question_count"),
    Variant: ("product_id", "sku", "on_hand"),
    BundlePart: ("product_id",),
    ProductPicture: ("product_id",),
    PriceBreak: ("product_id", "variant_id"),
    Service: ("product_id",),
    ServiceResource: ("service_id",),
    ServiceRate: ("service_id",),
    Hours: ("service_id",),
    DayException: ("service_id",),
}  # fmt: skip


def make(product: Product, *, by: Any = None) -> Product:
    """A draft like it, with nothing on the shelf, its own address and its own codes."""
    name = {spoken: _named(text, spoken) for spoken, text in product.name.items()}
    last = db.session.scalar(select(Product.position).order_by(Product.position.desc()).limit(1)) or 0
    slug = slugs.free(Product, i18n.pick(name, tenancy.tenant().language))
    slugs.forget("product", slug)
    row: Product = _like(product, name=name, slug=slug, position=last + 1)
    variants = _variants(product, row)
    row.sku = _code(product, variants)
    for picture in product.pictures:
        _like(picture, product_id=row.id)
    for part in product.parts:
        _like(part, product_id=row.id)
    for lower in db.session.scalars(select(PriceBreak).where(PriceBreak.product_id == product.id)).all():
        own = variants.get(lower.variant_id or 0)
        if lower.variant_id is None or own is not None:
            _like(lower, product_id=row.id, variant_id=own.id if own else None)
    _service(product, row)
    db.session.expire(row)
    journal.write("product.copied", about=row, by=by, data={"name": i18n.pick(product.name)})
    catalog.changed(row)
    return row


def _named(text: str, spoken: str) -> str:
    with i18n.speak(spoken):
        return str(_("Copy of %(name)s", name=text))[:LONGEST].rstrip()


def _like(row: Any, **anew: Any) -> Any:
    """Another row with all that is copied of this one."""
    told = {name: deepcopy(getattr(row, name)) for name in COPIED[type(row)]}
    fresh = type(row)(**told, **anew)
    db.session.add(fresh)
    db.session.flush()
    return fresh


def _variants(product: Product, row: Product) -> Mapping[int, Variant]:
    """The choices that there are now, by the id of the one that each is like; what was put away long ago is left."""
    standing = options.standing(product.variants)
    kept = [known for one in options.choices(product.options) if (known := standing.get(options.key(one)))]
    return {one.id: _like(one, product_id=row.id, sku=options.free_sku(one.sku), on_hand=0) for one in kept}


def _code(product: Product, variants: Mapping[int, Variant]) -> str:
    """Its own code: that of its variant where it was that one's, else one that nobody has."""
    if not product.sku:
        return ""
    same = next((variants[one.id].sku for one in product.variants if one.sku == product.sku and one.id in variants), "")
    return same or _free(product.sku)


def _free(sku: str) -> str:
    taken = set(db.session.scalars(select(Product.sku).where(Product.sku.startswith(sku, autoescape=True))))
    return next(code for n in range(2, len(taken) + 3) if (code := f"{sku[:58]}-{n}") not in taken)


def _service(product: Product, row: Product) -> None:
    """How it is booked, with the days to come that are otherwise; it occupies what the other one occupies."""
    known = services.of(product)
    if known is None:
        return
    mine = _like(known, product_id=row.id)
    days = select(DayException).where(DayException.service_id == known.id, DayException.day >= clock.now().date())
    week = select(Hours).where(Hours.service_id == known.id)
    rows: Sequence[Any] = (*known.needs, *known.rates, *db.session.scalars(week), *db.session.scalars(days))
    for one in rows:
        _like(one, service_id=mine.id)


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("product.copied", _l("Made a copy of “%(name)s”"))
