"""Reviews as pages of the shop show them: stars on cards and near a name, the texts below, what search engines read."""

from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup

from kernel import i18n, tenancy, web
from kernel.i18n import _, ngettext
from shop import reviews
from shop.catalog import Product
from shop.reviews import Told
from shop.views import frame

ASKED = "reviews"  # in a product's address: which page of them


def of(product: Product) -> dict[str, Any] | None:
    """What a product's page tells; None where there is none or the shop takes none: then nothing is asked."""
    if not product.review_count or not frame.current().values["reviews"]:
        return None
    pages = -(-product.review_count // reviews.PAGE)
    number = min(web.page_asked(ASKED), pages)
    return {
        **summary(product.review_count, product.review_sum), "page": number, "pages": pages,
        "rows": [_row(one) for one in reviews.page(product, number)], "before": _address(product, number - 1),
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


def _row(one: Told) -> dict[str, Any]:
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


def json_ld(told: dict[str, Any] | None, product: Product) -> dict[str, Any]:
    """What is added to a product for search engines: exact figures, and those reviews that stand on the page."""
    if told is None:
        return {}
    average = f"{product.review_sum / product.review_count:.4f}".rstrip("0").rstrip(".")
    found = [
        {
            "@type": "Review", "author": {"@type": "Person", "name": row["signed"]}, "datePublished": row["iso"],
            "reviewBody": row["words"],
            "reviewRating": {"@type": "Rating", "ratingValue": row["stars"], "bestRating": 5, "worstRating": 1},
        }
        for row in told["rows"] if row["named"]
    ]  # fmt: skip
    rating = {"ratingValue": average, "reviewCount": product.review_count, "bestRating": 5, "worstRating": 1}
    return {"aggregateRating": {"@type": "AggregateRating", **rating}, "review": found}
