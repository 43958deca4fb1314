"""Domains: the host names of a shop's own, whose they are by what their name server says, and which one links use."""

import ipaddress
import re

from sqlalchemy import delete, select, update

from kernel import clock, fetching, names, settings, signing, tenancy
from kernel.db import db
from kernel.fetching import Kind
from kernel.i18n import _l
from kernel.refusal import Missing, Refusal
from kernel.tenancy import Domain, Tenant
from kernel.unfetched import Unfetched

MOST = 5  # of one shop
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
PROOF = "_plaza"  # below the name: a text that only we and its owner know
SIGN = "/.well-known/plaza"  # where a shop says at its own host that it is it
ANSWER = Kind("Plaza (domain reader)", "text/plain", 1024)
WHY = {
    "name": _l("The name servers do not know it yet."),
    "certificate": _l("It has no valid certificate yet: whoever runs this install sees to that."),
    "inside": _l("Its record leads into a private network."),
    "": _l("Nobody answers there."),
}


class BadDomain(Refusal):
    """It is no name that a browser could be sent to."""

    message = _l("Write only the name, such as www.yourshop.com.")


class OurOwn(Refusal):
    """It lies below the install itself."""

    message = _l("That name belongs to this install. Write one that you bought.")


class Enough(Refusal):
    """More than a shop needs."""

    message = _l("A shop has at most %(most)s names of its own. Take one out first.")


class Unproven(Refusal):
    """Its name server does not say yet that it is this shop's."""

    message = _l(
        "%(host)s does not show the record yet. New records can take an hour, sometimes a day; nothing is lost "
        "meanwhile."
    )


class Outpaced(Refusal):
    """Another shop showed at the same moment that it has the name: what this one wished went with that."""

    message = _l("Another shop has just shown that %(host)s is its own. If it is yours, write it once more.")
    status = 409


class Elsewhere(Refusal):
    """What answers there is not this shop."""

    message = _l("Somebody else answers at %(host)s, not this shop. Look where its record leads.")


class Silent(Refusal):
    """Nothing can be read there; `why` is a sentence."""

    message = _l("%(host)s does not bring visitors here yet. %(why)s")


def clean(text: str) -> str:
    """The host name in what somebody typed or pasted, as it is kept (`https://www.Cafe.com/x` → `www.cafe.com`)."""
    bare = text.strip().lower().partition("://")[2] or text.strip().lower()
    host = re.split(r"[/?#]", bare, maxsplit=1)[0].rstrip(".")
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        raise BadDomain() from None
    labels = name.split(".")
    if len(labels) < 2 or len(name) > 253 or not all(map(LABEL.fullmatch, labels)) or _number(name):
        raise BadDomain()
    own = settings.current().host.partition(":")[0]
    if name == own or name.endswith(f".{own}"):
        raise OurOwn()
    return name


def _number(name: str) -> bool:
    try:
        return bool(ipaddress.ip_address(name))
    except ValueError:
        return name.rpartition(".")[2].isdigit()


def mine() -> list[Domain]:
    """The names of the current shop, the one that links use first."""
    own = select(Domain).where(Domain.tenant_id == tenancy.current())
    return list(db.session.scalars(own.order_by(Domain.main.desc(), Domain.id)))


def named(host: str) -> Domain:
    """The current shop's row for that name; raises Missing."""
    found = next((one for one in mine() if one.host == host), None)
    if found is None:
        raise Missing()
    return found


def wished(host: str) -> Domain:
    """The same while its name server was asked: raises Outpaced where another shop has it meanwhile."""
    try:
        return named(host)
    except Missing:
        raise Outpaced(host=host) from None


def add(text: str) -> Domain:
    """Begin to use a name: nothing leads there until its name server says that it is this shop's."""
    host, known = clean(text), mine()
    again = next((one for one in known if one.host == host), None)
    if again is not None:
        return again
    if len(known) >= MOST:
        raise Enough(most=MOST)
    made = Domain(tenant_id=tenancy.current(), host=host, main=False)
    db.session.add(made)
    db.session.flush()
    return made


def target(tenant: Tenant) -> str:
    """The name to which a name of the shop's own leads."""
    return f"{tenant.slug}.{settings.current().host.partition(':')[0]}"


def secret(tenant_id: int, host: str) -> str:
    """The text by which its owner shows that the name is this shop's; nobody else can make it."""
    return f"plaza={signing.fingerprint('domain', f'{tenant_id}|{host}')[:32]}"


def sign(tenant_id: int, host: str) -> str:
    """What a shop answers at SIGN of that host; it proves nothing to a name server."""
    return signing.fingerprint("domain answer", f"{tenant_id}|{host}")[:32]


def prove(host: str, lead: str, text: str) -> None:
    """Ask its name server whether it leads to `lead` or bears that text; raises Unproven, Unanswered. Reads no row."""
    if names.alias(host) != lead and text not in names.texts(f"{PROOF}.{host}"):
        raise Unproven(host=host)


def proven(domain: Domain) -> None:
    """Let the shop answer there: whoever has the name server has the name, whichever shop had it before.

    Of two at the same moment one has it; the other raises Outpaced.
    """
    host, tenant_id = domain.host, domain.tenant_id
    theirs = _held(host, domain.id)
    for other in theirs:
        _moved(other)
    db.session.execute(delete(Domain).where(Domain.host == host, Domain.tenant_id != tenant_id))
    domain.verified_at = clock.now()
    db.session.flush()
    _moved(domain.tenant_id)


def _held(host: str, mine: int) -> list[int]:
    """The other shops that wish for the name or have it; nobody else shows anything of it until the transaction ends.

    Who waited for that finds their own row gone.
    """
    rows = select(Domain.id, Domain.tenant_id).where(Domain.host == host).order_by(Domain.id).with_for_update()
    found = {row.id: row.tenant_id for row in db.session.execute(rows)}
    if found.pop(mine, None) is None:
        raise Outpaced(host=host)
    return list(found.values())


def reach(host: str, text: str) -> None:
    """Ask as a browser would whether this shop answers there; raises Elsewhere, Silent. Reads no row."""
    try:
        found = fetching.get(f"{settings.current().scheme}://{host}{SIGN}", kind=ANSWER)
    except Unfetched as refused:
        raise Silent(host=host, why=str(WHY.get(refused.code, WHY[""]))) from None
    if (found.body or b"").decode("ascii", "replace").strip() != text:
        raise Elsewhere(host=host)


def lead(domain: Domain) -> None:
    """Have links, letters and search engines use it from now on."""
    db.session.execute(update(Domain).where(Domain.tenant_id == domain.tenant_id).values(main=False))
    domain.main = True
    db.session.flush()
    _moved(domain.tenant_id)


def remove(domain: Domain) -> None:
    """It is answered no more; links lead below the install again if it was the one they used."""
    db.session.delete(domain)
    db.session.flush()
    _moved(domain.tenant_id)


def known(host: str) -> bool:
    """Whether a certificate may be asked for that name: a shop answers there."""
    own = settings.current().host.partition(":")[0]
    if host == own:
        return True
    if host.endswith(f".{own}"):
        return db.session.scalar(select(Tenant.id).where(Tenant.slug == host[: -len(own) - 1])) is not None
    there = select(Domain.id).where(Domain.host == host, Domain.verified_at.is_not(None))
    return db.session.scalar(there) is not None


def _moved(tenant_id: int) -> None:
    """Kept pages name the address at which a shop lives."""
    db.session.execute(update(Tenant).where(Tenant.id == tenant_id).values(revision=Tenant.revision + 1))
