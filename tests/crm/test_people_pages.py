"""People in the back office: found as one types, changed, put away and taken back, taken out as files."""

import csv
import re
from datetime import timedelta

from sqlalchemy import event, select

from crm import consent, contacts, facts, spending
from crm.contacts import Contact
from kernel import clock, tenancy
from kernel.db import db
from kernel.journal import Entry
from kernel.money import Money

BASE = "/admin/cafe/people"


def _people(shop):
    contacts.known(email="ana@example.com", name="Ana Núñez", phone="+50683123456", country="CR")
    contacts.known(email="bo@example.com", name="Bo Ek", country="GT", group="mayorista", tags=["vip", "año"])
    db.session.commit()


def test_people_are_found_by_name_without_accents_phone_fragment_and_mail(shop):
    _people(shop)
    browser = shop.admin
    for text, found in [("nunez", "Ana"), ("83123", "Ana"), ("8312-34", "Ana"), ("bo@", "Bo Ek"), ("EK bo", "Bo Ek")]:
        page = browser.get(f"{BASE}?q={text}").text
        assert found in page, text
        assert ("Bo Ek" if found == "Ana" else "Ana N") not in page, text


def test_chips_filter_by_group_tag_and_country(shop):
    _people(shop)
    browser = shop.admin
    for query in ("group=mayorista", "tag=vip", "tag=a%C3%B1o", "country=GT"):
        page = browser.get(f"{BASE}?{query}").text
        assert "Bo Ek" in page, query
        assert "Ana N" not in page, query


def _bought(name, *orders, paid=0, currency="CRC"):
    person = contacts.known(email=f"{name.lower()}@example.com", name=name, country="CR")
    for days in orders:
        facts.record("ordered", contact=person, amount=Money(5_000_00, "CRC"), at=clock.now() - timedelta(days=days))
    if paid:
        facts.record("paid", contact=person, amount=Money(paid, currency))
    return person


def test_the_list_says_what_people_bought_and_sorts_by_it(shop):
    _bought("Ana", 40, paid=9_500_00)
    _bought("Bo", 3, 90, 200, paid=4_000_00)
    _bought("Caro", paid=70_000_00, currency="USD")  # other money is not added up with ours
    facts.record("refunded", contact=_bought("Dina", 10, 50, paid=20_000_00), amount=Money(-15_000_00, "CRC"))
    db.session.commit()
    orders = {"spent": "Ana Dina Bo", "orders": "Bo Dina Ana", "last": "Bo Dina Ana", "name": "Ana Bo Caro Dina"}
    for sort, names in orders.items():
        page = shop.admin.get(f"{BASE}?sort={sort}")
        rows = re.findall(r"row-link[^>]*>(\w+)<", page.text)
        assert rows[: len(names.split())] == names.split(), sort
        assert len(rows) == 4
        assert page.text.count("aria-sort") == 1
    assert re.findall(r"row-link[^>]*>(\w+)<", shop.admin.get(f"{BASE}?sort=no").text) == ["Dina", "Caro", "Bo", "Ana"]
    row = re.search(r"<tr>(?:(?!</tr>).)*>Dina<.*?</tr>", page.text, re.DOTALL)[0]
    assert "₡5" in row
    assert ">2<" in row
    lines = shop.admin.get(f"{BASE}.csv?sort=spent").text.removeprefix("\ufeff").splitlines()
    told = {one["Nombre"]: one for one in csv.DictReader(lines)}
    assert next(iter(told)) == "Ana"
    assert (told["Bo"]["Pedidos"], told["Bo"]["Pagó en total"]) == ("3", "4000.00")
    for name in ("Pedidos", "Pagó en total", "Último pedido"):  # as the list, which shows nothing there
        assert told["Caro"][name] == "", name


def test_spending_of_many_is_looked_up_in_parts(shop, monkeypatch):
    monkeypatch.setattr(spending, "TOGETHER", 2)
    people = [_bought(f"P{number}", *range(number)) for number in range(5)]
    db.session.commit()
    assert {key: one.orders for key, one in spending.of(people).items()} == {
        one.id: number for number, one in enumerate(people) if number
    }


def test_an_empty_list_teaches_with_one_verb(shop):
    page = shop.admin.get(BASE).text
    assert page.count("btn btn-primary") == 1
    assert f"{BASE}/new" in page


def test_who_came_over_the_counter_is_said_in_words(shop):
    ana = contacts.known(email="ana@example.com", name="Ana", source="counter")
    db.session.commit()
    page = shop.admin.get(f"{BASE}/{ana.token}").text
    assert "una venta o reserva anotada en el mostrador" in page
    assert ">counter<" not in page


def test_a_person_shows_proof_of_consent_facts_and_sums(shop):
    ana = contacts.known(email="ana@example.com", name="Ana")
    consent.record(ana, "marketing", True, form="checkout", ip="10.0.0.1")
    facts.record("ordered", contact=ana, amount=Money(500000, "CRC"))
    facts.record("ordered", contact=ana, amount=Money(250000, "CRC"))
    db.session.commit()
    page = shop.admin.get(f"{BASE}/{ana.token}").text
    assert consent.TEXT_VERSION in page
    assert "7.500" in page.replace("\xa0", ".").replace(" ", ".")
    assert page.count("<li><svg") >= 2


