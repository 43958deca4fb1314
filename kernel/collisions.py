"""Two who write the same name at one moment: the second hears it in a sentence and can try again."""

import sqlite3
from typing import Any

import structlog
from flask import request
from sqlalchemy.exc import DBAPIError

from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal

POSTGRESQL = frozenset({"23505", "40001", "40P01"})  # a name taken, an order of turns that cannot be, a knot
SQLITE = frozenset({sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY})
log = structlog.get_logger()


class Collided(Refusal):
    """Somebody else was there first."""

    message = _l("Somebody else changed this at the same moment. Look at it and try again.")
    status = 409


def is_one(error: DBAPIError) -> bool:
    """Whether the database refused because two wrote at once, not because the house is wrong."""
    told: Any = error.orig
    return getattr(told, "sqlstate", None) in POSTGRESQL or getattr(told, "sqlite_errorcode", None) in SQLITE


def told(error: DBAPIError) -> Collided:
    """What whoever came second is told; what their request wrote is gone."""
    db.session.rollback()
    route, kind = str(request.url_rule), type(error.orig).__name__
    log.warning("two wrote at once", method=request.method, route=route, error=kind)
    return Collided()
