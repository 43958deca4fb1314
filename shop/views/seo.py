"""What search engines and link previews read: title, description, canonical, languages, Open Graph, JSON-LD."""

import json
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from markupsafe import Markup

from kernel import i18n, origins
from shop.views import frame, goods

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))  # `dumps` would make one each time


@dataclass(frozen=True)
class Head:
    """The head of a public page."""

    title: str
    description: str
    canonical: str
    alternates: list[tuple[str, str]]
    image: str = ""
    kind: str = "website"
    robots: str = ""
    data: list[Markup] = field(default_factory=list)
    more: dict[str, str] = field(default_factory=dict)

    @property
    def locale(self) -> str:
        """As Open Graph names languages: `es_CR`."""
        return str(i18n.locale())


def absolute(path: str) -> str:
    """A path of this shop with the stored domain in front; a path that carries its language keeps it."""
    return frame.current().base + path


def head(title: Any, description: Any, path: str, **more: Any) -> Head:
    """The head of the page at `path` (without its language)."""
    place = origins.place()
    codes = [place.language, *(code for code in place.languages if code != place.language)] if place else []
    prefixes = {code: "" if place and code == place.language else f"/{code}" for code in codes}
    every = [(code, absolute(prefixes[code] + path)) for code in codes]
    told = " ".join(goods.plain(description).split())
    return Head(
        title=goods.plain(title), description=told if len(told) <= 160 else told[:157] + "…",
        canonical=absolute(prefixes.get(i18n.language(), "") + path),
        alternates=[*every, ("x-default", every[0][1])] if len(every) > 1 else [], **more,
    )  # fmt: skip


def json_ld(data: dict[str, Any]) -> Markup:
    """JSON-LD for a data block: nothing in it can end the element or begin another."""
    clean = {key: value for key, value in data.items() if value not in (None, "", [], {})}
    text = _JSON.encode({"@context": "https://schema.org", **clean})
    for sign, safe in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        text = text.replace(sign, safe)
    return Markup(text)  # noqa: S704


def breadcrumbs(trail: list[tuple[str, str]]) -> Markup:
    """Where a page hangs: pairs of (name, path)."""
    items = [
        {"@type": "ListItem", "position": place, "name": goods.plain(name), "item": absolute(path)}
        for place, (name, path) in enumerate(trail, 1)
    ]
    return json_ld({"@type": "BreadcrumbList", "itemListElement": items})


def business() -> Markup:
    """Who the shop is and where."""
    values = frame.current().values
    place = values["place"] or {}
    hours = [
        {
            "@type": "OpeningHoursSpecification", "dayOfWeek": DAYS[day],
            "opens": span.split("-")[0], "closes": span.split("-")[-1],
        }
        for day, span in (values["opening"] or {}).items() if span and day in DAYS and "-" in str(span)
    ]  # fmt: skip
    address = {
        "@type": "PostalAddress", "streetAddress": place.get("street"), "addressLocality": place.get("city"),
        "addressRegion": place.get("region"), "postalCode": place.get("postcode"), "addressCountry": values["country"],
    }  # fmt: skip
    told = {
        "@type": "LocalBusiness", "name": values["name"], "url": absolute(url_for("shop.home")),
        "description": values["tagline"], "telephone": values["phone"], "email": values["email"],
        "image": absolute(url_for("shop.shop_card", digest="card")), "openingHoursSpecification": hours,
        "address": {key: value for key, value in address.items() if value},
    }  # fmt: skip
    return json_ld(told)


DAYS = {
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday",
    "sun": "Sunday",
}  # fmt: skip
