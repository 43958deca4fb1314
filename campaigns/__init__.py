"""Letters to many: mailings, who receives them, what became of each, and letters that go by themselves."""

from importlib import import_module
from pkgutil import iter_modules

from flask import Flask

LATE = ("liquid", "stencils")  # they plug nothing in, and their library is for who writes or sends a letter


def init_app(app: Flask) -> None:
    """Bring every noun's tables, then what views plug in, then the routes."""
    names = [f"campaigns.{found.name}" for found in iter_modules(__path__) if found.name not in LATE]
    names += [f"campaigns.views.{found.name}" for found in iter_modules(import_module("campaigns.views").__path__)]
    for module in map(import_module, names):
        if hasattr(module, "init_app"):
            module.init_app(app)
    views = import_module("campaigns.views")
    for blueprint in (views.store, views.admin):
        app.register_blueprint(blueprint)
