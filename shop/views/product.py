"""The product page: what it is, what it costs, when it comes, and the one verb."""

import json
from typing import Any

from flask import Flask, g, render_template, request
from markupsafe import Markup, escape

from kernel import blocks, files, holes, i18n, phones
from kernel.i18n import _, ngettext
from shop import catalog, categories, days, intervals, pricing, seasons, services, sharing, stock, wants
from shop.views import delivery, frame, goods, media, offers, question_part, review_part, seo, stock_wait_part, visitor

FEW = 5  # from here on one says how many are left
SOLD = {"off": " disabled", "gone": " hidden"}  # what becomes of a part of the page once nothing is left


def init_app(app: Flask) -> None:
    """Fill the holes of product pages: stock moves without an edit."""
    holes.define_group("stock", fill)


def fill(keys: list[str]) -> dict[str, str]:
    """For every "<variant>.left|units|text|schema" of a page what is left, "<variant>-<variant>….off|gone": of all.

    "….ask" is the form for those of them that are sold out.
    """
    asked = {key: [int(one) for one in key.partition(".")[0].split("-")] for key in keys}
    variants = catalog.variants({one for ids in asked.values() for one in ids})
    left = stock.available(list(variants.values()))
    found = {}
    for key, ids in asked.items():
        what = key.partition(".")[2]
        if what == "ask":
            found[key] = stock_wait_part.drawn([variants[one] for one in ids if one in variants], left)
        else:
            found[key] = _told(_most([left.get(one, 0) for one in ids]), what)
    return found


def _most(left: list[int | None]) -> int | None:
    """What is left of the one of which most is; None: without limit."""
    counted = [one for one in left if one is not None]
    return max(counted) if len(counted) == len(left) else None


def _told(left: int | None, what: str) -> str:
    if what == "left":  # JSON
        return "null" if left is None else str(left)
    if what == "units":
        return "" if left is None else str(left)
    if what == "schema":
        return "OutOfStock" if left == 0 else "InStock"
    if what in SOLD:
        return SOLD[what] if left == 0 else ""
    if left == 0:
        return str(escape(_("Sold out")))
    if left is not None and left <= FEW:
        return str(escape(ngettext("Only one left", "Only %(num)s left", left)))
    return str(escape(_("Available")))


def show(product: catalog.Product, booking: Markup | None = None, *, stepped: bool = True) -> Any:
    """The page of a product that this visitor may see; `booking`: how its time is chosen, after a refusal.

    Not `stepped`: it is known that it costs the same for whoever buys however many.
    """
    g.viewed, g.shown = {"about_kind": "product", "about_id": product.id}, product  # held until its holes are filled
    known = [variant for variant in product.variants if variant.active]
    variant = _chosen(product, known)
    pictures = pictures_of(product, known)
    since = product.kind == services.KIND and catalog.varies(product)
    price = product.low if since else catalog.price(product, variant)
    compare = None if since else catalog.compare(product, variant)
    cents, season = frame.current().values["cents"], _season(product)
    sold, reviewed = buyable(variant, season), review_part.of(product)
    large = next(
        (one for one in pictures if variant and one["id"] == variant.picture_id), pictures[0] if pictures else None
    )
    return render_template(
        "shop/catalog/product.html", product=product, variant=variant, pictures=pictures, large=large, price=price,
        compare=compare, cents=cents, options=options(product, known, variant), variants=as_json(product, known),
        texts=texts(product, known), again=intervals.promise(product.every) if product.every else "",
        buyable=sold, season=season, back=days.told(season.returns),
        every="-".join(str(one.id) for one in known), promises=delivery.promises(product, variant) if sold else [],
        ladder=ladder(variant, cents) if stepped else (),
        offers=offers.of(product), booking=_booking(product, booking), since=since,
        allergens=[i18n.words_html(one) for one in product.allergens],
        text=blocks.prose(product.description), reviewed=reviewed, asked=question_part.of(product),
        head=_head(product, pictures, price, variant, sold=sold, reviewed=reviewed), **_links(product, price),
    )  # fmt: skip


