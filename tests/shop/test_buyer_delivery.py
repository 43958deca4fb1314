"""A buyer says that their order goes elsewhere: while it is not packed, at the same price; staff and buyer are told."""

from collections import Counter
from urllib.parse import unquote

import pytest

from kernel import buffer, letters, tenancy
from kernel.db import db
from shop import fulfilment, invoices, order_events, orders, storefront
from tests.goods import HOME
from tests.shop.pages import form, marks, read, text
from tests.shop.test_order_delivery import DAYS, SLOTS, courier, placed, sums, taken  # noqa: F401
from tests.shop.test_taxes import ruled

TYPED = {
    "name": "Rosa Solano", "phone": "8777 6655", "note": "Portón verde", "country": "CR", "address_region": "San José",
    "address_city": "Escazú", "address_district": "San Antonio", "address_street": "Casa 7",
}  # fmt: skip
LIMON = {"address_region": "Limón", "address_city": "Limón", "address_district": "Limón"}


def changed(shop, order, **told):
    return shop.client.post(f"/orders/{order.token}/delivery/change", data={**TYPED, **told})


def fresh(order):
    db.session.expire_all()
    return orders.by_token(order.token)


def test_it_goes_to_somebody_else_at_once_and_all_are_told(shop, courier):  # noqa: F811
    shop.tax()
    order = placed(shop, shop.product(price=10_000_00), paid=True)
    before, paper = sums(order), dict(invoices.billed(order)[0].buyer)
    day, slot = order.delivery_day, order.delivery_slot
    page = shop.client.get(f"/orders/{order.token}")
    assert f"/orders/{order.token}/delivery" in marks(page, "href")
    shown = form(shop.client.get(f"/orders/{order.token}/delivery"), "/delivery/change")
    assert (shown["name"], shown["address_city"], shown["address_street"]) == ("Ana Mora", "Escazú", "")
    answer = changed(shop, order, shipping="retiro", day="2020-01-01")  # the way and the day are not theirs to say
    assert answer.status_code == 303
    order = fresh(order)
    assert (order.name, order.phone, order.note) == ("Rosa Solano", "+50687776655", "Portón verde")
    assert (order.address["district"], order.address["street"]) == ("San Antonio", "Casa 7")
    assert (order.delivery_code, order.delivery_day, order.delivery_slot) == ("envio", day, slot)
    assert (sums(order), taken(courier, day, slot), order.lines[0].day) == (before, 1, day)
    assert invoices.billed(order)[0].buyer == paper
    told = {row.kind: row.data["lead"] for row in letters.about(order)}
    assert "otra dirección, otro nombre, otro teléfono, otra nota" in told["orders.changed"]
    assert "Si no fue usted" in told["orders.changed"]
    assert "otra dirección" in told["orders.shop.delivery_changed"]
    desk = text(shop.admin.get(f"/admin/cafe/orders/{order.number}"))
    assert desk.count("otra dirección, otro nombre") == 2  # noticed on top, and in its story …
    assert "Entrega cambiada" in desk.split("Qué pasó")[-1]
    assert "Quien compró" in desk.split("Entrega cambiada")[-1]  # … with who did it
    assert changed(shop, order).status_code == 303  # nothing new: nobody is told again
    assert Counter(row.kind for row in letters.about(order))["orders.changed"] == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"address_street": ""}, "address_street"), ({"phone": "12"}, "phone"), ({"phone": ""}, "phone"),
     ({"name": "  "}, "name"), ({"note": "x" * 501}, "note"), ({"address_region": "Atlántida"}, "address_region")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_stays_typed(shop, courier, wrong, words):  # noqa: F811
    order = placed(shop, shop.product())
    answer = changed(shop, order, **{"name": "Doña Rosa", **wrong})
    assert answer.status_code == 422
    assert f"#{words}" in read(answer).xpath("//div[@id='trouble']//a/@href")
    assert (wrong.get("name") or "Doña Rosa").strip() in answer.get_data(as_text=True)
    assert (fresh(order).name, order.address["line1"]) == ("Ana Mora", HOME["line1"])
    assert order_events.last(order, "delivery_changed") is None


@pytest.mark.parametrize("wall", ["zone", "tax"])
def test_where_its_way_does_not_go_the_shop_is_written_to(shop, wall):
    far = shop.zone("limon", "Limón")
    near = shop.zone("gam", "San José")
    shop.delivery(zones=[near.code] if wall == "zone" else [])
    shop.delivery("lejos", price=9_000_00, zones=[far.code])
    if wall == "tax":
        ruled(shop.tax(), rate_bp=100, zone="limon")
    db.session.commit()
    order = shop.bought(shop.product(), shipping="envio")
    answer = changed(shop, order, **LIMON)
    assert answer.status_code == 422
    assert "Su envío no llega ahí por el precio acordado" in text(answer)
    assert "Casa 7" in answer.get_data(as_text=True)
    assert fresh(order).address == HOME
    asked = shop.client.post(f"/orders/{order.token}/delivery/change", data={**TYPED, **LIMON, "refresh": "1"})
    assert (asked.status_code, "no llega ahí" in text(asked)) == (200, True)  # said before anybody saves
    assert changed(shop, order).status_code == 303


