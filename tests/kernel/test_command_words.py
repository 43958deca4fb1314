"""The words of the `plaza` command: help that is not cut, and a sentence instead of a traceback when they are wrong."""

from collections.abc import Iterator
from typing import Any

import click
import pytest
from click.testing import CliRunner

from kernel import cli
from kernel.cli import main

ELSEWHERE = {"PLAZA_DATABASE_URL": "postgresql+psycopg://ana:clave-de-ana@127.0.0.1:1/plaza"}


def run(*words: str, **env: str) -> Any:
    return CliRunner().invoke(main, words, env=env)


def groups(word: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, one in word.commands.items():
        if isinstance(one, click.Group):
            yield from groups(one, (*path, name))


@pytest.mark.parametrize("path", [*groups(main)])
def test_what_each_word_does_is_read_whole_in_the_list(path):
    told = run(*path, "--help")
    assert (told.exit_code, "..." in told.output.partition("Commands:")[2]) == (0, False), told.output


@pytest.mark.parametrize("words", [("bench", "--help"), ("bench", "-h"), ("tenant", "new", "-h"), ("import", "--help")])
def test_help_is_never_taken_for_a_name(words):
    told = run(*words)
    assert (told.exit_code, told.output.startswith("Usage:")) == (0, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nothing",), "No such command"),
        (("up", "--port", "70000"), "1<=x<=65535"),
        (("web", "--host", "192.0.2.1"), "192.0.2.1 is no address of this machine"),
        (("bench",), "Missing argument 'NAME'"),
        (("bench", "nothing"), "bookings, checkout, mail"),
        (("bench", "../tests/x"), "bookings, checkout, mail"),
    ],
)
def test_wrong_words_are_told_in_a_sentence(words, sentence):
    told = run(*words)
    assert (told.exit_code, sentence in told.output) == (2, True), told.output


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PLAZA_PROXIES", "uno"),
        ("PLAZA_WEB_PROCESSES", "-1"),
        ("PLAZA_METRICS", "quizás"),
        ("PLAZA_URL", "shops.example.com"),
        ("PLAZA_URL", "https://shops.example.com/tiendas"),
        ("PLAZA_DATABASE_URL", "mysql://ana:secreta@db/plaza"),
        ("PLAZA_MEDIA_URL", "s3://bucket"),
        ("PLAZA_SMTP_URL", "relay.example.com:587"),
    ],
)
@pytest.mark.parametrize("word", ["doctor", "web"])
def test_a_setting_that_cannot_be_stops_before_anything_is_made(word, name, value, tmp_path, monkeypatch):
    monkeypatch.setattr(cli, "_refuse_taken", lambda *_: None)
    told = run(word, **{"PLAZA_INSTANCE": str(tmp_path / "here"), name: value})
    assert (told.exit_code, told.output.startswith(f"{name} ")) == (2, True), told.output
    assert "secreta" not in told.output
    assert not (tmp_path / "here").exists()


def test_a_database_that_is_away_is_told_in_a_sentence_without_its_password(tmp_path):
    told = run("migrate", **ELSEWHERE, PLAZA_INSTANCE=str(tmp_path))
    assert (told.exit_code, told.output.startswith("The database does not answer")) == (1, True), told.output
    assert "plaza doctor" in told.output
    assert "clave-de-ana" not in told.output
