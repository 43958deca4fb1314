"""Sheets: all that an editor says of a product, and writing it in one go; stock moves by what was changed only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from kernel import files, journal, tenancy
from kernel.db import db
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import catalog, options, services, slugs, stock, vouchers
from shop.catalog import BundlePart, Product, ProductPicture, Variant
from shop.options import Said

MOST_PRICE = 10**11  # minor units


@dataclass(frozen=True)
class Count:
    """How many there are as the editor saw it and as it says now."""

    was: int
    now: int


@dataclass(frozen=True)
class Shown:
    """A picture with its words, by its content's hash."""

    sha: str
    alt: dict[str, str]


@dataclass
class Row:
    """What is said of one variant."""

    values: dict[str, Any] = field(default_factory=dict)
    sku: str = ""
    units: Count | None = None
    picture: str = ""


@dataclass
class Sheet:
    """What is said of a product: its own columns, then what hangs on it."""

    columns: dict[str, Any]
    counted: str = "onhand"
    low_at: int | None = None
    slug: str = ""
    options: Sequence[Said] = ()
    rows: Mapping[str, Row] = field(default_factory=dict)  # by options.key
    pictures: Sequence[Shown] = ()
    seen: frozenset[str] | None = None  # the pictures that the editor showed; others came meanwhile, and stay
    fresh: Sequence[files.Made] = ()
    parts: Sequence[tuple[int, int]] = ()  # (variant, how many)
    download: tuple[files.Made, str] | None = None
    amounts: Sequence[int] = ()  # of a voucher: what a card may be bought with


def new(sheet: Sheet, *, by: Any = None, many: bool = False) -> Product:
    """A new product in draft; of `many` whoever makes them calls catalog.changed once for all."""
    words = sheet.columns["name"]
    slug = slugs.free(Product, sheet.slug or words.get(tenancy.tenant().language) or next(iter(words.values())))
    last = db.session.scalar(select(Product.position).order_by(Product.position.desc()).limit(1)) or 0
    row = Product(slug=slug, currency=tenancy.tenant().currency, position=last + 1, name=words)
    db.session.add(row)
    slugs.forget("product", slug)
    db.session.flush()
    journal.write("product.made", about=row, by=by, data={"name": next(iter(words.values()))})
    left = _write(row, sheet, by)
    if not many:
        catalog.changed(row, left=[left])
    return row


def save(product: Product, sheet: Sheet, *, by: Any = None) -> None:
    """Write an edited sheet."""
    if sheet.slug and sheet.slug != product.slug:
        slugs.rename(product, "product", sheet.slug)
    journal.write("product.edited", about=product, by=by, data={"name": next(iter(sheet.columns["name"].values()))})
    left = _write(product, sheet, by)
    catalog.changed(product, left=[left])


class Booked(Refusal):
    """It is sold by the time, and remains so."""

    message = _l("It has days and times for bookings already: to sell something else, make another product.")


def _counted(product: Product, sheet: Sheet) -> str:
    if product.kind == services.KIND:
        return services.KIND
    if services.of_product(product.id) is not None:
        raise Booked()
    return "parts" if product.kind == "bundle" and sheet.parts else sheet.counted


def _write(product: Product, sheet: Sheet, by: Any) -> int | None:
    """Write it; the category in which it stood."""
    left = product.category_id
    for name, value in sheet.columns.items():
        setattr(product, name, value)
    if product.compare_minor is not None and product.compare_minor <= product.price_minor:
        product.compare_minor = None
    if product.kind == vouchers.KIND:
        sheet = _of_voucher(sheet)
        product.price_minor = min(sheet.amounts, default=product.price_minor)
    counted = _counted(product, sheet)
    pattern = {"stock_kind": counted, "low_at": sheet.low_at}
    seen = {row.id: options.key(row.options) for row in product.variants}
    made = options.remake(product, options.coded(sheet.options, product.options), pattern=pattern)
    _parts(product, sheet.parts if product.kind == "bundle" else ())
    pictures = _pictures(product, sheet)
    asked = made[0].low_at != sheet.low_at  # it was changed: for every variant
    for row in made:
        row.low_at = sheet.low_at if asked else row.low_at
        said, other = _said(row, sheet, seen), row.stock_kind != counted
        _variant(row, said, counted, pictures)
        _count(row, said.units, by, other=other)
    if product.kind == vouchers.KIND:
        amounts: Sequence[int | None] = sheet.amounts or (None,)
        for row, minor in zip(made, amounts, strict=True):
            row.price_minor = minor
    if sheet.download:
        product.download_id = files.keep(sheet.download[0], name=sheet.download[1], private=True).id
    return left


