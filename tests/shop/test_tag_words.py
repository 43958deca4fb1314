"""Tags: a chip speaks the visitor's language, with the words of the shop, and its products are found by them."""

from kernel.db import db
from shop import catalog, search, tag_words
from tests.shop.pages import read, text

CODES = {"code": ["anil", "de-pedal"], "words-es": ["Añil", ""], "words-en": ["Indigo", ""]}


def woven(shop, **values):
    shop.tenant.languages = ["es", "en"]
    shelf = shop.category("Telas")
    made = shop.product("Rebozo", category_id=shelf.id, tags=["anil", "de-pedal"], **values)
    catalog.changed(made)
    db.session.commit()
    return made


def chips(answer):
    return [chip.text_content().strip() for chip in read(answer).xpath("//a[contains(@class, 'chip')]")]


def test_a_chip_says_what_the_shop_calls_it_in_each_language(shop):
    woven(shop)
    assert chips(shop.client.get("/c/telas"))[1:] == ["Anil", "De pedal"]
    assert shop.admin.post("/admin/cafe/tags", data=CODES).status_code == 303
    assert chips(shop.client.get("/c/telas"))[1:] == ["Añil", "De pedal"]
    assert chips(shop.client.get("/en/c/telas"))[1:] == ["Indigo", "De pedal"]
    assert "tag=anil" in shop.client.get("/c/telas").get_data(as_text=True)  # addresses stay


def test_the_words_are_searched_and_what_is_taken_away_is_not(shop):
    made = woven(shop)
    shop.admin.post("/admin/cafe/tags", data=CODES)
    assert search.find("indigo", "en") == [made.id]
    assert search.find("añil", "es") == [made.id]
    shop.admin.post("/admin/cafe/tags", data={**CODES, "words-es": ["", ""], "words-en": ["", ""]})
    assert search.find("indigo", "en") == []
    assert chips(shop.client.get("/c/telas"))[1:] == ["Anil", "De pedal"]


def test_the_page_lists_each_tag_with_its_products_and_keeps_what_was_written(shop):
    woven(shop)
    shop.product("Draft", tags=["anil"])
    page = shop.admin.get("/admin/cafe/tags")
    assert [one.get("value") for one in read(page).xpath("//input[@name='code']")] == ["anil", "de-pedal"]
    assert "2 productos" in text(page)
    shop.admin.post("/admin/cafe/tags", data=CODES)
    kept = read(shop.admin.get("/admin/cafe/tags")).xpath("//input[@name='words-en']/@value")
    assert kept == ["Indigo", ""]


def test_what_is_no_tag_of_the_shop_and_what_is_too_much_change_nothing(shop):
    woven(shop)
    sent = {"code": ["nada", "anil", "x" * 9000], "words-es": ["Nada", "A" * 500], "words-xx": ["?", "?"]}
    assert shop.admin.post("/admin/cafe/tags", data=sent).status_code == 303
    db.session.expire_all()
    assert tag_words.counted() == [("anil", 1), ("de-pedal", 1)]
    assert chips(shop.client.get("/c/telas"))[1:] == ["A" * 60, "De pedal"]
    assert shop.staff("marketer").get("/admin/cafe/tags").status_code == 404


def test_a_shop_without_tags_is_told_where_they_are_written(shop):
    shop.product("Café")
    assert "Cómo se encuentra y para quién" in text(shop.admin.get("/admin/cafe/tags"))
