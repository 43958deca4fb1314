"""The product page: its marks, options, own words, season, what is sold out, and what it promises."""

import re
from datetime import timedelta

import pytest

from kernel import clock
from kernel.db import db
from shop import catalog, stock
from shop.pricing import PriceBreak
from tests.goods import only
from tests.shop.pages import marks, read, text


def test_price_delivery_and_one_verb(shop):
    shop.delivery(price=2_000_00)
    shop.product("Café Uno", price=2_500_00, stock=7)
    answer = shop.client.get("/p/cafe-uno")
    said = text(answer)
    assert "₡2" in said
    assert "500" in said
    assert "Envío" in said
    assert re.search(r"Llega entre el \d+( de \w+)? y el \d+ de \w+", said)
    assert marks(answer, "data-stock") == ["7"]
    assert marks(answer, "data-action").count("add-to-cart") == 1
    assert read(answer).xpath("count(//h1)") == 1


def test_stock_is_empty_without_limit_and_follows_every_sale(shop):
    endless = shop.product("Sin límite", stock=None)
    assert marks(shop.client.get(f"/p/{endless.slug}"), "data-stock") == [""]
    few = shop.product("Pocos", stock=3)
    client = shop.client
    assert marks(client.get("/p/pocos"), "data-stock") == ["3"]
    shop.bought(few, quantity=2)
    answer = client.get("/p/pocos")
    assert marks(answer, "data-stock") == ["1"]
    assert "Queda solo uno" in text(answer)


def test_sold_out_cannot_be_pressed(shop):
    shop.product("Nada", stock=0)
    answer = shop.client.get("/p/nada")
    button = read(answer).xpath("//*[@data-action='add-to-cart']")[0]
    assert button.get("disabled") is not None
    assert "Agotado" in text(answer)
    assert not steppers(answer), "nobody chooses how many of nothing"


def steppers(answer):
    """The fields for a quantity, as they are seen."""
    return read(answer).xpath("//*[@data-stepper][not(@hidden)]")


def promised(answer):
    """The ways to get it, as they are seen: what is hidden is none."""
    return read(answer).xpath("//*[contains(@class,'promise') or contains(@class,'facts')][not(@hidden)]//svg")


def test_what_cannot_be_had_promises_no_day(shop):
    shop.delivery()
    shop.delivery("casa", kind="pickup")
    shop.product("Taza", stock=1)
    assert promised(shop.client.get("/p/taza"))
    shop.product("Plato", stock=0)
    assert not promised(shop.client.get("/p/plato"))
    day = clock.today("America/Costa_Rica") + timedelta(days=20)
    shop.product("Rosca", season_from=f"{day:%m-%d}", season_to=f"{day + timedelta(days=10):%m-%d}")
    assert not promised(shop.client.get("/p/rosca"))


def test_with_options_it_cannot_be_pressed_once_all_are_sold_out(shop):
    product = shop.product("Manta", options={"color": ["azul", "rojo"]}, stock=1)
    first, last = product.variants
    pressed, client = "//*[@data-action='add-to-cart'][not(@disabled)]", shop.client
    for sold, offered in ((first, True), (last, False)):
        stock.adjust(sold, on_hand=0)
        db.session.commit()
        assert bool(read(client.get("/p/manta")).xpath(pressed)) is offered
        assert bool(steppers(client.get("/p/manta"))) is offered


