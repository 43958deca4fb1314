"""A time in the cart: it tells no less than its page did: what was answered, what is due now and what on the day."""

from tests.shop.pages import read, text

PEOPLE = {"adulto": 5_000_00, "nino": 2_000_00}


def held(shop, **product):
    """A browser with a trip for two in its cart, and what its cart shows."""
    questions = [{"code": "alergias", "label": {"es": "Alergias", "en": "Allergies"}}]
    shop.service(price=PEOPLE, capacity=12, times=["09:00"], questions=questions, product=product)
    client = shop.client
    when = {"product": "paseo", "day": shop.day().isoformat(), "time": "09:00", "people.PASEO-ADULTO": "2"}
    assert client.post("/bookings/hold", data={**when, "answer.alergias": "Maní"}).status_code == 303
    return client


def test_what_was_answered_and_what_is_due_now(shop):
    client = held(shop, deposit_bp=3000)
    said = text(client.get("/cart")).replace("\u00a0", " ").replace("\u202f", " ")
    assert "Alergias: Maní" in said
    assert "Hoy paga ₡3 000; el resto, ₡7 000, el día de su reserva." in said
    assert "Alergias: Maní" in text(client.get("/checkout"))


def test_goods_with_a_deposit_say_when_the_rest_is_paid(shop):
    shop.product("Pastel", price=10_000_00, deposit_bp=5000)
    client = shop.client
    client.post("/cart/lines", data={"product": "pastel"})
    page = read(client.get("/cart"))
    told = page.get_element_by_id("cart-parts").text_content().replace("\u00a0", " ").replace("\u202f", " ")
    assert told == "Hoy paga ₡5 000 y el resto al recibirlo."


def test_without_a_deposit_nothing_is_said_and_a_tour_is_no_product(shop):
    page = read(held(shop).get("/cart"))
    assert not page.xpath("//*[@id='cart-parts']")
    assert page.xpath("//aside//dt/text()") == ["Total"]
    shop.product("Café Uno")
    client = shop.client
    client.post("/cart/lines", data={"product": "cafe-uno"})
    assert read(client.get("/cart")).xpath("//aside//dt/text()")[0] == "Subtotal"


def test_why_what_is_paid_on_pick_up_is_missing_is_said(shop):
    shop.transfer()
    shop.pickup()
    client = held(shop)
    shop.product("Café Uno")
    client.post("/cart/lines", data={"product": "cafe-uno"})
    page = read(client.get("/checkout?shipping=retiro"))
    [told] = page.xpath("//*[@data-withheld]")
    assert "Pagar al recoger» no se ofrece: lo que reservó se paga antes" in told.text_content()
    assert [one.get("value") for one in page.xpath("//input[@name='payment']")] == ["transfer"]
    alone = shop.client
    alone.post("/cart/lines", data={"product": "cafe-uno"})
    plain = read(alone.get("/checkout?shipping=retiro"))
    assert (len(plain.xpath("//*[@data-withheld]")), len(plain.xpath("//input[@value='pickup']"))) == (0, 1)


def test_a_free_table_with_bread_waits_for_the_bread_and_the_cart_says_so(shop):
    shop.service("Mesa", price=0, times=["09:00"])
    client = shop.client
    client.post("/bookings/hold", data={"product": "mesa", "day": shop.day().isoformat(), "time": "09:00", "places": "1",
                                        "people.MESA": "1"})  # fmt: skip
    assert not read(client.get("/cart")).xpath("//*[@id='cart-waits']")
    shop.product("Pan")
    client.post("/cart/lines", data={"product": "pan"})
    [told] = read(client.get("/cart")).xpath("//*[@id='cart-waits']")
    assert told.text_content().startswith("Mesa: No cuesta nada, pero")
