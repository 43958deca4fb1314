"""Files that several write at once: whole, one of them stays, nothing is left beside it."""

import contextlib
import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kernel import atomic, backup, settings

SAME = b"the very same bytes"


@pytest.fixture
def together(monkeypatch):
    """Nobody puts a file in its place before everybody has written theirs."""
    real, meeting = Path.replace, threading.Barrier(4)

    def replace(self, target):
        meeting.wait(timeout=60)
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)


def by_content(path, data):
    """As it was once done: the name beside it says what is written, not who writes."""
    fresh = path.with_name(f".{path.name}.{id(data):x}")
    fresh.write_bytes(data)
    fresh.replace(path)


def everybody(verb, path):
    with ThreadPoolExecutor(4) as people:
        return [one.exception() for one in [people.submit(verb, path, SAME) for _ in range(4)]]


def test_four_who_write_the_same_at_once_all_succeed(tmp_path, together):
    assert everybody(atomic.write, tmp_path / "new" / "file") == [None] * 4
    assert [(one.name, one.read_bytes()) for one in (tmp_path / "new").iterdir()] == [("file", SAME)]


def test_control_a_name_by_content_collides(tmp_path, together):
    assert any(everybody(by_content, tmp_path / "file"))


def test_who_creates_second_finds_what_is_there(tmp_path):
    for data in (b"first", b"second"):
        atomic.create(tmp_path / "secret", data)
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"first"]
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0


def test_what_breaks_leaves_nothing(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        atomic.write(tmp_path / "folder", SAME)
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]


def test_an_install_that_starts_in_two_processes_has_one_secret(tmp_path):
    with ThreadPoolExecutor(8) as people:
        found = set(people.map(lambda _: settings._secret(tmp_path / "secret.key"), range(8)))
    assert len(found) == 1
    assert len(found.pop()) == 64


@pytest.fixture
def no_links(monkeypatch):
    """A stick or a share: no file has two names there."""

    def link(*_told, **_how):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)


def test_where_files_have_one_name_the_first_secret_stays_too(tmp_path, no_links):
    with ThreadPoolExecutor(8) as people:
        list(people.map(lambda word: atomic.create(tmp_path / "secret", word.encode() * 1000), "abcdefgh"))
    first = (tmp_path / "secret").read_bytes()
    assert (len(set(first)), len(first)) == (1, 1000)
    atomic.create(tmp_path / "secret", b"late")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("secret", first)]
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0


def test_where_files_have_one_name_a_backup_is_written_and_never_over_another(tmp_path, no_links, monkeypatch):
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    for data in (b"one", b"two"):
        with contextlib.suppress(backup.NotThere), backup.whole(tmp_path / "x.backup") as stream:
            stream.write(data)
    with pytest.raises(backup.NotThere), backup.whole(tmp_path / "x.backup") as stream:
        stream.write(b"three")
    assert (tmp_path / "x.backup").read_bytes() == b"one"
    with backup.whole(tmp_path / "y.backup"):  # takes what the refused one left
        pass
    assert {one.name for one in tmp_path.iterdir()} == {"x.backup", "y.backup"}


def test_what_else_is_wrong_with_a_link_is_said(tmp_path, monkeypatch):
    def link(*_told):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(OSError, match="Input"):
        atomic.create(tmp_path / "secret", SAME)
    assert list(tmp_path.iterdir()) == []
