"""Reviews as pages of the shop show them: stars on cards and near a name, the texts below, what search engines read."""

from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup

from kernel import i18n, origins, tenancy, web
from kernel.i18n import _, ngettext
from shop import review_pictures, reviews
from shop.catalog import Product
from shop.review_pictures import Seen
from shop.reviews import Review, Told
from shop.views import frame, seo

THUMB, LARGE = 320, 960  # pixels
ASKED = "reviews"  # in a product's address: which page of them


def of(product: Product) -> dict[str, Any] | None:
    """What a product's page tells; None where there is none or the shop takes none: then nothing is asked."""
    if not product.review_count or not frame.current().values["reviews"]:
        return None
    pages = -(-product.review_count // reviews.PAGE)
    number = min(web.page_asked(ASKED), pages)
    rows = reviews.page(product, number)
    seen = _pictures(product, rows, number)
    return {
        **summary(product.review_count, product.review_sum), "page": number, "pages": pages,
        "rows": [{**row(one), "pictures": seen.get(one.token, [])} for one in rows],
        "pictures": _told(product, review_pictures.row_of(product)), "before": _address(product, number - 1),
        "after": _address(product, number + 1) if number < pages else "",
    }  # fmt: skip


def summary(count: int, total: int) -> dict[str, Any]:
    """So many reviews with so many stars in all, in figures and words."""
    average = average_of(count, total, str(i18n.locale()))
    return {
        "count": count, "average": average, "halves": (4 * total + count) // (2 * count),
        "label": _("%(average)s of 5 stars", average=average),
        "many": ngettext("One review", "%(num)s reviews", count),
    }  # fmt: skip


@lru_cache(maxsize=4096)
def average_of(count: int, total: int, locale: str) -> str:
    """The stars of one review on average, to one digit."""
    return str(format_decimal((10 * total * 2 + count) // (2 * count) / 10, "0.0", locale=locale))


@lru_cache(maxsize=4096)
def on_card(count: int, total: int, locale: str, _spoken: str) -> Markup:
    """The same on a card, in two words."""
    told = summary(count, total)
    seen = Markup('<span aria-hidden="true">{} <small>({})</small></span>').format(told["average"], count)
    return seen + Markup('<span class="visually-hidden">{}, {}</span>').format(told["label"], told["many"])


def _address(product: Product, number: int) -> str:
    if number < 1:
        return ""
    here = frame.path("shop.product", slug=product.slug)
    return f"{here}{f'?{ASKED}={number}' if number > 1 else ''}#reviews"


def _pictures(product: Product, rows: list[Told], number: int) -> dict[str, list[dict[str, str]]]:
    """What is seen with the reviews of this page; nothing is asked where they have none."""
    found = review_pictures.page(product, number) if any(one.pictured for one in rows) else {}
    return {token: _told(product, seen) for token, seen in found.items()}


def _told(product: Product, seen: list[Seen]) -> list[dict[str, str]]:
    return [picture(one, i18n.pick(product.name), product.slug) for one in seen]


def row(one: Told | Review) -> dict[str, Any]:
    """A review in words and half stars."""
    locale = str(i18n.locale())
    zone = ZoneInfo(frame.once("timezone", lambda: tenancy.tenant().timezone))
    day = one.written_at.astimezone(zone).date()
    return {
        "halves": 2 * one.stars, "label": ngettext("One star of five", "%(num)s stars of five", one.stars),
        "words": one.words, "signed": one.signed or _("Somebody who bought it"), "answer": one.answer,
        "language": one.language if one.language != i18n.language() else "",
        "when": format_date(day, "d MMM y", locale=locale), "iso": day.isoformat(), "stars": one.stars,
        "named": bool(one.signed),
    }  # fmt: skip


def photo_url(token: str, width: int) -> str:
    """The address of one in a width, on the shop's own host."""
    place = origins.place()
    return f"/media/{place.slug if place else tenancy.tenant().slug}/opinions/{token}.{width}.webp"


def large(slug: str, token: str) -> str:
    """The address of its page."""
    return frame.path("shop.review_picture", slug=slug, token=token)


def picture(one: Seen, name: str, slug: str) -> dict[str, str]:
    """What a page needs to show one in small: the file, the page behind it, words for who cannot see it."""
    signed = one.signed or _("Somebody who bought it")
    alt = _("%(product)s, photo by %(name)s", product=name, name=signed)
    return {
        "src": photo_url(one.token, THUMB),
        "large": photo_url(one.token, LARGE),
        "url": large(slug, one.token),
        "alt": alt,
    }


def json_ld(told: dict[str, Any] | None, product: Product) -> dict[str, Any]:
    """What is added to a product for search engines: exact figures, and those reviews that stand on the page."""
    if told is None:
        return {}
    average = f"{product.review_sum / product.review_count:.4f}".rstrip("0").rstrip(".")
    found = [
        {
            "@type": "Review", "author": {"@type": "Person", "name": row["signed"]}, "datePublished": row["iso"],
            "reviewBody": row["words"],
            **({"image": [seo.absolute(one["large"]) for one in row["pictures"]]} if row["pictures"] else {}),
            "reviewRating": {"@type": "Rating", "ratingValue": row["stars"], "bestRating": 5, "worstRating": 1},
        }
        for row in told["rows"] if row["named"]
    ]  # fmt: skip
    rating = {"ratingValue": average, "reviewCount": product.review_count, "bestRating": 5, "worstRating": 1}
    return {"aggregateRating": {"@type": "AggregateRating", **rating}, "review": found}
