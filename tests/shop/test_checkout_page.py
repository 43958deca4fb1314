"""The checkout: one page for a guest, few fields, the whole cost first, errors that keep what was typed, one order."""

import threading

import pytest
from sqlalchemy import event, func, select

from crm import consent
from kernel import countries, suppression
from kernel.db import db
from shop import catalog, checkout, orders, pages, quotes, shipping, stock
from shop.orders import Order
from shop.views import checkout as checkout_view
from tests.goods import HOME, only
from tests.makers import World
from tests.shop.pages import form, marks, must, read, text

BUYER = {"email": "ana@example.com", "name": "Ana Mora", "phone": "8888 7777"}
ESCAZU = {"address_region": "San José", "address_city": "Escazú", "address_district": "San Rafael",
          "address_street": "100 m sur del parque"}  # fmt: skip


def placed(client, **told):
    return client.post("/checkout", data={**form(client.get("/checkout"), "/checkout"), **BUYER, **told})


def count():
    return db.session.scalar(select(func.count(Order.id)))


def the_order():
    return db.session.scalars(select(Order)).one()


@pytest.fixture
def sold(shop):
    shop.transfer()
    return shop.product("Café Uno", price=2_500_00, stock=5)


def test_a_guest_picks_up(shop, sold):
    client = shop.buyer(sold)
    page = client.get("/checkout")
    assert page.status_code == 200
    assert not read(page).xpath("//form[contains(@action,'/checkout')]//input[@type='password']")
    assert marks(page, "data-action").count("place-order") == 1
    answer = placed(client)
    assert answer.status_code == 303
    order = the_order()
    assert answer.headers["Location"] == f"/orders/{order.token}"
    assert (order.email, order.phone, order.total_minor) == ("ana@example.com", "+50688887777", 2_500_00)
    assert stock.on_hand(sold) == 4
    assert "vacío" in text(client.get("/cart"))


def test_few_fields_to_pick_up(shop, sold):
    assert len(must(shop.buyer(sold).get("/checkout"), "/checkout")) <= 7


@pytest.mark.parametrize("country", ["CR", "GT", "HN", "MX", "SV", "PA"])
def test_few_fields_to_be_delivered_in_each_country(app, country):
    profile = countries.profile(country)
    shop = World.open(app, country=country, currency=profile.currency, timezone=profile.timezone)
    shop.transfer()
    shop.delivery()
    client = shop.buyer(shop.product("Café Uno"))
    page = client.post("/checkout", data={"refresh": "1", "shipping": "envio"})
    assert page.status_code == 200
    needed = must(page, "/checkout")
    assert {"email", "name", "shipping", "payment"} <= needed
    assert len(needed) <= 9, needed
    tokens = set(marks(page, "autocomplete"))
    assert {"email", "name", "tel", "address-level1"} <= tokens
    assert tokens & {"street-address", "address-line1"}


def test_radios_carry_the_codes_of_their_methods(shop, sold):
    shop.delivery()
    page = read(shop.buyer(sold).get("/checkout"))
    assert set(page.xpath("//input[@type='radio' and contains(@name,'shipping')]/@value")) == {"retiro", "envio"}
    assert set(page.xpath("//input[@type='radio' and contains(@name,'payment')]/@value")) >= {"transfer"}


def test_the_whole_cost_stands_before_who_buys(shop, sold):
    shop.delivery(price=2_000_00)
    client = shop.buyer(sold)
    said = client.post("/checkout", data={"refresh": "1", "shipping": "envio"}).get_data(as_text=True)
    assert 0 < said.index("₡4") < said.index('name="email"')


def test_without_scripts_the_parts_of_a_country_follow_each_other(shop, sold):
    shop.delivery()
    client = shop.buyer(sold)
    told = {"refresh": "1", "shipping": "envio", "address_region": "San José", "email": "escrito@exa"}
    page = read(client.post("/checkout", data=told))
    assert "Escazú" in page.xpath("//select[@name='address_city']/option/text()")
    assert page.xpath("//input[@name='email']/@value") == ["escrito@exa"]
    assert page.xpath("//button[@name='refresh']")
    told["address_city"] = "Escazú"
    page = read(client.post("/checkout", data=told))
    assert "San Rafael" in page.xpath("//select[@name='address_district']/option/text()")
    assert count() == 0


def test_delivered_at_home(shop, sold):
    shop.delivery(price=2_000_00)
    answer = placed(shop.buyer(sold), shipping="envio", **ESCAZU)
    assert answer.status_code == 303, text(answer)
    order = the_order()
    assert (order.total_minor, order.shipping_minor) == (4_500_00, 2_000_00)
    assert order.address["district"] == "San Rafael"


