"""A person who is forgotten is found nowhere: no table, file, letter or job; their copy was whole before that."""

import json
import os
import re
from pathlib import Path

import pytest
from sqlalchemy import select, text

from crm import (
    consent,
    contacts,
    deals,
    facts,
    imports,
    messages,
    notes,
    people,
    subscribing,
    tags,
    tasks,
    tastes,
    visitors,
)
from crm.contacts import Contact
from crm.views import own_data, own_words
from kernel import jobs, suppression, walls
from kernel.db import db
from kernel.jobs import Job
from kernel.journal import Entry
from kernel.money import Money
from shop import orders

EMAIL, NAME, PHONE = "canaria7@example.com", "Canaria Séptima", "+50683777123"
SIGNS = ("canaria7", "canaria s", "83777123", "canario raro")


def _found():
    """(table, what) wherever a sign of the person stands in the database."""
    db.session.commit()
    told = []
    with db.engine.connect() as bare:
        for table in {*walls.tables(), "job", "token", "session"}:
            for row in bare.execute(text(f'SELECT * FROM "{table}"')):
                said = " ".join(str(value) for value in row).lower()
                said += said.encode().decode("unicode_escape", "ignore").lower()
                told += [(table, sign) for sign in SIGNS if sign in said]
    return sorted(set(told))


def _but_invoices(found):
    """The law keeps the name on an invoice as it was issued; nothing else of them stands there."""
    return [(table, sign) for table, sign in found if (table, sign) != ("invoice", "canaria s")]


def _in_files(app):
    folder = Path(app.extensions["plaza.settings"].instance)
    found = []
    for base, _folders, names in os.walk(folder):
        for name in names:
            if not name.endswith((".db", "-wal", "-shm")):
                data = (Path(base) / name).read_bytes().lower()
                found += [name for sign in SIGNS if sign.encode() in data]
    return found


def _canary(shop):
    """Somebody of whom the shop knows as much as it can."""
    order = shop.bought(shop.product(), email=EMAIL, name=NAME, phone=PHONE, paid=True)
    row = contacts.by_email(EMAIL)
    row.note = "canario raro"
    tags.keep(row, ["canario raro"])
    people.change(row, {"city": "Canario raro"}, by=shop.owner)
    visitor, _secret = visitors.begin(referrer="canario raro")
    visitors.adopt(visitor, row)
    facts.record("viewed", visitor=visitor, data={"q": "canario raro"})
    tastes.say(row, ["canario raro"])
    consent.record(row, "marketing", True, form="checkout", ip="203.0.113.77")
    messages.write("canario raro", email=EMAIL, name=NAME, phone=PHONE)
    subscribing.ask(EMAIL, language="es", name=NAME)
    _prospect(shop, row)
    sheet, _encoding = imports.opened(f"correo,nombre\n{EMAIL},{NAME}\nmal@@,{NAME}\n".encode())
    imports.begin(sheet, "gente.csv", encoding="utf-8", by=shop.owner)
    db.session.commit()
    return order.number


def _prospect(shop, row):
    """What staff noted about somebody, mean to do, and hope to sell or lost."""
    notes.write(row, f"{NAME}: canario raro", by=shop.owner)
    for stage in ("talking", "won", "lost"):
        deal = deals.add(row, deals.Told("canario raro", Money(100, "CRC")), by=shop.owner)
        tasks.add(tasks.Told("canario raro", tasks.today(), row, deal_id=deal.id), by=shop.owner)
        deals.move(deal, stage, by=shop.owner, reason="other", words="canario raro")


def test_the_copy_is_whole_and_forgetting_leaves_nothing(app, shop):
    _canary(shop)
    jobs.run_due()  # what waits is written, with its links
    shop.enter()
    subscribing.ask(EMAIL, language="es", name=NAME)  # and something waits again
    row = contacts.by_email(EMAIL)
    copy = json.dumps(people.export(row), ensure_ascii=False, default=str)
    for sign in (EMAIL, NAME, PHONE, "canario raro", "203.0.113.77"):
        assert sign in copy
    assert len({table for table, _sign in _found()}) >= 8  # the search sees them
    known = row.id
    people.erase(row, by=shop.owner)
    assert _but_invoices(_found()) == []
    assert _in_files(app) == []
    assert db.session.scalars(select(Job).where(Job.args.contains("canaria"))).all() == []
    assert suppression.blocks(EMAIL, "marketing")  # of the address a mark stays: no file brings it back
    entries = db.session.scalars(select(Entry).where(Entry.about_kind == "contact", Entry.about_id == known))
    assert {"person.erased"} <= {entry.verb for entry in entries}


def test_a_shopper_does_it_alone_once_nothing_is_open(shop):
    number = _canary(shop)
    jobs.run_due()
    shop.enter()
    row = contacts.by_email(EMAIL)
    browser = shop.shopper(row)
    page = browser.get("/account/data")
    assert EMAIL in page.text
    assert number in page.text  # the open order, as what must end first
    assert browser.get("/account/data.json").json["contact"]["email"] == EMAIL
    assert browser.post("/account/erasure", data={"sure": "yes"}).status_code == 422
    shop.enter()
    orders.numbered(number).state = "delivered"
    db.session.commit()
    assert browser.post("/account/erasure").status_code == 422
    assert browser.post("/account/erasure", data={"sure": "yes"}).status_code == 303
    assert browser.get("/account/data").status_code == 302
    shop.enter()
    assert _but_invoices(_found()) == []


@pytest.mark.parametrize("path", ["/account/data", "/account/data.json"])
def test_strangers_are_asked_in_and_see_nothing(shop, path):
    assert shop.client.get(path).status_code == 302
    assert shop.client.post("/account/erasure", data={"sure": "yes"}).status_code == 303
    assert db.session.scalars(select(Contact)).all() == []


OWN_KEYS = {"answers", "texts", "fiscal", "said", "known_by", "address", "tax_id", "buyer"}  # these name things by code


def _keys(part):
    """The fields of a copy, those inside others too."""
    if isinstance(part, list):
        return {key for one in part for key in _keys(one)}
    if not isinstance(part, dict):
        return set()
    return {*part, *(key for name, one in part.items() if name not in OWN_KEYS for key in _keys(one))}


def test_they_read_it_in_words_and_not_as_a_program_keeps_it(shop):
    _canary(shop)
    jobs.run_due()
    shop.enter()
    row = contacts.by_email(EMAIL)
    row.country, row.phone = "CR", "+50683123456"
    db.session.commit()
    unnamed = {key.removesuffix("_minor") for key in _keys(list(people.export(row).values()))} - set(own_words.NAMES)
    assert unnamed - {"currency"} == set()
    page = " ".join(shop.shopper(row).get("/account/data").text.split())
    assert f"Correo: {EMAIL}" in page
    assert "Correo: su pedido, " in page, "from where it is known"
    assert re.search(r"Correo: su pedido, [^;<]*; ", page), "each field apart"
    assert "Teléfono: 8312 3456" in page
    assert "País: Costa Rica" in page
    assert "Para qué: novedades y ofertas" in page
    assert "Total: ₡2 500" in page
    shown = page[page.index("<main") : page.index("</main>")]
    assert not re.search(r"\d{4}-\d\d-\d\dT|_minor| minor|\bemail:|checkout", shown)


def test_every_part_of_a_copy_has_a_title_in_words(shop):
    parts = set(people.export(shop.contact("ana@example.com")))
    assert parts - set(own_data.TITLES) == set()
