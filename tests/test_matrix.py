"""Every route × method × role with a neighbour's things: nothing is there; and who may not do it cannot find it."""

import itertools

import pytest
from sqlalchemy import text
from werkzeug.routing import Map, Rule

from kernel import origins, permissions, signing, walls
from kernel.db import db
from tests.conftest import again
from tests.makers import World
from tests.matrix import LINES, OPEN, forms, things

STAFF = permissions.ROLES
NOT_THERE = {404, 405, 410}
GONE_BY_ITSELF = {"shop_admin.settings_policies_begin", "shop_admin.settings_policies_publish"}
MAY_BE_ABSENT = {  # with the right permission and one's own things these still answer 404 or 410, because of a state
    "kernel_install.figures", "shop_admin.order_pay_undo", "shop_admin.order_undo", "shop_admin.sale_undo", "shop_admin.bin_undo",
    "shop_admin.order_approve_undo",
    "shop_admin.page_undiscard", "kernel_admin.run_job", "shop.cart_change", "shop.booking_again", "shop.booking_hold",
    "shop.booking_month", "shop.booking_series", "shop.booking_gift",
    "shop.practice_page", "shop.practice_pay", "shop.practice_style", "shop_admin.order_plan_day",
    "kernel_install.domain_known", "shop_admin.settings_domains_lead", "crm_admin.people_undo", "shop.subscription_card", "shop.subscription_card_begin",
}  # fmt: skip


def rules(app, side):
    """(rule, method) of one audience: "store", "admin" or "install"."""
    for rule in app.url_map.iter_rules():
        of = "store" if rule.subdomain == "store" else "admin" if rule.rule.startswith("/admin/") else "install"
        if of == side:
            yield from ((rule, method) for method in sorted(rule.methods - {"HEAD", "OPTIONS"}))


def unlisted(url_map):
    return sorted({rule.endpoint for rule in url_map.iter_rules()} - LINES.keys())


def thing(rule):
    """The word that the matrix has for it; a route without a line fails one test only."""
    return LINES.get(rule.endpoint, OPEN)


def fill(app, rule, known, **more):
    """The rule's path, filled with things of a shop; what belongs to nobody is filled with a word."""
    values = dict.fromkeys(rule.arguments, "nobody") | known.get(thing(rule), {}) | more
    kept = {name: value for name, value in values.items() if name in rule.arguments}
    return app.url_map.bind("x", subdomain=rule.subdomain or "").build(
        rule.endpoint, kept, method=min(rule.methods - {"HEAD", "OPTIONS"})
    )


def ask(browser, method, path, **how):
    """The answer, read to its end and closed."""
    answer = browser.open(path, method=method, **how)
    answer.get_data()
    answer.close()
    return answer


@pytest.fixture
def pair(app):
    """(theirs, mine, their things, my things); mine is entered."""

    def furnish():
        made = []
        for values in ({"slug": "rival", "name": "Rival", "email": "rival@example.com"}, {}):
            world = World.open(app, **values)
            made.append((world.told(), things(world)))
        return made

    [(rival, theirs), (mine, ours)] = again(app, "pair", furnish)
    for known in (theirs, ours):  # a ticket lives minutes, and the first of these tests may be long ago
        got = known["download_file"]
        got["ticket"] = signing.make("download", signing.read("download", got["ticket"], minutes=None))
    return World(app, *rival), World(app, *mine).enter(), theirs, ours


def rows_of(tenant_id):
    """Everything that a tenant owns, as the database holds it."""
    db.session.rollback()
    with db.engine.connect() as bare:
        return {
            name: sorted(map(repr, bare.execute(text(f'SELECT * FROM "{name}" WHERE tenant_id = {tenant_id}'))))
            for name in walls.tables()
        }


def test_every_route_has_a_line(app):
    planted = Map(
        [Rule("/planted", endpoint="shop_admin.planted"), *(rule.empty() for rule in app.url_map.iter_rules())]
    )
    assert unlisted(planted) == ["shop_admin.planted"]
    assert unlisted(app.url_map) == []


def test_staff_finds_nothing_of_a_neighbour(app, pair):
    rival, shop, theirs, _mine = pair
    browsers = {role: shop.staff(role) for role in STAFF}
    before, found = rows_of(rival.tenant_id), []
    by_turns = itertools.cycle(browsers)  # at a neighbour's address nobody has a role: it is asked by one a route
    for rule, method in rules(app, "admin"):
        has_values = thing(rule) not in {"", OPEN}
        there = fill(app, rule, theirs, tenant=rival.slug)
        here = fill(app, rule, theirs, tenant=shop.slug)
        stranger, may = next(by_turns), app.view_functions[rule.endpoint].permission  # without it nothing is looked for
        asked = [(stranger, there)]
        if has_values:  # where the database is a second wall one role is enough here too
            roles = browsers if db.engine.dialect.name == "sqlite" else [stranger]
            asked += [(role, here) for role in roles if permissions.allows(role, may)]
        for role, path in asked:
            answer = ask(browsers[role], method, path)
            if answer.status_code not in NOT_THERE or rival.slug.encode() in answer.data.replace(path.encode(), b""):
                found.append((role, method, path, answer.status_code))
    assert not found, found
    assert rows_of(rival.tenant_id) == before


