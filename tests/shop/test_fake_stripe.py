"""The fake Stripe speaks as Stripe does: asked by Stripe's own library over HTTP, and by a browser's forms."""

import json
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe

from shop.gateways.fake import cards, sessions
from shop.gateways.fake.store import Store

stripe.enable_telemetry = False


@pytest.fixture
def api(fake_stripe):
    return client(fake_stripe, 60)


def client(fake, seconds):
    """Who asks, and waits so long for an answer."""
    made = stripe.StripeClient(
        fake.key, base_addresses={"api": fake.base}, max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=seconds),
    )  # fmt: skip
    return made.v1


def wanted(amount=2500, currency="usd", **more):
    line = {"price_data": {"currency": currency, "unit_amount": amount, "product_data": {"name": "Pedido 1001"}}}
    return {
        "mode": "payment", "line_items": [{**line, "quantity": 1}], "success_url": "http://shop.test/back",
        "cancel_url": "http://shop.test/away", "client_reference_id": "tok", "metadata": {"order": "tok"},
        "payment_intent_data": {"metadata": {"order": "tok"}}, **more,
    }  # fmt: skip


def test_a_session_is_paid_on_its_page(api, fake_stripe):
    session = api.checkout.sessions.create(params=wanted(success_url="http://shop.test/back?s={CHECKOUT_SESSION_ID}"))
    assert (session.status, session.payment_status, session.amount_total) == ("open", "unpaid", 2500)
    status, body, _ = fake_stripe.page(session.url)
    assert status == 200
    assert "25.00" in body
    assert fake_stripe.pay(session.url) == f"http://shop.test/back?s={session.id}"
    session = api.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent.latest_charge"]})
    assert (session.status, session.payment_status) == ("complete", "paid")
    intent = session.payment_intent
    assert (intent.status, intent.amount_received, intent.metadata["order"]) == ("succeeded", 2500, "tok")
    assert intent.latest_charge.payment_method_details.card.last4 == "4242"
    listed = api.checkout.sessions.list(params={"payment_intent": intent.id})
    assert [one.id for one in listed.data] == [session.id]
    kinds = [event.type for event in api.events.list(params={"limit": 100}).data]
    assert kinds[::-1] == [
        "payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed",
    ]  # fmt: skip
    assert fake_stripe.page(session.url or f"/pay/{session.id}", do="pay", card="pays")[0] == 303  # tapped twice
    assert len(fake_stripe.every("charges")) == 1


def test_a_declined_card_may_try_again(api, fake_stripe):
    session = api.checkout.sessions.create(params=wanted())
    for number in ("4000 0000 0000 0002", "4000000000009995"):
        status, body, _ = fake_stripe.page(session.url, number=number, do="pay")
        assert status == 402
        assert "No se cobró nada" in body
    assert fake_stripe.page(session.url, number="4242424242424242", do="pay")[0] == 303
    (intent,) = fake_stripe.every("payment_intents")
    assert intent["status"] == "succeeded"
    assert [charge["status"] for charge in fake_stripe.every("charges")] == ["succeeded", "failed", "failed"]


def test_the_bank_asks_and_is_answered(api, fake_stripe):
    session = api.checkout.sessions.create(params=wanted())
    assert fake_stripe.page(session.url, number="4000002500003155", do="pay")[0] == 303
    assert "Su banco pregunta" in fake_stripe.page(session.url)[1]
    assert fake_stripe.page(session.url, do="refuse")[0] == 402
    fake_stripe.page(session.url, card="asks", do="pay")
    assert fake_stripe.page(session.url, do="confirm")[0] == 303
    assert api.checkout.sessions.retrieve(session.id).payment_status == "paid"


@pytest.mark.parametrize(("card", "ends"), [("waits", "succeeded"), ("waits_fails", "requires_payment_method")])
def test_a_payment_may_take_days(api, fake_stripe, card, ends):
    session = api.checkout.sessions.create(params=wanted())
    fake_stripe.pay(session.url, card)
    session = api.checkout.sessions.retrieve(session.id)
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    assert api.payment_intents.retrieve(session.payment_intent).status == "processing"
    fake_stripe.control("clock", advance=90_000)
    assert api.payment_intents.retrieve(session.payment_intent).status == ends
    assert api.checkout.sessions.retrieve(session.id).payment_status == ("paid" if ends == "succeeded" else "unpaid")


def test_a_real_card_number_is_refused_and_kept_nowhere(tmp_path, fake_stripe, api):
    session = api.checkout.sessions.create(params=wanted())
    status, body, _ = fake_stripe.page(session.url, number="4111 1111 1111 1111", do="pay")
    assert status == 422
    assert "no escriba nunca aquí una tarjeta de verdad" in body
    assert "4111" not in body
    assert fake_stripe.every("payment_intents") == []
    store = Store(tmp_path / "fake.db")
    with store.writing("sk_test_x00000") as books:
        mine = sessions.create(books, wanted(), "http://fake.test")
        for card in cards.CARDS[:3]:
            sessions.pay(books, mine, card)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not any(card.number.encode() in kept for card in cards.CARDS)


