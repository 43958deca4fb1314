"""Pictures, themes and share cards: what may be kept for ever because its name is its content."""

from typing import Any

from flask import Response, abort, redirect, send_file, url_for

from kernel import files, i18n, origins, settings, tenancy
from kernel.db import db
from kernel.i18n import _
from kernel.money import Money
from shop import catalog, sharing, themes
from shop.views import frame, store

YEAR = "public, max-age=31536000, immutable"
MONTHS = "public, max-age=86400"


@store.get("/theme.<digest>.css")
def theme(digest: str) -> Response:
    """The shop's colours, faces and form; an older name leads to today's."""
    known = frame.current().theme
    if digest != themes.digest(known):
        return redirect(url_for("shop.theme", digest=themes.digest(known)))  # type: ignore[return-value]
    response = Response(themes.css(known), content_type="text/css; charset=utf-8")
    return _for_ever(response)


@store.get("/media/<tenant>/<sha>.<int:width>.webp")
def media(tenant: str, sha: str, width: int) -> Any:
    """A public picture in one of its widths."""
    place = origins.place()
    if place is None or tenant != place.slug or len(sha) != 64 or not sha.isalnum() or not 0 < width < 10_000:
        abort(404)
    path = files.path_of(tenancy.current(), sha, f"{width}.webp", private=False)
    if not path.is_file():
        abort(404)
    return _for_ever(send_file(path, mimetype="image/webp", conditional=True, etag=False))


@store.get("/media/<tenant>/cards/<slug>.<digest>.jpg")
def card(tenant: str, slug: str, digest: str) -> Any:
    """A product's share card; a name of yesterday leads to today's."""
    product = catalog.slugged(slug)
    if product is None or not product.live or product.customer_groups or _foreign(tenant):
        abort(404)
    picture = _picture(product.picture_id)
    return _card(product_card(product, picture), picture, digest, "shop.card", slug=slug, tenant=tenant)


@store.get("/media/<tenant>/card.<digest>.jpg")
def shop_card(tenant: str, digest: str) -> Any:
    """The shop's own share card."""
    if _foreign(tenant):
        abort(404)
    values = frame.current().values
    told = _look(values["name"], values["tagline"], "", None)
    return _card(told, None, digest, "shop.shop_card", tenant=tenant)


def card_url(product: catalog.Product, picture: files.File | None) -> str:
    """The address of a product's share card."""
    return frame.path("shop.card", slug=product.slug, digest=product_card(product, picture).digest)


def product_card(product: catalog.Product, picture: files.File | None) -> sharing.Card:
    """What a product's share card says."""
    values = frame.current().values
    price = Money(product.low_minor, product.currency).format(str(i18n.locale()), cents=values["cents"])
    told = _("from %(price)s", price=price) if catalog.varies(product) else price
    return _look(i18n.pick(product.name), i18n.pick(product.short), told, picture)


def _look(title: str, line: str, price: str, picture: files.File | None) -> sharing.Card:
    shop = frame.current().values["name"] if price else ""
    worn: dict[str, str] = frame.note("card", _worn)
    return sharing.Card(
        title=title, price=price, shop=shop, line=line, picture=picture.sha256 if picture else "", **worn
    )


def _worn() -> dict[str, str]:
    """The face and the colours of the shop's cards."""
    known = frame.current()
    colours = themes.palette(known.theme)
    told = {"surface": "surface", "ink": "ink", "accent": "accent", "soft": "ink-soft"}
    return {"font": known.values["font"], **{name: colours[token] for name, token in told.items()}}


def _picture(file_id: int | None) -> files.File | None:
    from_db = db.session.get(files.File, file_id) if file_id else None
    return from_db if from_db is not None and from_db.picture else None


def _card(told: sharing.Card, picture: files.File | None, digest: str, endpoint: str, **values: Any) -> Any:
    if digest != told.digest:
        return redirect(url_for(endpoint, digest=told.digest, **values))
    folder = settings.current().media / "public" / str(tenancy.current())
    drawn = sharing.kept(folder, told, files.read(picture, _width(picture)) if picture else None)
    response = Response(drawn, content_type="image/jpeg")
    response.headers["Cache-Control"] = MONTHS
    return response


def _width(picture: files.File) -> int:
    return next((width for width in picture.widths if width >= 960), picture.widths[-1])


def _foreign(tenant: str) -> bool:
    place = origins.place()
    return place is None or tenant != place.slug


def _for_ever(response: Response) -> Response:
    response.headers["Cache-Control"] = YEAR
    return response


@store.url_defaults
def _own(endpoint: str, values: dict[str, Any]) -> None:
    """Addresses below /media carry the shop's name by themselves."""
    if endpoint in {"shop.media", "shop.card", "shop.shop_card"}:
        place = origins.place()
        values.setdefault("tenant", place.slug if place else tenancy.tenant().slug)
