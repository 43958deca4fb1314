"""Columns of files of people: which heads are known, which may stand twice, to whom letters may go, where a city lies."""

from io import BytesIO

import pytest
from bs4 import BeautifulSoup

from crm import contacts, import_fields, imports, people
from kernel import jobs, suppression
from kernel.db import db
from tests.crm import people_files as files

BASE = "/admin/cafe/people/imports"
HEADS = [
    ("Nombre y apellidos", "name"), ("Nombre completo", "name"), ("Tel / WhatsApp", "phone"), ("Celular:", "phone"),
    ("Teléfono (WhatsApp)", "phone"), ("¿Acepta correos?", "allows"), ("Permite correos (sí o no)", "allows"),
    ("Acepta publicidad", "allows"), ("Fecha consentimiento", "allowed_at"), ("Fecha de consentimiento", "allowed_at"),
    ("FECHA DEL CONSENTIMIENTO", "allowed_at"), ("Correo-e", "email"), ("E-Mail *", "email"), ("Cumple", "birthday"),
    ("Cantón", "city"), ("Date of consent", "allowed_at"), ("Opt-in", "allows"), ("Mobile phone", "phone"),
    ("Correo / Teléfono", ""), ("Nombre de la empresa", "company"), ("Empresa", "company"), ("Nombre de la mascota", ""), ("Fecha", ""), ("Acepta WhatsApp", ""), ("¿?", ""),
]  # fmt: skip


@pytest.mark.parametrize(("head", "code"), HEADS)
def test_heads_are_known_however_they_are_written(head, code):
    assert import_fields.guess([head]) == ({code: 0} if code else {})


def test_of_two_heads_of_one_field_the_usual_one_is_taken_and_tags_from_all():
    heads = ["Cel", "Teléfono", "Etiqueta", "Nombre", "Apellidos", "Etiquetas"]
    assert import_fields.guess(heads) == {"phone": 1, "last_name": 4, "first_name": 3, "tags": [2, 5]}


def brought(browser, told):
    data = {"file": (BytesIO(told.encode()), "gente.csv")}
    return browser.post(BASE, data=data, content_type="multipart/form-data").location


def chosen(page):
    """Each select of a page of columns, with what it has chosen."""
    found = BeautifulSoup(page, "html.parser").select("select[name^=column-]")
    return {one["name"]: (one.select_one("option[selected]") or {"value": ""})["value"] for one in found}


def taken(browser, place, **columns):
    """The file looked through with these columns, taken in, and the page of the trial."""
    told = {**chosen(browser.get(place).text), **columns}
    assert browser.post(f"{place}/columns", data=told).status_code == 303
    jobs.run_due()
    trial = browser.get(place).text
    browser.post(f"{place}/run")
    jobs.run_due()
    return trial


def test_tags_come_from_several_columns_and_anything_else_twice_is_refused_by_name(shop):
    browser = shop.admin
    place = brought(browser, "Correo,Interés,Feria,Correo 2\nANA@Example.com,café,2026,otra@example.com\n")
    twice = {"column-0": "email", "column-1": "tags", "column-2": "tags", "column-3": "email", "tag": "nueva"}
    answer = browser.post(f"{place}/columns", data=twice)
    assert answer.status_code == 422
    assert "«Correo» y «Correo 2» están las dos como «Correo»" in answer.text
    assert {**chosen(answer.text), "tag": "nueva"} == twice  # nothing is set back
    assert 'value="nueva"' in answer.text
    assert browser.get(f"{place}/progress").json["moving"] is False
    trial = taken(browser, place, **{**twice, "column-3": ""})
    assert chosen(trial) == {"column-0": "email", "column-1": "tags", "column-2": "tags", "column-3": ""}
    shop.enter()
    ana = contacts.by_email("ana@example.com")
    assert (ana.tags, ana.email) == (["café", "2026", "nueva"], "ana@example.com")  # kept as addresses are everywhere


MAY = (
    "Correo,Tel,Permite correos,Fecha consentimiento\n"
    "si@example.com,,sí,2025-03-01\nno@example.com,,no,\nsin@example.com,,sí,\nnada@example.com,,,\n"
    ",8888 7777,sí,2025-03-01\nmal@@,8888 7776,sí,2025-03-01\nbaja@example.com,,sí,2025-03-01\nmal@@,,,\n"
)


def letters(page):
    box = BeautifulSoup(page, "html.parser").select_one("[data-may]")
    why = box.find_next("ul").select("li") if box.find_next("ul") else []
    return int(box["data-may"]), {one.get_text(" ", strip=True).partition(" ")[2]: int(one.strong.text) for one in why}


def test_the_trial_and_the_report_say_to_whom_letters_may_go_and_why_not_to_the_others(shop):
    suppression.add("baja@example.com", "marketing", "letter 1")
    db.session.commit()
    browser = shop.admin
    place = brought(browser, MAY)
    trial = letters(taken(browser, place))
    report = browser.get(place).text
    assert trial == letters(report)
    assert trial == (1, {
        "su línea no dice un sí claro": 1, "hay un sí, pero no el día en que lo dijeron": 1, "dijeron que no": 1,
        "sin correo": 2, "se dieron de baja o sus correos se devolvieron": 1,
    })  # fmt: skip
    assert "«mal@@» no es un correo: no se tomó" in report
    shop.enter()
    kept = contacts.by_phone("+50688887776")
    assert (kept.email, kept.email_norm) == (None, None)
    row = imports.listed()[0]
    assert sum(row.letters.values()) + row.counts["refused"] == row.total
    place = brought(browser, "Correo\nsi@example.com\notra@example.com\n")
    assert letters(taken(browser, place)) == (1, {"ninguna columna dice si permiten correos": 1})


def test_a_file_of_mailchimp_brings_nobody_by_a_telephone_that_nobody_vouches_for(shop):
    browser = shop.admin
    taken(browser, brought(browser, files.MAILCHIMP + files.subscribed("mal@@")))
    shop.enter()
    assert imports.listed()[0].counts == {"refused": 1}


def test_a_city_tells_its_province_where_the_country_has_exactly_one(shop):
    told = (
        "Correo,Cantón,Provincia,País\na@example.com,HEREDIA,,\nb@example.com,Escazú,Otra,\nc@example.com,Macondo,,\n"
        "d@example.com,Heredia,,Honduras\ne@example.com,Heredia,,Atlántida\nf@example.com,Heredia,,\n"
    )
    contacts.known(email="f@example.com", city="Liberia")
    db.session.commit()
    taken(shop.admin, brought(shop.admin, told))
    shop.enter()
    found = {one.email[0]: one.region for one in people.page(people.query(), 1)[0]}
    assert found == {"a": "Heredia", "b": "Otra", "c": "", "d": "", "e": "", "f": ""}
