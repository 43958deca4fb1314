"""What every answer carries, whoever asks and whatever goes wrong; and what is refused from elsewhere."""

import pytest

from kernel import blocks, clock, migrations, origins
from kernel.app import create_app
from kernel.db import db
from kernel.origins import FOREIGN_OK
from kernel.settings import Settings, complete
from kernel.tenancy import Domain
from tests import kept
from tests.makers import World

VALUES = {"tenant": "cafe", "width": 320, "position": 0, "number": 1, "digest": "x", "sha": "a" * 64}
FOREIGN = ["cross-site", "same-site", "none", "", None]


def routes(app):
    """(host, method, path, endpoint) of everything that answers, with made-up values."""
    for rule in app.url_map.iter_rules():
        adapter = app.url_map.bind("plaza.localhost:8000", subdomain=rule.subdomain or "")
        path = adapter.build(rule.endpoint, {name: VALUES.get(name, "x") for name in rule.arguments})
        for method in sorted(rule.methods & {"GET", "POST"}):
            yield rule.subdomain, method, path.removeprefix("//plaza.localhost:8000"), rule.endpoint


def checked(answer, told):
    """The answer has what each must have."""
    policy = answer.headers.get("Content-Security-Policy", "")
    assert "default-src" in policy, told
    assert "unsafe-inline" not in policy, told
    assert "unsafe-eval" not in policy, told
    if "sandbox" not in policy:
        assert "object-src 'none'" in policy, told
        assert "base-uri 'none'" in policy, told
    assert answer.headers.get("X-Content-Type-Options") == "nosniff", told
    assert "no-referrer" not in answer.headers.get("Referrer-Policy", ""), told
    answer.close()
    return answer


@pytest.fixture
def careful(shop):
    """The shop, on an application that answers what breaks with a page."""
    shop.app.testing = False
    yield shop
    shop.app.testing = True


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # what an answer carries asks no database
def test_every_address_answers_with_a_policy(careful):
    seen, broken, admin = 0, [], careful.admin
    for side, method, path, endpoint in list(routes(careful.app)):
        if endpoint.endswith(("logout", "sessions_end")):
            continue
        browser = careful.client if side == "store" else admin
        answer = checked(browser.open(path, method=method), (method, path))
        seen += 1
        broken += [(method, path)] if answer.status_code >= 500 and path != "/readyz" else []
    assert broken == []
    assert seen > 100


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # nor does a refusal
def test_every_unsafe_address_refuses_other_sites(careful):
    """Each address one of these sites, by turns; every thirtieth all of them: one rule stands before them all."""
    asked = [told for told in routes(careful.app) if told[1] == "POST" and told[3] not in FOREIGN_OK]
    for place, (side, _method, path, _endpoint) in enumerate(asked):
        browser = careful.client if side == "store" else careful.anonymous
        for site in FOREIGN if place % 30 == 0 else [FOREIGN[place % len(FOREIGN)]]:
            answer = browser.post(path, headers={"Sec-Fetch-Site": site})
            assert checked(answer, (path, site)).status_code == 403, (path, site)
    assert len(asked) > 100


ORIGINS = [
    ("http://cafe.plaza.localhost:8000", 303),
    ("http://CAFE.plaza.localhost:8000", 303),
    ("http://plaza.localhost:8000", 403),
    ("http://rival.plaza.localhost:8000", 403),
    ("http://cafe.plaza.localhost", 403),
    ("http://cafe.plaza.localhost:8000.evil.test", 403),
    ("null", 403),
]


@pytest.mark.parametrize(("origin", "status"), ORIGINS)
def test_an_old_browser_is_judged_by_its_origin(shop, origin, status):
    answer = shop.client.post("/consent", data={"behaviour": "no"}, headers={"Sec-Fetch-Site": None, "Origin": origin})
    assert answer.status_code == status