def test_more_than_there_is_shows_the_product_once_more(shop):
    shop.product("Pocos", stock=2)
    answer = shop.client.post("/cart/lines", data={"product": "pocos", "quantity": "3"})
    assert answer.status_code == 409
    assert "Solo quedan 2 de Pocos" in text(answer)
    assert marks(answer, "data-stock") == ["2"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    told = shop.client.post(
        "/cart/lines", data={"product": "pocos", "quantity": "3"}, headers={"Accept": "application/json"}
    )
    assert (told.status_code, "Pocos" in told.json["error"]) == (409, True)


def test_options_choose_a_variant_without_a_script(shop):
    product = shop.product("Café", options={"molienda": ["grano", "fina"]}, stock=4)
    answer = shop.client.get("/p/cafe")
    assert {one.get("value") for one in read(answer).xpath("//input[@name='option-molienda']")} == {"grano", "fina"}
    client = shop.client
    assert client.post("/cart/lines", data={"product": "cafe", "option-molienda": "fina"}).status_code == 303
    assert "fina" in text(client.get("/cart"))
    assert product.options


def test_an_option_that_nobody_has_is_refused_with_a_sentence(shop):
    shop.product("Café", options={"molienda": ["grano", "fina"]})
    answer = shop.client.post("/cart/lines", data={"product": "cafe", "option-molienda": "polvo"})
    assert answer.status_code == 422
    assert "Elija primero una de las opciones" in text(answer)


def test_a_required_text_of_one_s_own(shop):
    asked = [{"code": "dedicatoria", "label": {"es": "Dedicatoria"}, "max": 10, "required": True}]
    shop.product("Pastel", texts=asked)
    field = read(shop.client.get("/p/pastel")).xpath("//input[@name='text-dedicatoria']")[0]
    assert field.get("required") is not None
    assert field.get("maxlength") == "10"
    assert "Dedicatoria" in text(shop.client.post("/cart/lines", data={"product": "pastel"}))
    long = shop.client.post("/cart/lines", data={"product": "pastel", "text-dedicatoria": "x" * 11})
    assert long.status_code == 422
    assert "10" in text(long)


MEASURES = {"code": "m", "label": {"es": "Sus medidas"}, "max": 20, "required": True, "when": {"talla": "medida"}}


def test_a_text_that_is_asked_with_one_choice_only(shop):
    shop.product("Blusa", options={"talla": ["s", "medida"]}, texts=[MEASURES])
    page = read(shop.client.get("/p/blusa"))
    [field] = page.xpath("//*[@data-choice='talla=medida'][@data-must]//input")
    assert field.get("required") is None  # without scripts nobody may be stopped by it
    assert "Solo con Talla: medida" in text(shop.client.get("/p/blusa"))
    client = shop.client
    said = {"product": "blusa", "option-talla": "s", "text-m": "90, 70, 60"}
    assert client.post("/cart/lines", data={**said, "text-m": ""}).status_code == 303
    assert client.post("/cart/lines", data=said).status_code == 303
    assert "90, 70, 60" not in text(client.get("/cart"))  # nobody asked for it
    again = client.post("/cart/lines", data={**said, "option-talla": "medida", "text-m": "x" * 21})
    assert again.status_code == 422
    [field] = read(again).xpath("//input[@name='text-m']")
    assert (field.get("value"), field.get("aria-invalid")) == ("x" * 21, "true")
    assert field.get("aria-describedby").split()[0] in read(again).xpath("//*[@class='error']/@id")
    assert read(again).xpath("//input[@name='option-talla'][@checked]/@value") == ["medida"]
    client.post("/cart/lines", data={**said, "option-talla": "medida"})
    assert "90, 70, 60" in text(client.get("/cart"))


def test_a_choice_alone_asks_its_text_and_one_that_is_gone_asks_none(shop):
    shop.product("Blusa", options={"talla": ["medida"]}, texts=[MEASURES])
    [field] = read(shop.client.get("/p/blusa")).xpath("//input[@name='text-m']")
    assert field.get("required") is not None
    shop.product("Falda", options={"talla": ["s"]}, texts=[MEASURES])
    assert not read(shop.client.get("/p/falda")).xpath("//input[@name='text-m']")
    assert shop.client.post("/cart/lines", data={"product": "falda", "option-talla": "s"}).status_code == 303


def test_out_of_season_says_when_it_comes_back(shop):
    day = clock.today(shop.tenant.timezone) + timedelta(days=40)
    shop.product("Rosca", season_from=f"{day:%m-%d}", season_to=f"{day + timedelta(days=10):%m-%d}")
    answer = shop.client.get("/p/rosca")
    assert "Vuelve el" in text(answer)
    assert "add-to-cart" not in marks(answer, "data-action")
    assert marks(answer, "data-stock") == []


def test_minimum_quantity_stands_in_the_field(shop):
    shop.product("Metraje", min_qty=5)
    field = read(shop.client.get("/p/metraje")).xpath("//input[@name='quantity']")[0]
    assert (field.get("value"), field.get("min")) == ("5", "5")


def test_what_one_must_know_is_said(shop):
    told = {"allergens": [{"es": "nuez"}], "lead_hours": 48, "pickup_only": True}
    shop.product("Pan", maker={"name": "Lupe", "hours": 3, "place": "Dota"}, **told)
    said = text(shop.client.get("/p/pan"))
    for words in ("nuez", "tarda 2 días", "Solo para recoger", "Lupe", "3 horas"):
        assert words in said


@pytest.mark.parametrize("how", ["draft", "binned", "group"])
def test_what_the_public_may_not_see_is_not_there(shop, how):
    product = shop.product("Secreto")
    if how == "draft":
        catalog.withdraw(product)
    elif how == "binned":
        product.binned_at = clock.now()
    else:
        product.customer_groups = ["mayorista"]
        catalog.changed(product)
    db.session.commit()
    assert shop.client.get("/p/secreto").status_code == 404
    if how == "group":
        wholesaler = shop.contact("mayor@example.com", group="mayorista")
        wholesaler.group = "mayorista"
        db.session.commit()
        assert shop.shopper(wholesaler).get("/p/secreto").status_code == 200
        assert shop.client.get("/p/secreto").status_code == 404


def test_a_variant_in_the_address_is_chosen(shop):
    product = shop.product("Café", options={"molienda": ["grano", "fina"]})
    answer = shop.client.get("/p/cafe?variant=CAFE-FINA")
    checked = read(answer).xpath("//input[@name='option-molienda'][@checked]/@value")
    assert checked == ["fina"]
    assert only(product)


def test_an_unknown_product_is_not_there(shop):
    answer = shop.client.get("/p/nada")
    assert answer.status_code == 404
    assert read(answer).xpath("//html/@lang") == ["es"]


def plain(answer):
    """The page with blanks that may break."""
    return " ".join(answer.get_data(as_text=True).replace("\u202f", " ").split())


def test_what_more_of_them_cost_is_said_and_a_group_sees_its_own(shop):
    mug = shop.product("Taza", price=5_000_00)
    for units, group, minor in ((6, "", 4_500_00), (12, "", 4_000_00), (1, "mayorista", 4_200_00), (3, "", 9_000_00)):
        db.session.add(PriceBreak(product_id=mug.id, min_qty=units, customer_group=group, price_minor=minor))
    catalog.changed(mug)
    db.session.commit()
    page = plain(shop.client.get("/p/taza"))
    assert "Desde 6 unidades: ₡4 500 cada una." in page
    assert "Desde 12 unidades: ₡4 000 cada una." in page
    assert "Desde 3 unidades" not in page
    assert "Para usted" not in page
    buyer = shop.contact("tienda@example.com")
    buyer.group = "mayorista"
    db.session.commit()
    page = plain(shop.shopper(buyer).get("/p/taza"))
    assert "Para usted: ₡4 200 cada una." in page
    assert "Desde 12 unidades: ₡4 000 cada una." in page
    assert "Desde 6 unidades" not in page
