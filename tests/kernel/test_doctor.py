"""The doctor: a sound install has nothing wrong; each planted fault is found, with what mends it."""

import json
import os
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from kernel import (
    account_letters,
    backup,
    checkups,
    clock,
    doctor,
    files,
    following,
    i18n,
    jobs,
    stopped,
    sweeping,
)
from kernel.db import db
from kernel.settings import Settings
from shop import checkups as shop_checkups
from shop.orders import Order
from tests.kernel.test_dkim import PEM
from tests.matrix import picture_bytes


@pytest.fixture
def known(app):
    """The settings of the install, whose media begin empty."""
    found = app.extensions["plaza.settings"]
    shutil.rmtree(found.instance / "media", ignore_errors=True)
    for name in (backup.LAST, following.LAST):
        (found.instance / name).unlink(missing_ok=True)
    return found


def of(verb, known):
    """(state, what is told) of one question, in English."""
    with i18n.speak("en"):
        return [(one.state, one.told) for one in verb(known)]


def test_a_sound_install_has_nothing_wrong(app, shop, known):
    shop.bought(shop.product(), paid=True)
    db.session.rollback()
    found = doctor.examine(known)
    assert {one.check for one in found if one.state == "wrong"} == set()
    assert {"database", "jobs", "ledger", "media", "backup"} <= {one.check for one in found}
    assert json.loads(doctor.told(found, as_json=True))[0].keys() == {"check", "state", "told", "mend"}
    assert "plaza backup" in doctor.told(found)


def test_a_database_that_does_not_answer_is_told_first(app, known):
    away = {**known.__dict__, "database_url": "postgresql+psycopg://nobody@127.0.0.1:9/none"}
    found = doctor.examine(Settings(**away), "en")
    assert [one.check for one in found if one.state == "wrong"] == ["database"]
    assert doctor.told(found).startswith("WRONG  database: It does not answer")
    assert doctor.told(doctor.examine(Settings(**away), "es")).startswith("MAL    database: No responde")


@pytest.mark.parametrize(
    ("env", "language"),
    [({"LANG": "es_CR.UTF-8"}, "es"), ({"LANG": "en_US.UTF-8"}, "en"), ({"LANG": "en_US", "LC_ALL": "es_MX"}, "es"),
     ({}, "es"), ({"LANG": "C.UTF-8"}, "es"), ({"LC_MESSAGES": "pt_BR", "LANG": "es"}, "en")],
)  # fmt: skip
def test_it_speaks_as_the_machine_does(env, language):
    assert doctor.spoken(env) == language


def test_what_is_wrong_and_what_mends_it_is_told_in_spanish(app, shop, known):
    shop.bought(shop.product())
    db.session.execute(db.update(jobs.Job).values(run_at=clock.now() - timedelta(hours=1)))
    db.session.commit()
    said = doctor.told(doctor.examine(known, "es"))
    assert "trabajos debieron hacerse hace rato.\n       → Ponga en marcha el trabajador: plaza worker" in said
    assert "vea    backup: Todavía no hay ninguna copia.\n       → plaza backup /otro/disco, cada noche." in said
    assert not [word for word in ("There is", "Look at", "should have", "Start ") if word in said]


def test_whoever_kept_moments_hears_when_that_ended(app, known):
    path = known.instance / following.LAST
    path.write_text(json.dumps({"at": clock.now().isoformat()}))
    assert of(checkups.backups_are_fresh, known) == []  # as good as a backup
    path.write_text(json.dumps({"at": (clock.now() - timedelta(minutes=6)).isoformat()}))
    [(state, told)] = of(checkups.backups_are_fresh, known)
    assert state == "care"
    assert told.startswith("No moment was kept since")


def test_sums_that_are_not_the_ledgers(shop, known):
    order = shop.bought(shop.product(), paid=True)
    assert of(shop_checkups.sums_agree, known) == []
    order.received_minor += 1
    db.session.flush()
    [(state, told)] = of(shop_checkups.sums_agree, known)
    assert state == "wrong"
    assert order.number in told


