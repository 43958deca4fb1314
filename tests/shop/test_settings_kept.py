"""What each page of the settings keeps, refuses, and takes back."""

import io
from datetime import timedelta

from PIL import Image
from sqlalchemy import select

from kernel import clock, shop_names, tenancy
from kernel.db import db
from shop import holidays, pages, payment_methods, practice, shipping, storefront, taxes, zones
from shop.orders import Order

BASE = "/admin/cafe/settings"
LOOK = {"name": "Café Nuevo", "preset": "selva", "primary": "#0f5c4d", "accent": "#123456", "surface": "#f4f8f4"}


def _picture():
    stream = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(stream, "PNG")
    stream.seek(0)
    return stream


def test_the_look_is_kept_and_a_presets_own_colours_are_not(shop):
    data = {**LOOK, "tagline": "Tostado aquí", "tagline_en": "Roasted here", "logo": (_picture(), "logo.png")}
    assert shop.admin.post(f"{BASE}/brand", data=data).status_code == 303
    row = storefront.of()
    assert (row.preset, row.primary, row.accent, row.surface) == ("selva", "", "#123456", "")
    assert row.tagline == {"es": "Tostado aquí", "en": "Roasted here"}
    assert row.logo_id
    assert shop.tenant.name == "Café Nuevo"
    assert "Café Nuevo" in shop.client.get("/").text


def test_a_wrong_look_is_said_and_nothing_is_kept(shop):
    data = {**LOOK, "name": "", "accent": "red", "tagline": "Sí"}
    answer = shop.admin.post(f"{BASE}/brand", data=data)
    assert answer.status_code == 422
    assert 'value="Sí"' in answer.text
    assert 'id="accent-error"' in answer.text
    broken = shop.admin.post(f"{BASE}/brand", data={**LOOK, "logo": (io.BytesIO(b"no picture"), "x.png")})
    assert broken.status_code == 422
    assert storefront.of().preset == "neblina"


def test_the_look_is_previewed_without_being_kept(shop):
    answer = shop.admin.post(f"{BASE}/brand/preview", data={**LOOK, "tagline": "Mañana"})
    path = answer.json["preview"].split(":8000", 1)[1]
    page = shop.client.get(path)
    assert page.status_code == 200
    assert "Mañana" in page.text
    assert 'data-preset="selva"' in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "frame-ancestors http://plaza.localhost:8000" in page.headers["Content-Security-Policy"]
    assert "--accent" in shop.client.get(path + ".css").text
    assert shop.client.get("/preview/wrong/brand").status_code == 404
    assert storefront.of().preset == "neblina"


def test_a_preview_of_one_shop_is_none_in_another(rival, shop):
    path = shop.admin.post(f"{BASE}/brand/preview", data=LOOK).json["preview"].split(":8000", 1)[1]
    assert rival.client.get(path).status_code == 404


def test_hours_and_address_are_checked_as_the_country_does(shop):
    browser = shop.admin
    told = {"email": "hola@example.com", "opens-mon": "08:00", "closes-mon": "17:00", "opens-tue": "18:00",
            "closes-tue": "09:00", "region": "San José", "city": "Barva"}  # fmt: skip
    wrong = browser.post(f"{BASE}/contact", data=told)
    assert wrong.status_code == 422
    assert 'id="hours-tue"' in wrong.text
    assert 'id="city-error"' in wrong.text
    assert 'href="#city"' in wrong.text
    assert 'href="#opens-tue"' in wrong.text
    assert 'value="18:00"' in wrong.text
    right = {**told, "opens-tue": "", "closes-tue": "", "city": "Escazú", "district": "San Rafael", "street": "Casa 1"}
    assert browser.post(f"{BASE}/contact", data=right).status_code == 303
    row = storefront.of()
    assert row.hours["mon"] == "08:00-17:00"
    assert row.hours["tue"] is None
    assert row.address["city"] == "Escazú"


