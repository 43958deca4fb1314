"""The four plots of the first page, and the page of each figure: the same sums as a table, its rows, its file."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from flask import Flask, Response, abort, render_template, request, url_for
from sqlalchemy import func

from kernel import countries, i18n, permissions, tables, tenancy, web
from kernel.db import db
from kernel.folding import fold
from kernel.i18n import _, _l
from kernel.money import Money
from kernel.plots import Plot
from kernel.web import needs
from shop import days, figures, receipts
from shop.figures import FIGURES, Figure, Period
from shop.views import admin, order_table

PAGE = 50
BARS = 6  # the largest parts; the others together are one more
USUAL = 30
WAYS = {
    "": _l("Typed the address, or not known"), "direct": _l("Typed the address, or not known"),
    "counter": _l("Sold by staff"), "letter": _l("E-mails"), "google": "Google",
    "instagram": "Instagram", "facebook": "Facebook", "whatsapp": "WhatsApp", "tiktok": "TikTok", "youtube": "YouTube",
    "pinterest": "Pinterest", "bing": "Bing", "duckduckgo": "DuckDuckGo", "x": "X", "other": _l("Other pages"),
    "demo": _l("The demo's own past"), "subscription": _l("A subscription"), "quote": _l("A quote"),
}  # fmt: skip
NOTHING = {
    "sales": _l("Nothing was sold in these days. What you sell appears here day by day."),
    "orders": _l("No orders in these days."),
    "visits": _l("No visits in these days. Share your shop's address: arrivals are counted, nobody is known."),
    "places": _l("When somebody orders with an address, you see here where your buyers are."),
    "ways": _l("When somebody orders, you see here by which way they came."),
}


@admin.get("/figures/<name>", endpoint="figure")
@needs("figures.view")
def show(name: str) -> str:
    """A figure with its table and its rows."""
    figure, period = _figure(name), figures.lately(asked())
    wanted, number = figure.query(period), web.page_asked()
    size = int(db.session.scalar(db.select(func.count()).select_from(wanted.order_by(None).subquery())) or 0)
    pages = max(1, -(-size // PAGE))
    number = min(number, pages)
    found = db.session.scalars(wanted.limit(PAGE).offset((number - 1) * PAGE)).all()
    rows = [_visits(row) for row in found] if name == "visits" else [order_table.row(row) for row in found]
    return render_template(
        "shop/desk/figures/show.html", one=drawn(figure, period), rows=rows, table=_table(figure, period), size=size,
        chips=chips(".figure", name=name), ways=_ways(name), at=asked(), span=days.span(period.first, period.last),
        page=number, pages=pages, page_url=lambda at: url_for(".figure", name=name, days=asked(), page=at),
    )  # fmt: skip


@admin.get("/figures/<name>.csv", endpoint="figure_csv")
@admin.get("/figures/<name>.xlsx", endpoint="figure_xlsx")
@needs("figures.view")
def csv(name: str) -> Response:
    """The figure's table as a file."""
    figure, period = _figure(name), figures.lately(asked())
    head = _("Where from") if figure.parted else _("Date")
    title = f"{tenancy.tenant().slug}-{fold(str(figure.label)).replace(' ', '-')}-{period.first}-{period.last}"
    return tables.answer(title, [head, str(figure.label), _("The period before")], _cells(figure, period))


def asked() -> int:
    """How many days the address asks for."""
    told = request.args.get("days", "")
    return int(told) if told in {str(one) for one in figures.DAYS} else USUAL


def _figure(name: str) -> Figure:
    if name not in FIGURES:
        abort(404)
    return FIGURES[name]


def chips(endpoint: str, **args: Any) -> list[dict[str, Any]]:
    """How many days may be looked at, as links."""
    return [
        {"label": _("%(days)s days", days=one), "url": url_for(endpoint, days=one, **args), "active": one == asked()}
        for one in figures.DAYS
    ]


def _ways(name: str) -> list[dict[str, Any]]:
    """The two readings of where buyers come from."""
    both = ("places", "ways") if name in {"places", "ways"} else ()
    return [
        {"label": FIGURES[one].label, "url": url_for(".figure", name=one, days=asked()), "active": one == name}
        for one in both
    ]