@pytest.mark.parametrize("step", ["ready", "ship", "cancelled", "refunded"])
def test_what_is_packed_or_ended_stays_and_the_shop_can_be_written_to(shop, step):
    shop.delivery()
    order = shop.bought(shop.product(), shipping="envio", paid=True)
    if step in {"ready", "ship"}:
        getattr(fulfilment, step)(order, by=shop.owner)
    elif step == "cancelled":
        fulfilment.move(order, "cancel")
    else:
        order.payment = "refunded"
    db.session.commit()
    page = shop.client.get(f"/orders/{order.token}/delivery")
    assert (page.status_code, "ya no se puede cambiar" in text(page)) == (200, True)
    assert not read(page).xpath("//form[contains(@action, 'delivery/change')]")
    answer = changed(shop, order)
    assert (answer.status_code, "ya no se puede cambiar" in text(answer)) == (409, True)
    assert (fresh(order).name, order.address) == ("Ana Mora", HOME)
    assert f"/orders/{order.token}/delivery" not in marks(shop.client.get(f"/orders/{order.token}"), "href")


def test_who_fetches_it_can_be_another_until_it_is_fetched(shop):
    order = shop.bought(shop.product(), paid=True)
    fulfilment.ready(order, by=shop.owner)
    db.session.commit()
    assert changed(shop, order, phone="").status_code == 303
    assert (fresh(order).name, order.phone, order.address) == ("Rosa Solano", "", {})
    assert shop.client.get("/orders/nada/delivery").status_code == 404


def test_who_sends_it_from_an_older_page_is_told_first(shop, courier):  # noqa: F811
    order = placed(shop, shop.product(), paid=True)
    base, desk = f"/admin/cafe/orders/{order.number}", shop.admin
    assert desk.get(f"{base}/packing.pdf").status_code == 200
    buffer.flush(shop.app)
    opened = next(one for one in marks(desk.get(base), "action") if "/shipment" in one)
    assert "después de imprimir" not in text(desk.get(base))
    changed(shop, order)
    desk.post(opened)
    page = desk.get(base)
    assert fresh(order).state == "placed"
    assert "acaba de cambiar la entrega" in text(page)
    assert "después de imprimir la hoja de empaque. Imprímala de nuevo." in text(page)
    desk.get(f"{base}/packing.pdf")
    desk.get(f"{base}/packing.pdf")
    buffer.flush(shop.app)
    page = desk.get(base)
    assert "después de imprimir" not in text(page)
    assert [row.kind for row in order_events.of(order)].count("slip_printed") == 2  # once before, once after the change
    assert "Hoja de empaque impresa" not in text(shop.client.get(f"/orders/{order.token}"))
    desk.post(next(one for one in marks(page, "action") if "/shipment" in one))
    assert fresh(order).state == "shipped"


def test_the_chat_with_the_shop_says_which_order_it_is_about(shop):
    order = shop.bought(shop.product())
    storefront.of().whatsapp = "+50688880000"
    tenancy.touch()
    db.session.commit()
    links = [one for one in marks(shop.client.get(f"/orders/{order.token}"), "href") if "wa.me/50688880000" in one]
    assert len(links) >= 2  # also the one at the foot of the page
    assert all(f"pedido {order.number}" in unquote(one) for one in links)
    [foot] = [one for one in marks(shop.client.get("/"), "href") if "wa.me/50688880000" in one]
    assert "Hola" in unquote(foot)


def race(crew, shop, *verbs):
    shop.delivery()
    vase = shop.product(stock=50)
    made = [shop.bought(vase, shipping="envio", email=f"b{place}@example.com") for place in range(8)]
    told = [(verbs[0], (order.number,)) for order in made]
    told += [(verbs[1], (order.number, shop.owner_id)) for order in made]
    answers = crew.race(shop, "tests.shop.buyer_racers:either", told)
    db.session.expire_all()
    went = [(order.state, order.address["line1"] == "Casa de Rosa") for order in made]
    return Counter(answer[0] for answer in answers), Counter(went)


def test_of_a_change_and_a_parcel_that_leaves_one_is_told(crew, shop):
    answers, went = race(crew, shop, "redirect", "send")
    assert answers == {"done": 8, "refused": 8}, answers
    assert went[("shipped", True)] == 0
    assert went[("shipped", False)] + went[("placed", True)] == 8


@pytest.mark.parametrize("verbs", [("redirect_by_memory", "send"), ("redirect", "send_by_memory")])
def test_who_goes_by_memory_sends_it_to_the_wrong_door(crew, shop, verbs):
    """The same race with what was seen before the order was locked: it must go wrong."""
    answers, went = race(crew, shop, *verbs)
    assert answers["done"] > 8
    assert went[("shipped", True)] > 0
