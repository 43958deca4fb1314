"""What an order that was called off says of its money and still allows: what came, what stays, what goes back."""

import pytest

from kernel import letters
from kernel.db import db
from shop import balances, cancellations, expiry, payments, return_policies, returns
from tests.shop import gifts
from tests.shop.pages import form, read, text

HTML = {"Accept-Language": "es"}


def page(shop, order):
    return text(shop.admin.get(f"/admin/cafe/orders/{order.number}", headers=HTML)).replace("\u00a0", " ")


def seen(shop, order):
    """What the buyer reads."""
    return text(shop.client.get(f"/orders/{order.token}", headers=HTML)).replace("\u00a0", " ")


def filled(shop, order):
    """The amount that stands in the form that returns money."""
    return read(shop.admin.get(f"/admin/cafe/orders/{order.number}")).xpath("//*[@id='refund-amount']")[0].get("value")


@pytest.fixture
def ended(shop):
    """A cake of ₡10 000 whose deposit of ₡5 000 came, called off while ₡4 000 of it are kept."""
    order = shop.bought(
        shop.product("Torta", price=10_000_00, deposit_bp=5000), plan="deposit", email="ana@example.com"
    )
    payments.settle(payments.current(order), key="deposit", amount=order.money(5_000_00))
    cancellations.by_staff(order, by=shop.owner, reason="No vino", kept=order.money(4_000_00))
    db.session.commit()
    return order


def test_a_cancelled_order_asks_for_nothing_and_says_what_stays_and_what_goes_back(shop, ended):
    said = page(shop, ended)
    assert "Recibido₡5 000La tienda se queda con₡4 000 Por devolver₡1 000" in said
    assert "Falta pagar" not in said
    assert "/payments" not in shop.admin.get(f"/admin/cafe/orders/{ended.number}").get_data(as_text=True)
    told = seen(shop, ended)
    assert "Le debemos dinero De lo que pagó, la tienda se queda con ₡4 000. La tienda le devuelve ₡1 000" in told
    assert "lo que pagó y le escribe" not in told
    assert "Falta pagar" not in told


def test_a_cancelled_order_takes_no_payment(shop, ended):
    with pytest.raises(balances.Ended):
        balances.collect(ended, ended.money(5_000_00), key="late", by=shop.owner)
    shop.admin.post(f"/admin/cafe/orders/{ended.number}/payments", data={"amount": "5000"}, headers=HTML)
    db.session.expire_all()
    assert (ended.received_minor, ended.payment) == (5_000_00, "refund_due")


def test_one_that_expired_still_takes_late_money(shop):
    order = shop.bought(shop.product())
    shop.late(order)
    expiry.expire(order.id)
    db.session.commit()
    assert "Falta pagar" not in page(shop, order)
    balances.collect(order, order.total, key="late", by=shop.owner)
    assert (order.state, order.payment) == ("placed", "paid")


def test_what_is_kept_stands_on_the_timeline_and_in_the_letter(shop, ended):
    assert "La tienda se queda con ₡4 000 · No vino" in page(shop, ended)
    assert "La tienda se queda con ₡4 000 · No vino" in seen(shop, ended)
    [letter] = [row for row in letters.about(ended) if row.kind == "orders.cancelled"]
    told = letter.text.replace("\u00a0", " ")
    assert "De lo que pagó, la tienda se queda con ₡4 000. La tienda le devuelve ₡1 000 y le escribe." in told


