"""Receipt and packing slip: the paper of the country, the words, and for whom they are."""

import io

import pytest
from pypdf import PdfReader

from kernel import pdf
from kernel.db import db
from shop import fulfilment, order_goods, papers, receipts, returns

needs_pdf = pytest.mark.skipif(not pdf.available(), reason="Pango is missing")


def text(answer):
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    page = PdfReader(io.BytesIO(answer.data)).pages[0]
    return " ".join(page.extract_text().replace("\xa0", " ").split()), page.mediabox


@needs_pdf
def test_a_receipt_says_what_was_paid(shop):
    shop.tax()
    order = shop.bought(shop.product(price=1_130_00), 2, paid=True)
    told, box = text(shop.client.get(f"/orders/{order.token}/receipt.pdf"))
    for words in ("Recibo", order.number, "Ana Mora", "Café Uno", "2 260", "IVA 13 %", "Pagado"):
        assert words in told, words
    assert (round(box.width), round(box.height)) == (612, 792)  # letter
    assert text(shop.admin.get(f"/admin/cafe/orders/{order.number}/receipt.pdf"))[0] == told


@needs_pdf
def test_before_the_money_it_is_no_receipt(shop):
    order = shop.bought(shop.product(), language="en")
    told, _box = text(shop.client.get(f"/orders/{order.token}/receipt.pdf"))
    assert "it is no receipt yet" in told
    assert "Still to be paid" in told


@needs_pdf
def test_a_packing_slip_has_no_prices_and_every_word(shop):
    cake = shop.product("Torta", stock=None, texts=[{"code": "d", "label": {"es": "Dedicatoria"}}])
    shop.delivery()
    order = shop.bought(cake, 3, paid=True, texts={"d": "Feliz Ñandú"}, shipping="envio", note="Portón verde")
    told, _box = text(shop.admin.get(f"/admin/cafe/orders/{order.number}/packing.pdf"))
    for words in ("Hoja de empaque", "3 ×", "Torta", "Dedicatoria: Feliz Ñandú", "Escazú", "Portón verde"):
        assert words in told, words
    assert "2 500" not in told


@needs_pdf
def test_the_paper_is_the_countrys(shop):
    order = shop.bought(shop.product(), paid=True)
    shop.tenant.country = "ES"
    db.session.commit()
    _told, box = text(shop.admin.get(f"/admin/cafe/orders/{order.number}/packing.pdf"))
    assert (round(box.width), round(box.height)) == (595, 842)  # A4
    assert receipts.paper_size("MX") == "letter"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://malo.example/x.css", "plaza:/static/../pyproject.toml"])
def test_a_paper_reads_only_what_is_ours(app, url):
    with pytest.raises(pdf.Refused):
        pdf.ours(url)


def test_without_pango_the_page_is_there_to_print(shop, monkeypatch):
    monkeypatch.setattr(pdf, "available", lambda: False)
    order = shop.bought(shop.product(), paid=True)
    answer = shop.admin.get(f"/admin/cafe/orders/{order.number}/receipt.pdf")
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "/static/css/paper.css" in html
    assert "<style>" not in html
    assert papers.of(order, "es")["size"] == "letter"


@needs_pdf
def test_papers_say_what_was_taken_off_and_what_came_back(shop):
    order = shop.bought(shop.product(price=1_000_00), 5, paid=True)
    order_goods.fewer(order, {order.lines[0].id: (5, 3)}, by=shop.owner)
    db.session.commit()
    slip, _box = text(shop.admin.get(f"/admin/cafe/orders/{order.number}/packing.pdf"))
    assert "3 ×" in slip
    assert "5 ×" not in slip
    told, _box = text(shop.client.get(f"/orders/{order.token}/receipt.pdf"))
    for words in ("Quitados del pedido: 2", "2 000", "Por devolver"):
        assert words in told, words
    fulfilment.deliver(order, by=shop.owner)
    row = returns.note(order, {order.lines[0].id: 1}, key="k", by=shop.owner)
    returns.refund(row, amount=returns.proposed(row), by=shop.owner)
    db.session.commit()
    told, _box = text(shop.client.get(f"/orders/{order.token}/receipt.pdf"))
    assert "Quitados del pedido: 2" in told
    assert "Quitados o devueltos: 1" in told
    assert "2 ×" in text(shop.admin.get(f"/admin/cafe/orders/{order.number}/packing.pdf"))[0]