def test_somebody_new_is_written_and_changed(shop):
    browser = shop.admin
    told = {
        "name": "Eva Sol",
        "phone": "8312 3456",
        "email": "Eva@Example.com",
        "language": "es",
        "tags": "vip, , feria",
    }
    answer = browser.post(f"{BASE}/new", data=told)
    assert answer.status_code == 303
    eva = contacts.by_email("eva@example.com")
    assert (eva.phone, eva.tags, eva.source) == ("+50683123456", ["vip", "feria"], "staff")
    home = {"region": "San José", "city": "Escazú", "district": "San Rafael", "street": "100 m sur"}
    browser.post(f"{BASE}/{eva.token}", data={**told, "group": "Mayorista", **home})
    db.session.refresh(eva)
    assert eva.group == "mayorista"
    assert eva.address["district"] == "San Rafael"
    assert [row.verb for row in db.session.scalars(select(Entry).order_by(Entry.id))][-2:] == [
        "person.added", "person.changed",
    ]  # fmt: skip


def test_a_name_is_one_line_and_a_note_keeps_its_lines(shop):
    shop.admin.post(
        f"{BASE}/new", data={"name": "a\u202e\r\nBcc: x@y.z", "phone": "8312 3456", "language": "es", "note": "a\nb"}
    )
    one = db.session.scalars(select(Contact)).one()
    assert (one.name, one.note.splitlines()) == ("a Bcc: x@y.z", ["a", "b"])


def test_what_is_wrong_is_said_and_kept(shop):
    _people(shop)
    browser = shop.admin
    for told, wrong in [
        ({"name": "Eva", "email": "eva@"}, "email"),
        ({"name": "Eva", "phone": "12"}, "phone"),
        ({"note": "hola"}, "name"),
        ({"name": "Eva", "email": "ana@example.com"}, "email"),
    ]:
        answer = browser.post(f"{BASE}/new", data={"language": "es", **told})
        assert answer.status_code == 422, told
        assert f'id="{wrong}-error"' in answer.text
        assert 'aria-invalid="true"' in answer.text
        for value in told.values():
            assert value in answer.text
    shop.enter()
    assert len(db.session.scalars(select(Contact)).all()) == 2


def test_the_bin_gives_back_the_same_person(shop):
    _people(shop)
    ana = contacts.by_email("ana@example.com")
    token, known = ana.token, ana.id
    browser = shop.admin
    assert browser.post(f"{BASE}/{token}/bin").status_code == 303
    page = browser.get(BASE).text
    assert "Ana Núñez" in page  # in the toast only
    assert f"{BASE}/{token}/back" in page
    assert browser.get(f"{BASE}/{token}").status_code == 404
    assert "Ana Núñez" in browser.get(f"{BASE}?show=bin").text
    assert browser.post(f"{BASE}/{token}/back").status_code == 303
    shop.enter()
    assert contacts.by_token(token).id == known


def test_the_file_quotes_formulas_and_asks_for_its_permission(shop):
    contacts.known(email="evil@example.com", name="=1+1")
    db.session.commit()
    answer = shop.admin.get(f"{BASE}.csv")
    assert answer.mimetype == "text/csv"
    assert "'=1+1" in answer.text
    assert "\n=1+1" not in answer.text
    clerk = shop.staff("clerk")
    assert clerk.get(f"{BASE}.csv").status_code == 404
    assert f"{BASE}.csv" not in clerk.get(BASE).text


def test_another_shop_finds_none_of_them(rival, shop):
    _people(shop)
    token = contacts.by_email("ana@example.com").token
    browser = rival.admin
    assert browser.get(f"/admin/rival/people/{token}").status_code == 404
    assert browser.post(f"/admin/rival/people/{token}/bin").status_code == 404
    assert browser.get(f"{BASE}/{token}").status_code == 404
    tenancy.leave()


def test_saving_keeps_the_place_of_whom_a_file_told_no_street(shop):
    ana = contacts.known(email="ana@example.com", name="Ana", region="Cartago", city="Cartago", country="CR")
    db.session.commit()
    token = ana.token
    form = {"name": "Ana M", "email": "ana@example.com", "language": "es", "city": "", "region": ""}
    assert shop.admin.post(f"{BASE}/{token}", data=form).status_code == 303
    shop.enter()
    ana = contacts.by_token(token)
    assert (ana.name, ana.region, ana.city) == ("Ana M", "Cartago", "Cartago")


def test_a_file_of_many_people_asks_no_more_than_that_of_one(shop):
    browser = shop.admin
    one = _asked(browser, 1)
    assert _asked(browser, 30) == one


def _asked(browser, number):
    """How many statements the file of so many people takes; it says who allows letters."""
    group = f"g{number}"
    for place in range(number):
        row = contacts.known(email=f"p{place}@{group}.example.com", name="Ana", group=group, tags=[group])
        for yes in [True, False, place % 2 == 0][: place % 4]:  # some never were asked
            consent.record(row, "marketing", yes, form="test")
    db.session.commit()
    told = []
    event.listen(db.engine, "before_cursor_execute", hear := lambda *words: told.append(words[2]))
    found = list(csv.DictReader(browser.get(f"{BASE}.csv?group={group}").text.splitlines()))
    event.remove(db.engine, "before_cursor_execute", hear)
    right = {f"p{place}@{group}.example.com": ["no", "sí", "no", "sí" if place % 2 == 0 else "no"][place % 4]
             for place in range(number)}  # fmt: skip
    assert {row["Correo"]: row["Permite novedades"] for row in found} == right
    assert all(row["Etiquetas"] == group for row in found)
    return len(told)
