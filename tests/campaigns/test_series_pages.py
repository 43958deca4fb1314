"""The pages of a letter that repeats: its days as one chooses them, what it does now, undo, and what its issues brought."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from campaigns import letter_events, series
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from kernel import jobs, today
from kernel.db import db
from tests.campaigns.letters import addressed, mailing, person
from tests.campaigns.serial import BEFORE, FIRST, NINE, letters, plan, repeating, told
from tests.campaigns.test_mailing_pages import ES, ROOT, read, words

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # the same on both databases
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
TYPED = {"unit": "week", "days": ["0", "3"], "gap": "1", "at": "09:00", "begins": "2026-11-30", "ends": "never"}


@pytest.fixture
def flow():
    """Saturday."""
    with time_machine.travel(BEFORE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def drafted(shop, flow):
    """A letter that is ready to go."""
    addressed()
    person("ana")
    made = mailing()
    db.session.commit()
    return made


def shown(found):
    return " ".join(found.xpath("string(//*[@data-dates-told])").split())


def test_the_next_days_are_told_as_one_chooses_and_nothing_is_kept(drafted, shop):
    page = f"{ROOT}/{drafted.token}"
    found = read(shop.admin.get(page, headers=ES))
    assert "Repetirlo" in words(found)
    ids = found.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert "sáb 28 nov" not in shown(found)  # nine is past today
    assert "sáb 5 dic · sáb 12 dic · sáb 19 dic" in shown(found)
    told_days = read(shop.admin.get(f"{page}/dates", query_string=TYPED, headers=ES))
    assert "lun 30 nov · jue 3 dic · lun 7 dic" in shown(told_days)
    monthly = {**TYPED, "unit": "month", "monthday": "31", "begins": "2027-01-01"}
    told_days = read(shop.admin.get(f"{page}/dates", query_string=monthly, headers=ES))
    assert "dom 31 ene 2027 · dom 28 feb 2027 · mié 31 mar 2027" in shown(told_days)
    assert "ningún día" in shown(read(shop.admin.get(f"{page}/dates", query_string={**TYPED, "days": []}, headers=ES)))
    looked = read(shop.admin.post(f"{page}/repeat", data={**TYPED, "do": "look"}, headers=ES))  # without scripts
    assert "lun 30 nov" in shown(looked)
    assert looked.xpath("//details[@id='repeat']/@open")
    assert series.of(drafted) is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"days": []}, "Elija al menos un día."),
        ({"unit": "month", "monthday": ""}, "Complete este dato."),
        ({"unit": "month", "monthday": "32"}, "31"),
        ({"ends": "day", "until": ""}, "Complete este dato."),
        ({"ends": "times", "most": ""}, "Complete este dato."),
        ({"ends": "day", "until": "2026-11-29"}, "No queda ningún día"),
        ({"gap": "0"}, "12"),
        ({"at": "25:00"}, ""),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(drafted, shop, wrong, said):
    answer = shop.admin.post(f"{ROOT}/{drafted.token}/repeat", data={**TYPED, "asks": "y", **wrong}, headers=ES)
    found = read(answer)
    assert answer.status_code == 422
    assert said in words(found)
    assert found.xpath("//details[@id='repeat']//input[@name='asks']/@checked")
    assert found.xpath("//details[@id='repeat']//input[@name='begins']/@value") == ["2026-11-30"]
    assert series.of(drafted) is None


def test_many_people_are_typed_as_when_it_is_sent(drafted, shop):
    for number in range(30):
        person(f"p{number}")
    db.session.commit()
    page = f"{ROOT}/{drafted.token}"
    assert shop.admin.post(f"{page}/repeat", data=TYPED).status_code == 422
    assert series.of(drafted) is None
    assert shop.admin.post(f"{page}/repeat", data={**TYPED, "people": "31"}).status_code == 303
    assert drafted.state == "repeats"


def test_what_is_not_ready_is_said_and_what_was_typed_stays(drafted, shop):
    drafted.subject = {"es": "{{ nadie }}"}
    db.session.commit()
    answer = shop.admin.post(f"{ROOT}/{drafted.token}/repeat", data=TYPED, headers=ES)
    found = read(answer)
    assert answer.status_code == 422
    assert "nadie" in " ".join(found.xpath("//details[@id='repeat']//*[@data-errors]//text()"))
    assert found.xpath("//details[@id='repeat']//input[@name='days'][@checked]/@value") == ["0", "3"]


def test_it_begins_is_paused_skipped_ended_and_each_is_taken_back(drafted, shop):
    admin, page = shop.staff("marketer"), f"{ROOT}/{drafted.token}"
    assert admin.post(f"{page}/repeat", data=TYPED, headers=ES).status_code == 303
    found = read(admin.get(page, headers=ES))
    assert "Cada lunes y jueves, 9:00" in words(found)
    assert "lun 30 nov" in words(found)
    assert not found.xpath("//form[contains(@action, '/sending')]")
    listed = words(read(admin.get(f"{ROOT}?show=repeats", headers=ES)))
    assert "Cada lunes y jueves, 9:00 · próxima: lun 30 nov" in listed
    row = series.of(drafted)
    admin.post(f"{page}/series/skip", data={"day": FIRST.isoformat()}, headers=ES)
    assert row.next_day == FIRST + 3 * DAY
    undo = read(admin.get(page, headers=ES)).xpath("//form[contains(@action, 'unskip')]")
    assert undo  # in the toast
    assert undo[0].xpath(".//input[@name='day']/@value") == [FIRST.isoformat()]
    admin.post(f"{page}/series/unskip", data={"day": FIRST.isoformat()}, headers=ES)
    assert row.next_day == FIRST
    for verb, state, letter in (("pause", "paused", "repeats"), ("on", "on", "repeats"), ("end", "ended", "draft"),
                                ("on", "on", "repeats")):  # fmt: skip
        assert admin.post(f"{page}/series/{verb}", headers=ES).status_code == 303
        assert (row.state, drafted.state) == (state, letter)
    admin.post(f"{page}/series/on", headers=ES)  # what is on is not turned on: it says so
    assert row.state == "on"
    assert admin.post(f"{page}/bin").status_code == 303
    assert drafted.binned_at is None
    assert admin.post(f"{page}/repeat", data={**TYPED, "days": "4"}).status_code == 303
    assert series.of(drafted).days == "4"
    assert admin.get(f"{page}/edit", headers=ES).status_code == 200
    assert shop.staff("clerk").post(f"{page}/series/pause").status_code in {403, 404}


def test_one_that_asks_waits_on_hoy_for_one_tap(shop, flow):
    row = repeating(shop, plan(asks=True))
    flow.move_to(NINE)
    jobs.run_due()
    shop.enter()
    (first,) = letters(row)
    assert today.named("mailings").number == 1
    page = f"{ROOT}/{first.token}"
    found = read(shop.admin.get(page, headers=ES))
    assert "espera su visto bueno" in words(found)
    assert "N.º 1 · lun 30 nov" in words(found)
    assert shop.admin.post(f"{page}/resume").status_code == 303
    jobs.run_due()
    shop.enter()
    assert db.session.scalar(select(db.func.count()).select_from(Recipient)) == 2


def test_what_holds_a_series_is_told_where_one_looks(shop, flow):
    row = repeating(shop)
    series.letter(row).subject = {"es": "{{ nadie }}"}
    db.session.commit()
    flow.move_to(NINE)
    jobs.run_due()
    shop.enter()
    assert today.named("mailings").number == 1
    page = f"{ROOT}/{series.letter(row).token}"
    assert "nadie" in words(read(shop.admin.get(page, headers=ES)))
    assert "nadie" in words(read(shop.admin.get(f"{ROOT}?show=going", headers=ES)))


def test_the_report_of_a_series_tells_each_issue(shop, flow):
    row = repeating(shop, plan(fresh=True))
    for week in range(2):
        flow.move_to(NINE + week * WEEK)
        jobs.run_due()
        shop.enter()
    first = letters(row)[0]
    first.state = "sent"
    rows = db.session.scalars(select(Recipient)).all()
    for one in rows:
        one.state, one.sent_at = "sent", NINE
    letter_events.add(rows[0], "clicked", dedupe="1", link=1, verdict="human")
    db.session.commit()
    flow.move_to(NINE + 2 * WEEK)
    jobs.run_due()
    shop.enter()
    assert [became for _day, became in told(row)] == ["1", "busy", "nothing"]
    found = read(shop.admin.get(f"{ROOT}/{series.letter(row).token}", headers=ES))
    cells = [" ".join(one.text_content().split()) for one in found.xpath("//section[@data-issues]//tbody//td")]
    assert cells[1] == "Sin edición: no había nada nuevo que contar"
    assert cells[10:14] == ["N.º 1lun 30 nov", "Enviado", "2", "1 50 %"]
    assert db.session.scalar(select(Mailing.state).where(Mailing.id == row.mailing_id)) == "repeats"
