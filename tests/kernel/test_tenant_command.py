"""`plaza tenant new`: a shop from the command line that sells at once, and a sentence when it cannot be."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from click.testing import CliRunner

from kernel import cli
from tests import databases

WORDS = ["tenant", "new", "Panadería La Espiga", "--email", "ana@example.com"]


@pytest.fixture
def run(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command on an install whose database is as it would make it."""
    databases.build(tmp_path)
    monkeypatch.setenv("PLAZA_INSTANCE", str(tmp_path))
    monkeypatch.setenv("PLAZA_URL", "http://plaza.localhost:8000")
    return lambda *words, name=WORDS[2]: CliRunner().invoke(cli.main, [*WORDS[:2], name, *WORDS[3:], *words])


def test_a_shop_is_opened_with_its_owner(run: Any, tmp_path: Any) -> None:
    done = run("--country", "hn", "--phone", "9123-4567", "--password", "tres gallinas azules")
    assert done.exit_code == 0, done.output
    assert done.output.strip() == "http://panaderia-la-espiga.plaza.localhost:8000"
    with closing(sqlite3.connect(tmp_path / "plaza.db")) as kept:
        assert kept.execute("SELECT currency, phone, live_at IS NOT NULL FROM tenant").fetchall() == [
            ("HNL", "+50491234567", 1)
        ]
        assert kept.execute("SELECT role FROM membership").fetchall() == [("owner",)]
    again = run("--country", "HN", "--email", " Ana@Example.com ", "--password", "tres gallinas azules")
    assert again.output.strip() == "http://panaderia-la-espiga-2.plaza.localhost:8000"
    with closing(sqlite3.connect(tmp_path / "plaza.db")) as kept:
        assert kept.execute("SELECT email FROM account").fetchall() == [("ana@example.com",)]


@pytest.mark.parametrize("name", ["", "   ", "x", " x ", "Ñ" * 121])
def test_a_name_that_no_shop_can_have_is_told_before_anything_is_asked_of_the_database(run: Any, name: str) -> None:
    done = run("--country", "HN", "--password", "tres gallinas azules", name=name)
    assert done.exit_code == 1
    assert "2 to 120" in done.output


@pytest.mark.parametrize("name", ["La", "Ñ" * 120, "  La Espiga  "])
def test_a_name_that_is_just_long_or_short_enough_is_kept_without_blanks(run: Any, tmp_path: Any, name: str) -> None:
    done = run("--country", "HN", "--password", "tres gallinas azules", name=name)
    assert done.exit_code == 0, done.output
    with closing(sqlite3.connect(tmp_path / "plaza.db")) as kept:
        assert kept.execute("SELECT name FROM tenant").fetchall() == [(name.strip(),)]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--country", "HN", "--password", "corta"), "at least 8 characters"),
        (("--country", "QQ", "--password", "tres gallinas azules"), "no country"),
        (("--country", "CR", "--phone", "12", "--password", "tres gallinas azules"), "telephone number"),
        (("--country", "CR", "--email", "ana", "--password", "tres gallinas azules"), "name@example.com"),
        (("--country", "CR", "--email", "ana@x..com", "--password", "tres gallinas azules"), "name@example.com"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(run: Any, words: tuple[str, ...], sentence: str) -> None:
    done = run(*words)
    assert done.exit_code == 1
    assert sentence in done.output
