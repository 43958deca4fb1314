"""Links and pictures of letters: where they lead, what is remembered, what is told of whom, and what is not."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from campaigns import letter_events, links, tracking
from campaigns.letter_events import LetterEvent
from crm import consent, facts
from crm.facts import Fact
from crm.visitors import Visitor
from kernel import buffer, clock
from kernel.db import db
from tests.campaigns.letters import had, mailing, person
from tests.campaigns.test_verdicts import CHROME, GMAIL, SAFARI

PLACE = "http://cafe.plaza.localhost:8000/p/cafe-uno?utm_campaign=novedades"
AWAY = "https://example.org/receta?x=1&y=2"


@pytest.fixture
def letter(shop):
    """A letter that Lucía, who allows to be remembered, has had for an hour; with three links."""
    lucia, sent = person("lucia"), mailing()
    consent.record(lucia, "behaviour", True, form="account")
    row = had(lucia, hours=1, of=sent)
    links.numbered(sent, [PLACE, AWAY, "https://example.org/otra"])
    db.session.commit()
    return row


def ask(shop, path, agent=CHROME, **headers):
    """Somebody asks, and a second later the buffer writes."""
    answer = shop.client.get(path, headers={"User-Agent": agent, **headers})
    buffer.flush(shop.app)
    db.session.expire_all()
    return answer


def settle(seconds=90):
    """Time passes and the events are looked at together."""
    for event in db.session.scalars(select(LetterEvent).where(~LetterEvent.settled)):
        event.at -= timedelta(seconds=seconds)
    db.session.flush()
    tracking.settle()
    db.session.commit()


def told(kind):
    return [fact.contact_id for fact in db.session.scalars(select(Fact).where(Fact.kind == kind))]


def test_a_link_leads_where_the_letter_says_and_nowhere_else(shop, letter):
    for number, goal in ((1, PLACE), (2, AWAY)):
        answer = ask(shop, f"/l/{letter.token}-{number}")
        assert (answer.status_code, answer.headers["Location"]) == (302, goal)
        assert not answer.headers.getlist("Set-Cookie")
    assert not db.session.scalars(select(Visitor)).all()  # letters are handed on: nobody becomes anybody by a click
    events = letter_events.of(letter, "clicked")
    assert [(one.link, one.verdict, one.family, one.network) for one in events] == [
        (1, "human", "chrome", "127.0.0.0/24"), (2, "human", "chrome", "127.0.0.0/24"),
    ]  # fmt: skip


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["x", "-1", "{t}", "{t}-", "{t}-4", "{t}-99999999", "{t}-1?to=https://evil.example", "{t}-1x",
                                  "https:%2f%2fevil.example", "{t}-%2f", "AAAAAAAAAAAAAAAAAAAAAA-1", "{t}-١", "%00-1"])  # fmt: skip
def test_no_address_of_ours_leads_to_one_that_no_letter_holds(shop, letter, name):
    answer = ask(shop, f"/l/{name.format(t=letter.token)}")
    if name.startswith("{t}-1?"):
        assert answer.headers["Location"] == PLACE
        return
    assert answer.status_code == 404
    assert "Location" not in answer.headers
    assert not letter_events.of(letter)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_who_only_asks_whether_it_is_there_counts_for_nothing(shop, letter):
    for path in (f"/l/{letter.token}-1", f"/o/{letter.token}.gif"):
        assert shop.client.head(path, headers={"User-Agent": CHROME}).status_code in {200, 302}
    buffer.flush(shop.app)
    assert not letter_events.of(letter)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_picture_is_a_clear_point_that_nobody_keeps(shop, letter):
    answer = ask(shop, f"/o/{letter.token}.gif", agent=GMAIL)
    assert (answer.mimetype, len(answer.data) < 60) == ("image/gif", True)
    assert answer.headers["Cache-Control"] == "private, no-store"
    [event] = letter_events.of(letter)
    assert (event.kind, event.verdict, event.reason, event.family) == ("opened", "human", "proxy", "gmail")
    assert ask(shop, "/o/nobody.gif").status_code == 404


def test_what_a_person_did_is_told_once_and_where_from_is_forgotten(shop, letter):
    for _time in range(2):
        ask(shop, f"/l/{letter.token}-1")
        ask(shop, f"/o/{letter.token}.gif", agent=GMAIL)
    tracking.settle()
    assert told("clicked") == []  # what else came with it may still be on its way
    settle()
    assert told("clicked") == told("opened") == [letter.contact_id]
    [fact] = db.session.scalars(select(Fact).where(Fact.kind == "clicked"))
    assert (fact.about_kind, fact.about_id, fact.source, fact.data) == (
        "mailing", letter.mailing_id, "letter/novedades", {"link": 1},
    )  # fmt: skip
    assert {event.network for event in letter_events.of(letter)} == {""}
    assert {"opened", "clicked"} <= facts.BEHAVIOUR


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("agent", "allowed"), [(CHROME, None), (CHROME, False), ("curl/8.5.0", True), ("Mozilla/5.0", True)]
)
def test_nothing_is_told_of_who_did_not_allow_it_nor_of_machines(shop, letter, agent, allowed):
    mute = person("mute")
    other = had(mute, hours=1, of=mailing())
    if allowed is not None:
        consent.record(mute, "behaviour", allowed, form="account")
    db.session.commit()
    ask(shop, f"/o/{other.token}.gif", agent=agent)
    settle()
    assert letter_events.of(other)
    assert told("opened") == []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_machine_that_follows_everything_is_found_out_afterwards(shop, letter):
    for number in (1, 2, 3):
        ask(shop, f"/l/{letter.token}-{number}")
    moment = clock.now()
    for event in letter_events.of(letter):
        event.at = moment
    db.session.commit()
    settle()
    assert {(event.verdict, event.reason) for event in letter_events.of(letter)} == {("machine", "burst")}
    assert told("clicked") == []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_link_that_nobody_sees_leads_home_and_gives_a_machine_away(shop, letter):
    assert ask(shop, f"/l/{letter.token}-0", agent=SAFARI).headers["Location"] == "/"
    ask(shop, f"/l/{letter.token}-2", agent=SAFARI)
    ask(shop, f"/l/{letter.token}-2", agent=CHROME)
    moment = clock.now()
    for event in letter_events.of(letter):
        event.at = moment
    db.session.commit()
    settle()
    assert [event.verdict for event in letter_events.of(letter)] == ["machine", "machine", "human"]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_who_asks_before_the_letter_has_left_is_a_machine(shop, letter):
    letter.state, letter.sent_at = "pending", None
    db.session.commit()
    ask(shop, f"/l/{letter.token}-1")
    assert [(event.verdict, event.reason) for event in letter_events.of(letter)] == [("machine", "early")]
