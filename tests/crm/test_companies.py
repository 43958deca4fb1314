"""Companies: written down once, with who acts for them; merged, erased, imported and taken back with their people."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from crm import (
    companies,
    company_contacts,
    contacts,
    deals,
    import_companies,
    merging,
    notes,
    people,
    rule_sentences,
    segments,
)
from crm.companies import Company, Told
from crm.company_contacts import CompanyContact
from crm.contacts import Contact
from crm.deal_stages import Deal
from kernel import jobs
from kernel.db import db
from kernel.journal import Entry
from tests.crm.test_import_pages import _brought

BASE = "/admin/cafe"
NUMBER = "3-101-123456"


@pytest.fixture
def known(shop):
    """A company with two contacts, Ana first."""
    firm = companies.add(Told("Hotel Ñandú", "Ñandú Turismo S. A.", "juridica", NUMBER, tags="hotel"), by=shop.owner)
    ana, beto = (contacts.known(email=f"{name}@example.com", name=name.title()) for name in ("ana", "beto"))
    company_contacts.join(firm, ana, by=shop.owner, role="compras")
    company_contacts.join(firm, beto, by=shop.owner, role="contabilidad")
    db.session.commit()
    return SimpleNamespace(token=firm.token, id=firm.id, ana=ana.token, beto=beto.token)


def acting(token):
    """Who acts for a company: (name, role, whether they are its main contact)."""
    return [(row.contact.name, row.role, row.main) for row in company_contacts.of(companies.named(token))]


def test_a_company_is_written_down_with_the_number_of_its_country(shop):
    browser = shop.admin
    sent = {"name": "Hotel", "legal_name": "Hotel S. A.", "tax_kind": "juridica", "tax_number": "3101123456",
            "phone": "2222 1111", "email": "a@hotel.example", "tags": "Hotel, VIP", "note": "Pagan a 30 días"}  # fmt: skip
    answer = browser.post(f"{BASE}/companies/new", data=sent)
    assert answer.status_code == 303
    shop.enter()
    firm = db.session.scalars(select(Company)).one()
    assert (firm.phone, firm.tags) == ("+50622221111", ["hotel", "vip"])
    assert firm.billed == {"kind": "juridica", "number": NUMBER, "name": "Hotel S. A."}
    page = browser.get(answer.location).text
    assert f"Cédula jurídica {NUMBER}" in page
    assert "¿Quién compra, quién paga, quién decide?" in page
    wrong = browser.post(f"{BASE}/companies/{firm.token}", data={**sent, "tax_number": "12"})
    assert wrong.status_code == 422
    assert "Ese número no puede ser correcto" in wrong.text
    assert browser.post(f"{BASE}/companies/new", data={"phone": "2222 1111"}).status_code == 422


@pytest.mark.parametrize("text", ["nandu", "NANDU turismo", "3101123456", "3-101", "hotel ñ"])
def test_it_is_found_by_its_names_and_number(shop, known, text):
    companies.add(Told("Escuela"), by=shop.owner)
    db.session.commit()
    assert [one.token for one in db.session.scalars(companies.query(text))] == [known.token]
    assert "Hotel Ñandú" in shop.admin.get(f"{BASE}/search?q={text}").text


def test_the_list_is_filtered_goes_out_as_a_file_and_is_empty_kindly(shop):
    assert "Aún no hay empresas" in shop.admin.get(f"{BASE}/companies").text
    shop.enter()
    firm = companies.add(Told("Hotel", tags="hotel"), by=shop.owner)
    companies.add(Told("Escuela", tags="escuela"), by=shop.owner)
    company_contacts.join(firm, contacts.known(email="ana@example.com", name="Ana"), by=shop.owner, role="compras")
    db.session.commit()
    browser = shop.admin
    page = browser.get(f"{BASE}/companies?tag=hotel").text
    assert ("Escuela" in page, "Hotel" in page, "Ana" in page) == (False, True, True)
    assert "Hotel" in (told := browser.get(f"{BASE}/companies.csv").text)
    assert "Ana (compras)" in told
    assert shop.staff("accountant").get(f"{BASE}/companies").status_code == 404


def test_the_first_contact_is_the_main_one_and_there_are_never_two(shop, known):
    assert acting(known.token) == [("Ana", "compras", True), ("Beto", "contabilidad", False)]
    browser, own = shop.admin, f"{BASE}/companies/{known.token}/contacts"
    assert browser.post(f"{own}/{known.beto}", data={"role": "pagos", "main": "y"}).status_code == 303
    shop.enter()
    assert acting(known.token) == [("Beto", "pagos", True), ("Ana", "compras", False)]
    assert browser.post(f"{own}/{known.beto}/remove").status_code == 303
    shop.enter()
    assert acting(known.token) == [("Ana", "compras", True)]
    page = browser.get(f"{BASE}/companies/{known.token}").text
    assert f'action="{own}/{known.beto}/back"' in page  # the toast
    assert browser.post(f"{own}/{known.beto}/back", data={"role": "pagos", "main": "yes"}).status_code == 303
    shop.enter()
    assert acting(known.token) == [("Beto", "pagos", True), ("Ana", "compras", False)]


def test_a_contact_is_found_among_the_people_or_new(shop, known):
    carla = contacts.known(email="carla@example.com", name="Carla Mora")
    db.session.commit()
    token, browser, own = carla.token, shop.admin, f"{BASE}/companies/{known.token}/contacts"
    page = browser.get(f"{own}/new?find=1&name=mora&role=ventas").text
    assert f'name="person" value="{token}"' in page
    assert 'value="ventas"' in page
    assert browser.post(own, data={"person": token, "role": "ventas"}).status_code == 303
    assert browser.post(own, data={"name": "Dario", "reach": "8312 3456"}).status_code == 303
    assert browser.post(own, data={"role": "ventas"}).status_code == 422
    assert browser.post(own, data={"person": "nobody"}).status_code == 404
    shop.enter()
    assert [name for name, _role, _main in acting(known.token)] == ["Ana", "Beto", "Carla Mora", "Dario"]


def test_a_person_joins_by_the_name_of_a_company_and_may_act_for_several(shop, known):
    browser, own = shop.admin, f"{BASE}/people/{known.ana}/companies"
    assert browser.post(own, data={"company": "hotel  nandu", "role": ""}).status_code == 303  # known, in any spelling
    assert browser.post(own, data={"company": "Colegio Nuevo", "role": "dirección"}).status_code == 303
    assert browser.post(own, data={"company": " "}).status_code == 422
    page = browser.get(f"{BASE}/people/{known.ana}").text
    assert "Colegio Nuevo" in page
    shop.enter()
    ana = contacts.by_token(known.ana)
    assert [(row.company.name, row.role) for row in company_contacts.of_person(ana)] == [
        ("Colegio Nuevo", "dirección"), ("Hotel Ñandú", "compras")]  # fmt: skip


def test_two_who_are_one_person_act_for_the_companies_of_both(shop, known):
    other = companies.add(Told("Escuela"), by=shop.owner)
    ana, beto = contacts.by_token(known.ana), contacts.by_token(known.beto)
    company_contacts.join(other, ana, by=shop.owner, role="dirección")
    db.session.commit()
    merging.merge(beto, ana, {}, by=shop.owner)  # Ana goes: she was the main contact of both
    db.session.commit()
    assert acting(known.token) == [("Beto", "contabilidad", True)]
    assert acting(other.token) == [("Beto", "dirección", True)]


def test_who_is_erased_acts_for_nobody_and_is_named_nowhere(shop, known):
    ana = contacts.by_token(known.ana)
    assert people.export(ana)["companies"][0]["company"] == "Hotel Ñandú"
    assert people.export(ana)["companies"][0]["role"] == "compras"
    people.erase(ana, by=shop.owner)
    db.session.commit()
    assert acting(known.token) == [("Beto", "contabilidad", True)]
    assert not [row for row in db.session.scalars(select(Entry)) if "Ana" in str(row.data)]


def test_the_bin_keeps_everything_and_meanwhile_nobody_acts_for_it(shop, known):
    firm = companies.named(known.token)
    deal = deals.add(contacts.by_token(known.ana), deals.Told("Tazas", company_id=firm.id), by=shop.owner).token
    notes.write(firm, "Pagan a 30 días", by=shop.owner)
    db.session.commit()
    browser, own = shop.admin, f"{BASE}/companies/{known.token}"
    assert browser.post(f"{own}/bin").status_code == 303
    assert browser.get(own).status_code == 404
    assert "Hotel Ñandú" not in browser.get(f"{BASE}/people/{known.ana}").text
    assert "Tazas" in browser.get(f"{BASE}/deals").text
    assert browser.post(f"{BASE}/deals/{deal}", data={"title": "Tazas grandes"}).status_code == 303
    assert "Hotel Ñandú" in browser.get(f"{BASE}/companies?show=bin").text
    assert browser.post(f"{own}/back").status_code == 303
    page = browser.get(own).text
    assert all(text in page for text in ("Pagan a 30 días", "Tazas grandes", "Ana", "Beto"))


def test_a_deal_from_its_page_is_for_it_and_whoever_is_new_acts_for_it(shop, known):
    browser = shop.admin
    page = browser.get(f"{BASE}/deals/new?company={known.token}").text
    assert f'name="person" value="{known.ana}"' in page
    assert f'<option selected value="{known.token}">' in page
    sent = {"title": "60 tazas", "name": "Dario", "reach": "8312 3456", "company": known.token}
    answer = browser.post(f"{BASE}/deals", data=sent)
    assert answer.status_code == 303
    assert "Hotel Ñandú" in browser.get(answer.location).text
    assert "Hotel Ñandú" in browser.get(f"{BASE}/deals").text
    shop.enter()
    assert db.session.scalars(select(Deal)).one().company_id == known.id
    assert acting(known.token)[-1][0] == "Dario"
    assert browser.post(answer.location, data={"title": "60 tazas", "company": ""}).status_code == 303
    shop.enter()
    assert db.session.scalars(select(Deal)).one().company_id is None
    foreign = browser.post(f"{BASE}/deals", data={**sent, "company": "nobody"})
    assert foreign.status_code == 422


def test_segments_know_the_companies_of_people(shop, known):
    contacts.known(email="eva@example.com", name="Eva")
    db.session.commit()

    def who(rule):
        return [one.name for one in db.session.scalars(segments.who(rule).order_by(None).order_by(Contact.name))]

    assert who({"company": [known.token]}) == ["Ana", "Beto"]
    assert who({"company_tag": ["hotel"]}) == ["Ana", "Beto"]
    assert who({"company": [""]}) == ["Eva"]
    assert who({"not": {"company": [""]}}) == ["Ana", "Beto"]
    assert rule_sentences.sentence({"not": {"company": [""]}}) == "Personas que son contactos de alguna empresa."
    assert rule_sentences.sentence({"company": [known.token]}) == "Personas que son contactos de Hotel Ñandú."


FILE = (
    "Correo,Nombre,Empresa\n"
    "ana@example.com,Ana,HOTEL NANDU; Escuela\n"
    "eva@example.com,Eva,escuela\n"
    "gil@example.com,Gil,\n"
)


def test_a_file_joins_its_people_to_companies_and_is_taken_back_whole(shop, known):
    browser = shop.admin
    place = _brought(browser, FILE).location
    assert '<option value="company" selected' in browser.get(place).text
    told = {"column-0": "email", "column-1": "name", "column-2": "company"}
    assert browser.post(f"{place}/columns", data=told).status_code == 303
    jobs.run_due()
    shop.enter()
    assert companies.by_name("Escuela") is None  # nothing is changed yet
    browser.post(f"{place}/run")
    jobs.run_due()
    shop.enter()
    school = companies.by_name("escuela")
    assert acting(school.token) == [("Ana", "", True), ("Eva", "", False)]
    assert len(acting(known.token)) == 2
    assert "Escuela; Hotel Ñandú" in browser.get(f"{BASE}/people.csv").text
    browser.post(f"{place}/undo")
    jobs.run_due()
    shop.enter()
    assert companies.by_name("escuela") is None
    assert acting(known.token) == [("Ana", "compras", True), ("Beto", "contabilidad", False)]
    assert contacts.by_email("eva@example.com") is None


def test_a_company_of_a_file_stays_when_somebody_wrote_of_it_since(shop):
    eva = contacts.known(email="eva@example.com")
    [undo] = import_companies.join([(eva.id, ["Escuela"])])
    firm = companies.by_name("Escuela")
    companies.change(firm, Told("Escuela", phone="+50622221111"), by=shop.owner)
    import_companies.leave(eva.id, undo)
    import_companies.drop(undo)
    db.session.commit()
    assert acting(firm.token) == []
    assert db.session.scalars(select(CompanyContact)).all() == []


def test_cells_name_several_companies_each_once():
    assert import_companies.read(" Hotel ;hotel;  Café   Uno ; ") == ["Hotel", "Café Uno"]
