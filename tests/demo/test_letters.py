"""The demo's letters, figures and fitting pages: scheduled or off with what they need, nothing sent, nothing invented."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from campaigns import automations, autopilot, rendering, reports, series
from campaigns.letter_events import LetterEvent
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from campaigns.series import LetterIssue
from crm import contacts, goals, segments
from crm.goals import IndicatorValue
from demo import posted, rules, world
from kernel import clock, jobs, sessions, tenancy
from kernel.app import Plaza
from kernel.db import db
from kernel.tenancy import Tenant
from shop import catalog, pages

SHOPS = {world.slug(shop): shop for shop in world.shops()}


def enter(slug: str) -> Any:
    """The shop of the demo world."""
    tenancy.leave()
    found = db.session.scalar(select(Tenant).where(Tenant.slug == slug))
    assert found is not None
    tenancy.enter(found.id)
    return SHOPS[slug]


@pytest.fixture(params=sorted(SHOPS))
def shop(request: pytest.FixtureRequest, demo_app: Plaza) -> Iterator[Any]:
    with demo_app.app_context():
        yield enter(request.param)
        db.session.remove()
        db.engine.dispose()


def test_dated_letters_wait_for_their_hour(shop: Any) -> None:
    day = clock.today(tenancy.tenant().timezone)
    for told in shop["campaigns"]:
        row = db.session.scalars(select(Mailing).where(Mailing.code == told["code"])).one()
        batches = told.get("trigger") == "hornada-publicada"  # what it needs says so
        assert bool(rendering.problems(row)) is batches, told["code"]
        if "days_from_seed" in told.get("schedule", {}):
            assert (row.kind, row.state, row.note) == ("campaign", "scheduled", "")
            assert row.scheduled_at is not None
            assert abs(row.scheduled_at.date() - day - timedelta(days=told["schedule"]["days_from_seed"])).days <= 1
            assert row.segment_id
    past = select(Mailing.id).where(Mailing.state == "sent")
    assert db.session.scalars(select(Recipient).where(Recipient.mailing_id.not_in(past))).all() == []


def test_two_shops_sent_letters_and_their_reports_tell_what_became_of_them(demo_app: Plaza) -> None:
    with demo_app.app_context():
        for slug, count in (("tres-neblinas", 2), ("hilos-xelantun", 1), ("rutas-guanquira", 0)):
            enter(slug)
            rows = db.session.scalars(select(Mailing).where(Mailing.state == "sent").order_by(Mailing.id)).all()
            assert [row.name for row in rows] == [told["name"]["es"] for told in posted._told().get(slug, ())]
            assert len(rows) == count
            figures = [reports.brief([row.id])[row.id] for row in rows]
            assert all(one["delivered"] > one["opened"] > one["clicked"] > 0 for one in figures), figures
            kinds = select(LetterEvent.kind).where(LetterEvent.kind.in_(("bounced", "unsubscribed")))
            assert db.session.scalars(kinds).all() == (["bounced"] if rows else [])  # who allowed letters still does
            if rows:  # segments know of it
                assert segments.count({"opened": {"letter": [rows[0].token]}}) == figures[0]["opened"]
            todo = [f"campaigns.{step}" for step in ("start", "gather", "conclude")]
            left = select(jobs.Job.name).where(jobs.Job.name.in_(todo), jobs.Job.run_at < clock.now())
            assert db.session.scalars(left).all() == []  # nothing is left to be done for them
        db.session.remove()
        db.engine.dispose()


def test_one_repeats_each_week_and_has_two_issues_behind_it(shop: Any) -> None:
    for told in shop["campaigns"]:
        if "weekday" not in told.get("schedule", {}):
            continue
        row = series.of(db.session.scalars(select(Mailing).where(Mailing.code == told["code"])).one())
        assert row is not None
        assert (row.state, row.made, row.asks, row.hour) == ("on", 2, True, told["schedule"]["at"])
        assert row.next_at is not None
        assert clock.now() < row.next_at
        past = [issue.mailing_id for issue in db.session.scalars(select(LetterIssue).order_by(LetterIssue.day))]
        assert [bool(one) for one in past] == [False, True, True]
        figures = reports.brief([one for one in past if one])
        assert all(one["delivered"] and one["opened"] for one in figures.values())


def test_the_others_are_off_and_say_what_they_need(shop: Any) -> None:
    for told in shop["campaigns"]:
        if told.get("schedule"):
            continue
        row = automations.coded(told["code"])
        assert not row.on
        assert len(automations.steps(row)) == 1
        missing = autopilot.needs(row)
        if row.trigger:
            assert missing == []  # it waits only for somebody who turns it on
        else:
            assert missing
            with pytest.raises(autopilot.NotReady):
                autopilot.turn_on(row, by=None)


def test_no_figure_is_invented(shop: Any) -> None:
    day = clock.today(tenancy.tenant().timezone)
    told = {one["code"]: one for one in shop["indicators"]}
    assert [goal.code for goal in goals.listed()] == list(told)
    assert db.session.scalars(select(IndicatorValue)).all() == []
    units = {"%": "percent", "min": "minutes", "puntos": "points", "casos": "count"}
    for reading in goals.readings(day):
        goal = reading.goal
        assert goal.unit == units[told[goal.code]["unit"]]
        assert goal.direction == {"up": "more", "down": "less"}[told[goal.code]["direction"]]
        assert reading.value is None or goal.measure


def test_home_pages_fit_by_rules_that_can_be_read(shop: Any) -> None:
    home = pages.home()
    assert home is not None
    ruled = [one for block in home.live for one in [block, *block.get("variants", [])] if one.get("audience")]
    for one in ruled:
        assert segments.problems(one["audience"]) == [], one
    said = []
    for one in shop["personalisation"]:
        try:
            rules.read(shop, one["when"])
        except rules.NotSaid:
            continue
        said += [one] if one["slot"] in {"portada", "aviso", "complemento"} else []
    heads = sum(one["slot"] == "portada" for one in said)
    cover = next(block for block in home.live if block["kind"] == "hero")
    assert len(cover["variants"]) == heads > 2
    for block in home.live:
        for variant in block.get("variants", []):
            for slug in variant["data"].get("products", []):
                assert catalog.slugged(slug) is not None, slug
    names = [one["id"] for block in home.live for one in [block, *block.get("variants", [])]]
    assert len(set(names)) == len(names)


def browser(app: Plaza, slug: str, email: str) -> Any:
    """Somebody of the demo, logged in at a shop."""
    contact = contacts.by_email(email)
    assert contact is not None
    cookie = sessions.start("shopper", contact.id, tenancy.current(), epoch=contact.epoch)
    db.session.commit()
    made: Any = app.test_client()
    made.host = f"{slug}.plaza.localhost:8000"
    made.set_cookie("shopper_8000", cookie, domain=f"{slug}.plaza.localhost")
    return made


def test_oscar_sees_the_accessible_outing_first(demo_app: Plaza) -> None:
    with demo_app.app_context():
        shop = enter("rutas-guanquira")
        email = next(one["email"] for one in shop["customers"] if one["name"].startswith("Óscar"))
        html = BeautifulSoup(browser(demo_app, "rutas-guanquira", email).get("/").get_data(as_text=True), "html.parser")
        first = next(one["slug"] for one in shop["products"] if one["sku"] == "RG-005")
        links = [link["href"] for link in html.select("main a[href*='/p/']")]
        assert links[0].endswith(f"/p/{first}")
        assert "Recorridos sin escalones" in html.h1.text  # type: ignore[union-attr]
        stranger: Any = demo_app.test_client()
        stranger.host = "rutas-guanquira.plaza.localhost:8000"
        assert "Recorridos sin escalones" not in stranger.get("/").get_data(as_text=True)
        db.session.remove()
        db.engine.dispose()


def test_the_hour_of_a_dated_letter_is_a_job(demo_app: Plaza) -> None:
    with demo_app.app_context():
        enter("tres-neblinas")
        row = db.session.scalars(select(Mailing).where(Mailing.code == "cosecha")).one()
        assert row.scheduled_at is not None
        mine = list(db.session.scalars(select(jobs.Job).where(jobs.Job.name == "campaigns.start")))
        assert row.scheduled_at in {job.run_at for job in mine}
        db.session.remove()
        db.engine.dispose()
