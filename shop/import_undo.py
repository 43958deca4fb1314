"""Taking a file of products back: what it made goes, what it changed is as before; what was sold or moved on stays.

What was made and never touched is deleted; what somebody edited since goes into the bin, where it can be looked at.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from kernel import journal, signing
from kernel.db import db
from shop import bin as rubbish
from shop import catalog, categories, import_pictures, options, stock
from shop.catalog import Product, Variant
from shop.order_lines import OrderLine

REASON = "import taken back"


def mark(value: Any) -> str:
    """What is kept of a value that was written: enough to see whether it still stands there."""
    return signing.fingerprint("import", json.dumps(value, sort_keys=True))[:24]


def note_edited(product: Product, *, by: Any) -> None:
    """Have the journal say that a file changed it."""
    journal.write("product.edited", about=product, by=by, data={"name": next(iter(product.name.values()), "")})


def back(row: Any, outcomes: Iterable[Sequence[Any]]) -> Counter[str]:
    """Undo these lines, the last one first; how many products went, lie in the bin, are as before, or stay."""
    undone: dict[int, str] = {}
    shelves: list[int] = []
    touched: list[Product] = []
    for _line, _kind, product_id, _notes, undo in sorted(outcomes, key=lambda one: one[0], reverse=True):
        shelves += undo.get("shelves", ())
        if product_id and undo:
            product = _product(product_id)
            told = "stays" if product is None else _back(row, product, undo)
            undone[product_id] = "stays" if "stays" in (told, undone.get(product_id)) else told
            touched += [product] if product is not None and told != "gone" and product.binned_at is None else []
    db.session.flush()
    catalog.changed(*dict.fromkeys(touched))
    for one in reversed(shelves):
        _empty(one)
    return Counter(undone.values())


def _product(product_id: int) -> Product | None:
    mine = select(Product).where(Product.id == product_id)
    return db.session.scalar(mine.execution_options(binned=True, populate_existing=True))


def _back(file: Any, product: Product, undo: dict[str, Any]) -> str:
    if undo.get("made"):
        return _unmade(file, product)
    told = "back"
    if undo.get("pictures") and not import_pictures.back(file.id, product):
        told = "stays"
    for variant_id, units in reversed(undo.get("moved", ())):
        told = told if _moved(variant_id, units) else "stays"
    for what, row_id, column, before, kept in reversed(undo.get("wrote", ())):
        row: Any = product if what == "product" else db.session.get(Variant, row_id)
        if row is None or mark(getattr(row, column)) != kept:
            told = "stays"
        else:
            setattr(row, column, before)
    if undo.get("options") and not _shrunk(product, *undo["options"][1:]):
        told = "stays"
    return told


def _unmade(file: Any, product: Product) -> str:
    """What was made goes for ever, unless it was sold, or somebody worked on it since; no more pictures of it come."""
    import_pictures.forget(file.id, product.id)
    if rubbish.named(product):
        return "stays"
    edited = any(entry.verb != "product.made" for entry in journal.of(product))
    if not edited and rubbish.remove("product", product):
        return "gone"
    rubbish.put("product", [product])
    return "bin"


def _moved(variant_id: int, units: int) -> bool:
    row = db.session.get(Variant, variant_id)
    if row is None:
        return False
    db.session.refresh(row, ["on_hand"], with_for_update=True)
    if row.on_hand < units:
        return False
    stock.adjust(row, on_hand=min(row.on_hand - units, catalog.MOST), reason=REASON)
    return True


def _shrunk(product: Product, before: list[dict[str, Any]], added: list[int]) -> bool:
    """Put the choices away that the file added, unless they were sold or there are others since."""
    sold = db.session.scalar(select(OrderLine.id).where(OrderLine.variant_id.in_(added)).limit(1))
    known = {row.id for row in product.variants if row.active}
    if sold or not set(added) <= {row.id for row in product.variants}:
        return False
    kept = {option["code"]: {value["code"] for value in option["values"]} for option in before}
    others = known - set(added)
    if any(row.id in others and not _within(row, kept) for row in product.variants):
        return False
    options.remake(product, before, pattern={"stock_kind": "unlimited", "low_at": None})
    return True


def _within(row: Variant, kept: dict[str, set[str]]) -> bool:
    return all(value in kept.get(code, ()) for code, value in row.options.items())


def _empty(category_id: int) -> None:
    """A category that the file made goes when nothing stands in it."""
    row = db.session.get(categories.Category, category_id)
    inside = select(Product.id).where(Product.category_id == category_id).limit(1)
    if row is not None and db.session.scalar(inside.execution_options(binned=True)) is None:
        rubbish.remove("category", row)