def test_what_is_not_there_breaks_or_is_too_large_is_told_in_a_page(careful, monkeypatch):
    def breaks():
        raise RuntimeError("SELECT secret FROM account; /srv/plaza postgresql://user:pass@db")

    monkeypatch.setitem(careful.app.view_functions, "shop.contact", breaks)
    big = {"behaviour": "x" * (3 * 1024 * 1024)}
    cases = [
        (careful.client.get("/nothing"), 404, "Esta página no está aquí"),
        (careful.anonymous.get("/nothing"), 404, "Esta página no está aquí"),
        (careful.admin.get("/admin/cafe/nothing"), 404, "Esta página no está aquí"),
        (careful.client.get("/contact"), 500, "Algo falló de nuestro lado"),
        (careful.client.post("/consent", data=big), 413, "demasiado grande"),
        (careful.client.delete("/cart"), 405, "Esta dirección no funciona así"),
    ]
    for answer, status, words in cases:
        page = checked(answer, words).get_data(as_text=True)
        assert answer.status_code == status
        assert words in page
        assert 'class="btn btn-primary"' in page  # a way on
        assert not any(secret in page for secret in ("SELECT", "Traceback", "/srv/", "postgresql", "RuntimeError"))


@pytest.mark.parametrize(("host", "led"), [("cafe.plaza.localhost:8000", True), ("evil.test", False)])
def test_who_sent_too_much_is_led_back_to_their_own_page(shop, host, led):
    came = {"Referer": f"http://{host}/orders/abc?x=1"}
    page = shop.client.post("/consent", data={"behaviour": "x" * (3 * 1024 * 1024)}, headers=came)
    assert page.status_code == 413
    assert ('href="/orders/abc?x=1"' in page.text) is led
    assert "evil.test" not in page.text


def test_a_page_of_the_back_office_that_is_not_there_leads_back_to_it(shop):
    page = shop.admin.get("/admin/cafe/letters/nothing").get_data(as_text=True)
    assert 'href="/admin/cafe/"' in page


def test_a_program_hears_of_errors_in_json(shop):
    answer = shop.client.get("/nothing", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.is_json) == (404, True)
    assert answer.json["error"]


@pytest.mark.parametrize("path", ["css/tokens.css", "js/theme.js", "icons/sprite.svg"])
def test_files_of_our_own_are_what_they_say(shop, path):
    answer = checked(shop.client.get(f"/static/{path}"), path)
    assert answer.status_code == 200


@pytest.mark.parametrize("host", ["evil.test", "plaza.localhost", "nobody.plaza.localhost:8000", "127.0.0.1:8000"])
def test_an_unknown_host_gets_nothing(shop, host):
    browser = shop.anonymous
    browser.host = host
    answer = checked(browser.get("/login"), host)
    assert answer.status_code == 404
    assert answer.get_data(as_text=True) == "En esta dirección no hay ninguna tienda: ¿está bien escrita?"


@pytest.mark.parametrize("header", ["Referer", "Origin"])
def test_what_is_no_address_is_nobodys(shop, header):
    assert shop.client.get("/consent", headers={header: "http://[x"}).status_code == 303
    told = {header: "http://[x", "Sec-Fetch-Site": None}
    assert shop.client.post("/consent", headers=told).status_code == 403
    assert shop.anonymous.get("/login?next=//[x").status_code == 200
    assert blocks.link("http://[tu-dominio].com") == ""


def test_a_proxy_that_tells_its_port_is_understood(tmp_path):
    known = Settings(url="https://plaza.test", instance=tmp_path, secret_key="x" * 32, proxies=1)
    app = create_app(complete(known))
    kept.database(tmp_path / "plaza.db", lambda: migrations.upgrade(app))
    told = {"X-Forwarded-Host": "plaza.test", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "443"}
    assert app.test_client().get("/login", base_url="http://10.0.0.2:8000", headers=told).status_code == 200


FORGED = {
    "X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "https", "X-Forwarded-For": "10.0.0.1", "X-Real-IP": "10.0.0.1",
    "Forwarded": "host=evil.test;proto=https", "X-Original-URL": "/admin/cafe/", "X-Forwarded-User": "admin",
    "X-User-Id": "1", "X-Tenant-ID": "1", "X-WCPAY-PLATFORM-CHECKOUT-USER": "1", "X-HTTP-Method-Override": "DELETE",
}  # fmt: skip


