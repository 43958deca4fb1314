"""The shape of a request: audiences, permissions, links across the two origins, and the one door to the outside."""

from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache, wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, flash, g, redirect, request, url_for
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from kernel import aside, login, origins, permissions, settings, tenancy, transactions
from kernel.aside import Place
from kernel.db import db

View = TypeVar("View", bound=Callable[..., Any])
Loader = Callable[[], Any]
reading = transactions.reading

_loaders: dict[str, list[Loader]] = {"store": [], "admin": [], "install": [], "hooks": []}


def audience(name: str, loader: Loader) -> None:
    """Have `loader()` find out who is asking before each view of that audience; an answer of it is sent instead."""
    if loader not in _loaders[name]:
        _loaders[name].append(loader)


class House(Blueprint):
    """A blueprint of one audience: its routes already require the right visitor."""

    def __init__(self, audience: str, package: str, **options: Any) -> None:
        name = package if audience == "store" else f"{package}_{audience}"
        super().__init__(name, f"{package}.views", **options)
        self.audience = audience
        self.before_request(self._load)

    def _load(self) -> Any:
        for loader in _loaders[self.audience]:
            answer = loader()
            if answer is not None:
                return answer
        return None

    def add_url_rule(self, rule: str, endpoint: str | None = None, view_func: Any = None, **options: Any) -> None:  # type: ignore[override]
        """Add a route; in the back office only with a permission."""
        if self.audience == "admin" and not getattr(view_func, "permission", None):
            raise TypeError(f"{rule} names no permission: decorate its view with needs(…)")
        super().add_url_rule(rule, endpoint, view_func, **options)


def store(package: str) -> House:
    """Routes of the shops: a tenant is entered."""
    return House("store", package, subdomain="store")


def admin(package: str) -> House:
    """Routes of the back office, below `/admin/<tenant>`: staff of that tenant only."""
    made = House("admin", package, url_prefix="/admin/<tenant>")
    made.url_value_preprocessor(_take_tenant)
    made.url_defaults(_give_tenant)
    return made


def install(package: str) -> House:
    """Routes of the install itself: public."""
    return House("install", package)


def hooks(package: str) -> House:
    """Routes for machines: their authority is a signature; they read no cookie."""
    return House("hooks", package, url_prefix="/hooks")


def _take_tenant(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.admin_slug = (values or {}).pop("tenant", None)


def _give_tenant(_endpoint: str, values: dict[str, Any]) -> None:
    values.setdefault("tenant", g.get("admin_slug"))


def needs(permission: str) -> Callable[[View], View]:
    """The view is for staff whose role has that permission; for others it is not there (404)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **values: Any) -> Any:
            if not may(permission):
                g.refused = permission  # the page that answers says who may
                abort(404)
            return view(*args, **values)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def may(permission: str) -> bool:
    """Whether the current staff person may do that (templates hide what they may not)."""
    return permissions.allows(g.get("role"), permission)


def frame_of_error(status: int) -> str:
    """Where an error is told: `store`, `desk` or `install`; what broke leans on nothing that asks the database."""
    if origins.place():
        return "store"
    if status in {404, 405} and request.path.startswith("/admin/") and not g.get("role"):
        _look_in(request.path.split("/")[2])
    return "desk" if status < 500 and g.get("role") else "install"


def _look_in(slug: str) -> None:
    """Find out whether who asks works there, where the address leads to no page that would ask."""
    g.admin_slug = slug
    with suppress(HTTPException):  # what a stranger would be told
        for loader in _loaders["admin"]:
            loader()


def person() -> Any:
    """The staff account that is asking, or None."""
    return login.who("install")


def _with(base: str, endpoint: str, subdomain: str, values: dict[str, Any]) -> str:
    adapter = current_app.url_map.bind(settings.current().host, subdomain=subdomain, url_scheme="http")
    return base + adapter.build(endpoint, values, force_external=False)


def install_url(endpoint: str, **values: Any) -> str:
    """An absolute address on the install's host, from the stored URL (never from the request's Host)."""
    return _with(settings.current().url, endpoint, "", values)


def admin_url(endpoint: str, **values: Any) -> str:
    """An absolute address in the current tenant's back office."""
    return install_url(endpoint, tenant=tenancy.tenant().slug, **values)


def shop_url(endpoint: str, *, language: str | None = None, **values: Any) -> str:
    """An absolute address in the current tenant's shop, on its stored domain."""
    tenant = tenancy.tenant()
    prefix = f"/{language}" if language and language != tenant.language else ""
    return _with(shop_base(tenant) + prefix, endpoint, "store", values)


def store_route(path: str) -> tuple[str, dict[str, Any]] | None:
    """The endpoint that answers a path of the shop, with its values; None when none does."""
    adapter = current_app.url_map.bind(settings.current().host, subdomain="store", url_scheme="http")
    try:
        endpoint, values = adapter.match(path, method="GET")
    except HTTPException:
        return None
    return str(endpoint), dict(values)


