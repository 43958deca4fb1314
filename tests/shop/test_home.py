"""The home page: made of blocks, in the visitor's language, the same for everyone but its holes."""

from kernel.db import db
from shop import pages
from tests.shop.pages import marks, read, text


def test_a_new_shop_has_a_home_page(shop):
    shop.product("Café de altura")
    answer = shop.client.get("/")
    assert answer.status_code == 200
    assert "Café de altura" in text(answer)
    assert read(answer).xpath("count(//h1)") == 1


def test_an_empty_shop_promises_nothing_that_is_not_there(shop):
    answer = shop.client.get("/")
    assert answer.status_code == 200
    assert "Ver lo que tenemos" not in text(answer)
    assert "Muy pronto" in text(answer)
    assert marks(answer, "href").count("/contact") > 1  # in the cover and in the foot
    shop.product("Café de altura")
    assert "Ver lo que tenemos" in text(shop.client.get("/"))
    assert "Muy pronto" not in text(shop.client.get("/"))


def test_the_published_blocks_are_shown_and_the_draft_is_not(shop):
    home = pages.home() or pages.make({"es": "Inicio"}, kind="home", slug="home")
    pages.save(home, [{"id": "a", "kind": "text", "data": {"title": {"es": "Publicado"}, "text": {"es": "Hola"}}}])
    pages.publish(home)
    pages.save(home, [{"id": "a", "kind": "text", "data": {"title": {"es": "Borrador"}, "text": {"es": "Hola"}}}])
    db.session.commit()
    said = text(shop.client.get("/"))
    assert "Publicado" in said
    assert "Borrador" not in said


def test_header_and_footer_say_where_one_is(shop):
    shop.product("Café", category_id=shop.category("Granos").id)
    answer = shop.client.get("/")
    assert "/cart" in marks(answer, "href")
    assert "/c/granos" in marks(answer, "href")
    assert read(answer).xpath("//footer")


def test_nothing_inline_and_nothing_from_elsewhere(shop):
    shop.product()
    for path in ("/", "/p/cafe-uno", "/cart", "/search?q=x", "/contact"):
        answer = shop.client.get(path)
        page = read(answer)
        assert not page.xpath("//@style|//style|//script[not(@src) and not(@type='application/ld+json')]"), path
        assert not page.xpath("//*[starts-with(name(@*), 'on')]"), path
        loaded = [url for url in page.xpath("//@src|//link[@rel='stylesheet']/@href") if url.startswith("http")]
        assert not loaded, path
        assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


def test_an_unknown_page_is_404_in_the_shop_s_face(shop):
    answer = shop.client.get("/nada")
    assert answer.status_code == 404
    assert shop.tenant.name in text(answer)
    assert read(answer).xpath("//html/@lang") == ["es"]
