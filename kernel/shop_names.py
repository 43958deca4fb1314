"""The names of shops in addresses: made from what an owner calls it, never a word that the install needs itself."""

import re

from sqlalchemy import delete, select

from kernel import tenancy
from kernel.db import db
from kernel.folding import fold
from kernel.i18n import _l
from kernel.refusal import Refusal
from kernel.tenancy import FormerSlug, Tenant

LONGEST = 40
RESERVED = frozenset({
    "admin", "api", "app", "assets", "blog", "cdn", "correo", "demo", "dev", "docs", "ftp", "help", "hooks",
    "imap", "install", "localhost", "login", "logout", "mail", "media", "metrics", "mx", "ns1", "ns2", "plaza",
    "pop", "postmaster", "readyz", "root", "security", "shop", "signup", "smtp", "soporte", "static", "status",
    "store", "support", "test", "tienda", "webmail", "www",
})  # fmt: skip


class BadName(Refusal):
    """It cannot stand in an address."""

    message = _l("Write 3 to 40 letters and digits, with hyphens between words.")


class Taken(Refusal):
    """Another shop has it, or the install."""

    message = _l("That address is taken. Try another one.")


def make(name: str) -> str:
    """An address from a name: `Panadería Ñandú` → `panaderia-nandu`."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:LONGEST].strip("-")


def free(name: str) -> str:
    """An address from a name that no shop has or had."""
    wish = make(name)
    wish = wish if len(wish) >= 3 else f"tienda-{wish}".strip("-")
    tries = (wish if n == 1 else f"{wish[: LONGEST - 5]}-{n}" for n in range(1, 10_000))
    return next(slug for slug in tries if _open(slug))


def check(slug: str, tenant: Tenant | None = None) -> str:
    """The address as it is kept; refuses a bad or taken one. A shop may take one back that it had itself."""
    clean = slug.strip().lower()
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]", clean) or "--" in clean:
        raise BadName()
    if not _open(clean, tenant):
        raise Taken()
    return clean


def rename(tenant: Tenant, slug: str) -> bool:
    """Give a shop another address; the old one leads to it for good. Whether anything changed."""
    clean = check(slug, tenant)
    if clean == tenant.slug:
        return False
    db.session.execute(delete(FormerSlug).where(FormerSlug.slug == clean, FormerSlug.tenant_id == tenant.id))
    db.session.add(FormerSlug(tenant_id=tenant.id, slug=tenant.slug))
    tenant.slug = clean
    db.session.flush()
    return True


def former(tenant: Tenant) -> list[str]:
    """The addresses that a shop had before."""
    mine = select(FormerSlug.slug).where(FormerSlug.tenant_id == tenant.id)
    return list(db.session.scalars(mine.order_by(FormerSlug.id)))


def _open(slug: str, tenant: Tenant | None = None) -> bool:
    own = tenant.id if tenant else 0
    now = select(tenancy.Tenant.id).where(Tenant.slug == slug, Tenant.id != own)
    once = select(FormerSlug.id).where(FormerSlug.slug == slug, FormerSlug.tenant_id != own)
    return slug not in RESERVED and db.session.scalar(now) is None and db.session.scalar(once) is None