def test_errors_keep_everything_and_lead_to_the_first(shop, sold):
    shop.delivery()
    client = shop.buyer(sold)
    note = {"note": "Toque <b>fuerte</b>", "tax_number": "123", "tax_kind": "fisica"}
    answer = placed(client, shipping="envio", email="ana", name="Ana", phone="12", **note)
    assert answer.status_code == 422
    page = read(answer)
    assert page.xpath("//input[@name='email']/@value") == ["ana"]
    assert page.xpath("//textarea[@name='note']")[0].text.strip() == "Toque <b>fuerte</b>"
    assert page.xpath("//input[@name='shipping'][@checked]/@value") == ["envio"]
    summary = page.xpath("//*[@data-errors]//a/@href")
    ids = set(page.xpath("//@id"))
    assert summary
    assert all(link[1:] in ids for link in summary)
    for wrong in page.xpath("//*[@aria-invalid='true']"):
        assert set((wrong.get("aria-describedby") or "").split()) <= ids
    assert count() == 0
    assert client.get("/cart").status_code == 200


def test_pressed_twice_is_one_order(shop, sold):
    client = shop.buyer(sold)
    told = {**form(client.get("/checkout"), "/checkout"), **BUYER}
    first, second = client.post("/checkout", data=told), client.post("/checkout", data=told)
    assert first.headers["Location"] == second.headers["Location"]
    assert count() == 1
    assert stock.on_hand(sold) == 4


def test_a_twin_that_orders_in_the_middle_leads_both_to_one_order(shop, sold, monkeypatch):
    client, real, twins = shop.buyer(sold), checkout_view.checkouts.rehearse, []
    told = {**form(client.get("/checkout"), "/checkout"), **BUYER}

    def press():
        with shop.app.app_context():
            twins.append(client.post("/checkout", data=told))

    def rehearse(*args, **values):
        monkeypatch.setattr(checkout_view.checkouts, "rehearse", real)
        twin = threading.Thread(target=press)
        twin.start()
        twin.join()
        return real(*args, **values)

    monkeypatch.setattr(checkout_view.checkouts, "rehearse", rehearse)
    second = client.post("/checkout", data=told)
    [first] = twins
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert (count(), stock.on_hand(sold)) == (1, 4)


def test_a_network_orders_so_often_and_loses_nothing(shop, sold, monkeypatch):
    monkeypatch.setattr(checkout_view, "ORDERS", "2/hour")
    client = shop.buyer(sold)
    told = {**form(client.get("/checkout"), "/checkout"), **BUYER}
    for _time in range(4):  # one form, however often it is sent, is one order
        assert client.post("/checkout", data=told).status_code == 303
    assert placed(shop.buyer(sold)).status_code == 303
    late = shop.buyer(sold)
    answer = placed(late)
    assert (answer.status_code, count()) == (429, 2)
    assert form(answer, "/checkout")["email"] == BUYER["email"]
    assert "Lo que escribió sigue aquí" in text(answer)
    monkeypatch.setattr(checkout_view, "ORDERS", "9/hour")
    assert placed(late).status_code == 303


def test_a_tampered_total_price_or_currency_changes_nothing(shop, sold):
    answer = placed(shop.buyer(sold), total="1", price="1", currency="CLP", amount="1")
    assert answer.status_code == 303
    assert (the_order().total_minor, the_order().currency) == (2_500_00, "CRC")


def test_a_price_that_rose_meanwhile_is_shown_before_it_is_charged(shop, sold):
    client = shop.buyer(sold)
    told = {**form(client.get("/checkout"), "/checkout"), **BUYER}
    sold.price_minor = 9_000_00
    catalog.changed(sold)
    db.session.commit()
    answer = client.post("/checkout", data=told)
    assert answer.status_code == 409
    assert "₡9" in text(answer)
    assert read(answer).xpath("//input[@name='name']/@value") == ["Ana Mora"]
    assert count() == 0


def test_what_deliveries_cost_is_read_once_for_a_quote(shop, sold):
    shop.delivery()
    told = []
    event.listen(db.engine, "before_cursor_execute", hear := lambda *words: told.append(words[2]))
    quote = quotes.make([quotes.Wanted(only(sold), 1)], choice=quotes.Choice("envio", address=HOME))
    shown = checkout.shown(quote)
    event.remove(db.engine, "before_cursor_execute", hear)
    assert sum("FROM delivery_method" in one for one in told) == 1
    shipping.named("envio").price_minor += 1  # a quote that is made later notices a dearer one
    db.session.flush()
    again = quotes.make([quotes.Wanted(only(sold), 1)], choice=quotes.Choice("envio", address=HOME))
    assert checkout.shown(again) != shown


