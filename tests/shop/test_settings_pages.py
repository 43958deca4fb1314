"""The settings: who reaches them, what they keep, and that a newcomer can sell after filling them."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from kernel import menu
from kernel.db import db
from kernel.journal import Entry
from shop import payment_methods, shipping, storefront

BASE = "/admin/cafe/settings"
PAGES = ["brand", "contact", "delivery", "payments", "taxes", "policies", "shop"]


def test_the_owner_finds_every_page(shop):
    browser = shop.admin
    index = browser.get(BASE)
    assert index.status_code == 200
    for page in PAGES:
        assert f'href="{BASE}/{page}"' in index.text
        assert browser.get(f"{BASE}/{page}").status_code == 200, page


@pytest.mark.parametrize(
    ("role", "open_pages"),
    [("manager", {"brand", "contact", "delivery", "taxes", "policies"}), ("marketer", {"policies"}), ("clerk", set())],
)
def test_others_find_only_what_is_theirs(shop, role, open_pages):
    browser = shop.staff(role)
    found = {page for page in PAGES if browser.get(f"{BASE}/{page}").status_code == 200}
    assert found == open_pages


@pytest.mark.parametrize("role", ["manager", "marketer", "clerk"])
def test_no_word_of_anybodys_rail_leads_nowhere(shop, role):
    browser = shop.staff(role)
    rail = BeautifulSoup(browser.get("/admin/cafe/").text, "lxml").select("nav.rail ul a")
    assert {word["href"]: browser.get(word["href"]).status_code for word in rail} == {w["href"]: 200 for w in rail}
    assert any(word["href"] == BASE for word in rail) == (role != "clerk")  # who decides nothing there has no such word


def test_nothing_is_written_by_who_may_not(shop):
    answer = shop.staff("manager").post(f"{BASE}/payments/new?kind=transfer", data={"label": "X"})
    assert answer.status_code == 404
    assert payment_methods.named("x") is None


def test_every_change_is_journalled_and_leaves_cached_pages_behind(shop):
    before = shop.tenant.revision
    shop.admin.post(f"{BASE}/contact", data={"phone": "2222 4444", "email": "hola@example.com"})
    assert shop.tenant.revision > before
    entry = db.session.scalars(select(Entry).where(Entry.verb == "settings.changed")).one()
    assert entry.account_id == shop.owner_id
    assert storefront.of().phone == "+50622224444"


def test_what_is_wrong_with_an_account_stands_beside_its_field(shop):
    sent = {"label": "SINPE", "account-label": ["SINPE Móvil", ""], "account-value": ["", ""]}
    page = shop.admin.post(f"{BASE}/payments/new?kind=transfer", data=sent).text
    assert '<a href="#account-value-1">Escriba al menos un número' in page
    assert 'id="account-value-1-error">Escriba al menos un número' in page
    assert 'aria-describedby="account-value-1-error"' in page
    page = shop.admin.post(f"{BASE}/payments/new?kind=transfer", data={**sent, "account-value": ["88887777", "2"]}).text
    assert 'id="account-label-2-error">Diga qué es cada número' in page
    assert "account-value-1-error" not in page


def test_who_offers_a_pick_up_is_asked_where(shop):
    asked = "¿Dónde lo recogen?"
    row = storefront.of()
    row.address = {}
    db.session.commit()
    assert asked in shop.admin.get(f"{BASE}/delivery").text
    row.address = {"street": "200 m norte de la plaza"}
    db.session.commit()
    assert asked not in shop.admin.get(f"{BASE}/delivery").text
    row.address = {}
    shipping.every()[0].active = False
    db.session.commit()
    assert asked not in shop.admin.get(f"{BASE}/delivery").text


def test_a_newcomer_sells_by_delivery_and_pick_up_after_filling_them(shop):
    browser = shop.admin
    pick_up = shipping.methods()[0]
    assert pick_up.kind == "pickup"  # there from the start
    delivery = {"label": "Mensajero", "price": "2500", "free_over": "20000", "least": "1", "most": "3"}
    assert browser.post(f"{BASE}/delivery/new?kind=delivery", data=delivery).status_code == 303
    transfer = {
        "label": "SINPE", "account-label": ["SINPE Móvil", "IBAN"], "account-value": ["8312 3456", ""],
        "hold_hours": "24",
    }  # fmt: skip
    assert browser.post(f"{BASE}/payments/new?kind=transfer", data=transfer).status_code == 303
    assert browser.post(f"{BASE}/payments/new?kind=on_delivery", data={"label": "Contra entrega"}).status_code == 303
    shop.product("Moka", price=5000_00)
    slug = "moka"
    buyer = shop.client
    buyer.post("/cart/lines", data={"product": slug, "quantity": "1"})
    page = buyer.get("/checkout").text
    for code in ("retiro", "mensajero"):
        assert f'value="{code}"' in page
    for code in ("sinpe", "delivery"):
        assert f'value="{code}"' in page or "payment" in page
    assert "2" in page
    row = payment_methods.named("sinpe")
    assert row.account == [{"label": "SINPE Móvil", "value": "8312 3456"}]
    assert row.hold_hours == 24


def test_the_index_stands_in_groups_that_hold_every_page(shop):
    drawn = shop.admin.get("/admin/cafe/settings", headers={"Accept-Language": "es"}).get_data(as_text=True)
    page = BeautifulSoup(drawn, "html.parser")
    heads = [one.get_text() for one in page.select(".settings-group")]
    assert heads[:4] == ["Tienda", "Cobrar", "Entregas y devoluciones", "Vender y escribir"]
    assert len(page.select(".settings")) == len(heads)
    assert all(one.group in menu.GROUPS for one in menu._sections.values())


def test_where_no_place_is_told_a_pick_up_is_offered_only_if_there_is_no_other_way(shop):
    shop.transfer()
    way = shop.delivery()
    storefront.of().address = {"country": "CR"}
    db.session.commit()
    buyer = shop.buyer(shop.product())
    page = buyer.get("/checkout").text
    assert 'value="retiro"' not in page
    assert f'value="{way.code}"' in page
    assert "Retiro" not in shop.client.get("/p/cafe-uno").text
    assert "Falta la dirección" in (page := shop.admin.get(f"{BASE}/delivery").text)
    assert "no se ofrece recoger" in page
    boss, place = shop.admin, {"region": "San José", "city": "Escazú", "district": "San Rafael", "street": "Casa 7"}
    sent = {"email": "hola@example.com", **{f"address_{name}": text for name, text in place.items()}, **place}
    assert boss.post(f"{BASE}/contact", data=sent).status_code == 303
    assert "se ofrece «Retiro en el local»" in boss.get(f"{BASE}/contact").text
    assert 'value="retiro"' in buyer.get("/checkout").text
    storefront.of().address, way.active = {}, False
    db.session.commit()
    assert 'value="retiro"' in buyer.get("/checkout").text  # a new shop tells its buyers itself
    assert "no lee dónde" in shop.admin.get(f"{BASE}/delivery").text


def test_a_way_to_pay_is_found_by_the_name_that_people_there_use(shop):
    page = shop.admin.get(f"{BASE}/payments").text
    assert "SINPE Móvil o transferencia" in page
    assert "SINPE Móvil o transferencia, al retirar, contra entrega" in shop.admin.get(BASE).text
    assert "Su número de SINPE Móvil y su cuenta" in shop.admin.get(f"{BASE}/guide").text
    found = shop.admin.get("/admin/cafe/search?q=sinpe", headers={"Accept": "application/json"}).get_json()
    assert found["groups"][0]["items"][0]["label"] == "Pagos"