def test_goods_that_are_kept_too_long(shop, known):
    order = shop.bought(shop.product())
    assert of(shop_checkups.holds_end, known) == []
    db.session.execute(db.update(Order).where(Order.id == order.id).values(hold_until=clock.now() - timedelta(hours=1)))
    assert of(shop_checkups.holds_end, known)[0][0] == "wrong"


def test_files_that_are_gone_and_files_that_nobody_names(shop, known):
    row = files.store(picture_bytes(), name="foto.webp")
    db.session.commit()
    path = files.path_of(shop.tenant_id, row.sha256, "8.webp", private=False)
    assert of(checkups.files_are_there, known) == of(checkups.no_file_is_orphaned, known) == []
    path.rename(path.with_name(f"{'0' * 64}.8.webp"))
    assert of(checkups.files_are_there, known)[0][0] == "wrong"
    assert of(checkups.no_file_is_orphaned, known)[0][0] == "care"


def test_work_that_waits_for_a_worker(shop, known):
    shop.bought(shop.product())
    assert of(checkups.work_is_done, known) == []
    db.session.execute(db.update(jobs.Job).values(run_at=clock.now() - timedelta(hours=1)))
    assert of(checkups.work_is_done, known)[0][0] == "wrong"
    db.session.execute(db.update(jobs.Job).values(state="dead"))
    assert of(checkups.work_is_done, known)[0][0] == "care"


def test_work_of_no_shop_that_stopped_is_told_by_name_and_forgotten_when_it_is_old(shop, known):
    account_letters.later("reset", "ana@example.com")
    db.session.execute(db.update(jobs.Job).values(state="dead", error="KeyError: 'x'\n\nTraceback …"))
    [(state, told)] = of(checkups.work_is_done, known)
    assert state == "care"
    assert told == "accounts.reset, of no shop, failed for good (1): KeyError: 'x'"
    assert jobs.count("dead") == 0  # no back office shows it
    sweeping.sweep()
    assert len(of(checkups.work_is_done, known)) == 1
    with clock.at(clock.now() + stopped.KEPT + timedelta(minutes=1)):
        sweeping.sweep()
    assert of(checkups.work_is_done, known) == []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_secret_that_others_can_read(app, known, tmp_path):
    open_one = Settings(**{**known.__dict__, "instance": tmp_path})
    (tmp_path / "secret.key").write_text("x" * 64)
    os.chmod(tmp_path / "secret.key", 0o644)
    [one] = checkups.secret_is_secret(open_one)
    assert (one.state, one.mend) == ("wrong", f"chmod 600 {tmp_path / 'secret.key'}")
    os.chmod(tmp_path / "secret.key", 0o600)
    assert of(checkups.secret_is_secret, open_one) == []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_settings_that_nobody_reads_and_a_relay_that_is_not_there(app, known):
    assert doctor.unknown_words({"PLAZA_SMTP": "x", "PLAZA_URL": "y", "HOME": "z"}) == ["PLAZA_SMTP"]
    deaf = Settings(**{**known.__dict__, "smtp_url": "smtp://127.0.0.1:9"})
    assert of(checkups.relay_answers, deaf)[0][0] == "wrong"
    bare = Settings(**{**known.__dict__, "url": "http://shops.example.com"})
    assert any("https" in told for _state, told in of(checkups.settings_are_known, bare))


def test_a_key_that_signs_letters_is_told_and_a_broken_one_is_wrong(app, known, monkeypatch, tmp_path):
    assert of(checkups.letters_are_signed, known) == []
    for key, state, told in ((PEM, "ok", "plaza._domainkey.plaza.localhost"), (str(tmp_path / "no"), "wrong", "wait")):
        monkeypatch.setitem(app.extensions, "plaza.settings", replace(known, dkim_key=key))
        found = of(checkups.letters_are_signed, known)
        assert [one[0] for one in found] == [state]
        assert told in found[0][1]
        assert "PRIVATE" not in found[0][1]