def test_sold_out_while_paying(shop, sold):
    client = shop.buyer(sold)
    told = {**form(client.get("/checkout"), "/checkout"), **BUYER}
    stock.adjust(only(sold), on_hand=0)
    db.session.commit()
    answer = client.post("/checkout", data=told)
    assert answer.status_code == 409
    assert "agotado" in text(answer)
    assert read(answer).xpath("//input[@name='email']/@value") == ["ana@example.com"]
    assert count() == 0


@pytest.mark.parametrize("told", [{"shipping": "otro"}, {"shipping": ""}, {"payment": "otro"}, {"payment": ""},
                                  {"payment": "counter-cash"}, {"key": "corto"}, {"key": ""}])  # fmt: skip
def test_what_the_shop_does_not_offer_is_refused(shop, sold, told):
    answer = placed(shop.buyer(sold), **told)
    assert answer.status_code in {409, 422}
    assert text(answer)
    assert count() == 0


def test_methods_by_zone_and_group(shop, sold):
    shop.zone("gam", "San José")
    shop.on_delivery(zones=["gam"])
    shop.delivery()
    client = shop.buyer(sold)
    far = {"refresh": "1", "shipping": "envio", "address_region": "Limón"}
    near = {**far, "address_region": "San José"}
    codes = "//input[@name='payment']/@value"
    assert "on-delivery" not in read(client.post("/checkout", data=far)).xpath(codes)
    assert "on-delivery" in read(client.post("/checkout", data=near)).xpath(codes)


def test_an_address_outlives_the_thought_of_fetching_it(shop, sold):
    shop.zone("gam", "San José")
    shop.delivery(zones=["gam"])
    client = shop.buyer(sold)
    limon = {"address_region": "Limón", "address_city": "Limón", "address_street": "Frente al parque"}
    typed = {"refresh": "1", "shipping": "retiro", **limon}
    fetched = client.post("/checkout", data=typed)
    open_ways = read(fetched).xpath("//input[@name='shipping'][not(@disabled)]/@value")
    assert set(open_ways) == {"retiro", "envio"}  # where it would go is asked once it shall be brought
    assert not read(fetched).xpath("//*[contains(@class,'address')]//*[@name='address_street']")
    kept = form(fetched, "/checkout")
    assert {name: kept[name] for name in limon} == limon
    again = client.post("/checkout", data={**kept, "refresh": "1", "shipping": "envio"})
    page = read(again)
    assert page.xpath("//*[@name='address_region']/option[@selected]/text()") == ["Limón"]
    assert not page.xpath("//input[@name='shipping'][@checked]")  # what does not go there is not chosen …
    assert page.xpath("//input[@value='envio'][@disabled]")
    later = client.post("/checkout", data={**form(again, "/checkout"), "refresh": "1"})
    assert not read(later).xpath("//input[@name='shipping'][@checked]")  # … and nobody is sent to the counter instead
    resto = shop.delivery("resto")
    other = read(client.post("/checkout", data={**kept, "refresh": "1", "shipping": "envio"}))
    assert other.xpath("//input[@name='shipping'][@checked]/@value") == ["resto"]
    assert "No llega a esa dirección. Ahora va así: Envío." in other.xpath("string(//*[@id='sofar'])")
    resto.active = False
    db.session.commit()
    assert page.xpath("string(//*[@id='sofar']/*[@class='error'])").startswith("No llega a esa dirección. Elija otra")
    assert page.xpath("//input[@name='phone']/@required")  # whoever brings it will ring
    wrong = client.post("/checkout", data={**form(again, "/checkout"), **BUYER, "email": "x", "shipping": "envio"})
    named = read(wrong).xpath("//div[@id='trouble']//a/@href")
    assert (named[0], named[-1]) == ("#methods", "#email")
    assert read(wrong).xpath("//input[@name='phone']/@value") == [BUYER["phone"]]  # as it was typed
    answer = client.post("/checkout", data={**form(again, "/checkout"), **BUYER, "shipping": "envio"})
    assert (answer.status_code, count()) == (422, 0)
    near = {**form(again, "/checkout"), "address_region": "San José", "refresh": "1", "shipping": "envio"}
    assert "Total con entrega" in text(client.post("/checkout", data=near))


