"""A tenant leaves: everything comes along, then nothing of it is left, and its neighbour notices nothing."""

import json
import zipfile

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.exc import DBAPIError

from crm import logins, subscribing
from kernel import (
    account_letters,
    accounts,
    cli,
    cli_tenants,
    dumps,
    invitations,
    jobs,
    leaving,
    letters,
    mail,
    memberships,
    wire,
)
from kernel.db import db
from shop.invoice_rows import Invoice
from tests.kernel.places import known
from tests.matrix import things
from tests.shop import gifts

SECRET = ("sk_test", "whsec_")


def rows_of(app, tenant_id):
    """How many rows of a tenant stand in which table, and their words."""
    engine = dumps.engine(known(app).database_url)
    found = {}
    with engine.connect() as bare:
        for table in dumps.tables():
            if "tenant_id" in table.c and table.name not in {"job"}:
                mine = sa.select(*table.c).where(table.c.tenant_id == tenant_id).order_by(*table.primary_key)
                rows = [tuple(map(str, row)) for row in bare.execute(mine)]
                found |= {table.name: rows} if rows else {}
    engine.dispose()
    return found


def files_of(app, tenant_id):
    return [path for folder in leaving._folders(known(app), tenant_id) for path in folder.rglob("*") if path.is_file()]


def test_everything_comes_along_but_keys(app, rival, shop, tmp_path):
    things(shop)
    db.session.commit()
    made = leaving.export(app, shop.slug, tmp_path)
    with zipfile.ZipFile(made["path"]) as box:
        told = {name: box.read(name).decode("utf-8", "replace") for name in box.namelist()}
    there = rows_of(app, shop.tenant_id)
    made_again = {table.name for table in dumps.tables() if table not in dumps.copied()}  # of what comes along
    there = {name: rows for name, rows in there.items() if name not in {*leaving.OURS, *made_again}}
    kept = {name: told[f"tables/{name}.jsonl"].splitlines() for name in there}
    assert {name: len(lines) for name, lines in kept.items()} == {name: len(rows) for name, rows in there.items()}
    assert {json.loads(line)["tenant_id"] for lines in kept.values() for line in lines} == {shop.tenant_id}
    assert len([name for name in told if name.startswith("media/")]) == len(files_of(app, shop.tenant_id)) > 0
    columns = {key for lines in kept.values() for line in lines[:1] for key in json.loads(line)}
    assert not columns & set(leaving.KEYS)
    assert not [name for name, text in told.items() if any(sign in text for sign in SECRET)]
    assert json.loads(told["tenant.json"])["slug"] == shop.slug


def keys(shop):
    """What stands in letters and opens something: an account of staff or of a shopper, a place in the staff, a card."""
    told = {"name": "Eva", "source": "footer", "interests": [], "asked_at": "", "asked_ip": "", "version": ""}
    logins.write(shop.contact("ana@example.com").email, "es")
    subscribing.write("eva@example.com", "es", told)
    invitations.invite("new@example.com", "clerk", by=shop.owner)
    account_letters.later("reset", shop.owner.email)
    gifts.card(shop, email="given@example.com", recipient="Dada")
    jobs.run_due()
    rows = {row.kind: row for row in db.session.scalars(sa.select(letters.Letter))}
    kinds = ("login", "subscribe", letters.INVITATION, "account.reset", "gift_cards.given")
    return {kind: rows[kind].data["button_url"].rpartition("/")[2] for kind in kinds}