def test_an_address_left_as_it_was_holds_up_no_hours(shop):
    browser = shop.admin
    part = {"region": "San José", "city": "Escazú", "street": "Casa 1"}
    storefront.of().address = {"country": "CR", **part}
    db.session.commit()
    monday = {"email": "hola@example.com", "opens-mon": "08:00", "closes-mon": "16:00"}
    assert browser.post(f"{BASE}/contact", data={**monday, **part}).status_code == 303
    page = browser.get(f"{BASE}/contact").text
    assert "Todavía falta: Distrito" in page  # it is offered to pick up
    assert storefront.of().hours["mon"] == "08:00-16:00"
    assert storefront.of().address == {"country": "CR", **part}
    moved = browser.post(f"{BASE}/contact", data={**monday, **part, "street": "Casa 2"})
    assert moved.status_code == 422
    assert 'id="district-error"' in moved.text


def test_a_delivery_with_days_times_and_cut_off(shop):
    told = {"label": "Mensajero", "price": "1500", "days": ["tue", "sat"], "slots": "7:30-9\n13:00-15:00",
            "capacity": "6", "cutoff": "21:00", "days_before": "1", "least": "1", "most": "2"}  # fmt: skip
    browser = shop.admin
    assert browser.post(f"{BASE}/delivery/new?kind=delivery", data=told).status_code == 303
    row = shipping.named("mensajero")
    assert (row.days, row.slots, row.slot_capacity) == (["tue", "sat"], ["07:30-09:00", "13:00-15:00"], 6)
    assert row.cutoff == {"time": "21:00", "days_before": 1}
    assert row.price_minor == 150000
    for bad in ({"slots": "9-8"}, {"slots": "x"}, {"price": "-1"}, {"most": "0"}, {"days": [], "slots": "9-10"}):
        answer = browser.post(f"{BASE}/delivery/mensajero", data={**told, **bad})
        assert answer.status_code == 422, bad
        assert 'value="Mensajero"' in answer.text


def test_a_way_is_put_away_and_taken_back(shop):
    browser = shop.admin
    browser.post(f"{BASE}/delivery/retiro/away")
    assert not shipping.named("retiro").active
    assert f"{BASE}/delivery/retiro/back" in browser.get(f"{BASE}/delivery").text
    browser.post(f"{BASE}/delivery/retiro/back")
    assert shipping.named("retiro").active


def test_a_zone_is_made_used_and_only_then_kept_from_going(shop):
    browser = shop.admin
    made = browser.post(f"{BASE}/delivery/zones/new", data={"name": "Centro", "places": ["San José|Escazú", "Heredia"]})
    assert made.status_code == 303
    assert zones.all_of_tenant()[0].regions == ["Heredia", "San José|Escazú"]
    assert "Ninguna entrega llega ahí" in browser.get(f"{BASE}/delivery").text
    told = {"label": "Moto", "price": "1000", "zones": ["centro"]}
    browser.post(f"{BASE}/delivery/new?kind=delivery", data=told)
    assert "Ninguna entrega llega ahí" not in browser.get(f"{BASE}/delivery").text
    assert browser.post(f"{BASE}/delivery/zones/centro/away").status_code == 422
    browser.post(f"{BASE}/delivery/moto", data={"label": "Moto", "price": "1000"})
    browser.post(f"{BASE}/delivery/zones/centro/away")
    assert zones.all_of_tenant() == []
    page = browser.get(f"{BASE}/delivery").text
    path = page.split(f'action="{BASE}/delivery/zones/back/')[1].split('"')[0]
    browser.post(f"{BASE}/delivery/zones/back/{path}")
    assert [zone.code for zone in zones.all_of_tenant()] == ["centro"]


def test_a_transfer_needs_a_number(shop):
    answer = shop.admin.post(f"{BASE}/payments/new?kind=transfer", data={"label": "SINPE", "account-value": [""]})
    assert answer.status_code == 422
    assert payment_methods.named("sinpe") is None


