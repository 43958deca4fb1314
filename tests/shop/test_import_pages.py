"""Files of products in the back office and on the command line: from the file to the report, and back."""

import re
import sqlite3
from contextlib import closing
from io import BytesIO

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from kernel import cli, jobs
from kernel.db import db
from kernel.letters import Letter
from shop import catalog
from shop.catalog import Product
from shop.imports import ProductImport

BASE = "/admin/cafe/products/imports"
TOLD = "SKU,Nombre,Precio,Existencias\nM1,Miel,12500.00,3\nM2,Polen,gratis,1\nM3,Cera,900,\n"


def brought(browser, told=TOLD, **more):
    data = told if isinstance(told, bytes) else told.encode()
    return browser.post(BASE, data={"file": (BytesIO(data), "p.csv"), **more}, content_type="multipart/form-data")


def chosen(page):
    """The form of the columns as it stands there."""
    found = re.findall(
        r'name="(column-\d+)"><option value="">(?:(?!</select>).)*?<option value="(\w+)" selected', page, re.S
    )
    return dict(found)


def test_a_file_goes_its_whole_way_and_back(shop):
    browser = shop.admin
    assert BASE in browser.get("/admin/cafe/products").text
    at = brought(browser).location
    told = chosen(browser.get(at).text)
    assert told == {"column-0": "sku", "column-1": "name", "column-2": "price", "column-3": "stock"}
    browser.post(f"{at}/columns", data={**told, "publish": "on"})
    assert browser.get(f"{at}/progress").json["moving"] is True
    jobs.run_due()
    page = browser.get(at).text
    assert 'data-action="import-run"' in page
    assert "«gratis» no es un precio de aquí" in page
    shop.enter()
    assert db.session.scalars(select(Product)).all() == []
    browser.post(f"{at}/run")
    jobs.run_due()
    page = browser.get(at).text
    assert "Entró, pero no todo" in page
    assert "1 de 3 líneas no se tomaron" in page
    shop.enter()
    assert catalog.slugged("miel").live
    letter = db.session.scalars(select(Letter).where(Letter.kind == "import")).one()
    assert "de producto nuevo (2), no se toma (1)" in letter.text
    mend = browser.get(f"{at}/refused.csv").text
    assert mend.splitlines()[1].startswith("M2,Polen,gratis,1,")
    assert len(browser.get(f"{at}/report.csv").text.strip().splitlines()) == 4
    again = brought(browser, mend.replace("gratis", "750")).location
    browser.post(f"{again}/columns", data=chosen(browser.get(again).text))
    jobs.run_due()
    browser.post(f"{again}/run")
    jobs.run_due()
    shop.enter()
    assert catalog.slugged("polen").state == "draft"
    browser.post(f"{at}/undo")
    jobs.run_due()
    assert browser.get(at).status_code == 200
    shop.enter()
    assert {row.slug for row in db.session.scalars(select(Product).execution_options(binned=True))} == {"polen"}
    assert browser.post(f"{at}/undo").status_code == 409


def test_the_list_is_taken_along_as_it_is_sieved(shop):
    shop.product("Miel", slug="miel")
    shop.product("Cera", slug="cera")
    page = shop.admin.get("/admin/cafe/products?q=miel").text
    assert "products.csv?q=miel" in page
    told = shop.admin.get("/admin/cafe/products.csv?q=miel")
    assert "attachment" in told.headers["Content-Disposition"]
    assert [line.partition(",")[0] for line in told.text.splitlines()[1:]] == ["MIEL"]


@pytest.mark.parametrize(
    ("told", "more"),
    [("ñ;ú\n1;2\n".encode("cp1252"), {"encoding": "utf-8"}), (b"PK\x03\x04xxxx", {}), (b"", {}), (b"SKU\n\0\n", {}),
     (b"SKU,Nombre\n", {})],
)  # fmt: skip
def test_what_cannot_be_read_is_said_beside_the_form_and_nothing_is_kept(shop, told, more):
    answer = brought(shop.admin, told, **more)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    shop.enter()
    assert db.session.scalars(select(ProductImport)).all() == []


def test_what_is_to_be_mended_is_refused_again_until_it_is_and_runs_as_no_formula(shop):
    browser = shop.admin
    at = brought(browser, "SKU,Nombre,=1+1,Precio\nM1,Miel,,12,500\n=2+2,Polen,,-5\n").location
    browser.post(f"{at}/columns", data=chosen(browser.get(at).text))
    jobs.run_due()
    mend = browser.get(f"{at}/refused.csv").text
    assert "'=1+1" in mend
    assert "'=2+2" in mend
    again = brought(browser, mend).location
    browser.post(f"{again}/columns", data=chosen(browser.get(again).text))
    jobs.run_due()
    page = browser.get(again).text
    assert "tiene más celdas que la primera línea" in page  # 12,500 is never taken for 12
    assert 'data-action="import-run"' not in page


def test_columns_by_which_no_product_is_known_are_said(shop):
    at = brought(shop.admin).location
    answer = shop.admin.post(f"{at}/columns", data={"column-2": "price"})
    assert answer.status_code == 422
    assert "Diga qué columna tiene el código" in answer.text


def test_a_clerk_brings_and_takes_nothing(shop):
    clerk = shop.staff("clerk")
    assert clerk.get(BASE).status_code == 404
    assert clerk.get("/admin/cafe/products.csv").status_code == 404


def test_the_command_does_the_same_and_its_dry_run_makes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAZA_INSTANCE", str(tmp_path))
    monkeypatch.setenv("PLAZA_URL", "http://plaza.localhost:8000")

    def run(*words):
        return CliRunner().invoke(cli.main, list(words))

    opened = run(
        "tenant", "new", "Espiga", "--country", "HN", "--email", "a@example.com", "--password", "tres gallinas"
    )
    assert opened.exit_code == 0, opened.output
    file = tmp_path / "productos.csv"
    file.write_text(TOLD, encoding="utf-8")
    words = ("import", "products", str(file), "--tenant", "espiga")
    dry = run(*words, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "line 3: refused" in dry.output
    assert dry.output.strip().endswith("2 new, 1 refused.")
    with closing(sqlite3.connect(tmp_path / "plaza.db")) as kept:
        assert kept.execute("SELECT count(*) FROM product").fetchone() == (0,)
        done = run(*words)
        assert done.output.strip().endswith("2 new, 1 refused."), done.output
        assert kept.execute("SELECT count(*) FROM product").fetchone() == (2,)
    assert run(*words, "--profile", "x").exit_code == 1
