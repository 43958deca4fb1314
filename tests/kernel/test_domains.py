"""A shop's own host names: a real name server and a real web server on loopback say whose they are."""

import dataclasses
import ipaddress
import socket
import socketserver
import threading

import dns.message
import dns.rdatatype
import dns.rrset
import pytest
from click.testing import CliRunner

from kernel import domains, leaving, names, reaching, serving, settings, tenancy
from kernel.cli import main
from kernel.db import db
from tests.kernel.answering import say
from tests.kernel.answering import serving as answering
from tests.makers import World
from tests.shop.pages import text

WWW = "www.tazas.example"
PAGE = "/admin/cafe/settings/domains"


class Names(dict):
    """What the name server says: {(name, "TXT" | "CNAME" | "A"): value}; None: it is silent."""

    silent = False


@pytest.fixture
def zone(app, monkeypatch):
    """A name server on loopback that this install asks."""
    told = Names()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            asked = dns.message.from_wire(self.request[0])
            name, kind = asked.question[0].name, dns.rdatatype.to_text(asked.question[0].rdtype)
            said, answer = told.get((name.to_text(omit_final_dot=True), kind)), dns.message.make_response(asked)
            if said:
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, said))
            if not told.silent:
                self.request[1].sendto(answer.to_wire(), self.client_address)

    server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    known = dataclasses.replace(settings.current(), nameserver=f"127.0.0.1:{server.server_address[1]}")
    monkeypatch.setitem(app.extensions, "plaza.settings", known)
    monkeypatch.setattr(names, "SECONDS", 5.0)
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture
def shop(app):
    world = World.open(app)
    db.session.commit()
    return world


def lead_here(shop):
    return f"{shop.slug}.plaza.localhost."


def proof(shop, host=WWW):
    return f'"{domains.secret(shop.tenant_id, host)}"'


def add(shop, host=WWW):
    return shop.admin.post(PAGE, data={"host": host})


def check(shop, host=WWW, verb="check"):
    """What the page says after that button."""
    boss, page = shop.admin, f"/admin/{shop.slug}/settings/domains"
    assert boss.post(f"{page}/{host}/{verb}").status_code == 303
    return text(boss.get(page))


def there(app, host=WWW, path="/"):
    return app.test_client().get(path, base_url=f"http://{host}")


def test_a_name_leads_to_the_shop_once_its_name_server_says_so_and_not_before(app, shop, zone):
    assert add(shop, f"https://{WWW.upper()}/inicio").status_code == 303
    assert there(app).status_code == 404
    assert "todavía no se ve el registro" in check(shop)
    assert there(app).status_code == 404
    zone[WWW, "CNAME"] = lead_here(shop)
    assert f"{WWW} es suyo" in check(shop)
    assert there(app).status_code == 200
    assert f"http://{WWW}" not in there(app).get_data(as_text=True), "links keep the old address until it is chosen"


def test_a_bare_name_is_shown_by_a_text_of_its_own(app, shop, zone):
    add(shop, "tazas.example")
    zone["_plaza.tazas.example", "TXT"] = proof(shop, "www.tazas.example")
    assert "todavía no" in check(shop, "tazas.example"), "that is the text of another name"
    zone["_plaza.tazas.example", "TXT"] = proof(shop, "tazas.example")
    assert "es suyo" in check(shop, "tazas.example")


def test_who_has_the_name_server_has_the_name_and_a_wish_stands_in_nobodys_way(app, shop, zone):
    rival = World.open(app, slug="rival", email="rival@example.com")
    rival.admin.post("/admin/rival/settings/domains", data={"host": WWW})
    add(shop)
    zone[WWW, "CNAME"] = lead_here(shop)
    assert "todavía no" in check(rival)
    assert "es suyo" in check(shop)
    assert shop.slug in there(app, path="/sitemap.xml").get_data(as_text=True)
    rival.admin.post("/admin/rival/settings/domains", data={"host": WWW})
    zone[WWW, "CNAME"] = lead_here(rival)  # sold: its new owner leads it elsewhere
    assert "es suyo" in check(rival)
    assert "rival" in there(app, path="/sitemap.xml").get_data(as_text=True)
    assert WWW not in text(shop.admin.get(PAGE))


def test_who_shows_it_while_another_does_hears_that_and_begins_anew(app, shop, zone, monkeypatch):
    rival = World.open(app, slug="rival", email="rival@example.com")
    add(shop)
    zone[WWW, "CNAME"] = lead_here(shop)

    def faster():
        with app.app_context():
            rival.enter()
            domains.proven(domains.add(WWW))
            db.session.commit()

    def meanwhile(*_told):
        other = threading.Thread(target=faster)
        other.start()
        other.join()

    with monkeypatch.context() as patch:
        patch.setattr(domains, "prove", meanwhile)
        assert f"Otra tienda acaba de mostrar que {WWW}" in check(shop)
    assert add(shop).status_code == 303
    assert "es suyo" in check(shop)


