"""The kind of a returned message: a table of what servers say, in several languages, and of what is none."""

import pytest

from campaigns import bounce_kinds, bounces
from tests.campaigns import returned

T = "AbCdEfGhIjKlMnOpQrStUv"
ANSWERS = [  # (what a server answered at once, the kind)
    ("550 5.1.1 <ana@example.com>: Recipient address rejected: User unknown", "hard"),
    ("550 Requested action not taken: mailbox unavailable", "hard"),
    ("554 5.4.4 Domain not found", "hard"),
    ("550 5.7.27 Domain does not accept mail (nullMX)", "hard"),
    ("525 5.7.13 User account disabled", "hard"),
    ("550 5.2.1 La cuenta de correo está deshabilitada", "hard"),
    ("550 5.1.1 El usuario no existe", "hard"),
    ("550 5.4.1 All recipient addresses rejected : Access denied", "hard"),
    ("552 5.2.2 Mailbox full", "soft"),
    ("552 El buzón está lleno", "soft"),
    ("451 4.7.1 Greylisted, try again later", "soft"),
    ("421 4.7.0 temporarily deferred due to user complaints, blocked", "soft"),
    ("554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.example.org", "blocked"),
    ("550 5.7.26 Unauthenticated email is not accepted due to DMARC policy", "blocked"),
    ("550 5.7.1 Message rejected as spam", "blocked"),
    ("550 5.7.1 Mensaje rechazado: correo no deseado", "blocked"),
    ("501 5.1.8 Sender address rejected", "blocked"),
    ("550 5.7.1 Relaying denied", "blocked"),
    ("552 5.3.4 Message size exceeds fixed maximum", "soft"),
    ("550 5.1.1", "hard"),
    ("554 5.7.0", "blocked"),
    ("452 4.3.1", "soft"),
]
MESSAGES = [
    (returned.report(T, "550 5.1.1 User unknown", status="5.1.1"), "hard"),
    (returned.report(T, "552 5.2.2 Mailbox full", status="5.2.2"), "soft"),
    (returned.report(T, "550 5.7.1 blocked by policy", status="5.7.1"), "blocked"),
    (returned.report(T, "421 4.4.1 timed out", status="4.4.1", action="delayed"), "soft"),
    (returned.report(T, "550 5.1.1 User unknown", status="4.0.0", action="delayed"), "soft"),
    (returned.report(T, "250 2.1.5 Ok", status="2.1.5", action="delivered"), "none"),
    (returned.complaint(T), "complaint"),
    (returned.complaint(T, "not-spam"), "none"),
    (returned.complaint(T, "auth-failure"), "blocked"),
    (returned.words("<ana@example.com>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 no such user"), "hard"),
    (returned.words("Your mail could not be delivered: the mailbox is full."), "soft"),
    (returned.words("No se pudo entregar: la dirección no existe.", subject="Correo no entregado"), "hard"),
    (returned.words("Le message n'a pas pu être remis : destinataire inconnu", subject="Non remis : Café"), "hard"),
    (returned.letter("Fuera de oficina", "Vuelvo el lunes.", Auto_Submitted="auto-replied"), "auto-reply"),
    (returned.letter("Automatic reply: Novedades", "I am away."), "auto-reply"),
    (returned.words("Estoy de vacaciones; mi buzón está lleno.", sender="ana@example.com", subject="Respuesta automática"), "auto-reply"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "kind"), ANSWERS)
def test_what_a_server_answered(answer, kind):
    assert bounce_kinds.answered(answer).kind == kind


@pytest.mark.parametrize("place", range(len(MESSAGES)))
@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\r"])
def test_what_came_back_by_mail(place, ends):
    raw, kind = MESSAGES[place]
    row, bounce = bounces.read(raw.replace(b"\n", ends))
    assert bounce.kind == kind
    assert bounce.kind in bounce_kinds.KINDS
    if b"Message-ID: <AbCd" in raw:
        assert row.tokens()[0] == T


@pytest.mark.parametrize("place", range(len(returned.ORDINARY)))
def test_what_people_and_newsletters_write_is_no_returned_letter(place):
    assert bounces.read(returned.ORDINARY[place])[1].kind == "none"


@pytest.mark.parametrize("raw", [b"", b"\x00" * 50, b"From: =?x?b?*?=\nSubject: =?utf-8?b?////?=\n\n\xff\xfe", b"Content-Type: multipart/report\n\n--",
                                 b"Content-Type: text/plain; charset=nothing\nFrom: <>\n\nfailed 550 user unknown", b"a" * 400_000])  # fmt: skip
def test_whatever_comes_breaks_nothing(raw):
    row, bounce = bounces.read(raw)
    assert bounce.kind in bounce_kinds.KINDS
    assert isinstance(row.addresses(), list)
