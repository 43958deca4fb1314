"""The products as a file for spreadsheets: a row for each variant, and what is read back changes nothing."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Select, select

from kernel import files, tenancy, web
from kernel.db import db
from kernel.files import File
from kernel.money import Money
from shop import catalog, catalog_search, categories, import_changes, import_fields, taxes
from shop.catalog import Product, Variant
from shop.pictures import ProductPicture

AT_ONCE = 200  # products in memory


def heads() -> list[str]:
    """What the columns are called."""
    return [str(one.label) for one in import_fields.ours()]


def lines(wanted: Select[Product]) -> Iterator[list[object]]:
    """Each variant of these products, as it stands there."""
    told, codes = _Shelves(), [one.code for one in import_fields.ours()]
    rates = {one.id: one.code for one in taxes.rates()}
    rows = db.session.scalars(wanted).all()
    for start in range(0, len(rows), AT_ONCE):
        piece = rows[start : start + AT_ONCE]
        known, shown = catalog_search.variants_of(piece), _pictures(piece)
        for product in piece:
            mine = shown.get(product.id, {})
            whole = {**_whole(product, told, rates), **_gallery(list(mine.values()))}
            for row in known[product.id]:
                own = mine.get(row.picture_id or 0)
                said = {**whole, **_own(product, row), "own_picture": own.address if own else ""}
                yield [said.get(code, "") for code in codes]


def _whole(product: Product, shelf: Callable[[int | None], str], rates: dict[int, str]) -> dict[str, object]:
    """What is the same of all its variants."""
    own = tenancy.tenant().language
    found: dict[str, object] = {
        "handle": product.slug, "shelf": shelf(product.category_id), "tax": rates.get(product.tax_rate_id or 0, ""),
        "state": str(import_fields.STATES[product.state]), "weight_g": product.weight_g,
        "tags": ", ".join(product.tags),
    }  # fmt: skip
    for kind in import_fields.WORDS:
        for language, said in getattr(product, kind).items():
            found[kind if language == own else f"{kind}_{language}"] = import_changes.plain(said)
    return found


class _Picture(NamedTuple):
    """A picture of a product: where it stands for everybody, and what it shows."""

    address: str
    alt: str


def _pictures(products: Sequence[Product]) -> dict[int, dict[int, _Picture]]:
    """The pictures of each product in order, by their files."""
    wanted = select(ProductPicture, File).join(File, File.id == ProductPicture.file_id)
    mine = wanted.where(ProductPicture.product_id.in_([one.id for one in products]))
    base, found = web.shop_base(tenancy.tenant()), dict[int, dict[int, _Picture]]()
    for row, file in db.session.execute(mine.order_by(ProductPicture.position, ProductPicture.id)):
        told = _Picture(base + files.url(file), import_changes.text(row.alt).replace("|", "/"))
        found.setdefault(row.product_id, {})[file.id] = told
    return found


def _gallery(shown: Sequence[_Picture]) -> dict[str, object]:
    alts = " | ".join(one.alt for one in shown)
    return {"pictures": ", ".join(one.address for one in shown), "alts": alts if alts.strip(" |") else ""}


def _own(product: Product, row: Variant) -> dict[str, object]:
    units = {"onhand": row.on_hand, "daily": row.daily_capacity}.get(row.stock_kind)
    return {
        "sku": row.sku, "options": import_changes.joined(import_changes.written(product, row)),
        "price": _amount(catalog.price(product, row)), "compare": _amount(catalog.compare(product, row)),
        "stock": units, "counted": str({**import_fields.COUNTED, **import_changes.FIXED}[row.stock_kind]),
    }  # fmt: skip


def _amount(money: Money | None) -> Decimal | None:
    return money.decimal if money else None


class _Shelves:
    """What a category is called, with those above it."""

    def __init__(self) -> None:
        every: Sequence[categories.Category] = categories.all_()
        self.paths = {
            one.id: " > ".join(import_changes.text(row.name) for row in categories.path(every, one)) for one in every
        }

    def __call__(self, category_id: int | None) -> str:
        return self.paths.get(category_id or 0, "")
