"""Letters signed by ourselves, looked at by dkimpy: true as they left, false once anything that counts is changed."""

import random
from dataclasses import replace
from email import message_from_bytes, policy

import dkim as dkimpy
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from kernel import dkim, mime, wire
from kernel.mime import Attachment, Envelope

KEY = rsa.generate_private_key(65537, 2048)
PLAIN = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
PEM = KEY.private_bytes(*PLAIN).decode()
SIGNER = dkim.Signer("plaza.test", "plaza", PEM.encode())
OUT = {
    "Message-ID": "<abc@plaza.test>",
    "List-Unsubscribe": "<https://cafe.plaza.test/u/abc>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "List-ID": "<cafe.letters.plaza.test>",
    "Feedback-ID": "m:cafe:campaign:plaza",
}


def envelope(**told):
    kept = {
        "sender": ("Café de Prueba", "cafe@plaza.test"), "to": ("Ana Ñandú", "ana@example.com"), "reply_to": "r@plaza.test",
        "subject": "Su pedido ñ C-1", "text": "Hola ñ\n", "html": "<p>Hola ñ</p>\n", "headers": OUT,
    }  # fmt: skip
    return Envelope(**kept | told)


def signed(**told):
    headers, body = mime.composed(envelope(**told))
    return mime.joined(SIGNER.signed(headers, body), body)


def true(letter):
    name, text = SIGNER.record
    asked = []
    found = dkimpy.verify(letter, dnsfunc=lambda where, timeout=5: asked.append(where) or text.encode())
    assert asked in ([f"{name}.".encode()], [name.encode()])
    return found


def test_a_letter_is_true_with_both_headers_of_the_way_out_under_the_signature():
    letter = signed()
    assert true(letter)
    seal = message_from_bytes(letter, policy=policy.default)["dkim-signature"]
    told = dict(part.strip().split("=", 1) for part in "".join(seal.split()).split(";") if part)
    assert {"from", "to", "subject", "date", "message-id", "list-unsubscribe", "list-unsubscribe-post"} <= set(
        told["h"].split(":")
    )
    assert told["h"].split(":").count("from") == 2  # so that nobody adds one
    assert (told["d"], told["s"], told["a"]) == ("plaza.test", "plaza", "rsa-sha256")


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (b"Hola", b"Hole"),
        (b"Subject: ", b"Subject: x"),
        (b"/u/abc>", b"/u/abd>"),
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
        (b"From: ", b"From: evil@evil.test\r\nFrom: "),
    ],
)
def test_what_was_changed_on_the_way_is_not_true(was, now):
    letter = signed()
    assert was in letter
    assert not true(letter.replace(was, now, 1))


def test_what_mail_servers_do_to_blanks_changes_nothing():
    letter = signed()
    assert true(letter.replace(b"Subject: ", b"Subject:   ", 1) + b"\r\n\r\n")


WORDS = [
    "ñandú",
    "a",
    "=",
    "=20",
    ".",
    "..",
    "\t",
    "  ",
    " ",
    "\n",
    "\n\n",
    "\n.",
    "\n.\n",
    "x" * 200,
    "<b>",
    "日本",
    "👩‍👩",
    "From x",
]


def test_any_words_are_true_and_come_out_as_they_went_in():
    chance = random.Random(8)
    for _ in range(60):
        text, html = ("".join(chance.choices(WORDS, k=chance.randint(0, 30))) for _ in range(2))
        files = [Attachment("reserva ñ.ics", "text/calendar", html, {"method": "PUBLISH"})] * chance.randint(0, 1)
        letter = signed(text=text, html=html, attached=files)
        assert true(letter), (text, html)
        assert max(map(len, letter.split(b"\r\n"))) <= 200
        got = message_from_bytes(letter, policy=policy.default)
        assert got.get_body(("plain",)).get_payload(decode=True).decode().replace("\r\n", "\n") == text
        assert got.get_body(("html",)).get_payload(decode=True).decode().replace("\r\n", "\n") == html
        assert [one.get_payload(decode=True) for one in got.iter_attachments()] == [html.encode() for _ in files]


def test_the_key_is_given_as_a_file_or_as_itself_and_no_other_kind_is_taken(tmp_path):
    path = tmp_path / "key.pem"
    path.write_text(PEM)
    told = [dkim.signer(key, "s", "plaza.test").record for key in (str(path), PEM, PEM.replace("\n", "\\n"))]
    assert told[0] == told[1] == told[2]
    assert told[0][0] == "s._domainkey.plaza.test"
    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(*PLAIN)
    with pytest.raises(ValueError, match="RSA"):
        dkim.Signer("plaza.test", "s", other)
    with pytest.raises(OSError, match="nowhere"):
        dkim.signer(str(tmp_path / "nowhere"), "s", "plaza.test")


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # no database is asked
def test_letters_of_the_house_are_signed_once_there_is_a_key(app, monkeypatch):
    assert b"DKIM-Signature" not in wire.message(envelope())
    known = app.extensions["plaza.settings"]
    monkeypatch.setitem(app.extensions, "plaza.settings", replace(known, dkim_key=PEM, dkim_selector="uno"))
    assert b"d=plaza.localhost; s=uno;" in wire.message(envelope())
