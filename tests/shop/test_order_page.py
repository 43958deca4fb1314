"""The page of an order: what it tells in each state, what the buyer may do, and that it is theirs alone."""

from urllib.parse import unquote

import pytest

from kernel.db import db
from shop import cancellations, catalog, fulfilment, settings, stock
from shop.payment_methods import PaymentMethod
from tests.shop.pages import form, marks, read, text


@pytest.fixture
def order(shop):
    return shop.bought(shop.product("Café Uno", price=2_500_00, stock=5))


def page(shop, order, client=None):
    answer = (client or shop.client).get(f"/orders/{order.token}")
    assert answer.status_code == 200
    return answer


def test_its_marks_and_how_to_pay_exactly(shop, order):
    answer = page(shop, order)
    assert marks(answer, "data-order-state") == ["placed"]
    assert marks(answer, "data-minor") == ["250000"]
    assert marks(answer, "data-currency") == ["CRC"]
    said = text(answer)
    assert order.number in said
    assert "CR05" in said
    assert "upload-proof" in marks(answer, "data-action")
    assert "noindex" in marks(answer, "content")


def test_paid(shop, order):
    shop.pay(order)
    answer = page(shop, order)
    assert marks(answer, "data-payment") == ["paid"]
    assert "upload-proof" not in marks(answer, "data-action")


def test_each_step_has_its_words(shop, order):
    shop.pay(order)
    for verb, state in (("prepare", "preparing"), ("ready", "ready"), ("deliver", "delivered")):
        getattr(fulfilment, verb)(order, by=shop.owner)
        db.session.commit()
        answer = page(shop, order)
        assert marks(answer, "data-order-state") == [state]
        assert read(answer).xpath("//ol[contains(@class,'timeline')]/li")


def test_the_buyer_cancels_while_that_is_allowed(shop, order):
    assert "cancel-order" in marks(page(shop, order), "data-action")
    assert shop.client.get(f"/orders/{order.token}/cancellation").headers["Location"] == f"/orders/{order.token}"
    answer = shop.client.post(f"/orders/{order.token}/cancellation", data={"reason": "<b>No</b>"})
    assert answer.status_code == 303
    answer = page(shop, order)
    assert marks(answer, "data-order-state") == ["cancelled"]
    assert "<b>No</b>" not in answer.get_data(as_text=True)
    assert stock.on_hand(catalog.slugged("cafe-uno")) == 5


def test_not_once_it_is_prepared(shop, order):
    shop.pay(order)
    fulfilment.prepare(order, by=shop.owner)
    db.session.commit()
    assert "cancel-order" not in marks(page(shop, order), "data-action")
    assert shop.client.post(f"/orders/{order.token}/cancellation").status_code in {409, 422}
    db.session.refresh(order)
    assert order.state == "preparing"


def test_what_the_shop_cancelled_says_why(shop, order):
    cancellations.by_staff(order, by=shop.owner, reason="Se acabó el grano")
    db.session.commit()
    answer = page(shop, order)
    assert "Se acabó el grano" in text(answer)
    assert "upload-proof" not in marks(answer, "data-action")


def test_what_is_paid_at_the_door_is_told_calmly_and_may_be_paid_before(shop):
    shop.transfer()
    shop.on_delivery(instructions={"es": "En efectivo al mensajero."})
    shop.delivery()
    product = shop.product("Pan", price=2_500_00)
    for said, order in (
        ("al recogerlo", shop.bought(product, payment="pickup")),
        ("al recibirlo", shop.bought(product, payment="on-delivery", shipping="envio")),
    ):
        tree = read(page(shop, order))
        told = " ".join(tree.get_element_by_id("balance").text_content().split())
        assert f"Usted paga {said}." in " ".join(tree.text_content().split())
        assert f"00 {said}" in told.replace("\u00a0", " ")
        assert "cuánto" not in told
        assert tree.xpath("//ol[contains(@class,'timeline')]/li[last()-1]")[0].text_content().strip() == "Pago"
        assert tree.xpath("//a[@data-action='pay-balance']/text()") == ["Prefiero pagar por adelantado"]
        way = shop.client.get(f"/orders/{order.token}/pay?choose=1")
        assert "¿Cuánto paga ahora?" not in text(way)
        assert form(way, "/payments") == {"amount": "all", "payment": "transfer"}
    assert "En efectivo al mensajero." in told


def test_with_one_way_to_pay_there_is_nothing_to_choose(shop, order):
    other = "Pagar de otra manera"
    methods = db.session.scalars(db.select(PaymentMethod).where(PaymentMethod.kind != "transfer")).all()
    for method in methods:
        method.active = False
    db.session.commit()
    assert not read(page(shop, order)).xpath("//a[@data-action='pay-balance']")
    shop.transfer("other")
    db.session.commit()
    assert read(page(shop, order)).xpath("//a[@data-action='pay-balance']/text()") == [other]


def test_in_the_language_of_the_address(shop, order):
    answer = shop.client.get(f"/en/orders/{order.token}")
    assert read(answer).xpath("//html/@lang") == ["en"]
    assert "Order" in text(answer)


def test_another_tenant_does_not_have_it(rival, shop, order):
    assert rival.client.get(f"/orders/{order.token}").status_code == 404


def test_handed_on_in_the_language_of_the_page_and_told_what_that_shows(shop, order):
    for prefix, begins, hint in (("", "Mi pedido", "personas de confianza"), ("/en", "My order", "people you trust")):
        tree = read(shop.client.get(f"{prefix}/orders/{order.token}"))
        [link] = [one for one in tree.xpath("//a[@aria-describedby]") if one.get("href").startswith("https://wa.me/?")]
        assert unquote(link.get("href").partition("text=")[2]).startswith(f"{begins} {order.number} · ₡")
        assert hint in tree.get_element_by_id(link.get("aria-describedby")).text_content()


def test_shared_by_whatsapp(shop, order):
    links = [url for url in marks(page(shop, order), "href") if url.startswith("https://wa.me/")]
    assert links
    assert all(order.token in url for url in links if "pedido" in url)


def test_what_is_fetched_is_at_the_shop_and_not_at_home(shop, order):
    front = settings.front()
    front.address = {"country": "CR", "street": "100 m sur de la iglesia"}
    order.delivery_kind, order.address = "pickup", {"country": "CR", "street": "Avenida Reforma 1120"}
    db.session.commit()
    said = text(page(shop, order))
    assert "100 m sur de la iglesia" in said
    assert "Avenida Reforma" not in said
