"""Packing: texts are packed as a browser unpacks them, and how long they are tells nobody what stands in them."""

import gzip

import brotli
import pytest

from kernel import packing

UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}


def asked(client, path, encodings):
    answer = client.get(path, headers={"Accept-Encoding": encodings, "Accept-Language": "es"})
    return answer, answer.headers.get("Content-Encoding", "")


@pytest.mark.parametrize(
    ("encodings", "packed"), [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("", ""), ("zstd", "")]
)
def test_a_page_of_the_back_office_is_packed_as_its_browser_unpacks_it(shop, encodings, packed):
    admin = shop.admin
    plain = admin.get("/admin/cafe/settings/brand", headers={"Accept-Language": "es"})
    answer, how = asked(admin, "/admin/cafe/settings/brand", encodings)
    assert (answer.status_code, how) == (200, packed)
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    if packed:
        assert len(answer.data) * 3 < len(plain.data)
        assert "Aspecto" in UNPACK[packed](answer.data).decode()
    else:
        assert "X-Padding" not in answer.headers


def test_how_long_it_is_tells_nothing(shop):
    admin = shop.admin
    long = {len(asked(admin, "/admin/cafe/orders", "br")[0].headers["X-Padding"]) for _ in range(30)}
    assert len(long) > 5
    assert long <= set(range(1, packing.PADDING + 1))


def test_what_is_small_or_no_text_or_packed_already_stays_as_it_is(shop):
    shop.product()
    assert asked(shop.client, "/robots.txt", "br")[1] == ""  # a few lines
    page, how = asked(shop.client, "/", "br")
    assert how == "br"
    assert "Café" in UNPACK["br"](page.data).decode()  # once, not twice
    picture, how = asked(shop.anonymous, "/static/pictures/hoy.webp", "br")
    assert (picture.mimetype, how) == ("image/webp", "")
    picture.close()


def test_a_theme_is_packed_and_everybody_may_keep_it(shop):
    page = shop.client.get("/").get_data(as_text=True)
    url = page.partition('href="/theme.')[2].partition('"')[0]
    answer, how = asked(shop.client, f"/theme.{url}", "br")
    assert (how, answer.mimetype) == ("br", "text/css")
    assert "immutable" in answer.headers["Cache-Control"]
    assert ":root{" in UNPACK[how](answer.data).decode()


def test_a_question_without_an_answer_s_body_has_none(shop):
    answer = shop.admin.head("/admin/cafe/settings/brand", headers={"Accept-Encoding": "br"})
    assert (answer.status_code, answer.data) == (200, b"")
