"""Who may be kept twice: found, looked at side by side, made one."""

from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, url_for

from crm import birthdays, contacts, custom_texts, custom_values, lookalikes, merging, people, sums
from crm.contacts import Contact
from crm.custom_values import MARK
from crm.views import admin, known, person_page
from kernel import address, countries, i18n, permissions, tenancy, web
from kernel.i18n import _, _l, ngettext
from kernel.money import Money
from kernel.refusal import Refusal
from kernel.web import needs

MOST = 20  # of one name
WHYS = {"phone": _l("the same telephone"), "name": _l("the same name in the same place")}


def init_app(_app: Flask) -> None:
    """Say who may."""
    permissions.define("people.merge", _l("Make one person of two"), roles=("manager",), area="people")


@admin.get("/people/duplicates", endpoint="duplicates")
@needs("people.merge")
def listed() -> str:
    """Pairs that may be one person."""
    pairs = [
        {"one": person_page.row(pair.one), "other": person_page.row(pair.other), "why": WHYS[pair.why]}
        for pair in lookalikes.pairs()
    ]
    return render_template("crm/desk/people/duplicates.html", pairs=pairs)


@admin.get("/people/<token>/same", endpoint="person_same")
@needs("people.merge")
def same(token: str) -> str:
    """Who else this person may be: those of that name, or of what is looked for."""
    one = _contact(token)
    text = request.args.get("q", one.name)[:200]
    found, _pages = people.page(people.query(text), 1) if text.strip() else ((), 1)
    rows = [person_page.row(row) for row in found if row.id != one.id]
    return render_template("crm/desk/people/same.html", one=person_page.row(one), rows=rows[:MOST], q=text)


@admin.get("/people/duplicates/<token>/<other>", endpoint="duplicate")
@needs("people.merge")
def compare(token: str, other: str) -> Any:
    """The two side by side: who stays, and which values stay."""
    return _page(_contact(token), _contact(other))


def _contact(token: str) -> Contact:
    return contacts.by_token(token) or abort(404)


def _page(one: Contact, two: Contact, trouble: str = "", status: int = 200) -> Any:
    if one.id == two.id:
        abort(404)
    rows = [
        {"field": field, "label": known.LABELS[field], "values": (_shown(one, field), _shown(two, field))}
        for field in merging.FIELDS
    ] + _own(one, two)
    told = [
        {"token": who.token, "called": who.called, "since": who.created_at, "sums": _sums(who)} for who in (one, two)
    ]
    page = render_template(
        "crm/desk/people/duplicate.html", rows=[row for row in rows if any(row["values"])], people=told, trouble=trouble
    )
    return page, status


def _own(one: Contact, two: Contact) -> list[dict[str, Any]]:
    """The same of the shop's own fields that whoever is looking may see."""
    fields = person_page.asked()
    has = custom_values.of([one.id, two.id], fields)
    return [
        {"field": f"{MARK}{field.code}", "label": field.label,
         "values": tuple(custom_texts.told(field, has.get(who.id, {}).get(field.id)) for who in (one, two))}
        for field in fields
    ]  # fmt: skip


def _shown(who: Contact, field: str) -> str:
    value = getattr(who, field)
    if field == "address":
        return ", ".join(address.lines(value, here=tenancy.tenant().country)) if value else ""
    if field == "phone":
        return person_page.phone(who)
    if field == "birthday":
        return birthdays.told(value)
    if field == "country":
        return countries.country_name(value, i18n.language()) if value else ""
    return i18n.NAMES.get(value, value) if field == "language" else str(value or "")


def _sums(who: Contact) -> str:
    locale = tenancy.tenant().locale
    paid = [Money(minor, currency).format(locale, cents=False) for currency, minor in sums.spent(who).items() if minor]
    ordered = sum(row.count for row in sums.lifetime(who) if row.kind == "ordered")
    return ", ".join([ngettext("%(num)s order", "%(num)s orders", ordered), *paid]) if ordered else _("no orders")


@admin.post("/people/duplicates/<token>/<other>", endpoint="duplicate_merge")
@needs("people.merge")
def merge(token: str, other: str) -> Any:
    """Make one of the two; there is no way back, so it is asked."""
    one, two, form = _contact(token), _contact(other), request.form
    if form.get("sure") != "yes":
        return _page(one, two, _("Tick the box first: this cannot be undone."), 422)
    stays, goes = (two, one) if form.get("stays") == two.token else (one, two)
    own = [f"{MARK}{field.code}" for field in person_page.asked()]
    chosen = {field: merging.GOES for field in (*merging.FIELDS, *own) if form.get(field) == goes.token}
    try:
        made = merging.merge(stays, goes, chosen, by=web.person())
    except merging.Same as same:
        raise Refusal(str(same)) from None
    flash(_("They are one person now: %(name)s.", name=made.called))
    return redirect(url_for(".person", token=made.token), 303)


@admin.post("/people/duplicates/<token>/<other>/two", endpoint="duplicate_two")
@needs("people.merge")
def two(token: str, other: str) -> Any:
    """They are two people: it is not asked again. The toast takes it back."""
    one, another = _contact(token), _contact(other)
    if one.id == another.id:
        abort(404)
    lookalikes.part(one, another, by=web.person())
    web.undo(_("Two people, then. We will not ask again."), ".duplicate_unsure", token=token, other=other)
    return redirect(url_for(".duplicates"), 303)


@admin.post("/people/duplicates/<token>/<other>/unsure", endpoint="duplicate_unsure")
@needs("people.merge")
def unsure(token: str, other: str) -> Any:
    """It is asked again."""
    lookalikes.unsure(_contact(token), _contact(other))
    return redirect(url_for(".duplicates"), 303)