def test_a_silent_name_server_says_nothing_of_the_name(shop, zone, monkeypatch):
    add(shop)
    zone.silent = True
    monkeypatch.setattr(names, "SECONDS", 0.2)
    assert "no contestan en este momento" in check(shop)


@pytest.fixture
def web(monkeypatch):
    """Whoever is asked on the web stands on loopback: `web(port)`."""

    def at(port):
        place = socket.AF_INET, ("127.0.0.1", port), ipaddress.ip_address("127.0.0.1")
        monkeypatch.setattr(reaching, "_resolved", lambda *_told: [place])
        monkeypatch.setattr(reaching, "reachable", lambda *_told: True)

    return at


def test_links_use_it_only_when_a_visitor_gets_to_this_shop_there(app, shop, zone, web):
    add(shop)
    zone[WWW, "CNAME"] = lead_here(shop)
    assert shop.admin.post(f"{PAGE}/{WWW}/links").status_code == 404, "not before it is proven"
    check(shop)
    with answering(lambda one: say(one, b"another shop")) as port:
        web(port)
        assert "contesta otro" in check(shop, verb="links")
    assert "todavía no trae visitantes" in check(shop, verb="links"), "nobody listens there any more"

    def ours(handler):
        with app.app_context():
            answer = there(app, handler.headers["Host"].partition(":")[0], handler.path)
        say(handler, answer.data, answer.status_code)

    with answering(ours) as port:
        web(port)
        assert "usan www.tazas.example desde ahora" in check(shop, verb="links")
    said = shop.client.get("/").get_data(as_text=True)
    assert f'rel="canonical" href="http://{WWW}/"' in said
    check(shop, verb="removal")
    assert there(app).status_code == 404
    assert WWW not in shop.client.get("/").get_data(as_text=True)


@pytest.mark.parametrize("typed", [
    "", "tazas", "http://", "127.0.0.1", "[::1]", "2130706433", "tazas.example:8000", "a b.example", "-a.example", "a..example",
    "ñ" * 80 + ".example", "a" * 64 + ".example", "tazas.example\r\nx", "<b>.example", "1.2.3", "plaza.localhost", "otra.plaza.localhost",
])  # fmt: skip
def test_what_is_no_name_of_ones_own_is_refused_and_stays_in_the_field(shop, typed):
    answer = add(shop, typed)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.get_data(as_text=True)
    assert db.session.scalars(db.select(tenancy.Domain)).all() == []


@pytest.mark.parametrize(("typed", "kept"), [
    (" HTTPS://Tazas.Example./x?y#z ", "tazas.example"), ("www.cafetería.example", "www.xn--cafetera-i2a.example"),
])  # fmt: skip
def test_a_name_is_kept_as_browsers_ask_for_it(app, typed, kept):
    assert domains.clean(typed) == kept


def test_a_shop_has_five_at_most_and_the_same_once(shop):
    for number in range(domains.MOST):
        assert add(shop, f"www{number}.example").status_code == 303
    assert add(shop, "www0.example").status_code == 303
    assert add(shop, "one.more.example").status_code == 422


def test_a_proxy_asks_for_which_names_it_may_fetch_certificates(app, shop, zone):
    ask = lambda host: shop.anonymous.get("/domains/known", query_string={"domain": host}).status_code  # noqa: E731
    add(shop)
    assert [ask(one) for one in ("plaza.localhost", "cafe.plaza.localhost", "nobody.plaza.localhost", WWW, "")] == [
        200, 200, 404, 404, 404,
    ]  # fmt: skip
    zone[WWW, "CNAME"] = lead_here(shop)
    check(shop)
    assert ask(WWW) == 200


def test_whoever_runs_the_install_gives_a_name_by_hand_and_sees_the_shops(app, shop, monkeypatch):
    monkeypatch.setattr("kernel.cli_tenants.app", lambda: app)
    run = CliRunner().invoke
    assert run(main, ["tenant", "domain", "cafe", WWW]).output == f"{WWW} is now cafe's.\n"
    assert there(app).status_code == 200
    assert f"cafe\thttp://{WWW}\t" in run(main, ["tenant", "list"]).output
    lost = run(main, ["tenant", "domain", "nadie", WWW])
    assert (lost.exit_code, "nadie" in lost.output) == (1, True)
    assert run(main, ["tenant", "domain", "cafe", WWW, "--remove"]).exit_code == 0
    assert there(app).status_code == 404
    twice = run(main, ["tenant", "domain", "cafe", WWW, "--remove"])
    assert (twice.exit_code, twice.output) == (1, f"{WWW} is no name of cafe.\n")


def test_an_erased_shop_leaves_its_names_free(app, shop):
    serving.own_domain(app, "cafe", WWW, remove=False)
    leaving.erase(app, "cafe")
    assert there(app).status_code == 404
