"""Bad input at the shop's door: a clear sentence in the page's language, the right status, nothing lost."""

import pytest

from tests.shop.pages import read, text


def test_an_unknown_shop_is_the_install_s_404(shop):
    nobody = shop.anonymous
    nobody.host = "nadie.plaza.localhost:8000"
    answer = nobody.get("/")
    assert answer.status_code == 404


def test_an_unknown_host_learns_nothing(shop):
    nobody = shop.anonymous
    nobody.host = "evil.test"
    answer = nobody.get("/")
    assert answer.status_code in {404, 421}
    assert shop.tenant.name not in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/.env", "/.git/config", "/instance/app.db", "/static/../instance", "/static/nada.css",
                                  "/media/..%2f..%2fetc", "/p/" + "x" * 3000, "/c/%00", "/p/%ff%fe", "/orders/"])  # fmt: skip
def test_what_is_not_there_is_404(shop, path):
    answer = shop.client.get(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_another_method_is_told_so(shop, method):
    answer = getattr(shop.client, method)("/cart")
    assert answer.status_code == 405
    assert read(answer).xpath("//h1")


@pytest.mark.parametrize(
    ("path", "leads"),
    [
        ("/cart/lines", "/cart"), ("/cart/lines/x", "/cart"), ("/cart/notices", "/cart"), ("/en/cart/lines", "/en/cart"),
        ("/bookings/hold", "/"), ("/en/bookings/hold", "/en/"),
    ],
)  # fmt: skip
def test_where_forms_are_sent_one_looks_at_the_page_above(shop, path, leads):
    answer = shop.client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, leads)
    assert shop.client.get(answer.headers["Location"]).status_code == 200


def test_who_comes_from_a_page_of_the_shop_is_led_back_to_it_and_never_round_and_round(shop):
    shop.product("Café Uno")
    host = "http://cafe.plaza.localhost:8000"
    for came, leads in (("/p/cafe-uno?day=1", "/p/cafe-uno?day=1"), ("/bookings/hold", "/"), ("/nada", "/")):
        answer = shop.client.get("/bookings/hold", headers={"Referer": host + came})
        assert answer.headers["Location"] == leads
    assert shop.client.get("/bookings/hold", headers={"Referer": "http://evil.test/cart"}).headers["Location"] == "/"
    assert shop.client.get("/cart/lines", headers={"Accept": "application/json"}).status_code == 405


@pytest.mark.parametrize(
    "path", ["/cart/lines", "/checkout", "/cart/notices", "/orders/x/cancellation", "/orders/x/proofs"]
)
def test_another_site_cannot_press_our_buttons(shop, path):
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"},
                    {"Sec-Fetch-Site": None, "Origin": "http://evil.test"}, {"Sec-Fetch-Site": None}):  # fmt: skip
        answer = shop.client.post(path, data={"product": "cafe-uno"}, headers=headers)
        assert answer.status_code == 403, headers
        assert text(answer)


def test_a_form_of_ten_thousand_fields_is_refused(shop):
    shop.product("Café Uno")
    data = {f"text-{number}": "x" for number in range(10_000)} | {"product": "cafe-uno"}
    assert shop.client.post("/cart/lines", data=data).status_code in {303, 413, 422}


@pytest.mark.parametrize(
    "words", ["<img src=x onerror=alert(1)>", "{{7*7}}", "${7*7}", "‮abc", "a\r\nBcc: x@y.z", "\x00"]
)
def test_a_dedication_is_only_words(shop, words):
    shop.product("Pastel", texts=[{"code": "d", "label": {"es": "Dedicatoria"}, "max": 80, "required": False}])
    client = shop.client
    assert client.post("/cart/lines", data={"product": "pastel", "text-d": words}).status_code in {303, 400, 422}
    answer = client.get("/cart")
    assert answer.status_code == 200
    assert "<img src=x" not in answer.get_data(as_text=True)
    assert "49" not in text(answer)


@pytest.mark.parametrize(
    "target", ["//evil.test", "/\\evil.test", "https:evil.test", "\t//evil.test", "https://evil.test/"]
)
def test_nobody_is_sent_away_from_the_shop(shop, target):
    shop.product("Café Uno")
    answer = shop.client.post("/cart/lines", data={"product": "cafe-uno", "next": target})
    assert answer.headers["Location"] == "/cart"


def test_spoofed_headers_open_nothing(shop):
    order = shop.bought(shop.product("Café Uno"))
    headers = {"X-Tenant-ID": "1", "X-User-Id": "1", "X-Forwarded-User": "admin", "X-Original-URL": "/admin/cafe/"}
    assert shop.client.get("/orders/x", headers=headers).status_code == 404
    assert order.email not in shop.client.get("/", headers=headers).get_data(as_text=True)


def test_a_body_that_is_too_large_is_413_with_a_sentence(shop):
    answer = shop.client.post("/cart/lines", data={"product": "x" * (3 * 1024 * 1024)})
    assert answer.status_code == 413
    assert len(text(answer)) > 20
