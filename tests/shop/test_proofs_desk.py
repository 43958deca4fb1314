"""Proofs at the desk: seen only with the permission, approved in two taps or for a part, refused with a reason."""

import io

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from kernel import files
from kernel.db import db
from shop import balances, expiry, letters, order_list, proofs
from tests.shop.test_orders_desk import page, post


def picture(colour="#0a5"):
    out = io.BytesIO()
    Image.new("RGB", (300, 500), colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def proof(shop):
    """A buyer has sent a proof for 2 500."""
    order = shop.bought(shop.product())
    made = files.make(picture(), kinds=proofs.KINDS)
    sent = proofs.send(order, made, name="sinpe.png", reference="0012-34")
    db.session.commit()
    return sent


def test_beside_a_proof_stands_what_was_asked_for(shop):
    order = shop.bought(shop.product("Torta", price=10_000_00, deposit_bp=5000), plan="deposit")
    proofs.send(order, files.make(picture(), kinds=proofs.KINDS), name="sinpe.png", reference="7")
    db.session.commit()
    due = BeautifulSoup(page(shop.admin, f"/orders/{order.number}"), "html.parser").select_one(".proof dd.money")
    assert "".join(due.text.split()) == "₡5000"


def test_two_taps_approve(shop, proof):
    admin, number = shop.admin, proof.order.number
    listed = page(admin, "/orders?show=proofs")  # tap one: the row
    assert f'href="/admin/cafe/orders/{number}?show=proofs"' in listed
    html = page(admin, f"/orders/{number}")
    assert html.count('data-action="approve-proof"') == 1
    assert html.count("btn-primary") == 1
    post(admin, number, f"proofs/{proof.token}/approval", amount="2500")  # tap two
    assert (proof.state, proof.order.payment) == ("approved", "paid")
    html = page(admin, f"/orders/{number}")
    assert f"/orders/{number}/payments/undo" in html
    decided = html.index('data-proof="approved"')
    assert html.index("payments/undo") < decided  # it makes room for the next step
    post(admin, number, "payments/undo")
    assert (proof.state, proof.order.payment, proof.order.received_minor) == ("sent", "proof", 0)


def test_less_came_than_was_due(shop, proof):
    post(shop.admin, proof.order.number, f"proofs/{proof.token}/approval", amount="1000,50")
    assert (proof.order.payment, proof.order.received_minor) == ("partial", 1_000_50)


def test_a_second_tap_changes_nothing(shop, proof):
    admin = shop.admin
    for _ in range(2):
        post(admin, proof.order.number, f"proofs/{proof.token}/approval", amount="2500")
    assert proof.order.received_minor == proof.order.total_minor


@pytest.mark.parametrize("amount", ["", " ", "0", "-1", "mucho"])
def test_a_bad_amount_approves_nothing(shop, proof, amount):
    admin = shop.admin
    address = f"/admin/cafe/orders/{proof.order.number}/proofs/{proof.token}/approval"
    answer = admin.post(address, data={"amount": amount}, headers={"Accept-Language": "es"})
    assert (proof.state, proof.order.payment, proof.order.received_minor) == ("sent", "proof", 0)
    html = answer.get_data(as_text=True)
    assert (answer.status_code, f'value="{amount.strip()}"' in html, 'class="error"' in html) == (422, True, True)


def test_a_refusal_has_a_reason_that_the_buyer_reads(shop, proof):
    admin, number = shop.admin, proof.order.number
    address = f"/admin/cafe/orders/{number}/proofs/{proof.token}/refusal"
    assert admin.post(address, data={"reason": ""}, headers={"Accept-Language": "es"}).status_code == 422
    assert proof.state == "sent"
    post(admin, number, f"proofs/{proof.token}/refusal", reason="La imagen está borrosa")
    assert (proof.state, proof.order.payment) == ("refused", "due")
    assert "La imagen está borrosa" in shop.client.get(f"/orders/{proof.order.token}").get_data(as_text=True)


def test_the_same_reference_warns_and_names_the_other_order(shop, proof):
    other = shop.bought(shop.product("Té"))
    again = proofs.send(other, files.make(picture("#333"), kinds=proofs.KINDS), reference=" 0012 34 ")
    db.session.commit()
    html = page(shop.admin, f"/orders/{again.order.number}")
    assert "La misma referencia o imagen ya se usó en" in html
    assert f'<a href="/admin/cafe/orders/{proof.order.number}">' in html


def test_the_file_is_private(shop, proof):
    address = f"/admin/cafe/orders/{proof.order.number}/proofs/{proof.token}/file"
    answer = shop.admin.get(address)
    assert (answer.status_code, answer.content_type) == (200, "image/webp")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert shop.anonymous.get(address).status_code in {302, 303, 401}
    other = shop.bought(shop.product("Té"))
    assert shop.admin.get(address.replace(proof.order.number, other.number)).status_code == 404


def test_a_marketer_sees_and_cannot_decide(shop, proof):
    client = shop.staff("marketer")
    assert "approve-proof" not in page(client, f"/orders/{proof.order.number}")
    answer = client.post(f"/admin/cafe/orders/{proof.order.number}/proofs/{proof.token}/approval")
    assert (answer.status_code, proof.state) == (404, "sent")


def test_the_shop_is_told_by_letter(shop, proof):
    told = [row.kind for row in letters.post.about(proof.order)]
    assert "orders.shop.proof_sent" in told


def test_two_of_one_reference_at_one_moment_both_warn(shop, proof):
    other = shop.bought(shop.product("Té"))
    again = proofs.send(other, files.make(picture("#333"), kinds=proofs.KINDS), reference="999")
    again.reference_norm = proofs.normal("0012-34")  # neither saw the other when it was sent
    db.session.commit()
    assert (again.twin_id, proofs.twin(again), proofs.twin(proof)) == (None, proof, again)


def test_a_proof_of_an_order_that_expired_is_in_the_list(shop):
    order = shop.bought(shop.product())
    shop.late(order)
    expiry.expire(order.id)
    proofs.send(order, files.make(picture(), kinds=proofs.KINDS), reference="1")
    db.session.commit()
    assert (order.state, order_list.count("proofs"), order_list.waiting()) == ("expired", 1, 1)
    assert db.session.scalars(proofs.waiting()).all() == [order]


def test_a_proof_of_what_was_paid_otherwise_is_decided_and_undone_all_the_same(shop, proof):
    order = proof.order
    balances.collect(order, order.balance, key="k", by=shop.owner)
    proofs.approve(proof, by=shop.owner, amount=order.total)
    assert order.payment == "overpaid"
    proofs.take_back(order, by=shop.owner)
    assert (order.payment, proof.state, order_list.count("proofs")) == ("paid", "sent", 0)
    proofs.refuse(proof, by=shop.owner, reason="Es de otra compra")
    assert (order.payment, proof.state, proof.reason) == ("paid", "refused", "Es de otra compra")
