"""Logs: what happened and where, never with whose words: a traceback shows no variables, a statement no values."""

import sys

import structlog

HIDDEN = {"hide_parameters": True}  # of an engine: its errors tell a statement without what was put into it


def set_up() -> None:
    """Have each line say when, how bad and what; people read them, and whoever is forgotten must not stand in them."""
    shown = structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback)
    stamp = structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%SZ", utc=True)
    structlog.configure(processors=[structlog.processors.add_log_level, stamp, shown])
