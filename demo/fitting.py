"""What the home pages of the demo shops show to whom: the cover, a row of goods and notices, each by its rule."""

import re
from typing import Any

from demo import rules, world
from demo.world import Told
from kernel import files

Block = dict[str, Any]
FOR_YOU = {"es": "Pensado para usted", "en": "Chosen with you in mind"}
FOR_TU = {"es": "Pensado para ti", "en": "Chosen with you in mind"}


def fit(shop: Told, blocks: list[Block], pictures: dict[str, files.File]) -> list[Block]:
    """The same blocks with their audiences; a rule that nobody can ask yet is left out."""
    told = [one for one in shop["personalisation"] if _audience(shop, one) is not None]
    slots = {name: [one for one in told if one["slot"] == name] for name in ("portada", "complemento", "aviso")}
    cover, row = blocks[0], next(one for one in blocks if one["kind"] == "products")
    cover["variants"] = [_cover(shop, one, cover, pictures) for one in slots["portada"]]
    row["variants"] = [_row(shop, one, row) for one in slots["portada"]]
    row["variants"] = [one for one in row["variants"] if one["data"]["products"]]
    place = blocks.index(row) + 1
    beside = [_beside(shop, one, number) for number, one in enumerate(slots["complemento"])]
    notices = [_notice(shop, one, number) for number, one in enumerate(slots["aviso"])]
    return [*notices, *blocks[:place], *beside, *blocks[place:]]


def _audience(shop: Told, told: Told) -> rules.Rule | None:
    """Whom a rule means; None when nobody can ask it yet."""
    try:
        return rules.read(shop, told["when"])
    except rules.NotSaid:
        return None


def rows(blocks: list[Block]) -> list[Block]:
    """The same with the two rows that are chosen for each visitor, below the first goods."""
    place = next(number for number, one in enumerate(blocks) if one["kind"] == "products") + 1
    chosen: list[Block] = [
        {"id": "otra-vez", "kind": "again", "data": {"count": 4}},
        {"id": "nuevo", "kind": "new_for_you", "data": {"count": 4}},
    ]
    return [*blocks[:place], *chosen, *blocks[place:]]


def _shown(shop: Told, told: Told) -> list[str]:
    """The slugs of what a rule shows, as far as it is sold."""
    named = {one["sku"]: one["slug"] for one in shop["products"]}
    return [named[sku] for sku in told["show"] if sku in named]


def _variant(shop: Told, told: Told, place: str, data: Told) -> Told:
    name = re.sub(r"[^a-z0-9]+", "-", told["when"].lower()).strip("-")[:32]
    return {"id": f"{place}-{name}", "audience": _audience(shop, told), "data": data}


def _cover(shop: Told, told: Told, cover: Block, pictures: dict[str, files.File]) -> Told:
    """The cover with their headline and the picture of what is shown first."""
    goods, data = _shown(shop, told), {**cover["data"], "title": world.spoken(shop, told["headline"])}
    first = next((one for one in shop["products"] if one["sku"] in told["show"]), None)
    if goods and first is not None:
        data["link"] = f"/p/{goods[0]}"
        if told["when"] != "first_visit" and told["show"][0] in pictures:
            data |= {"picture": pictures[told["show"][0]].sha256, "alt": _alt(shop, told["show"][0])}
    return _variant(shop, told, "cover", data)


def _alt(shop: Told, sku: str) -> dict[str, str]:
    one = next(one for one in shop["products"] if one["sku"] == sku)
    return world.spoken(shop, one["name"])


def _row(shop: Told, told: Told, row: Block) -> Told:
    goods, title = _shown(shop, told), FOR_TU if shop["tenant"]["treatment"] == "tu" else FOR_YOU
    data = {**row["data"], "title": title, "products": goods, "category": "", "count": len(goods)}
    return _variant(shop, told, "goods", data)


def _beside(shop: Told, told: Told, number: int) -> Block:
    goods = _shown(shop, told)
    data = {"title": world.spoken(shop, told["headline"]), "products": goods, "category": "", "count": len(goods)}
    audience = _audience(shop, told)
    return {"id": f"complemento{number}", "kind": "products", "data": data, "audience": audience}


def _notice(shop: Told, told: Told, number: int) -> Block:
    said = {code: f"<p><strong>{text}</strong></p>" for code, text in world.spoken(shop, told["headline"]).items()}
    audience = _audience(shop, told)
    return {"id": f"aviso{number}", "kind": "text", "data": {"text": said}, "audience": audience}
