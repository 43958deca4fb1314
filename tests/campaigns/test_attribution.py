"""Which letter an order is put down to, what it brought less what went back, and a report whose numbers add up."""

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from campaigns import aftermath, attribution, bounces, letter_events, links, reports, unsubscribing
from campaigns.attributed import Attributed
from campaigns.bounce_kinds import Bounce
from campaigns.mailings import Mailing
from campaigns.recipients import STATES, Recipient
from kernel import clock
from kernel.db import db
from kernel.money import Money
from shop import cancellations, refunds
from tests.campaigns.letters import had, mailing, person

NUMBERS = itertools.count(1)


def clicked(row, *, hours=1.0, verdict="human", link=1):
    """Somebody followed a link of a letter so many hours ago."""
    at = clock.now() - timedelta(hours=hours)
    letter_events.add(row, "clicked", dedupe=f"{at}{verdict}", at=at, link=link, verdict=verdict, reason="person")


def bought(shop, contact, campaign="", paid=False):
    """An order of somebody, and what is put down to a letter afterwards."""
    order = shop.bought(shop.product(f"Café {next(NUMBERS)}", price=10_000), email=contact.email, paid=paid)
    order.campaign = campaign
    db.session.commit()
    return order


def put_down(order):
    attribution.attribute()
    db.session.commit()
    return db.session.scalar(select(Attributed).where(Attributed.order_id == order.id))


@pytest.fixture
def lucia(shop):
    """Somebody who had a letter a day ago."""
    made = person("lucia")
    made.row = had(made, hours=24, of=mailing(code="cafe"))
    db.session.commit()
    return made


def test_an_order_after_a_click_is_the_letters_once(shop, lucia):
    clicked(lucia.row)
    order = bought(shop, lucia)
    found = put_down(order)
    assert (found.how, found.mailing_id, found.recipient_id) == ("click", lucia.row.mailing_id, lucia.row.id)
    assert found.worth == order.total
    assert attribution.attribute() == 0  # read again, written once
    assert db.session.scalar(select(func.count()).select_from(Attributed)) == 1


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("hours", "verdict", "how"), [
    (24 * 6.9, "human", "click"), (24 * 7.1, "human", None), (1, "unknown", "unknown"), (1, "machine", None), (-1, "human", None)])  # fmt: skip
def test_what_counts_is_a_person_within_seven_days_before(shop, lucia, hours, verdict, how):
    clicked(lucia.row, hours=hours, verdict=verdict)
    found = put_down(bought(shop, lucia))
    assert (found and found.how) == how


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_last_click_of_a_person_wins_over_an_older_and_over_a_doubt(shop, lucia):
    later, doubt = (had(lucia, hours=20, of=mailing(code=code)) for code in ("te", "pan"))
    clicked(lucia.row, hours=5)
    clicked(later, hours=3)
    clicked(doubt, hours=1, verdict="unknown")
    assert put_down(bought(shop, lucia)).recipient_id == later.id


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_letter_handed_on_counts_only_by_the_address_and_says_so(shop, lucia):
    clicked(lucia.row)
    friend = person("friend")
    assert put_down(bought(shop, friend)) is None
    found = put_down(bought(shop, friend, campaign="cafe"))
    assert (found.how, found.mailing_id, found.recipient_id) == ("address", lucia.row.mailing_id, None)
    assert put_down(bought(shop, friend, campaign="otra")) is None
    assert reports.earned(mailing_of(lucia)).by_address == 1


def mailing_of(contact):
    return db.session.get_one(Mailing, contact.row.mailing_id)


