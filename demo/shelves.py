"""What the demo shops sell: categories, products with their variants, bundles, quantity prices and pictures."""

from datetime import timedelta
from itertools import product as combined
from typing import Any

from sqlalchemy import select

from demo import booked_times, guide, world
from demo.world import Told
from kernel import clock, files
from kernel.db import db
from shop import catalog, facets, pictures, taxes, vouchers
from shop.categories import Category
from shop.pricing import PriceBreak
from shop.services import KIND
from shop.variants import BundlePart, Variant

Files = dict[str, files.File]
EVERY = {"week": "1w", "month": "1m"}


def fill(shop: Told, pictures_of: Files) -> None:
    """Write the shelves and everything that lies on them."""
    shelves, furnished = _categories(shop, pictures_of), booked_times.furnish(shop)
    rates = {rate.name: rate.id for rate in taxes.rates()}
    products: list[catalog.Product] = []
    for place, told in enumerate(shop["products"]):
        product = _product(shop, told, shelves)
        product.position, product.tax_rate_id = place, _tax(shop, told, rates)
        product.published_at = product.created_at = clock.now() - timedelta(days=200 - 5 * place)
        picture = pictures_of.get(told["sku"])
        product.picture_id = picture.id if picture else None
        db.session.add(product)
        db.session.flush()
        _belongings(shop, told, product)
        if product.kind == KIND:
            booked_times.write(shop, told, product, furnished)
        products.append(product)
    db.session.flush()
    _bundles(shop)
    booked_times.close(shop)
    catalog.changed(*products)
    facets.refresh_all()


def _categories(shop: Told, pictures_of: Files) -> dict[str, Category]:
    found: dict[str, Category] = {}
    for place, told in enumerate(shop["categories"]):
        parent, picture = found.get(told.get("parent", "")), pictures_of.get(f"c/{told['slug']}")
        row = Category(slug=told["slug"], name=world.spoken(shop, told["name"]), position=place)
        row.intro = world.spoken(shop, told["intro"])
        row.parent_id, row.picture_id = parent.id if parent else None, picture.id if picture else None
        db.session.add(row)
        db.session.flush()
        found[row.slug] = row
    return found


def _product(shop: Told, told: Told, shelves: dict[str, Category]) -> catalog.Product:
    currency, season = shop["tenant"]["currency"], told.get("season", {})
    said = {key: world.spoken(shop, told[key]) for key in ("name", "short", "description", "unit")}
    same = ("slug", "sku", "tags", "interests", "options", "texts", "customer_groups", "maker", "pickup_only")
    return catalog.Product(
        **said, **{key: told[key] for key in same if key in told}, state="live", currency=currency,
        kind=KIND if told["kind"] == "reservation" else told["kind"],
        category_id=shelves[told["category"]].id, price_minor=world.minor(told["price"], currency),
        compare_minor=world.minor(told.get("compare_at"), currency), brief=told["image_brief"],
        allergens=[world.spoken(shop, shop["allergens"][code]) for code in told.get("allergens", [])],
        valid_months=told.get("valid_months"), every=EVERY.get(told.get("interval", ""), ""),
        min_qty=told.get("min_qty", 1), max_qty=told.get("max_per_order"),
        season_from=season.get("from"), season_to=season.get("to"),
        lead_hours=told.get("lead_hours", 24 * told.get("lead_days", 0)),
    )  # fmt: skip


def _tax(shop: Told, told: Told, rates: dict[str, int]) -> int | None:
    about = {told["category"], *told["tags"]}
    for rate in shop["tenant"]["taxes"]:
        if about & set(rate.get("applies_to", [])):
            return rates[rate["name"]["es"]]
    return None


def _belongings(shop: Told, told: Told, product: catalog.Product) -> None:
    db.session.add_all(_variants(told, product))
    if product.picture_id:
        alt = {"es": told["image_brief"]}
        db.session.add(pictures.ProductPicture(product_id=product.id, file_id=product.picture_id, alt=alt))
    for one in told.get("price_breaks", []):
        minor: Any = world.minor(one["price"], product.currency)
        db.session.add(PriceBreak(product_id=product.id, min_qty=one["min_qty"], price_minor=minor))
    if product.kind == "digital":
        product.download_id = guide.kept(shop).id


def _amounts(told: Told, product: catalog.Product) -> list[Variant]:
    minors = [world.minor(one, product.currency) or 0 for one in told["amounts"]]
    named = vouchers.named(minors)
    values = [{"code": str(minor), "name": name} for minor, name in zip(minors, named, strict=True)]
    product.options = [{"code": "monto", "name": vouchers.AMOUNT, "values": values}]
    return [
        Variant(
            product_id=product.id, sku=f"{told['sku']}-{whole}", options={"monto": str(minor)}, price_minor=minor,
            position=place, stock_kind="unlimited",
        )
        for place, (minor, whole) in enumerate(zip(minors, told["amounts"], strict=True))
    ]  # fmt: skip


def _variants(told: Told, product: catalog.Product) -> list[Variant]:
    if "amounts" in told:
        return _amounts(told, product)
    if product.kind == KIND:
        return booked_times.variants(told, product)
    choices: list[Told] = told.get("variants") or _chosen(told)
    shared = _shares(told.get("daily_capacity"), len(choices))
    return [
        Variant(
            product_id=product.id, sku=one["sku"], options=one["options"], position=place, low_at=5,
            on_hand=one.get("stock") or 0, daily_capacity=shared[place], stock_kind=_stock_kind(told),
        )
        for place, one in enumerate(choices)
    ]  # fmt: skip


def _chosen(told: Told) -> list[Told]:
    """One of each choice, where the file tells of none: what is not counted needs no more."""
    options = told.get("options", [])
    values = [[(option["code"], value["code"]) for value in option["values"]] for option in options]
    return [
        {"sku": "-".join([told["sku"], *(code.upper()[:8] for _option, code in chosen)]), "options": dict(chosen),
         "stock": told.get("stock")}
        for chosen in combined(*values)
    ]  # fmt: skip


def _shares(whole: int | None, parts: int) -> list[int | None]:
    """What is made in a day, shared out among the variants."""
    if whole is None:
        return [None] * parts
    return [whole // parts + (place < whole % parts) for place in range(parts)]


def _stock_kind(told: Told) -> str:
    if told.get("bundle"):
        return "parts"
    if told.get("daily_capacity"):
        return "daily"
    return "onhand" if told.get("stock") is not None else "unlimited"


def _bundles(shop: Told) -> None:
    variants = {row.sku: row.id for row in db.session.scalars(select(Variant))}
    owners = {row.sku: row.id for row in db.session.scalars(select(catalog.Product))}
    for told in shop["products"]:
        for part in told.get("bundle", []):
            chosen = variants[part.get("variant", part["sku"])]
            db.session.add(BundlePart(product_id=owners[told["sku"]], variant_id=chosen, quantity=part["quantity"]))
