"""What no honest browser sends, in every address and in every field of every form that the pages show: no 500 anywhere."""

import os
import random
import re
import traceback
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from flask import request

from kernel import web
from tests.conftest import again
from tests.makers import World
from tests.matrix import OPEN, things
from tests.test_matrix import ask, fill, rules, thing

HOUSE = Path(__file__).parent.parent
ASKED = re.compile(r'(?:args|values|asked|told|form)\.get(?:list)?\(\s*"([a-z_]+)"')
FORM = "application/x-www-form-urlencoded"
SHARE = 3
SEEDS = range(int(os.environ.get("PLAZA_SEEDS", "1")))
HOSTILE = {
    "endless digits": "9" * 5000, "a raised two": "²", "other digits": "٣٠", "below nothing": "-1", "no end": "1e400",
    "no number": "NaN", "a zero byte": "1\x00'", "half a sign": "\udc80", "a huge number": str(2**63), "nothing": "",
    "a bracket": "[{(\"'<%_\\", "a day that is none": "2026-02-30", "the last day": "9999-12-31", "the first day": "0001-01-01",
    "an hour that is none": "25:61", "a long word": "á" * 1500,
}  # fmt: skip


class Forms(HTMLParser):
    """The forms of a page that are sent to it: (address, [(name, value)])."""

    def __init__(self, text, path):
        super().__init__()
        self.path, self.found, self.loose = path, [], {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag == "form" and told.get("method", "").lower() == "post":
            self.found.append((told.get("action") or self.path, []))
            self.open = True
        elif tag == "form":
            self.open = False
        elif tag in {"input", "select", "textarea", "button"} and told.get("name") and getattr(self, "open", False):
            self.found[-1][1].append((told["name"], told.get("value") or ""))

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = False


@cache
def asked():
    """Every name that a view asks an address for."""
    return sorted({name for file in HOUSE.glob("*/views/*.py") for name in ASKED.findall(file.read_text())})


@pytest.fixture
def mine(app):
    """(the shop, its things)."""

    def furnish():
        world = World.open(app)
        return world.told(), things(world)

    told, known = again(app, "hostile", furnish)
    return World(app, *told).enter(), known


def walk(app, shop, known, seed):
    """(browser, path) of pages of the shop and of its back office: each third one, others with each seed."""
    for side, browser in (("admin", shop.admin), ("store", shop.shopper(shop.contact()))):
        pages = [rule for rule, method in rules(app, side) if method == "GET" and thing(rule) != OPEN]
        for rule in pages[seed % SHARE :: SHARE]:
            yield browser, fill(app, rule, known, tenant=shop.slug)


def trouble(browser, method, path, said):
    """What is wrong with the answer to what was said, in a word; nothing where it is an answer."""
    sent = urlencode([(name, word.encode("utf-8", "surrogateescape")) for name, word in said])
    try:
        answer = ask(
            browser,
            method,
            path,
            **({"data": sent, "content_type": FORM} if method == "POST" else {"query_string": sent}),
        )
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:200]} at {traceback.extract_tb(error.__traceback__)[-1]}"
    return str(answer.status_code) if answer.status_code >= 500 and answer.status_code != 503 else ""


@pytest.mark.parametrize("seed", SEEDS)
def test_an_address_that_asks_for_nonsense(app, mine, seed):
    (shop, known), dice, found = mine, random.Random(seed), []
    for browser, path in walk(app, shop, known, seed):
        for share in (0.3, 0.1):  # many at once, where one may hide another; and a few
            said = [(name, dice.choice(list(HOSTILE.values()))) for name in asked() if dice.random() < share]
            if wrong := trouble(browser, "GET", path, said):
                found.append((wrong, path, [(name, word[:20]) for name, word in said]))
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_form_that_is_filled_with_nonsense(app, mine, seed):
    shop, known = mine
    dice, found, forms = random.Random(seed), [], {}
    for browser, path in walk(app, shop, known, seed):
        answer = ask(browser, "GET", path)
        if answer.mimetype == "text/html":
            for action, fields in Forms(answer.get_data(as_text=True), path).found:
                if not action.endswith("/logout"):  # whoever is out is asked to log in, whatever they send
                    forms[urlsplit(action).path, tuple(sorted({name for name, _ in fields}))] = browser, action, fields
    assert len(forms) > 30
    put_back = app.extensions["plaza.tests"].keep("hostile input")
    for (path, _names), (browser, action, fields) in forms.items():
        for share in (1, 0.2):
            said = [
                (name, dice.choice(list(HOSTILE.values())) if dice.random() < share else kept) for name, kept in fields
            ]
            if wrong := trouble(browser, "POST", action, said):
                found.append((wrong, path, [(name, word[:20]) for name, word in said]))
        put_back()
    assert not found, "\n".join(map(str, found))


def test_a_view_that_trusts_what_it_is_sent_is_heard(shop, monkeypatch):
    monkeypatch.setattr(web, "page_asked", lambda: int(request.values["page"]))
    where = f"/admin/{shop.slug}/journal"
    assert "ValueError" in trouble(shop.admin, "GET", where, [("page", HOSTILE["endless digits"])])
    assert trouble(shop.admin, "GET", where, [("page", "1")]) == ""