def test_the_form_returns_what_is_left_to_go_back_and_the_rest_only_when_the_box_says_so(shop, ended):
    at = f"/admin/cafe/orders/{ended.number}"
    sent = form(shop.admin.get(at, headers=HTML), "/refunds")
    assert sent["amount"] == "1000"
    assert "Como máximo ₡1 000. La tienda se queda con ₡4 000" in page(shop, ended)
    for amount, more in (("1000.01", {}), ("5000.01", {"kept": "y"})):
        shop.admin.post(f"{at}/refunds", data={**sent, "amount": amount, **more}, headers=HTML)
        db.session.expire_all()
        assert (ended.received_minor, ended.kept_minor) == (5_000_00, 4_000_00)
    shop.admin.post(f"{at}/refunds", data=sent, headers=HTML)
    db.session.expire_all()
    assert (ended.received_minor, ended.kept_minor) == (4_000_00, 4_000_00)
    assert filled(shop, ended) == ""
    assert "Ya se le devolvieron ₡1 000." in seen(shop, ended)
    shop.admin.post(f"{at}/refunds", data={"amount": "500", "kept": "y"}, headers=HTML)
    db.session.expire_all()
    assert (ended.received_minor, ended.kept_minor) == (3_500_00, 3_500_00)


def test_what_was_kept_of_a_gift_card_was_earned(shop):
    card = gifts.card(shop, 6_000_00)
    order = gifts.bought(shop, shop.product(price=10_000_00), card)
    shop.pay(order)
    cancellations.by_staff(order, by=shop.owner, reason="No vino", kept=order.money(7_000_00))
    db.session.commit()
    said, told = page(shop, order), seen(shop, order)
    assert "Se cobraron ₡7 000" in said
    assert "Sin cobro" not in said
    assert filled(shop, order) == ""
    assert "Su pedido fue cancelado De lo que pagó, la tienda se queda con ₡7 000. Ya se le devolvieron ₡3 000." in told


@pytest.mark.parametrize(
    ("path", "field", "sent", "most"),
    [
        ("/refunds", "amount", {"amount": "99999", "reason": "Se rompió"}, "₡5 000"),
        ("/cancellation", "kept", {"kept": "999999", "reason": "Se rompió"}, "₡5 000"),
        ("/plan/end", "kept", {"kept": "90000", "reason": "Se rompió"}, "₡5 000"),
    ],
)
def test_too_large_an_amount_stands_beside_its_field_with_all_that_was_typed(shop, path, field, sent, most):
    order = shop.bought(shop.product("Torta", price=10_000_00, deposit_bp=5000), plan="deposit")
    payments.settle(payments.current(order), key="deposit", amount=order.money(5_000_00))
    db.session.commit()
    answer = shop.admin.post(f"/admin/cafe/orders/{order.number}{path}", data=sent, headers=HTML)
    assert answer.status_code == 422
    [box] = read(answer).xpath(f"//form[contains(@action, '{path}')]")
    assert form(answer, path).items() >= sent.items()
    assert f"de {most} como máximo" in box.text_content().replace("\u00a0", " ")
    assert box.xpath("..")[0].get("open") is not None
    assert box.xpath(f".//*[@name='{field}']")[0].get("aria-invalid") == "true"


def test_too_large_an_amount_for_what_came_back_stands_beside_its_field(shop):
    order = shop.bought(shop.product("Torta", price=10_000_00), paid=True)
    row = returns.note(order, {order.lines[0].id: 1}, key="back", by=shop.owner)
    db.session.commit()
    at = f"/returns/{row.token}/refund"
    answer = shop.admin.post(f"/admin/cafe/orders/{order.number}{at}", data={"amount": "10001"}, headers=HTML)
    assert answer.status_code == 422
    assert form(answer, at)["amount"] == "10001"
    assert "de ₡10 000 como máximo" in text(answer).replace("\u00a0", " ")


