"""What is sold and quoted to a contact of a company: in whose name it is, and what the company bought in all."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from crm import companies, company_contacts, contacts
from crm.companies import Told
from kernel import signing
from kernel.db import db
from shop import company_orders, exemptions, invoices, payment_methods, proposals, sales
from shop.orders import Order
from shop.proposal_rows import Proposal
from shop.variants import Variant
from shop.wants import Wanted
from tests.goods import only
from tests.shop import proposal_things

BASE = "/admin/cafe"
NUMBER = "3-101-123456"
BILLED = {"kind": "juridica", "number": NUMBER, "name": "Hotel S. A."}


@pytest.fixture
def hotel(shop):
    """A company for which Ana acts, and Beto, who does not; a vase to sell them."""
    firm = companies.add(Told("Hotel", "Hotel S. A.", "juridica", NUMBER), by=shop.owner)
    ana, beto = shop.contact("ana@example.com", name="Ana Mora"), shop.contact("beto@example.com", name="Beto")
    company_contacts.join(firm, ana, by=shop.owner)
    sku = only(shop.product("Florero", price=1_000, stock=9)).sku
    db.session.commit()
    return SimpleNamespace(id=firm.id, token=firm.token, ana=ana.token, beto=beto.token, sku=sku)


def _sale(hotel, person, company=""):
    return {"key": signing.token()[:22], "sku": hotel.sku, "qty": "1", "person": person, "company": company,
            "shipping": "now", "payment": "counter-cash"}  # fmt: skip


def test_a_sale_to_a_contact_offers_the_company_and_the_order_carries_it(shop, hotel):
    browser, own = shop.admin, f"{BASE}/companies/{hotel.token}"
    page = browser.get(f"{BASE}/sales/new?sku={hotel.sku}&person={hotel.ana}").text
    assert f"Hotel S. A. · Cédula jurídica {NUMBER}" in page
    for company in (hotel.token, ""):
        assert browser.post(f"{BASE}/sales", data=_sale(hotel, hotel.ana, company)).status_code == 303
    shop.enter()
    theirs, private = db.session.scalars(select(Order).order_by(Order.id)).all()
    assert (theirs.tax_id, theirs.company_id) == (BILLED, hotel.id)
    assert (private.tax_id, private.company_id) == ({}, None)
    assert company_orders.bought(hotel).orders == 1
    assert [one.number for one in company_orders.of(hotel)] == [theirs.number]
    numbers = theirs.number, private.number
    page = browser.get(own).text
    assert f'data-order="{numbers[0]}"' in page
    assert f'data-order="{numbers[1]}"' not in page
    assert own in browser.get(f"{BASE}/orders/{numbers[0]}").text
    assert own not in browser.get(f"{BASE}/orders/{numbers[1]}").text


def test_the_company_of_somebody_else_is_nobodys(shop, hotel):
    assert shop.admin.post(f"{BASE}/sales", data=_sale(hotel, hotel.beto, hotel.token)).status_code == 303
    shop.enter()
    order = db.session.scalars(select(Order)).one()
    assert (order.company_id, order.tax_id) == (None, {})


def test_a_quote_for_a_company_becomes_its_order_and_the_invoice_names_it(shop, hotel):
    shop.transfer()
    cup = shop.product("Taza", price=1_000, stock=9)
    row = proposal_things.offered(shop, cup, company=companies.named(hotel.token))
    known = row.id
    page = shop.client.get(f"/quotes/{row.token}").text
    assert "Hotel S. A." in page
    assert NUMBER in page
    assert "Ana Mora · Hotel" in shop.admin.get(f"{BASE}/quotes?q=hotel").text
    shop.enter()
    row = db.session.get(Proposal, known)
    method = payment_methods.named("transfer")
    order = proposals.accept(row, version=row.version, method=method, by=shop.owner)
    paper = invoices.issue(order)
    db.session.commit()
    assert (order.tax_id, order.company_id) == (BILLED, hotel.id)
    assert (paper.buyer["name"], paper.buyer["number"]) == ("Hotel S. A.", NUMBER)
    assert [one.number for one in company_orders.invoices(hotel)] == [paper.number]
    assert f'data-invoice="{paper.number}"' in shop.admin.get(f"{BASE}/companies/{hotel.token}").text


def test_a_quote_is_written_for_the_company_that_was_chosen_and_stays_so(shop, hotel):
    sent = {"sku": hotel.sku, "qty": "2", "own": "", "person": hotel.ana, "company": hotel.token,
            "until": proposals.usual_day().isoformat(), "shipping": "now", "then": "keep"}  # fmt: skip
    browser = shop.admin
    answer = browser.post(f"{BASE}/quotes", data=sent)
    assert answer.status_code == 303
    assert "Hotel S. A." in browser.get(answer.location).text
    assert f'<option value="{hotel.token}" selected>' in browser.get(f"{answer.location}/edit").text
    shop.enter()
    row = db.session.scalars(select(Proposal)).one()
    assert row.company_id == hotel.id
    assert proposals.copy(row, by=shop.owner).company_id == hotel.id


def test_what_companies_need_not_pay_comes_off_only_in_their_name(shop, hotel):
    shop.tax()
    exemptions.grant({"tax_kind": "juridica", "number": "EX-1", "codes": []})
    vase, ana = db.session.scalars(select(Variant).where(Variant.sku == hotel.sku)).one(), contacts.by_token(hotel.ana)
    taxes = [sales.priced([Wanted(vase, 1)], {}, ana, tax=tax).lines[0].tax.minor for tax in (BILLED, None)]
    assert (taxes[0], taxes[1] > 0) == (0, True)


def test_who_types_the_number_of_their_company_buys_for_it(shop, hotel):
    ana, beto = contacts.by_token(hotel.ana), contacts.by_token(hotel.beto)
    assert company_contacts.meant(ana, BILLED) == hotel.id
    assert company_contacts.meant(beto, BILLED) is None
    assert company_contacts.meant(ana, {**BILLED, "number": "3-101-999999"}) is None
    assert company_contacts.meant(ana, {}) is None
