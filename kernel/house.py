"""The kernel's own tables, pages, jobs and permissions, plugged in like any package."""

from importlib import import_module
from pkgutil import iter_modules

from flask import Flask

NOUNS = (
    "accounts",
    "checkups",
    "files",
    "held",
    "instants",
    "jobs",
    "journal",
    "letter_sending",
    "limits",
    "mail",
    "mailbox_slips",
    "memberships",
    "once",
    "packing",
    "sessions",
    "suppression",
    "sweeping",
    "tokens",
)


def init_app(app: Flask) -> None:
    """Plug in what the kernel itself keeps, shows and does."""
    names = [f"kernel.{noun}" for noun in NOUNS]
    names += [f"kernel.views.{found.name}" for found in iter_modules(import_module("kernel.views").__path__)]
    for module in map(import_module, names):
        if hasattr(module, "init_app"):
            module.init_app(app)
    views = import_module("kernel.views")
    app.register_blueprint(views.install)
    app.register_blueprint(views.admin)
    app.register_blueprint(views.store)
