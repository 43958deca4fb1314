"""What the product editor shows of a product before anything is typed, and what it must not lose when it saves."""

from typing import Any

from babel.numbers import get_currency_symbol
from sqlalchemy import select

from kernel import files, i18n, tenancy
from kernel.db import db
from shop import categories, options, taxes, vouchers
from shop.catalog import Product, Variant
from shop.forms import categories as category_forms
from shop.forms import deposits, fiscal, product_rows, words
from shop.forms import products as forms
from shop.forms.amounts import typed
from shop.sheets import Sheet

BLANK = {
    "units": "",
    "was": "0",
    "counted": "onhand",
    "low_at": "3",
    "kind": "physical",
    "min_qty": "1",
    "lead_unit": "days",
}
FOLDED = {
    "texts": ("short", "description", "unit"),
    "price": ("compare", "deposit", "deposit_days", "tax"),
    "options": ("options", "variants"),
    "asked": ("texts",),
    "kind": ("kind", "parts", "amounts", "valid_months"),
    "limits": ("min_qty", "max_qty", "lead", "season_from", "season_to"),
    "found": ("sku", "slug", "tags", "interests", "allergens", "customer_groups", "weight_g", "low_at"),
    "maker": ("maker_name", "maker_place", "maker_hours", "maker_text"),
}


def of(product: Product) -> dict[str, Any]:
    """The form's values."""
    return {**_own(product), **_more(product), **_hanging(product), **fiscal.shown("product", product.fiscal)}


