"""What a restored database must not do by itself: each noun says how it holds back what would leave the house."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import Connection

from kernel import journal
from kernel.i18n import _l

Hold = Callable[[Connection], int]
_holds: dict[str, Hold] = {}


def after_restore(name: str, verb: Hold) -> None:
    """After a restore, let `verb(connection)` hold back what waits to go out, of every tenant; it says how many."""
    _holds[name] = verb


def all_of(connection: Connection) -> dict[str, int]:
    """Hold everything back; how many of what."""
    return {name: verb(connection) for name, verb in _holds.items()}


def init_app(_app: Flask) -> None:
    """Say how every shop's journal tells of a restore."""
    journal.kind("install.restored", _l("Restored from a backup of %(at)s; %(count)s letters are held back"))
