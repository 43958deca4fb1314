"""The shop: sells what a tenant makes, on pages of its own."""

from importlib import import_module
from pkgutil import iter_modules

from flask import Flask


def init_app(app: Flask) -> None:
    """Bring every noun's tables, then what nouns and views plug in by an `init_app` of their own, then the routes."""
    names = [f"shop.{found.name}" for found in iter_modules(__path__)]
    names += [f"shop.views.{found.name}" for found in iter_modules(import_module("shop.views").__path__)]
    for module in map(import_module, names):
        if hasattr(module, "init_app"):
            module.init_app(app)
    views = import_module("shop.views")
    app.register_blueprint(views.store)
    app.register_blueprint(views.admin)
    app.register_blueprint(views.hooks)
