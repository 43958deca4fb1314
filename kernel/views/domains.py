"""Whether a certificate may be had for a name: what a proxy in front asks before it fetches one."""

from flask import Response, abort, request

from kernel import domains
from kernel.views import install


@install.get("/domains/known")
def domain_known() -> Response:
    """200 where something of this install answers at `?domain=` (as Caddy's on-demand TLS asks), else 404."""
    if not domains.known(request.args.get("domain", "")[:253].lower()):
        abort(404)
    return Response("yes\n", content_type="text/plain; charset=utf-8")
