"""What people look for: counted by day without knowing anybody, bounded, swept; synonyms by one tap; a line on Hoy."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from crm.facts import Fact
from kernel import buffer, clock, today
from kernel.db import db
from shop import searches, synonyms
from shop.searches import Asked, SearchCount
from tests.shop.pages import form, marks, read, text

OPENS = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-origin"}
PAGE = "/admin/cafe/searches"


def day(shop, ago=0):
    return clock.today(shop.tenant.timezone) - timedelta(days=ago)


def look(shop, *queries, **headers):
    """People search; what was counted."""
    for query in queries:
        answer = shop.client.get("/search", query_string={"q": query}, headers={**OPENS, **headers})
        assert answer.status_code == 200
    buffer.flush(shop.app)
    return counted()


def counted():
    db.session.expire_all()
    rows = db.session.scalars(select(SearchCount).order_by(SearchCount.day, SearchCount.words))
    return [(row.words, row.count, row.found) for row in rows]


def typed(shop, words, times, *, ago=0, found=0):
    """The same long ago, or often."""
    searches.write([Asked(day(shop, ago), words, found)] * times)
    db.session.commit()


def rows(answer):
    assert answer.status_code == 200, text(answer)
    return marks(answer, "data-search")


def test_searches_of_people_are_counted_with_what_they_found(shop):
    shop.product("Café molido"), shop.product("Té")
    found = look(shop, "Café", "CAFE", "camiseta", "café azul", "cfae")
    assert found == [("cafe", 2, 1), ("cafe azul", 1, 0), ("camiseta", 1, 0), ("cfae", 1, 1)]


def test_machines_prefetches_leafing_and_rehearsals_count_nothing(shop):
    shop.client.get("/search?q=cafe"), shop.client.head("/search?q=cafe", headers=OPENS)
    shop.client.get("/search?q=cafe&page=2", headers=OPENS)
    shop.client.get("/search/suggestions?q=cafe", headers={**OPENS, "Sec-Fetch-Mode": "cors"})
    assert look(shop, "cafe", **{"Sec-Purpose": "prefetch"}) == []
    shop.tenant.live_at = None
    db.session.commit()
    assert look(shop, "cafe") == []


@pytest.mark.parametrize(
    "query", ["ana@example.com", "soy ana @ example", "8312 3456", "+506 8312-3456", "4111 1111 1111 1111", "CP-2026-00123",
              "a", "!!", "x" * 61, " ".join(["palabra"] * 15)]
)  # fmt: skip
def test_what_may_tell_of_somebody_or_says_nothing_is_not_kept(shop, query):
    assert look(shop, query) == []


def test_nor_is_it_remembered_of_who_allowed_it(shop):
    browser = shop.client
    browser.post("/consent", data={"answer": "yes"})
    for query in ("ana@example.com", "8312 3456", "taza"):
        browser.get("/search", query_string={"q": query}, headers=OPENS)
    buffer.flush(shop.app)
    assert {str(fact.data.get("words", "")) for fact in db.session.scalars(select(Fact).where(Fact.kind == "searched"))} <= {
        "", "taza",
    }  # fmt: skip


def test_a_day_has_room_for_so_many_words_and_goes_on_counting_those(shop, monkeypatch):
    monkeypatch.setattr(searches, "EACH_DAY", 3)
    assert len(look(shop, *(f"palabra {letter}" for letter in "abcdefgh"))) == 3
    [first, *_others] = counted()
    assert look(shop, first[0], "otra")[0][1] == 2
    assert len(counted()) == 3


def test_what_is_found_by_now_is_missed_no_more(shop):
    typed(shop, "tamales", 6, ago=2)
    assert searches.size("missed", 7) == searches.size("often", 7) == 1
    shop.product("Tamal de elote")
    look(shop, "tamales")
    assert searches.size("missed", 7) == searches.size("often", 7) == 0
    assert searches.query("most", 7).compile() is not None
    assert [(one.words, int(one.times)) for one in db.session.execute(searches.query("most", 7))] == [("tamales", 7)]


def test_forms_of_one_word_are_one_row_that_reads_as_it_was_typed_most(shop):
    typed(shop, "tamal", 2), typed(shop, "tamales", 3), typed(shop, "lapiz", 1), typed(shop, "lapices", 2)
    typed(shop, "tambor", 1)
    told = [(one.words, int(one.times)) for one in db.session.execute(searches.query("missed", 7))]
    assert told == [("tamales", 5), ("lapices", 3), ("tambor", 1)]
    assert (searches.size("often", 7), searches.size("most", 7)) == (1, 3)
    synonyms.keep("tamales", "nacatamal", by=shop.owner)  # that is said of one spelling; the other finds nothing still
    assert [one.words for one in db.session.execute(searches.query("missed", 7))] == ["lapices", "tamal", "tambor"]


def test_what_was_counted_without_a_sense_has_that_of_its_words(shop):
    typed(shop, "camisetas", 2, ago=3)
    db.session.execute(update(SearchCount).values(sense=""))
    typed(shop, "camisetas", 1), typed(shop, "camiseta", 1)
    assert [(one.words, int(one.times)) for one in db.session.execute(searches.query("most", 7))] == [("camiseta", 4)]


def test_old_counts_go(shop):
    typed(shop, "ayer", 1, ago=1), typed(shop, "viejo", 1, ago=91)
    searches.sweep()
    shop.enter()
    assert [words for words, _count, _found in counted()] == ["ayer"]


def test_the_list_and_the_line_on_hoy_have_one_query(shop):
    typed(shop, "tamales", 5), typed(shop, "churros", 4), typed(shop, "rosca", 7, ago=8)
    typed(shop, "cafe", 9, found=3)
    admin = shop.admin
    assert rows(admin.get(PAGE)) == ["cafe", "rosca", "tamales", "churros"]
    assert rows(admin.get(f"{PAGE}?days=7")) == ["cafe", "tamales", "churros"]
    assert rows(admin.get(f"{PAGE}?show=missed&days=7")) == ["tamales", "churros"]
    assert rows(admin.get(f"{PAGE}?show=often")) == ["tamales"]
    line = today.named("searches.missed")
    assert line.number == 1
    assert "Búsquedas repetidas" in text(admin.get("/admin/cafe/"))


def test_one_tap_makes_it_mean_what_the_shop_has_and_can_be_undone(shop):
    shop.product("Tamal de elote")
    typed(shop, "tamalo", 8)
    admin = shop.admin
    page = admin.get(f"{PAGE}?show=missed")
    told = form(page, "/searches/synonyms")
    [button] = read(page).xpath("//button[@data-action='same-as']")
    assert "Igual que «tamal»" in button.text_content()
    data = {field.get("name"): field.get("value") for field in button.getparent().xpath("./input")}
    assert {"word", "meaning", "show", "days"} <= set(data), told
    answer = admin.post(f"{PAGE}/synonyms", data=data)
    assert answer.status_code == 303
    assert "show=missed" in answer.headers["Location"]
    assert rows(admin.get(f"{PAGE}?show=missed")) == []
    assert synonyms.known() == {"tamalo": "tamal"}
    assert "Tamal de elote" in text(shop.client.get("/search?q=tamalo"))
    assert admin.post(f"{PAGE}/synonyms/removal", data={"word": "tamalo"}).status_code == 303
    assert synonyms.known() == {}
    assert rows(admin.get(f"{PAGE}?show=missed")) == ["tamalo"]


@pytest.mark.parametrize(
    ("word", "meaning", "said"),
    [("", "café", "Escriba la palabra"), ("!!", "café", "Escriba la palabra"), ("tinto", "", "Escriba cómo"),
     ("tinto", "zapatos", "tampoco se encuentra nada"), ("café", "CAFE", "Es la misma palabra"), ("x" * 61, "café", "60")],
)  # fmt: skip
def test_a_bad_synonym_is_refused_and_what_was_typed_stays(shop, word, meaning, said):
    shop.product("Café")
    answer = shop.admin.post(f"{PAGE}/synonyms", data={"word": word, "meaning": meaning})
    assert answer.status_code == 422
    assert said in text(answer)
    assert read(answer).xpath("//input[@name='word' and @id]/@value") == [word]
    assert synonyms.known() == {}


def test_synonyms_are_few_enough_to_read(shop, monkeypatch):
    shop.product("Café")
    monkeypatch.setattr(synonyms, "MOST", 1)
    assert shop.admin.post(f"{PAGE}/synonyms", data={"word": "tinto", "meaning": "café"}).status_code == 303
    assert shop.admin.post(f"{PAGE}/synonyms", data={"word": "negro", "meaning": "café"}).status_code != 303
    assert synonyms.known() == {"tinto": "café"}


def test_who_may_see_and_who_may_say(shop):
    shop.product("Café")
    typed(shop, "tinto", 3)
    assert shop.staff("clerk").get(PAGE).status_code in {403, 404}
    marketer = shop.staff("marketer")
    page = marketer.get(f"{PAGE}?show=missed")
    assert rows(page) == ["tinto"]
    assert not {"same-as", "keep-synonym"} & set(marks(page, "data-action"))
    assert marketer.post(f"{PAGE}/synonyms", data={"word": "tinto", "meaning": "café"}).status_code in {403, 404}


def test_a_neighbour_counts_for_itself(rival, shop):
    rival.enter()
    typed(rival, "perezoso", 9)
    shop.enter()
    typed(shop, "perezoso", 2), typed(shop, "cafe", 1)
    assert rows(shop.admin.get(f"{PAGE}?show=missed")) == ["perezoso", "cafe"]
    assert [int(one.times) for one in db.session.execute(searches.query("missed", 7))] == [2, 1]
    assert (searches.total(7), searches.size("often", 7)) == (3, 0)
    searches.write([Asked(day(shop), "perezoso", 4)])
    db.session.commit()
    rival.enter()
    assert counted() == [("perezoso", 9, 0)]


def test_nobody_has_searched_yet(shop):
    assert "Todavía nadie ha buscado" in text(shop.admin.get(PAGE))


def test_counts_know_nobody(shop):
    look(shop, "cafe")
    columns = {column.name for column in SearchCount.__mapper__.columns}
    assert columns == {"id", "tenant_id", "day", "words", "sense", "count", "found"}
    assert db.session.scalar(select(func.count(SearchCount.id))) == 1
    db.session.execute(delete(SearchCount))
