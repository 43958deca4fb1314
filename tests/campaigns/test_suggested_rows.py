"""Rows in letters that are chosen for each reader: with reasons, nothing where nothing suits, few questions for many."""

import pytest
from sqlalchemy import event, select

from campaigns import composing, rendering
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from crm import consent, facts
from kernel import clock, signing
from kernel.db import db
from shop import histories, suggestions
from shop.catalog import Product
from tests.campaigns.letters import mailing, person

BLOCKS = [
    {"id": "h1", "kind": "heading", "data": {"title": {"es": "Noviembre"}}},
    {"id": "r1", "kind": "again", "data": {"count": 2}},
    {"id": "r2", "kind": "new_for_you", "data": {"title": {"es": "Para {{ first_name }}"}, "count": 3}},
]


@pytest.fixture
def world(shop):
    """Ana and Eva bought a cup long ago, others the cup and a pot; the letter has both rows."""
    goods = {name: shop.product(name) for name in ("Taza", "Cafetera", "Filtro", "Molino")}
    people = [person(name) for name in ("ana", "eva", "ivo", "leo", "mia")]
    for one in people[:4]:
        for name in ("Taza", "Cafetera") if one.name in {"Ivo", "Leo"} else ("Taza",):
            order = shop.bought(goods[name], email=one.email)
            order.placed_at = clock.now() - histories.LOOKED / 2
    db.session.commit()
    suggestions.keep(*suggestions.reckon())
    letter = mailing(blocks=BLOCKS, state="live")
    rendering.prepare(letter)
    db.session.commit()
    return letter.id


def made(*names):
    """The letters of these people, of one batch, and how many questions that took."""
    asked = []
    letter = db.session.scalars(select(Mailing).where(Mailing.state == "live")).one()
    people = [person(name, allowed=None) for name in names]
    told = {"mailing_id": letter.id, "language": "es", "occasion": signing.token()}
    rows = [Recipient(contact_id=one.id, email=one.email, **told) for one in people]
    db.session.add_all(rows)
    db.session.commit()
    desk = rendering.desk(rows)
    event.listen(db.engine, "before_cursor_execute", tell := lambda *told: asked.append(told[2]))
    try:
        letters = [rendering.envelope(row, desk) for row in rows]
    finally:
        event.remove(db.engine, "before_cursor_execute", tell)
    return letters, len(asked), desk, rows


def test_each_reader_has_their_own_rows_with_reasons(world):
    (ana, ivo, mia), _asked, desk, rows = made("ana", "ivo", "mia")
    assert "Cómprelo otra vez" in ana.text
    assert "porque lo compró el" in ana.text
    assert "- Taza" in ana.text
    assert "Para Ana" in ana.text
    assert "- Cafetera" in ana.text.partition("Para Ana")[2]
    assert "porque compró Taza" in ana.text
    assert "- Cafetera" in ivo.text.partition("Para Ivo")[0]
    assert "porque lo compró" not in mia.text + mia.html  # nothing to buy again: no row, no title
    assert "lo más pedido aquí" in mia.text
    for one in (ana, ivo, mia):
        assert "{{" not in one.html + one.text
        assert "{%" not in one.html + one.text
        assert "\n\n\n" not in one.text
    assert "Cómprelo otra vez" not in mia.html
    assert [one["name"] for one in desk.drawn[rows[0].id][1]["buy_again"]] == ["Taza"]


def test_many_letters_ask_no_more_than_one(world):
    made("ana")  # composed, and kept
    _letters, one, _desk, _rows = made("ana")
    letters, five, _desk, _rows = made("ana", "eva", "ivo", "leo", "mia")
    assert len(letters) == 5
    assert five == one
    db.session.get_one(Mailing, world).blocks = BLOCKS[:1]
    db.session.commit()
    composing.forget()
    _letters, plain, desk, _rows = made("mia", "leo")
    assert plain < one
    assert desk.batch.readers is None  # a letter without such a row asks nothing of it


def test_the_preview_shows_it_as_a_person_and_as_a_sample(world):
    letter = db.session.get_one(Mailing, world)
    _subject, page, text = rendering.preview(letter, person("ana", allowed=None), "es")
    assert "porque compró Taza" in text
    assert "Cafetera" in page
    _subject, page, text = rendering.preview(letter, None, "es")
    assert "Cómprelo otra vez" in text
    assert "lo más pedido aquí" in text


def test_its_links_lead_where_they_led_when_it_left(shop, world):
    _letters, _asked, desk, (row,) = made("ana")
    row.said = desk.drawn[row.id][1]
    db.session.commit()
    first = row.said["new_for_you"][0]["url"]
    suggestions.keep([], {})
    shop.bought(shop.product("Tetera"), email="otra@example.com")
    suggestions.keep(*suggestions.reckon())
    db.session.commit()
    assert rendering.destination(row, "{{ new_for_you[0].url }}").startswith(first)


def test_a_shop_that_sold_nothing_yet_recommends_what_it_puts_first(shop):
    shop.product("Taza")
    letter = mailing(blocks=BLOCKS, state="live")
    rendering.prepare(letter)
    db.session.commit()
    (ana,), _asked, _desk, _rows = made("ana")
    assert "- Taza" in ana.text
    assert "lo recomienda la tienda" in ana.text
    assert "Cómprelo" not in ana.text + ana.html


def test_what_somebody_looked_at_counts_while_they_allow_it(shop, world):
    cup = db.session.scalars(select(Product).where(Product.slug == "taza")).one()
    mia = person("mia", allowed=None)
    consent.record(mia, "behaviour", True, form="banner")
    facts.record("viewed", contact=mia, about=("product", cup.id))
    db.session.commit()
    assert "- Cafetera: ₡2\xa0500 (parecido a Taza)" in made("mia")[0][0].text
    consent.record(mia, "behaviour", False, form="banner")
    db.session.commit()
    assert "parecido a" not in made("mia")[0][0].text