def test_the_terms_that_were_seen_are_the_terms_that_are_accepted(shop, sold):
    policy = pages.make({"es": "Condiciones"}, kind="policy", slug="terms")
    pages.publish(policy)
    db.session.commit()
    client = shop.buyer(sold)
    told = {**form(client.get("/checkout"), "/checkout"), **BUYER}
    pages.publish(policy)
    db.session.commit()
    answer = client.post("/checkout", data=told)
    assert answer.status_code == 409
    assert "condiciones" in text(answer).lower()
    assert placed(client).status_code == 303
    assert the_order().terms_version


def test_a_buyer_reads_which_terms_and_no_number_of_ours(shop, sold):
    pages.publish(pages.make({"es": "Condiciones"}, kind="policy", slug="terms"))
    db.session.commit()
    answer = shop.buyer(sold).get("/checkout")
    assert "Condiciones." in text(answer)
    assert "versión" not in text(answer)


def test_a_tax_id_on_request_is_checked(shop, sold):
    client = shop.buyer(sold)
    assert "tax_number" not in must(client.get("/checkout"), "/checkout")
    kind = countries.profile("CR").tax_ids[0]
    wrong = placed(client, tax_kind=kind.code, tax_number="0")
    assert wrong.status_code == 422
    assert kind.example in text(wrong)
    assert placed(client, tax_kind=kind.code, tax_number=kind.example, tax_name="Ana S.A.").status_code == 303
    assert the_order().tax_id["name"] == "Ana S.A."


def test_an_empty_cart_has_nothing_to_order(shop, sold):
    assert shop.client.get("/checkout").status_code == 303
    assert shop.client.post("/checkout", data={"key": "x" * 22, **BUYER}).status_code == 303
    assert count() == 0


def test_what_a_guest_ordered_is_nobody_else_s(shop, sold):
    placed(shop.buyer(sold))
    assert orders.by_token(the_order().token)
    for token in ("", "null", "0", "../x", the_order().number):
        assert shop.client.get(f"/orders/{token}").status_code in {404, 308, 405}


@pytest.mark.parametrize("logged_in", [True, False])
def test_a_yes_to_letters_counts_for_who_left_once_only_when_they_are_logged_in(shop, sold, logged_in):
    ana = shop.contact("ana@example.com")
    consent.record(ana, "marketing", False, form="letter")
    suppression.add("ana@example.com", "marketing", "letter 1")
    client = shop.shopper(ana) if logged_in else shop.client
    client.post("/cart/lines", data={"product": sold.slug, "quantity": "1"})
    assert placed(client, marketing="y").status_code == 303
    assert the_order().contact_id == ana.id
    assert consent.allows(ana, "marketing") is logged_in
    assert suppression.blocks("ana@example.com", "marketing") is not logged_in


def test_an_order_without_a_yes_lifts_nothing(shop, sold):
    ana = shop.contact("ana@example.com")
    suppression.add("ana@example.com", "marketing", "letter 1")
    client = shop.shopper(ana)
    client.post("/cart/lines", data={"product": sold.slug, "quantity": "1"})
    assert placed(client).status_code == 303
    assert suppression.blocks("ana@example.com", "marketing")


def test_who_opens_it_reads_at_once_what_is_sold_out(shop, sold):
    client = shop.buyer(sold)
    assert "Algo cambió mientras tanto" not in text(client.get("/checkout"))
    stock.adjust(sold.variants[0], on_hand=0)
    db.session.commit()
    said = text(client.get("/checkout"))
    assert "Algo cambió mientras tanto" in said
    assert "Café Uno está agotado" in said, "before ten fields are filled in, not after"


def test_a_way_that_may_not_reach_an_address_is_chosen_by_nobody(shop, sold):
    shop.pickup(position=9)  # nor is it what comes after that one
    shop.zone("gam", "San José")
    shop.delivery(zones=["gam"])
    client = shop.buyer(sold)
    page = read(client.get("/checkout"))
    assert page.xpath("//input[@name='shipping'][not(@disabled)]/@value") == ["envio", "retiro"]
    assert not page.xpath("//input[@name='shipping'][@checked]")
    assert page.xpath("normalize-space(//*[@id='sofar'])") == "Elija cómo quiere recibirlo."
    typed = {**form(client.get("/checkout"), "/checkout"), "address_region": "San José", "refresh": "1"}
    known = read(client.post("/checkout", data=typed))
    assert known.xpath("//input[@name='shipping'][@checked]/@value") == ["envio"]
