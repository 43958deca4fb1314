"""Letters to many on a real mail server: who receives one, who no longer does, what waits, what nobody knows."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from campaigns import audience, claims, ledger, mailings, outcomes, scheduling, sending, standstill
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from crm import consent, contacts
from kernel import bulk, clock, mail, smtp, suppression, tenancy
from kernel.db import db
from tests.campaigns.letters import mailing, person
from tests.kernel import relay
from tests.kernel.test_dkim import PEM


@pytest.fixture
def post(shop, monkeypatch):
    """The shop, a mail server that takes everything, and the sender pointed at it."""
    monkeypatch.setitem(mail._rest, "until", 0.0)
    monkeypatch.setattr(standstill, "_seen", {})
    with relay.serving() as server:
        known = shop.app.extensions["plaza.settings"]
        new = replace(known, smtp_url=f"smtp://127.0.0.1:{server.port}", smtp_connections=2, dkim_key=PEM)
        monkeypatch.setitem(shop.app.extensions, "plaza.settings", new)
        shop.relay = server
        yield shop


def addressed(letter, *names):
    """Recipients of a mailing, one for each name."""
    made = []
    for name in names:
        who = person(name)
        row = Recipient(mailing_id=letter.id, contact_id=who.id, email=who.email)
        row.address_hmac = suppression.fingerprint(who.email)
        db.session.add(row)
        made.append(row)
    db.session.commit()
    return made


def going(*names, **told):
    """A mailing that is on its way to these people."""
    letter = mailing(state="sending", started_at=clock.now(), **told)
    rows = addressed(letter, *names)
    return letter.id, {row.email: row.token for row in rows}


def send(shop):
    db.session.commit()
    tenancy.leave()
    count = mail.send()
    shop.enter()
    return count


def states(letter_id):
    rows = select(Recipient).where(Recipient.mailing_id == letter_id).order_by(Recipient.id)
    found = [(row.state, row.reason) if row.reason else row.state for row in db.session.scalars(rows)]
    db.session.commit()
    return found


def test_each_receives_one_letter_with_the_way_out(post):
    letter, tokens = going("ana", "beto", "carla")
    assert send(post) == 3
    assert states(letter) == ["sent"] * 3
    assert send(post) == 0
    assert sorted(to for _, (to,) in post.relay.envelopes) == sorted(tokens)
    for (back, (to,)), got in zip(post.relay.envelopes, post.relay.taken, strict=True):
        token = tokens[to]
        assert back == f"b+{token}@plaza.localhost"
        assert got["message-id"] == f"<{token}@plaza.localhost>"
        assert got["list-unsubscribe"].endswith(f"/u/{token}>")
        assert got["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
        signed = set("".join(got["dkim-signature"].split()).partition("h=")[2].partition(";")[0].split(":"))
        assert {"list-unsubscribe", "list-unsubscribe-post", "list-id", "message-id", "from"} <= signed


@pytest.mark.parametrize("state", ["draft", "scheduled", "paused", "held", "stopped", "sent"])
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_nothing_leaves_for_a_mailing_that_does_not_go(post, state):
    letter, _ = going("ana")
    change(letter, state=state)
    assert send(post) == 0
    assert (states(letter), post.relay.taken) == (["pending"], [])


def change(letter, **values):
    db.session.execute(update(Mailing).where(Mailing.id == letter).values(**values))
    db.session.commit()


def unsubscribe(email):
    suppression.add(email, "marketing", "unsubscribed")
    consent.record(contacts.by_email(email), "marketing", False, form="one-click")
    db.session.commit()


def test_who_said_no_since_is_skipped_with_the_reason(post):
    letter, _ = going("ana", "beto", "carla")
    unsubscribe("ana@example.com")
    suppression.add("beto@example.com", "all", "bounced")
    send(post)
    assert states(letter) == [("skipped", "unsubscribed"), ("skipped", "bounced"), "sent"]
    assert [to for _, (to,) in post.relay.envelopes] == ["carla@example.com"]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_without_that_question_they_would_have_had_it(post, monkeypatch):
    letter, _ = going("ana")
    unsubscribe("ana@example.com")
    monkeypatch.setattr(audience, "refusals", lambda _rows: {})
    send(post)
    assert (states(letter), len(post.relay.taken)) == (["sent"], 1)


class Clock:
    """The monotonic clock of the sender, moved by hand."""

    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def hand(monkeypatch):
    """A clock that stands still until it is moved."""
    made = Clock()
    monkeypatch.setattr(mail, "time", made)
    monkeypatch.setattr(smtp, "time", made)
    return made


def after_the_claim(monkeypatch, verb):
    """Let something happen once, after the letters were claimed and made and before the first one leaves."""
    known, left = mail._sources["mailings"], [verb]

    def bodies(ids):
        made = sending.bodies(ids)
        db.session.commit()
        if left:
            left.pop()()
        return made

    monkeypatch.setitem(mail._sources, "mailings", replace(known, bodies=bodies))


def test_half_a_minute_after_the_claim_everybody_is_asked_again(post, hand, monkeypatch):
    letter, _ = going("ana", "beto")

    def late():
        unsubscribe("ana@example.com")
        hand.now += mail.FRESH

    after_the_claim(monkeypatch, late)
    send(post)
    assert states(letter) == [("skipped", "unsubscribed"), "sent"]
    assert [to for _, (to,) in post.relay.envelopes] == ["beto@example.com"]


def test_a_slow_server_gets_no_letter_a_minute_after_somebody_said_no(post, hand, monkeypatch):
    """The letter is under way when they say no; the server asks for its text only when most of a minute is over."""
    letter, _ = going("ana")
    heard, slow = smtp.Line._hear, [True]

    def hear(line):
        code, words = heard(line)
        if code == 354 and slow:
            slow.pop()
            hand.now += mail.LAST + 1
        return code, words

    monkeypatch.setattr(smtp.Line, "_hear", hear)
    after_the_claim(monkeypatch, lambda: unsubscribe("ana@example.com"))
    send(post)
    assert mail.LAST < 60
    assert (states(letter), post.relay.taken, slow) == ([("skipped", "unsubscribed")], [], [])


def test_paused_in_the_middle_the_rest_waits_and_goes_once_when_it_is_resumed(post, monkeypatch):
    letter, tokens = going("ana", "beto", "carla", "dora", "elsa")
    real, rounds = smtp.Relay.hand_over, []

    def hand_over(self, parcels):
        told = real(self, parcels)
        if not rounds:
            move(letter, "pause")
        rounds.append(len(parcels))
        return told

    monkeypatch.setattr(smtp.Relay, "hand_over", hand_over)
    send(post)
    assert sorted(states(letter)) == ["pending", "pending", "pending", "sent", "sent"]
    assert len(post.relay.taken) == 2
    move(letter, "resume")
    send(post)
    assert states(letter) == ["sent"] * 5
    assert sorted(to for _, (to,) in post.relay.envelopes) == sorted(tokens)


def move(letter, verb):
    mailings.move(db.session.get_one(Mailing, letter), verb)
    db.session.commit()


def due_now(**values):
    db.session.execute(update(Recipient).values(run_at=clock.now(), **values))
    db.session.commit()


@pytest.mark.parametrize("where", ["to", "data"])
def test_put_off_is_tried_later_and_longer_and_at_last_given_up(post, where):
    getattr(post.relay, where)["ana@example.com"] = "451 4.2.2 mailbox full"
    letter, _ = going("ana", "beto")
    waits = []
    for _ in range(outcomes.ATTEMPTS):
        send(post)
        row = db.session.scalars(select(Recipient).where(Recipient.state.in_(("deferred", "failed")))).one()
        waits.append(row.run_at - clock.now())
        assert "mailbox full" in row.answer
        due_now()
    assert waits[:-1] == sorted(waits[:-1])
    assert timedelta(seconds=90) < waits[0] <= timedelta(minutes=2)
    assert states(letter) == ["failed", "sent"]
    assert len(post.relay.taken) == 1


@pytest.mark.parametrize("after", ["deferred", "pending"])
def test_what_was_on_the_wire_when_it_stopped_is_not_tried_again(post, after):
    letter, _ = going("ana")
    with tenancy.use(post.tenant_id):
        ids = claims.claim(5)
        outcomes.mark([mail.Mark(ids[0], "sending")])
        scheduling.stop(db.session.get_one(Mailing, letter), by=post.owner)
        db.session.commit()
        outcomes.mark([mail.Mark(ids[0], after, "451 4.2.2 mailbox full")])
        db.session.commit()
        assert states(letter) == [("skipped", "stopped")]


def test_refused_for_good_fails_at_once_and_whoever_asked_is_told(post, monkeypatch):
    told = []
    monkeypatch.setattr(outcomes, "_refused", [lambda rows: told.extend((row.email, row.answer) for row in rows)])
    post.relay.to["ana@example.com"] = "550 5.1.1 no such mailbox"
    letter, _ = going("ana", "beto")
    send(post)
    assert states(letter) == ["failed", "sent"]
    assert told == [("ana@example.com", "550 5.1.1 no such mailbox")]


def test_a_server_that_hangs_up_after_the_letter_leaves_it_unknown_and_no_other(post, monkeypatch):
    letter, _ = going("ana", "beto", "carla")
    real = smtp.Line._taken

    def lost(line):
        told = real(line)
        if not gone:
            gone.append(told)
            raise ConnectionResetError("the line went dead")
        return told

    gone = []
    monkeypatch.setattr(smtp.Line, "_taken", lost)
    send(post)
    assert sorted(states(letter)) == ["sent", "sent", "unknown"]
    assert len(post.relay.taken) == 3
    assert send(post) == 0  # never by itself


def test_what_a_dead_worker_left_is_pending_or_unknown_and_a_late_one_may_still_say_sent(post):
    letter, _ = going("ana", "beto")
    with tenancy.use(post.tenant_id):
        ids = claims.claim(5)
        db.session.commit()
        assert outcomes.mark([mail.Mark(ids[0], "sending")]) == {ids[0]}
        db.session.commit()
    before = clock.now() - timedelta(seconds=1)
    due_now(lease_until=before)
    send(post)
    assert states(letter) == ["unknown", "sent"]
    assert [to for _, (to,) in post.relay.envelopes] == ["beto@example.com"]
    assert outcomes.mark([mail.Mark(ids[1], "sending")]) == set()  # it woke late: another had it
    outcomes.mark([mail.Mark(ids[0], "sent", "250 2.0.0 taken")])
    assert states(letter) == ["sent", "sent"]


def test_each_keeps_what_the_relay_said_of_it(post):
    going("ana", "beto")
    said = ['250 "queued" as {1}\\', "250 niña 🧵 '; DROP TABLE recipient --"]
    with tenancy.use(post.tenant_id):
        ids = claims.claim(5)
        outcomes.mark([mail.Mark(one, "sent", answer) for one, answer in zip(ids, said, strict=True)])
        db.session.commit()
        kept = {row.id: row.answer for row in db.session.scalars(select(Recipient))}
    assert [kept[one] for one in ids] == said


def test_a_round_that_cannot_be_kept_leaves_all_as_it_was_and_the_next_is_kept(post):
    letter, _ = going("ana", "beto")
    with tenancy.use(post.tenant_id):
        ids = claims.claim(5)
        db.session.commit()
        blank, now = {"state": "unknown", "answer": "250", "print": None, "said": None}, clock.now()
        told = [{"id": one, **blank} for one in ids]
        moments = {"lease": now, "until": now, "now": now}
        with pytest.raises(Exception, match=r"(?i)not[ -]null"):
            bulk.gained(ledger.TURN, [told[0], {**told[1], "answer": None}], **moments)
        assert states(letter) == ["claimed", "claimed"]
        assert len(bulk.gained(ledger.TURN, told, **moments)) == 2
        db.session.rollback()
    assert states(letter) == ["unknown", "unknown"]


def test_nobody_worked_for_hours_so_the_rest_waits_for_a_person(post):
    letter, _ = going("ana", "beto")
    long_ago = clock.now() - standstill.OUTAGE - timedelta(hours=2)
    change(letter, updated_at=long_ago, started_at=long_ago)
    db.session.execute(update(Recipient).values(run_at=long_ago))
    assert send(post) == 0
    row = db.session.get_one(Mailing, letter)
    assert (row.state, row.note, post.relay.taken) == ("held", "late", [])
    move(letter, "resume")
    send(post)
    assert states(letter) == ["sent", "sent"]


def test_a_letter_that_cannot_be_made_fails_and_keeps_nobody_waiting(post, monkeypatch):
    letter, _ = going("ana", "beto")
    real = sending.rendering.envelope

    def makes(row, desk):
        if row.email.startswith("ana"):
            raise ValueError("the words go round and round")
        return real(row, desk)

    monkeypatch.setattr(sending.rendering, "envelope", makes)
    send(post)
    assert states(letter) == ["failed", "sent"]


def test_without_a_relay_it_is_captured(shop, monkeypatch):
    letter, _ = going("ana")
    send(shop)
    assert states(letter) == ["captured"]
