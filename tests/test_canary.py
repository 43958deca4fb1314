"""A canary in every text of a neighbour: whatever one's own shop and back office show, no word of it is heard, and no
key of one's own."""

import contextlib
import re
from io import BytesIO
from zipfile import ZipFile

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from sqlalchemy import JSON, String, select, text
from sqlalchemy.exc import IntegrityError

from kernel import workbook_files
from kernel.db import Base, db
from kernel.tenancy import TenantOwned
from shop import catalog
from shop.catalog import Product
from tests.matrix import CARD_KEYS, things
from tests.test_matrix import ask, fill, rules

WORD = "canario"
SIGN = "ǂ"  # no page of ours has it: with two digits it marks what is too short for a word
LONG, SHORTEST = 20, 3  # signs of a column for a word, and for a mark; countries and the like have two
MOST = 220  # pages of one side


def plant(tenant_id):
    """Give every text column of a tenant's rows a word of its own; the words."""
    words = {}
    db.session.rollback()
    with db.engine.begin() as bare:
        unguard(bare)
        for mapper in Base.registry.mappers:
            if not issubclass(mapper.class_, TenantOwned):
                continue
            table = mapper.local_table
            for column in table.columns:
                word, said = planted(column, len(words))
                if not said or column.foreign_keys:
                    continue
                changed = text(f'UPDATE "{table.name}" SET "{column.name}" = {said} WHERE tenant_id = {tenant_id}')
                with contextlib.suppress(IntegrityError), bare.begin_nested():  # a code that a CHECK knows stays
                    if bare.execute(changed).rowcount:
                        words[word] = f"{table.name}.{column.name}"
    return words


def planted(column, number):
    """(word, SQL that says it) for a column; nothing for what holds no text."""
    word, kind = f"{WORD}{number:03}q", column.type
    if isinstance(kind, getattr(JSON, "impl", JSON)):
        return word, f"""'{{"es": "{word}", "en": "{word}"}}'"""
    length = (kind.length or 999) if isinstance(kind, String) else 0
    if length >= LONG:
        return word, f"'{word}' || id"
    mark = f"{SIGN}{number:03x}" if length > SHORTEST else f"{SIGN}{number % 256:02x}"
    return mark, f"'{mark}'" if length >= SHORTEST else ""


def unguard(bare):
    """Let rows be changed that never change: the database is put back afterwards."""
    if bare.dialect.name == "postgresql":
        bare.execute(text("SET LOCAL session_replication_role = replica"))
        return
    for (name,) in bare.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        bare.execute(text(f'DROP TRIGGER "{name}"'))


def crawl(shop, app, known):
    """Everything that the shop shows to its owner and to a shopper: (address, text)."""
    sides = {"admin": shop.admin, "store": shop.shopper(shop.contact())}
    for side, browser in sides.items():
        told = [fill(app, rule, known, tenant=shop.slug) for rule, method in rules(app, side) if method == "GET"]
        base = f"/admin/{shop.slug}" if side == "admin" else ""
        waiting, seen = [*told, f"{base}/search?q={WORD}"], set()
        while waiting and len(seen) < MOST:
            path = waiting.pop(0)
            if path in seen:
                continue
            seen.add(path)
            answer = ask(browser, "GET", path)
            body = spoken(answer)
            yield path, body
            links = re.findall(r'href="(/[^"#]*)"', body)
            waiting += [
                link.replace("&amp;", "&") for link in links if link.startswith(base) and "/static/" not in link
            ]
        for path in (f"{base}/search?q={WORD}", f"{base}/"):
            yield path, spoken(ask(browser, "GET", path, headers={"Accept": "application/json"}))


def spoken(answer):
    """The words of an answer, also of a PDF and of a workbook."""
    if answer.mimetype == workbook_files.MIME:
        with ZipFile(BytesIO(answer.data)) as sheets:
            return "\n".join(sheets.read(name).decode() for name in sheets.namelist())
    if answer.mimetype == "application/pdf":
        try:
            return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
        except PyPdfError:  # what a buyer sent as a proof
            return answer.data.decode("latin-1")
    return answer.get_data(as_text=True) if answer.mimetype.startswith(("text/", "application/")) else ""


def heard(pages, words):
    return [
        (path, words[word])
        for path, body in pages
        for word in set(re.findall(rf"{WORD}\d\d\dq|{SIGN}[0-9a-f]{{2,3}}", body))
        if word in words
    ]


def test_no_word_of_a_neighbour_is_heard(app, rival, shop):
    rival.enter()
    things(rival)
    words = plant(rival.tenant_id)
    assert len(words) > 200
    shop.enter()
    known = things(shop)
    leaked = next(word for word, place in words.items() if place == "product.name")
    pages = list(crawl(shop, app, known))
    assert len(pages) > 80
    assert not heard(pages, words), heard(pages, words)
    assert any(path.endswith("/settings/cards") for path, _body in pages)
    assert [path for path, body in pages if any(key in body for key in CARD_KEYS)] == []
    mine = db.session.scalars(select(Product).where(Product.slug == known["product"]["slug"])).one()
    mine.short = {"es": leaked}  # a planted leak is heard
    catalog.changed(mine)
    db.session.commit()
    assert heard([("/p", spoken(ask(shop.client, "GET", fill_product(known))))], words)


def fill_product(known):
    return f"/p/{known['product']['slug']}"
