"""Opening a shop: five fields, the country decides the rest, and nobody learns who has an account."""

import pytest

from kernel import accounts, jobs, memberships, tenancy
from kernel.db import db
from kernel.letters import Letter
from kernel.tenancy import Tenant
from tests.makers import PASSWORD, World

FIELDS = {
    "name": "Dulces Abril",
    "country": "GT",
    "phone": "5123 4567",
    "email": "Abril@Example.com",
    "password": "cajeta de coco 9",
}


def post(browser, **values):
    return browser.post("/signup", data={**FIELDS, **values})


def shop_named(name):
    return db.session.scalar(db.select(Tenant).where(Tenant.name == name))


def letters_to(email):
    """What was written to an address, in any shop."""
    jobs.run_due()
    with tenancy.system():
        return list(db.session.scalars(db.select(Letter).where(Letter.to == email).order_by(Letter.id)))


def test_five_fields_open_a_live_shop_and_its_back_office(app):
    browser = World.open(app).anonymous
    answer = post(browser)
    assert (answer.status_code, answer.location) == (303, "/signup/welcome")
    assert browser.get(browser.get("/signup/welcome").location).location == "/admin/dulces-abril/"
    assert browser.get("/admin/dulces-abril/").status_code == 200
    known = shop_named("Dulces Abril")
    assert (known.currency, known.timezone, known.language) == ("GTQ", "America/Guatemala", "es")
    assert known.phone == "+50251234567"
    assert known.live_at is not None
    assert known.languages == ["es"]  # a second one doubles every field: it is added in the settings
    owner = accounts.by_email("abril@example.com")
    assert memberships.held(owner.id, known.id).role == "owner"
    browser.host = "dulces-abril.plaza.localhost:8000"
    assert browser.get("/").status_code == 200


def test_there_are_exactly_five_fields(app):
    page = World.open(app).anonymous.get("/signup").get_data(as_text=True)
    form = page[page.index('action="/signup"') : page.index("</form>")]
    assert form.count("<input") + form.count("<select") == 5


def test_the_welcome_letter_confirms_the_address_by_a_button(app):
    browser = World.open(app).anonymous
    post(browser)
    (letter,) = letters_to("abril@example.com")
    assert letter.private
    assert "http://plaza.localhost:8000/confirm/" in letter.text
    path = letter.text.split("plaza.localhost:8000")[1].split()[0]
    assert browser.get(path).status_code == 200
    assert accounts.by_email("abril@example.com").confirmed_at is None
    assert browser.post(path).status_code == 303
    assert accounts.by_email("abril@example.com").confirmed_at is not None
    assert browser.post(path).status_code == 410


def test_a_known_address_hears_the_same_and_its_owner_gets_a_letter(shop):
    fresh, known = post(shop.anonymous), post(shop.anonymous, email=shop.owner.email, name="Otra")
    assert (known.status_code, known.data, known.location) == (fresh.status_code, fresh.data, fresh.location)
    assert [name for name, _value in known.headers] == [name for name, _value in fresh.headers]
    assert shop_named("Otra") is None
    assert [row.kind for row in letters_to(shop.owner.email)] == ["account.taken"]


def test_the_cookie_of_a_known_address_opens_nothing(shop):
    browser = shop.anonymous
    post(browser, email=shop.owner.email)
    page = browser.get("/signup/welcome")
    assert page.status_code == 200
    assert shop.owner.email not in page.get_data(as_text=True)
    assert browser.get(f"/admin/{shop.slug}/").status_code == 303


def test_who_is_logged_in_opens_another_shop_with_three_fields(shop):
    browser = shop.admin
    page = browser.get("/signup").get_data(as_text=True)
    assert 'name="password"' not in page
    assert 'name="email"' not in page
    answer = post(browser)
    assert answer.location == "/admin/dulces-abril/"
    assert len(memberships.shops_of(shop.owner_id)) == 2
    assert browser.get("/shops").get_data(as_text=True).count("shop-link") == 2


def test_errors_keep_what_was_typed_but_never_the_password(app):
    browser = World.open(app).anonymous
    answer = post(browser, phone="12", email="nada", password="corta")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="Dulces Abril"' in page
    assert "corta" not in page
    assert page.count('aria-invalid="true"') == 3
    assert 'href="#phone"' in page
    assert 'href="#email"' in page
    assert 'href="#password"' in page
    assert shop_named("Dulces Abril") is None


def test_weak_and_endless_passwords_are_refused(app):
    browser = World.open(app).anonymous
    for password in ("12345678", "abril@example.com", "a" * 900_000):
        assert post(browser, password=password).status_code == 422


def test_two_shops_of_one_name_have_two_addresses(shop):
    post(shop.anonymous)
    post(shop.anonymous, email="otra@example.com")
    slugs = set(db.session.scalars(db.select(Tenant.slug).where(Tenant.name == "Dulces Abril")))
    assert slugs == {"dulces-abril", "dulces-abril-2"}


def test_a_reserved_word_is_no_address(shop):
    post(shop.anonymous, name="Admin")
    assert shop_named("Admin").slug == "admin-2"


def test_too_many_from_one_place_are_refused(shop):
    answers = [post(shop.anonymous, email=f"a{number}@example.com").status_code for number in range(21)]
    assert answers[-1] == 429
    assert set(answers[:-1]) == {303}


@pytest.mark.parametrize("known", [False, True])
def test_whoever_tries_one_address_from_many_places_is_stopped_alike_and_floods_nobody(shop, known):
    email = shop.owner.email if known else "nueva@example.com"
    answers = []
    for number in range(6):
        browser = shop.anonymous
        data = {**FIELDS, "email": email}
        answers.append(browser.post("/signup", data=data, environ_base={"REMOTE_ADDR": f"10.0.{number}.1"}).status_code)
    assert answers == [303] * 4 + [429] * 2
    assert [row.kind for row in letters_to(email)].count("account.taken") == 4 - (not known)


def test_the_first_page_links_every_open_shop_in_both_languages(shop):
    browser = shop.anonymous
    page = browser.get("/", headers={"Accept-Language": "es"}).get_data(as_text=True)
    assert 'href="http://cafe.plaza.localhost:8000/"' in page
    assert 'href="/signup"' in page
    assert browser.post("/language", data={"language": "en"}).status_code == 303
    assert "A shop of your own" in browser.get("/", headers={"Accept-Language": "es"}).get_data(as_text=True)
    assert PASSWORD not in page