def _booking(product: catalog.Product, drawn: Markup | None) -> Markup | None:
    if product.kind != services.KIND:
        return None
    return drawn or holes.hole(f"booking:{product.id}")


def ladder(variant: catalog.Variant | None, cents: bool | None) -> list[str]:
    """What one costs when more are bought, or for this visitor's group: `From 12 units on: ₡4 500 each.`"""
    steps = pricing.ladder(variant, visitor.group()) if variant is not None and variant.id else []
    locale = str(i18n.locale())
    told = [(units, price.format(locale, cents=cents)) for units, price in steps]
    return [
        _("From %(num)s units on: %(price)s each.", num=units, price=price) if units > 1
        else _("For you: %(price)s each.", price=price)
        for units, price in told
    ]  # fmt: skip


def _chosen(product: catalog.Product, known: list[catalog.Variant]) -> catalog.Variant | None:
    sku = g.get("chosen") or request.args.get("variant", "")  # chosen: what a form said that comes back
    return next((one for one in known if one.sku == sku), known[0] if known else None)


def buyable(variant: catalog.Variant | None, season: seasons.Season) -> bool:
    """Whether the verb is offered: there is something to buy, in season, in an open shop."""
    return variant is not None and not frame.current().values["closed"] and season.open


def _season(product: catalog.Product) -> seasons.Season:
    return seasons.state(product.season_from, product.season_to, goods.today())


def pictures_of(product: catalog.Product, known: list[catalog.Variant]) -> list[dict[str, Any]]:
    """Its pictures in order, each once, with words for who cannot see them."""
    rows = product.pictures
    ids = [product.picture_id, *(row.file_id for row in rows), *(variant.picture_id for variant in known)]
    found, alts = goods.pictures_of(ids), {row.file_id: i18n.pick(row.alt) for row in rows}
    own = i18n.pick(product.name)
    told = {product.picture_id: (product.brief if i18n.language() == "es" else "") or own}
    return [
        {"id": one, "key": found[one].sha256[:12], "file": found[one], "alt": alts.get(one) or told.get(one) or own}
        for one in dict.fromkeys(ids) if one in found
    ]  # fmt: skip


def options(
    product: catalog.Product, known: list[catalog.Variant], variant: catalog.Variant | None
) -> list[dict[str, Any]]:
    """What can be chosen, and what is chosen now; values that no variant has are left out."""
    taken = {(code, value) for one in known for code, value in one.options.items()}
    now = variant.options if variant else {}
    return [
        {
            "code": option["code"], "name": i18n.words_html(option.get("name")),
            "values": [
                {"code": value["code"], "name": i18n.words_html(value.get("name")),
                 "on": now.get(option["code"]) == value["code"]}
                for value in option.get("values", []) if (option["code"], value["code"]) in taken
            ],
        }
        for option in product.options
    ]  # fmt: skip


def texts(product: catalog.Product, known: list[catalog.Variant]) -> list[dict[str, Any]]:
    """What the buyer is asked to write, and what was written in a form that comes back."""
    every = product.texts if len(known) > 1 else wants.asked(known[0]) if known else []
    return [
        {
            "code": one["code"], "label": i18n.words_html(one.get("label")), "max": one.get("max") or 200,
            "required": one.get("required"), "said": request.form.get(f"text-{one['code']}", ""),
            **(_when(product, one["when"]) if one.get("when") and len(known) > 1 else {}),
        }
        for one in every
    ]  # fmt: skip


def _when(product: catalog.Product, when: dict[str, str]) -> dict[str, Any]:
    """The choice with which a text is asked, for the script and in words."""
    code, chosen = next(iter(when.items()))
    option: dict[str, Any] = next((one for one in product.options if one["code"] == code), {})
    value: dict[str, Any] = next((one for one in option.get("values", ()) if one["code"] == chosen), {})
    names = i18n.words_html(option.get("name")), i18n.words_html(value.get("name"))
    return {"when": f"{code}={chosen}", "option": names[0], "value": names[1]}


