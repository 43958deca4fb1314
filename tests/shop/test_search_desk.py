"""One search: orders, people, products, pages, settings and commands; the likeliest group first."""

import pytest

from shop import lookup
from tests.shop.test_orders_desk import page


def groups(client, text):
    answer = client.get("/admin/cafe/search", query_string={"q": text}, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    return [(group["label"], [item["label"] for item in group["items"]]) for group in answer.json["groups"]]


@pytest.fixture
def known(shop):
    """A shop with an order of somebody known."""
    return shop.bought(shop.product("Café Ñandú"), name="Inés Ureña", email="ines@example.com", phone="+50683123456")


def test_a_part_of_the_phone_gives_the_person_first(shop, known):
    person, order = lookup.people("8312")[0], lookup.orders("8312")[0]
    assert (person.name, order.number) == ("Inés Ureña", known.number)
    found = [label for label, _items in groups(shop.admin, "8312 3456")]
    assert found.index("Personas") < found.index("Pedidos")


@pytest.mark.parametrize("text", ["INES", "urena", "ines ureña", "ines@example", "+506 8312", "3456"])
def test_people_without_accents_by_mail_and_phone(shop, known, text):
    assert [person.name for person in lookup.people(text)] == ["Inés Ureña"]


@pytest.mark.parametrize("text", ["CA-1001", "1001", "inés", "example.com"])
def test_orders(shop, known, text):
    assert dict(groups(shop.admin, text))["Pedidos"] == [known.number]


def test_products_and_commands(shop, known):
    assert [product.id for product in lookup.products("nandu")] == [only_product(known).id]
    assert "Nueva venta" in dict(groups(shop.admin, "nueva venta"))["Ir a"]


def only_product(order):
    return order.lines[0].product


def test_settings_are_found_by_name(shop):
    assert "Guía de inicio" in dict(groups(shop.admin, "guia inicio"))["Ajustes"]


def test_the_page_says_so_when_nothing_is_found(shop):
    assert "No se encontró nada" in page(shop.admin, "/search?q=zzzzqq")
    assert "Escriba al menos dos" in page(shop.admin, "/search?q=")


def test_signs_of_patterns_are_only_signs(shop, known):
    for text in ("%%", "__", "'; --", "\\"):
        assert "Pedidos" not in dict(groups(shop.admin, text))


def test_nothing_of_another_tenant(rival, shop):
    rival.enter()
    rival.bought(rival.product("Cosa Ajena"), name="Persona Ajena")
    shop.enter()
    assert groups(shop.admin, "ajena") == []
