"""Search: stems, shelves, codes, beginnings, accents and near misses; and queries that are no words at all."""

import pytest

from kernel.db import db
from shop import bin as rubbish
from shop import catalog, search, stems, synonyms, vocabulary
from shop.stems import SearchStem
from tests.shop.pages import marks, read, text


@pytest.fixture
def goods(shop):
    shop.product("Café molido de altura", tags=["oscuro"])
    shop.product("Té de manzanilla", price=1_000_00)
    return shop


def names(answer):
    assert answer.status_code == 200
    found = "//*[contains(@class,'good-name')][not(ancestor::*[@data-instead])]"
    return [" ".join(one.text_content().split()) for one in read(answer).xpath(found)]


@pytest.mark.parametrize("query", ["café", "CAFE", "molidos", "caf", "cafe altura", "oscuro", "molidoo", "cafee"])
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


def hits(query, language="es"):
    """The names of what is found at all."""
    return [one.name["es"] for one in catalog.of_ids(search.look(query, language).ids)]


def test_the_order_is_name_then_shelf_then_text(shop):
    shelf = shop.category("Café")
    in_text = shop.product("Azucarera", description={"es": "Para el café de la tarde"})
    lying = shop.product("Miel roja", category_id=shelf.id)
    has = shop.product("Taza de café")
    begins = shop.product("Café molido")
    assert search.find("café", "es") == [begins.id, has.id, lying.id, in_text.id]


def test_a_shelf_finds_what_lies_in_and_under_it_as_it_is_called_now(shop):
    top = shop.category("Bebidas")
    below = shop.category("Frías", parent_id=top.id)
    product = shop.product("Horchata", category_id=below.id)
    assert hits("bebida") == hits("bebidas frias") == ["Horchata"]
    top.name = {"es": "Refrescos"}
    catalog.changed(product)
    db.session.commit()
    assert (hits("bebidas"), hits("refresco")) == ([], ["Horchata"])
    rubbish.put("product", [product])
    db.session.commit()
    assert hits("refresco") == []


def test_plurals_and_genders_are_one_word(shop):
    pairs = {
        "Tamal de elote": "tamales", "Humitas": "humita", "Jarra": "jarras", "Bolsos": "bolsa", "Artesanía": "artesanias",
        "Panes": "pan", "Cojín": "cojines", "Ratón": "ratones", "Lápices": "lapiz",
    }  # fmt: skip
    for name in pairs:
        shop.product(name)
    for name, asked in pairs.items():
        assert hits(asked) == [name], asked
        assert search.look(asked, "es").how == "whole", asked


def test_a_shelf_begins_in_the_language_that_is_spoken(shop):
    shelf = shop.category("Despensa")
    shop.product("Mermelada", category_id=shelf.id)
    shelf.name = {"es": "Despensa", "en": "Pantry"}
    shop.tenant.revision += 1
    db.session.commit()
    assert (hits("pan"), hits("pan", "en"), hits("pantry")) == ([], ["Mermelada"], ["Mermelada"])


def test_options_codes_tags_and_makers_are_found(shop):
    made = shop.product("Bolsa", options={"molienda": ["grueso", "fino"]}, maker={"name": "Doña Nurinda"})
    made.tags, made.sku = ["comercio-justo"], "GRN-12"
    catalog.changed(made)
    db.session.commit()
    for asked in ("grueso", "GRN-12", "grn12", "bolsa-fino", "nurinda", "comercio justo"):
        assert hits(asked) == ["Bolsa"], asked


def test_a_slip_of_a_finger_finds_and_is_said(shop):
    shop.product("Café Geisha"), shop.product("Tamales")
    slips = {"geisah": "geisha", "cfae": "café", "tmales": "tamales", "giesha cxfe": "geisha café", "gesha": "geisha"}
    for asked, meant in slips.items():
        assert search.look(asked, "es").how == "near", asked
        answer = shop.client.get("/search", query_string={"q": asked})
        assert len(names(answer)) == 1, asked
        [line] = read(answer).xpath("//*[@data-near]")
        assert f"No hay «{asked}»; esto se parece: {meant}" in " ".join(line.text_content().split())
        assert names(shop.client.get(line.xpath(".//a/@href")[0])) == names(answer)


