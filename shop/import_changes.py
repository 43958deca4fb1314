"""What lines of a file change of a product that the shop has: each thing that differs, and nothing else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from kernel import i18n, tenancy
from kernel.folding import fold
from kernel.i18n import _l
from shop import catalog, import_fields, marks, taxes, vouchers
from shop.catalog import Product, Variant
from shop.import_lines import Reading, Refused, Told
from shop.import_world import World

FIXED = {"parts": _l("by its parts"), "booking": _l("by the time")}  # how a product is counted by what it is
ENDS, TAGS = re.compile(r"<br[^>]*>|</(p|li|h[2-4])>"), re.compile(r"<[^>]*>")
COLUMNS = {"weight_g": "weight_g", "tax": "tax_rate_id", "shelf": "category_id", "state": "state", "tags": "tags"}


@dataclass(frozen=True)
class Change:
    """One column of a product or of a variant, on which line it stands, and what it becomes."""

    line: int
    row: Any
    column: str  # "on_hand" goes through the ledger
    value: Any


def words(said: str) -> dict[str, str]:
    """A text in the shop's own language."""
    return {tenancy.tenant().language: said}


def text(said: Mapping[str, str] | str | None) -> str:
    """A text as the shop's own language has it."""
    return i18n.pick(said, tenancy.tenant().language)


def plain(said: str) -> str:
    """A text without its tags, its paragraphs on lines of their own."""
    if "<" not in said:
        return said
    lines = ENDS.sub("\n", said)
    return unescape(TAGS.sub("", lines)).strip()


def written(product: Product, row: Variant) -> list[tuple[str, str]]:
    """What is chosen in a variant, as a file says it."""
    found = []
    for option in product.options:
        value = next((one for one in option["values"] if one["code"] == row.options.get(option["code"])), None)
        if value:
            found.append((text(option["name"]), text(value["name"])))
    return found


def joined(pairs: list[tuple[str, str]]) -> str:
    """The same in one cell."""
    return "; ".join(f"{name}={value}" for name, value in pairs)


def whole(one: Told, world: World, how: Reading) -> dict[str, Any]:
    """What a line tells of the product as a whole; a category is its id or the names of one to make. Raises Refused."""
    told = {code: one.values[code] for code in one.values if code.partition("_")[0] in import_fields.WORDS}
    told |= {code: one.values[code] for code in ("weight_g", "state") if code in one.values}
    if "tags" in one.values:
        told["tags"] = marks.listed(one.values["tags"])
    if "tax" in one.values:
        told["tax"] = world.rates.get(fold(one.values["tax"]))
        if told["tax"] is None:
            raise Refused("tax", one.values["tax"])
    if "shelf" in one.values:
        known, names = world.shelves(one.values["shelf"], several=how.listed)
        if known or names:
            told["shelf"] = known or names
    return told


def same(product: Product, code: str, value: Any) -> bool:
    """Whether the product has it so already."""
    kind, _is, language = code.partition("_")
    if kind in import_fields.WORDS:
        kept = getattr(product, kind).get(language or tenancy.tenant().language, "")
        return kept == value or _spaced(plain(kept)) == _spaced(plain(value))
    return bool(getattr(product, COLUMNS[code]) == value)


def _spaced(said: str) -> str:
    return " ".join(said.split())


def find(plan: Any, world: World) -> None:
    """Write into the plan what its lines change."""
    for code, value in plan.values.items():
        _of_product(plan, code, value)
    prices = _common(plan, world)
    for one in list(plan.lines):
        row = plan.known.get(one.line)
        if row is None:
            continue
        try:
            found = _of_variant(plan, one, row, prices)
        except Refused as no:
            plan.refuse(one.line, *no.note)
            continue
        plan.changes += found
    plan.changes = [one for one in plan.changes if plan.outcomes[one.line].kind != "refused"]


def _of_product(plan: Any, code: str, value: Any) -> None:
    line, product = plan.told_on[code], plan.product
    kind, _is, language = code.partition("_")
    if kind in import_fields.WORDS:
        before = next((one.value for one in plan.changes if one.column == kind), getattr(product, kind))
        plan.changes = [one for one in plan.changes if one.column != kind]
        value = {**before, (language or tenancy.tenant().language): value}
        plan.changes.append(Change(line, product, kind, value))
    else:
        plan.changes.append(Change(line, product, COLUMNS[code], value))


def _common(plan: Any, world: World) -> int | None:
    """The price that all variants without one of their own get: then it is that of the product."""
    heirs = {row.id for row in world.active(plan.product) if row.price_minor is None}
    told = {plan.known[one.line].id: one.values["price"] for one in plan.lines
            if one.line in plan.known and "price" in one.values}  # fmt: skip
    prices = {told.get(one) for one in heirs}
    return next(iter(prices)) if len(prices) == 1 else None


def _of_variant(plan: Any, one: Told, row: Variant, common: int | None) -> list[Change]:
    product: Product = plan.product
    if one.options and not _same_choice(one, product, row):
        raise Refused("fixed_options", joined(one.options))
    found = _priced(plan, one, row, common)
    kind = _counted(one, row)
    if kind != row.stock_kind:
        found.append(Change(one.line, row, "stock_kind", kind))
    if "stock" in one.values:
        column = {"onhand": "on_hand", "daily": "daily_capacity"}.get(kind, "")
        if not column:
            plan.note(one.line, "uncounted")
        elif (getattr(row, column) or 0) != one.values["stock"]:
            found.append(Change(one.line, row, column, one.values["stock"]))
    return found


def _same_choice(one: Told, product: Product, row: Variant) -> bool:
    kept = written(product, row)
    spelt = {(fold(name.strip()), fold(value.strip())) for name, value in one.options}
    return spelt == {(fold(name.strip()), fold(value.strip())) for name, value in kept} or (
        fold(joined(one.options)) == fold(joined(kept))
    )


def _priced(plan: Any, one: Told, row: Variant, common: int | None) -> list[Change]:
    product: Product = plan.product
    before, found = catalog.price(product, row).minor, list[Change]()
    price = one.values.get("price", before)
    whole_price = row.price_minor is None and price == common
    if price != before:
        if product.kind == vouchers.KIND:
            raise Refused("voucher")
        holder, column = (product, "price_minor") if whole_price else (row, "price_minor")
        if not any(done.row is holder and done.column == column for done in plan.changes):
            found.append(Change(one.line, holder, column, price))
    if "compare" in one.values:
        kept = catalog.compare(product, row)
        if one.values["compare"] <= price:
            plan.note(one.line, "compare")
        elif kept is None or kept.minor != one.values["compare"]:
            alone = row.price_minor is None and not row.options and (price == before or whole_price)
            found.append(Change(one.line, product if alone else row, "compare_minor", one.values["compare"]))
    return found


def _counted(one: Told, row: Variant) -> str:
    said = one.values.get("counted")
    if not said:
        return row.stock_kind
    kind = import_fields.known({**import_fields.COUNTED, **FIXED}, said)
    if not kind:
        raise Refused("counted", said)
    if kind != row.stock_kind and {kind, row.stock_kind} & FIXED.keys():
        raise Refused("kept_kind")
    return kind


def tax_code(product: Product) -> str:
    """The code of its tax as a file says it; "" for the usual one."""
    return next((one.code for one in taxes.rates() if one.id == product.tax_rate_id), "")
