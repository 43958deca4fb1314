"""Chunks: on the disk before anybody names them; one that lies there broken is not trusted."""

import os
from pathlib import Path

import pytest

from kernel.chunks import Chunks, Missing

DATA = b"a part of a table " * 1000


@pytest.mark.parametrize("spoil", [lambda path, whole: path.write_bytes(whole[: len(whole) // 2]),
                                   lambda path, whole: path.write_bytes(b"?" + whole[1:]),
                                   lambda path, whole: path.write_bytes(b""),
                                   lambda path, _whole: path.unlink()])  # fmt: skip
@pytest.mark.parametrize("same", [True, False])
def test_one_that_is_broken_is_written_anew(tmp_path, spoil, same):
    chunks = Chunks(tmp_path)
    name = chunks.put(DATA)
    path = chunks._path(name)
    spoil(path, path.read_bytes())
    with pytest.raises(Missing):
        chunks.get(name)
    assert (chunks if same else Chunks(tmp_path)).put(DATA) == name
    assert chunks.get(name) == DATA


def test_a_whole_one_is_read_once_and_not_written_again(tmp_path, monkeypatch):
    path = tmp_path / (name := Chunks(tmp_path).put(DATA))[:2] / name
    before, read = path.stat().st_ino, []
    whole = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: read.append(self) or whole(self))
    chunks = Chunks(tmp_path)
    for _ in range(3):
        chunks.put(DATA)
    assert read == [path]
    assert path.stat().st_ino == before


def test_it_is_on_the_disk_before_it_has_its_name_and_its_name_before_it_is_told(tmp_path, monkeypatch):
    done, sync, replace = [], os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda number: done.append(os.fstat(number).st_ino) or sync(number))
    monkeypatch.setattr(Path, "replace", lambda self, target: done.append("named") or replace(self, target))
    chunks = Chunks(tmp_path / "chunks")
    path = chunks._path(chunks.put(DATA))
    inodes = [one.stat().st_ino for one in (path, *list(path.parents)[:3])]
    assert done == [inodes[0], "named", *inodes[1:]]
