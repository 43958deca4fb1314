"""No more letters because they said so: written down by the shop with who and when, taken back only at once."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from crm import consent, contacts, facts, withdrawals
from kernel import clock, journal
from kernel.db import db


@pytest.fixture
def ana(shop):
    ana = contacts.known(email="ana@example.com", name="Ana")
    consent.record(ana, "marketing", True, form="checkout")
    db.session.commit()
    return ana


def panel(shop, who):
    """What the page says of what they allow."""
    page = BeautifulSoup(shop.admin.get(f"/admin/cafe/people/{who.token}").text, "html.parser")
    return page.select_one(".consents")


def test_the_shop_writes_down_that_somebody_wants_no_more_letters(shop, ana):
    assert panel(shop, ana).select_one("[data-action=withdraw]")
    clerk = shop.staff("clerk")
    assert clerk.post(f"/admin/cafe/people/{ana.token}/withdrawal").status_code == 303
    assert not consent.allows(ana, "marketing")
    assert (facts.of_contact(ana)[0].kind, facts.of_contact(ana)[0].data["given"]) == ("allowed", False)
    said = " ".join(panel(shop, ana).get_text(" ").split())
    assert "en la tienda, de palabra" in said
    assert "texto de" not in said.partition("Respuestas anteriores")[0]
    assert not panel(shop, ana).select_one("[data-action=withdraw]")
    assert "person.withdrawn" in [entry.verb for entry in journal.of(ana)]


def test_a_slip_of_the_hand_is_taken_back(shop, ana):
    shop.admin.post(f"/admin/cafe/people/{ana.token}/withdrawal")
    shop.admin.post(f"/admin/cafe/people/{ana.token}/withdrawal/undo")
    assert consent.allows(ana, "marketing")
    assert [row.form for row in consent.answers(ana, "marketing", 9)] == ["staff-undo", "staff", "checkout"]


@pytest.mark.parametrize("why", ["late", "answered", "never"])
def test_nobody_says_yes_in_their_place(shop, ana, why):
    if why != "never":
        withdrawals.take(ana, by=None)
    if why == "answered":
        consent.record(ana, "marketing", False, form="letter")
    with clock.at(clock.now() + timedelta(hours=2 if why == "late" else 0)), pytest.raises(withdrawals.TooLate):
        withdrawals.undo(ana, by=None)


def test_who_allowed_none_is_not_asked_to_lose_them(shop):
    eva = contacts.known(email="eva@example.com", name="Eva")
    db.session.commit()
    assert not withdrawals.take(eva, by=None)
    assert consent.newest(eva, "marketing") is None
