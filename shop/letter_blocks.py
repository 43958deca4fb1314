"""What each kind of block says in a letter: words, pictures as mail readers know them, goods with their prices."""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from kernel import blocks, files, i18n, tenancy
from kernel.db import db
from kernel.i18n import _
from kernel.letter_parts import Letter
from kernel.money import Money
from shop import catalog, categories, discount_sentences, discounts, pricing, receipts, shelf, storefront, tag_words
from shop.categories import Category

Data = dict[str, Any]
WIDE, SMALL = 1200, 600  # of pictures: twice what is shown
ALIGNED = {"left", "center"}
GOODS = 8  # of a row in a letter


def mail(name: str) -> blocks.Mail:
    """How the kind of that name stands in letters."""
    return blocks.Mail(f"mail/blocks/{name}", PREPARED[name])


def jpeg(file: files.File, wanted: int) -> str:
    """The path of a picture in the form that every mail reader shows."""
    return files.url(file, wanted).removesuffix("webp") + "jpg"


def of_sha(sha: Any) -> files.File | None:
    """The public picture that a block names by its content's hash."""
    return files.by_sha(sha) if isinstance(sha, str) and re.fullmatch(r"[0-9a-f]{64}", sha) else None


def _src(letter: Letter, file: files.File | None, wanted: int) -> str:
    return letter.picture(jpeg(file, wanted)) if file else ""


def _plain(letter: Letter, words: Any) -> Any:
    return letter.plain(i18n.pick(words, letter.language))


def heading(data: Data, letter: Letter) -> Data | None:
    """One line, written large."""
    title = letter.words(data.get("title"))
    size = "22px" if data.get("size") == "small" else "32px"
    return {"title": title, "size": size, "align": _aligned(data)} if title else None


def _aligned(data: Data) -> str:
    return str(data["align"]) if data.get("align") in ALIGNED else "left"


def text(data: Data, letter: Letter) -> Data | None:
    """A title and paragraphs."""
    told = {"title": letter.words(data.get("title")), "text": letter.prose(data.get("text"))}
    return told if any(told.values()) else None


def picture(data: Data, letter: Letter) -> Data | None:
    """One picture as wide as the letter."""
    file = of_sha(data.get("picture"))
    if file is None:
        return None
    told = {"caption": letter.words(data.get("caption")), "link": letter.href(str(data.get("link") or ""))}
    return {"src": _src(letter, file, WIDE), "alt": letter.words(data.get("alt")) or letter.plain(""), **told}


def beside(data: Data, letter: Letter) -> Data | None:
    """A text beside a picture."""
    told = text(data, letter)
    if told is None:
        return None
    alt = letter.words(data.get("alt")) or letter.plain("")
    src = _src(letter, of_sha(data.get("picture")), SMALL)
    return {**told, "src": src, "alt": alt, "flip": data.get("side") == "right"}


def hero(data: Data, letter: Letter) -> Data:
    """The cover."""
    title = letter.words(data.get("title")) or _plain(letter, storefront.of().tagline or tenancy.tenant().name)
    return {
        "title": title, "text": letter.words(data.get("text")),
        "src": _src(letter, of_sha(data.get("picture")), WIDE),
        "alt": letter.words(data.get("alt")) or letter.plain(""),
        "link": letter.href(str(data.get("link") or "/")),
        "label": letter.words(data.get("label")) or letter.plain(_("See what we have")),
    }  # fmt: skip


def button(data: Data, letter: Letter) -> Data | None:
    """One thing to do."""
    link, label = letter.href(str(data.get("link") or "")), letter.words(data.get("label"))
    return {"link": link, "label": label, "align": _aligned(data)} if link and label else None


def divider(_data: Data, _letter: Letter) -> Data:
    """A quiet line."""
    return {}


def coupon(data: Data, letter: Letter) -> Data | None:
    """A discount's code and what it gives."""
    row = discounts.by_code(str(data.get("code") or ""))
    if row is None:
        return None
    return {
        "title": letter.words(data.get("title")), "code": letter.plain(row.code),
        "gives": letter.plain(discount_sentences.rule(row)), "link": letter.href(str(data.get("link") or "/")),
        "label": letter.words(data.get("label")) or letter.plain(_("Use it in the shop")),
    }  # fmt: skip


