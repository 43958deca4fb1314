"""Who people are and what they did."""

from importlib import import_module
from pkgutil import iter_modules

from flask import Flask


def init_app(app: Flask) -> None:
    """Bring every noun's tables, then what views plug in, then the routes."""
    names = [f"crm.{found.name}" for found in iter_modules(__path__)]
    names += [f"crm.views.{found.name}" for found in iter_modules(import_module("crm.views").__path__)]
    for module in map(import_module, names):
        if hasattr(module, "init_app"):
            module.init_app(app)
    views = import_module("crm.views")
    app.register_blueprint(views.store)
    app.register_blueprint(views.admin)
