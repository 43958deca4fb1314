"""The kernel's own pages, jobs and permissions, plugged in like any package."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in what the kernel itself shows and does."""
