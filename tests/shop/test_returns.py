"""Returns: each unit comes back once and is restocked once; the buyer asks within the shop's days, staff decide."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine

from kernel import clock, letters
from kernel.db import db
from kernel.i18n import pick
from kernel.refusal import Refusal
from shop import fulfilment, invoices, order_events, refunds, return_policies, return_rows, returns, stock
from tests.matrix import picture_bytes
from tests.shop.pages import form, read, text

HTML = {"Accept-Language": "es"}


@pytest.fixture
def handed(shop):
    """Three of one article, paid and handed over."""
    order = shop.bought(shop.product(price=1_000_00, stock=10), 3, paid=True)
    fulfilment.deliver(order, by=shop.owner)
    db.session.commit()
    return order


def note(shop, order, units, *, restock=True, key="k", **told):
    line = order.lines[0]
    row = returns.note(order, {line.id: units}, key=key, by=shop.owner, restock=[line.id] if restock else [], **told)
    db.session.commit()
    return row


def ask(client, order, units, **told):
    page = client.get(f"/orders/{order.token}/returns", headers=HTML)
    sent = {**form(page, "/returns"), f"units-{order.lines[0].id}": str(units)}
    assert sent["reason"] == ""  # none is chosen for anybody
    data = {**sent, "reason": return_policies.reasons()[0], **told}
    return client.post(f"/orders/{order.token}/returns", data=data, headers=HTML)


def notice(client, order):
    """What its page says of what comes back."""
    page = read(client.get(f"/orders/{order.token}", headers=HTML))
    return " ".join(page.xpath("string(//div[contains(@class, 'notice')])").split())


def desk(shop, order, step, **fields):
    answer = shop.admin.post(f"/admin/cafe/orders/{order.number}/{step}", data=fields, headers=HTML)
    assert answer.status_code == 303, answer.get_data(as_text=True)[:600]


def test_what_came_back_is_on_sale_again_once(shop, handed):
    coffee = handed.lines[0].product
    row = note(shop, handed, 2, reason="Dañado")
    assert (row.state, stock.on_hand(coffee), handed.lines[0].returned) == ("received", 9, 2)
    assert note(shop, handed, 2) is row  # the same form
    with pytest.raises(Refusal):
        returns.receive(row, by=shop.owner, restock=[handed.lines[0].id])
    with pytest.raises(returns.NotSoMany):
        returns.note(handed, {handed.lines[0].id: 2}, key="more", by=shop.owner)
    db.session.rollback()
    assert stock.on_hand(coffee) == 9


def test_what_is_broken_is_not_put_back(shop, handed):
    note(shop, handed, 2, restock=False)
    assert stock.on_hand(handed.lines[0].product) == 7


def test_goods_that_came_back_are_not_given_back_again_by_a_cancellation(shop):
    order = shop.bought(shop.product(stock=10), 3, paid=True)
    note(shop, order, 1)
    assert stock.give_back(order) == 2
    assert stock.on_hand(order.lines[0].product) == 10


def test_the_money_is_what_was_paid_for_it_to_the_cent(shop):
    shop.tax(rate_bp=1300)
    order = shop.bought(shop.product(price=1_000_01, stock=10), 3, paid=True)
    shares = []
    for place in range(3):
        row = note(shop, order, 1, key=f"k{place}")
        shares.append(returns.proposed(row).minor)
        returns.refund(row, amount=returns.proposed(row), by=shop.owner)
        db.session.commit()
    assert sum(shares) == order.lines[0].gross_minor == order.credited_minor
    assert (order.received_minor, order.payment) == (0, "refunded")


def test_a_part_of_it_gets_a_credit_note_for_its_line(shop, handed):
    row = note(shop, handed, 1)
    returns.refund(row, amount=returns.proposed(row), by=shop.owner)
    db.session.commit()
    invoice, paper = invoices.every(handed)
    assert (paper.kind, paper.gross_minor, paper.corrects_id) == ("credit_note", 1_000_00, invoice.id)
    assert invoices.left(invoice).minor == handed.received_minor == 2_000_00
    assert (row.state, handed.payment) == ("refunded", "paid")


def test_the_buyer_asks_staff_answer_and_it_is_paid_back(shop, handed):
    client, line = shop.client, handed.lines[0]
    assert "/returns" in read(client.get(f"/orders/{handed.token}")).xpath("//a[contains(@href, '/returns')]/@href")[0]
    files = [(BytesIO(picture_bytes()), f"{n}.png") for n in range(3)]
    assert ask(client, handed, 2, note="Vino <b>rota</b>", pictures=files).status_code == 303
    [row] = returns.of(handed)
    assert (row.state, row.by_buyer, len(row.pictures), line.returned) == ("asked", True, 1, 2)  # one content, one file
    written = {letter.kind for letter in letters.about(handed)}
    assert {"orders.return_asked", "orders.shop.return_asked"} <= written
    admin = shop.admin
    page = admin.get(f"/admin/cafe/orders/{handed.number}", headers=HTML)
    assert "Vino &lt;b&gt;rota&lt;/b&gt;" in page.get_data(as_text=True)
    [picture] = set(read(page).xpath("//p[@class='return-pics']//img/@src"))
    assert admin.get(picture).mimetype == "image/webp"
    assert re.search(r"show=returns", admin.get("/admin/cafe/", headers=HTML).get_data(as_text=True))
    at = f"returns/{row.token}"
    desk(shop, handed, f"{at}/acceptance", answer="Tráigala a la tienda")
    assert f"2 × {pick(line.name)}. Tráigala a la tienda" in notice(client, handed)
    desk(shop, handed, f"{at}/receipt", restock=str(line.id))
    assert notice(client, handed).endswith(f"2 × {pick(line.name)}")  # it is there: nobody brings it any more
    desk(shop, handed, f"{at}/refund", amount="2000", to="money")
    desk(shop, handed, f"{at}/refund", amount="2000", to="money")  # pressed twice: refused, nothing happens
    db.session.expire_all()
    assert (row.state, handed.received_minor, stock.on_hand(line.product)) == ("refunded", 1_000_00, 9)
    assert "Devuelto o rebajado" in text(client.get(f"/orders/{handed.token}", headers=HTML))
    kinds = [event.kind for event in order_events.of(handed)]
    assert [kind for kind in kinds if kind.startswith("return_")] == [
        "return_asked", "return_accepted", "return_received",
    ]  # fmt: skip


def test_what_is_refused_may_be_asked_for_again_and_the_buyer_reads_why(shop, handed):
    client = shop.client
    ask(client, handed, 3)
    [row] = returns.of(handed)
    desk(shop, handed, f"returns/{row.token}/refusal", answer="")
    db.session.expire_all()
    assert row.state == "asked"  # without a reason nothing is refused
    desk(shop, handed, f"returns/{row.token}/refusal", answer="Está abierta")
    db.session.expire_all()
    assert (row.state, handed.lines[0].returned) == ("refused", 0)
    assert "Está abierta" in text(client.get(f"/orders/{handed.token}"))
    assert ask(client, handed, 1).status_code == 303


def test_the_same_form_sent_twice_is_one_return(shop, handed):
    client = shop.client
    page = client.get(f"/orders/{handed.token}/returns", headers=HTML)
    data = {**form(page, "/returns"), f"units-{handed.lines[0].id}": "1", "reason": return_policies.reasons()[0]}
    for _ in range(2):
        assert client.post(f"/orders/{handed.token}/returns", data=data).status_code == 303
    assert len(returns.of(handed)) == 1


@pytest.mark.parametrize("sent", [{"pictures": b"no picture"}, {"note": "x" * 501}, {"units": "0"}, {"reason": ""}])
def test_what_cannot_be_read_keeps_what_was_typed(shop, handed, sent):
    told = {"note": "mi nota", **sent}
    if "pictures" in told:
        told["pictures"] = (BytesIO(told["pictures"]), "a.png")
    answer = ask(shop.client, handed, int(told.pop("units", "1")), **told)
    assert answer.status_code == 422
    assert told["note"] in answer.get_data(as_text=True)
    assert returns.of(handed) == []


def test_one_unit_of_one_article_is_chosen_already_and_pictures_are_kept(shop):
    order = shop.bought(shop.product(), paid=True)
    fulfilment.deliver(order, by=shop.owner)
    db.session.commit()
    address, units = f"/orders/{order.token}/returns", f"units-{order.lines[0].id}"
    first = read(shop.client.get(address, headers=HTML))
    assert first.xpath(f"//select[@name='{units}']/option[@selected]/text()") == ["1"]
    data = {"key": "k", units: "0", "reason": return_policies.reasons()[0]}
    sent = {"pictures": (BytesIO(picture_bytes()), "a.png")}
    answer = shop.client.post(address, data=data | sent, headers=HTML)
    assert answer.status_code == 422
    assert read(answer).xpath(f"//select[@name='{units}']/option[@selected]/text()") == ["0"]
    kept = read(answer).xpath("//input[@name='kept-pictures'][@checked]/@value")
    again = {"key": "k", units: "1", "reason": data["reason"], "kept-pictures": kept}
    assert shop.client.post(address, data=again, headers=HTML).status_code == 303
    assert [len(row.pictures) for row in returns.of(order)] == [1]


def test_the_time_to_ask_ends_and_a_shop_may_not_offer_it(shop, handed):
    client = shop.client
    assert client.get(f"/orders/{handed.token}/returns").status_code == 200
    with time_machine.travel(clock.now() + timedelta(days=return_policies.DAYS + 1)):
        assert client.get(f"/orders/{handed.token}/returns").status_code == 302
        assert "/returns" not in client.get(f"/orders/{handed.token}").get_data(as_text=True)
    saved = shop.admin.post("/admin/cafe/settings/returns", data={"days": "0", "reasons": "Rota\nOtra\nRota"})
    assert saved.status_code == 303
    assert return_policies.reasons() == ["Rota", "Otra"]
    asked = {f"units-{handed.lines[0].id}": "1"}
    assert client.post(f"/orders/{handed.token}/returns", data=asked).status_code == 409
    assert client.get(f"/orders/{handed.token}/returns").status_code == 302


@pytest.mark.parametrize("days", ["", "-1", "400", "x"])
def test_days_are_a_whole_number(shop, days):
    answer = shop.admin.post("/admin/cafe/settings/returns", data={"days": days, "reasons": "Mi razón"}, headers=HTML)
    assert answer.status_code == 422
    assert "Mi razón" in answer.get_data(as_text=True)


def test_a_form_of_the_desk_returns_a_part_and_shows_it(shop):
    admin, order = shop.admin, shop.bought(shop.product(price=2_500_00), paid=True)
    page = admin.get(f"/admin/cafe/orders/{order.number}", headers=HTML)
    sent = {**form(page, "/refunds"), "amount": "500", "reason": "Llegó tarde", "reference": "SINPE 9"}
    for _ in range(2):
        desk(shop, order, "refunds", **sent)
    db.session.expire_all()
    assert (order.received_minor, order.payment, len(refunds.of(order))) == (2_000_00, "paid", 1)
    told = text(admin.get(f"/admin/cafe/orders/{order.number}", headers=HTML))
    assert "SINPE 9 · Llegó tarde" in told
    answer = admin.post(f"/admin/cafe/orders/{order.number}/refunds", data={"amount": "x", "reason": "mi razón"})
    assert answer.status_code == 422
    assert "mi razón" in answer.get_data(as_text=True)


def test_a_cancelled_order_proposes_what_goes_back(shop):
    admin, order = shop.admin, shop.bought(shop.product(price=2_500_00), paid=True)
    desk(shop, order, "cancellation", reason="No hay", restock="y")
    page = admin.get(f"/admin/cafe/orders/{order.number}", headers=HTML)
    assert form(page, "/refunds")["amount"] == "2500"
    assert read(page).xpath("//details[@open]//button[@data-action='refund' and contains(@class, 'btn-primary')]")


def test_what_did_not_go_through_is_shown_and_noted_by_hand(shop):
    admin, order = shop.admin, shop.bought(shop.product(price=2_500_00), paid=True)
    [row] = refunds.give(order, amount=order.money(2_500_00), key="k", by=shop.owner)
    db.session.rollback()
    refunds.gateway("transfer", lambda refund: refunds.fail(refund, error="Cuenta cerrada"))
    try:
        [row] = refunds.give(order, amount=order.money(2_500_00), key="k", by=shop.owner)
        db.session.commit()
        refunds.send(row.id)
        db.session.commit()
    finally:
        refunds._gateways.pop("transfer")
    assert "show=failed_refunds" in admin.get("/admin/cafe/", headers=HTML).get_data(as_text=True)
    assert "Cuenta cerrada" in text(admin.get(f"/admin/cafe/orders/{order.number}", headers=HTML))
    desk(shop, order, f"refunds/{row.token}/hand", reference="efectivo")
    db.session.expire_all()
    assert (row.state, order.received_minor) == ("done", 0)


def test_only_who_may_return_money_finds_the_forms(shop, handed):
    clerk = shop.staff("marketer")
    assert clerk.post(f"/admin/cafe/orders/{handed.number}/returns").status_code == 404
    assert clerk.post(f"/admin/cafe/orders/{handed.number}/refunds").status_code == 404


def test_shares_of_a_line_are_the_line():
    class Line:
        gross_minor, quantity, returned = 100, 3, 0

    line, given = Line(), []
    for _ in range(3):
        given.append(return_rows.share(line, 1))
        line.returned += 1
    assert given == [33, 33, 34]


def test_a_buyer_keeps_it_after_all_and_thinks_better_of_that_too(shop, handed):
    client, line = shop.client, handed.lines[0]
    ask(client, handed, 2)
    [row] = returns.of(handed)
    at = f"/orders/{handed.token}/returns/{row.token}"
    assert [one.get("action") for one in read(client.get(f"/orders/{handed.token}", headers=HTML)).xpath(
        "//form[contains(@action, '/returns/')]")] == [at]  # fmt: skip
    assert client.post(at, headers=HTML).status_code == 303
    assert (row.state, line.returned, returns.allowed_to_buyer(handed)) == ("left", 0, True)
    assert not db.session.scalars(returns.waiting()).all()  # nobody of the shop has to answer
    page = client.get(f"/orders/{handed.token}", headers=HTML)
    assert 'name="again" value="1"' in page.text
    assert "Miramos su devolución" not in text(page)
    assert client.post(at, headers=HTML).status_code == 409  # twice is as good as once, and gives nothing up twice
    assert line.returned == 0
    client.post(at, data={"again": "1"}, headers=HTML)
    assert (row.state, line.returned) == ("asked", 2)
    desk(shop, handed, f"returns/{row.token}/acceptance", answer="Tráigala el lunes")
    client.post(at, headers=HTML)
    client.post(at, data={"again": "1"}, headers=HTML)
    assert (row.state, line.returned) == ("accepted", 2)
    assert "Tráigala el lunes" in notice(client, handed)
    desk(shop, handed, f"returns/{row.token}/receipt")
    assert client.post(at, headers=HTML).status_code == 409  # the shop has it
    assert row.state == "received"


def test_what_was_asked_for_anew_meanwhile_is_not_asked_for_twice(shop, handed):
    client = shop.client
    ask(client, handed, 2)
    [first] = returns.of(handed)
    at = f"/orders/{handed.token}/returns/{first.token}"
    client.post(at, headers=HTML)
    ask(client, handed, 3)
    assert client.post(at, data={"again": "1"}, headers=HTML).status_code == 422
    assert (first.state, handed.lines[0].returned) == ("left", 3)
    mine = note(shop, shop.bought(handed.lines[0].product, 1, paid=True), 1)  # noted by staff
    foreign = [f"/orders/{mine.order.token}/returns/{mine.token}", f"/orders/{mine.order.token}/returns/{first.token}"]
    assert [client.post(one, headers=HTML).status_code for one in foreign] == [404, 404]
