"""Letters over a real mail server: what arrives, what waits, what fails, what never leaves."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from kernel import accounts, clock, letter_sending, letters, mail, signing, suppression, tenancy
from kernel.db import db
from tests.kernel import relay


@pytest.fixture
def post(shop, monkeypatch):
    """The shop, a mail server that takes everything, and the sender pointed at it."""
    monkeypatch.setitem(mail._rest, "until", 0.0)
    with relay.serving() as server:
        yield point(shop, server, monkeypatch)


def point(shop, server, monkeypatch, url=""):
    known = shop.app.extensions["plaza.settings"]
    new = replace(known, smtp_url=url or f"smtp://127.0.0.1:{server.port}")
    monkeypatch.setitem(shop.app.extensions, "plaza.settings", new)
    shop.relay = server
    return shop


def letter(to="ana@example.com", **values):
    told = {
        "kind": "orders.placed",
        "subject": "Su pedido C-1",
        "drawn_html": "<p>Hola ñ</p>",
        "drawn_text": "Hola ñ\n",
        **values,
    }
    row = letters.Letter(token=signing.token(), to=to, **told)
    db.session.add(row)
    db.session.commit()
    return row.id


def send(shop):
    db.session.commit()
    tenancy.leave()
    count = mail.send()
    shop.enter()
    return count


def state(row_id):
    row = db.session.get(letters.Letter, row_id)
    db.session.refresh(row)
    return row.state


def due_now(**values):
    db.session.execute(update(letters.Letter).values(run_at=clock.now(), **values))
    db.session.commit()
    mail._rest["until"] = 0.0


def test_a_letter_arrives_whole(post):
    row_id = letter(to_name="Ana Ñandú", reply_to="tienda@example.com")
    assert send(post) == 1
    got = post.relay.taken[0]
    assert state(row_id) == "sent"
    assert post.relay.envelopes == [("cafe@plaza.localhost", ["ana@example.com"])]
    assert got["from"].addresses[0].addr_spec == "cafe@plaza.localhost"
    assert got["from"].addresses[0].display_name == "Café de Prueba"
    assert got["to"].addresses[0].display_name == "Ana Ñandú"
    assert got["reply-to"] == "tienda@example.com"
    assert got["message-id"] == f"<{db.session.get(letters.Letter, row_id).token}@plaza.localhost>"
    assert got.get_body(("plain",)).get_content().splitlines() == ["Hola ñ"]
    assert got.get_body(("html",)).get_content().splitlines() == ["<p>Hola ñ</p>"]
    assert send(post) == 0


def test_a_file_goes_along_byte_for_byte_also_at_the_second_try(post):
    told = {
        "name": "reserva.ics",
        "media": "text/calendar",
        "text": "BEGIN:X\r\nñ\r\n",
        "params": {"method": "PUBLISH"},
    }
    post.relay.data["ana@example.com"] = "451 try later"
    row_id = letter(data={"attached": [told]})
    send(post)
    post.relay.data.clear()
    due_now()
    send(post)
    assert state(row_id) == "sent"
    file = next(post.relay.taken[-1].iter_attachments())
    assert file.get_payload(decode=True) == "BEGIN:X\r\nñ\r\n".encode()
    assert (file.get_content_type(), file.get_filename()) == ("text/calendar", "reserva.ics")
    assert dict(file["content-type"].params) == {"charset": "utf-8", "method": "PUBLISH"}


@pytest.mark.parametrize("where", ["to", "data"])
def test_put_off_is_tried_again_later_and_at_last_given_up(post, where):
    getattr(post.relay, where)["ana@example.com"] = "451 try later"
    row_id = letter()
    send(post)
    row = db.session.get(letters.Letter, row_id)
    assert (row.state, row.attempts) == ("deferred", 1)
    assert "451 try later" in row.answer
    assert timedelta(seconds=90) < row.run_at - clock.now() <= timedelta(minutes=2)
    assert send(post) == 0  # not before its time
    waits = []
    for _ in range(letter_sending.ATTEMPTS - 1):
        due_now()
        send(post)
        row = db.session.get(letters.Letter, row_id)
        waits.append(row.run_at - clock.now())
    assert waits == sorted(waits)
    assert (row.state, row.attempts) == ("failed", letter_sending.ATTEMPTS)


@pytest.mark.parametrize("where", ["to", "data"])
def test_refused_for_good_fails_at_once(post, where):
    getattr(post.relay, where)["ana@example.com"] = "550 no such mailbox"
    row_id, other = letter(), letter("b@example.com")
    send(post)
    assert (state(row_id), state(other)) == ("failed", "sent")
    assert "no such mailbox" in db.session.get(letters.Letter, row_id).answer


def test_while_the_server_is_away_one_letter_is_tried_and_the_others_wait(shop, monkeypatch):
    monkeypatch.setitem(mail._rest, "until", 0.0)
    point(shop, relay.Relay(port=relay.free_port()), monkeypatch)
    rows = [letter(f"a{number}@example.com") for number in range(5)]
    send(shop)
    assert [state(row) for row in rows] == ["deferred"] + ["pending"] * 4
    assert mail.resting()
    assert send(shop) == 0  # no burst of tries
    with relay.serving() as server:
        point(shop, server, monkeypatch)
        due_now()
        send(shop)
        assert len(server.taken) == 5
    assert {state(row) for row in rows} == {"sent"}
    assert max(db.session.get(letters.Letter, row).attempts for row in rows[1:]) == 1


def test_a_refused_log_in_blames_no_letter(shop, monkeypatch):
    monkeypatch.setitem(mail._rest, "until", 0.0)
    with relay.serving(refuse_login=True) as server:
        point(shop, server, monkeypatch, f"smtp://user:wrong@127.0.0.1:{server.port}")
        row_id = letter()
        send(shop)
        assert state(row_id) == "deferred"
        assert server.taken == []


HOSTILE = [
    "Ana\r\nBcc: evil@example.com",
    "Ana\nX-Evil: 1",
    "a%0d%0aBcc: x@y",
    "Ana\u2028Bcc: x",
    "=?utf-8?q?=0d=0aBcc:_x?=",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_header_comes_from_a_name_or_a_subject(post, name):
    letter(to_name=name, subject=name)
    send(post)
    got = post.relay.taken[0]
    assert set(got.keys()) <= {
        "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
        "X-Peer", "X-MailFrom", "X-RcptTo",
    }  # fmt: skip
    assert post.relay.envelopes[0][1] == ["ana@example.com"]
    assert [known.addr_spec for known in got["to"].addresses] == ["ana@example.com"]


@pytest.mark.parametrize("address", ["a@b.c\r\nBcc: x@y.z", '"a@b"@c d', "nobody", "a@", "a@b, c@d", "ñ" * 330])
def test_no_letter_goes_to_what_is_no_address(post, address):
    row_id, good = letter(address[:320]), letter("b@example.com")
    send(post)
    assert state(row_id) in {"failed", "deferred"}
    due_now()
    send(post)
    assert state(good) == "sent"
    assert [to for _, to in post.relay.envelopes] == [["b@example.com"]]


def test_a_suppressed_address_gets_nothing(post):
    suppression.add("Ana@Example.com ", "all", "bounced")
    row_id = letter()
    send(post)
    assert (state(row_id), post.relay.taken) == ("skipped", [])


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_server_that_nobody_vouches_for_gets_nothing(shop, monkeypatch, tmp_path, scheme):
    monkeypatch.setitem(mail._rest, "until", 0.0)
    path, secure = relay.certificate(tmp_path)
    with relay.serving(secure=secure, smtps=scheme == "smtps") as server:
        point(shop, server, monkeypatch, f"{scheme}://127.0.0.1:{server.port}")
        row_id = letter()
        send(shop)
        assert (state(row_id), server.taken) == ("deferred", [])
        assert "CERTIFICATE_VERIFY_FAILED" in db.session.get(letters.Letter, row_id).answer
        monkeypatch.setenv("SSL_CERT_FILE", str(path))  # now somebody does
        due_now()
        send(shop)
        assert (state(row_id), len(server.taken)) == ("sent", 1)


def test_without_a_relay_letters_are_kept_for_the_shop_and_on_disk(shop):
    row_id = letter()
    assert send(shop) == 1
    assert state(row_id) == "captured"
    kept = sorted((shop.app.extensions["plaza.settings"].instance / "mail").glob("*.eml"))
    assert b"Subject: Su pedido C-1" in kept[-1].read_bytes()
    assert kept[-1].stat().st_mode & 0o077 == 0


def test_letters_of_an_order_go_before_others_in_every_shop(rival, post):
    sent = []
    queue = {post.tenant_id: [7], rival.tenant_id: [8]}
    envelope = mail.Envelope(("x", "x@plaza.localhost"), ("", "many@example.com"), "", "Campaña", "t", "<p>t</p>")
    mail.source(
        "test", 10, claim=lambda _limit: queue.pop(tenancy.current(), []), bodies=lambda ids: dict.fromkeys(ids, envelope),
        mark=lambda marks: sent.extend(told[:2] for told in marks) or {told.id for told in marks},
    )  # fmt: skip
    try:
        tenancy.leave()
        tenancy.enter(rival.tenant_id)
        letter(subject="Rival")
        post.enter()
        letter(subject="Café")
        send(post)
    finally:
        mail._sources.pop("test")
    assert sorted(post.relay.subjects[:2]) == ["Café", "Rival"]
    assert post.relay.subjects[2:] == ["Campaña", "Campaña"]
    assert (7, "sent") in sent


def test_a_worker_that_died_while_sending_is_followed_with_the_same_message_id(post, monkeypatch):
    row_id = letter()
    real = letter_sending.mark

    class Killed(BaseException):
        """As kill -9: nothing after it runs."""

    def dies(marks):
        if any(told.state == "sent" for told in marks):
            raise Killed
        return real(marks)

    monkeypatch.setitem(mail._sources, "letters", replace(mail._sources["letters"], mark=dies))
    with pytest.raises(Killed):
        send(post)
    monkeypatch.setitem(mail._sources, "letters", replace(mail._sources["letters"], mark=real))
    post.enter()
    assert state(row_id) == "sending"
    assert send(post) == 0  # its lease runs
    due_now(lease_until=clock.now() - timedelta(seconds=1))
    send(post)
    assert state(row_id) == "sent"
    assert len(post.relay.taken) == 2
    assert len({got["message-id"] for got in post.relay.taken}) == 1


def test_a_worker_that_woke_late_sends_nothing_twice(post):
    row_id = letter()
    assert letter_sending.claim(5) == [row_id]
    db.session.commit()
    stale = dict(letter_sending._leases)
    due_now(lease_until=clock.now() - timedelta(seconds=1))
    assert send(post) == 1
    letter_sending._leases.update(stale)
    assert letter_sending.bodies([row_id]) == {}
    assert letter_sending.mark([mail.Mark(row_id, "sending")]) == set()
    assert len(post.relay.taken) == 1


def test_before_an_owner_confirmed_only_keys_to_accounts_leave(post):
    post.owner.confirmed_at = None
    held, key = letter(), letter(subject="Confirme", private=True)
    send(post)
    assert (state(held), state(key)) == ("pending", "sent")
    db.session.get(accounts.Account, post.owner_id).confirmed_at = clock.now()
    send(post)
    assert state(held) == "sent"
