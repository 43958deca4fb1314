"""Backups prove themselves by a restore: under writes, after a kill, damaged, into a place that is not empty."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from contextlib import closing
from dataclasses import replace
from urllib.parse import quote

import pytest
from sqlalchemy import func, make_url, select, text

from kernel import backup, doctor, files, letter_sending, letters, migrations, restore, tenancy
from kernel.db import db
from kernel.journal import Entry
from kernel.letters import Letter
from kernel.settings import complete
from shop import ledger, payments
from shop.orders import Order
from tests.kernel.backup_writers import sell
from tests.kernel.places import PHRASE, bring, empty, known, restored
from tests.matrix import picture_bytes
from tests.shop.racers import SPAWN
from tests.shop.test_races import carts_with

CHANGED = {"letter", "journal"}  # what a restore itself writes
__all__ = ["empty"]


def sums(manifest):
    return {table["name"]: (table["rows"], table["sha256"]) for table in manifest["tables"]}


def keep_database(app):
    """The media folder of the tests' instance begins empty."""
    shutil.rmtree(known(app).instance / "media", ignore_errors=True)


def test_what_was_sold_before_the_backup_began_is_there_after_it(app, shop, empty, tmp_path):
    keep_database(app)
    vase = shop.product(stock=None)
    shop.transfer()
    sha = files.store(picture_bytes(), name="foto.webp", private=True).sha256
    db.session.commit()
    secrets = carts_with(shop, vase, 150)
    line, theirs = SPAWN.Pipe()
    writer = SPAWN.Process(target=sell, args=(theirs, known(app), shop.tenant_id, secrets), daemon=True)
    db.session.rollback()
    writer.start()
    before, after = [line.recv() for _ in range(20)], []
    made = backup.write(app, tmp_path / "one.backup", PHRASE)
    line.send("stop")
    while (told := line.recv()) != "end":
        after.append(told)
    writer.join(60)
    assert {answer[0] for answer in before} == {"done"}
    assert len(after) > 0  # others went on selling
    got = bring(empty, tmp_path / "one.backup")
    assert got["media"] == len(made["media"]) > 0
    with restored(empty) as again:
        tenancy.enter(shop.tenant_id)
        numbers = set(db.session.scalars(select(Order.number)))
        assert {number for _done, number in before} <= numbers
        assert len(numbers) == sums(made)["order"][0]
        assert files.path_of(shop.tenant_id, sha, "8.webp", private=True).exists()
        db.session.rollback()
        assert migrations.differences(again) == []
        second = backup.write(again, tmp_path / "two.backup", PHRASE)
    one, two = sums(made), sums(second)
    assert {name for name in one if one[name] != two[name]} <= CHANGED
    assert one["letter"][0] == two["letter"][0]


def test_what_was_uploaded_may_lie_in_a_folder_of_its_own(app, shop, empty, tmp_path):
    keep_database(app)
    sha = files.store(picture_bytes(), name="foto.webp", private=True).sha256
    db.session.commit()
    made = backup.write(app, tmp_path / "b", PHRASE)
    disk = tmp_path / "otro disco"
    place = replace(empty, media_url=f"file://{quote(str(disk))}")
    (disk / restore.PART).mkdir(parents=True)  # an empty disk, but for a restore that was killed
    assert bring(place, tmp_path / "b")["media"] == len(made["media"]) > 0
    assert not place.instance.joinpath("media").exists()
    with restored(place) as again:
        tenancy.enter(shop.tenant_id)
        assert files.path_of(shop.tenant_id, sha, "8.webp", private=True).is_relative_to(disk / "private")
        assert files.path_of(shop.tenant_id, sha, "8.webp", private=True).exists()
        assert [one.state for one in doctor.examine(complete(place)) if one.check == "media"] == ["ok"]
        db.session.rollback()
        assert backup.write(again, tmp_path / "c", PHRASE)["media"] == made["media"]
    with pytest.raises(restore.NotEmpty, match="otro disco"):
        bring(replace(place, instance=tmp_path / "third", database_url=""), tmp_path / "b")


def test_a_restored_shop_sells_on_and_its_walls_stand(app, shop, rival, empty, tmp_path):
    shop.enter()
    order = shop.bought(shop.product(stock=5), paid=True)
    number, entries = order.number, len(ledger.of(order))
    rival.enter()
    rival.bought(rival.product())
    backup.write(app, tmp_path / "b", PHRASE)
    bring(empty, tmp_path / "b")
    shop.enter()
    with restored(empty) as again:
        shop.app = again
        tenancy.enter(shop.tenant_id)
        assert db.session.scalar(select(func.count(Order.id))) == 1  # nothing of the neighbour
        found = db.session.scalars(select(Order)).one()
        assert (found.number, found.payment, len(ledger.of(found))) == (number, "paid", entries)
        fresh = shop.bought(shop.product("Otro"), email="nueva@example.com")
        assert fresh.number != number
        payments.settle(payments.current(fresh), key="k")
        db.session.commit()
        with pytest.raises(Exception, match="append-only"):
            db.session.execute(text("UPDATE ledger_entry SET amount_minor = 1"), execution_options={"own_sql": True})
        db.session.rollback()


