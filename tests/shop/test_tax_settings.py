"""The pages of taxes: a rate's parts, changes and places, samples in one tap, exemptions, the tax office's fields."""

from datetime import date, timedelta

import pytest

from kernel import clock, countries, tenancy
from kernel.db import db
from shop import catalog, exemptions, taxes
from shop.orders import Order
from tests.makers import World
from tests.shop.test_products_desk import typed

BASE = "/admin/cafe/settings/taxes"


def undo(browser):
    """Follow the toast's way back."""
    page = browser.get(BASE).text
    path = page.split('action="', 1)[1:] and next(
        part.split('"')[0] for part in page.split('action="')[1:] if "/taxes/back/" in part.split('"')[0]
    )
    return browser.post(path)


def test_the_page_reads_back_what_prices_mean(shop):
    page = shop.admin.get(BASE).text
    assert "Precios con IVA 13 % incluido." in page
    assert "₡8" in page
    assert "₡1" in page
    taxes.prefer(taxes.named("exento"))
    db.session.commit()
    assert "Precios sin impuestos." in shop.admin.get(BASE).text


def test_a_sample_comes_in_one_tap_with_its_parts_and_goes_and_comes_back(shop):
    browser = shop.admin
    assert browser.post(f"{BASE}/samples", data={"code": "restaurante"}).status_code == 303
    assert browser.post(f"{BASE}/samples", data={"code": "restaurante"}).status_code == 303
    assert browser.post(f"{BASE}/samples", data={"code": "nope"}).status_code == 404
    assert [rule.code for rule in taxes.rules(taxes.named("restaurante"))] == ["servicio"]
    assert "Precios con IVA 13 % + Servicio 10 % incluido." in browser.get(f"{BASE}/restaurante").text
    browser.post(f"{BASE}/restaurante/away")
    assert taxes.named("restaurante") is None
    undo(browser)
    assert [rule.kind for rule in taxes.rules(taxes.named("restaurante"))] == ["charge"]


def test_parts_changes_and_places_are_kept_said_and_taken_back(shop):
    browser, rate, later = shop.admin, f"{BASE}/iva13", clock.today(shop.tenant.timezone) + timedelta(days=30)
    part = {"part-name": "Turismo", "part-percent": "3,5", "part-kind": "tax", "part-compound": "y"}
    assert browser.post(f"{rate}/parts", data=part).status_code == 303
    change = {"change-percent": "15", "change-begins": later.isoformat()}
    assert browser.post(f"{rate}/changes", data=change).status_code == 303
    place = {"place-zone": "*", "place-name": "Exportación", "place-percent": "0", "place-included": "y"}
    assert browser.post(f"{rate}/places", data=place).status_code == 303
    rows = {rule.code: rule for rule in taxes.rules(taxes.named("iva13"))}
    assert {code: (rule.name, rule.rate_bp) for code, rule in rows.items()} == {
        "turismo": ("Turismo", 350), "iva13": ("IVA 15 %", 1500), "exportacion": ("Exportación", 0),
    }  # fmt: skip
    assert (rows["turismo"].compound, rows["turismo"].included) == (True, False)
    page = browser.get(rate).text
    assert "+ Turismo 3.5 %" in page
    assert "Fuera del país: Exportación 0 %" in page
    assert f"de {later.year}" in page
    browser.post(f"{rate}/rules/{rows['turismo'].token}/away")
    assert len(taxes.rules(taxes.named("iva13"))) == 2
    undo(browser)
    assert len(taxes.rules(taxes.named("iva13"))) == 3
    assert browser.post(f"{rate}/rules/nope/away").status_code == 404


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("parts", {"part-name": "", "part-percent": "10"}),
        ("parts", {"part-name": "X", "part-percent": "101"}),
        ("changes", {"change-percent": "15", "change-begins": "2020-01-01"}),
        ("changes", {"change-percent": "15", "change-begins": "nunca"}),
        ("changes", {"change-percent": "15", "change-begins": "2040-02-01", "change-ends": "2040-01-01"}),
        ("places", {"place-zone": "nope", "place-name": "X", "place-percent": "1"}),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_stays_typed(shop, path, told):
    answer = shop.admin.post(f"{BASE}/iva13/{path}", data=told)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert taxes.rules(taxes.named("iva13")) == []


def test_a_rate_keeps_its_percentage_and_the_taxs_own_name(shop):
    browser = shop.admin
    browser.post(f"{BASE}/samples", data={"code": "restaurante"})
    told = {"name": "Soda", "percent": "13", "included": "y", "tax_name": "IVA 13 %"}
    assert browser.post(f"{BASE}/restaurante", data=told).status_code == 303
    rate = taxes.named("restaurante")
    assert (rate.name, rate.tax, [one.code for one in taxes.book().by_id[rate.id]]) == (
        "Soda", "iva13", ["iva13", "servicio"],
    )  # fmt: skip
    browser.post(f"{BASE}/restaurante", data={**told, "tax_name": "IVA propio"})
    db.session.expire_all()
    assert taxes.named("restaurante").tax == "restaurante"


def test_deliveries_may_have_a_rate(shop):
    browser = shop.admin
    assert browser.post(f"{BASE}/delivery", data={"code": "iva1"}).status_code == 303
    assert taxes.book().delivery[0].code == "iva1"
    assert browser.post(f"{BASE}/delivery", data={"code": ""}).status_code == 303
    assert taxes.book().delivery is None
    assert browser.post(f"{BASE}/delivery", data={"code": "nope"}).status_code == 404


