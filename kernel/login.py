"""Who is logged in, by Flask-Login: staff at the install's host, a contact at their shop's.

A session is a row and its cookie is ours (`kernel/sessions.py`): Flask-Login finds nothing in Flask's session and sets
no cookie. It asks the loader of the host once a request, when somebody first wants to know.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request, g, has_request_context, request
from flask_login import LoginManager, current_user

Loader = Callable[[], Any]

manager = LoginManager()
manager.session_protection = None  # it would mark Flask's session, which says nothing of a log-in
_loaders: dict[str, Loader] = {}


def population(host: str, loader: Loader) -> None:
    """At hosts of that kind (`install` or `shop`), have `loader()` find who is logged in, or None."""
    _loaders[host] = loader


def init_app(app: Flask) -> None:
    """Plug Flask-Login in, without the cookie that it would keep."""
    manager.request_loader(_found)
    manager.init_app(app, add_context_processor=False)
    app.config["REMEMBER_COOKIE_NAME"] = ""  # none is looked for
    app.after_request_funcs[None].remove(manager._update_remember_cookie)  # it would make every answer vary by cookie


def _found(asking: Request) -> Any:
    loader = _loaders.get(asking.environ.get("plaza.host", ""))
    if loader is None or g.get("asked"):  # the page of an error knows nobody whom the database could not tell
        return None
    g.asked = True
    return loader()


def who(host: str) -> Any:
    """Whoever is logged in, when this request is at a host of that kind; else None."""
    here = has_request_context() and request.environ.get("plaza.host") == host
    return current_user._get_current_object() if here and current_user.is_authenticated else None
