"""The practice card: an order of practice mode is paid on our own page by the same code as Stripe's, and back."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from sqlalchemy import select

from kernel import clock, jobs
from kernel.db import db
from shop import ledger, practice, refunds, subscription_rows
from shop.gateways import cards, practice_card
from shop.gateways.fake import store
from shop.orders import Order
from shop.saved_cards import SavedCard
from shop.subscription_rows import Subscription


@pytest.fixture
def order(shop):
    shop.tenant.live_at = None
    db.session.commit()
    practice_card.forget(2**40)  # its file outlives a test's database
    return shop.bought(shop.product(), payment="practice")


def led(shop, order):
    """The page that pays, as a buyer reaches it: our page, a link, the practice card's own."""
    client = shop.client
    answer = client.get(f"/orders/{order.token}/pay")
    if answer.status_code == 200:  # there is none yet: a button asks for one
        assert client.post(f"/orders/{order.token}/card").status_code == 303
        answer = client.get(f"/orders/{order.token}/pay")
    assert answer.status_code == 302
    url = urlsplit(answer.headers["Location"])
    assert url.netloc == client.host
    assert url.path.startswith("/practice-card/pay/cs_test_")
    return client, url.path


def stands(order):
    db.session.expire_all()
    found = order if isinstance(order, Order) else db.session.get_one(Order, order)
    return found.payment, found.received_minor


def test_it_pays_and_leads_back(shop, order):
    client, path = led(shop, order)
    page = client.get(path)
    assert page.status_code == 200
    shown = page.get_data(as_text=True)
    assert "No hace falta ninguna tarjeta de verdad" in shown
    assert "Café de Prueba" in shown
    style = re.search(r'href="([^"]+pay\.css)"', shown).group(1)
    assert client.get(style).mimetype == "text/css"
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    for _twice in range(2):
        answer = client.post(path, data={"card": "pays", "do": "pay"})
        assert (answer.status_code, urlsplit(answer.headers["Location"]).path) == (303, f"/orders/{order.token}")
    assert stands(order) == ("paid", order.total_minor)
    assert len(ledger.of(order)) == 1
    assert client.get(f"/orders/{order.token}?card=back").status_code == 200


def test_a_declined_card_is_told_and_tries_again(shop, order):
    client, path = led(shop, order)
    answer = client.post(path, data={"number": "4000 0000 0000 0002", "do": "pay"})
    assert answer.status_code == 402
    assert stands(order)[0] == "due"
    assert cards.card_sessions.of(order)[0].declined == "generic_decline"
    client.post(path, data={"card": "pays", "do": "pay"})
    assert stands(order) == ("paid", order.total_minor)


def test_a_slow_bank_answers_later(shop, order):
    client, path = led(shop, order)
    client.post(path, data={"card": "waits", "do": "pay"})
    assert stands(order)[0] == "due"
    assert cards.card_sessions.open_one(order).state == "processing"
    db.session.rollback()
    with time_machine.travel(clock.now() + timedelta(minutes=3)):
        jobs.run_due()
    assert stands(order) == ("paid", order.total_minor)


def test_what_it_paid_goes_back_to_it(shop, order):
    client, path = led(shop, order)
    client.post(path, data={"card": "pays", "do": "pay"})
    db.session.expire_all()
    refunds.give(order, amount=order.money(100), key="back", by=shop.owner)
    db.session.commit()
    jobs.run_due()
    assert stands(order)[1] == order.total_minor - 100


def test_a_real_number_is_refused_and_stays_nowhere(shop, order):
    client, path = led(shop, order)
    answer = client.post(path, data={"number": "4111 1111 1111 1111", "do": "pay"})
    assert answer.status_code == 422
    assert "4111" not in answer.get_data(as_text=True)
    assert stands(order)[0] == "due"


def test_only_who_practises_has_it_and_only_its_own(rival, shop, order):
    (client, path), known = led(shop, order), order.id
    assert client.post(path, data={"card": "pays"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    rival.enter().tenant.live_at = None
    db.session.commit()
    assert rival.client.get(path).status_code == 404
    assert rival.client.post(path, data={"card": "pays", "do": "pay"}).status_code == 404
    shop.enter()
    assert stands(known)[0] == "due"
    practice.end(by=shop.owner)
    db.session.commit()
    assert client.get(path).status_code == 404


def test_the_rehearsals_leave_nothing_of_it(shop, order):
    client, path = led(shop, order)
    client.post(path, data={"card": "pays", "do": "pay"})
    practice.wipe(by=shop.owner)
    db.session.commit()
    jobs.run_due()
    assert client.get(path).status_code == 404
    path = shop.app.extensions["plaza.settings"].instance / practice_card.FILE
    with store.Store(path).writing(cards.access("practice").secret) as books:
        assert [books.every(kind) for kind in ("checkout.session", "payment_intent", "charge", "event")] == [[]] * 4


def test_it_is_not_for_real_orders(shop):
    order = shop.bought(shop.product())
    assert "/practice-card/" not in shop.client.get(f"/orders/{order.token}/pay").get_data(as_text=True)
    shop.client.post(f"/orders/{order.token}/card")
    assert cards.card_sessions.of(order) == []
    assert stands(order)[0] == "due"


def test_a_subscription_is_rehearsed_with_a_saved_card_and_leaves_nothing(shop):
    shop.tenant.live_at = None
    db.session.commit()
    practice_card.forget(2**40)
    client = shop.client
    order = shop.bought(shop.product("Mañanera", kind="subscription", every="1m"), payment="practice", keep=True)
    _client, path = led(shop, order)
    page = client.get(path).get_data(as_text=True)
    assert "Hoy paga; después la rechazan" in page
    client.post(path, data={"card": "later_declined", "do": "pay"})
    jobs.run_due()
    db.session.expire_all()
    row = db.session.scalars(select(Subscription)).one()
    assert row.card.label == "Visa •••• 0341"
    client.post(f"/subscriptions/{row.token}", data={"do": "now", "turn": row.turn})
    jobs.run_due()
    db.session.expire_all()
    assert [one.kind for one in subscription_rows.events(row)][:2] == ["declined", "ordered"]
    url = client.post(f"/subscriptions/{row.token}/card", headers={"Accept": "application/json"}).json["url"]
    answer = client.post(urlsplit(url).path, data={"card": "pays", "do": "pay"})
    assert answer.headers["Location"].endswith(f"/subscriptions/{row.token}?card=back")
    assert "data-check" in client.get(answer.headers["Location"]).get_data(as_text=True)
    client.post(f"/subscriptions/{row.token}/card/check")
    client.post(f"/subscriptions/{row.token}", data={"do": "now", "turn": row.turn})
    jobs.run_due()
    db.session.expire_all()
    assert row.card.label == "Visa •••• 4242"
    assert subscription_rows.events(row)[0].order.payment == "paid"
    practice.end(by=shop.owner)
    db.session.commit()
    assert [db.session.scalars(select(one)).all() for one in (Subscription, SavedCard)] == [[], []]
