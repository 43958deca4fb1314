"""The frame of every shop page: what header, footer and theme need, read once per revision of the tenant."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import quote

from babel.dates import get_day_names
from flask import Flask, g, render_template, request, url_for
from markupsafe import Markup

from kernel import address, aside, clock, files, i18n, origins, phones, templating, tenancy, web
from kernel.db import db
from kernel.i18n import _
from shop import (
    categories,
    days,
    holidays,
    local_times,
    openings,
    pagecache,
    pages,
    payment_methods,
    policies,
    receipts,
    storefront,
    themes,
    vouchers,
)

LANGUAGES = {"es": "Español", "en": "English", "pt": "Português", "fr": "Français", "de": "Deutsch", "it": "Italiano"}
NOTES = 500  # of one frame


@dataclass(frozen=True)
class Shelf:
    """A category as pages need it, free of any session."""

    id: int
    slug: str
    name: dict[str, str]
    intro: dict[str, str]
    parent_id: int | None
    picture_id: int | None
    facets: dict[str, Any]


@dataclass(frozen=True)
class Frame:
    """What is the same on every page of a shop in one language, until something is edited."""

    values: dict[str, Any]
    shelves: tuple[Shelf, ...]
    base: str
    theme: themes.Theme
    notes: dict[Hashable, Any] = field(default_factory=dict)


_kept: OrderedDict[Hashable, Frame] = OrderedDict()
_lock = Lock()


def init_app(app: Flask) -> None:
    """Give every template of a shop its `front`, and the parts of it that are drawn once."""
    app.context_processor(_context)
    app.jinja_env.globals["part"] = part


def _context() -> dict[str, Any]:
    return {"front": front(), "preview": g.get("preview")} if origins.place() and "tenant_id" in g else {}


def current() -> Frame:
    """The frame of the current shop in the current language, looked up once a request."""
    here = g._get_current_object()
    found: tuple[str, Frame] | None = here.get("frame")
    if found is None or found[0] != here.get("language"):
        spoken = i18n.language()
        found = here.frame = spoken, _current()
    return found[1]


def _current() -> Frame:
    place = origins.place()
    assert place is not None
    key = (place.id, place.revision, place.slug, i18n.language(), pagecache.bucket(time.time()))
    with _lock:
        found = _kept.get(key)
    if found is None:
        found = _make(place)
        with _lock:
            _kept[key] = found
            while len(_kept) > 200:
                _kept.popitem(last=False)
    return found


def once(key: Hashable, make: Callable[[], Any]) -> Any:
    """What a kept page needs and others too, made once while the frame lasts: plain values, no rows."""
    here = g._get_current_object()  # asked a dozen times a page
    return make() if not here.get("open_holes") or here.get("preview") else note(key, make)


def note(key: Hashable, make: Callable[[], Any]) -> Any:
    """The same on any page, for what is nobody's: it may fill a hole too."""
    notes = current().notes
    found = notes.get(key)
    if found is None:
        if len(notes) >= NOTES:
            notes.clear()
        found = notes[key] = make()
    return found


def still(key: Hashable, make: Callable[[], Any]) -> Any:
    """The same as long as nothing at all was committed: for what moves without an edit, such as what is left."""
    if request.method not in origins.SAFE or g.get("preview"):
        return make()
    reader, stamp = request.environ["plaza.stamp"]
    kept: list[tuple[Any, Any]] = note(("still", reader, key), lambda: [(None, None)])
    found = kept[0]  # another thread may put its own there meanwhile
    if found[0] != stamp:
        found = kept[0] = stamp, make()
    return found[1]


def path(endpoint: str, **parts: str) -> str:
    """`url_for` a page of the shop; what it builds is kept for all whose addresses differ in these words alone."""
    open_: dict[str, Any] = {name: f"~{name}~" for name in parts}
    built: str = note(("path", endpoint, request.script_root), lambda: url_for(endpoint, **open_))
    for name, word in parts.items():
        built = built.replace(f"~{name}~", quote(word))
    return built


def part(name: str, *about: Hashable, **moving: str) -> Markup:
    """A part of the frame as HTML, drawn once for each `about`; what is `moving` is put into it each time.

    It sees nothing of the page that asks for it first, so it cannot keep anything of it for the others.
    """
    marks = {key: templating.mark(key) for key in moving}
    html: str = once(("part", name, *about), lambda: render_template(name, **marks))
    return Markup(templating.put(html, moving))  # noqa: S704


def forget() -> None:
    """Drop every frame: the database under them was replaced."""
    with _lock:
        _kept.clear()


def front() -> dict[str, Any]:
    """The frame's values with what depends on this page: the current category and its other languages."""
    if "front" not in g:
        frame, here = current(), request.path
        place = origins.place()
        g.front = {
            **frame.values,
            "practice": bool(place and place.practice),
            "here": here if here == "/when" or any(here == each["path"] for each in frame.values["categories"]) else "",
            "asked": request.args.get("q", "") if request.endpoint == "shop.search" else "",
            "languages": [
                {**each, "url": web.in_language(each["code"]), "active": each["code"] == i18n.language()}
                for each in frame.values["languages"]
            ],
        }
    return dict(g.front)