def test_a_groups_exemption_is_written_said_and_taken_back(shop):
    browser = shop.admin
    told = {"group": "zona-franca", "tax_kind": "", "number": "Ley 7210", "until": "2040-01-31", "codes": ["iva13"]}
    assert browser.post(f"{BASE}/exemptions", data=told).status_code == 303
    assert "Ley 7210" in browser.get(BASE).text
    row = exemptions.general()[0]
    assert (row.codes, row.until) == (["iva13"], date(2040, 1, 31))
    browser.post(f"{BASE}/exemptions/{row.token}/away")
    assert exemptions.general() == []
    undo(browser)
    assert [(one.number, one.until) for one in exemptions.general()] == [("Ley 7210", date(2040, 1, 31))]
    assert browser.post(f"{BASE}/exemptions", data={**told, "group": ""}).status_code == 422
    assert browser.post(f"{BASE}/exemptions", data={**told, "number": ""}).status_code == 422
    assert browser.post(f"{BASE}/exemptions", data={**told, "codes": ["nope"]}).status_code == 422


def test_a_person_with_a_certificate_buys_without_the_tax(shop):
    vase, ana = shop.product("Florero", price=113_00), shop.contact()
    shop.transfer()
    page = f"/admin/cafe/people/{ana.token}"
    told = {"paper-number": "AL-0042", "paper-until": "2040-01-31"}
    assert shop.admin.post(f"{page}/exemptions", data=told).status_code == 303
    assert "AL-0042" in shop.admin.get(page).text
    assert shop.staff("clerk").post(f"{page}/exemptions", data=told).status_code == 404
    assert shop.admin.post(f"{page}/exemptions", data={"paper-number": ""}).status_code == 422
    browser = shop.shopper(ana)
    browser.post("/cart/lines", data={"product": vase.slug, "quantity": "1"})
    shown = browser.get("/checkout").text
    assert "₡100" in shown
    ask = {name: shown.split(f'name="{name}" value="', 1)[1].split('"')[0] for name in ("key", "seen", "terms")}
    form = {**ask, "shipping": "retiro", "payment": "transfer", "email": "ana@example.com", "name": "Ana"}
    assert browser.post("/checkout", data=form).status_code == 303
    order = db.session.query(Order).one()
    assert (order.total_minor, order.tax_minor) == (100_00, 0)
    assert order.lines[0].tax_components[0]["exempt"] == "AL-0042"
    guest = shop.buyer(vase)
    assert "₡113" in guest.get("/checkout").text  # the same address without the log-in is nobody's paper


def opened(app, code):
    """A shop of that country."""
    known = countries.profile(code)
    told = {"country": code, "currency": known.currency, "timezone": known.timezone}
    return World.open(app, "cafe", **told)


@pytest.mark.parametrize("code", countries.OURS)
def test_each_countrys_tax_page_and_fields(app, code):
    shop = opened(app, code)
    fields = countries.profile(code).fiscal_fields("tenant")
    page = shop.admin.get(BASE).text
    assert all(f'name="fiscal_{one.code}"' in page for one in fields)
    assert shop.admin.get(BASE, headers={"Accept-Language": "en"}).status_code == 200
    told = {f"fiscal_{one.code}": one.example for one in fields}
    assert shop.admin.post(f"{BASE}/firm", data={"legal_name": "X", **told}).status_code == 303
    assert tenancy.tenant().fiscal == {one.code: one.example for one in fields}
    if any(one.pattern != ".{3,80}" for one in fields):
        wrong = {f"fiscal_{one.code}": "¿?" for one in fields}
        assert shop.admin.post(f"{BASE}/firm", data={"legal_name": "X", **wrong}).status_code == 422


def test_a_products_codes_and_a_buyers_for_the_tax_office(app):
    shop = opened(app, "MX")
    bread = shop.product("Pan", price=20_00)
    shop.transfer()
    codes = {"fiscal_clave_producto": "50181900", "fiscal_clave_unidad": "H87"}
    page = f"/admin/cafe/products/{bread.slug}"
    assert 'name="fiscal_clave_producto"' in shop.admin.get(page).text
    base = typed(name="Pan", price="20", units="10", was="10", slug=bread.slug, **codes)
    assert shop.admin.post(page, data=base).status_code == 303
    assert catalog.slugged(bread.slug).fiscal == {"clave_producto": "50181900", "clave_unidad": "H87"}
    assert shop.admin.post(page, data={**base, "fiscal_clave_producto": "12"}).status_code == 422
    browser = shop.buyer(bread)
    shown = browser.get("/checkout").text
    ask = {name: shown.split(f'name="{name}" value="', 1)[1].split('"')[0] for name in ("key", "seen", "terms")}
    form = {**ask, "shipping": "retiro", "payment": "transfer", "email": "ana@example.com", "name": "Ana",
            "tax_kind": "rfc", "tax_number": "GODE561231GR8", "fiscal_regimen": "605", "fiscal_cp_fiscal": "7200"}  # fmt: skip
    assert browser.post("/checkout", data=form).status_code == 422
    assert browser.post("/checkout", data={**form, "fiscal_cp_fiscal": "72000"}).status_code == 303
    assert db.session.query(Order).one().fiscal == {"regimen": "605", "cp_fiscal": "72000"}