def test_a_session_ends(api, fake_stripe):
    session = api.checkout.sessions.create(params=wanted(expires_at=int(time.time()) + 1860))
    assert api.checkout.sessions.expire(session.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError, match="Only Checkout Sessions"):
        api.checkout.sessions.expire(session.id)
    assert fake_stripe.page(session.url, card="pays", do="pay")[0] == 410
    second = api.checkout.sessions.create(params=wanted(expires_at=int(time.time()) + 1860))
    fake_stripe.control("clock", advance=1900)
    assert api.checkout.sessions.retrieve(second.id).status == "expired"
    for minutes in (20, 1500):
        with pytest.raises(stripe.InvalidRequestError, match="expires_at"):
            api.checkout.sessions.create(params=wanted(expires_at=int(time.time()) + 1900 + minutes * 60))


def test_a_key_gives_the_same_answer(api, fake_stripe):
    def make(key, **more):
        return api.checkout.sessions.create(params=wanted(**more), options={"idempotency_key": key})

    first = make("a")
    with ThreadPoolExecutor(8) as pool:
        assert {made.id for made in pool.map(lambda _n: make("a"), range(16))} == {first.id}
    with pytest.raises(stripe.IdempotencyError):
        make("a", amount=2600)
    assert make("b").id != first.id
    fake_stripe.control("fault", does="500", moment="before")
    for _ in range(2):  # the key remembers the 500 too
        with pytest.raises(stripe.APIError):
            make("c")
    with pytest.raises(stripe.InvalidRequestError):  # but not what was never begun
        make("d", nonsense="x")
    assert make("d").status == "open"
    assert len(fake_stripe.every("checkout/sessions")) == 3


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("does", ["500", "reset", "timeout"])
def test_trouble_comes_before_or_after_the_effect(api, fake_stripe, does, moment):
    session = api.checkout.sessions.create(params=wanted())
    fake_stripe.pay(session.url)
    intent = fake_stripe.every("payment_intents")[0]["id"]
    params = {"payment_intent": intent, "amount": 1000}
    fake_stripe.control("fault", does=does, moment=moment, calls="POST /v1/refunds", seconds=2)
    asking = client(fake_stripe, 1.5) if does == "timeout" else api
    with pytest.raises(stripe.APIError if does == "500" else stripe.APIConnectionError):
        asking.refunds.create(params=params, options={"idempotency_key": "r"})
    if moment == "after":
        until(lambda: fake_stripe.every("refunds"))
    elif does == "timeout":
        time.sleep(0.8)
    assert len(fake_stripe.every("refunds")) == (moment == "after")
    if does != "500":
        api.refunds.create(params=params, options={"idempotency_key": "r"})
        assert len(fake_stripe.every("refunds")) == 1


def test_slow_down_is_never_remembered(api, fake_stripe):
    fake_stripe.control("fault", does="429", times=2)
    for _ in range(2):
        with pytest.raises(stripe.RateLimitError):
            api.checkout.sessions.create(params=wanted(), options={"idempotency_key": "k"})
    assert api.checkout.sessions.create(params=wanted(), options={"idempotency_key": "k"}).status == "open"


