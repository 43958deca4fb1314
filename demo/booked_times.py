"""What the demo shops sell of their time: resources with their units, and how each product of time is booked."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from demo import world
from demo.world import Told
from kernel import clock
from kernel.db import db
from shop import catalog, hours, rates, resources
from shop.rates import ServiceRate
from shop.resources import Resource
from shop.services import KIND, Service, ServiceResource
from shop.storefront import DAYS
from shop.variants import Variant

FILE = Path(__file__).parent / "booked_times.yaml"
PERSON = {"es": "Persona", "en": "Person"}
PEOPLE = {"adulto": {"es": "Adulto", "en": "Adult"}, "nino": {"es": "Niña o niño", "en": "Child"}}
HOLY_WEEK = ("easter-7", "easter-1")  # Palm Sunday to Holy Saturday
AHEAD = {"departure": 180, "appointment": 60, "nights": 365}


@cache
def _file() -> Told:
    told: Told = yaml.load(FILE.read_bytes(), world.QUICK)
    return told


def more(shop: Told) -> Told:
    """What the shop's own file does not say of its bookings."""
    told: Told = _file()[world.slug(shop)]
    return told


def furnish(shop: Told) -> dict[str, Resource]:
    """Write the resources and their units, by code."""
    named, found = more(shop).get("units", {}), {}
    for place, told in enumerate(shop["resources"]):
        row = Resource(code=told["code"], name=world.spoken(shop, told["name"]), seats=told["seats"], position=place)
        db.session.add(row)
        db.session.flush()
        resources.grow(row, told["quantity"], named=named.get(told["code"], row.name["es"]))
        for unit, seats in zip(row.units, told.get("each", ()), strict=False):
            unit.seats = seats
        found[row.code] = row
    return found


def variants(told: Told, product: catalog.Product) -> list[Variant]:
    """What is counted of a booking: people of one kind or two, nights or tables."""
    product.deposit_bp = 100 * told["booking"]["deposit_pct"] or None
    if "child_price" not in told:
        return [_variant(product)]
    values = [{"code": code, "name": name} for code, name in PEOPLE.items()]
    product.options = [{"code": "persona", "name": PERSON, "values": values}]
    child = world.minor(told["child_price"], product.currency)
    adults, children = (_variant(product, code) for code in PEOPLE)
    adults.price_minor, children.price_minor, children.position = product.price_minor, child, 1
    return [adults, children]


def _variant(product: catalog.Product, person: str = "") -> Variant:
    sku = "-".join(part for part in (product.sku, person.upper()) if part)
    chosen = {"persona": person} if person else {}
    return Variant(product_id=product.id, sku=sku, options=chosen, position=0, stock_kind=KIND)


def write(shop: Told, told: Told, product: catalog.Product, known: dict[str, Resource]) -> None:
    """Write how a product is booked: its hours, what it occupies, what it asks and what comes back when."""
    booking, resource = told["booking"], known[told["booking"]["resource"]]
    row = Service(product_id=product.id, **_service(shop, told), **_about(shop, told))
    db.session.add(row)
    db.session.flush()
    db.session.add(ServiceResource(service_id=row.id, resource_id=resource.id, seats=resource.seats))
    rates.write(row, [_rate(shop, one, product.currency) for one in booking.get("rates", ())])
    for day in booking.get("days", ()):
        for opens in booking["times"]:
            times = {"opens": opens, "closes": booking.get("closes", "")}
            db.session.add(hours.Hours(service_id=row.id, weekday=DAYS.index(day), **times))


def _service(shop: Told, told: Told) -> Told:
    booking = told["booking"]
    kind = "nights" if booking.get("nightly") else "appointment" if "appointment" in booking else "departure"
    same: Told = {"capacity": booking["capacity"], "lead": booking["lead_hours"], "horizon": AHEAD[kind], "kind": kind}
    if kind == "nights":
        season = [_season(shop, one) for one in booking.get("season", ())]
        stay = {key: booking[key] for key in ("check_in", "check_out")}
        return {**same, **stay, **_saving(shop, booking), "nights_min": booking["min_nights"], "seasons": season}
    if kind == "appointment":
        step = booking["appointment"]
        same |= {"step": step["step_min"], "after": step["after_min"]}
    same["series_most"] = more(shop).get("series", {}).get(told["sku"], 1)
    return {**same, "minutes": booking["duration_min"], "group_min": booking["min_people"]}


def _season(shop: Told, told: Told) -> Told:
    begins, ends = HOLY_WEEK
    factor = round(told["factor"] * 10_000)
    return {"name": world.spoken(shop, told["name"]), "from": begins, "to": ends, "factor_bp": factor}


def _saving(shop: Told, booking: Told) -> Told:
    """What a week and four weeks save, and what each guest beyond so many costs."""
    week, month = booking.get("long_stay", (0, 0))
    guests = booking.get("guests", {})
    price = world.minor(guests["price"], shop["tenant"]["currency"]) if guests else 0
    return {"week_bp": 100 * week, "month_bp": 100 * month, "guests_in": guests.get("included"), "guest_minor": price}


def _rate(shop: Told, told: Told, currency: str) -> ServiceRate:
    begins, ends = HOLY_WEEK if told.get("easter") else (told.get("from", ""), told.get("to", ""))
    return ServiceRate(
        name=world.spoken(shop, told["name"]), begins=begins, ends=ends,
        weekdays=[DAYS.index(day) for day in told.get("nights", ())], nights_min=told.get("min_nights"),
        price_minor=world.minor(told["price"], currency),
    )  # fmt: skip


def _about(shop: Told, told: Told) -> Told:
    known, booking = more(shop), told["booking"]
    where = known["meeting"].get(told["sku"], known["meeting"]["*"])
    asked = known["questions"].get(told["sku"], ())
    rules = known.get("know", {}).get(told["sku"], {})
    return {
        "age_min": booking.get("min_age"),
        "languages": booking.get("languages", []),
        "meeting": world.spoken(shop, where),
        "know": world.spoken(shop, {spoken: text.strip() for spoken, text in rules.items()}),
        "questions": [_question(shop, code) for code in asked],
        "policy": _policy(booking["cancel_hours"], known["policy"].get("half", 0)),
    }


def _question(shop: Told, code: str) -> dict[str, Any]:
    told = _file()["questions"][code]
    return {"code": code, "label": world.spoken(shop, told["label"]), "required": told["required"]}


def asked(shop: Told, sku: str) -> list[Told]:
    """What the product asks of who books it, each with an answer that somebody gave."""
    return [_file()["questions"][code] for code in more(shop)["questions"].get(sku, ())]


def _policy(whole: int, half: int) -> list[dict[str, int]]:
    tiers = [{"hours": whole, "back_bp": 10_000}]
    return [*tiers, {"hours": half, "back_bp": 5_000}] if 0 < half < whole else tiers


def close(shop: Told) -> None:
    """Write the next feast days on which nobody works."""
    today = clock.today(shop["tenant"]["timezone"])
    for told, note in more(shop)["closed"].items():
        month, number = map(int, told.split("-"))
        day = today.replace(month=month, day=number)
        day = day if day >= today else day.replace(year=today.year + 1)
        db.session.add(hours.DayException(day=day, note=note))
