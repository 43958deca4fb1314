"""Quotes: priced as orders are, sent, seen, changed, accepted once at the prices that were offered, declined, ended."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from crm import deals, people
from crm.deals import Told
from crm.facts import Fact
from kernel import buffer, clock, pdf
from kernel.db import db
from kernel.letters import Letter
from shop import (
    free_lines,
    practice,
    preparing,
    proposal_list,
    proposal_prices,
    proposal_rows,
    proposal_stuck,
    proposals,
    stock,
)
from shop.catalog import Product
from shop.orders import Order
from shop.payment_methods import PaymentMethod
from shop.promotions import by_hand
from shop.proposal_rows import Proposal, ProposalLine
from tests.goods import only
from tests.shop.proposal_things import offered
from tests.shop.test_orders_desk import page

BASE, SPANISH = "/admin/cafe/quotes", {"Accept-Language": "es"}
YES = {"version": "1", "payment": "transfer"}


def read(answer):
    return answer.get_data(as_text=True)


def said(kind):
    """Who was written to by letters of that kind."""
    return [one.to for one in db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id))]


def accept(shop, row, **fields):
    answer = shop.client.post(f"/quotes/{row.token}/acceptance", data={**YES, **fields}, headers=SPANISH)
    db.session.expire_all()
    return answer


def the_order():
    return db.session.scalars(select(Order)).one()


def test_a_quote_is_written_sent_accepted_and_is_an_order_at_its_prices(shop):
    shop.transfer()
    shop.tax()
    coffee, way = shop.product("Café", price=4_000_00, stock=10), shop.delivery(price=2_000_00)
    admin = shop.admin
    fields = {
        "name": "Ana Mora", "reach": "ana@example.com", "sku": only(coffee).sku, "qty": "3", "own": "3500",
        "free_name": "Molienda a la medida", "free_qty": "2", "free_price": "1000", "off": "10", "off_in": "percent",
        "off_why": "Cliente de siempre", "shipping": way.code, "ship_own": "500", "until": shop.day(5).isoformat(),
        "message": "Con gusto, Ana.\nQuedo atenta.", "note": "Regatea", "then": "send", "address_region": "San José",
        "address_city": "Escazú", "address_district": "San Rafael", "address_street": "100 m sur",
    }  # fmt: skip
    answer = admin.post(BASE, data=fields, headers=SPANISH)
    assert answer.status_code == 303, re.findall(r'class="error" id="([^"]+)">([^<]+)', read(answer))
    row = db.session.scalars(select(Proposal)).one()
    assert (row.state, row.number, row.items_minor, row.shipping_minor) == ("sent", "COT-0001", 11_250_00, 500_00)
    assert (row.tax_minor > 0, row.name, row.email) == (True, "Ana Mora", "ana@example.com")
    assert said("quotes.sent") == ["ana@example.com"]
    coffee.price_minor = 9_000_00  # whatever the catalogue says from now on
    db.session.commit()
    told = read(shop.client.get(f"/quotes/{row.token}"))
    for part in ("COT-0001", "Molienda a la medida", "11\u00a0750", "Con gusto, Ana.", "Acepto"):
        assert part in told, part
    assert "Regatea" not in told
    answer = accept(shop, row)
    order = the_order()
    assert (answer.status_code, answer.location) == (303, f"/orders/{order.token}")
    assert (order.total_minor, order.source, order.by_staff, order.payment) == (11_750_00, "quote", False, "due")
    assert [(line.name["es"], line.quantity, line.unit_minor) for line in order.lines] == [
        ("Café", 3, 3_500_00), ("Molienda a la medida", 2, 1_000_00)]  # fmt: skip
    assert [(one.amount_minor, one.why["es"]) for one in order.discounts] == [(1_250_00, "Cliente de siempre")]
    assert [line.sku for line in order.lines] == [only(coffee).sku, ""]
    assert {"Café", "Molienda a la medida"} == {piece.name for piece in preparing.made().together()}
    assert (stock.left(only(coffee)), order.tax_minor, row.order_id) == (7, row.tax_minor, order.id)
    assert "COT-0001" in read(admin.get(f"/admin/cafe/orders/{order.number}"))
    kinds = db.session.scalars(select(Fact.kind).where(Fact.contact_id == row.contact_id)).all()
    assert {"quoted", "quote_accepted", "ordered"} <= set(kinds)
    assert accept(shop, row).location == answer.location  # sent twice, the same place
    assert db.session.scalar(select(func.count(Order.id))) == 1


def test_nothing_wrong_is_kept_and_each_field_says_why(shop):
    coffee = shop.product()
    fields = {"sku": only(coffee).sku, "qty": "x", "own": "mucho", "free_name": "", "free_qty": "1", "free_price": "5",
              "until": "2001-01-01", "reach": "", "message": "Hola"}  # fmt: skip
    answer = shop.admin.post(BASE, data=fields, headers=SPANISH)
    told = read(answer)
    assert answer.status_code == 422
    for field in ("qty-1", "own-1", "free-name-1", "until", "reach"):
        assert re.search(rf'id="{field}-error">[^<]+<', told), field
    assert "Hola" in told
    assert db.session.scalar(select(func.count(Proposal.id))) == 0


def test_looking_at_a_draft_writes_nothing_and_free_lines_share_one_hidden_product(shop):
    coffee, admin = shop.product(), shop.admin
    answer = admin.post(f"{BASE}/draft", data={"add": only(coffee).sku, "until": "x"})
    assert 'name="qty"' in read(answer)
    assert db.session.scalar(select(func.count(Product.id))) == 1
    assert 'id="free-name-1"' in read(admin.post(f"{BASE}/draft", data={"do": "free"}))
    rows = [offered(shop, free=[("Instalación", 100_00), ("Andamio", 50_00)]) for _ in range(2)]
    assert db.session.scalar(select(func.count(Product.id))) == 2
    behind = free_lines.variant()
    assert {line.variant_id for row in rows for line in row.lines} == {behind.id}
    assert "~LINE" not in page(admin, "/sales/new")  # nobody sells it by a tap
    for path in ("/products", f"/search?q={behind.product.slug}", "/price-lists"):
        assert f"/products/{behind.product.slug}" not in page(admin, path)
    answer = admin.post(f"/admin/cafe/products/{behind.product.slug}/publish", headers=SPANISH)
    db.session.expire_all()
    assert (answer.status_code != 200, behind.product.state) == (True, "draft")


def test_a_discount_also_lowers_prices_that_were_agreed(shop):
    row = offered(shop, shop.product(price=1_000_00), unit=800_00, quantity=1, free=[("Montaje", 200_00)],
                  by_hand=by_hand(percent_bp=1000, reason="Prueba", quoted=True))  # fmt: skip
    assert (row.items_minor, row.discount_minor) == (900_00, 100_00)
    quote = proposal_prices.quote(row)
    assert quote.total == row.total
    assert sum(line.gross.minor for line in quote.lines) == row.items_minor


def test_a_draft_is_nobodys_and_what_was_changed_is_what_they_see_and_accept(shop):
    shop.transfer()
    coffee = shop.product(price=1_000_00)
    row = offered(shop, coffee, sent=False)
    assert (row.number, shop.client.get(f"/quotes/{row.token}").status_code) == (None, 404)
    shop.admin.post(f"{BASE}/{row.token}/letters", data={"letter": "no"})
    assert (shop.client.get(f"/quotes/{row.token}").status_code, said("quotes.sent")) == (200, [])
    form = page(shop.admin, f"/quotes/{row.token}/edit")
    assert 'value="2"' in form
    fields = {"sku": only(coffee).sku, "qty": "5", "own": "900", "person": row.contact.token, "until": shop.day(3)}
    answer = shop.admin.post(f"{BASE}/{row.token}", data=fields)
    db.session.expire_all()
    assert (answer.status_code, row.version, row.total_minor, row.number) == (303, 2, 4_500_00, "COT-0001")
    late = accept(shop, row)  # by the page as it was before
    assert (late.status_code, "mírela de nuevo" in read(late), row.state) == (409, True, "sent")
    assert accept(shop, row, version="2").status_code == 303
    assert the_order().total_minor == 4_500_00
    answer = shop.admin.post(f"{BASE}/{row.token}", data={**fields, "qty": "6"}, headers=SPANISH)
    assert (answer.status_code, "ya tiene respuesta" in read(answer)) == (409, True)


def test_of_two_who_edit_one_the_later_sees_it_and_a_second_tap_saves_nothing(shop):
    coffee = shop.product(price=1_000_00)
    row = offered(shop, coffee)
    seen = row.stamp
    assert f'name="seen" value="{seen}"' in shop.admin.get(f"{BASE}/{row.token}/edit").get_data(as_text=True)
    fields = {"sku": only(coffee).sku, "qty": "5", "person": row.contact.token, "until": shop.day(3), "seen": seen}
    for _tap in range(2):
        assert shop.admin.post(f"{BASE}/{row.token}", data=fields).status_code == 303
    db.session.expire_all()
    assert (row.version, row.total_minor) == (2, 5_000_00)
    answer = shop.admin.post(f"{BASE}/{row.token}", data={**fields, "qty": "7"}, headers=SPANISH)
    assert (answer.status_code, "Alguien más guardó" in read(answer)) == (409, True)
    assert (row.version, row.total_minor) == (2, 5_000_00)
    page_of = answer.get_data(as_text=True)
    assert 'value="7"' in page_of  # what was typed is there
    assert f'name="seen" value="{row.stamp}"' in page_of
    again = {**fields, "qty": "7", "seen": row.stamp}
    assert shop.admin.post(f"{BASE}/{row.token}", data=again).status_code == 303
    db.session.expire_all()
    assert (row.version, row.total_minor) == (3, 7_000_00)


def test_after_its_last_day_nobody_accepts_until_the_shop_makes_it_longer(shop):
    shop.transfer()
    row = offered(shop, shop.product(price=1_000_00), until=shop.day(1))
    row.valid_until, row.ends_at = shop.day(-1), clock.now() - timedelta(minutes=1)
    db.session.commit()
    answer = accept(shop, row)
    assert (answer.status_code, row.state) == (409, "sent")
    assert "Esta cotización venció" in read(answer)
    assert [one.id for one in db.session.scalars(proposal_list.query("ended"))] == [row.id]
    assert "/acceptance" not in page(shop.admin, f"/quotes/{row.token}")  # nor can staff for them
    wrong = shop.admin.post(f"{BASE}/{row.token}/until", data={"until": shop.day(-1).isoformat()})
    assert wrong.status_code == 422
    shop.admin.post(f"{BASE}/{row.token}/until", data={"until": shop.day(2).isoformat()})
    assert accept(shop, row).status_code == 303


def test_a_no_with_its_reason_reaches_the_shop_and_ends_it(shop):
    shop.transfer()
    row = offered(shop, shop.product())
    shop.client.post(f"/quotes/{row.token}/refusal", data={"reason": "Muy  caro"})
    db.session.expire_all()
    assert (row.state, row.reason, said("quotes.declined")) == ("declined", "Muy caro", [shop.tenant.email])
    assert accept(shop, row).status_code == 409
    assert "Muy caro" in page(shop.admin, f"/quotes/{row.token}")
    shop.admin.post(f"{BASE}/{row.token}/letters")  # offered again, as it is
    assert accept(shop, row).status_code == 303


def test_what_is_withdrawn_says_so_and_shows_no_price(shop):
    shop.transfer()
    row = offered(shop, shop.product("Florero", price=7_777_00))
    shop.admin.post(f"{BASE}/{row.token}/withdrawal")
    told = read(shop.client.get(f"/quotes/{row.token}", headers=SPANISH))
    assert "ya no vale" in told
    assert "Florero" not in told
    assert shop.client.get(f"/quotes/{row.token}.pdf").status_code == 404
    answer = accept(shop, row)
    assert (answer.status_code, "retiró" in read(answer)) == (409, True)


def test_when_the_stock_is_gone_nothing_is_lost_and_the_shop_hears_of_it_once(shop):
    shop.transfer()
    vase = shop.product("Florero", stock=2)
    row = offered(shop, vase, quantity=2)
    shop.bought(vase)
    for _ in range(2):
        answer = accept(shop, row)
        assert answer.status_code == 409
        assert "Avisamos a la tienda" in read(answer)
    assert (row.state, row.order_id, stock.left(only(vase))) == ("sent", None, 1)
    assert said("quotes.stuck") == [shop.tenant.email]
    assert [one.id for one in db.session.scalars(proposal_list.follow())] == [row.id]
    assert "no se pudo pedir" in page(shop.admin, f"/quotes/{row.token}")
    only(vase).on_hand += 5
    db.session.commit()
    assert accept(shop, row).status_code == 303
    assert row.stuck == ""


def test_what_was_put_into_the_bin_is_told_too(shop):
    shop.transfer()
    vase = shop.product("Florero")
    row = offered(shop, vase)
    vase.binned_at = clock.now()
    db.session.commit()
    assert accept(shop, row).status_code == 409
    assert (row.state, said("quotes.stuck")) == ("sent", [shop.tenant.email])
    assert "Florero" in proposal_stuck.said(row)
    shop.admin.post(f"{BASE}/{row.token}/acceptance", data=YES)  # nor do staff make an order of it
    db.session.expire_all()
    assert (row.state, db.session.scalar(select(func.count(Order.id)))) == ("sent", 0)


def test_the_shop_knows_when_it_was_seen_but_not_by_itself_or_a_program(shop):
    row = offered(shop, shop.product())
    document = {"Sec-Fetch-Dest": "document"}
    shop.client.get(f"/quotes/{row.token}")
    shop.client.get(f"/quotes/{row.token}?look=1", headers=document)
    buffer.flush(shop.app)
    db.session.expire_all()
    assert row.seen_at is None
    shop.client.get(f"/quotes/{row.token}", headers=document)
    buffer.flush(shop.app)
    db.session.expire_all()
    assert row.seen_at is not None
    assert "La vio el cliente" in page(shop.admin, f"/quotes/{row.token}")


def test_staff_note_a_yes_that_they_heard(shop):
    shop.transfer()
    row = offered(shop, shop.product())
    answer = shop.admin.post(f"{BASE}/{row.token}/acceptance", data=YES)
    db.session.expire_all()
    assert (answer.status_code, row.state, the_order().by_staff) == (303, "accepted", True)
    assert not said("orders.shop.new")


def test_without_any_way_to_pay_a_yes_is_still_an_order(shop):
    db.session.query(PaymentMethod).filter(PaymentMethod.kind != "counter").update({"active": False})
    row = offered(shop, shop.product())
    code = re.search(r'name="payment" value="([^"]+)"', read(shop.client.get(f"/quotes/{row.token}"))).group(1)
    assert accept(shop, row, payment=code).status_code == 303


def test_copies_are_drafts_of_the_same_and_drafts_can_go(shop):
    row = offered(shop, shop.product(price=1_000_00), unit=700_00, free=[("Montaje", 50_00)])
    answer = shop.admin.post(f"{BASE}/{row.token}/copies")
    made = db.session.scalars(select(Proposal).order_by(Proposal.id.desc())).first()
    assert answer.location.endswith(made.token)
    assert (made.state, made.number, made.total_minor) == ("draft", None, row.total_minor)
    assert [(one.unit_minor, one.free) for one in made.lines] == [(700_00, False), (50_00, True)]
    assert shop.admin.post(f"{BASE}/{row.token}/deletion").location.endswith(row.token)  # this one was sent
    shop.admin.post(f"{BASE}/{made.token}/deletion")
    assert db.session.scalars(select(Proposal)).all() == [row]
    assert {one.proposal_id for one in db.session.scalars(select(ProposalLine))} == {row.id}


def test_found_by_filter_and_search_and_told_where_it_belongs(shop):
    contact = shop.contact("ana@example.com", name="Ana Mora")
    deal = deals.add(contact, Told("Tazas"), by=shop.owner)
    row = offered(shop, shop.product(), deal=deal.token, until=shop.day(2))
    offered(shop, shop.product("Otro"), email="eva@example.com", name="Eva")
    admin = shop.admin
    assert row.number in page(admin, f"/people/{contact.token}")
    assert row.number in page(admin, f"/deals/{deal.token}")
    listed = page(admin, "/quotes?show=all&q=mora")
    assert (row.number in listed, "COT-0002" in listed) == (True, False)
    assert f"/quotes/{row.token}" in page(admin, f"/search?q={row.number}")
    assert [one.number for one in db.session.scalars(proposal_list.follow())] == [row.number]
    assert row.number in page(admin, "/quotes?show=follow")
    assert shop.staff("marketer").get(BASE).status_code == 404


def test_the_paper_is_a_quote_and_no_invoice(shop):
    row = offered(shop, shop.product("Florero"))
    answer = shop.client.get(f"/quotes/{row.token}.pdf")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
    if pdf.available():
        assert answer.data.startswith(b"%PDF")
        assert 'filename="COT-0001.pdf"' in answer.headers["Content-Disposition"]


def test_erasing_leaves_the_amounts_of_orders_and_nobodys_name(shop):
    shop.transfer()
    row, other = offered(shop, shop.product(), message="Para Ana"), offered(shop, shop.product("Otro"))
    accept(shop, row)
    assert [one["number"] for one in people.export(row.contact)["quotes"]] == ["COT-0002", "COT-0001"]
    gone = other.id
    people.erase(row.contact, by=shop.owner)
    db.session.commit()
    assert (row.name, row.email, row.message, row.haystack, row.total_minor > 0) == ("", "", "", "", True)
    assert db.session.get(Proposal, gone) is None
    assert said("quotes.sent") == ["", ""]


def test_practising_has_numbers_of_its_own_that_go_with_the_rehearsals(shop):
    shop.transfer()
    practice.begin(by=shop.owner)
    row = offered(shop, shop.product())
    accept(shop, row)
    assert (row.number, row.practice, the_order().practice) == ("PCOT-0001", True, True)
    practice.end(by=shop.owner)
    db.session.commit()
    assert db.session.scalars(select(Proposal)).all() == []
    assert offered(shop, shop.product("Otro")).number == "COT-0001"


def test_what_was_offered_in_earnest_outlives_a_rehearsal_of_its_yes(shop):
    shop.transfer()
    row = offered(shop, shop.product())
    practice.begin(by=shop.owner)
    db.session.commit()
    accept(shop, row)
    assert (row.state, the_order().practice) == ("accepted", True)
    practice.end(by=shop.owner)
    db.session.commit()
    assert (row.state, row.order_id, row.answered_at) == ("sent", None, None)
    assert db.session.scalars(select(Fact).where(Fact.kind == "quote_accepted")).all() == []
    assert accept(shop, row).status_code == 303
    assert not the_order().practice


def test_a_longer_list_asks_no_more(shop):
    vase, browser = shop.product(), shop.admin
    offered(shop, vase)
    _asked(browser)  # what is remembered from now on
    few = _asked(browser)
    for place in range(3):
        offered(shop, vase, email=f"p{place}@example.com")
    assert _asked(browser) == few


def _asked(browser):
    """How many statements the list takes."""
    told = []
    event.listen(db.engine, "before_cursor_execute", hear := lambda *words: told.append(words[2]))
    assert browser.get(BASE).status_code == 200
    event.remove(db.engine, "before_cursor_execute", hear)
    return len(told)


@pytest.mark.parametrize("state", ["draft", "accepted", "declined", "withdrawn"])
def test_only_what_is_open_can_be_declined_or_withdrawn(shop, state):
    shop.transfer()
    row = offered(shop, shop.product(), sent=state != "draft")
    if state == "accepted":
        accept(shop, row)
    elif state == "declined":
        proposals.decline(row)
    elif state == "withdrawn":
        proposals.withdraw(row, by=shop.owner)
    for verb in (lambda: proposals.decline(row), lambda: proposals.withdraw(row, by=shop.owner)):
        with pytest.raises((proposals.Answered, proposals.Withdrawn)):
            verb()
    assert proposal_rows.by_token(row.token).state == state
