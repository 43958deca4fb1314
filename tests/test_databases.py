"""The tests' own databases: put back as they were, also while another process has one open."""

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from sqlalchemy import func, select

from kernel import i18n, migrations
from kernel.db import Base, db
from tests import databases

OTHER = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1])
for _line in sys.stdin:
    print([key for (key,) in held.execute("SELECT key FROM rate_limit")], flush=True)
"""


@pytest.fixture
def template(tmp_path):
    made = databases.Template(databases.build(tmp_path / "instance"), tmp_path / "instance")
    yield made
    made.close()


def write(template, key):
    with closing(sqlite3.connect(template.file)) as mine, mine:
        mine.execute("INSERT INTO rate_limit (key, count, expires_at) VALUES (?, 1, '2026-01-01')", (key,))


def test_a_new_instance_begins_empty_and_as_migrations_leave_it(template, tmp_path):
    """Though its database and what it speaks are copies."""
    write(template, "first")
    made = databases.build(tmp_path / "another")
    assert migrations.differences(made) == []
    with made.app_context():
        with db.engine.connect() as bare:
            assert [table.name for table in Base.metadata.sorted_tables if bare.execute(select(table)).first()] == []
        assert i18n.gettext("Save") == "Guardar"
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("asked", [True, False])
def test_who_has_it_open_goes_on_with_what_was_put_back(template, asked, monkeypatch):
    """Unless it is asked whether somebody has it open: then that one goes on with what was there before."""
    if not asked:
        monkeypatch.setattr(template, "_held", lambda: False)
    command = [sys.executable, "-u", "-c", OTHER, str(template.file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as other:

        def sees():
            other.stdin.write("what\n")
            return other.stdout.readline().strip()

        write(template, "before")
        assert sees() == "['before']"
        template.restore()
        write(template, "after")
        assert sees() == ("['after']" if asked else "['before']")
        other.stdin.close()


def test_nobody_has_it_open_who_closed_it(template):
    assert not template._held()
    with closing(sqlite3.connect(template.file)) as mine:
        mine.execute("SELECT * FROM rate_limit").fetchall()
    before = template.file.stat().st_ino
    template.restore()
    assert template.file.stat().st_ino != before  # the quick way is taken


def test_nothing_is_left_of_a_test(app, shop):
    """On PostgreSQL only what holds rows is emptied: none may be overlooked, and the next shop is loaded whole."""
    shop.product()
    app.extensions["plaza.tests"].restore()
    with db.engine.connect() as raw:
        asked = {
            table.name: raw.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables
        }
    assert {name: rows for name, rows in asked.items() if rows} == {}
