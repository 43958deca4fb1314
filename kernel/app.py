"""The application: one request shape, the packages plugged in by name, and the WSGI front."""

import copy
import hashlib
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response, abort, current_app, g, render_template, request, session
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from kernel import (
    aside,
    assets,
    collisions,
    holes,
    i18n,
    login,
    logs,
    menu,
    origins,
    posted,
    routing,
    slots,
    templating,
    tenancy,
    transactions,
    walls,
    web,
)
from kernel import settings as settings_module
from kernel.db import db
from kernel.i18n import _
from kernel.refusal import Refusal
from kernel.settings import ROOT, Settings

PACKAGES = ("kernel.house", "crm", "shop", "campaigns")
MEGABYTE = 1024 * 1024
YEAR = 31_536_000


class Plaza(Flask):
    """Flask with the house's request shape: return commits, raise rolls back; host and language come before routes."""

    session_interface = origins.PerHost()
    url_rule_class = routing.Route
    request_class = posted.Posted
    jinja_environment = templating.House
    jinja_options: dict[str, Any] = {"cache_size": 1000}  # all of them: none is compiled twice

    def wsgi_app(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Find out whose host this is and take the language off the path, then go on as Flask does."""
        front = self.extensions.get("plaza.front")
        with self.app_context():
            try:
                self._locate(environ)
            except OperationalError:  # the database is away: nobody knows whose host this is
                self.logger.exception("nobody knows whose host this is")
                away = Response("503", 503, {"Retry-After": "2"}, content_type="text/plain; charset=utf-8")
                return away(environ, start_response)
            answer = front.answer(environ, start_response) if front else None
            if answer is not None:
                return answer
            return super().wsgi_app(environ, front.listen(environ, start_response) if front else start_response)

    def _locate(self, environ: dict[str, Any]) -> None:
        install = self.extensions["plaza.settings"].host
        host = environ.get("HTTP_HOST", "").lower()
        environ["plaza.host"] = "install" if host == install else "unknown"
        if host == install or not host:
            return
        place, environ["plaza.stamp"] = aside.at(host, install)
        if place is not None:
            environ["plaza.host"], environ["plaza.place"] = "shop", place
            g.place = place
            _take_language(environ, place)

    def create_url_adapter(self, request: Request | None) -> Any:
        """Shops and the install have separate routes below the same paths."""
        if request is None:
            return super().create_url_adapter(None)
        subdomain = "store" if request.environ.get("plaza.place") else ""
        return self.url_map.bind_to_environ(request.environ, subdomain=subdomain)

    def log_exception(self, exc_info: Any) -> None:
        """Tell by which route it came, not by which address: that may be somebody's secret link."""
        self.logger.error("Exception on %s [%s]", request.url_rule, request.method, exc_info=exc_info)

    def ensure_sync(self, func: Any) -> Any:
        """As it is: nothing here is asynchronous, and looking whether it is costs each page a dozen times."""
        return func

    def dispatch_request(self, *args: Any, **values: Any) -> Any:
        """Return commits once, raise rolls back, and the browser's session with it."""
        if request.method in transactions.SAFE:
            return super().dispatch_request(*args, **values)
        before = copy.deepcopy(dict(session))  # flash() appends in place
        try:
            answer = self.make_response(super().dispatch_request(*args, **values))
            db.session.commit()
        except BaseException:
            db.session.rollback()
            session.clear()
            session.update(before)
            raise
        return answer


def _take_language(environ: dict[str, Any], place: aside.Place) -> None:
    head, _, rest = environ.get("PATH_INFO", "/").lstrip("/").partition("/")
    if head in i18n.PREFIXES and head in place.languages and head != place.language:
        environ["plaza.language"] = head
        environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{head}"
        environ["PATH_INFO"] = f"/{rest}"


def create_app(settings: Settings | None = None) -> Plaza:
    """The whole application, ready to serve, migrate or work."""
    logs.set_up()
    known = settings or settings_module.load()
    app = Plaza("plaza", root_path=str(ROOT), template_folder=str(ROOT / "templates"), static_folder=None)
    app.extensions["plaza.settings"] = known
    app.config.update(_config(known))
    app.url_map.converters["int"] = routing.Number
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    db.init_app(app)
    laid = assets.lay_out(known)
    with app.app_context():
        transactions.install(db.engine)
        app.extensions["plaza.static"] = _hashes(laid)
        i18n.init_app(app)
        _speak(app)
        for name in PACKAGES:
            import_module(name).init_app(app)
    login.init_app(app)
    _guard(app)
    _serve_static(app, known, laid)
    return app


def _config(known: Settings) -> dict[str, Any]:
    return {
        "SQLALCHEMY_DATABASE_URI": known.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(known.database_url),
        "SECRET_KEY": known.secret_key,
        "SESSION_COOKIE_NAME": "__Host-plaza" if known.secure else f"plaza_{known.port}",
        "SESSION_COOKIE_SECURE": known.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "MAX_CONTENT_LENGTH": 2 * MEGABYTE,
        "MAX_FORM_MEMORY_SIZE": MEGABYTE,
        "MAX_FORM_PARTS": 1000,
        "PREFERRED_URL_SCHEME": known.scheme,
    }


def _engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"pool_size": 8, "max_overflow": 8, "connect_args": {"check_same_thread": False}, **logs.HIDDEN}
    patience = {"connect_timeout": 3, "tcp_user_timeout": 4000, "keepalives_idle": 2, "keepalives_interval": 1}
    return {"pool_size": 5, "connect_args": {**patience, "keepalives_count": 3}, **logs.HIDDEN}


