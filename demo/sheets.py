"""The pages of the demo shops: the home page, pages of their own and policies, published two months ago."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from demo import fitting, world
from demo.world import Told
from kernel import clock, files
from kernel.db import db
from shop import pages

SINCE = timedelta(days=60)


def publish(shop: Told, pictures: dict[str, files.File]) -> None:
    """Write and publish every page in place of what a new shop begins with."""
    for row in db.session.scalars(select(pages.Page)):
        db.session.delete(row)
    db.session.flush()
    home = pages.make({"es": "Inicio", "en": "Home"}, kind="home", slug="inicio")
    blocks = [_block(shop, told, place, pictures) for place, told in enumerate(shop["home"])]
    pages.save(home, fitting.rows(fitting.fit(shop, blocks, pictures)))
    _publish(home, 0)
    for place, told in enumerate(shop["pages"], 1):
        page = pages.make(world.spoken(shop, told["title"]), kind=told["kind"], slug=told["slug"])
        pages.save(page, [{"id": "texto", "kind": "text", "data": {"text": world.spoken(shop, told["body"])}}])
        page.in_menu = told["code"] != "contact"  # the shop has a contact page of its own
        _publish(page, place)


def _publish(page: pages.Page, place: int) -> None:
    pages.publish(page)
    page.position, page.published_at = place, clock.now() - SINCE


def _block(shop: Told, told: Told, place: int, pictures: dict[str, files.File]) -> dict[str, Any]:
    made = {"hero": _hero, "products": _products, "text": _text, "picture": _picture, "categories": _categories}
    data = made[told["kind"]](shop, told)
    picture = pictures.get(told.get("picture", ""))
    if picture is not None and told["picture"] != "hero":
        data["picture"] = picture.sha256
    return {"id": f"{told['kind']}{place}", "kind": told["kind"], "data": data}


def _hero(shop: Told, told: Told) -> dict[str, Any]:
    said = {"title": told["headline"], "text": told["text"], "label": told["button"]["label"]}
    return {**_spoken(shop, said), "link": told["button"]["url"], "alt": {"es": shop["tenant"]["brand"]["hero_brief"]}}


def _products(shop: Told, told: Told) -> dict[str, Any]:
    named = {one["sku"]: one["slug"] for one in shop["products"]}
    chosen = [named[sku] for sku in told.get("skus", [])]
    return {
        **_spoken(shop, {"title": told["title"]}), "products": chosen, "category": told.get("category", ""),
        "count": told["limit"],
    }  # fmt: skip


def _text(shop: Told, told: Told) -> dict[str, Any]:
    return _spoken(shop, {"text": told["body"]})


def _picture(shop: Told, told: Told) -> dict[str, Any]:
    product = next((one["slug"] for one in shop["products"] if one["sku"] == told["picture"]), "")
    said = {"alt": told["alt"], "caption": told["caption"]}
    return {**_spoken(shop, said), "link": f"/p/{product}" if product else ""}


def _categories(shop: Told, told: Told) -> dict[str, Any]:
    return {**_spoken(shop, {"title": told["title"]}), "categories": list(told["slugs"])}


def _spoken(shop: Told, said: dict[str, Told]) -> dict[str, Any]:
    return {key: world.spoken(shop, words) for key, words in said.items()}
