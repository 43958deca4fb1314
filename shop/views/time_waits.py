"""Asking to be told when a time is free, taking oneself off again, and who waits as the back office sees it."""

from typing import Any

from flask import Flask, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import selectinload

from crm import facts, visitors
from crm.contacts import Contact
from crm.views import asking
from kernel import i18n, limits, tenancy, today, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.refusal import Refusal
from kernel.web import needs
from shop import catalog, holidays, local_times, services, time_wait_rows, time_wait_words, time_waits, waits
from shop.forms.bookings import Draft
from shop.forms.stock_waits import WaitForm
from shop.services import Service
from shop.time_wait_rows import TimeWait
from shop.views import admin, booking, booking_month, booking_rows, store, time_wait_part, visitor

FROM_ONE_PLACE = "20/10minute;100/day"
TO_ONE_ADDRESS = "10/hour;20/day"
PAGE = 50


@store.post("/waits", endpoint="wait_ask")
def ask() -> Any:
    """Have them told once: whoever is logged in by one press, everybody else by their address."""
    sent = {**request.form.to_dict(), "time": request.form.get("at", "")}
    draft = booking.read(booking.service_of(request.form.get("product", "")), sent)
    contact, form = asking.contact(), WaitForm(request.form)
    if contact is None and not form.validate():
        return _wrong(draft, form)
    email = (contact.email if contact else form.email.data) or ""
    limits.check("time-wait", f"{tenancy.current()}:{limits.network(request.remote_addr)}", FROM_ONE_PLACE)
    limits.check("time-wait-to", f"{tenancy.current()}:{email.lower()}", TO_ONE_ADDRESS)
    try:
        flash(_asked(draft, contact, email), "message")
    except time_waits.FreeNow as free:
        flash(str(free), "message")
    except Refusal as refusal:
        return _wrong(draft, form, trouble=str(refusal))
    return redirect(_page(draft), 303)


def _asked(draft: Draft, contact: Contact | None, email: str) -> str:
    """What is said of it once it is written down."""
    holidays.refuse()
    wish = time_wait_part.wish(draft)
    if not request.form.get("website"):  # nobody sees that field: who fills it in is a program
        who = {"email": email, "language": i18n.language(), "group": visitor.group()}
        known = time_waits.ask(draft.service, wish, contact, **who)
        visitors.attribute(asking.visitor(), known)
    told: str = _("We write to %(email)s once, as soon as there is room for %(people)s: %(when)s.", email=email,
                  people=time_wait_words.people(wish), when=time_wait_words.when(draft.service, wish))  # fmt: skip
    return told


def _wrong(draft: Draft, form: WaitForm, trouble: str = "") -> Any:
    """The product's page once more: what is wrong stands beside the field, what was typed stays."""
    g.time_wait_form = form
    return booking.again(draft, 422, trouble=trouble)


def _page(draft: Draft) -> str:
    """The product's page with the same choice, from its top, where the message stands."""
    put = {name: draft.said(name) for name in ("day", "time", "arrive", "leave")}
    return booking_month.address(draft, **put).partition("#")[0]


@store.get("/waits/<token>", endpoint="waits")
def asked(token: str) -> str:
    """Behind the link of the letter: what one still waits for, and a button, so that a mail scanner ends nothing."""
    row = waits.named(TimeWait, token)
    rows = [one for one in waits.open_of(TimeWait, row.contact_id) if one.service.product]
    names = [time_wait_words.told(one) for one in rows]
    return render_template("shop/time_waits/leave.html", names=names, token=token)


@store.post("/waits/<token>", endpoint="wait_leave")
def leave(token: str) -> Any:
    """Wait for that one no more (`one`), for nothing at all, or for all of it again."""
    row = waits.named(TimeWait, token)
    one, again = "one" in request.form, "again" in request.form
    if again:
        waits.come_back(row)
        flash(_("You are told again when there is room."), "message")
    else:
        waits.leave(row, all_of_them=not one)
        fields = {"again": "1", **({"one": "1"} if one else {})}
        web.undo(_("Nobody writes to you about it."), ".wait_leave", token=token, fields=fields)
    if one and row.service.product is not None:
        told: dict[str, Any] = time_wait_words.chosen(row.service, row.wish)
        return redirect(url_for("shop.product", slug=row.service.product.slug, **told), 303)
    return redirect(url_for("shop.waits", token=token), 303)


@admin.get("/bookings/waiting", endpoint="bookings_waiting")
@needs("bookings.view")
def listed() -> str:
    """Who waits for which time, the next first; of one service or of all."""
    slug = request.args.get("product", "")[:80]
    here = services.of_slug(slug.replace("\x00", "")) if slug else None
    wanted = time_wait_rows.of_service(here.id) if here else time_wait_rows.waiting()
    count = waits.size(wanted)
    pages = max(1, -(-count // PAGE))
    page = min(web.page_asked(), pages)
    wanted = wanted.options(
        selectinload(TimeWait.contact), selectinload(TimeWait.service).selectinload(Service.product)
    )
    rows = wanted.limit(PAGE).offset((page - 1) * PAGE)
    return render_template(
        "shop/desk/bookings/waiting.html", rows=[_row(one) for one in db.session.scalars(rows)], count=count, here=here,
        page=page, pages=pages, chips=_chips(here),
        page_url=lambda number: web.page_url("shop_admin.bookings_waiting", number),
    )  # fmt: skip


def _row(row: TimeWait) -> dict[str, Any]:
    return {
        "who": row.contact, "since": row.asked_at, "item": time_wait_words.name(row, tenancy.tenant().language),
        "when": time_wait_words.when(row.service, row.wish), "people": time_wait_words.people(row.wish),
        "url": _where(row), "slug": row.service.product.slug,
    }  # fmt: skip


def _where(row: TimeWait) -> str:
    """What the owner looks at then: the departure, or the day."""
    if row.service.kind == "departure" and not row.any_time:
        return booking_rows.slot_url(row.service, row.starts_at)
    return url_for(".bookings", day=local_times.day(row.starts_at, tenancy.tenant().timezone))


def _chips(here: Service | None) -> list[dict[str, Any]]:
    """The services for which most wait."""
    found = time_wait_rows.by_service()
    chips = [
        {"label": _("All"), "url": url_for(".bookings_waiting"), "active": here is None, "count": sum(found.values())}
    ]
    known = {one.id: one for one in services.every() if one.id in found}
    rows = [known[key] for key in list(found)[:12] if key in known]
    return chips + [
        {"label": i18n.pick(one.product.name), "url": url_for(".bookings_waiting", product=one.product.slug),
         "active": here is not None and one.id == here.id, "count": found[one.id]} for one in rows
    ]  # fmt: skip


def product_url(fact: facts.Fact) -> str | None:
    """Where the fact that somebody asked leads: to the product."""
    found = next(iter(catalog.of_ids([fact.about_id])), None) if fact.about_id else None
    return url_for("shop_admin.product", slug=found.slug) if found and web.may("products.edit") else None


def init_app(_app: Flask) -> None:
    """Count who waits on "Hoy"."""
    facts.linked(("asked_time",), product_url)
    today.line(
        "time-waits", _l("Waiting for a time to be free"), time_wait_rows.waiting, permission="bookings.view",
        list_url=lambda: url_for("shop_admin.bookings_waiting"), order=73, icon="clock",
    )  # fmt: skip
