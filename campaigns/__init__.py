"""Package campaigns."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug the package in."""
