"""A shop's own fields in files of people: matched, made from a column, never overwritten, taken back, out and in again."""

from io import BytesIO

from sqlalchemy import select

from crm import contacts, custom_fields, custom_texts, custom_values, import_custom, imports, people
from crm.contacts import Contact
from crm.custom_fields import Told
from kernel import jobs
from kernel.db import db
from kernel.suppression import Suppression
from tests.crm.test_import_pages import _brought

FILE = (
    "Correo,Nombre,Talla,Nacido,Código,Color\n"
    "ana@example.com,Ana,38,2020-02-28,007,Rojo\n"
    'bo@example.com,Bo,"39,5",01/03/2021,012,"Rojo, Azul"\n'
    "eva@example.com,Eva,grande,2022-01-01,100,Lila\n"
    "ana@example.com,Ana,40,,,\n"
)


def has(email):
    whole = custom_values.whole(contacts.by_email(email).id)
    return {one.code: custom_texts.bare(one, value) for one, value in whole.items()}


def test_columns_become_fields_are_filled_and_taken_back(shop):
    talla = custom_fields.add(Told("Talla", "number"), by=None)
    custom_fields.add(Told("Color", "several", more=("Rojo", "Azul")), by=None)
    custom_values.keep(contacts.known(email="bo@example.com", name="Bo"), {talla: 44_000}, "staff")
    db.session.commit()
    browser = shop.admin
    place = _brought(browser, FILE).location
    page = browser.get(place).text
    assert '<option value="c:talla" selected' in page  # by its name
    told = {"column-0": "email", "column-1": "name", "column-2": "c:talla", "column-3": "c+", "column-4": "c+",
            "column-5": "c:color"}  # fmt: skip
    twice = browser.post(f"{place}/columns", data={**told, "column-4": "c:talla"})
    assert twice.status_code == 422
    assert custom_fields.live()[-1].code == "color"  # what was refused made no field
    assert browser.post(f"{place}/columns", data=told).status_code == 303
    jobs.run_due()
    page = browser.get(place).text
    assert "Talla: grande" in page
    assert "Color: Lila" in page
    shop.enter()
    assert {one.code: one.kind for one in custom_fields.live()} == {
        "talla": "number", "color": "several", "nacido": "day", "codigo": "text"}  # fmt: skip
    browser.post(f"{place}/run")
    jobs.run_due()
    shop.enter()
    assert has("ana@example.com") == {"talla": "38", "nacido": "2020-02-28", "codigo": "007", "color": "Rojo"}
    assert has("bo@example.com") == {"talla": "44", "nacido": "2021-03-01", "codigo": "012", "color": "Rojo; Azul"}
    assert has("eva@example.com") == {"nacido": "2022-01-01", "codigo": "100"}
    custom_values.keep(contacts.by_email("eva@example.com"), {talla_again(): 41_000}, "staff")
    db.session.commit()
    browser.post(f"{place}/undo")
    jobs.run_due()
    shop.enter()
    assert has("bo@example.com") == {"talla": "44"}
    assert contacts.by_email("ana@example.com") is None
    assert has("eva@example.com")["talla"] == "41"  # who moved on since stays


def talla_again():
    return next(one for one in custom_fields.live() if one.code == "talla")


def test_who_may_not_decide_fields_makes_none_from_a_column(shop):
    marketer = shop.staff("marketer")
    place = _brought(marketer, FILE).location
    assert 'value="c+"' not in marketer.get(place).text
    marketer.post(f"{place}/columns", data={"column-0": "email", "column-2": "c+", "column-3": "c:nothing"})
    shop.enter()
    assert custom_fields.every() == []
    assert imports.listed()[0].mapping == {"email": 0}


def test_a_column_that_is_called_as_something_sensitive_says_so_and_keeps_what_was_chosen(shop):
    custom_fields.add(Told("Salud", "text", sensitive=True), by=None)
    db.session.commit()
    browser = shop.admin
    place = _brought(browser, "Correo,Salud\nana@example.com,asma\n").location
    answer = browser.post(f"{place}/columns", data={"column-0": "email", "column-1": "c+"})
    assert (answer.status_code, '<option value="c+" selected' in answer.text) == (422, True)
    assert len(custom_fields.every()) == 1


