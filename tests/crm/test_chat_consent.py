"""News by WhatsApp: asked where the shop wants it, kept with its proof, and a no is said before anybody writes."""

import re

import pytest
from bs4 import BeautifulSoup

from crm import birthdays, chat_consent, consent, contacts, facts, segments, sign_up_asks
from kernel import jobs
from kernel.db import db
from kernel.letters import Letter
from tests.shop.pages import form as typed
from tests.shop.test_checkout_page import placed

FORMS = "/admin/cafe/people/forms"


@pytest.fixture
def asking(shop):
    """A shop that asks for both."""
    sign_up_asks.change(birthday=True, whatsapp=True, by=shop.owner)
    db.session.commit()


@pytest.fixture
def ana(shop):
    ana = contacts.known(email="ana@example.com", name="Ana", phone="+50688880000")
    db.session.commit()
    return ana


def said(who):
    row = consent.newest(who, "whatsapp")
    return (row.given, row.form) if row else None


def page(answer):
    return BeautifulSoup(answer.text, "html.parser")


def test_a_first_answer_is_kept_and_a_yes_after_a_no_needs_to_be_known(shop, ana):
    assert chat_consent.answer(ana, True, form="checkout", ip="192.0.2.1")
    row = consent.newest(ana, "whatsapp")
    assert (row.ip, row.text_version) == ("192.0.2.1", consent.TEXT_VERSION)
    assert not chat_consent.answer(ana, True, form="checkout")  # no news
    assert chat_consent.answer(ana, False, form="preferences")
    assert not chat_consent.answer(ana, True, form="checkout")
    assert said(ana) == (False, "preferences")
    assert chat_consent.answer(ana, True, form="account", proven=True)
    assert [fact.data["given"] for fact in facts.of_contact(ana)] == [True, False, True]
    assert not consent.allows(ana, "marketing")
    assert [one.name for one in db.session.scalars(segments.who({"allows": "whatsapp"}))] == ["Ana"]


def test_the_preferences_ask_only_where_the_shop_does(shop, ana):
    path = f"/preferences/{ana.token}"
    assert not page(shop.client.get(path)).select("[name=whatsapp]")
    shop.client.post(path, data={"often": "0", "whatsapp": "yes"})
    assert said(ana) is None
    sign_up_asks.change(birthday=False, whatsapp=True, by=shop.owner)
    db.session.commit()
    assert not page(shop.client.get(path)).select("[name=whatsapp][checked]")
    shop.client.post(path, data={"often": "0"})
    assert said(ana) is None  # who leaves it open said nothing
    shop.client.post(path, data={"often": "0", "whatsapp": "no"})
    assert said(ana) == (False, "preferences")
    again = page(shop.client.get(path))
    assert not again.select("[name=whatsapp]")  # only their account can say yes again
    assert "Usted dijo que no quiere novedades por WhatsApp" in again.get_text(" ")
    shop.client.post(path, data={"often": "0", "whatsapp": "yes"})
    assert said(ana) == (False, "preferences")


def test_the_owner_asks_with_a_switch_and_a_clerk_has_none(shop):
    shop.admin.post(FORMS, data={"whatsapp": "y"})
    asks = sign_up_asks.of()
    assert (asks.birthday, asks.whatsapp) == (False, True)
    clerk = shop.staff("clerk")
    assert not page(clerk.get(FORMS)).select("[data-action=save-asks]")
    assert clerk.post(FORMS, data={"birthday": "y"}).status_code in {403, 404}
    assert not sign_up_asks.of().birthday


def test_staff_write_down_a_no_of_who_was_never_asked_and_take_it_back(shop, ana):
    path = f"/admin/cafe/people/{ana.token}"
    assert shop.staff("clerk").post(f"{path}/withdrawal", data={"purpose": "whatsapp"}).status_code == 303
    assert said(ana) == (False, "staff")
    warned = page(shop.admin.get(path)).select_one(".chat-refused")
    assert "Ana no quiere novedades por WhatsApp" in " ".join(warned.get_text(" ").split())
    assert warned.select_one("a[data-action=whatsapp]")["href"].startswith("https://wa.me/50688880000")
    shop.admin.post(f"{path}/withdrawal/undo", data={"purpose": "whatsapp"})
    assert said(ana) is None
    assert not page(shop.admin.get(path)).select(".chat-refused")
    assert shop.admin.post(f"{path}/withdrawal", data={"purpose": "behaviour"}).status_code == 404


