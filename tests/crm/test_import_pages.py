"""Files of people in the back office and on the command line: from the file to the report, and back."""

import csv
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO

import openpyxl
import pytest
from click.testing import CliRunner
from sqlalchemy import event, select

from crm import consent, contacts, imports
from crm.imports import ContactImport
from kernel import cli, jobs
from kernel.db import db
from kernel.letters import Letter

BASE = "/admin/cafe/people/imports"
TOLD = "Correo,Nombre,Color\nana@example.com,Ana,azul\nmal@@,Eva,\n=1+1@example.com,Rara,\n"


def _brought(browser, told=TOLD, **more):
    data = told if isinstance(told, bytes) else told.encode()
    return browser.post(BASE, data={"file": (BytesIO(data), "gente.csv"), **more}, content_type="multipart/form-data")


def _chosen(browser, page):
    """The form of the columns as it stands there, sent."""
    found = re.findall(r'name="(column-\d+)">.*?</select>', page, re.S)
    picked = dict(
        re.findall(
            r'name="(column-\d+)"><option value="">(?:(?!</select>).)*?<option value="(\w+)" selected', page, re.S
        )
    )
    return {name: picked.get(name, "") for name in found}


def test_a_file_goes_its_whole_way_and_back(shop):
    browser = shop.admin
    answer = _brought(browser)
    assert answer.status_code == 303
    page = browser.get(answer.location).text
    assert "UTF-8" in page
    assert "ana@example.com" in page  # cells of each column stand beside its head
    told = _chosen(browser, page)
    assert told == {"column-0": "email", "column-1": "name", "column-2": ""}
    assert browser.post(f"{answer.location}/columns", data={**told, "tag": "feria"}).status_code == 303
    assert browser.get(f"{answer.location}/progress").json["moving"] is True
    jobs.run_due()
    assert 'data-action="import-run"' in browser.get(answer.location).text
    shop.enter()
    assert contacts.by_email("ana@example.com") is None
    browser.post(f"{answer.location}/run")
    jobs.run_due()
    page = browser.get(f"{answer.location}?show=refused").text
    assert "mal@@" in page
    assert "Entró, pero no todo" in page
    assert "Todo entró" not in page + browser.get(BASE).text
    assert "Ana</a>" not in page
    report = browser.get(f"{answer.location}/report.csv").text
    assert len(report.strip().splitlines()) == 4
    assert "Ana" in report
    shop.enter()
    ana = contacts.by_email("ana@example.com")
    assert ana.tags == ["feria"]
    told = db.session.scalars(select(Letter).where(Letter.kind == "import")).one()
    assert told.to == shop.owner.email
    assert "personas nuevas (2), no se toma (1)" in told.text  # words that agree with any number
    assert "Todo entró" not in told.text
    card = browser.get(f"/admin/cafe/people/{ana.token}")
    assert card.status_code == 200
    browser.post(f"{answer.location}/undo")
    jobs.run_due()
    shop.enter()
    assert contacts.by_email("ana@example.com") is None
    assert browser.get(answer.location).status_code == 200
    assert browser.post(f"{answer.location}/undo").status_code == 409


def test_a_dry_run_says_what_would_happen_and_whoever_came_in_with_a_tag_is_one_press_away(shop):
    browser = shop.admin
    where = _brought(browser).location
    told = _chosen(browser, browser.get(where).text)
    browser.post(f"{where}/columns", data={**told, "tag": "feria"})
    jobs.run_due()
    page = browser.get(where).text
    assert "Qué pasaría" in page
    assert 'data-action="see-people"' not in page  # there is nobody yet
    browser.post(f"{where}/run")
    jobs.run_due()
    page = browser.get(where).text
    assert "Qué pasaría" not in page
    [people] = re.findall(r'href="([^"]+)" data-action="see-people"', page)
    assert "Ana" in browser.get(people).text


@pytest.mark.parametrize(
    ("told", "more"), [("ñ;ú\n1;2\n".encode("cp1252"), {"encoding": "utf-8"}), (b"PK\x03\x04xxxx", {}), (b"", {})]
)
def test_what_cannot_be_read_is_said_beside_the_form_and_nothing_is_kept(shop, told, more):
    answer = _brought(shop.admin, told, **more)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'name="file"' in answer.text
    shop.enter()
    assert db.session.scalars(select(ContactImport)).all() == []


