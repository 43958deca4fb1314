"""Empty places for restores: settings of one on the database of the test, and the application that stands there."""

import os
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import make_url

from kernel import restore
from kernel.app import create_app
from kernel.db import db
from kernel.settings import Settings, complete
from tests.databases import fresh_database

PHRASE = "cuatro palabras sueltas"


def bring(place, source):
    """Restore; this process writes nothing meanwhile."""
    db.session.rollback()
    return restore.read(source, PHRASE, place)


def known(app):
    return app.extensions["plaza.settings"]


@pytest.fixture
def empty(app, tmp_path):
    """Settings of an empty place on the same kind of database."""
    url, name = known(app).database_url, f"restored_{os.getpid()}"
    if not url.startswith("postgresql"):
        yield Settings(url=known(app).url, instance=tmp_path / "empty")
        return
    server = make_url(url).set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    yield Settings(url=known(app).url, instance=tmp_path / "empty", database_url=fresh_database(server, name))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def restored(place):
    """The application of a restored place, entered as its own context."""
    made = create_app(complete(place))
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()