def _speak(app: Flask) -> None:
    app.jinja_env.globals.update(
        _place=origins.place,
        asset=web.static,
        csp_nonce=origins.nonce,
        hole=holes.hole,
        icon=web.icon,
        in_language=web.in_language,
        install_url=web.install_url,
        is_partial=web.is_partial,
        may=web.may,
        menu=menu.shown,
        person=web.person,
        shop_url=web.shop_url,
        slot=slots.render,
        tenant=tenancy.tenant,
    )
    app.jinja_env.filters["money"] = lambda amount, **how: amount.format(str(i18n.locale()), **how)


def _guard(app: Flask) -> None:
    app.before_request(_enter)
    app.after_request(origins.headers)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _failed)
    app.register_error_handler(DataError, _unfit)
    for kind in (IntegrityError, OperationalError):
        app.register_error_handler(kind, _crossed)
    app.register_error_handler(Exception, _broken)


def _nul() -> bool:
    """Whether a NUL came along: no person types one, and PostgreSQL keeps none."""
    plain = request.mimetype == "application/x-www-form-urlencoded"
    said = [request.path, *(request.form.values() if plain else ())]
    return any("\x00" in one for one in said)


def _enter() -> Any:
    if request.environ["plaza.host"] == "unknown":
        return web.moved() or abort(404)
    place = origins.place()
    if place is not None:
        web.enter(place)
    if not origins.allowed():
        abort(403)
    if _nul():
        abort(404 if request.method in origins.SAFE else 400)
    return None


def _page(status: int, sentence: Any = None, name: str | None = None) -> Any:
    if web.wants_json() or web.is_partial():
        words: Any = current_app.jinja_env.get_template("errors/words.html").module
        return {"error": str(sentence or "") or str(words.words_of(status)).strip()}, status
    frame = web.frame_of_error(status)
    came = "" if request.method in origins.SAFE else web.asked_from()  # who sent a form wants to try it again
    page = render_template("errors/page.html", status=status, sentence=sentence, side=frame, name=name, came=came)
    return Response(page, status)


def _refused(refusal: Refusal) -> Any:
    return _page(refusal.status, str(refusal))


def _failed(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error.get_response()
    if request.environ.get("plaza.host") == "unknown":
        told = _("There is no shop at this address: is it spelled well?")
        return Response(told, 404, content_type="text/plain; charset=utf-8")
    if error.code == 405 and request.method == "GET" and origins.place() and not web.wants_json():
        return web.led_back()
    return _page(error.code)


def _unfit(error: DataError) -> Any:
    """A NUL, a text or a number that no column can hold: what was sent is wrong, not the house."""
    db.session.rollback()
    current_app.logger.info("unfit data: %s %s: %s", request.method, request.url_rule, type(error.orig).__name__)
    return _page(422, _("Something that you wrote cannot be kept: leave out unusual signs, or write less."))


def _crossed(error: DBAPIError) -> Any:
    """Two wrote at once, or the database is busy or away; else the house is wrong."""
    if current_app.testing or not collisions.is_one(error):
        return _broken(error)
    return _refused(collisions.told(error))


def _broken(error: Exception) -> Any:
    status = 503 if transactions.busy(error) else 500
    if current_app.testing and status == 500:
        raise error
    db.session.rollback()
    g.reads = True  # the page of the error waits for no writer
    current_app.logger.exception("a request broke: %s %s", request.method, request.url_rule)
    try:
        answer = current_app.make_response(_page(status))
    except Exception:  # the page itself cannot be drawn: the database may be away
        answer = Response(str(status), status, content_type="text/plain; charset=utf-8")
    if status == 503:
        answer.headers["Retry-After"] = "2"
    return answer


def _hashes(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found[path.relative_to(folder).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()[:10]
    return found


def _plain(headers: Any, _path: str, _url: str) -> None:
    """A file of ours opened by itself runs nothing, and is what it says."""
    headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; object-src 'none'; base-uri 'none'"
    headers["X-Content-Type-Options"] = "nosniff"


def _serve_static(app: Flask, known: Settings, folder: Path) -> None:
    served: Any = WhiteNoise(app.wsgi_app, max_age=YEAR, add_headers_function=_plain)
    served.add_files(str(folder), prefix="static/")
    app.wsgi_app = ProxyFix(served, *[known.proxies] * 3) if known.proxies else served  # type: ignore[method-assign]


__all__ = ["Plaza", "create_app", "walls", "wsgi"]


def wsgi() -> Plaza:
    """What a WSGI server calls to get the application."""
    return create_app()
