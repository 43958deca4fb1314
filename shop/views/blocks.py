"""The kinds of blocks that a shop's pages are made of, and what each needs to be drawn."""

import re
from typing import Any

from flask import Flask, url_for
from sqlalchemy import select

from kernel import blocks, files, i18n
from kernel.blocks import Field
from kernel.db import db
from kernel.i18n import _, _l
from shop import catalog, categories, discount_sentences, discounts, letter_blocks, shelf, storefront, tag_words
from shop.views import frame, goods, visitor

Data = dict[str, Any]
TITLE = Field("title", _l("Title"), "words")
TEXT = Field("text", _l("Text"), "prose")
LINK = Field(
    "link", _l("Address it leads to"), "link", _l("Write a name and choose from the shop, or an address with https://")
)
LABEL = Field("label", _l("Words on the button"), "words")
PICTURE = Field("picture", _l("Picture"), "picture")
ALT = Field("alt", _l("What the picture shows"), "words", _l("For people who cannot see it."))
SIZE = Field("size", _l("Size"), "choice", options=(("big", _l("Large")), ("small", _l("Small"))))
ALIGN = Field("align", _l("Stands"), "choice", options=(("left", _l("At the left")), ("center", _l("In the middle"))))
CODE = Field("code", _l("Code"), "coupon", _l("One of your discounts with a code."))
COUNT = Field("count", _l("How many"), "number", most=24)


def init_app(app: Flask) -> None:
    """Register the shop's kinds."""
    kind = blocks.kind
    lead = Field("text", _l("Text"), "words")
    mail = letter_blocks.mail
    kind("hero", _l("Cover"), (TITLE, lead, PICTURE, ALT, LINK, LABEL),
         web=_at("hero"), prepare=hero, icon="picture", mail=mail("hero"))  # fmt: skip
    kind("heading", _l("Heading"), (TITLE, SIZE, ALIGN),
         web=_at("heading"), prepare=heading, icon="note", mail=mail("heading"))  # fmt: skip
    kind("text", _l("Text"), (TITLE, TEXT), web=_at("text"), prepare=written, icon="edit", mail=mail("text"))
    kind("picture", _l("Picture"), (PICTURE, ALT, Field("caption", _l("Caption"), "words"), LINK),
         web=_at("picture"), prepare=picture, icon="picture", mail=mail("picture"))  # fmt: skip
    kind("button", _l("Button"), (LABEL, LINK, ALIGN),
         web=_at("button"), prepare=button, icon="next", mail=mail("button"))  # fmt: skip
    beside = Field(
        "side", _l("Picture stands"), "choice", options=(("left", _l("At the left")), ("right", _l("At the right")))
    )
    kind(
        "beside",
        _l("Text beside a picture"),
        (TITLE, TEXT, PICTURE, ALT, beside),
        web=_at("beside"),
        prepare=pictured,
        icon="picture",
        mail=mail("beside"),
    )
    chosen = Field(
        "products", _l("These products"), "products", _l("Leave it empty for the first ones of the category or tag.")
    )
    marked = Field("tag", _l("Only with this tag"), "tag", _l("A row of presents, say: it follows the tags by itself."))
    kind("products", _l("Products"), (TITLE, Field("category", _l("Category"), "category"), marked, chosen, COUNT),
         web=_at("products"), prepare=products, icon="products", mail=mail("products"))  # fmt: skip
    kind("categories", _l("Categories"), (TITLE, Field("categories", _l("These categories"), "categories")),
         web=_at("categories"), prepare=shelves, icon="shelves", mail=mail("categories"))  # fmt: skip
    kind("coupon", _l("Coupon"), (TITLE, CODE, LABEL, LINK),
         web=_at("coupon"), prepare=coupon, icon="tag", mail=mail("coupon"))  # fmt: skip
    kind("divider", _l("Line"), (), web=_at("divider"), icon="more", mail=mail("divider"))


def _at(name: str) -> str:
    return f"shop/blocks/{name}.html"


def file_of(sha: Any) -> files.File | None:
    """The public picture that a block names by its content's hash."""
    return files.by_sha(sha) if isinstance(sha, str) and re.fullmatch(r"[0-9a-f]{64}", sha) else None


def hero(data: Data) -> Data:
    """The cover: what is not filled in is the shop's own."""
    values, row = frame.current().values, storefront.of()
    top = next(iter(values["categories"]), None)
    own = db.session.get(files.File, row.hero_id) if row.hero_id and not data.get("picture") else None
    bare = not top and not shelf.first(1)  # nothing to see yet: who comes early may write
    rest = (url_for("shop.contact"), _("Write to us")) if bare else (url_for("shop.search"), _("See what we have"))
    return {
        "title": i18n.words_html(data.get("title")) or values["tagline"] or values["name"],
        "text": i18n.words_html(data.get("text")) or (_("Soon you find here what we sell.") if bare else ""),
        "caps": values["name"], "alt": i18n.pick(data.get("alt")),
        "picture": own or file_of(data.get("picture")) or _best(),
        "link": blocks.link(str(data.get("link") or "")) or (top["url"] if top else rest[0]),
        "label": i18n.words_html(data.get("label")) or rest[1],
    }  # fmt: skip