def _own(product: Product) -> dict[str, Any]:
    first = next((row for row in product.variants if row.active), None)
    counted = {"parts": "onhand", "booking": "unlimited"}.get(kind := first.stock_kind if first else "parts", kind)
    days = product.lead_hours and product.lead_hours % 24 == 0
    shelf = next((row.slug for row in categories.all_() if row.id == product.category_id), "")
    rate = next((one for one in taxes.rates() if one.id == product.tax_rate_id), None)
    told: dict[str, Any] = {}
    for code in ("name", "short", "description", "unit"):
        told |= words.shown(code, getattr(product, code))
    return {
        **told,
        "price": typed(product.price_minor),
        "compare": typed(product.compare_minor),
        "kind": product.kind,
        "every": product.every or "1m",
        "amounts": "; ".join(map(typed, vouchers.amounts(product))) if product.kind == vouchers.KIND else "",
        "valid_months": _text(product.valid_months),
        "units": _units(first),
        "was": _units(first),
        "counted": counted,
        "category": shelf,
        "tax": rate.code if rate else "",
        "low_at": _text(first.low_at if first else None),
        "slug": product.slug,
        "sku": product.sku or (first.sku if first and not product.options else ""),
        "lead_unit": "days" if days or not product.lead_hours else "hours",
        "lead": _text(product.lead_hours // (24 if days else 1) or None),
        "pickup_only": product.pickup_only,
        "deposit": deposits.written(product.deposit_bp, product.deposit_minor),
        "deposit_days": _text(product.deposit_days or None),
    }


def _more(product: Product) -> dict[str, Any]:
    maker, own = product.maker or {}, words.languages()[0]
    lists = {name: ", ".join(i18n.pick(one, own) for one in getattr(product, name)) for name in forms.LISTS}
    return {
        **lists,
        "min_qty": _text(product.min_qty),
        "max_qty": _text(product.max_qty),
        "weight_g": _text(product.weight_g),
        "season_from": forms.flipped(product.season_from) if product.season_from else "",
        "season_to": forms.flipped(product.season_to) if product.season_to else "",
        "maker_name": maker.get("name", ""),
        "maker_place": maker.get("place", ""),
        "maker_hours": _text(maker.get("hours")),
        "maker_text": i18n.pick(maker.get("text"), own),
    }


def _hanging(product: Product) -> dict[str, Any]:
    return {
        "options": [
            {**words.shown("name", one["name"]), **words.shown("values", _values(one))} for one in product.options
        ],
        "variants": [_variant(row, product) for row in _chosen(product)] if product.options else [],
        "texts": [
            {
                "code": one["code"],
                **words.shown("label", one.get("label")),
                "max": _text(one.get("max")),
                "required": bool(one.get("required")),
                "when": options.key(one.get("when") or {}),
            }
            for one in product.texts
        ],
        "parts": [{"sku": part.variant.sku, "quantity": str(part.quantity)} for part in product.parts if part.variant],
        "pictures": _pictures(product),
    }


def _values(option: dict[str, Any]) -> dict[str, str]:
    names = [one["name"] for one in option["values"]]
    return {
        lang: product_rows.written([name.get(lang, "" if at else i18n.pick(name)) for name in names])
        for at, lang in enumerate(words.languages())
        if at == 0 or any(name.get(lang) for name in names)
    }


def _chosen(product: Product) -> list[Variant]:
    wanted = [options.key(one) for one in options.choices(product.options)]
    known = options.standing(product.variants)
    return [known[one] for one in wanted if one in known]


def _variant(row: Variant, product: Product) -> dict[str, Any]:
    shas = {file.id: file.sha256 for file in _files(product)}
    return {
        "key": options.key(row.options),
        "was": _units(row),
        "units": _units(row),
        "sku": row.sku,
        "active": row.active,
        "price": typed(row.price_minor),
        "picture": shas.get(row.picture_id or 0, ""),
    }


def _pictures(product: Product) -> list[dict[str, Any]]:
    alts = {row.file_id: row.alt for row in product.pictures}
    first = {words.languages()[0]: product.brief} if product.brief else {}
    return [
        {"sha": file.sha256, "place": str(at), **words.shown("alt", alts.get(file.id) or (first if at == 1 else {}))}
        for at, file in enumerate(_files(product), 1)
    ]


def picture_ids(product: Product) -> list[int]:
    """The files of its pictures in their order."""
    ids = [
        product.picture_id,
        *(row.file_id for row in product.pictures),
        *(row.picture_id for row in product.variants),
    ]
    return list(dict.fromkeys(one for one in ids if one))


def _files(product: Product) -> list[files.File]:
    ids = picture_ids(product)
    found = {row.id: row for row in db.session.scalars(select(files.File).where(files.File.id.in_(ids)))}
    return [found[one] for one in ids if one in found and found[one].picture]


def _units(row: Variant | None) -> str:
    if row is None or row.stock_kind in ("unlimited", "parts", "booking"):
        return "0"
    return str((row.daily_capacity or 0) if row.stock_kind == "daily" else row.on_hand)


def _text(number: Any) -> str:
    return "" if number is None else str(number)


def keep_languages(sheet: Sheet, product: Product | None) -> None:
    """What the form shows in one language keeps its other ones: allergens and the maker's story."""
    if product is None:
        return
    own = words.languages()[0]
    known = {i18n.pick(one, own): one for one in product.allergens}
    sheet.columns["allergens"] = [known.get(text, text) for text in sheet.columns["allergens"]]
    before, story = product.maker.get("text"), sheet.columns["maker"].get("text")
    if story and isinstance(before, dict):
        sheet.columns["maker"]["text"] = {**before, own: story}


def shelves() -> list[tuple[str, str]]:
    """Every category as a choice, set in below the one it belongs to."""
    return [(row.slug, label) for row, label in category_forms.shelves()]


def known_skus() -> list[tuple[str, str]]:
    """SKUs to choose parts of a bundle from."""
    wanted = select(Variant.sku, Product.name).join(Product, Product.id == Variant.product_id)
    rows = db.session.execute(
        wanted.where(Variant.active, Variant.stock_kind != "parts").order_by(Product.sort_name).limit(400)
    )
    return [(sku, i18n.pick(name)) for sku, name in rows]


def symbol() -> str:
    """The sign of the shop's currency."""
    tenant = tenancy.tenant()
    return get_currency_symbol(tenant.currency, tenant.locale)