def test_what_went_back_is_taken_off(shop, lucia):
    clicked(lucia.row)
    kept, given, gone = (bought(shop, lucia, paid=paid) for paid in (True, True, False))
    attribution.attribute()
    letter = mailing_of(lucia)
    total = kept.total.minor + given.total.minor + gone.total.minor
    assert reports.earned(letter).money == [Money(total, kept.currency)]
    refunds.give(given, amount=Money(2_500, given.currency), key="r1", by=shop.owner)
    cancellations.by_staff(gone, by=shop.owner, reason="x")
    db.session.commit()
    attribution.attribute()
    told = reports.earned(letter)
    assert told.money == [Money(kept.total.minor + given.total.minor - 2_500, kept.currency)]
    assert told.orders == 2


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_order_shows_by_which_way_they_came(shop):
    order = shop.bought(shop.product(), email="ana@example.com")
    order.source, order.campaign = "instagram", "cosecha<b>"
    db.session.commit()
    page = shop.admin.get(f"/admin/{shop.slug}/orders/{order.number}").get_data(as_text=True)
    assert "Cómo llegó: Instagram · cosecha&lt;b&gt;" in page


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_word_in_a_link_is_kept_until_the_order(shop):
    browser, coffee = shop.client, shop.product()
    browser.get(f"/p/{coffee.slug}?utm_source=newsletter&utm_campaign=cafe")
    browser.get(f"/p/{coffee.slug}?utm_campaign=%3Cscript%3E")
    with browser.session_transaction(base_url=f"http://{browser.host}") as session:
        assert session["campaign"][0] == "cafe"
    other = shop.client
    other.get(f"/p/{coffee.slug}?utm_campaign=cafe", headers={"Sec-Purpose": "prefetch"})
    with other.session_transaction(base_url=f"http://{other.host}") as session:
        assert "campaign" not in session


NAMES = ("read", "private", "clicker", "perhaps", "machine", "left", "back", "hard", "soft", "both", "spam", *STATES)
CAME_BACK = {
    "hard": ["soft", "hard"], "soft": ["soft"], "both": ["blocked", "soft"], "spam": ["complaint"], "failed": ["hard"],
}  # fmt: skip


def sent(letter):
    """A recipient for every name, those of a state in it, the others reached."""
    rows = {name: had(person(name), hours=1, of=letter) for name in NAMES}
    for name, row in rows.items():
        row.state = name if name in STATES else "sent"
    links.numbered(letter, ["https://example.org/a", "https://example.org/b"])
    db.session.commit()
    return rows


def happened(rows):
    """What each name says became of their letter."""
    add = letter_events.add
    for name in ("read", "clicker"):
        add(rows[name], "opened", dedupe="1", verdict="human", reason="proxy")
        add(rows[name], "opened", dedupe="2", verdict="unknown", reason="privacy")
    add(rows["private"], "opened", dedupe="1", verdict="unknown", reason="privacy")
    for link in (1, 2):
        clicked(rows["clicker"], link=link, hours=link)
    for name, verdict in (("clicker", "unknown"), ("perhaps", "unknown"), ("machine", "machine")):
        clicked(rows[name], verdict=verdict)
    for name in ("left", "back"):
        unsubscribing.leave(rows[name])
    unsubscribing.stay(rows["back"])
    for name, kinds in CAME_BACK.items():
        for kind in kinds:
            bounces.note(rows[name], Bounce(kind))
    db.session.commit()


def test_a_report_counts_everybody_once_and_lists_whom_it_counts(shop):
    letter = mailing(code="todo", state="sending")
    rows = sent(letter)
    happened(rows)
    found = reports.of(letter)
    wanted = {"hard": 2, "soft": 1, "blocked": 1, "failed": 0, "unknown": 1, "waiting": 4, "skipped": 1, "opened": 2, "private": 1,
              "clicked": 1, "perhaps": 1, "machines": 1, "unsubscribed": 1, "complaints": 1, "answered": 0, "bought": 0}  # fmt: skip
    assert {name: found[name] for name in wanted} == wanted
    assert sum(found[name] for name in reports.WHOLE) == len(rows)
    assert found.keys() == reports.FIGURES.keys()
    for name, count in found.items():
        assert len(db.session.execute(reports.rows(letter, name)).all()) == count, name
    told = [(one.number, one.people, one.perhaps, one.machines) for one in reports.links(letter)]
    assert told == [(1, 1, 2, 1), (2, 1, 0, 0)]
    assert db.session.scalar(select(func.count()).select_from(Recipient)) == len(rows)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_worker_settles_and_puts_down_in_every_shop(rival, shop):
    rival.enter()
    person("nobody")
    db.session.commit()
    shop.enter()
    lucia = person("lucia")
    row = had(lucia, hours=24, of=mailing(code="cafe"))
    clicked(row, hours=1)
    letter_events.of(row)[0].settled = False
    order_id = bought(shop, lucia).id
    aftermath.look()
    shop.enter()
    assert db.session.execute(select(Attributed.how, Attributed.order_id)).all() == [("click", order_id)]
    assert db.session.scalars(select(letter_events.LetterEvent.settled)).all() == [True]
