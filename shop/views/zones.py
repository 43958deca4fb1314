"""Settings: the parts of the country that ways to deliver and to pay reach."""

from typing import Any

from flask import abort, redirect, request, url_for
from sqlalchemy import select

from kernel import address, i18n, signing, tenancy, web
from kernel.db import db
from kernel.i18n import _
from kernel.once import once
from kernel.refusal import Gone, Refusal
from kernel.web import needs
from shop import payment_methods, settings, shipping, slugs, zones
from shop.forms import methods, words
from shop.views import admin
from shop.views.settings import page, saved
from shop.zones import Zone

UNDO, MINUTES = "zone", 60


@admin.get("/settings/delivery/zones/new", endpoint="zone_new")
@needs("settings.edit")
def new() -> Any:
    """A new zone."""
    return _page(_blank(), methods.zone(), set())


@admin.get("/settings/delivery/zones/<code>", endpoint="zone")
@needs("settings.edit")
def edit(code: str) -> Any:
    """One zone."""
    row = _zone(code)
    listed = set(row.regions) & _known()
    more = "\n".join(place for place in row.regions if place not in listed)
    return _page(row, methods.zone(more=more, **words.shown("name", row.name)), listed)


def _blank() -> Zone:
    return Zone(code="", name={}, country=tenancy.tenant().country, regions=[])


def _zone(code: str) -> Zone:
    found = db.session.scalars(select(Zone).where(Zone.code == code)).one_or_none()
    return found or abort(404)


def _places() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every part of the country with its parts: (region, [(key, name)])."""
    country = tenancy.tenant().country
    below = address.countries.options(country, 1)
    return [
        (region, [(f"{region}|{city}", city) for city in below.get(region, [])])
        for region in address.countries.options(country, 0).get("", [])
    ]


def _known() -> set[str]:
    return {key for region, cities in _places() for key in (region, *(city for city, _name in cities))}


def _page(row: Zone, form: Any, chosen: set[str], status: int = 200) -> Any:
    return page("zone", status, zone=row, form=form, chosen=chosen, places=_places(), own=words.languages())


@admin.post("/settings/delivery/zones/new", endpoint="zone_make")
@needs("settings.edit")
@once
def make() -> Any:
    """Write a new zone."""
    return _save(_blank())


@admin.post("/settings/delivery/zones/<code>", endpoint="zone_save")
@needs("settings.edit")
def save(code: str) -> Any:
    """Keep a zone."""
    return _save(_zone(code))


def _save(row: Zone) -> Any:
    form, chosen = methods.zone(request.form), set(request.form.getlist("places")) & _known()
    more = [line.strip()[:120] for line in (request.form.get("more") or "").splitlines() if line.strip()]
    fine = form.validate()
    if not (chosen or more):
        form.more.errors = [_("Choose at least one place.")]
        fine = False
    if not fine:
        return _page(row, form, chosen, 422)
    whole = {place for place in chosen if "|" not in place}
    regions = sorted(place for place in chosen if place in whole or place.split("|")[0] not in whole)
    settings.put(row, {"name": words.read(form, "name"), "regions": [*regions, *more]})
    if not row.code:
        row.code = _free(i18n.pick(row.name))
        db.session.add(row)
    return saved("delivery", ".settings_delivery", what=i18n.pick(row.name))


def _free(name: str) -> str:
    wish, known = slugs.make(name)[:36], {zone.code for zone in zones.all_of_tenant()} | {"new"}
    return next(code for code in [wish, *(f"{wish}-{n}" for n in range(2, len(known) + 3))] if code not in known)


@admin.post("/settings/delivery/zones/<code>/away", endpoint="zone_away")
@needs("settings.edit")
def away(code: str) -> Any:
    """Take a zone out that nothing uses; the toast brings it back."""
    row = _zone(code)
    methods: list[Any] = [*shipping.every(), *payment_methods.every()]
    users = [one for one in methods if code in one.zones]
    if users:
        raise Refusal(_("“%(name)s” uses this zone. Take it out there first.", name=i18n.pick(users[0].label)))
    kept = {"code": row.code, "name": row.name, "country": row.country, "regions": row.regions}
    db.session.delete(row)
    settings.told("delivery", by=web.person(), what=i18n.pick(row.name))
    token = signing.make(UNDO, {**kept, "tenant": tenancy.current()})
    web.undo(_("The zone “%(name)s” is gone.", name=i18n.pick(row.name)), ".zone_back", token=token)
    return redirect(url_for(".settings_delivery"), 303)


@admin.post("/settings/delivery/zones/back/<token>", endpoint="zone_back")
@needs("settings.edit")
def back(token: str) -> Any:
    """Bring a zone back that was just taken out."""
    told = signing.read(UNDO, token, minutes=MINUTES)
    if not told or told.pop("tenant") != tenancy.current():
        raise Gone(_("That can no longer be taken back."))
    if told["code"] not in {zone.code for zone in zones.all_of_tenant()}:
        db.session.add(Zone(**told))
        settings.told("delivery", by=web.person(), what=i18n.pick(told["name"]))
    return redirect(url_for(".settings_delivery"), 303)
