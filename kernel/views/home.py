"""The first page of the install: what Plaza is, the way to a shop of one's own, and every shop that is open."""

from flask import render_template

from kernel import countries, i18n, settings, tenancy
from kernel.views import install


@install.get("/")
def home() -> str:
    """What this is."""
    return render_template("kernel/home/show.html", shops=[_card(*known) for known in tenancy.open_shops()])


def _card(shop: tenancy.Tenant, own: str) -> dict[str, str]:
    known = settings.current()
    host = own or f"{shop.slug}.{known.host}"
    country = countries.country_name(shop.country, i18n.language())
    return {"name": shop.name, "country": country, "host": host, "url": f"{known.scheme}://{host}/"}
