"""The pages of two subjects: the second one of a draft, how many people it takes, both halves, the choice by hand."""

import pytest
from lxml import html

from campaigns import letter_events, mailings, subject_tests
from campaigns.recipients import Recipient
from campaigns.subject_tests import Plan
from kernel import clock
from kernel.db import db
from kernel.letters import Letter
from tests.campaigns.letters import addressed, mailing, person
from tests.campaigns.test_mailing_pages import ES, ROOT, read, words

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # the same on both databases
TYPED = {"subject_b": "Otro asunto", "line_b": "", "share": "20", "hours": "4"}


@pytest.fixture
def drafted(shop, monkeypatch):
    """A letter to six, with a house in which six are enough."""
    monkeypatch.setattr(subject_tests, "NEEDED", 6)
    for number in range(6):
        person(f"p{number}")
    addressed()
    made = mailing()
    db.session.commit()
    return made


def test_a_second_subject_is_kept_changed_and_taken_out(drafted, shop):
    admin, page = shop.staff("marketer"), f"{ROOT}/{drafted.token}"
    found = read(admin.get(page, headers=ES))
    assert "Comparar dos asuntos" in words(found)
    assert admin.post(f"{page}/subjects", data=TYPED).status_code == 303
    row = subject_tests.of(drafted)
    assert (row.subject, row.share, row.hours) == ({"es": "Otro asunto"}, 20, 4)
    assert "Otro asunto" in html.tostring(read(admin.get(page, headers=ES)), encoding="unicode")
    wrong = admin.post(f"{page}/subjects", data={**TYPED, "subject_b": "Tercero", "share": "90"}, headers=ES)
    assert wrong.status_code == 422
    assert read(wrong).xpath("//input[@name='subject_b']/@value") == ["Tercero"]
    admin.post(f"{page}/subjects", data={**TYPED, "subject_b": " "})
    assert subject_tests.of(drafted) is None


def test_too_few_people_are_told_how_many_it_takes(drafted, shop, monkeypatch):
    monkeypatch.setattr(subject_tests, "NEEDED", 200)
    found = read(shop.admin.get(f"{ROOT}/{drafted.token}", headers=ES))
    assert "200" in words(found)
    assert not found.xpath("//input[@name='subject_b']")
    subject_tests.write(drafted, Plan({"es": "Otro {{ nadie }}"}, {}))
    db.session.commit()
    told = words(read(shop.admin.get(f"{ROOT}/{drafted.token}", headers=ES)))
    assert "se necesitan 200 personas" in told
    assert "nadie" in told
    admin, page = shop.admin, f"{ROOT}/{drafted.token}"
    admin.post(f"{page}/subjects", data=TYPED, headers=ES)
    assert "así no puede salir" in admin.get(page, headers=ES).get_data(as_text=True)  # said at once, not at the end


@pytest.fixture
def going(drafted):
    """It is on its way: three had one subject, two the other, one waits."""
    subject_tests.write(drafted, Plan({"es": "Otro asunto"}, {}))
    mailings.move(drafted, "schedule")
    mailings.move(drafted, "start")
    drafted.started_at = drafted.gathered_at = clock.now()
    for number, arm in enumerate(("a", "a", "a", "b", "b", "")):
        who = person(f"p{number}")
        row = Recipient(mailing_id=drafted.id, contact_id=who.id, email=who.email, arm=arm)
        row.state, row.sent_at = ("sent", clock.now()) if arm else ("pending", None)
        row.run_at = clock.now() if arm else subject_tests.NEVER
        db.session.add(row)
        db.session.flush()
        if number == 4:
            letter_events.add(row, "clicked", dedupe="1", link=1, verdict="human")
    db.session.commit()
    return drafted


def cells(found, arm):
    return [" ".join(one.text_content().split()) for one in found.xpath(f"//tr[@data-arm='{arm}']/td")]


def test_both_halves_are_told_with_honest_words_and_a_person_may_decide(going, shop):
    page = f"{ROOT}/{going.token}"
    found = read(shop.admin.get(page, headers=ES))
    assert cells(found, "a")[1:] == ["3", "0 0 %", "0 0 %"]
    assert cells(found, "b")[1:] == ["2", "0 0 %", "1 50 %"]
    assert found.xpath("//@data-waiting") == ["1"]
    assert "muy poco" in words(found)
    assert "A la espera del mejor asunto" in words(found)
    assert "por minuto" not in words(found)  # nor how long still: the rest goes when one is chosen
    assert shop.admin.post(f"{page}/winner", data={"arm": "b"}).status_code == 303
    assert (subject_tests.of(going).winner, subject_tests.waiting(going)) == ("b", 0)
    found = read(shop.admin.get(page, headers=ES))
    assert "Elegido por" in words(found)
    assert not found.xpath("//@data-waiting")
    shop.admin.post(f"{page}/winner", data={"arm": "a"})
    assert subject_tests.of(going).winner == "b"


def test_since_when_nothing_leaves_is_said(going, shop):
    page = f"{ROOT}/{going.token}"
    going.away_since = clock.now()
    db.session.commit()
    assert "El servidor de correo no responde" in words(read(shop.admin.get(page, headers=ES)))
    mailings.move(going, "hold")
    going.note = "away"
    db.session.commit()
    told = words(read(shop.admin.get(page, headers=ES)))
    assert "No enviado: el servidor de correo no respondía" in told
    assert read(shop.admin.get(page, headers=ES)).xpath("//*[@data-action='resume']")
    assert "No enviado" in words(read(shop.admin.get(ROOT, headers=ES)))


def test_the_editor_shows_both_subjects_and_the_letter_with_the_one_that_is_looked_at(drafted, shop):
    page = f"{ROOT}/{drafted.token}/edit"
    assert not read(shop.admin.get(page, headers=ES)).xpath("//select[@name='arm']")
    subject_tests.write(drafted, Plan({"es": "Otro para {{ first_name }}"}, {"es": "Otra línea"}))
    db.session.commit()
    for arm, subject in (("", "Café nuevo"), ("b", "Otro para Ana")):
        found = read(shop.admin.get(page, query_string={"arm": arm}, headers=ES))
        assert "Otro para {{ first_name }}" in found.xpath("string(//*[@data-second])")
        assert found.xpath("//input[@name='subject']/@value") == ["Café nuevo"]
        (seen,) = found.xpath("//iframe/@src")
        letter = read(shop.client.get(seen))
        assert letter.xpath("string(//*[@data-subject])") == subject
        shop.admin.post(page, data={"do": "test", "arm": arm, "subject": "Café nuevo"}, headers=ES)
        last = db.session.scalars(db.select(Letter).order_by(Letter.id.desc())).first()
        assert subject in last.data["subject"]
