"""A copy of a product: made with one tap from the list or the editor, and opened at once."""

from typing import Any

from flask import abort, flash, redirect, url_for

from kernel import web
from kernel.i18n import _
from kernel.once import once
from kernel.web import needs
from shop import catalog, copies
from shop.views import admin


@admin.post("/products/<slug>/copy", endpoint="product_copy")
@needs("products.edit")
@once
def make(slug: str) -> Any:
    """Another like it, as a draft."""
    product = catalog.slugged(slug) or abort(404)
    made = copies.make(product, by=web.person())
    flash(_("This is the copy, a draft that only you see. Change its name and what is different."))
    return redirect(url_for(".product", slug=made.slug), 303)
