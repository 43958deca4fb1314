"""Letters that go by themselves: each person gets each letter once, at its hour, and none once it is over."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from bs4 import BeautifulSoup
from sqlalchemy import select

from campaigns import (
    abandoned_carts,
    audience,
    automation_letters,
    automation_numbers,
    automations,
    autopilot,
    claims,
    enrolments,
    outcomes,
    rendering,
    welcome,
)
from campaigns.automations import Enrolment
from campaigns.habits import Habits
from campaigns.recipients import Recipient
from crm import consent, contacts, facts, people, subscribing, visitors
from crm.segments import Segment
from crm.visitors import Visitor
from kernel import clock, jobs, tenancy, tokens
from kernel.db import db
from shop import cart as carts
from shop import storefront
from tests.campaigns.letters import had, person, segment
from tests.goods import only

MORNING = "2026-11-23T15:00:00Z"  # nine o'clock in Costa Rica


def ready(shop, trigger, **told):
    """An automation that is on, in a shop that has a postal address and goods."""
    row = storefront.of()
    row.address = {"country": "CR", "region": "San José", "city": "Escazú", "line1": "100 m sur"}
    db.session.add(row)
    made = automation_letters.begin(trigger, by=shop.owner)
    for name, value in told.items():
        setattr(made, name, value)
    db.session.flush()
    autopilot.turn_on(made, by=shop.owner)
    db.session.commit()
    return made


def left(shop, product, who, quantity=1):
    """A cart of somebody who logged in."""
    cart = shop.cart(product, quantity)
    cart.contact_id = who.id
    db.session.commit()
    return cart


def go_by(hours, traveller):
    """So many hours pass, then everything that is due is done."""
    traveller.shift(timedelta(hours=hours))
    for verb in (welcome.look, abandoned_carts.look):
        verb()
    db.session.commit()
    jobs.run_due()


def letters():
    """(letter's place, state) of every recipient, in order."""
    db.session.expire_all()
    place = {step.mailing_id: step.position for step in db.session.scalars(select(automations.AutomationStep))}
    return [(place[row.mailing_id], row.state) for row in db.session.scalars(select(Recipient).order_by(Recipient.id))]


def sent(traveller):
    """Have what waits leave, as the sender does."""
    ids = claims.claim(100)
    for state in ("sending", "captured"):
        outcomes.mark([outcomes.Mark(row_id, state) for row_id in ids])
    db.session.commit()
    return len(ids)


def test_six_hours_one_letter_and_none_after_the_purchase(shop):
    with time_machine.travel(MORNING, tick=False) as clock_:
        vase, ana = shop.product(), person("ana")
        made = ready(shop, "cart")
        left(shop, vase, ana)
        go_by(5.9, clock_)
        assert letters() == []
        go_by(0.2, clock_)
        assert letters() == [(0, "pending")]
        assert list(automation_numbers.of(made).leaving.values()) == [1]  # neither sent nor forgotten: both are told
        assert list(automation_numbers.leaving(made, [ana.id])) == [ana.id]
        assert sent(clock_) == 1
        clock_.shift(timedelta(hours=2))
        shop.bought(vase, email=ana.email, phone="")
        for _hours in range(4):
            go_by(24, clock_)
        assert letters() == [(0, "captured")]
        assert automation_numbers.of(made).leaving == {}
        row = db.session.scalars(select(Enrolment)).one()
        assert (row.state, row.reason) == ("stopped", "bought")


def test_who_does_not_buy_gets_three_and_no_fourth(shop):
    with time_machine.travel(MORNING, tick=False) as clock_:
        made = ready(shop, "cart")
        left(shop, shop.product(), person("ana"))
        for hours in (6.1, 18, 48, 24, 24):
            go_by(hours, clock_)
            sent(clock_)
        assert letters() == [(0, "captured"), (1, "captured"), (2, "captured")]
        assert automation_numbers.of(made).done == 1
        assert db.session.scalars(select(Recipient.occasion).distinct()).all() == [
            db.session.scalars(select(Enrolment.token)).one()
        ]


@pytest.mark.parametrize("why", ["consent", "gone", "returned", "off"])
def test_what_else_ends_it(shop, why):
    with time_machine.travel(MORNING, tick=False) as clock_:
        vase, ana = shop.product(), person("ana")
        made = ready(shop, "cart")
        cart = left(shop, vase, ana)
        go_by(6.1, clock_)
        if why == "consent":
            consent.record(ana, "marketing", False, form="account")
        elif why == "gone":
            carts.clear(cart)
        elif why == "returned":
            carts.add(cart, only(vase), 1)
        else:
            autopilot.turn_off(made, by=shop.owner)
        db.session.commit()
        go_by(20, clock_)
        row = db.session.scalars(select(Enrolment)).one()
        assert (row.state, row.reason) == ("stopped", why)
        assert len(letters()) == 1


def test_what_waited_when_it_was_turned_off_never_leaves(shop):
    with time_machine.travel(MORNING, tick=False) as clock_:
        vase, ana = shop.product(), person("ana")
        made = ready(shop, "cart")
        left(shop, vase, ana)
        go_by(6.1, clock_)
        autopilot.turn_off(made, by=shop.owner)
        db.session.commit()
        clock_.shift(timedelta(days=30))
        autopilot.turn_on(made, by=shop.owner)
        db.session.commit()
        go_by(0.1, clock_)
        assert sent(clock_) == 0
        assert letters() == [(0, "skipped")]
        row = db.session.scalars(select(Enrolment)).one()
        assert (row.state, row.reason) == ("stopped", "off")


def test_who_undoes_turning_it_off_finds_everything_as_it_was(shop):
    with time_machine.travel(MORNING, tick=False) as clock_:
        vase = shop.product()
        made = ready(shop, "cart")
        since = made.on_since
        left(shop, vase, person("ana"))
        go_by(5, clock_)
        left(shop, vase, person("eva"))
        go_by(1.1, clock_)
        admin = shop.admin
        assert admin.post("/admin/cafe/automations/cart/off").status_code == 303
        page = admin.get("/admin/cafe/automations/cart")
        ticket = BeautifulSoup(page.text, "html.parser").select_one("[name=ticket]")["value"]
        assert letters() == [(0, "skipped")]
        clock_.shift(timedelta(minutes=5))
        assert admin.post("/admin/cafe/automations/cart/on", data={"ticket": ticket}).status_code == 303
        shop.enter()
        assert letters() == [(0, "pending")]
        assert automations.coded("cart").on_since == since
        assert sent(clock_) == 1
        go_by(5, clock_)  # Eva's cart was left before it was turned off
        assert letters() == [(0, "captured"), (0, "pending")]
        go_by(13, clock_)
        assert letters()[2:] == [(1, "pending")]  # Ana's second one


def test_bought_between_the_step_and_the_sender(shop):
    with time_machine.travel(MORNING, tick=False) as clock_:
        vase, ana = shop.product(), person("ana")
        ready(shop, "cart")
        left(shop, vase, ana)
        go_by(6.1, clock_)
        shop.bought(vase, email=ana.email, phone="")
        assert sent(clock_) == 0
        assert db.session.scalars(select(Recipient.reason)).all() == ["bought"]


@pytest.mark.parametrize(("what", "why"), [("clear", "emptied"), ("add", "returned"), ("wait", "late")])
def test_what_changed_between_the_step_and_the_sender(shop, what, why):
    with time_machine.travel(MORNING, tick=False) as clock_:
        vase = shop.product()
        ready(shop, "cart")
        carts_ = [left(shop, vase, person(name)) for name in ("ana", "eva")]
        go_by(6.1, clock_)
        if what == "clear":
            carts.clear(carts_[0])
        elif what == "add":
            carts.add(carts_[0], only(vase), 1)
        else:
            clock_.shift(timedelta(days=4))  # the letters could not leave for so long
        db.session.commit()
        assert sent(clock_) == (0 if what == "wait" else 1)
        reasons = {row.email: row.reason for row in db.session.scalars(select(Recipient))}
        assert reasons == {"ana@example.com": why, "eva@example.com": why if what == "wait" else ""}


def test_old_carts_and_those_of_others_keep_no_new_one_from_being_seen(shop, monkeypatch):
    monkeypatch.setattr(abandoned_carts, "MOST", 2)
    with time_machine.travel(MORNING, tick=False) as clock_:
        vase, kept = shop.product(), segment({"country": "CR"})
        ready(shop, "cart", segment_id=kept.id)
        for name in ("ana", "eva"):
            left(shop, vase, person(name, country="CR"))
        go_by(6.1, clock_)
        clock_.shift(timedelta(days=8))
        new = person("ida", country="CR")
        left(shop, vase, new)
        clock_.shift(timedelta(minutes=1))
        for name in ("uwe", "ute"):
            left(shop, vase, person(name, country="DE"))
        go_by(6.1, clock_)
        assert db.session.scalars(select(Enrolment.contact_id).order_by(Enrolment.id)).all()[2:] == [new.id]
        kept.binned_at = clock.now()
        left(shop, vase, person("isa", country="CR"))
        go_by(6.1, clock_)
        assert len(db.session.scalars(select(Enrolment)).all()) == 3


def test_two_carts_of_one_person_are_one_series(shop):
    with time_machine.travel(MORNING, tick=False) as clock_:
        vase, ana = shop.product(), person("ana")
        ready(shop, "cart")
        for _time in range(2):
            newest = left(shop, vase, ana)
            clock_.shift(timedelta(minutes=1))
        go_by(6.1, clock_)
        assert [row.about_id for row in db.session.scalars(select(Enrolment))] == [newest.id]


def test_who_never_allowed_letters_is_not_reminded(shop):
    with time_machine.travel(MORNING, tick=False) as clock_:
        vase = shop.product()
        ready(shop, "cart")
        for name, allowed in (("no", False), ("silent", None)):
            left(shop, vase, person(name, allowed=allowed))
        shop.cart(vase)  # nobody's
        go_by(6.1, clock_)
        assert db.session.scalars(select(Enrolment)).all() == []


def adopted(shop, browser, slug, name):
    """Somebody whose browser may be known and has filled a cart; the shop finds out whose it is, without a log-in."""
    browser.post("/consent", data={"behaviour": "yes"})
    browser.post("/cart/lines", data={"product": slug, "quantity": "2"})
    shop.enter()
    visitors.adopt(db.session.scalars(select(Visitor).where(Visitor.contact_id.is_(None))).one(), person(name))
    db.session.commit()


def allow(shop, browser, answer):
    browser.post("/consent", data={"behaviour": answer})
    shop.enter()


def test_whose_browser_may_be_known_is_reminded_of_what_it_left_until_it_takes_that_back(shop):
    with time_machine.travel(MORNING, tick=False) as clock_:
        vase = shop.product("Jarrón")
        ready(shop, "cart")
        slug, sku, anas, beas = vase.slug, only(vase).sku, shop.client, shop.client
        for browser, name in ((anas, "ana"), (beas, "bea")):
            adopted(shop, browser, slug, name)
        allow(shop, beas, "no")
        go_by(6.1, clock_)
        row = db.session.scalars(select(Recipient)).one()
        assert (row.email, row.state) == ("ana@example.com", "pending")
        assert "2 × Jarrón" in rendering.envelope(row).text
        ana = contacts.by_email("ana@example.com")
        assert people.export(ana)["carts"] == [{"variant": sku, "quantity": 2}]
        assert carts.of_contact(ana) is None  # nothing of it comes back at a log-in elsewhere
        allow(shop, anas, "no")
        go_by(24, clock_)
        assert letters() == [(0, "pending")]  # no second one
        assert "Jarrón" in anas.get("/cart").get_data(as_text=True)


def test_the_cap_and_the_quiet_hours_put_it_off(shop):
    with time_machine.travel("2026-11-23T21:30:00Z", tick=False) as clock_:  # half past three in the afternoon
        vase, ana, bea = shop.product(), person("ana"), person("bea")
        ready(shop, "cart")
        db.session.add(Habits(cap_hours=24, quiet_from="21:00", quiet_until="07:00"))
        for who in (ana, bea):
            left(shop, vase, who)
        had(bea, hours=-5)  # in the evening, another letter
        go_by(6, clock_)
        assert sent(clock_) == 0  # half past nine in the evening
        clock_.shift(timedelta(hours=9.6))
        assert sent(clock_) == 1  # seven in the morning: Ana; Bea had a letter
        clock_.shift(timedelta(hours=14))
        assert sent(clock_) == 0  # quiet again
        clock_.shift(timedelta(hours=10))
        assert sent(clock_) == 1


def test_who_was_away_gets_one_letter_not_three(shop):
    with time_machine.travel(MORNING, tick=False) as clock_:
        ready(shop, "cart")
        left(shop, shop.product(), person("ana"))
        go_by(80, clock_)  # nothing worked for three days
        assert letters() == [(2, "pending")]


def test_the_letter_brings_the_cart_back_on_another_device(shop):
    with time_machine.travel(MORNING, tick=False) as clock_:
        ready(shop, "cart")
        left(shop, shop.product("Jarrón"), person("ana", language="es"), 2)
        go_by(6.1, clock_)
        row = db.session.scalars(select(Recipient)).one()
        made = rendering.envelope(row)
        assert "2 × Jarrón" in made.text
        assert "Hola, Ana" in made.text
        link = next(one for one in BeautifulSoup(made.html, "html.parser").select("a") if "mi carrito" in one.text)
        row.state, row.sent_at = "sent", clock.now()
        db.session.commit()
        other = shop.client
        goal = other.get(urlsplit(link["href"]).path)
        assert goal.status_code in {302, 303}, goal.get_data(as_text=True)[:300]
        shared = urlsplit(goal.headers["Location"])
        assert shared.path.startswith("/cart/shared/")
        other.get(f"{shared.path}?{shared.query}")  # a scanner of mail does no more than this
        assert "Jarrón" not in other.get("/cart").get_data(as_text=True)
        assert other.post(shared.path).status_code == 303
        assert "Jarrón" in other.get("/cart").get_data(as_text=True)


def subscribed(email="nueva@example.com"):
    """Somebody who signed up and pressed the button of the letter."""
    told = {"name": "Nueva Rojas", "source": "", "interests": [], "asked_at": "", "asked_ip": "", "version": "1"}
    return subscribing.confirm(
        tokens.make("subscribe", email=email, tenant_id=tenancy.current(), data={**told, "language": "es"})
    )


def test_the_welcome_goes_once_to_who_confirms(shop):
    with time_machine.travel(MORNING, tick=False) as clock_:
        shop.product()
        subscribed("antes@example.com")
        clock_.shift(timedelta(minutes=1))
        made = ready(shop, "welcome")
        facts.record("allowed", contact=person("casilla"), data={"purpose": "marketing", "given": True})
        new = subscribed()
        go_by(0, clock_)
        go_by(0.1, clock_)  # the reader goes back ten minutes
        assert letters() == [(0, "pending")]
        subscribed()
        go_by(1, clock_)
        assert letters() == [(0, "pending")]
        assert [row.contact_id for row in db.session.scalars(select(Enrolment))] == [new.id]
        assert automation_numbers.of(made).done == 1
        text = rendering.envelope(db.session.scalars(select(Recipient)).one()).text
        assert "Nueva" in text


def test_only_for_a_segment(shop):
    kept = Segment(code="ticos", name={"es": "Ticos"}, rule={"country": "CR"})
    db.session.add(kept)
    db.session.flush()
    made = ready(shop, "welcome", segment_id=kept.id)
    assert not enrolments.enrol(made, person("ana", country="DE"), "welcome", since=clock.now())
    assert enrolments.enrol(made, person("eva", country="CR"), "welcome", since=clock.now())
    kept.rule = {"nothing": "known"}
    db.session.flush()
    assert not enrolments.enrol(made, person("ida", country="CR"), "welcome", since=clock.now())


def test_a_step_taken_twice_too_early_or_late_writes_one_letter(shop):
    made = ready(shop, "welcome")
    now = clock.now()
    assert enrolments.enrol(made, person("ana"), "welcome", since=now + timedelta(hours=1))
    assert not enrolments.enrol(made, person("ana"), "welcome", since=now)
    row = db.session.scalars(select(Enrolment)).one()
    enrolments.step(row.id, 0)  # too early
    assert letters() == []
    row.due_at = now
    db.session.commit()
    for position in (0, 0, 1, 0):
        enrolments.step(row.id, position)
    assert letters() == [(0, "pending")]


def test_erasing_and_exporting(shop):
    ana = person("ana")
    enrolments.enrol(ready(shop, "welcome"), ana, "welcome", since=clock.now())
    assert people.export(ana)["automations"][0]["state"] == "waiting"
    people.erase(ana, by=shop.owner)
    row = db.session.scalars(select(Enrolment)).one()
    assert (row.state, row.reason) == ("stopped", "erased")


def test_the_page_says_what_is_missing_and_turns_it_on(shop):
    admin = shop.admin
    storefront.of().address = {}
    db.session.commit()
    assert "Preparar" in admin.get("/admin/cafe/automations").get_data(as_text=True)
    assert admin.post("/admin/cafe/automations", data={"trigger": "cart"}).status_code == 303
    html = admin.get("/admin/cafe/automations/cart").get_data(as_text=True)
    assert html.count('name="much"') == 3
    assert "dirección postal" in html
    assert admin.post("/admin/cafe/automations/cart/on").status_code in {302, 303, 409}
    assert not automations.coded("cart").on
    row = storefront.of()
    row.address = {"country": "CR", "region": "San José", "city": "Escazú", "line1": "100 m sur"}
    db.session.add(row)
    db.session.commit()
    assert 'data-action="send"' in admin.get("/admin/cafe/automations/cart").get_data(as_text=True)
    assert admin.post("/admin/cafe/automations/cart/on").status_code == 303
    db.session.expire_all()
    assert automations.coded("cart").on
    assert {step.mailing.state for step in automations.steps(automations.coded("cart"))} == {"live"}
    assert admin.post("/admin/cafe/automations/cart/steps/0", data={"much": "8", "unit": "hours"}).status_code == 303
    refused = admin.post("/admin/cafe/automations/cart/steps/0", data={"much": "<25>", "unit": "hours"})
    [field] = BeautifulSoup(refused.text, "html.parser").select("[aria-invalid=true]")
    assert (refused.status_code, field["id"], field["value"]) == (422, "h0", "<25>")
    assert "Escriba un número entero; de «Enseguida» a «Después de 1 día»." in refused.text
    days = admin.post("/admin/cafe/automations/cart/steps/0", data={"much": "2", "unit": "days"})
    assert days.status_code == 422
    assert admin.post("/admin/cafe/automations/cart/steps/2", data={"much": "4", "unit": "days"}).status_code == 303
    db.session.expire_all()
    assert [step.delay_hours for step in automations.steps(automations.coded("cart"))] == [8, 24, 96]
    assert admin.post("/admin/cafe/automations/cart/off").status_code == 303
    db.session.expire_all()
    assert {step.mailing.state for step in automations.steps(automations.coded("cart"))} == {"draft"}


def test_the_editor_of_its_letter_leads_back_to_the_automation(shop):
    admin = shop.admin
    admin.post("/admin/cafe/automations", data={"trigger": "cart"})
    letter = automations.steps(automations.coded("cart"))[0].mailing
    where = f"/admin/cafe/mailings/{letter.token}/edit"
    page = admin.get(where)
    assert "Volver a la automatización" in page.text
    assert "Seguir al envío" not in page.text
    links = {
        link["href"]
        for link in BeautifulSoup(page.text, "html.parser").select("main nav a, header nav a, nav.crumbs a")
    }
    assert f"/admin/cafe/mailings/{letter.token}" not in links
    data = {"subject": letter.subject["es"], "block": [], "do": "send"}
    assert admin.post(where, data=data).location == "/admin/cafe/automations/cart"


def test_what_plaza_cannot_see_says_what_it_needs(shop):
    automations.make("hornada", {"es": "Está saliendo"}, "", needs={"es": "Publicar hornadas todavía no existe."})
    db.session.commit()
    assert "Publicar hornadas todavía no existe." in shop.admin.get("/admin/cafe/automations").get_data(as_text=True)
    with pytest.raises(autopilot.NotReady):
        autopilot.turn_on(automations.coded("hornada"), by=shop.owner)
    assert audience._checks  # what is asked before a letter leaves