def as_json(product: catalog.Product, known: list[catalog.Variant]) -> Markup:
    """The variants for the script, ready for an attribute; what moves without an edit is a hole in it."""
    if len(known) < 2:
        return Markup("")
    keys = {one["id"]: one["key"] for one in pictures_of(product, known)}
    locale, cents = str(i18n.locale()), frame.current().values["cents"]
    told = []
    for one in known:
        before = catalog.compare(product, one)
        told.append({
            "options": one.options, "sku": one.sku, "price": catalog.price(product, one).format(locale, cents=cents),
            "was": before.format(locale, cents=cents) if before else "", "picture": keys.get(one.picture_id),
            "stock": f"@@{one.id}.text@@", "left": f"@@{one.id}.left@@",
        })  # fmt: skip
    text = str(escape(json.dumps(told, ensure_ascii=False, separators=(",", ":"))))
    for one in known:
        text = text.replace(f"&#34;@@{one.id}.left@@&#34;", str(holes.hole(f"stock:{one.id}.left")))
        text = text.replace(f"@@{one.id}.text@@", str(holes.hole(f"stock:{one.id}.text")))
    return Markup(text)  # noqa: S704


def _links(product: catalog.Product, price: Any) -> dict[str, Any]:
    frame_now = frame.current()
    here = next((one for one in frame_now.shelves if one.id == product.category_id), None)
    address = seo.absolute(goods.address(product.slug))
    text = sharing.product_text(
        i18n.pick(product.name), price.format(str(i18n.locale()), cents=frame_now.values["cents"]), address
    )
    steps = frame.once(("steps", product.category_id), lambda: steps_to(frame_now.shelves, here))
    trail = [*steps, (i18n.words_html(product.name), "")]
    return {"address": address, "whatsapp": phones.whatsapp(text), "trail": trail}


def steps_to(shelves: Any, here: Any) -> list[tuple[Any, str]]:
    """From home to the shelf: pairs of (name, address)."""
    path = categories.path(shelves, here)
    return [
        (_("Home"), frame.path("shop.home")),
        *((i18n.words_html(one.name), frame.path("shop.category", slug=one.slug)) for one in path),
    ]


def _head(
    product: catalog.Product,
    pictures: list[dict[str, Any]],
    price: Any,
    variant: catalog.Variant | None,
    *,
    sold: bool,
    reviewed: dict[str, Any] | None,
) -> seo.Head:
    path, shelves = f"/p/{product.slug}", frame.current().shelves
    here = next((one for one in shelves if one.id == product.category_id), None)
    steps = [(i18n.pick(one.name), f"/c/{one.slug}") for one in categories.path(shelves, here)]
    picture: files.File | None = pictures[0]["file"] if pictures else None
    told = _json_ld(product, picture, price, variant, sold=sold, more=review_part.json_ld(reviewed, product))
    return seo.head(
        i18n.pick(product.name), i18n.pick(product.short) or i18n.pick(product.description), path, kind="product",
        image=seo.absolute(media.card_url(product, picture)),
        data=[told, seo.breadcrumbs([*steps, (i18n.pick(product.name), path)])],
        more={"product:price:amount": f"{price.decimal:f}", "product:price:currency": price.currency},
    )  # fmt: skip


def _json_ld(
    product: catalog.Product,
    picture: Any,
    price: Any,
    variant: catalog.Variant | None,
    *,
    sold: bool,
    more: dict[str, Any],
) -> Markup:
    offer = {
        "@type": "Offer", "price": f"{price.decimal:f}", "priceCurrency": price.currency,
        "url": seo.absolute(goods.address(product.slug)),
        "availability": "https://schema.org/" + ("@@stock@@" if sold else "OutOfStock"),
        "seller": {"@type": "Organization", "name": frame.current().values["name"]},
    }  # fmt: skip
    told = seo.json_ld({
        "@type": "Product", "name": i18n.pick(product.name), "sku": variant.sku if variant else product.sku,
        "description": goods.plain(i18n.pick(product.description) or i18n.pick(product.short)),
        "image": seo.absolute(files.url(picture, 960)) if picture else "", "offers": offer, **more,
    })  # fmt: skip
    group = f"booking:{product.id}" if product.kind == services.KIND else f"stock:{variant.id}" if variant else ""
    return Markup(told.replace("@@stock@@", holes.hole(f"{group}.schema"))) if variant else told  # noqa: S704
