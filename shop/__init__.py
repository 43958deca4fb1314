"""The shop: sells what a tenant makes, on pages of its own."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug the package in."""
