"""Logs say what went wrong and where; what people typed and what is secret does not stand in them."""

import pytest
import structlog
from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import Text

from kernel import beside, logs
from kernel.db import db
from shop import shown

SECRET = "clave-que-nadie-ve"


def fails(statement):
    """What an error of a statement with a secret among its values says of itself."""
    with pytest.raises(DBAPIError) as told:
        statement()
    db.session.rollback()
    return str(told.value)


@pytest.mark.parametrize("way", ["session", "beside"])
def test_a_statement_that_fails_tells_no_values(shop, way):
    sqlite = db.engine.dialect.name == "sqlite"
    wrong = select(func.nowhere(bindparam("word", type_=Text)))
    ask = (lambda: beside.plain(wrong, word=SECRET)) if way == "beside" else (
        lambda: db.session.execute(wrong, {"word": SECRET})
    )  # fmt: skip
    said = fails(ask)
    assert "nowhere" in said
    assert SECRET not in said
    assert sqlite or "does not exist" in said


@pytest.fixture
def unconfigured():
    yield structlog.reset_defaults
    logs.set_up()


@pytest.mark.parametrize("ours", [True, False])
def test_a_traceback_shows_no_variables(app, capsys, unconfigured, ours):
    if not ours:  # as the library is by itself: this test would see it
        unconfigured()

    def knows(password):
        return len(password) / 0

    try:
        knows(SECRET)
    except ZeroDivisionError:
        structlog.get_logger().exception("something went wrong", item=7)
    said = capsys.readouterr().out
    assert (SECRET in said) is not ours
    for word in ("something went wrong", "item", "ZeroDivisionError", "in knows"):
        assert word in said


def test_a_page_that_fails_is_told_by_its_route(shop, monkeypatch, caplog):
    monkeypatch.setitem(shop.app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr(shown, "slugged", lambda _slug: 1 / 0)
    assert shop.client.get(f"/p/{SECRET}?from={SECRET}").status_code == 500
    assert "Exception on /p/<slug> [GET]" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert SECRET not in caplog.text
