"""Opening a demo shop: the tenant, its storefront, taxes, zones, and its ways to pay and to deliver."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from demo import world
from demo.world import Told
from kernel import clock, files, phones, tenancy
from kernel.db import db
from kernel.tenancy import Tenant
from shop import slugs, storefront, taxes
from shop.payment_methods import PaymentMethod
from shop.shipping import DeliveryMethod
from shop.tax_rules import TaxRule
from shop.taxes import TaxRate
from shop.zones import Zone

OPEN_SINCE = timedelta(days=400)
PARTS = {"level1": "region", "level2": "city", "level3": "district", "street": "street", "postal_code": "postcode"}
ACCOUNT = {
    "bank": {"es": "Banco", "en": "Bank"},
    "holder": {"es": "A nombre de", "en": "In the name of"},
    "tax_id": {"es": "Identificación fiscal", "en": "Tax id"},
    "account_type": {"es": "Tipo de cuenta", "en": "Kind of account"},
    "account_number": {"es": "Número de cuenta", "en": "Account number"},
    "iban": {"es": "Cuenta IBAN", "en": "IBAN"},
    "clabe": {"es": "CLABE", "en": "CLABE"},
    "sinpe": {"es": "SINPE Móvil", "en": "SINPE Móvil"},
}


def found(shop: Told) -> Tenant | None:
    """The tenant of a demo shop, when it was opened before."""
    return db.session.scalar(select(Tenant).where(Tenant.slug == world.slug(shop)))


def open_shop(shop: Told) -> Tenant:
    """Write the tenant and enter it; what every new shop is furnished with makes room for the demo's own."""
    told, since = shop["tenant"], clock.now() - OPEN_SINCE
    same = ("slug", "name", "legal_name", "tax_id", "country", "currency", "languages", "timezone", "treatment")
    made = Tenant(**{key: told[key] for key in same}, language="es", live_at=since, created_at=since)
    made.email, made.phone = told["email"], phones.known(told["phone"])
    tenancy.open_shop(made)
    db.session.flush()
    return made


def dress(shop: Told, pictures: dict[str, files.File]) -> None:
    """Write how the shop presents itself."""
    told, row = shop["tenant"], storefront.of()
    row.tagline, row.story = world.spoken(shop, told["tagline"]), world.spoken(shop, told["story"])
    row.email, row.phone, row.whatsapp = told["email"], phones.known(told["phone"]), told["whatsapp"]
    row.address, row.hours = {**address(told["address"])}, dict(told["hours"])
    row.preset, row.primary, row.accent = told["preset"], told["brand"]["primary"], told["brand"]["accent"]
    row.surface = told["brand"]["surface"].upper()
    row.logo_id, row.hero_id = (pictures[name].id if name in pictures else None for name in ("logo", "hero"))
    row.setup_hidden = True
    row.tag_words = {code: world.spoken(shop, words) for code, words in shop["tag_words"].items()}
    db.session.add(row)


def address(told: Told) -> dict[str, str]:
    """An address of the files by the keys of ours."""
    return {"country": told["country"], **{ours: told[key] for key, ours in PARTS.items() if told.get(key)}}


def settle(shop: Told) -> None:
    """Write taxes, zones, payment and delivery in place of what a new shop begins with."""
    for kind in (TaxRule, TaxRate, Zone, DeliveryMethod):
        _clear(kind)
    for row in db.session.scalars(select(PaymentMethod).where(PaymentMethod.kind.not_in(("counter", "practice")))):
        db.session.delete(row)
    db.session.flush()
    told = shop["tenant"]
    for one in told["taxes"]:
        _tax(one)
    db.session.add_all(_zone(shop, one) for one in told["zones"])
    db.session.add_all(_delivery(shop, one, place) for place, one in enumerate(told["shipping_methods"]))
    db.session.add_all(_payment(shop, one, place) for place, one in enumerate(payments(shop)))
    db.session.flush()


def payments(shop: Told) -> list[Told]:
    """The ways to pay that work today: no card yet, and no balance of a booking."""
    return [
        one for one in shop["tenant"]["payment_methods"] if one["kind"] != "card" and not one.get("requires_deposit")
    ]


def _clear(kind: type[Any]) -> None:
    for row in db.session.scalars(select(kind)):
        db.session.delete(row)


def _tax(told: Told) -> None:
    name, tax, included = told["name"]["es"], told.get("tax", {}).get("es", ""), told["included"]
    rate = TaxRate(
        code=slugs.make(name)[:40], name=name, rate_bp=_bp(told), included=included, tax_name=tax,
        tax_code=slugs.make(tax) if tax else "", is_default=told.get("default", False),
    )  # fmt: skip
    db.session.add(rate)
    db.session.flush()
    for part in told.get("parts", []):
        own = part["name"]["es"]
        rule = {"code": slugs.make(own), "name": own, "rate_bp": _bp(part), "included": included}
        db.session.add(taxes.ruled(rate, rule))


def _bp(told: Told) -> int:
    hundredths: int = round(told["rate"] * 100)
    return hundredths


def _zone(shop: Told, told: Told) -> Zone:
    regions = [region if city == "*" else f"{region}|{city}" for region, city in told["regions"]]
    return Zone(code=told["code"], name=world.spoken(shop, told["name"]), country=told["country"], regions=regions)


def _delivery(shop: Told, told: Told, place: int) -> DeliveryMethod:
    currency, cutoff = shop["tenant"]["currency"], told.get("cutoff")
    copied = ("kind", "zones", "countries", "categories", "eta_days", "days", "slots", "slot_capacity")
    return DeliveryMethod(
        code=told["code"], label=world.spoken(shop, told["label"]), position=place,
        price_minor=world.minor(told["price"], currency), free_over_minor=world.minor(told.get("free_over"), currency),
        cutoff={"time": cutoff["time"], "days_before": -cutoff["day"]} if cutoff else {},
        **{key: told[key] for key in copied if key in told},
    )  # fmt: skip


def _payment(shop: Told, told: Told, place: int) -> PaymentMethod:
    account = told.get("account", {})
    return PaymentMethod(
        code=told["code"], kind=told["kind"], label=world.spoken(shop, told["label"]), position=place,
        instructions=world.spoken(shop, told.get("instructions")), hold_hours=told.get("hold_hours"),
        account=[{"label": ACCOUNT[key], "value": value} for key, value in account.items()],
        zones=told.get("zones", []), customer_groups=told.get("customer_groups", []),
        max_total_minor=world.minor(told.get("max_total"), shop["tenant"]["currency"]),
    )  # fmt: skip