def test_no_letter_of_before_leaves_by_itself(app, shop, empty, tmp_path):
    shop.bought(shop.product())
    waiting = db.session.scalar(select(func.count(Letter.id)).where(Letter.state == "pending"))
    backup.write(app, tmp_path / "b", PHRASE)
    got = bring(empty, tmp_path / "b")
    assert got["held"]["letters"] == waiting > 0
    with restored(empty):
        tenancy.enter(shop.tenant_id)
        assert set(db.session.scalars(select(Letter.state))) == {"held"}
        assert letter_sending.claim(10) == []
        assert "install.restored" in set(db.session.scalars(select(Entry.verb)))
        row = db.session.scalars(select(Letter)).first()
        letters.again(row)  # a person says so
        db.session.commit()
        assert row.state == "pending"


def test_a_place_that_is_not_empty_stays_as_it_is(app, shop, empty, tmp_path):
    backup.write(app, tmp_path / "b", PHRASE)
    with pytest.raises(backup.NotThere):
        backup.write(app, tmp_path / "b", PHRASE)
    empty.instance.mkdir()
    (empty.instance / "secret.key").write_text("mine")
    with pytest.raises(restore.NotEmpty):
        bring(empty, tmp_path / "b")
    assert [path.name for path in empty.instance.iterdir()] == ["secret.key"]
    (empty.instance / "secret.key").unlink()
    if empty.database_url:
        bring(empty, tmp_path / "b")
        shutil.rmtree(empty.instance)
        with pytest.raises(restore.NotEmpty):
            bring(empty, tmp_path / "b")


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # the same on both databases
def test_nothing_is_touched_by_a_damaged_backup_or_a_wrong_passphrase(app, shop, empty, tmp_path):
    whole = tmp_path / "b"
    backup.write(app, whole, PHRASE)
    with pytest.raises(backup.WrongPassphrase):
        restore.read(whole, "another one", empty)
    half, changed = tmp_path / "half", tmp_path / "changed"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with zipfile.ZipFile(whole) as box, zipfile.ZipFile(changed, "w") as other:
        for name in box.namelist():
            data = box.read(name)
            other.writestr(name, data.replace(b"cafe", b"casa") if name == "tables/tenant.jsonl" else data)
    for bad in (half, changed, tmp_path / "absent"):
        with pytest.raises(backup.Damaged):
            restore.read(bad, PHRASE, empty)
    with pytest.raises(restore.OneMoment):
        restore.read(whole, PHRASE, empty, at="2026-11-26T14:30")
    assert not empty.instance.exists()
    assert PHRASE.encode() not in whole.read_bytes()
    assert known(app).secret_key.encode() not in whole.read_bytes()
    with pytest.raises(backup.ShortPassphrase):
        backup.write(app, tmp_path / "c", "corta")


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # the same on both databases
def test_a_kill_leaves_no_half_file(app, shop, tmp_path):
    folder, phrase = tmp_path / "to", tmp_path / "phrase"
    folder.mkdir()
    phrase.write_text(PHRASE)
    media = known(app).instance / "media" / "public" / "9"
    media.mkdir(parents=True)
    for place in range(40):
        (media / f"{place}.bin").write_bytes(os.urandom(512 * 1024))
    env = {**os.environ, "PLAZA_INSTANCE": str(known(app).instance), "PLAZA_SECRET_KEY": known(app).secret_key}
    words = [sys.executable, "-m", "kernel.cli", "backup", str(folder / "b"), "--passphrase-file", str(phrase)]
    try:
        for _again in range(5):  # whoever looks may be kept from it by a busy machine until all is written
            process = subprocess.Popen(words, env=env)
            while process.poll() is None and not _writes(process.pid, folder):
                time.sleep(0.002)
            process.send_signal(signal.SIGKILL)
            if process.wait() == -signal.SIGKILL:
                break
            (folder / "b").unlink()
        assert process.returncode == -signal.SIGKILL, "it was over before the kill"
        assert list(folder.iterdir()) == []
        assert subprocess.run(words, env=env, check=True, capture_output=True).stdout
        assert [path.name for path in folder.iterdir()] == ["b"]
    finally:
        shutil.rmtree(media)


def _writes(pid, folder):
    """Whether that process has written some of its nameless file."""
    for number in (f"/proc/{pid}/fd/{name}" for name in os.listdir(f"/proc/{pid}/fd")):
        try:
            if os.readlink(number).startswith(str(folder)) and os.stat(number).st_size > 1_000_000:
                return True
        except OSError:
            continue
    return False


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # the same on both databases
def test_a_plain_copy_of_the_file_loses_what_was_sold(app, shop, tmp_path):
    """The negative control: what a backup must not be."""
    path = make_url(known(app).database_url).database
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute('SELECT count(*) FROM "order"').fetchone()  # somebody reads, as always
        number = shop.bought(shop.product()).number
        subprocess.run(["cp", path, tmp_path / "copy.db"], check=True)  # a file closed here would take our locks off
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert (number,) not in copy.execute('SELECT number FROM "order"').fetchall()