def chat(url: str) -> None:
    """Have what leads to the shop's WhatsApp from this page begin with the words of that link."""
    front()
    if url and g.front["whatsapp_url"]:
        g.front["whatsapp_url"] = url


def _make(place: aside.Place) -> Frame:
    tenant, row = tenancy.tenant(), storefront.of()
    shelves = tuple(
        Shelf(one.id, one.slug, one.name, one.intro, one.parent_id, one.picture_id, one.facets)
        for one in categories.all_()
    )
    theme = themes.Theme(row.preset, row.primary, row.accent, row.surface, row.pattern).whole()
    values = {**_told(tenant, row), **_worn(row, theme), **_listed(shelves, place)}
    return Frame(values, shelves, web.shop_base(tenant), theme)


def _told(tenant: tenancy.Tenant, row: storefront.Storefront) -> dict[str, Any]:
    hello = _("Hello, I write from your shop's page.")
    closed, ahead = holidays.now(), holidays.ahead()
    return {
        "name": tenant.name, "legal_name": tenant.legal_name, "country": tenant.country,
        "tagline": i18n.pick(row.tagline), "story": row.story, "email": row.email,
        "phone": phones.show(row.phone) if row.phone else "",
        "whatsapp_url": phones.whatsapp(hello, row.whatsapp) if row.whatsapp else "",
        "address": address.lines(row.address, here=tenant.country, language=i18n.language()), "place": row.address,
        "hours": _hours(row), "opening": row.hours, "cents": None if row.show_cents else False,
        "closed": closed and _closed(closed), "closing": ahead and closing(ahead), "tag_words": row.tag_words,
        "know": row.know, "reviews": row.reviews != "off", "questions": row.questions,
    }  # fmt: skip


def _closed(now: holidays.Holiday) -> str:
    from_then = _("We are closed and sell again on %(day)s.", day=days.told(now.until, weekday=True))
    return f"{i18n.pick(now.message)} {from_then}".strip()


def closing(ahead: holidays.Holiday) -> str:
    """What shoppers read before it: when the shop closes, and when it sells again."""
    at = local_times.local(ahead.starts_at, tenancy.tenant().timezone)
    told = {"begins": receipts.day(at.date()), "day": receipts.day(ahead.until)}
    if (at.hour, at.minute) == (0, 0):
        return _("We close on %(begins)s and sell again on %(day)s.", **told)
    return _("We close on %(begins)s at %(time)s and sell again on %(day)s.", time=f"{at:%H:%M}", **told)


def _worn(row: storefront.Storefront, theme: themes.Theme) -> dict[str, Any]:
    logo = db.session.get(files.File, row.logo_id) if row.logo_id else None
    return {
        "preset": theme.preset, "font": themes.PRESETS[theme.preset].file, "theme_color": theme.surface,
        "theme_url": f"/theme.{themes.digest(theme)}.css",
        "logo_url": files.url(logo, 320) if logo else "",
        "logo_width": round(44 * logo.width / logo.height) if logo and logo.height else 44,
    }  # fmt: skip


def _listed(shelves: tuple[Shelf, ...], place: aside.Place) -> dict[str, Any]:
    top = [shelf for shelf in shelves if shelf.parent_id is None]
    written = list(pages.listed("policy"))
    private = policies.PRIVACY.among(written)
    told = [{"title": i18n.pick(page.title), "url": url_for("shop.policy", slug=page.slug)} for page in written]
    own = [
        {"title": i18n.pick(page.title), "url": url_for("shop.page", slug=page.slug)}
        for page in pages.listed("page")
        if page.in_menu
    ]
    codes = (place.language, *(code for code in place.languages if code != place.language))
    return {
        "categories": [
            {"name": i18n.pick(one.name), "url": url_for("shop.category", slug=one.slug), "path": f"/c/{one.slug}"}
            for one in top if one.facets.get("count", 1)
        ],
        "openings_url": url_for("shop.openings") if openings.many() else "",
        "policies": [*own, *told, {"title": _("Contact"), "url": url_for("shop.contact")}],
        "privacy_url": url_for("shop.policy", slug=private.slug) if private else "",
        "payments": [i18n.pick(method.label) for method in payment_methods.active() if method.kind != "practice"],
        "gift_cards_url": url_for("shop.gift_card_balance") if vouchers.sold() else "",
        "languages": [{"code": code, "label": LANGUAGES.get(code, code)} for code in codes],
    }  # fmt: skip


def _hours(row: storefront.Storefront) -> list[dict[str, Any]]:
    names = get_day_names("wide", locale=i18n.locale())
    today = clock.today(tenancy.tenant().timezone).weekday()
    return [
        {
            "label": names[number].capitalize(), "today": number == today,
            "text": f"{day.opens}–{day.closes}" if day.opens else _("Closed"),
        }
        for number, day in enumerate(storefront.week(row))
    ]  # fmt: skip
