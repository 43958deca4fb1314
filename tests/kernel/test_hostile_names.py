"""A thousand hostile names through every letter: no tag, no expression, no header comes out of them."""

import email.policy
import random
from email import message_from_bytes

import html5lib
import lxml.html
import pytest

from kernel import letters, mail, tenancy, wire
from kernel.db import db
from shop import letters as order_letters

SEEDS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "<a href=https://evil.test>Pay here</a>",
    "</td></tr></table><h1>Free", "<style>*{display:none}</style>", "{{7331*7}}", "{{ config }}", "${7331*7}", "#{7331*7}", "{% raw %}",
    "{{ ''.__class__.__mro__ }}", "{event.__init__.__code__}", "%(number)s", "%s%n%x", "{0}{number}", "Ana\r\nBcc: evil@evil.test",
    "Ana\nSubject: x", "a%0d%0aBcc: x@y", "\u2028Bcc: x", "=?utf-8?q?=0d=0aBcc:_x?=", "https://evil.test/pay", "evil.test", "\u202egnp.exe",
    "Z̸̢̛a̵l̶g̷o̸", "👩‍👩‍👧‍👦", "\x00\x01\x7f", "'; DROP TABLE letter; --", "&lt;b&gt;", "&#60;b&#62;", "<!--", "-->", "]]>", "<<b>b>",
    "javascript:alert(1)", 'x" style="position:fixed', "\\", "`", "<%= 7331*7 %>", "{{{{", "}}}}",
]  # fmt: skip
HEADERS = {"From", "To", "Reply-To", "Subject", "Date", "MIME-Version", "Content-Type"}


def names(count):
    chance = random.Random(20)
    for number in range(count):
        yield SEEDS[number] if number < len(SEEDS) else " ".join(chance.sample(SEEDS, 2))[:160]


def bones(html, *, exact=True):
    """The elements of a page with their attributes and where its links lead, texts left out; `exact` as browsers do."""
    tree = html5lib.parse(html, namespaceHTMLElements=False) if exact else lxml.html.document_fromstring(html)
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    return [(element.tag, sorted(element.attrib), element.get("href")) for element in elements]


def told(kind, words, order):
    """(subject, text, HTML) of that letter about the order."""
    data = order_letters._data(order, words, {"reason": order.name, "carrier": order.name, "tracking": order.name})
    data["button_url"] = "http://cafe.plaza.localhost:8000/x"
    row = letters.Letter(template="mail/orders/order", language="es", data=data)
    return letters._subject(row), *letters.drawn(row)


@pytest.fixture
def order(shop):
    row = shop.bought(shop.product(), name="NAME")
    row.note = "NAME"
    return row


def test_a_thousand_names_through_every_letter_of_an_order(app, order):
    kinds = [*order_letters.BUYER.items(), *order_letters.SHOP.items()]
    pages = [told(kind, words, order)[2] for kind, words in kinds]
    honest = {exact: [bones(page, exact=exact) for page in pages] for exact in (True, False)}
    many = db.engine.dialect.name == "sqlite"  # letters are written the same on both
    for number, name in enumerate(names(1000 if many else len(SEEDS))):
        place, exact = number % len(kinds), number < len(SEEDS)
        order.name = order.note = name
        with db.session.no_autoflush:  # what no database would keep is written into a letter all the same
            subject, text, html = told(*kinds[place], order)
        assert bones(html, exact=exact) == honest[exact][place], name
        assert "51317" not in subject + text + html, name
        assert "SECRET_KEY" not in html
        on_the_wire(name, subject, text, html)
    db.session.rollback()


ACCOUNT = ("subject", "heading", "lead", "more", "button_label", "host", "reason")


@pytest.mark.parametrize("template", ["mail/kernel/account", "mail/account/login"])
def test_a_thousand_names_through_the_letters_of_accounts(app, shop, template):
    """Whoever invites, whoever names a shop: their words stand in letters to other people."""
    url = {"button_url": "http://plaza.localhost:8000/x"}

    def drawn(name):
        row = letters.Letter(template=template, language="es", data=dict.fromkeys(ACCOUNT, name) | url)
        tenancy.tenant().name = name
        with db.session.no_autoflush:
            return letters._subject(row), *letters.drawn(row)

    honest = {exact: bones(drawn("NAME")[2], exact=exact) for exact in (True, False)}
    many = db.engine.dialect.name == "sqlite"
    for number, name in enumerate(names(1000 if many else len(SEEDS))):
        exact = number < len(SEEDS)
        subject, text, html = drawn(name)
        assert bones(html, exact=exact) == honest[exact], name
        assert "51317" not in subject + text + html, name
        assert "SECRET_KEY" not in html
        on_the_wire(name, subject, text, html)
    db.session.rollback()


def on_the_wire(name, subject, text, html):
    envelope = mail.Envelope((name, "cafe@plaza.localhost"), (name, "ana@example.com"), "a@b.cr", subject, text, html)
    made = message_from_bytes(bytes(wire.message(envelope)), policy=email.policy.default)
    assert set(made.keys()) == HEADERS, name
    assert [known.addr_spec for known in made["to"].addresses] == ["ana@example.com"], name
    assert [known.addr_spec for known in made["from"].addresses] == ["cafe@plaza.localhost"], name
    assert "\n" not in made["subject"], name


def test_the_look_would_see_a_tag_that_came_through():
    assert bones("<p>Ana</p>") != bones("<p><b>Ana</b></p>")
    assert bones("<p><a href=x>Ana</a></p>") != bones("<p><a href=y>Ana</a></p>")
