"""What a buyer reads of what happened: what stands, without mistakes that were taken back and without staff's names."""

import re

import pytest

from kernel import files
from kernel.db import db
from shop import payments, proofs, reversals
from tests.shop.pages import read as read_page
from tests.shop.pages import text
from tests.shop.test_proofs_desk import picture

HTML = {"Accept-Language": "es"}


def seen(shop, order, more=""):
    return text(shop.client.get(f"/orders/{order.token}{more}", headers=HTML)).replace("\u00a0", " ")


@pytest.fixture
def mistaken(shop):
    """An order whose part of ₡1 001 came; ₡1 234 more were noted by mistake and taken back."""
    order = shop.bought(shop.product())
    for minor in (1_001_00, 1_234_00):
        payment = payments.current(order)
        payments.settle(payment, key=f"k{minor}", amount=order.money(minor), reference=f"REF{minor}", by=shop.owner)
    reversals.reverse(order, by=shop.owner)
    db.session.commit()
    return order


def test_a_payment_that_was_taken_back_is_not_told(shop, mistaken):
    read = seen(shop, mistaken)
    assert re.search(r"₡1 001 · [^·]+ · REF100100", read)
    assert "REF123400" not in read
    assert shop.owner.known_as not in read
    paid = seen(shop, mistaken, "/pay")
    assert "₡1 001" in paid
    assert "1 234" not in paid
    steps = read_page(shop.admin.get(f"/admin/cafe/orders/{mistaken.number}", headers=HTML)).xpath(
        "//*[@class='timeline']"
    )
    assert "REF123400" in steps[0].text_content()
    assert shop.owner.known_as in steps[0].text_content()


def test_a_proof_whose_approval_was_taken_back_waits_again(shop):
    order = shop.bought(shop.product())
    proof = proofs.send(order, files.make(picture(), kinds=proofs.KINDS), reference="SINPE 7")
    proofs.approve(proof, by=shop.owner)
    proofs.take_back(order, by=shop.owner)
    db.session.commit()
    read = seen(shop, order)
    assert "Comprobante recibido" in read
    assert "Comprobante aprobado" not in read


def test_a_free_order_is_counted_with_the_others_and_is_no_sum_without_a_currency(shop):
    for price in (10_000_00, 0):
        order = shop.bought(shop.product(f"Mesa {price}", price=price), email="eva@example.com")
    told = text(shop.admin.get(f"/admin/cafe/people/{order.contact.token}", headers=HTML)).replace("\u00a0", " ")
    assert "₡10 000en 2 pedidos" in told.replace("000 en", "000en")
    assert "en un pedido" not in told
