"""P28, a point in time: moments are kept while the shop sells, after a kill too, and any of them comes back whole."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import create_engine, select, text

from kernel import atomic, backup, clock, files, following, moments, restore, tenancy
from kernel.chunks import Chunks
from kernel.db import db
from shop.orders import Order
from tests.kernel.backup_writers import sell
from tests.kernel.places import PHRASE, empty, known, restored
from tests.matrix import picture_bytes
from tests.shop.racers import SPAWN
from tests.shop.test_races import carts_with

__all__ = ["empty"]


def begun(app, folder):
    """A folder of moments for that install; the test itself holds no transaction meanwhile."""
    db.session.rollback()
    return moments.begin(app, folder, PHRASE)


def numbers(place, tenant_id):
    with restored(place):
        tenancy.enter(tenant_id)
        return set(db.session.scalars(select(Order.number)))


def heard(line, sold, *, more):
    """Hear what was sold: at least `more` orders, and all that were told by now."""
    wanted = len(sold) + more
    while len(sold) < wanted or line.poll():
        sold.append(line.recv()[1])


def test_any_moment_comes_back_while_others_sell(app, shop, empty, tmp_path):
    shop.transfer()
    secrets = carts_with(shop, shop.product(stock=None), 120)
    line, theirs = SPAWN.Pipe()
    writer = SPAWN.Process(target=sell, args=(theirs, known(app), shop.tenant_id, secrets), daemon=True)
    db.session.rollback()
    writer.start()
    sold, kept = [], []
    place = begun(app, tmp_path / "m")
    for _moment in range(4):
        heard(line, sold, more=2)
        kept.append((len(sold), moments._at(place.record())))  # what was told before it begins belongs to it
    heard(line, sold, more=2)
    line.send("stop")
    while (told := line.recv()) != "end":
        sold.append(told[1])
    writer.join(60)
    before, at = kept[1]
    made = restore.read(tmp_path / "m", PHRASE, empty, at=(at + timedelta(microseconds=1)).isoformat())
    assert datetime.fromisoformat(made["at"]) == at
    there = numbers(empty, shop.tenant_id)
    assert set(sold[:before]) <= there
    assert sold[-1] not in there  # nothing of much later


def test_what_did_not_change_is_neither_read_nor_kept_again(app, shop, tmp_path, monkeypatch):
    shop.bought(shop.product())
    read, folder = [], tmp_path / "m"
    part = moments.Moments._part
    monkeypatch.setattr(moments.Moments, "_part", lambda *told: read.append(told[2]) or part(*told))
    place = begun(app, folder)
    place.record()
    many = len(list((folder / "chunks").rglob("*")))
    read.clear()
    place.record()
    assert read == []
    assert len(list((folder / "chunks").rglob("*"))) == many
    db.session.scalars(select(Order)).one().note = "Toque el timbre"
    db.session.commit()
    place.record()
    assert read == (["order"] if app.extensions["plaza.settings"].database_url.startswith("postgresql") else [])
    assert len(list((folder / "chunks").rglob("*"))) > many


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # SQLite's pages hide no writer
def test_who_began_early_and_commits_late_is_noticed(app, shop, tmp_path):
    first, second = shop.bought(shop.product()), shop.bought(shop.product("Otro"))
    ids, place = (first.id, second.id), begun(app, tmp_path / "m")
    engine = create_engine(known(app).database_url)
    note = text('UPDATE "order" SET note = :note WHERE id = :id')
    with engine.connect() as early, engine.connect() as late:
        for one in (early, late):
            one.execute(text("SELECT set_config('app.scope', 'system', false)"))
        early.execute(note, {"note": "temprano", "id": ids[0]})
        late.execute(note, {"note": "tarde", "id": ids[1]})
        late.commit()
        place.record()
        early.commit()
    engine.dispose()
    read = moments._read(place.record())
    rows = next(table["parts"] for table in read["tables"] if table["name"] == "order")
    lines = b"".join(Chunks(tmp_path / "m" / "chunks").all_of(chunk for chunk, _rows in rows))
    assert b"temprano" in lines
    assert b"tarde" in lines


def test_a_killed_follower_leaves_only_whole_moments(app, shop, empty, tmp_path):
    number = shop.bought(shop.product()).number
    folder, phrase = tmp_path / "m", tmp_path / "phrase"
    phrase.write_text(PHRASE)
    db.session.rollback()
    env = {**os.environ, "PLAZA_INSTANCE": str(known(app).instance), "PLAZA_SECRET_KEY": known(app).secret_key,
           "PLAZA_DATABASE_URL": known(app).database_url}  # fmt: skip
    words = [sys.executable, "-m", "kernel.cli", "backup", str(folder), "--follow", "--passphrase-file", str(phrase)]
    process = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL)
    while process.poll() is None and not moments.told(folder):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    place = begun(app, folder)
    place.record()  # whoever comes next goes on with it
    restore.read(folder, PHRASE, empty)
    assert numbers(empty, shop.tenant_id) == {number}


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # the same on both databases
def test_a_part_that_is_missing_or_changed_restores_nothing(app, shop, empty, tmp_path):
    place = begun(app, tmp_path / "m")
    moment = moments._read(place.record())
    path = Chunks(tmp_path / "m" / "chunks")._path(moment["pages"][0])
    whole = path.read_bytes()
    for broken in (None, whole[:-1], Chunks(tmp_path / "x")._path(place.chunks.put(b"other")).name.encode()):
        path.unlink(missing_ok=True)
        if broken is not None:
            path.write_bytes(broken)
        with pytest.raises(backup.Damaged):
            restore.read(tmp_path / "m", PHRASE, empty)
        assert not empty.instance.exists()
    path.write_bytes(whole)
    with pytest.raises(backup.WrongPassphrase):
        restore.read(tmp_path / "m", "another one", empty)
    for bad, refusal in (("2001-01-01", moments.NothingThen), ("ayer", restore.NoMoment)):
        with pytest.raises(refusal):
            restore.read(tmp_path / "m", PHRASE, empty, at=bad)
    assert restore.read(tmp_path / "m", PHRASE, empty)["rows"] > 0


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_one_follows_and_a_strange_folder_stays_as_it_is(app, shop, tmp_path):
    stop, seen = threading.Event(), threading.Event()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "photo.jpg").write_bytes(b"x")
    with pytest.raises(moments.NotOurs):
        begun(app, tmp_path / "mine")
    told = {"every": 0.01, "stop": stop, "tell": lambda _path: seen.set()}
    follower = threading.Thread(target=following.follow, args=(app, tmp_path / "m", PHRASE), kwargs=told)
    follower.start()
    try:
        assert seen.wait(60)
        with pytest.raises(following.Followed):
            following.follow(app, tmp_path / "m", PHRASE)
    finally:
        stop.set()
        follower.join(60)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_old_moments_are_thinned_and_what_is_left_is_whole(app, shop, tmp_path):
    place, now = begun(app, tmp_path / "m"), clock.now()
    ages = [timedelta(minutes=n) for n in range(0, 60, 20)] + [timedelta(days=3, microseconds=n) for n in range(3)]
    for number, age in enumerate(sorted(ages, reverse=True)):
        with clock.at((now - age).replace(minute=min(30 + number, 59)) if age > moments.ALL_OF else now - age):
            shop.tenant.name = f"Café {number}"
            db.session.commit()
            place.record()
    assert place.thin(now) == 2  # of the three in one hour three days ago
    left = moments.told(tmp_path / "m")
    assert len(left) == len(ages) - 2
    for path in left:
        made = tmp_path / f"{path.name}.backup"
        assert moments.as_backup(tmp_path / "m", made, moments._at(path)) == moments._at(path)


def test_a_moment_that_could_not_be_written_is_not_counted_on(app, shop, tmp_path, monkeypatch):
    place, old = begun(app, tmp_path / "m"), clock.now() - timedelta(days=3)
    for seconds in range(2):
        with clock.at(old.replace(minute=0, second=seconds)):
            place.record()
    number = shop.bought(shop.product()).number
    files.store(picture_bytes(), name="foto.webp")
    db.session.commit()
    write = atomic.write

    def full(path, data, **how):
        if path.parent.name == "moments":
            raise OSError(28, "No space left on device")
        write(path, data, **how)

    with monkeypatch.context() as disk:
        disk.setattr(atomic, "write", full)
        with pytest.raises(OSError, match="No space"):
            place.record()
    assert place.thin(clock.now()) == 1  # and with it what no moment names
    path = place.record()
    moments.as_backup(tmp_path / "m", tmp_path / "one.backup")
    assert number.encode() in b"".join(place.chunks.get(name) for name in moments._chunks(moments._read(path)))


def followed(app, folder, until, **told):
    """Follow in a thread until that is so."""
    stop = threading.Event()
    how = {"every": 0.01, "stop": stop, **told}
    follower = threading.Thread(target=following.follow, args=(app, folder, PHRASE), kwargs=how, daemon=True)
    follower.start()
    try:
        end = time.monotonic() + 60
        while not until() and follower.is_alive() and time.monotonic() < end:
            time.sleep(0.02)
        assert follower.is_alive()
        assert until()
    finally:
        stop.set()
        follower.join(60)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # PostgreSQL's own disk is elsewhere
def test_a_full_disk_ends_no_follower(app, shop, tmp_path):
    db.session.rollback()
    begun(app, tmp_path / "m")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    failed, whole = [], moments.Moments.record

    def record(place):
        if len(failed) == 3:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        try:
            return whole(place)
        except (OSError, sqlite3.Error) as error:
            failed.append(type(error))
            raise

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(moments.Moments, "record", record)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))  # no file grows larger: SQLite says the disk is full
        try:
            followed(app, tmp_path / "m", lambda: moments.told(tmp_path / "m"))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert failed == [sqlite3.OperationalError] * 3


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_old_moments_that_cannot_be_thinned_end_no_follower_and_a_failure_thins_none(app, shop, tmp_path, monkeypatch):
    calls, whole = [], moments.Moments.record

    def record(place):
        calls.append("record")
        if calls.count("record") == 2:
            raise OSError("away")
        return whole(place)

    def thin(_place, _now):
        calls.append("thin")
        raise backup.Damaged(what="x.json.gz")

    monkeypatch.setattr(following, "THIN", 1)
    monkeypatch.setattr(moments.Moments, "record", record)
    monkeypatch.setattr(moments.Moments, "thin", thin)
    followed(app, tmp_path / "m", lambda: calls.count("thin") >= 2)
    assert calls[:5] == ["record", "thin", "record", "record", "thin"]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_who_does_not_know_the_passphrase_or_is_another_install_keeps_no_moment_there(app, shop, tmp_path):
    folder = tmp_path / "m"
    begun(app, folder)
    with pytest.raises(backup.WrongPassphrase):
        moments.Moments.open(folder, "cuatro palabras suelta", known(app))
    with pytest.raises(moments.OtherInstall):
        moments.Moments.open(folder, PHRASE, replace(known(app), secret_key="x" * 64))
    (folder / moments.HEADER).write_text("{")
    with pytest.raises(backup.Damaged):
        begun(app, folder)