def products(data: Data, letter: Letter) -> Data | None:
    """A row of products with their prices for this reader's group."""
    here, tag = categories.slugged(str(data.get("category") or "")), str(data.get("tag") or "")
    found = _chosen(list(data.get("products") or []), letter)
    tag = "" if found else tag
    found = found or _first(here, tag, int(data.get("count") or 4), letter)
    if not found:
        return None
    named = letter.words(data.get("title"))
    label = tag_words.label(tag, storefront.of().tag_words) if tag else ""
    title = named or (_plain(letter, here.name) if here and not tag else letter.plain(label or _("From our shelves")))
    url = letter.href(_whole(here, tag, label))
    return {"title": title, "goods": goods(found, letter), "url": url, "label": letter.plain(_("See all"))}


def _chosen(slugs: Sequence[str], letter: Letter) -> Sequence[catalog.Product]:
    wanted = select(catalog.Product.slug, catalog.Product.id).where(catalog.Product.slug.in_(slugs))
    ids = {row.slug: row.id for row in db.session.execute(wanted)} if slugs else {}
    return shelf.of_ids([ids[one] for one in slugs if one in ids][:GOODS], group=letter.group).products if ids else ()


def _first(here: Category | None, tag: str, count: int, letter: Letter) -> Sequence[catalog.Product]:
    lying = shelf.lying(categories.below(categories.all_(), here) if here else (), tag)
    return shelf.first(min(count, GOODS), *lying, group=letter.group)


def _whole(here: Category | None, tag: str, label: str) -> str:
    """The path where all of a row's products are seen: its category, sieved by its tag, else a search for its words."""
    if here:
        return f"/c/{here.slug}?{urlencode({'tag': tag})}" if tag else f"/c/{here.slug}"
    return f"/search?{urlencode({'q': label})}" if tag else ""


def goods(found: Sequence[catalog.Product], letter: Letter) -> list[Data]:
    """These products as a letter shows them."""
    pictures = _pictures(one.picture_id for one in found)
    large = WIDE if len(found) == 1 else SMALL
    low = prices(found, letter.group)
    return [
        {"src": _src(letter, pictures.get(one.picture_id or 0), large), **_good(one, low[one.id], letter)}
        for one in found
    ]


def priced(one: catalog.Product, price: Money) -> str:
    """What one of it costs, in words."""
    told = receipts.shown(price) if one.low_minor or price else ""
    return f"{_('from')} {told}" if told and catalog.varies(one) else told


def _good(one: catalog.Product, price: Money, letter: Letter) -> Data:
    several = catalog.varies(one)
    before = catalog.compare(one) if not several and not letter.group else None
    return {
        "name": _plain(letter, one.name), "short": _plain(letter, one.short) if one.short else None,
        "price": letter.plain(receipts.shown(price)) if one.low_minor or price else None,
        "url": letter.href(f"/p/{one.slug}"), "alt": letter.plain(one.brief or i18n.pick(one.name, letter.language)),
        "since": several,
        "was": letter.plain(receipts.shown(before)) if before else None,
    }  # fmt: skip


def prices(found: Sequence[catalog.Product], group: str) -> dict[int, Money]:
    """What one unit of each costs at least, for somebody of that group."""
    if not group:
        return {one.id: one.low for one in found}
    known = pricing.breaks(one.id for one in found)
    return {one.id: _lowest(one, group, known.get(one.id, [])) for one in found}


def _lowest(one: catalog.Product, group: str, known: list[Any]) -> Money:
    asked = [pricing.unit(variant, 1, group, known=known) for variant in one.variants if variant.active]
    return min(asked, default=one.low)


def _pictures(ids: Iterable[int | None]) -> dict[int, files.File]:
    wanted = sorted({one for one in ids if one})
    rows = db.session.scalars(select(files.File).where(files.File.id.in_(wanted))) if wanted else ()
    return {row.id: row for row in rows}


def shelves(data: Data, letter: Letter) -> Data | None:
    """Tiles that lead to categories; the top ones when none are chosen."""
    every, wanted = categories.all_(), list(data.get("categories") or [])
    chosen = [one for slug in wanted for one in every if one.slug == slug] or [
        one for one in every if not one.parent_id
    ]
    chosen = [one for one in chosen if one.facets.get("count", 1)][:GOODS]
    pictures = _pictures(one.picture_id for one in chosen)
    tiles = [
        {"name": _plain(letter, one.name), "url": letter.href(f"/c/{one.slug}"),
         "src": _src(letter, pictures.get(one.picture_id or 0), SMALL)}
        for one in chosen
    ]  # fmt: skip
    return {"title": letter.words(data.get("title")), "tiles": tiles} if len(tiles) > 1 else None


PREPARED = {
    "heading": heading, "text": text, "picture": picture, "beside": beside, "hero": hero, "button": button,
    "divider": divider, "coupon": coupon, "products": products, "categories": shelves,
}  # fmt: skip