def test_headers_of_a_proxy_that_is_not_there_are_ignored(shop):
    page = shop.client.get("/", headers=FORGED)
    assert page.status_code == 200
    assert "evil.test" not in page.get_data(as_text=True)
    assert shop.anonymous.get("/admin/cafe/", headers=FORGED).status_code == 303  # still asked to log in


@pytest.mark.parametrize(
    "path",
    ["/.env", "/.git/config", "/instance/plaza.db", "/static/../instance/plaza.db", "/static/%2e%2e/instance/secret.key",
     "/static/..%2f..%2fetc/passwd", "/kernel/app.py"],
)  # fmt: skip
def test_files_that_are_nobodys_business_are_not_there(shop, path):
    assert shop.client.get(path).status_code == 404
    assert shop.anonymous.get(path).status_code == 404


@pytest.fixture
def secure(tmp_path):
    app = create_app(complete(Settings(url="https://plaza.test", instance=tmp_path, secret_key="x" * 32)))
    kept.database(tmp_path / "plaza.db", lambda: migrations.upgrade(app))
    return app


def test_https_is_asked_for_below_hosts_of_ours_and_not_below_a_shops_own_domain(secure):
    with secure.app_context():
        shop = World.open(secure)
        db.session.add(Domain(tenant_id=shop.tenant_id, host="cafe.example.org", verified_at=clock.now()))
        db.session.commit()
    hosts = ("plaza.test", "cafe.plaza.test", "cafe.example.org", "nobody.example.org", "notplaza.test")
    answers = {host: secure.test_client().get("/", base_url=f"https://{host}") for host in hosts}
    assert [one.status_code for one in answers.values()] == [200, 200, 200, 404, 404]
    assert {host: "includeSubDomains" in one.headers["Strict-Transport-Security"] for host, one in answers.items()} == {
        "plaza.test": True, "cafe.plaza.test": True, "cafe.example.org": False, "nobody.example.org": False,
        "notplaza.test": False,
    }  # fmt: skip
    assert all("max-age=63072000" in one.headers["Strict-Transport-Security"] for one in answers.values())


def test_over_https_cookies_and_answers_are_bound_to_it(secure):
    app = secure
    answer = app.test_client().get("/login", base_url="https://plaza.test")
    policy = answer.headers["Strict-Transport-Security"]
    assert int(policy.split("max-age=")[1].split(";")[0]) >= 31_536_000
    assert app.config["SESSION_COOKIE_NAME"] == "__Host-plaza"
    with app.test_request_context("/", base_url="https://plaza.test"):
        made = app.make_response("x")
        origins.set_cookie(made, "staff", "secret", days=1)
    cookie = made.headers["Set-Cookie"]
    assert cookie.startswith("__Host-staff=secret;")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_a_cookie_replayed_at_another_shop_is_an_empty_session(app):
    World.open(app, slug="rival", email="rival@example.com")
    shop = World.open(app)
    one = shop.client
    one.post("/consent", data={"behaviour": "no", "next": "/"})
    with one.session_transaction(base_url="http://cafe.plaza.localhost:8000") as kept:
        kept["cart"] = "mine"
    name = app.config["SESSION_COOKIE_NAME"]
    value = one.get_cookie(name, domain="cafe.plaza.localhost").value
    other = shop.client
    other.host = "rival.plaza.localhost:8000"
    other.set_cookie(name, value, domain="rival.plaza.localhost")
    with other.session_transaction(base_url="http://rival.plaza.localhost:8000") as found:
        assert "cart" not in found


def test_what_no_column_can_hold_is_the_senders_mistake(careful):
    answer = careful.admin.get("/admin/cafe/letters?q=a%00b")
    assert answer.status_code == (422 if db.engine.dialect.name == "postgresql" else 200)
    assert careful.client.get("/search?q=a%00b").status_code < 500