def _said(row: Variant, sheet: Sheet, seen: Mapping[int, str]) -> Row:
    """What is said of it, by the choice that it is now, else by the one that the editor saw.

    What was counted before there was anything to choose is the first choice's.
    """
    found = sheet.rows.get(options.key(row.options)) or sheet.rows.get(seen.get(row.id, ""))
    whole = sheet.rows.get("")
    if row.options and found is whole:
        return Row(units=whole.units if whole and row.position == 0 else None)
    return found or Row()


def _of_voucher(sheet: Sheet) -> Sheet:
    """Its amounts are what one chooses; it is counted by nobody."""
    said = [Said(vouchers.AMOUNT, vouchers.named(sheet.amounts))] if len(sheet.amounts) > 1 else []
    return replace(sheet, options=said, rows={}, counted="unlimited")


def _variant(row: Variant, said: Row, counted: str, pictures: Mapping[str, int]) -> None:
    row.stock_kind = counted
    for name, value in said.values.items():
        setattr(row, name, value)
    if said.sku and said.sku != row.sku:
        row.sku = options.free_sku(said.sku, keep=row.id)
    if "active" not in said.values:
        row.active = True
    row.picture_id = pictures.get(said.picture) if said.picture else None
    db.session.flush()


def _count(row: Variant, units: Count | None, by: Any, *, other: bool) -> None:
    """Write how many there are; counted in an `other` way than before, the number that was seen was another one."""
    if units is None or (units.now == units.was and not (other and units.now)):
        return
    if row.stock_kind == "daily":
        row.daily_capacity = units.now
    elif row.stock_kind == "onhand":
        shift(row, Count(row.on_hand, units.now) if other else units, by=by, reason="edited")


def shift(row: Variant, units: Count, *, by: Any = None, reason: str = "") -> None:
    """Change what lies on the shelf by as much as somebody changed it; what was sold meanwhile stays sold."""
    db.session.refresh(row, ["on_hand"], with_for_update=True)
    wanted = row.on_hand + units.now - units.was
    if wanted < 0:
        raise Refusal(_l("Some were sold meanwhile: %(left)s are left. Count again."), left=row.on_hand, status=409)
    stock.adjust(row, on_hand=wanted, by=by, reason=reason)


def _pictures(product: Product, sheet: Sheet) -> dict[str, int]:
    """Write the pictures in their order, new ones at the end; their ids by hash."""
    kept = [(files.by_sha(one.sha), one.alt) for one in sheet.pictures]
    shown = [(file, alt) for file, alt in kept if file is not None and file.picture]
    shown += [(files.keep(made), {}) for made in sheet.fresh]
    rows = {row.file_id: row for row in product.pictures}
    seen: dict[str, int] = {}
    for file, alt in shown:
        if file.sha256 not in seen:
            row = rows.pop(file.id, None) or ProductPicture(product_id=product.id, file_id=file.id)
            row.position, row.alt = len(seen), alt
            db.session.add(row)
            seen[file.sha256] = file.id
    for sha, row in _others(rows):
        if sheet.seen is None or sha in sheet.seen:
            db.session.delete(row)
        else:
            row.position, seen[sha] = len(seen), row.file_id
    product.picture_id = next(iter(seen.values()), None)
    db.session.flush()
    db.session.expire(product, ["pictures"])
    return seen


def _others(rows: Mapping[int, ProductPicture]) -> list[tuple[str, ProductPicture]]:
    """Pictures that the editor does not say, in order, with the hash of their content."""
    known = db.session.scalars(select(files.File).where(files.File.id.in_(rows))).all() if rows else ()
    shas = {one.id: one.sha256 for one in known}
    return [(shas[row.file_id], row) for row in rows.values()]


def _parts(product: Product, wanted: Sequence[tuple[int, int]]) -> None:
    rows = {row.variant_id: row for row in product.parts}
    for variant_id, quantity in wanted:
        row = rows.pop(variant_id, None) or BundlePart(product_id=product.id, variant_id=variant_id)
        row.quantity = quantity
        db.session.add(row)
    for row in rows.values():
        db.session.delete(row)
    db.session.flush()
    db.session.expire(product, ["parts"])


def price(product: Product, amount: Money, *, by: Any = None) -> int:
    """Another price of its own; the one before, for who takes it back."""
    before = product.price_minor
    if amount.minor != before:
        product.price_minor = amount.minor
        if product.compare_minor is not None and product.compare_minor <= amount.minor:
            product.compare_minor = None
        journal.write("product.priced", about=product, by=by, data={"name": next(iter(product.name.values()), "")})
        catalog.changed(product)
    return before


journal.kind("product.made", _l("Made the product “%(name)s”"))
journal.kind("product.edited", _l("Edited “%(name)s”"))
journal.kind("product.priced", _l("Changed the price of “%(name)s”"))
