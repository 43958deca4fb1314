"""The letters of an order: whom they reach, in whose language, with the amounts, and nothing a stranger can abuse."""

import pytest

from kernel import files
from kernel import letters as post
from kernel.db import db
from shop import cancellations, expiry, fulfilment, letters, payments, proofs
from tests.shop.test_proofs_desk import picture


def letter(order, kind):
    db.session.flush()
    return next(row for row in post.about(order) if row.kind == f"orders.{kind}")


def test_a_new_order_is_told_to_both(shop):
    order = shop.bought(shop.product(), 2)
    ours, theirs = letter(order, "shop.new"), letter(order, "placed")
    assert (ours.to, ours.language, ours.reply_to) == ("cafe@example.com", "es", "ana@example.com")
    assert (theirs.to, theirs.to_name, theirs.reply_to) == ("ana@example.com", "Ana Mora", "cafe@example.com")
    assert ours.subject == f"Nuevo pedido {order.number}: ₡5 000"
    assert f"http://plaza.localhost:8000/admin/cafe/orders/{order.number}" in ours.text
    assert f"http://cafe.plaza.localhost:8000/orders/{order.token}" in theirs.text
    for text in ("Café Uno", "₡5\xa0000", "CR05 0000 0000 0000 0000 00", order.number):
        assert text in theirs.text, text
        assert text in theirs.html, text


def test_the_buyers_language_and_the_shops(shop):
    order = shop.bought(shop.product(name="Café Uno"), language="en")
    assert letter(order, "placed").subject == f"Your order {order.number}"
    assert "Send exactly" in letter(order, "placed").text
    assert f"http://cafe.plaza.localhost:8000/en/orders/{order.token}" in letter(order, "placed").text
    assert letter(order, "shop.new").subject.startswith("Nuevo pedido")


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_letter_has_its_words(shop, language):
    order = shop.bought(shop.product(), language=language)
    for kind in letters.BUYER:
        letters.tell(order, kind, amount=order.total, reason="x", carrier="Correos", tracking="CR1")
        row = letter(order, kind)
        assert order.number in row.subject
        assert "%(" not in row.html + row.text + row.subject
        assert f'lang="{language}"' in row.html
    for kind in letters.SHOP:
        letters.tell_shop(order, kind, amount=order.total)
        assert "%(" not in letter(order, f"shop.{kind}").text


def gone(order):
    """Its letters have left."""
    db.session.flush()
    for row in post.about(order):
        row.state = "sent"


def test_each_step_is_a_letter(shop):
    shop.delivery()
    order = shop.bought(shop.product(), paid=True, shipping="envio")
    fulfilment.prepare(order, by=shop.owner)
    gone(order)
    fulfilment.ship(order, by=shop.owner, carrier="Correos de Costa Rica", tracking="CR123")
    gone(order)
    fulfilment.deliver(order, by=shop.owner)
    db.session.commit()
    kinds = [row.kind.removeprefix("orders.") for row in reversed(post.about(order))]
    assert kinds == ["placed", "shop.new", "paid", "preparing", "shipped", "delivered"]
    assert "Transportista: Correos de Costa Rica\nNúmero de guía: CR123\n" in letter(order, "shipped").text


def test_a_proof_and_its_refusal(shop):
    order = shop.bought(shop.product())
    proof = proofs.send(order, files.make(picture(), kinds=proofs.KINDS), reference="1")
    proofs.refuse(proof, by=shop.owner, reason="No se lee el monto")
    assert "No se lee el monto" in letter(order, "proof_refused").text
    assert letter(order, "shop.proof_sent").to == "cafe@example.com"


def test_money_that_came_too_late_is_told_to_both(shop):
    cup = shop.product("Taza", stock=1)
    order = shop.bought(cup)
    shop.late(order)
    expiry.expire(order.id)
    shop.bought(cup, name="Otra")
    payments.settle(payments.current(order), key="late")
    assert order.payment == "refund_due"
    assert "₡2\xa0500" in letter(order, "late").text
    assert "₡2\xa0500" in letter(order, "shop.late").text


def test_who_cancelled_is_told_to_the_other(shop):
    order = shop.bought(shop.product())
    cancellations.by_buyer(order, reason="Ya no la ocupo")
    assert "Ya no la ocupo" in letter(order, "shop.cancelled").text


def test_a_stranger_cannot_make_links_of_a_name(shop):
    order = shop.bought(shop.product(), name="Gane en http://malo.example ya")
    assert "http://malo.example" not in letter(order, "shop.new").html + letter(order, "placed").html


def test_without_an_address_nobody_is_written_to(shop):
    order = shop.bought(shop.product())
    order.email = ""
    before = len(post.about(order))
    letters.tell(order, "ready")
    assert len(post.about(order)) == before


def test_staffs_own_sale_writes_no_letter_to_the_shop(shop):
    html = shop.admin.get("/admin/cafe/sales/new").get_data(as_text=True)
    key = html.split('name="key" value="')[1].split('"')[0]
    told = {"key": key, "shipping": "now", "payment": "counter-cash", "new_name": "Pan", "new_price": "500"}
    shop.admin.post("/admin/cafe/sales", data={**told, "reach": "luis@example.com"})
    kinds = [row.kind for row in db.session.scalars(db.select(post.Letter).where(post.Letter.about_kind == "order"))]
    assert kinds == ["orders.placed"]


@pytest.mark.parametrize("language", ["es", "en"])
def test_who_sent_a_proof_is_not_asked_to_pay_again(shop, language):
    order = shop.bought(shop.product(), language=language)
    proofs.send(order, files.make(picture(), kinds=proofs.KINDS), reference="1")
    row = letter(order, "proof_sent")
    assert "CR05" in letter(order, "placed").text
    assert "CR05" not in row.text + row.html
    assert "CR05" not in shop.client.get(f"/orders/{order.token}").text
    proofs.refuse(proofs.of(order)[0], by=shop.owner, reason="No se lee el monto")
    assert "CR05" in letter(order, "proof_refused").text
