"""Uploads: decoded, stripped, made anew, kept under our own names; private ones only through a permission."""

import io
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageFile
from sqlalchemy.exc import IntegrityError

from kernel import clock, files, pictures, sweeping, tenancy
from kernel.db import db
from kernel.files import NotAcceptable, NotAPicture, TooBig
from kernel.refusal import Missing
from tests.kernel import hostile


def everything(shop):
    """All that lies below media/, by path."""
    root = shop.app.extensions["plaza.settings"].instance / "media"
    return {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["half.png", "text.png"])
def test_bad_pictures_are_refused_also_where_the_process_was_told_to_bear_them(app, monkeypatch, name):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(NotAPicture):
        files.make(hostile.REFUSED[name]())


@pytest.mark.parametrize("name", hostile.REFUSED)
def test_what_is_no_picture_is_refused(app, name):
    data = hostile.REFUSED[name]()
    with pytest.raises(NotAPicture):
        files.make(data)
    if name != "paper.png":
        with pytest.raises(NotAcceptable):
            files.make(data, kinds=("picture", "pdf"))


@pytest.mark.parametrize("name", hostile.CLEANED)
def test_what_is_a_picture_comes_out_as_nothing_but_one(app, name):
    made = files.make(hostile.CLEANED[name]())
    for part in made.parts.values():
        drawn = Image.open(io.BytesIO(part))
        assert drawn.format == "WEBP"
        assert not drawn.getexif()
        assert getattr(drawn, "n_frames", 1) == 1
        assert not any(word in part for word in (b"<script", b"PK\x03\x04", b"evil.sh", b"AAAAAAAA", b"EXIF", b"GPS"))


MEASURE = """
import resource, sys
from tests.kernel import hostile
from kernel import pictures
maker = {**hostile.REFUSED, **hostile.CLEANED}[sys.argv[1]]
data = maker()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    pictures.webps(data, (320, 640, 960, 1600))
except pictures.Unreadable:
    pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("name", ["bomb.png", "frames.gif", "large.png", "laughs.svg", "place.jpg"])
def test_nothing_takes_much_memory(name):
    """In a process of its own; 200 MB above what making the file itself took."""
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, name], capture_output=True, text=True, check=True, cwd=os.getcwd()
    )
    unit = 1024 if sys.platform == "darwin" else 1
    assert int(ran.stdout) // unit < 200 * 1024


def test_a_phones_photo_loses_its_place_and_stands_upright(app):
    data = hostile.photo_with_place()
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(hostile.GPS)  # it was there
    made = files.make(data)
    assert (made.width, made.height) == (1200, 1800)
    assert sorted(made.parts, key=lambda name: int(name[:-5])) == ["320.webp", "640.webp", "960.webp", "1200.webp"]
    assert made.tint.startswith("#")


def test_four_widths_and_none_above_its_own(shop):
    row = files.store(hostile.picture(size=(2400, 600)))
    assert row.widths == [320, 640, 960, 1600]
    assert [Image.open(io.BytesIO(files.read(row, width))).width for width in row.widths] == row.widths
    small = files.store(hostile.picture(size=(100, 50)))
    assert small.widths == [100]
    assert files.srcset(row).count("w,") == 3
    assert f"{row.sha256}.1600.webp 1600w" in files.srcset(row)


def test_what_its_row_names_is_on_disk_before_the_row_is_written(shop, monkeypatch):
    done, sync, replace, kept = [], os.fsync, Path.replace, files.db.session.begin_nested
    monkeypatch.setattr(os, "fsync", lambda number: done.append(os.fstat(number).st_ino) or sync(number))
    monkeypatch.setattr(Path, "replace", lambda self, to: done.append(to.name) or replace(self, to))
    monkeypatch.setattr(files.db.session, "begin_nested", lambda: done.append("row") or kept())
    row = files.store(hostile.picture(size=(700, 600)))
    paths = [files.path_of(shop.tenant_id, row.sha256, f"{width}.webp", private=False) for width in row.widths]
    assert len(paths) == 3
    before = done[: done.index("row")]
    named = max(before.index(path.name) for path in paths)
    for path in paths:
        assert path.stat().st_ino in before[: before.index(path.name)]
    for folder in list(paths[0].parents)[:3]:  # new ones, the shop's own among them: each once, when all lie there
        assert before.index(folder.stat().st_ino) > named
        assert before.count(folder.stat().st_ino) == 1


@pytest.mark.parametrize("name", hostile.NAMES)
def test_nothing_is_kept_under_a_name_that_somebody_gave(shop, name):
    row = files.store(hostile.picture(size=(90, 70)), name=name, private=True)
    db.session.commit()
    for path in everything(shop):
        assert path == f"private/{shop.tenant_id}/{row.sha256[:2]}/{row.sha256}.90.webp"
    assert len(row.name) <= 120
    assert not any(sign in row.name for sign in "/\\\0\r\n\u202e")


def test_a_file_may_not_be_too_big(app):
    with pytest.raises(TooBig) as refused:
        files.make(b"x" * (files.LIMIT + 1))
    assert refused.value.status == 413


def test_the_same_content_is_one_file_in_each_shop(rival, shop):
    data = hostile.picture()
    first, again = files.store(data), files.store(data)
    secret = files.store(data, private=True)
    assert first.id == again.id != secret.id
    sha, token = first.sha256, secret.token
    db.session.commit()
    rival.enter()
    assert files.by_sha(sha) is None
    assert files.store(data, private=True).token != token
    with pytest.raises(Missing):
        files.by_token(token)


def test_a_private_file_has_no_public_address(shop):
    row = files.store(hostile.picture(), private=True)
    db.session.commit()
    for path in (f"/media/cafe/{row.sha256}.80.webp", f"/media/cafe/..%2fprivate%2f{row.sha256}.80.webp"):
        assert shop.client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["..%2f..%2fetc%2fpasswd", "%252e%252e/x", "..\\..\\x", "%00.320.webp", "/etc/passwd", "a" * 64 + ".99999999.webp"],
)
def test_no_path_leads_out_of_the_media_folder(shop, path):
    assert shop.client.get(f"/media/cafe/{path}").status_code in {308, 404}


def test_a_public_picture_is_served_as_what_it_is(shop):
    row = files.store(hostile.picture())
    db.session.commit()
    answer = shop.client.get(files.url(row))
    answer.close()
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_reference_to_another_shops_file_is_refused_by_the_database(rival, shop):
    rival.enter()
    foreign = files.store(hostile.picture()).id
    db.session.commit()
    shop.enter()
    with pytest.raises(IntegrityError):
        shop.category(picture_id=foreign)
    db.session.rollback()


def test_parts_without_a_row_are_swept_after_a_day(shop):
    kept = files.store(hostile.picture())
    sha = kept.sha256
    db.session.commit()
    lost = files.store(hostile.picture(size=(50, 50)))
    lost_sha = lost.sha256
    db.session.rollback()  # its parts stay on disk
    assert len(everything(shop)) == 2
    tenancy.leave()
    assert sweeping.sweep_disk() == 0  # it may still be written
    old = (clock.now() - timedelta(days=2)).timestamp()
    for path in everything(shop).values():
        os.utime(path, (old, old))
    assert sweeping.sweep_disk() == 1
    shop.enter()
    assert [sha in path for path in everything(shop)] == [True]
    assert lost_sha != sha


def test_only_a_few_formats_are_tried():
    assert set(pictures.FORMATS) == {"JPEG", "PNG", "WEBP", "GIF"}
