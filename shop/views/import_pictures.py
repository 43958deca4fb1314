"""What is said of the pictures of a file of products: from where, how many have come, which could not and why."""

from typing import Any

from flask import flash, redirect, url_for

from kernel.i18n import _, _l, pick
from kernel.web import needs
from shop import import_pictures, imports
from shop.gateways import picture_reader
from shop.imports import ProductImport
from shop.views import admin

__all__ = ["picture_reader"]  # its job is everybody's who knows these pages
SHOWN = 100  # of what could not be had
HOSTS = 8
FAULTS = {  # by the codes of kernel.unfetched and of shop.import_pictures
    "away": _l("Nobody answers there."),
    "address": _l("It leads to what is no address of the web."),
    "inside": _l("That address is not on the public internet."),
    "name": _l("There is no such place on the internet any more."),
    "certificate": _l("That place cannot prove who it is: its certificate is not valid."),
    "slow": _l("That place answers too slowly."),
    "large": _l("The picture is too large: 10 MB at most."),
    "moved": _l("That address only leads to other ones."),
    "gone": _l("Nothing stands there any more."),
    "denied": _l("That place does not let everybody see it."),
    "answer": _l("That place answers with an error."),
    "picture": _l("What stands there is no picture that we can read: JPEG, PNG, WebP or GIF."),
    "many": _l("The product had no room for another picture."),
}


def told(row: ProductImport) -> dict[str, Any]:
    """What its page says of them."""
    if row.state == "checked":
        hosts = sorted(row.hosts.items(), key=lambda one: -one[1])
        return {"total": sum(row.hosts.values()), "hosts": hosts[:HOSTS], "more": len(hosts) - HOSTS}
    counts = import_pictures.tally(row.id) if row.started_at else {}
    missed = import_pictures.missed(row.id, SHOWN) if counts.get("missed") else []
    return {
        "total": sum(counts.values()), **{state: counts.get(state, 0) for state in ("had", "waiting", "missed")},
        "rows": [{"slug": one.product.slug, "name": pick(one.product.name), "address": one.address,
                  "why": FAULTS.get(one.fault, FAULTS["away"])} for one in missed],
    }  # fmt: skip


@admin.post("/products/imports/<token>/pictures", endpoint="import_pictures_again")
@needs("products.edit")
def again(token: str) -> Any:
    """Ask once more for the pictures that could not be had."""
    row = imports.named(token)
    import_pictures.again(row.id)
    flash(_("The pictures that were missing are being fetched again."))
    return redirect(url_for(".import", token=token), 303)