def plots() -> list[dict[str, Any]]:
    """The four of the first page, for whoever may see them."""
    if not web.may("figures.view"):
        return []
    period = figures.lately(asked())
    return [drawn(FIGURES[name], period) for name in figures.ON_TODAY]


def drawn(figure: Figure, period: Period) -> dict[str, Any]:
    """A figure as the page shows it: its number, the period before, its line or its bars."""
    now, before = figure.points(period), figure.points(period.before)
    total, former = (sum(much for _day, _part, much in points) for points in (now, before))
    told = {
        "name": figure.name, "label": figure.label, "number": shown(figure, total), "total": total, "any": bool(now),
        "said": _said(figure, total, former), "url": url_for(".figure", name=figure.name, days=len(period.days)),
        "nothing": NOTHING[figure.name], "first": days.told(period.first), "last": days.told(period.last),
    }  # fmt: skip
    if figure.parted:
        return {**told, "bars": _bars(figures.by_part(now), figures.by_part(before), figure)}
    title = _("%(label)s day by day, from %(first)s to %(last)s: %(number)s", **told)
    return {**told, "plot": Plot(title, figures.by_day(now, period), figures.by_day(before, period.before))}


def shown(figure: Figure, much: int) -> str:
    """The number as people read it."""
    return receipts.shown(Money(much, tenancy.tenant().currency)) if figure.money else i18n.number(much)


def _said(figure: Figure, total: int, former: int) -> str:
    if not former:
        return _("Nothing in the same days before.") if total else ""
    change = round((total - former) * 100 / former)
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    return _(
        "%(before)s in the same days before (%(change)s %%)",
        before=shown(figure, former),
        change=f"{sign}{abs(change)}",
    )


def _bars(now: Counter[str], before: Counter[str], figure: Figure) -> list[dict[str, Any]]:
    most = now.most_common()
    parts = [(part_name(part, figure), much, before[part]) for part, much in most[:BARS]]
    rest = sum(much for _part, much in most[BARS:])
    if rest:
        parts.append((_("All others"), rest, sum(before[part] for part, _much in most[BARS:])))
    top = max([1, *(max(much, former) for _name, much, former in parts)])
    return [
        {"label": name, "number": i18n.number(much), "part": much * 100 // top, "before_part": former * 100 // top}
        for name, much, former in parts
    ]


def way_name(source: str) -> str:
    """By which way a buyer came, in words; a name that a link gave itself stays as it is."""
    return str(WAYS.get(source, source))


def part_name(part: str, figure: Figure) -> str:
    """Where buyers come from, in words."""
    if figure.name != "places":
        return way_name(part)
    if part in {"", figures.COUNTER}:
        return _("Sold by staff") if part else _("Picked up, no address")
    country, _bar, region = part.partition("|")
    return region or countries.country_name(country, i18n.language())


def _table(figure: Figure, period: Period) -> list[tuple[str, str, str]]:
    return [(_called(name), shown(figure, much), shown(figure, former)) for name, much, former in _sums(figure, period)]


def _called(name: str | date) -> str:
    """A part, or a day in words."""
    return days.told(name) if isinstance(name, date) else name


def _sums(figure: Figure, period: Period) -> Sequence[tuple[str | date, int, int]]:
    """The figure's sums, part by part or day by day, each beside the same of the period before."""
    now, before = figure.points(period), figure.points(period.before)
    if figure.parted:
        parts, former = figures.by_part(now), figures.by_part(before)
        known = list(dict.fromkeys([*(part for part, _much in parts.most_common()), *former]))
        return [(part_name(part, figure), parts[part], former[part]) for part in known]
    both = zip(figures.by_day(now, period), figures.by_day(before, period.before), strict=True)
    return [(day, *pair) for day, pair in zip(period.days, both, strict=True)][::-1]


def _cells(figure: Figure, period: Period) -> Iterator[list[object]]:
    for name, much, former in _sums(figure, period):
        yield [
            name,
            *(Money(one, tenancy.tenant().currency).decimal if figure.money else one for one in (much, former)),
        ]


def _visits(row: Any) -> dict[str, Any]:
    return {
        "day": days.told(row.day),
        "way": way_name(row.about_kind),
        "count": i18n.number(row.count),
    }


def init_app(_app: Flask) -> None:
    """Say who may look at figures."""
    permissions.define("figures.view", _l("See figures"), roles=("manager", "marketer"), area="shop")