def test_refunds_never_exceed_the_charge(api, fake_stripe):
    session = api.checkout.sessions.create(params=wanted())
    with pytest.raises(stripe.InvalidRequestError):
        api.refunds.create(params={"payment_intent": "pi_none"})
    fake_stripe.pay(session.url)
    intent = api.checkout.sessions.retrieve(session.id).payment_intent
    assert api.refunds.create(params={"payment_intent": intent, "amount": 1000}).status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        api.refunds.create(params={"payment_intent": intent, "amount": 1501})
    api.refunds.create(params={"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError) as raised:
        api.refunds.create(params={"payment_intent": intent, "amount": 1})
    assert raised.value.code == "charge_already_refunded"
    assert [one.amount for one in api.refunds.list(params={"payment_intent": intent}).data] == [1500, 1000]
    charge = fake_stripe.every("charges")[0]
    assert (charge["amount_refunded"], charge["refunded"]) == (2500, True)


def test_a_dispute_is_told_and_closed(api, fake_stripe):
    fake_stripe.pay(api.checkout.sessions.create(params=wanted()).url)
    charge = fake_stripe.every("charges")[0]["id"]
    dispute = fake_stripe.control("dispute", charge=charge)
    assert api.disputes.list().data[0].status == "needs_response"
    with pytest.raises(stripe.InvalidRequestError, match="charged back"):
        api.refunds.create(params={"charge": charge})
    fake_stripe.control("close", dispute=dispute["id"], status="lost")
    kinds = [one["type"] for one in fake_stripe.every("events")]
    assert kinds[0] == "charge.dispute.closed"


def test_one_key_sees_nothing_of_another(api, fake_stripe):
    session = api.checkout.sessions.create(params=wanted(), options={"idempotency_key": "same"})
    other = stripe.StripeClient("sk_test_somebodyelse", base_addresses={"api": fake_stripe.base}).v1
    with pytest.raises(stripe.InvalidRequestError, match=r"No such checkout\.session"):
        other.checkout.sessions.retrieve(session.id)
    mine = other.checkout.sessions.create(params=wanted(amount=900), options={"idempotency_key": "same"})
    assert mine.id != session.id
    assert session.id not in {one.id for one in other.checkout.sessions.list().data}
    for key in ("", "sk_test_", "nonsense_key_of_mine"):
        with pytest.raises(stripe.AuthenticationError):
            stripe.StripeClient(key, base_addresses={"api": fake_stripe.base}).v1.accounts.retrieve_current()
    fake_stripe.control("account", country="CA", charges_enabled=False)
    assert api.accounts.retrieve_current().country == "CA"
    fake_stripe.control("account", revoked=True)
    with pytest.raises(stripe.AuthenticationError):
        api.accounts.retrieve_current()


@pytest.mark.parametrize(
    ("amount", "currency", "why"),
    [(10, "usd", "least"), (1_0000_0000, "usd", "no more"), (12_345, "kwd", "last digits"), (5, "xxx", "currency")],
)
def test_amounts_follow_stripes_own_table(api, amount, currency, why):
    with pytest.raises(stripe.InvalidRequestError, match=why):
        api.checkout.sessions.create(params=wanted(amount, currency))


def test_lists_are_paged_and_filtered(api, fake_stripe):
    made = [api.checkout.sessions.create(params=wanted()) for _ in range(5)]
    for session in made:
        fake_stripe.pay(session.url)
    first = api.events.list(params={"types": ["checkout.session.completed"], "limit": 2})
    assert (len(first.data), first.has_more) == (2, True)
    seen = [event.data.object.id for event in first.auto_paging_iter()]
    assert seen == [session.id for session in reversed(made)]
    assert api.events.list(params={"created": {"gte": int(time.time()) + 60}}).data == []
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter"):
        api.events.list(params={"typos": ["x"]})


class Listener(BaseHTTPRequestHandler):
    """Writes down what arrives and answers what it is told to."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((body, self.headers["Stripe-Signature"], self.headers["Host"]))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words):
        pass


@pytest.fixture
def listener():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    server.heard, server.answers = [], []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def until(question, seconds=60.0):
    ends = time.monotonic() + seconds
    while not question() and time.monotonic() < ends:
        time.sleep(0.05)
    assert question()


def test_events_are_signed_and_brought_until_accepted(api, fake_stripe, listener):
    listener.answers = [500, 200]
    place = f"127.0.0.1:{listener.server_port}"
    endpoint = api.webhook_endpoints.create(
        params={"url": f"http://{place}/hook", "enabled_events": ["checkout.session.completed"]}
    )
    fake_stripe.pay(api.checkout.sessions.create(params=wanted()).url)
    until(lambda: len(listener.heard) == 2)
    (body, signature, host), again = listener.heard
    assert (host, again[0]) == (place, body)
    event = stripe.Webhook.construct_event(body, signature, endpoint.secret)
    assert event.type == "checkout.session.completed"
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body + b" ", signature, endpoint.secret)
    until(lambda: not api.events.list(params={"delivery_success": False}).data)


def test_events_are_held_dropped_and_brought_again_in_any_order(api, fake_stripe, listener):
    place = f"127.0.0.1:{listener.server_port}"
    fake_stripe.control("hold")
    fake_stripe.control("endpoint", url="http://plaza.test/hook", connect=place, secret="whsec_mine")
    fake_stripe.pay(api.checkout.sessions.create(params=wanted()).url)
    assert len(api.events.list(params={"delivery_success": False}).data) == 4
    assert listener.heard == []
    fake_stripe.control("drop")
    fake_stripe.control("hold", held=False)
    assert fake_stripe.deliver(times=3, threads=4, seed=1) == [200] * 12
    order = [json.loads(body)["type"] for body, _signature, _host in listener.heard]
    assert sorted(Counter(order).values()) == [3, 3, 3, 3]
    assert order != [kind for kind in dict.fromkeys(order) for _ in range(3)]
    assert {host for _body, _signature, host in listener.heard} == {"plaza.test"}
    assert api.events.list(params={"delivery_success": False}).data == []