def test_a_transfer_needs_numbers_that_can_be_right(shop):
    told = {"label": "SINPE", "account-label": ["SINPE Móvil", "IBAN", "Cuenta"], "hold_hours": "24"}
    bad = {**told, "account-value": ["123", "CR99-no", "¿?"]}
    answer = shop.admin.post(f"{BASE}/payments/new?kind=transfer", data=bad)
    assert answer.status_code == 422
    for text in ("Escriba los 8 dígitos", "Ese IBAN no puede", "Escriba el número: dígitos", 'value="CR99-no"'):
        assert text in answer.text
    good = {**told, "account-value": ["+506 8312 3456", "CR05 0152 0200 1026 2840 66", "100-02-000"]}
    assert shop.admin.post(f"{BASE}/payments/new?kind=transfer", data=good).status_code == 303
    assert payment_methods.named("sinpe").account[1]["value"] == "CR05 0152 0200 1026 2840 66"


def test_new_shops_have_their_countrys_rates_and_one_usual_one(shop):
    browser = shop.admin
    assert taxes.default().rate_bp == 1300
    browser.post(f"{BASE}/taxes/iva1/default")
    assert [rate.code for rate in taxes.rates() if rate.is_default] == ["iva1"]
    assert browser.post(f"{BASE}/taxes/rates", data={"name": "Raro", "percent": "6,5"}).status_code == 303
    assert taxes.named("raro").rate_bp == 650
    assert browser.post(f"{BASE}/taxes/rates", data={"name": "Mal", "percent": "101"}).status_code == 422
    firm = {"legal_name": "Café S.A.", "kind": "juridica", "tax_id": "3101123456"}
    assert browser.post(f"{BASE}/taxes/firm", data=firm).status_code == 303
    assert shop.tenant.tax_id == "3-101-123456"
    assert browser.post(f"{BASE}/taxes/firm", data={**firm, "tax_id": "12"}).status_code == 422


def test_a_policy_begins_as_a_draft_and_counts_its_versions(shop):
    browser = shop.admin
    assert browser.post(f"{BASE}/policies/returns").status_code == 303
    assert shop.client.get("/policies/returns").status_code == 404
    browser.post(f"{BASE}/policies/returns/publish")
    page = shop.client.get("/policies/returns")
    assert "Ley 7472" in page.text
    assert "{" + "contact}" not in page.text
    assert pages.slugged("returns", "policy").version == 1


def test_a_new_address_leads_on_from_the_old_one(shop):
    told = {"slug": "cafe-nuevo", "language": "es", "languages": ["en"], "treatment": "tu"}
    answer = shop.admin.post(f"{BASE}/shop", data=told)
    assert answer.location.endswith("/admin/cafe-nuevo/settings/shop")
    assert (shop.tenant.slug, shop.tenant.treatment) == ("cafe-nuevo", "tu")
    assert shop_names.former(shop.tenant) == ["cafe"]
    for bad in ("a", "admin", "dos palabras", "-x-"):
        refused = shop.admin.post("/admin/cafe-nuevo/settings/shop", data={**told, "slug": bad})
        assert refused.status_code == 422, bad


def test_a_closed_shop_sells_again_on_its_day_or_at_once(shop):
    browser, day = shop.admin, clock.today(shop.tenant.timezone) + timedelta(days=5)
    browser.post(f"{BASE}/shop/closed", data={"until": day.isoformat(), "message": "De vacaciones"})
    assert holidays.now().until == day
    assert "De vacaciones" in shop.client.get("/").text
    assert browser.post(f"{BASE}/shop/closed", data={"until": "2020-01-01"}).status_code == 422
    browser.post(f"{BASE}/shop/open")
    assert holidays.now() is None


def test_practising_ends_with_every_rehearsal_gone(shop):
    browser = shop.admin
    browser.post(f"{BASE}/shop/practice", data={"do": "begin"})
    assert shop.tenant.practice
    order = shop.bought(shop.product())
    assert order.practice
    browser.post(f"{BASE}/shop/practice", data={"do": "end"})
    assert not shop.tenant.practice
    assert db.session.scalars(select(Order)).all() == []
    shop.bought(shop.product("Otro"))
    assert not practice.possible()
    assert browser.post(f"{BASE}/shop/practice", data={"do": "begin"}).status_code == 422
    assert not tenancy.tenant().practice