def test_a_greeting_to_who_said_no_is_warned_of_first(shop, ana):
    ana.birthday = birthdays.made(birthdays.today().day, birthdays.today().month)
    eva = contacts.known(email="eva@example.com", name="Eva", phone="+50688880001")
    eva.birthday = ana.birthday
    chat_consent.answer(ana, False, form="account", proven=True)
    db.session.commit()
    rows = page(shop.admin.get("/admin/cafe/people/birthdays?show=today")).select("[data-row=birthday]")
    assert {row.a.get_text(): bool(row.select_one(".chat-refused")) for row in rows} == {"Ana": True, "Eva": False}


@pytest.mark.usefixtures("asking")
def test_a_birthday_told_at_sign_up_is_kept_with_the_yes_and_outweighs_nothing(shop):
    form = page(shop.client.get("/subscribe?email=eva%40example.com&name=Eva&bday_day=31&bday_month=12"))
    assert form.select_one("select[name=bday_day] [selected]")["value"] == "31"
    assert shop.client.get("/subscribe?bday_day=31&bday_month=2").status_code == 200  # brought along, and no day
    wrong = shop.client.post("/subscribe", data={"email": "eva@example.com", "bday_day": "31", "bday_month": "2"})
    assert wrong.status_code == 422
    contacts.known(email="ana@example.com").birthday = 1_010_000
    db.session.commit()
    for email in ("eva@example.com", "ana@example.com"):
        told = {"email": email, "bday_day": "31", "bday_month": "12"}
        assert shop.client.post("/subscribe", data=told).status_code == 200
        jobs.run_due()
        shop.enter()
        letter = db.session.scalars(db.select(Letter).where(Letter.to == email)).one()
        assert email.startswith("ana") or contacts.by_email(email) is None  # nothing is kept before the button
        assert shop.client.post(re.search(r"(/\S*subscribe/\S+)", letter.text)[1]).status_code == 200
        shop.enter()
    assert contacts.by_email("eva@example.com").birthday == 12_310_000
    assert contacts.by_email("ana@example.com").birthday == 1_010_000


def test_the_lines_to_paste_name_the_shop_the_site_and_what_is_asked(shop):
    def form():  # what is pasted
        pasted = page(shop.admin.get(f"{FORMS}?site=Blog <b>de</b> Ana")).select_one(".paste").get_text()
        return BeautifulSoup(pasted, "html.parser").form

    assert form().strong.get_text() == "Noticias de Café de Prueba"
    assert form().select_one("[name=source]")["value"] == "Blog <b>de</b> Ana"
    assert not form().select_one("[name=name]").has_attr("required")
    assert not form().select("[name=bday_day]")
    sign_up_asks.change(birthday=True, whatsapp=False, by=shop.owner)
    db.session.commit()
    assert len(form().select("[name=bday_month] option")) == 13


@pytest.mark.parametrize(
    ("logged_in", "before", "after"), [(False, None, True), (False, False, False), (True, False, True)]
)
def test_the_checkout_asks_where_the_shop_does(shop, logged_in, before, after):
    shop.transfer()
    sold = shop.product("Café Uno", price=2_500_00, stock=5)
    ana = shop.contact("ana@example.com")
    if before is not None:
        chat_consent.answer(ana, before, form="preferences")
    db.session.commit()

    def order():
        client = shop.shopper(ana) if logged_in else shop.client
        client.post("/cart/lines", data={"product": sold.slug, "quantity": "1"})
        return client

    assert not page(order().get("/checkout")).select("[name=whatsapp]")
    assert placed(order(), whatsapp="y").status_code == 303
    assert consent.allows(ana, "whatsapp") is False  # nobody asked
    sign_up_asks.change(birthday=False, whatsapp=True, by=shop.owner)
    db.session.commit()
    assert placed(order(), phone="", whatsapp="y").status_code == 422  # to which number?
    client = order()
    assert not page(client.get("/checkout")).select("[name=whatsapp][checked]")
    assert placed(client, whatsapp="y").status_code == 303
    assert consent.allows(ana, "whatsapp") is after
    assert consent.allows(ana, "marketing") is False


def test_the_account_shows_it_and_takes_it_back(shop, ana):
    chat_consent.answer(ana, True, form="checkout")
    db.session.commit()
    client = shop.shopper(ana)  # the shop asks no more; whoever answered can still think better of it
    kept = typed(client.get("/account"), "/account")
    assert kept["whatsapp"] == "y"
    client.post("/account", data={name: value for name, value in kept.items() if name != "whatsapp"})
    assert said(ana) == (False, "account")
    client.post("/account", data=kept)
    assert said(ana) == (True, "account")
