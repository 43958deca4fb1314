"""What the pages of discounts show: states and sums of each, the form with its rule read back, what it brought."""

from typing import Any

from flask import Response, render_template, request, url_for

from kernel import i18n, phones, tenancy, web
from kernel.i18n import _, _l, pick
from kernel.money import Money
from shop import discount_report, discount_sentences, discounts, order_story, receipts
from shop.discounts import Discount
from shop.forms import discounts as forms
from shop.forms import words
from shop.views import order_table
from shop.views.settings import unit

STATES = {
    "active": (_l("Active"), "good"),
    "planned": (_l("Planned"), "wait"),
    "paused": (_l("Paused"), "off"),
    "used_up": (_l("Used up"), "care"),
    "over": (_l("Over"), "off"),
    "bin": (_l("In the bin"), "off"),
}
CHIPS = {
    "active": _l("Running"), "planned": _l("Planned for later"), "paused": _l("Paused"),
    "used_up": _l("All used up"), "over": _l("Past ones"),
}  # fmt: skip


def listed(show: str) -> dict[str, Any]:
    """The list: chips by state, rows with what each brought."""
    every = discounts.every()
    states = {row.id: row.state for row in every}
    if show == "bin":
        chosen = discounts.every(binned=True)
    else:
        chosen = [row for row in every if show not in STATES or states[row.id] == show]
    brought = discount_report.of([row.id for row in chosen])
    chips = [_chip("all", _("All discounts"), show, len(every))]
    chips += [_chip(name, word, show, list(states.values()).count(name)) for name, word in CHIPS.items()]
    chips.append(_chip("bin", STATES["bin"][0], show, None))
    return {
        "rows": [_row(row, brought.get(row.id)) for row in chosen],
        "chips": chips,
        "every": bool(every),
        "show": show,
    }


def _chip(name: str, label: Any, show: str, count: int | None) -> dict[str, Any]:
    url = url_for("shop_admin.discounts", show=None if name == "all" else name)
    return {
        "label": label,
        "url": url,
        "active": name == show or (name == "all" and show not in STATES),
        "count": count,
    }


def _row(row: Discount, brought: discount_report.Brought | None) -> dict[str, Any]:
    found = brought or discount_report.Brought()
    uses = f"{found.orders} / {row.usage_limit}" if row.usage_limit is not None else str(found.orders)
    return {
        "token": row.token, "name": discounts.name(row), "code": row.code, "rule": discount_sentences.rule(row),
        "state": STATES[row.state], "binned": row.binned_at is not None, "uses": uses, "given": _amount(found.given),
    }  # fmt: skip


def _amount(minor: int) -> str:
    return receipts.shown(Money(minor, tenancy.tenant().currency))


def form_of(row: Discount, posted: Any = None) -> Any:
    """The form of a discount: as it is, or as it was typed."""
    goods = list(discount_report.names()["products"].items())
    kept = {str(one) for one in row.products}
    shown = [
        (str(key), pick(name)) for place, (key, name) in enumerate(goods) if place < forms.MOST or str(key) in kept
    ]
    return forms.made(posted, row.kind, shown, **({} if posted is not None else forms.shown(row)))


def edit(
    row: Discount, form: Any = None, *, said: bool = True, errors: bool = True, status: int = 200
) -> Response:  # fmt: skip
    """The editor; `said` whether the rule can be read back, `errors` whether what is wrong is told."""
    form = form or form_of(row)
    if not errors:
        for field in form:
            field.errors = []
    known = row.id is not None
    page = render_template(
        "shop/desk/discounts/edit.html", row=row, form=form, known=known, own=words.languages(), unit=unit(),
        kind=discounts.KINDS[row.kind], state=STATES[row.state] if known else None, typed=request.form,
        told=discount_sentences.rule(row) if said and _sayable(row) else "",
        sample=_sample(row) if said and _sayable(row) else None, brought=_brought(row) if known else None,
        share=_share(row) if known and row.code else None,
    )  # fmt: skip
    return Response(page, status)


def read(row: Discount) -> Response:
    """What it says and what it gave, for who does not change it."""
    told = discount_sentences.rule(row)
    page = render_template("shop/desk/discounts/read.html", row=row, kind=discounts.KINDS[row.kind],
                           state=STATES[row.state], told=told, sample=_sample(row) if _sayable(row) else None,
                           brought=_brought(row))  # fmt: skip
    return Response(page)


def _sayable(row: Discount) -> bool:
    """Whether there is enough of it to say something."""
    return bool(row.kind == "shipping" or row.percent_bp or row.amount_minor or row.steps)


def _sample(row: Discount) -> dict[str, Any]:
    lines = discount_report.sample(row)
    worth, off = (sum(line[name].minor for line in lines) for name in ("worth", "off"))
    return {
        "lines": [{**line, "name": pick(line["name"]), "worth": receipts.shown(line["worth"]),
                   "off": receipts.shown(line["off"]) if line["off"] else ""} for line in lines],
        "rows": [(_("Products"), _amount(worth)), (_("Discount"), _amount(off))],
        "total": (_("Total"), _amount(worth + off)), "delivery": row.kind == "shipping",
    }  # fmt: skip


def _brought(row: Discount) -> dict[str, Any]:
    found = discount_report.of([row.id]).get(row.id, discount_report.Brought())
    last = [
        {"number": order.number, "name": order_table.called(order.buyer, by_staff=order.by_staff),
         "given": receipts.shown(given.amount), "state": order_story.STATES[order.state],
         "url": url_for("shop_admin.order", number=order.number)}
        for order, given in (discount_report.latest(row) if web.may("orders.view") else ())
    ]  # fmt: skip
    return {"orders": found.orders, "given": _amount(found.given), "revenue": _amount(found.revenue), "last": last}


def _share(row: Discount) -> dict[str, str]:
    url = web.shop_url("shop.cart", code=row.code, language=i18n.language())
    text = _(
        "%(name)s at %(shop)s: use the code %(code)s",
        name=discounts.name(row),
        shop=tenancy.tenant().name,
        code=row.code,
    )
    return {"url": url, "whatsapp": phones.whatsapp(f"{text}\n{url}")}
