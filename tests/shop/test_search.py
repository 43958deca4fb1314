"""Search: stems, beginnings, accents and near misses; and queries that are no words at all."""

import pytest

from tests.shop.pages import marks, read, text


@pytest.fixture
def goods(shop):
    shop.product("Café molido de altura", tags=["oscuro"])
    shop.product("Té de manzanilla", price=1_000_00)
    return shop


def names(answer):
    assert answer.status_code == 200
    return [" ".join(one.text_content().split()) for one in read(answer).xpath("//*[contains(@class,'good-name')]")]


@pytest.mark.parametrize("query", ["café", "CAFE", "molidos", "caf", "cafe altura", "oscuro", "molidoo"])
def test_what_is_meant_is_found(goods, query):
    assert names(goods.client.get("/search", query_string={"q": query}))[:1] == ["Café molido de altura"]


def test_nothing_found_says_what_to_do(goods):
    answer = goods.client.get("/search?q=zapatos")
    assert names(answer) == []
    assert "No encontramos nada" in text(answer)
    assert read(answer).xpath("//main//input[@name='q']/@value") == ["zapatos"]


@pytest.mark.parametrize(
    "query",
    ['" OR NEAR( *', "%", "_", "\\", "'; DROP TABLE product;--", "a" * 10_000, "(((((", "AND OR NOT", "\x00café",
     "‮evil", "<script>alert(1)</script>", "café" * 2000, "( ( a* )+ )+$", "{{7*7}}", "😀"],
)  # fmt: skip
def test_a_query_of_any_kind_is_answered(goods, query):
    answer = goods.client.get("/search", query_string={"q": query})
    assert answer.status_code == 200
    said = answer.get_data(as_text=True)
    assert "<script>alert(1)" not in said
    assert "49" not in text(answer)
    assert read(answer).xpath("//main//input[@name='q']")


def test_nothing_asked_shows_the_shelves(goods):
    goods.product("Pan", category_id=goods.category("Granos").id)
    answer = goods.client.get("/search")
    assert "/c/granos" in marks(answer, "href")
    assert "noindex, follow" in marks(answer, "content")


def test_drafts_and_other_groups_goods_are_not_found(goods):
    goods.product("Secreto de mayoreo", customer_groups=["mayorista"])
    assert names(goods.client.get("/search?q=secreto")) == []


def test_when_nothing_has_every_word_what_has_most_of_them_is_shown(goods):
    goods.product("Microlote Geisha")
    for name in ("Café de patio", "Café en grano"):
        goods.product(name)
    answer = goods.client.get("/search", query_string={"q": "cafe geisha zapatos"})
    assert names(answer)[0] == "Microlote Geisha", "the rarer word says more"
    assert "Café en grano" in names(answer)
    assert "Nada tiene todas esas palabras" in text(answer)
    whole = goods.client.get("/search", query_string={"q": "cafe patio"})
    assert names(whole) == ["Café de patio"]
    assert "Nada tiene todas" not in text(whole)


def test_what_has_more_of_the_words_comes_first(goods):
    goods.product("Taza de barro azul")
    goods.product("Plato de barro")
    answer = goods.client.get("/search", query_string={"q": "barro azul zapatos"})
    assert names(answer) == ["Taza de barro azul", "Plato de barro"]
