"""Sending a proof of payment: pictures and PDFs, everything else refused with a sentence and nothing lost."""

import io

import pytest
from PIL import Image
from sqlalchemy import select

from kernel.db import db
from shop.proofs import Proof
from tests.shop.pages import marks, read, text

EICAR = b"MZ\x90\x00" + b"\x00" * 200


def jpeg(colour="white", size=(60, 80)):
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, "JPEG")
    return stream.getvalue()


@pytest.fixture
def order(shop):
    return shop.bought(shop.product("Café Uno"))


def send(shop, order, data, name="foto.jpg", **told):
    return shop.client.post(f"/orders/{order.token}/proofs", data={"file": (io.BytesIO(data), name), **told})


def proofs():
    return db.session.scalars(select(Proof).order_by(Proof.id)).all()


def test_a_photo(shop, order):
    assert send(shop, order, jpeg(), reference="123456").status_code == 303
    assert [(one.reference, one.state, one.file.private) for one in proofs()] == [("123456", "sent", True)]
    answer = shop.client.get(f"/orders/{order.token}")
    assert marks(answer, "data-payment") == ["proof"]
    assert text(answer).count("su comprobante") == 1, "it is said once, on top"
    assert "su pedido sigue apartado" in text(answer)
    assert "Podrá cancelar cuando le hayamos respondido" in text(answer)


def test_a_pdf(shop, order):
    assert send(shop, order, b"%PDF-1.4\n%%EOF", "recibo.pdf").status_code == 303
    assert proofs()[0].file.mime == "application/pdf"


@pytest.mark.parametrize(
    ("data", "name"),
    [(EICAR, "foto.jpg"), (b"<svg onload=alert(1)>", '"><svg onload=alert(1)>.png'), (jpeg()[:200], "roto.jpg"),
     (b"%!PS-Adobe-3.0 EPSF-3.0", "foto.png"), (b"GIF89a", "foto.gif"), (b"", "foto.jpg")],
)  # fmt: skip
def test_what_is_no_picture_is_refused_with_a_sentence(shop, order, data, name):
    answer = send(shop, order, data, name, reference="777")
    assert answer.status_code == 422
    page = read(answer)
    assert page.xpath("//input[@name='reference']/@value") == ["777"]
    assert page.xpath("//*[@id='file-error']")[0].text_content().strip()
    assert marks(answer, "data-order-state") == ["placed"]
    assert "alert(1)>.png" not in answer.get_data(as_text=True)
    assert not proofs()


def test_nothing_chosen(shop, order):
    answer = shop.client.post(f"/orders/{order.token}/proofs", data={"reference": "1"})
    assert answer.status_code == 422
    assert "Elija primero la foto" in text(answer)


@pytest.mark.parametrize("size", [11, 40])
def test_too_big_is_413_with_a_sentence_and_the_order_stays(shop, order, size):
    answer = send(shop, order, b"\xff" * (size * 1024 * 1024), reference="777")
    assert answer.status_code == 413
    assert "10 MB" in text(answer)
    assert order.token in answer.get_data(as_text=True)
    assert not proofs()
    assert shop.client.get(f"/orders/{order.token}").status_code == 200


def test_a_bomb_is_refused(shop, order):
    stream = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(stream, "PNG")
    assert send(shop, order, stream.getvalue(), "bomba.png").status_code == 422


def test_the_same_twice_is_said(shop, order):
    send(shop, order, jpeg())
    answer = send(shop, order, jpeg())
    assert answer.status_code == 409
    assert "Ya envió" in text(answer)
    assert len(proofs()) == 1


def test_a_reference_used_for_another_order_is_flagged(shop, order):
    other = shop.bought(shop.product("Té"))
    send(shop, order, jpeg("red"), reference="AB-123")
    assert send(shop, other, jpeg("blue"), reference="ab 123").status_code == 303
    assert proofs()[1].twin_id == proofs()[0].id
    assert "ya se usó en otro pedido" in text(shop.client.get(f"/orders/{other.token}"))


def test_a_paid_order_wants_none(shop, order):
    shop.pay(order)
    assert send(shop, order, jpeg()).status_code == 409


def test_an_unknown_order_is_not_there(shop):
    answer = shop.client.post("/orders/nada/proofs", data={"file": (io.BytesIO(jpeg()), "a.jpg")})
    assert answer.status_code == 404


def test_too_many_tries_are_slowed_down(shop, order):
    codes = [send(shop, order, jpeg((n, n, n))).status_code for n in range(8)]
    assert 429 in codes