def test_what_goes_out_as_a_file_comes_in_as_it_was(shop):
    kinds = [
        custom_fields.add(Told(f"F {kind}", kind, more=("=1+1", "Verde, claro")), by=None)
        for kind in custom_fields.KINDS
    ]
    values = ["Ñandú", "uno\ndos", 38_125, custom_texts.day("2020-02-29"), "no", "1", ["1", "2"]]
    ana = contacts.known(email="ana@example.com", name="Ana")
    custom_values.keep(ana, dict(zip(kinds, values, strict=True)), "staff")
    db.session.commit()
    before = has("ana@example.com")
    for ending in ("csv", "xlsx"):
        browser = shop.admin
        sheet = browser.get(f"/admin/cafe/people.{ending}").data
        shop.enter()
        people.erase(contacts.by_email("ana@example.com"), by=shop.owner)
        _forgive()
        data = {"file": (BytesIO(sheet), f"gente.{ending}")}
        place = browser.post("/admin/cafe/people/imports", data=data, content_type="multipart/form-data").location
        shop.enter()
        row = imports.listed()[0]
        told = {f"column-{column}": code for code, column in row.mapping.items()}
        browser.post(f"{place}/columns", data=told)
        jobs.run_due()
        browser.post(f"{place}/run")
        jobs.run_due()
        shop.enter()
        assert has("ana@example.com") == before, ending


def _forgive():
    """Let whoever was erased come back: here only the file matters."""
    db.session.execute(db.delete(Suppression))
    assert db.session.scalars(select(Contact)).all() == []
    db.session.commit()


def test_a_report_repeats_no_cell_of_what_is_sensitive(shop):
    fields = dict(enumerate(custom_fields.add(Told(label, "number", sensitive=label == "Peso"), by=None)
                            for label in ("Talla", "Peso")))  # fmt: skip
    assert import_custom.read(fields, ["grande", "mucho"]) == ({}, ["Talla: grande", "Peso"])


def test_what_was_left_out_of_lines_that_came_in_is_counted_and_listed(shop):
    custom_fields.add(Told("Talla", "number"), by=None)
    db.session.commit()
    browser = shop.admin
    place = _brought(browser, (
        "Correo,Nombre,Talla,País\n"
        "ana@example.com,Ana,grande,Narnia\n"
        "bo@example.com,Bo,39,Costa Rica\n"
        "eva@example.com,Eva,chica,Costa Rica\n"
    )).location  # fmt: skip
    told = {"column-0": "email", "column-1": "name", "column-2": "c:talla", "column-3": "country"}
    assert browser.post(f"{place}/columns", data=told).status_code == 303
    jobs.run_due()
    assert "3 datos no se pueden leer y quedarían fuera, en 2 líneas." in browser.get(place).text
    browser.post(f"{place}/run")
    jobs.run_due()
    page = browser.get(place).text
    assert "3 datos no se pudieron leer y quedaron fuera, en 2 líneas." in page
    assert ("Todo entró" in page, "Entró, pero no todo" in page) == (False, True)
    listed = browser.get(f"{place}?show=left_out").text
    assert listed.count('<td class="num">') == 2  # its lines, not all
    assert ("Talla: grande" in listed, "Narnia" in listed, "Talla: chica" in listed) == (True, True, True)
    lines = browser.get(f"{place}/report.csv?show=left_out").text.strip().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["2", "4"]
    assert len(browser.get(f"{place}/report.csv").text.strip().splitlines()) == 4
    shop.enter()
    row = db.session.scalars(select(imports.ContactImport)).one()
    assert (row.lacks, row.counts) == ({"values": 3, "lines": 2}, {"new": 3})
    browser.post(f"{place}/undo")
    jobs.run_due()
    assert "quedaron fuera" not in browser.get(place).text
