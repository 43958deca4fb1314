"""Names: what the domain name system says of one, asked by dnspython and never for longer than a few seconds."""

from typing import Any
from urllib.parse import urlsplit

from kernel import settings
from kernel.i18n import _l
from kernel.late import Late
from kernel.refusal import Refusal

SECONDS = 4.0  # for one question, with all its tries

exceptions = Late("dns.exception")
asking = Late("dns.resolver")


class Unanswered(Refusal):
    """Nobody answered in time, or it was no answer: that says nothing of the name."""

    message = _l("The name servers do not answer just now. Try again in a few minutes.")


def texts(name: str) -> list[str]:
    """The TXT records of a name; [] for none. Raises Unanswered."""
    return [b"".join(one.strings).decode("utf-8", "replace") for one in _asked(name, "TXT")]


def alias(name: str) -> str:
    """The name that it only stands for (CNAME), in small letters; "" for none. Raises Unanswered."""
    return next((one.target.to_text(omit_final_dot=True).lower() for one in _asked(name, "CNAME")), "")


def addresses(name: str) -> list[str]:
    """The IPv4 addresses of a name; [] for none. Raises Unanswered."""
    return [one.address for one in _asked(name, "A")]


def _asked(name: str, kind: str) -> list[Any]:
    try:
        return list(_resolver().resolve(name, kind, lifetime=SECONDS, search=False))
    except (asking.NXDOMAIN, asking.NoAnswer):
        return []
    except exceptions.DNSException:
        raise Unanswered() from None


def _resolver() -> Any:
    told = settings.current().nameserver
    if not told:
        try:
            return asking.Resolver()
        except asking.NoResolverConfiguration:
            raise Unanswered() from None
    place = urlsplit(f"//{told}")
    made = asking.Resolver(configure=False)
    made.nameservers, made.port = [place.hostname], place.port or 53
    return made
