"""Letters as bytes: what goes into a header comes out again, and nothing that a stranger wrote becomes one."""

import random
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest

from kernel import mime
from kernel.mime import Envelope
from tests.kernel.test_hostile_names import names


def read(**told):
    kept = {
        "sender": ("Café", "cafe@plaza.test"), "to": ("Ana", "ana@example.com"), "reply_to": "", "subject": "Hola",
        "text": "t", "html": "<p>t</p>",
    }  # fmt: skip
    letter = mime.joined(*mime.composed(Envelope(**kept | told)))
    return letter, message_from_bytes(letter, policy=policy.default)


def test_names_and_subjects_come_out_as_they_went_in():
    chance = random.Random(3)
    signs = [
        "ñ",
        "á",
        "日",
        "👩‍👩‍👧",
        "a",
        " ",
        '"',
        "\\",
        ",",
        "<",
        ">",
        "(",
        ")",
        "@",
        "?",
        "_",
        "Tienda",
        "de",
        "x" * 70,
    ]
    for _ in range(200):
        name = " ".join("".join(chance.choices(signs, k=chance.randint(1, 25))).split())
        letter, got = read(sender=(name, "cafe@plaza.test"), to=(name, "ana@example.com"), subject=name)
        assert got["subject"] == name
        told, (where,) = message_from_bytes(letter)["to"], got["to"].addresses
        called = (
            where.display_name if name.isascii() and len(name) <= mime.WIDE else str(make_header(decode_header(told)))
        )
        assert called.removesuffix(" <ana@example.com>") == name  # the library's own reader splits long names
        assert got["from"].addresses[0].addr_spec == "cafe@plaza.test"
        assert len(got["to"].addresses) == 1
        assert max(map(len, letter.split(b"\r\n"))) <= 200


def test_no_header_comes_from_any_hostile_name():
    honest = set(read()[1].keys())
    for name in names(300):
        letter, got = read(sender=(name, "cafe@plaza.test"), to=(name, "ana@example.com"), subject=name)
        assert set(got.keys()) == honest, name
        assert [one.addr_spec for one in got["to"].addresses] == ["ana@example.com"], name
        assert letter.isascii()


@pytest.mark.parametrize(
    "headers", [{"X": "a\r\nBcc: x@y.z"}, {"X": "a\nb"}, {"X: y\r\nBcc": "a"}, {"X y": "a"}, {"": "a"}]
)
def test_a_header_with_a_line_break_makes_no_letter(headers):
    with pytest.raises(ValueError, match="header"):
        read(headers=headers)


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("ana@example.com", "ana@example.com"),
        ("a.b+c_d%e@sub.example.co.cr", "a.b+c_d%e@sub.example.co.cr"),
        ("ana@ñandú.example", "ana@xn--and-6ma2c.example"),
        ('"a@b"@example.com', '"a@b"@example.com'),
    ],
)
def test_an_address_as_mail_servers_take_it(address, sent):
    assert mime.addressed(address) == sent


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@",
        "@b.cr",
        "a b@c.cr",
        "a@b, c@d",
        "a@b.cr\r\nBcc: x@y.z",
        "a@b.cr>",
        "ñ@b.cr",
        "a@b..cr",
        "a..b@c.cr",
    ],
)
def test_no_letter_can_be_made_to_what_is_no_address(address):
    with pytest.raises(ValueError, match="no address"):
        mime.addressed(address)


def test_no_line_of_a_letter_begins_with_a_dot_and_its_words_come_out_as_they_went_in():
    chance = random.Random(5)
    parts = [".", "..", "\n", "\n.", "a", "ñ", " ", "=", "x" * 70, "日", "--=_"]
    for _ in range(300):
        pieces = ["".join(chance.choices(parts, k=chance.randint(0, 12))) for _ in range(4)]
        told = mime.Pieces.of(pieces)
        letter, got = read(text=told, html=told, attached=[mime.Attachment("a.txt", "text/plain", told)])
        assert not any(line.startswith(b".") for line in letter.split(b"\r\n"))
        for sort in ("plain", "html"):
            part = next(one for one in got.walk() if one.get_content_type() == f"text/{sort}")
            assert part.get_payload(decode=True).decode().replace("\r\n", "\n") == told