@pytest.mark.parametrize("drawn", [False, True])
def test_letters_come_along_without_what_they_open(app, shop, tmp_path, drawn):
    found, order = keys(shop), shop.bought(shop.product(stock=1))
    for row in db.session.scalars(sa.select(letters.Letter)):
        row.drawn_text, row.drawn_html = (row.text, row.html) if drawn else ("", "")
        row.data = {} if drawn else row.data
    db.session.commit()
    assert len(set(found.values())) == 5
    made = leaving.export(app, shop.slug, tmp_path)
    with zipfile.ZipFile(made["path"]) as box:
        told = {name: box.read(name).decode("utf-8", "replace") for name in box.namelist()}
    there = {kind: [name for name, text in told.items() if key in text] for kind, key in found.items()}
    assert not any(there.values()), there
    kept = {row["kind"]: row for row in map(json.loads, told["tables/letter.jsonl"].splitlines())}
    assert set(kept) > set(found)
    for kind in found:
        words = kept[kind]["text"] if drawn else kept[kind]["data"]["button_url"]
        assert "http://" in words
        assert "/…" in words
    own = [row["text"] if drawn else json.dumps(row["data"]) for kind, row in kept.items() if kind not in found]
    assert any(order.token in words for words in own)  # the books have it too


def test_an_export_never_writes_over_anything(app, shop, tmp_path):
    (tmp_path / "there.zip").write_text("mine")
    with pytest.raises(leaving.backup.NotThere):
        leaving.export(app, shop.slug, tmp_path / "there.zip")
    assert (tmp_path / "there.zip").read_text() == "mine"


def captured(app, shop, rival):
    """The letters that each of the two wrote."""
    wire.capture(letter(shop))
    wire.capture(letter(rival))


def letter(world):
    return mail.Envelope((world.slug, f"{world.slug}@plaza.localhost"), ("Ana", "ana@example.com"), "", "x", "x", "x")


def of(app, slug):
    return [path for path in (known(app).instance / "mail").glob("*.eml") if f"-{slug}-" in path.name]


def test_nothing_is_left_and_the_neighbour_notices_nothing(app, rival, shop):
    captured(app, shop, rival)
    things(shop)
    memberships.join(shop.owner, rival.tenant_id, "clerk")
    assert shop.staff("clerk")
    alone, elsewhere = accounts.by_email("clerk@cafe.example.com").id, shop.owner_id
    db.session.commit()
    neighbour, mine = rows_of(app, rival.tenant_id), rows_of(app, shop.tenant_id)
    assert {"order", "invoice", "ledger_entry", "booking", "contact"} <= set(mine)
    db.session.remove()
    leaving.erase(app, shop.slug)
    assert rows_of(app, shop.tenant_id) == {}
    assert files_of(app, shop.tenant_id) == []
    assert (of(app, shop.slug), len(of(app, rival.slug)) > 0) == ([], True)
    assert rows_of(app, rival.tenant_id) == neighbour
    engine = dumps.engine(known(app).database_url)
    with engine.connect() as bare:
        left = set(bare.scalars(sa.text("SELECT id FROM account")))
        assert elsewhere in left
        assert alone not in left
        assert bare.scalar(sa.text("SELECT count(*) FROM tenant WHERE slug = 'cafe'")) == 0
    engine.dispose()


def test_books_stay_closed_for_everybody_else(app, rival, shop):
    things(shop)
    invoice = db.session.scalars(sa.select(Invoice.id)).first()
    db.session.commit()
    db.session.remove()
    leaving.erase(app, rival.slug)
    engine = dumps.engine(known(app).database_url)
    with pytest.raises(DBAPIError), engine.begin() as bare:
        bare.execute(sa.text("DELETE FROM invoice WHERE id = :id"), {"id": invoice})
    engine.dispose()


def test_it_asks_and_knows_its_shops(app, shop, monkeypatch):
    monkeypatch.setattr(cli_tenants, "app", lambda: app)
    run = CliRunner().invoke
    db.session.commit()
    assert "Nothing was erased" in run(cli.main, ["tenant", "erase", shop.slug], input="no\n").output
    assert "ninguna tienda llamada nowhere" in run(cli.main, ["tenant", "erase", "nowhere", "--yes", "nowhere"]).output
    assert rows_of(app, shop.tenant_id) != {}
    assert "Erased" in run(cli.main, ["tenant", "erase", shop.slug, "--yes", shop.slug]).output
