"""Sharing: texts of at most 300 characters with name, price and a short link; cards that previews like."""

import io
from urllib.parse import unquote

import pytest
from PIL import Image

from kernel import files
from kernel.db import db
from tests.shop.pages import marks, read


def picture():
    stream = io.BytesIO()
    Image.effect_noise((1000, 1250), 120).convert("RGB").save(stream, "PNG")
    return files.store(stream.getvalue())


@pytest.mark.parametrize("name", ["Café Uno", "Un nombre " + "larguísimo " * 40])
def test_a_product_by_whatsapp(shop, name):
    shop.product(name, slug="uno", price=2_500_00)
    links = [url for url in marks(shop.client.get("/p/uno"), "href") if url.startswith("https://wa.me/?text=")]
    said = unquote(links[0].partition("text=")[2])
    assert len(said) <= 300
    assert said.startswith(name[:20])
    assert "₡2" in said
    assert said.endswith("http://cafe.plaza.localhost:8000/p/uno")


def test_the_card_is_a_small_jpeg_of_the_right_size(shop):
    shop.product("Café Uno con un nombre que no cabe en una sola línea", slug="uno", picture_id=picture().id)
    url = read(shop.client.get("/p/uno")).xpath("//meta[@property='og:image']/@content")[0]
    answer = shop.client.get(url.removeprefix("http://cafe.plaza.localhost:8000"))
    assert answer.mimetype == "image/jpeg"
    assert len(answer.data) <= 300 * 1024
    assert Image.open(io.BytesIO(answer.data)).size == (1200, 630)


def test_a_card_of_yesterday_leads_to_today_s(shop):
    shop.product("Café Uno")
    answer = shop.client.get("/media/cafe/cards/cafe-uno.0000000000000000.jpg")
    assert answer.status_code == 302
    assert "cards/cafe-uno." in answer.headers["Location"]


def test_the_shop_s_own_card(shop):
    url = read(shop.client.get("/")).xpath("//meta[@property='og:image']/@content")[0]
    answer = shop.client.get(url.removeprefix("http://cafe.plaza.localhost:8000"))
    if answer.status_code == 302:
        answer = shop.client.get(answer.headers["Location"])
    assert answer.mimetype == "image/jpeg"


def test_pictures_by_their_content(shop):
    shop.product("Café Uno", picture_id=picture().id)
    page = read(shop.client.get("/p/cafe-uno"))
    image = page.xpath("//*[@data-large]//img")[0]
    assert image.get("width")
    assert image.get("height")
    sources = [one.strip().split(" ") for one in image.get("srcset").split(",")]
    assert [wide for _url, wide in sources] == ["320w", "640w", "960w", "1000w"]
    for url, _wide in sources:
        answer = shop.client.get(url)
        assert answer.mimetype == "image/webp"
        assert "immutable" in answer.headers["Cache-Control"]
        answer.close()


@pytest.mark.parametrize("path", ["..%2f..%2fetc%2fpasswd", "a" * 64 + ".640.webp", "/etc/passwd", "%00.320.webp"])
def test_what_is_no_picture_of_this_shop_is_not_there(shop, path):
    assert shop.client.get(f"/media/cafe/{path}").status_code == 404


def test_each_card_shows_its_own_picture(shop):
    shas = {f"Café {name}": picture().sha256 for name in ("Uno", "Dos")}  # as large as each other
    for name, sha in shas.items():
        shop.product(name, picture_id=files.by_sha(sha).id)
    db.session.commit()
    for card in read(shop.client.get("/search?q=caf%C3%A9")).xpath("//article"):
        [name], [src] = card.xpath(".//h3/a/text()"), card.xpath(".//img/@src")
        assert src.startswith(f"/media/cafe/{shas.pop(name)}.")
    assert shas == {}


def test_another_tenant_s_picture_is_not_there(rival, shop):
    mine = picture()
    db.session.commit()
    address = f"/media/{{}}/{mine.sha256}.320.webp"
    answer = shop.client.get(address.format("cafe"))
    assert answer.status_code == 200
    answer.close()
    assert rival.client.get(address.format("rival")).status_code == 404
    assert rival.client.get(address.format("cafe")).status_code == 404


def test_the_theme_is_a_file_that_may_be_kept_for_ever(shop):
    url = next(one for one in marks(shop.client.get("/"), "href") if one.startswith("/theme."))
    answer = shop.client.get(url)
    assert answer.mimetype == "text/css"
    assert "immutable" in answer.headers["Cache-Control"]
    assert shop.client.get("/theme.000000000000.css").headers["Location"] == url
