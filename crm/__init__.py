"""Who people are and what they did."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in people, what they allowed and what they did."""
    from crm import consent, contacts, facts, sums, visitors  # noqa: F401