def _best() -> files.File | None:
    found = shelf.first(1, catalog.Product.picture_id.is_not(None))
    return db.session.get(files.File, found[0].picture_id) if found else None


def heading(data: Data) -> Data | None:
    """One line, written large."""
    title = i18n.words_html(data.get("title"))
    return (
        {"title": title, "small": data.get("size") == "small", "middle": data.get("align") == "center"}
        if title
        else None
    )


def button(data: Data) -> Data | None:
    """One thing to do."""
    label, url = i18n.words_html(data.get("label")), blocks.link(str(data.get("link") or ""))
    return {"label": label, "link": url, "middle": data.get("align") == "center"} if label and url else None


def coupon(data: Data) -> Data | None:
    """A discount's code and what it gives, while it can be used."""
    row = discounts.by_code(str(data.get("code") or ""))
    if row is None or row.state != "active":
        return None
    return {
        "title": i18n.words_html(data.get("title")), "code": row.code, "gives": discount_sentences.rule(row),
        "label": i18n.words_html(data.get("label")) or _("See what we have"),
        "link": blocks.link(str(data.get("link") or "")) or url_for("shop.search"),
    }  # fmt: skip


def written(data: Data) -> Data | None:
    """A title and paragraphs."""
    told = {"title": i18n.words_html(data.get("title")), "text": blocks.prose(data.get("text"))}
    return told if any(told.values()) else None


def picture(data: Data) -> Data | None:
    """One picture, perhaps with a caption and an address."""
    found = file_of(data.get("picture"))
    told = {"caption": i18n.words_html(data.get("caption")), "link": blocks.link(str(data.get("link") or ""))}
    return {"picture": found, "alt": i18n.pick(data.get("alt")), **told} if found else None


def pictured(data: Data) -> Data | None:
    """Text beside a picture."""
    told, found = written(data), file_of(data.get("picture"))
    if told is None:
        return None
    return {**told, "picture": found, "alt": i18n.pick(data.get("alt")), "flip": data.get("side") == "right"}


def products(data: Data) -> Data | None:
    """A row of products: the chosen ones, else the first of a category or with a tag, else of the shop."""
    product, slugs, count = catalog.Product, list(data.get("products") or []), int(data.get("count") or 8)
    tag = "" if slugs else str(data.get("tag") or "")
    here = next((one for one in frame.current().shelves if one.slug == data.get("category")), None)
    if slugs:
        wanted = select(product.slug, product.id).where(product.slug.in_(slugs))
        ids = {row.slug: row.id for row in db.session.execute(wanted)}
        found: Any = shelf.of_ids([ids[one] for one in slugs if one in ids], group=visitor.group()).ids
    else:
        lying = shelf.lying(categories.below(frame.current().shelves, here) if here else (), tag)
        found = [one.id for one in shelf.first(min(count, 24), *lying, group=visitor.group())]
    label = tag_words.label(tag, frame.current().values["tag_words"]) if tag else ""
    named = i18n.words_html(here.name) if here and not tag else label or _("From our shelves")
    title, url = i18n.words_html(data.get("title")) or named, _whole(here, tag, label)
    return {"title": title, "goods": goods.of(found, eager=0), "url": url} if found else None


def _whole(here: Any, tag: str, label: str) -> str:
    """Where all of a row's products are seen: its category, sieved by its tag; the search knows tags by their words."""
    if here:
        return url_for("shop.category", slug=here.slug, tag=tag or None)
    return url_for("shop.search", q=label) if tag else ""


def shelves(data: Data) -> Data | None:
    """Tiles that lead to categories; the top ones when none are chosen."""
    every, wanted = frame.current().shelves, list(data.get("categories") or [])
    chosen = [one for slug in wanted for one in every if one.slug == slug] or [
        one for one in every if one.parent_id is None
    ]
    chosen = [one for one in chosen if one.facets.get("count", 1)]
    own = goods.pictures_of([one.picture_id for one in chosen])
    first = {one.id: _first_picture(one) for one in chosen if one.picture_id not in own}
    tiles = [
        {"name": i18n.words_html(one.name), "intro": i18n.words_html(one.intro),
         "url": url_for("shop.category", slug=one.slug), "picture": own.get(one.picture_id or 0) or first.get(one.id)}
        for one in chosen
    ]  # fmt: skip
    return {"title": i18n.words_html(data.get("title")), "tiles": tiles} if len(tiles) > 1 else None


def _first_picture(one: Any) -> files.File | None:
    cls = catalog.Product
    under = categories.below(frame.current().shelves, one)
    found = shelf.first(1, cls.category_id.in_(under), cls.picture_id.is_not(None))
    return db.session.get(files.File, found[0].picture_id) if found else None
