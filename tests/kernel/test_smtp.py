"""Talking to mail servers: with pipelining and without, one letter on each connection, and what each answer means."""

import contextlib
import smtplib
import socketserver
import threading

import pytest

from campaigns import claims
from kernel import letter_sending, mail, smtp
from kernel.smtp import Parcel, Relay

LETTER = b"Subject: x\r\n\r\nHola\r\n.\r\n"


class Server(socketserver.ThreadingTCPServer):
    """A mail server that answers by a script: command word → answer; what it heard stands in `heard`."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, script):
        self.script, self.heard, self.letters, self.calls = script, [], [], 0
        super().__init__(("127.0.0.1", 0), Session)


class Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self):
        script, self.server.calls = self.server.script, self.server.calls + 1
        if self.server.calls > script.get("most", 99):
            self.say("421 too many connections")
            return
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            self.server.heard.append(word)
            answer = script.get(line, script.get(word, "250 fine"))
            if answer == "hang up":
                return
            if word == "EHLO" and script.get("pipelining"):
                self.say("250-here")
                self.say("250 PIPELINING")
            elif word == "DATA" and answer.startswith("250"):
                self.say("354 go on")
                if not self.letter(script.get("after", "250 taken")):
                    return
            else:
                self.say(answer)
            if word == "QUIT":
                return

    def letter(self, answer):
        text = b""
        while (row := self.rfile.readline()) != b".\r\n":
            text += row
        self.server.letters.append(text)
        if answer == "silence":
            self.rfile.read()  # until the other side hangs up
        if answer in {"hang up", "silence"}:
            return False
        self.say(answer)
        return True


@contextlib.contextmanager
def server(**script):
    with Server(script) as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield made, Relay(f"smtp://127.0.0.1:{made.server_address[1]}", "test", 3)
        finally:
            made.shutdown()
            thread.join()


def carry(relay, *names):
    parcels = [Parcel(number, "b@plaza.test", f"{name}@example.com", LETTER) for number, name in enumerate(names)]
    found = {}
    while parcels:
        count = relay.ready(len(parcels))
        found |= relay.hand_over(parcels[:count])
        parcels = parcels[count:]
    return [found[number] for number in sorted(found)]


@pytest.mark.parametrize("pipelining", [True, False])
def test_letters_go_over_several_connections_that_stay_open(pipelining):
    with server(pipelining=pipelining) as (made, relay):
        assert [one.state for one in carry(relay, *"abcdefgh")] == ["sent"] * 8
        relay.close()
        assert (made.calls, len(made.letters)) == (3, 8)
        assert made.heard.count("EHLO") == 3
        assert set(made.letters) == {LETTER.removesuffix(b".\r\n")}


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize(
    ("script", "state", "away"),
    [
        ({"RCPT TO:<a@example.com>": "550 5.1.1 nobody"}, "failed", False),
        ({"RCPT TO:<a@example.com>": "451 4.2.2 full"}, "deferred", False),
        ({"RCPT TO:<a@example.com>": "550 nobody", "DATA": "554 no valid recipients"}, "failed", False),
        ({"MAIL": "451 later"}, "deferred", True),
        ({"MAIL": "550 you may not"}, "deferred", True),
        ({"DATA": "451 later"}, "deferred", False),
        ({"MAIL": "hang up"}, "deferred", True),
        ({"RCPT": "hang up"}, "deferred", True),
        ({"after": "554 5.7.1 spam"}, "failed", False),
        ({"after": "421 4.3.2 going down"}, "deferred", False),
        ({"after": "hang up"}, "unknown", False),
    ],
)
def test_what_an_answer_means(pipelining, script, state, away):
    with server(pipelining=pipelining, **script) as (_made, relay):
        told = carry(relay, "a")[0]
        assert (told.state, told.away) == (state, away)
        relay.close()


@pytest.mark.parametrize("pipelining", [True, False])
def test_after_a_refusal_the_connection_carries_the_next(pipelining):
    script = {"RCPT TO:<a@example.com>": "550 5.1.1 nobody", "pipelining": pipelining}
    with server(**script) as (made, relay):
        relay.width = 1
        assert [one.state for one in carry(relay, "a", "b", "a", "c")] == ["failed", "sent", "failed", "sent"]
        assert made.calls == 1
        assert [text for text in made.letters if text] == [LETTER.removesuffix(b".\r\n")] * 2
        relay.close()


def test_a_server_that_takes_few_connections_is_given_no_more():
    with server(pipelining=True, most=2) as (made, relay):
        assert [one.state for one in carry(relay, *"abcdef")] == ["sent"] * 6
        assert len(made.letters) == 6
        relay.close()


def test_a_connection_that_ends_between_two_letters_blames_none():
    with server(pipelining=True) as (made, relay):
        relay.width = 1
        assert carry(relay, "a")[0].state == "sent"
        made.script["MAIL"] = "421 that was enough"
        told = carry(relay, "b")[0]
        assert (told.state, told.away) == ("pending", False)
        del made.script["MAIL"]
        assert carry(relay, "b")[0].state == "sent"
        relay.close()


@pytest.fixture
def waits(monkeypatch):
    """For how long each answer was waited for at most."""
    found, real = [], smtplib.SMTP.getreply

    def getreply(line):
        found.append(line.sock.gettimeout())
        return real(line)

    monkeypatch.setattr(smtplib.SMTP, "getreply", getreply)
    return found


def test_many_connections_that_fall_silent_are_waited_for_together(monkeypatch, waits):
    monkeypatch.setattr(smtp, "TAKING", 1.0)
    with server(pipelining=True, after="silence") as (_made, relay):
        relay.ready(3)
        waits.clear()
        assert [one.state for one in carry(relay, *"abc")] == ["unknown"] * 3
        assert sum(waits[-3:]) < 1.5  # else each would have a second of its own
    with server(pipelining=True) as (_made, relay):
        assert carry(relay, "a")[0].state == "sent"
        assert carry(relay, "b")[0].state == "sent"  # the next letter has its own time
        relay.close()


def test_a_round_is_over_before_another_worker_may_take_its_letters():
    longest = mail.LAST + smtp.TIMEOUT + smtp.TAKING
    assert longest < min(letter_sending.LEASE, claims.LEASE).total_seconds()


def test_a_letter_whose_time_is_over_does_not_leave():
    with server(pipelining=True) as (made, relay):
        relay.ready(1)
        told = relay.hand_over([Parcel(1, "b@plaza.test", "a@example.com", LETTER, until=0.0)])
        assert told[1].state == "pending"
        assert made.letters == []
        assert smtp.TIMEOUT < smtp.TAKING