def shop_base(tenant: Any) -> str:
    """Scheme and host of a tenant's shop: its main verified domain, else `<slug>.HOST`."""
    known = settings.current()
    if "shop_bases" not in g:
        g.shop_bases = {}
    if tenant.id not in g.shop_bases:
        found = db.session.scalar(
            db.select(tenancy.Domain.host).where(
                tenancy.Domain.tenant_id == tenant.id, tenancy.Domain.main, tenancy.Domain.verified_at.is_not(None)
            )
        )
        g.shop_bases[tenant.id] = f"{known.scheme}://{found or f'{tenant.slug}.{known.host}'}"
    return str(g.shop_bases[tenant.id])


def moved() -> Response | None:
    """The way to where a shop that had this address is today; a form is sent there again as it is."""
    known = current_app.extensions["plaza.settings"]
    old, dot, rest = request.host.lower().partition(".")
    today = aside.renamed(old) if dot and rest == known.host else None
    if today is None:
        return None
    code = 301 if request.method in transactions.SAFE else 308
    return redirect(f"{known.scheme}://{today}.{known.host}{request.full_path.removesuffix('?')}", code)


def in_language(wanted: str) -> str:
    """This page's path in another of the shop's languages."""
    place = origins.place()
    prefix = "" if place is None or wanted == place.language else f"/{wanted}"
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    return prefix + request.path + query


def local(target: str | None, default: str) -> str:
    """`target` when it is a path of this host, else `default`: no redirect leaves the house."""
    if not target or any(ord(sign) < 33 for sign in target) or "\\" in target:
        return default
    parts = origins.split(target)
    here = target.startswith("/") and not target.startswith("//")
    return target if here and parts is not None and not (parts.scheme or parts.netloc) else default


def page_asked(name: str = "page") -> int:
    """Which page of a list the address asks for, from 1; nonsense and what no list has asks for the first."""
    told = request.values.get(name, "")
    return max(1, int(told)) if told.isdecimal() and len(told) < 7 else 1


def page_url(endpoint: str, number: int) -> str:
    """The address of another page of this list, which keeps what the list was asked for."""
    asked = {name: value for name, value in request.args.items() if not name.startswith("_") and name != "endpoint"}
    return url_for(endpoint, **{**asked, **(request.view_args or {}), "page": number})


def asked_from(default: str = "") -> str:
    """The path of the page of ours that asked, else `default`."""
    referrer = origins.split(request.referrer or "") or urlsplit("")
    path = referrer.path + (f"?{referrer.query}" if referrer.query else "")
    return local(path, default) if referrer.netloc == request.host else default


def back(default: str) -> Response:
    """Redirect (303) to the page of ours that asked, else to `default`."""
    return redirect(asked_from(default), 303)


def led_back() -> Response:
    """Redirect (303) who looks where a shop only takes forms: to the page of ours they come from, else to one above."""
    came = origins.split(request.referrer or "") or urlsplit("")
    if came.netloc == request.host and came.path != request.path and store_route(came.path):
        return back("/")
    path = request.path.rpartition("/")[0]
    while path and not store_route(path):
        path = path.rpartition("/")[0]
    return redirect(request.script_root + (path or "/"), 303)


def undo(message: Any, endpoint: str, *, fields: Any = None, **values: Any) -> None:
    """Say what was done in a toast, with a button that takes it back: a POST to `endpoint`, of these `fields`."""
    told: Any = {"text": str(message), "undo": url_for(endpoint, **values), "fields": dict(fields or {})}
    flash(told, "undo")


def wants_json() -> bool:
    """Whether a program asks, not a page."""
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def is_partial() -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def enter(place: Place) -> None:
    """Make the tenant at `place` the current one for this request."""
    tenancy.enter(place.id)
    g.country = place.country


def outside(prepare: Callable[[], Any], call: Callable[[Any], Any], record: Callable[[Any, Any], Any]) -> Any:
    """Ask the outside world while nothing is locked: commit what `prepare()` wrote, call, commit what `record` wrote.

    Only gateways use it. `prepare` keeps the idempotency key and returns plain values; `call` has its own time limit.
    """
    prepared = prepare()
    db.session.commit()
    answer = call(prepared)
    recorded = record(prepared, answer)
    db.session.commit()
    return recorded


def static(path: str) -> str:
    """The address of a file of ours under /static, with its content's hash: it may be kept for a year."""
    hashes: dict[str, str] = current_app.extensions["plaza.static"]
    return f"/static/{path}?v={hashes.get(path, '0')}"


def icon(name: str, label: str = "", *, big: bool = False) -> Markup:
    """One drawing of our sprite (static/icons/sprite.svg); decorative unless `label` names it."""
    return _icon(static("icons/sprite.svg"), str(name), str(label), big)


@lru_cache(maxsize=1000)
def _icon(sprite: str, name: str, label: str, big: bool) -> Markup:
    told = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    shape = Markup('<svg class="icon{}" {}><use href="{}#{}"/></svg>')
    return shape.format(" icon-big" if big else "", told, sprite, name)


def slug_of_admin() -> str:
    """The tenant slug in the current back-office address."""
    return str(g.admin_slug)


def place_of_admin() -> Place | None:
    """The tenant that the current back-office address names."""
    return aside.by_slug(slug_of_admin() or "")
