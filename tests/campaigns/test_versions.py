"""Earlier versions of a letter: which are kept, looked at, gone back to without a loss; who types does not fill the list."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from campaigns import scheduling, versions, writing
from campaigns.mailings import Mailing
from kernel.db import db
from tests.campaigns.letters import addressed, mailing, person

MORNING = "2026-11-23T15:00:00Z"


class Writer:
    """Somebody who writes letters."""

    def __init__(self, name):
        self.known_as, self.id = name, None


ROSA, LUIS = Writer("Rosa"), Writer("Luis")


def write(letter, words, by=ROSA, **more):
    blocks = [{"id": "a1", "kind": "text", "data": {"text": {"es": f"<p>{words}</p>"}}}]
    writing.keep(letter, subject=letter.subject, preheader={}, blocks=blocks, by=by, **more)


def said(one):
    return one.blocks[0]["data"]["text"]["es"].removeprefix("<p>").removesuffix("</p>")


def kept(letter):
    return [(said(one), one.by) for one in versions.of(letter)]


@pytest.fixture
def letter(shop):
    made = mailing(blocks=[])
    made.subject = {}
    db.session.commit()
    return made


def test_what_rested_or_is_somebody_elses_is_kept_and_typing_is_not(letter):
    with time_machine.travel(MORNING, tick=False) as clock:
        for words in ("u", "un", "uno"):
            write(letter, words)
            clock.shift(timedelta(seconds=5))
        assert kept(letter) == []
        clock.shift(versions.PAUSE)
        write(letter, "dos")
        assert kept(letter) == [("uno", "Rosa")]
        write(letter, "tres", LUIS)
        assert kept(letter) == [("dos", "Rosa"), ("uno", "Rosa")]
        write(letter, "cuatro", LUIS, mark=True)  # the button
        write(letter, "cuatro", LUIS, mark=True)  # again, and nothing new
        assert kept(letter) == [("cuatro", "Luis"), ("dos", "Rosa"), ("uno", "Rosa")]
        assert versions.named(letter, 1).at < versions.named(letter, 2).at


def test_going_back_loses_nothing(letter):
    write(letter, "uno", mark=True)
    write(letter, "dos", mark=True)
    write(letter, "tres")
    number = letter.version
    writing.go_back(letter, versions.named(letter, 1), by=LUIS)
    assert (said(letter), letter.version) == ("uno", number + 1)
    assert kept(letter) == [("tres", "Rosa"), ("dos", "Rosa"), ("uno", "Rosa")]
    writing.go_back(letter, versions.named(letter, 3), by=LUIS)
    assert said(letter) == "tres"


def test_the_oldest_go_and_numbers_stay(letter, monkeypatch):
    monkeypatch.setattr(versions, "MOST", 3)
    for number in range(6):
        write(letter, str(number), mark=True)
    assert [(one.number, said(one)) for one in versions.of(letter)] == [(6, "5"), (5, "4"), (4, "3")]


def test_what_is_about_to_be_sent_is_kept(shop):
    addressed()
    person("ana")
    letter = mailing()
    scheduling.send(letter, by=shop.owner)
    scheduling.recall(letter, by=shop.owner)
    write(letter, "otra", ROSA)
    assert kept(letter) == [("Hola", "")]
    scheduling.send(letter, by=shop.owner)
    assert [words for words, _by in kept(letter)] == ["otra", "Hola"]
    with pytest.raises(writing.NotNow):
        writing.go_back(letter, versions.named(letter, 1), by=ROSA)


def test_they_are_listed_looked_at_and_gone_back_to_in_the_editor(shop):
    letter = mailing(subject={"es": "Antes, {{ first_name }}"})
    token, letter_id = letter.token, letter.id
    write(letter, "lo primero", mark=True)
    write(letter, "lo segundo", mark=True)
    db.session.commit()
    boss, here = shop.admin, f"/admin/cafe/mailings/{token}"
    page = boss.get(f"{here}/edit").get_data(as_text=True)
    assert page.count(f"{here}/versions/") == 3  # what it began with is not Rosa's
    assert "como está ahora" in page
    one = boss.get(f"{here}/versions/2").get_data(as_text=True)
    assert "Volver a esta versión" in one
    assert "Rosa" in one
    assert "<dd>Antes, …</dd>" in one
    frame = one.partition('<iframe src="')[2].partition('"')[0].replace("&amp;", "&")
    assert "lo primero" in shop.client.get(frame).get_data(as_text=True)
    assert "Volver a esta versión" not in boss.get(f"{here}/versions/3").get_data(as_text=True)
    assert boss.get(f"{here}/versions/9").status_code == 404
    assert boss.post(f"{here}/versions/2").headers["Location"].endswith("/edit")
    shop.enter()
    assert said(db.session.get_one(Mailing, letter_id)) == "lo primero"
    assert shop.staff("clerk").post(f"{here}/versions/3").status_code in {403, 404}
    shop.enter()
    assert said(db.session.scalars(select(Mailing).where(Mailing.id == letter_id)).one()) == "lo primero"