def test_a_workbook_says_which_sheet_was_read_and_another_one_can_be(shop):
    book, stream = openpyxl.Workbook(), BytesIO()
    book.active.title = "Clientes"
    for name in ("Clientes", "De la feria"):
        (book[name] if name in book.sheetnames else book.create_sheet(name)).append(
            ["correo", "teléfono", "consentimiento", "fecha de consentimiento"]
        )
        book[name].append([f"ana@{name[:2].lower()}.example", 88887777, True, datetime(2026, 3, 5)])
    book.save(stream)
    browser = shop.admin
    unknown = _brought(browser, stream.getvalue(), sheet="Ferias")
    assert unknown.status_code == 422
    assert "«Ferias»" in unknown.text
    assert 'name="sheet" value="Ferias"' in unknown.text  # what was typed stays
    where = _brought(browser, stream.getvalue(), sheet="de la feria").location
    page = browser.get(where).text
    assert "Se leyó la hoja «De la feria»" in page
    assert "Una línea de un libro de Excel" in page
    browser.post(f"{where}/columns", data=_chosen(browser, page))
    jobs.run_due()
    browser.post(f"{where}/run")
    jobs.run_due()
    shop.enter()
    ana = contacts.by_email("ana@de.example")
    assert ana.phone == "+50688887777"
    assert consent.newest(ana, "marketing").at == datetime(2026, 3, 5, tzinfo=UTC)
    assert contacts.by_email("ana@cl.example") is None


def test_columns_without_a_way_to_reach_anybody_are_said(shop):
    browser = shop.admin
    place = _brought(browser).location
    answer = browser.post(f"{place}/columns", data={"column-1": "name"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_a_clerk_brings_nobody_in(shop):
    clerk = shop.staff("clerk")
    assert clerk.get(BASE).status_code == 404
    assert BASE not in clerk.get("/admin/cafe/people").text


def test_the_command_does_the_same_and_its_dry_run_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAZA_INSTANCE", str(tmp_path))
    monkeypatch.setenv("PLAZA_URL", "http://plaza.localhost:8000")
    monkeypatch.setattr(imports, "AT_ONCE", 1)

    def run(*words):
        return CliRunner().invoke(cli.main, list(words))

    opened = run(
        "tenant", "new", "Espiga", "--country", "HN", "--email", "a@example.com", "--password", "tres gallinas azules"
    )
    assert opened.exit_code == 0, opened.output
    file = tmp_path / "gente.csv"
    file.write_text(TOLD, encoding="utf-8")
    words = ("import", "contacts", str(file), "--tenant", "espiga")
    dry = run(*words, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "line 3: refused (“mal@@” is no e-mail)" in dry.output  # one language from the first word to the last
    assert dry.output.strip().endswith("2 new, 1 refused.")
    with closing(sqlite3.connect(tmp_path / "plaza.db")) as kept:
        assert kept.execute("SELECT count(*) FROM contact").fetchone() == (0,)
        done = run(*words)
        assert done.output.strip().endswith("2 new, 1 refused."), done.output
        assert kept.execute("SELECT count(*) FROM contact").fetchone() == (2,)
        assert kept.execute("SELECT state, seen FROM contact_import").fetchall() == [("done", 3)]
    for wrong in (
        ("import", "goats", str(file), "--tenant", "espiga"),
        (*words[:-1], "nobody"),
        (*words, "--profile", "x"),
    ):
        assert run(*wrong).exit_code == 1


def test_the_report_of_many_people_asks_no_more_than_that_of_one(shop):
    browser = shop.admin
    one = _asked(browser, 1)
    assert _asked(browser, 30) == one


def _asked(browser, number):
    """How many statements the report of a file with so many new people takes; it names each."""
    names = [f"Persona {number}-{place}" for place in range(number)]
    lines = [f"p{place}@f{number}.example.com,{name}" for place, name in enumerate(names)]
    at = _brought(browser, "\n".join(["Correo,Nombre", *lines])).location
    browser.post(f"{at}/columns", data=_chosen(browser, browser.get(at).text))
    jobs.run_due()
    browser.post(f"{at}/run")
    jobs.run_due()
    told = []
    event.listen(db.engine, "before_cursor_execute", hear := lambda *words: told.append(words[2]))
    found = list(csv.reader(browser.get(f"{at}/report.csv").text.splitlines()))[1:]
    event.remove(db.engine, "before_cursor_execute", hear)
    assert [line[2] for line in found] == names
    return len(told)
