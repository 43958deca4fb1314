"""Two origins and what may come from outside: hosts, cross-site checks, cookies, headers."""

import secrets
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, urlsplit

from flask import Response, g, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from kernel import settings
from kernel.aside import Place

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
RULES = {  # of every page; some may do more
    "default-src": "'self'",
    "img-src": "'self' data: blob:",
    "script-src": "'self'",
    "style-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
HEADERS = (  # of every answer, beside its policy
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=(), browsing-topics=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
TWO_YEARS = "max-age=63072000"
FOREIGN_OK: set[str] = set()  # endpoints whose authority is a token or a signature; they read no cookie


def _written(rules: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in rules.items())


SHOP_POLICY = _written(RULES)


def foreign_ok(endpoint: str) -> None:
    """Let an endpoint be called from other sites: only `/u/<token>` and `/hooks/*`."""
    FOREIGN_OK.add(endpoint)


def split(address: str) -> SplitResult | None:
    """The parts of an address that somebody typed or sent; None when it is none (`http://[x`)."""
    try:
        return urlsplit(address)
    except ValueError:
        return None


def same_origin(site: str | None, origin: str | None, host: str) -> bool:
    """Whether an unsafe request comes from our own page; called for every one, log-in included."""
    if site is not None:
        return site == "same-origin"  # never fall through to Origin
    parts = split(origin or "")
    return origin not in (None, "null") and parts is not None and parts.netloc.lower() == host.lower()


def allowed() -> bool:
    """Whether the current request may do what its method says."""
    if request.method in SAFE or request.endpoint in FOREIGN_OK:
        return True
    return same_origin(request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin"), request.host)


class PerHost(SecureCookieSessionInterface):
    """Sessions signed per host: a cookie replayed at another one is an empty session."""

    def open_session(self, app: Any, request: Any) -> Any:
        """The usual one; who brings no cookie has none, and nothing is signed for them."""
        return super().open_session(app, request) if request.environ.get("HTTP_COOKIE") else self.session_class()

    def get_signing_serializer(self, app: Any) -> Any:
        """The usual serializer, salted with the host; one that was made is used again."""
        return _signing(app.secret_key, request.host)


@lru_cache(maxsize=200)
def _signing(secret: str, host: str) -> URLSafeTimedSerializer:
    usual = SecureCookieSessionInterface
    how = {"key_derivation": usual.key_derivation, "digest_method": usual.digest_method}
    salt = f"session|{host}".encode()
    return URLSafeTimedSerializer(secret, salt=salt, serializer=usual.serializer, signer_kwargs=how)


def cookie_name(name: str) -> str:
    """A cookie's name: `__Host-` on https (no sibling can set it), with the port on http (cookies ignore ports)."""
    known = settings.current()
    return f"__Host-{name}" if known.secure else f"{name}_{known.port}"


def is_ours(name: str) -> bool:
    """Whether a cookie of that name can be one of ours, the session's included."""
    known = settings.current()
    return name.startswith("__Host-") if known.secure else name.endswith(f"_{known.port}")


def set_cookie(response: Response, name: str, value: str, *, days: float | None = None) -> None:
    """Set one of our host-only cookies; `days=None` lasts as long as the browser."""
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=None if days is None else int(days * 86400),
        secure=settings.current().secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def drop_cookie(response: Response, name: str) -> None:
    """Take one of our cookies back."""
    response.delete_cookie(cookie_name(name), path="/", secure=settings.current().secure, httponly=True, samesite="Lax")


def cookie(name: str) -> str:
    """The value of one of our cookies, or ''."""
    sent = request.cookies
    return sent.get(cookie_name(name), "") if sent else ""


def place() -> Place | None:
    """The tenant whose shop is at this request's host, else None; a job has no host."""
    try:
        found: Place | None = g._get_current_object().get("place")  # asked a score of times a page
    except RuntimeError:  # outside any application
        return None
    return found


def nonce() -> str:
    """The nonce of this back-office page."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(12)
    return str(g.nonce)


def policy() -> str:
    """The Content-Security-Policy of the current response."""
    if place() is not None and not request.path.startswith("/preview/"):
        return SHOP_POLICY
    known, rules = settings.current(), dict(RULES)
    if place() is None:
        shops = " ".join(sorted({f"{known.scheme}://*.{known.host}", *g.get("shop_origins", ())}))
        own = f"'self' 'nonce-{g.nonce}'" if "nonce" in g else "'self'"
        rules |= {"img-src": f"'self' data: blob: {shops}", "script-src": own, "style-src": own, "frame-src": shops}
    else:
        rules["frame-ancestors"] = known.url
    return _written(rules)


def _strict() -> str:
    """That all is https from now on, where it is; what stands below a tenant's own domain is none of ours."""
    known = settings.current()
    if not known.secure:
        return ""
    ours = request.host == known.host or request.host.endswith(f".{known.host}")
    return f"{TWO_YEARS}; includeSubDomains" if ours else TWO_YEARS


def headers(response: Response) -> Response:
    """Put the house's headers on every response."""
    said = {name.lower() for name, _value in response.headers}  # asked once, not of each: it costs as much as they do
    if "content-security-policy" not in said:
        response.headers.add("Content-Security-Policy", policy())
    for name, value in (*HEADERS, ("Strict-Transport-Security", _strict())):
        if value and name.lower() not in said:
            response.headers.add(name, value)
    if "cache-control" not in said:
        response.headers.add("Cache-Control", "private, no-cache" if place() else "private, no-store")
    return response