def test_a_form_that_names_a_neighbours_thing_changes_nothing_of_it(app, pair):
    rival, shop, theirs, _mine = pair
    before, owner, shopper = rows_of(rival.tenant_id), shop.admin, shop.client
    routes = {
        rule.endpoint: rule for side in ("admin", "store") for rule, method in rules(app, side) if method == "POST"
    }
    for endpoint, form in forms(theirs).items():
        if not routes[endpoint].arguments - {"tenant"}:
            browser = owner if "admin" in endpoint else shopper
            answer = ask(browser, "POST", fill(app, routes[endpoint], {}, tenant=shop.slug), data=form)
            assert answer.status_code < 500
            assert f"Florero {rival.slug}" not in answer.get_data(as_text=True)
    assert rows_of(rival.tenant_id) == before


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # it is refused before any row is looked for
def test_who_is_not_logged_in_is_asked_to_and_learns_nothing(app, pair):
    """Documented for anonymous visitors and shoppers of the back office: the log-in, whether the address exists or not."""
    rival, shop, theirs, _mine = pair
    shopper = shop.shopper(shop.contact())
    shopper.host = shop.anonymous.host
    shopper.set_cookie(origins.cookie_name("shopper"), "x" * 64, domain="plaza.localhost")
    before, found = rows_of(rival.tenant_id), []
    for rule, method in rules(app, "admin"):
        path = fill(app, rule, theirs, tenant=rival.slug)
        for who, browser in {"anonymous": shop.anonymous, "shopper": shopper}.items():
            answer = ask(browser, method, path)
            if answer.status_code != 303 or "/login?next=" not in answer.headers["Location"]:
                found.append((who, method, path, answer.status_code))
    assert not found, found
    assert rows_of(rival.tenant_id) == before


def test_a_shops_pages_show_nothing_of_a_neighbour(app, pair):
    rival, shop, theirs, _mine = pair
    people = {"anonymous": shop.client, "shopper": shop.shopper(shop.contact())}
    before, found = rows_of(rival.tenant_id), []
    for rule, method in rules(app, "store"):
        if thing(rule) in {"", OPEN}:
            continue
        path = fill(app, rule, theirs)
        for who, browser in people.items():
            answer = ask(browser, method, path)
            if answer.status_code not in NOT_THERE | ({302} if rule.endpoint == "crm.login_enter" else set()):
                found.append((who, method, path, answer.status_code))
    assert not found, found
    assert rows_of(rival.tenant_id) == before


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # it is refused before any row is looked for
def test_a_role_without_the_permission_finds_nothing_of_its_own_shop(app, pair):
    _rival, shop, _theirs, mine = pair
    before, found = rows_of(shop.tenant_id), []
    browsers = {role: shop.staff(role) for role in STAFF}
    for rule, method in rules(app, "admin"):
        path = fill(app, rule, mine, tenant=shop.slug)
        for role, browser in browsers.items():
            if permissions.allows(role, app.view_functions[rule.endpoint].permission):
                continue
            answer = ask(browser, method, path)
            if answer.status_code != 404:
                found.append((role, method, path, answer.status_code))
    assert not found, found
    assert rows_of(shop.tenant_id) == before


def test_the_matrix_is_filled_with_what_is_there(app, pair):
    """The control of all the above: one's own things are found; and no GET writes, because it cannot."""
    _rival, shop, _theirs, mine = pair
    owner, shopper, found = shop.admin, shop.shopper(shop.contact()), []
    for side, browser in (("admin", owner), ("store", shopper), ("install", owner)):
        for rule, method in rules(app, side):
            if method != "GET" or rule.endpoint in GONE_BY_ITSELF | MAY_BE_ABSENT:
                continue
            answer = ask(browser, method, fill(app, rule, mine, tenant=shop.slug))
            fine = {200, 302, 303, 204} | (NOT_THERE | {422} if thing(rule) == OPEN else set())
            if answer.status_code not in fine:
                found.append((rule.endpoint, answer.status_code))
    assert not found, found


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_matrix_is_filled_with_what_can_be_changed(app, pair):
    """The same for what changes something, each from the same beginning (SQLite, whose file is quick to put back)."""
    _rival, shop, _theirs, mine = pair
    owner, shopper, found = shop.admin, shop.shopper(shop.contact()), []
    sent, put_back = forms(mine), app.extensions["plaza.tests"].keep("what can be changed")
    for side, browser in (("admin", owner), ("store", shopper)):
        for rule, method in rules(app, side):
            if method == "GET" or thing(rule) == OPEN or rule.endpoint in MAY_BE_ABSENT:
                continue
            path = fill(app, rule, mine, tenant=shop.slug)
            answer = ask(browser, method, path, data=sent.get(rule.endpoint))
            if answer.status_code in NOT_THERE | {500}:
                found.append((rule.endpoint, answer.status_code))
            put_back()
    assert not found, found


@pytest.mark.parametrize("site", [None, "cross-site", "same-site", "none"])
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # it is refused before any database is asked
def test_what_comes_from_elsewhere_is_refused(app, pair, site):
    _rival, shop, _theirs, known = pair
    owner, shopper, found = shop.admin, shop.shopper(shop.contact()), []
    before = rows_of(shop.tenant_id)
    for side, browser in (("admin", owner), ("store", shopper), ("install", owner)):
        for rule, method in rules(app, side):
            if method == "GET" or rule.endpoint in origins.FOREIGN_OK:
                continue
            path = fill(app, rule, known, tenant=shop.slug)
            answer = ask(browser, method, path, headers={"Sec-Fetch-Site": site})
            if answer.status_code != 403:
                found.append((method, path, answer.status_code))
    assert not found, found
    assert rows_of(shop.tenant_id) == before
