"""What a first visit weighs: at most 100 KB compressed without pictures, in few requests, without a script in the way."""

import pytest

from kernel import sheets, tenancy
from kernel.db import db
from kernel.settings import ROOT
from shop import storefront, themes
from tests.shop.pages import read

MOST = 100 * 1024
MODULES = ("options", "say", "small", "toast", "validate")  # what shop.js imports


@pytest.mark.parametrize("preset", themes.PRESETS)
def test_a_first_visit(shop, preset):
    if not (ROOT / "instance/vendor/bootstrap.css").exists():
        pytest.skip("the browser libraries are not installed")
    row = storefront.of()
    row.preset = preset
    db.session.add(row)
    tenancy.touch()
    db.session.commit()
    for number in range(12):
        shop.product(f"Café número {number}", short={"es": "Un café de altura, lavado y dulce."})
    client = shop.client
    page = client.get("/", headers={"Accept-Encoding": "br"})
    urls = set(
        read(client.get("/")).xpath("//link[@rel='stylesheet' or @rel='preload' or @rel='icon']/@href|//script/@src")
    )
    urls |= {f"/static/js/{name}.js" for name in MODULES} | {"/static/icons/sprite.svg"}
    weights = {url: len(_get(client, url)) for url in urls}
    total = len(page.data) + sum(weights.values())
    assert total <= MOST, (total, weights)
    assert len(urls) <= 14


def _get(client, url):
    answer = client.get(url, headers={"Accept-Encoding": "br"})
    assert answer.status_code == 200, url
    data = answer.data
    answer.close()
    return data


def test_the_sheet_keeps_what_pages_speak_of_and_leaves_the_rest():
    css = '@charset "utf-8";.btn{a:b}.carousel,.btn:hover{c:d}@media print{.carousel{e:f}}@media (x){.btn.wide{g:h}}:root{--i:j}'
    kept = sheets.purged(css, {"btn", "wide"})
    assert kept == '@charset "utf-8";.btn{a:b}.btn:hover{c:d}@media (x){.btn.wide{g:h}}:root{--i:j}'