def test_nothing_is_mended_where_a_guess_would_be_noise(shop):
    shop.product("Tés"), shop.product("Sal"), shop.product("Xilófono")
    for asked in ("te", "tee", "sol", "ca fe", "xyzxyzxyz"):
        assert search.look(asked, "es").how in {"", "whole", "some"}, asked


def test_what_is_found_exactly_is_not_mended(shop):
    shop.product("Taza"), shop.product("Tasa de interés")
    assert hits("taza") == ["Taza"]
    assert "data-near" not in shop.client.get("/search?q=taza").get_data(as_text=True)


def test_a_hidden_word_is_not_told_to_who_may_not_see_it(shop):
    shop.product("Secretos", customer_groups=["mayorista"])
    answer = shop.client.get("/search?q=secrertos")
    assert "secretos" not in text(answer).lower().replace("secrertos", "")
    assert names(answer) == []


def test_an_empty_page_helps(shop):
    shelf = shop.category("Tazas y jarros")
    shop.product("Jícara", category_id=shelf.id)
    shop.tenant.revision += 1
    db.session.commit()
    answer = shop.client.get("/search?q=Tasas+xx")
    assert "No encontramos nada" in text(answer)
    assert "/c/tazas-y-jarros" in marks(answer, "href")
    assert "Jícara" in text(answer)
    [ask] = [link for link in marks(answer, "href") if "Hola%2C%20busco" in link]
    assert "Tasas%20xx" in ask


def test_synonyms_find_and_are_taken_back(shop):
    coat, other = shop.product("Chumpa retazo"), shop.product("Gorro")
    assert hits("chaqueta") == []
    assert synonyms.keep("Chaquéta", "chumpa", by=None) == ""
    db.session.commit()
    assert hits("chaqueta") == hits("CHAQUETA") == [coat.name["es"]]
    assert search.look("chaqueta", "es").how == "whole"
    assert synonyms.keep("chaqueta", "gorro", by=None) == "chumpa"
    db.session.commit()
    assert hits("chaqueta") == [other.name["es"]]
    assert synonyms.drop("chaqueta", by=None) == "gorro"
    db.session.commit()
    assert hits("chaqueta") == []


def test_a_neighbours_words_shelves_and_synonyms_are_not_ours(rival, shop):
    rival.enter()
    rival.product("Perezoso de peluche", category_id=rival.category("Juguetes").id)
    synonyms.keep("muñeco", "peluche", by=None)
    db.session.commit()
    assert hits("peluche") == hits("juguete") == hits("muñeco") == ["Perezoso de peluche"]
    shop.enter()
    mine = shop.product("Café")
    for asked in ("peluche", "juguetes", "muñeco", "pelucje"):
        assert search.look(asked, "es").ids == [], asked
    assert vocabulary.of().words == sorted(set(stems.forms("café", "es")))
    assert search.find("cafe", "es") == [mine.id]


def test_the_words_are_written_again_by_the_job(shop):
    made = shop.product("Café").id
    db.session.query(SearchStem).delete()
    shop.tenant.revision += 1
    db.session.commit()
    assert search.find("cafe", "es") == []
    search.index_all()
    shop.enter()
    assert search.find("cafe", "es") == [made]


def test_a_page_asks_the_database_as_much_for_many_words_as_for_few(shop):
    for number in range(30):
        shop.product(f"Café {number}", slug=f"c{number}")
    search.look("cafe", "es")
    long = " ".join(f"cafe{number}" for number in range(2000))
    found = search.look(long, "es")
    assert len(search._asked(long)) <= search.MOST_WORDS
    assert len(found.ids) <= search.MOST


def test_an_empty_shop_says_so_and_one_without_shelves_shows_what_it_has(shop):
    for path in ("/search", "/search?q=café"):
        said = text(shop.client.get(path))
        assert "vuelva pronto" in said, path
        assert "recorra las categorías" not in said, "there are none"
    shop.product("Café Uno")
    assert read(shop.client.get("/search")).xpath("//*[@data-instead]//a[contains(@href, '/p/cafe-uno')]")