def test_nobody_chose_the_reason_of_a_return_before_it_is_chosen(shop):
    order = shop.bought(shop.product("Torta", price=10_000_00), 3, paid=True)
    at, units = f"/admin/cafe/orders/{order.number}", f"units-{order.lines[0].id}"
    sent = form(shop.admin.get(at, headers=HTML), "/returns")
    assert sent["reason"] == ""
    answer = shop.admin.post(f"{at}/returns", data={**sent, units: "2"}, headers=HTML)
    assert answer.status_code == 422
    assert "Elija el motivo." in text(answer)
    typed = {units: "2", "reason": "", "restock": str(order.lines[0].id)}
    assert form(answer, "/returns").items() >= typed.items()
    sent = form(answer, "/returns") | {"reason": return_policies.reasons()[0]}
    assert shop.admin.post(f"{at}/returns", data=sent, headers=HTML).status_code == 303
    [row] = returns.of(order)
    assert (row.reason, row.lines[0].quantity) == (return_policies.reasons()[0], 2)


@pytest.mark.parametrize("units", ["0", "9"])
def test_how_many_came_back_is_wrong_beside_the_articles_and_nothing_is_lost(shop, units):
    order = shop.bought(shop.product("Torta", price=10_000_00), 3, paid=True)
    at, reason = f"/admin/cafe/orders/{order.number}", return_policies.reasons()[1]
    told = {f"units-{order.lines[0].id}": units, "reason": reason}
    sent = form(shop.admin.get(at, headers=HTML), "/returns") | told
    del sent["restock"]
    answer = shop.admin.post(f"{at}/returns", data=sent, headers=HTML)
    assert answer.status_code == 422
    [said] = read(answer).xpath("//form[contains(@action, '/returns')]//*[@id='units-error']/text()")
    assert said == "Diga cuántas unidades de qué artículo volvieron: como máximo las que se compraron."
    again = form(answer, "/returns")
    assert again.items() >= told.items()
    assert "restock" not in again
    assert returns.of(order) == []


@pytest.mark.parametrize(("typed", "said"), [("-5", "Un monto no puede ser negativo."), ("x", "Escriba el monto como")])
def test_what_is_kept_is_called_no_price(shop, typed, said):
    order = shop.bought(shop.product("Café"), paid=True)
    sent = {"kept": typed, "reason": "No hay"}
    answer = shop.admin.post(f"/admin/cafe/orders/{order.number}/cancellation", data=sent, headers=HTML)
    assert (answer.status_code, said in text(answer)) == (422, True)


def test_a_payment_above_what_is_owed_is_asked_once_more(shop):
    order = shop.bought(shop.product("Torta", price=10_000_00))
    at = f"/admin/cafe/orders/{order.number}"
    sent = {**form(shop.admin.get(at, headers=HTML), "/payments"), "amount": "999999", "reference": "SINPE 8"}
    answer = shop.admin.post(f"{at}/payments", data=sent, headers=HTML)
    assert (answer.status_code, order.received_minor) == (422, 0)
    assert "Son ₡989 999 de más." in text(answer).replace("\u00a0", " ")
    again = form(answer, "/payments")
    assert (again["amount"], again["reference"], "beyond" in again) == ("999999", "SINPE 8", False)
    assert shop.admin.post(f"{at}/payments", data={**again, "beyond": "y"}, headers=HTML).status_code == 303
    db.session.expire_all()
    assert (order.received_minor, order.payment) == (999_999_00, "overpaid")
    assert "Pagado de más₡989 999" in page(shop, order)


def test_a_paid_order_says_that_it_is_paid_not_that_nothing_is_missing(shop):
    order = shop.bought(shop.product("Torta", price=10_000_00), email="eva@example.com")
    assert "Falta pagar₡10 000" in page(shop, order)
    balances.collect(order, order.total, key="all", by=shop.owner)
    db.session.commit()
    assert "Pagado₡10 000" in page(shop, order)
    assert "Falta pagar" not in page(shop, order)


def test_an_order_that_costs_nothing_says_so_and_not_that_nothing_is_missing(shop):
    order = shop.bought(shop.product("Muestra", price=0))
    assert "Nada por pagar₡0" in page(shop, order)
    for said in (page(shop, order), seen(shop, order)):
        assert not {one for one in ("Falta pagar", "Por pagar") if one in said}
