"""Letters as they left: seen as they were sent, whatever is changed afterwards; nothing personal is kept twice."""

import pytest
from sqlalchemy import select

from campaigns import composing, rendering, writing
from campaigns.mailings import Mailing
from campaigns.prints import LetterPrint
from campaigns.recipients import Recipient
from crm import people
from crm.contacts import Contact
from kernel import mail, tenancy
from kernel.db import db
from shop.catalog import Product
from tests.campaigns.letters import mailing, person

HELLO = '{{ first_name | default: "amiga" }}'


def text(words):
    return {"id": "t1", "kind": "text", "data": {"text": {"es": words}}}


def send(letter, *people):
    """Let the letter go to these, as an automation does; their recipients."""
    rows = [Recipient(mailing_id=letter.id, contact_id=one.id, email=one.email) for one in people]
    db.session.add_all(rows)
    rendering.prepare(letter)
    db.session.commit()
    tokens, tenant_id = [row.token for row in rows], tenancy.current()
    tenancy.leave()
    assert mail.send() >= len(tokens)  # letters of orders go too
    tenancy.enter(tenant_id)
    db.session.expire_all()
    return tokens


@pytest.fixture
def letter(shop):
    """A letter that goes by itself: what its reader bought last, who sends it, and a product."""
    shop.product(name="Florero")
    words = f"<p>Hola {HELLO}: {{{{ last_product.name }}}}, {{{{ shop.name }}}}</p>"
    made = mailing(
        state="live", blocks=[text(words), {"id": "p1", "kind": "products", "data": {"products": ["florero"]}}]
    )
    db.session.commit()
    return made


def seen(shop, token):
    page = shop.client.get(f"/v/{token}").get_data(as_text=True)
    shop.enter()
    return page


def change(letter_id):
    """Other words, another name of the product, another name of the shop."""
    row = db.session.get_one(Mailing, letter_id)
    writing.keep(row, subject=row.subject, preheader={}, blocks=[text(f"<p>Otra cosa, {HELLO}</p>"), *row.blocks[1:]])
    db.session.scalars(select(Product).where(Product.slug == "florero")).one().name = {"es": "Jarrón"}
    tenancy.tenant().name = "Otro nombre"
    tenancy.touch()
    db.session.commit()


def test_a_letter_is_seen_as_it_was_sent_whatever_changes_afterwards(shop, letter):
    number = letter.id
    shop.bought(shop.product(name="Taza"))
    [first] = send(letter, person("ana"))
    before = seen(shop, first)
    for word in ("Hola Ana: Taza, Café de Prueba", "Florero"):
        assert word in before
    change(number)
    shop.bought(shop.product(name="Gorra"))
    assert seen(shop, first) == before
    [second] = send(db.session.get_one(Mailing, number), person("ben"))
    after = seen(shop, second)
    for word, there in (("Otra cosa, Ben", True), ("Jarrón", True), ("Florero", False)):
        assert (word in after) is there, word
    assert seen(shop, first) == before
    assert f"/o/{first}.gif" not in before  # whoever looks on the web counts nothing


def test_one_print_for_all_whose_letters_are_alike(shop, letter):
    number = letter.id
    send(letter, *(person(f"p{one}") for one in range(5)))
    composing.forget()
    send(db.session.get_one(Mailing, number), person("later"))
    rows = db.session.scalars(select(Recipient)).all()
    assert db.session.scalars(select(LetterPrint.id)).all() == [rows[0].print_id]
    assert {row.print_id for row in rows} == {rows[0].print_id}


def test_what_was_said_to_somebody_goes_with_them(shop, letter):
    shop.bought(shop.product(name="Taza"))
    [token] = send(letter, person("ana"))
    row = db.session.scalars(select(Recipient)).one()
    assert row.said == {"last_product": {**row.said["last_product"], "name": "Taza"}}
    kept = db.session.scalars(select(LetterPrint)).one()
    assert "Ana" not in kept.page + kept.text + kept.subject + str(kept.said)
    assert people.export(db.session.get_one(Contact, row.contact_id))["mailings"][0]["said"] == row.said
    people.erase(db.session.get_one(Contact, row.contact_id), by=None)
    db.session.commit()
    db.session.expire_all()
    assert db.session.scalars(select(Recipient.said)).all() == [None]
    page = seen(shop, token)
    assert "Hola amiga" in page
    assert "Taza" not in page


def test_a_letter_that_has_not_left_is_seen_as_it_would_leave(shop, letter):
    row = Recipient(mailing_id=letter.id, contact_id=person("ana").id, email="ana@example.com")
    db.session.add(row)
    db.session.commit()
    token, number = row.token, letter.id
    change(number)
    assert "Otra cosa, Ana" in seen(shop, token)


def test_staff_see_what_somebody_was_sent_and_count_nothing(shop, letter):
    number, letter.preheader = letter.id, {"es": "Vea «lo nuevo», {{ first_name }}"}
    [token] = send(letter, person("ana"))
    change(number)
    who = db.session.scalars(select(Contact).where(Contact.email == "ana@example.com")).one().token
    boss = shop.admin
    link = f"/admin/cafe/mailings/letters/{token}"
    assert link in boss.get(f"/admin/cafe/people/{who}").get_data(as_text=True)
    around = boss.get(link).get_data(as_text=True)
    assert "<dd>Café nuevo</dd>" in around
    assert "<dd>Vea «lo nuevo», Ana</dd>" in around
    frame = around.partition('<iframe src="')[2].partition('"')[0]
    page = shop.client.get(frame.replace("&amp;", "&")).get_data(as_text=True)
    assert "Hola Ana" in page
    assert "Florero" in page
    assert "Otra cosa" not in page
    assert token not in page  # no link of theirs, nothing that counts
