"""One search: orders, people, products, pages, settings and commands; the likeliest group first."""

import pytest
from flask import url_for

from kernel import menu
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


WORDS = [  # what is typed, a page that it has to lead to, whether it is one of the settings
    ("informe", "Pagos recibidos", False), ("reportes de ventas", "Libros del mes", False), ("report", "Hoy", False),
    ("sinpe", "Pagos", True), ("bank transfer", "Pagos", True), ("impuestos", "Impuestos", True), ("iva", "Impuestos", True),
    ("taxes", "Impuestos", True), ("cupón", "Descuentos", False), ("CUPONES", "Descuentos", False),
    ("coupon", "Descuentos", False), ("clientes", "Personas", False), ("inventario", "Existencias", False),
    ("facturacion", "Facturas", True), ("papelera", "Papelera", False), ("carrito abandonado", "Automatizaciones", False),
    ("dominio", "Dominio propio", True), ("empleados", "Personal", True), ("cabañas", "Recursos", True),
    ("consentimiento", "Formularios", False), ("whatsapp consent", "Formularios", False),
]  # fmt: skip


def test_pages_and_settings_are_found_by_their_words_in_either_language(shop):
    owner = shop.admin
    for text, label, settings in WORDS:
        found = dict(groups(owner, text))
        assert label in found.get("Ajustes" if settings else "Ir a", []), (text, found)
    assert "Impuestos" not in str(groups(owner, "privacidad"))  # “iva” begins no word of it


def test_what_its_name_says_comes_before_what_its_words_say(shop):
    assert dict(groups(shop.admin, "facturas"))["Ir a"][0] == "Facturas"


def test_nobody_finds_a_page_that_they_may_not_open(shop):
    keeper = shop.staff("accountant")
    answer = keeper.get("/admin/cafe/search?q=informe", headers={"Accept": "application/json"})
    items = [item for group in answer.json["groups"] for item in group["items"]]
    assert {"Libros del mes", "Pagos recibidos", "Cierres de caja"} <= {item["label"] for item in items}
    assert [item["label"] for item in items if keeper.get(item["url"]).status_code != 200] == []
    assert all(dict(groups(keeper, text)).get("Ajustes", []) == [] for text in ("sinpe", "impuestos"))
    assert dict(groups(keeper, "cupones"))["Ir a"] == ["Descuentos"]


def test_every_page_is_listed_once_and_opens(shop):
    owner = shop.admin
    with shop.app.test_request_context("/admin/cafe/", base_url="http://plaza.localhost:8000"):
        assert [name for name in (*menu._pages, *menu._words) if name not in shop.app.view_functions] == []
        assert set(menu._pages) & {*menu._entries, *menu._sections} == set()  # each place has one owner
        assert set(menu._words) <= {*menu._entries, *menu._sections}
        paths = [url_for(name, tenant="cafe") for name in menu._pages]
    assert [path for path in paths if owner.get(path).status_code != 200] == []


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
