"""Pictures of reviews for everybody, while they are shown: the files themselves, and a page for each in large."""

from typing import Any

from flask import abort, render_template, request

from kernel import files, origins
from kernel.i18n import pick
from kernel.refusal import Missing
from shop import review_pictures
from shop.review_pictures import Seen
from shop.views import private_files, review_part, store, visitor

MOST = 300  # of a product, that one can leaf through


@store.get("/media/<tenant>/opinions/<token>.<int:width>.webp", endpoint="review_photo")
def photo(tenant: str, token: str, width: int) -> Any:
    """One in a width. Asked for anew each time, so that it is gone at once when it is hidden."""
    place = origins.place()
    if place is None or tenant != place.slug or width not in files.WIDTHS:
        abort(404)
    one = review_pictures.shown(token)
    product = one.review.product
    if not product.open_to(visitor.group()):  # whoever may not see the product sees no picture of it
        raise Missing()
    try:
        answer = private_files.answer(one.file, width=width, name=f"{token}.webp")
    except FileNotFoundError:  # it is being taken away
        raise Missing() from None
    kept = "private" if product.customer_groups else "public"
    answer.headers["Cache-Control"] = f"{kept}, no-cache"
    answer.set_etag(f"{token}-{files.fitting(one.file, width)}")
    return answer.make_conditional(request)


@store.get("/p/<slug>/pictures/<token>", endpoint="review_picture")
def show(slug: str, token: str) -> Any:
    """One in large with what its buyer says, and the ways to those before and after it."""
    one = review_pictures.shown(token)
    row, product = one.review, one.review.product
    if product.slug != slug or not product.open_to(visitor.group()):
        raise Missing()
    every = review_pictures.row_of(product, MOST)
    at = next((place for place, seen in enumerate(every) if seen.token == token), 0)
    seen = Seen(token, row.token, row.signed)
    return render_template(
        "shop/reviews/picture.html", product=product, name=pick(product.name), said=review_part.row(row), file=one.file,
        picture=review_part.picture(seen, pick(product.name), slug),
        widths=[review_part.photo_url(token, width) for width in files.WIDTHS],
        at=at + 1, many=len(every), before=review_part.large(slug, every[at - 1].token) if at else "",
        after=review_part.large(slug, every[at + 1].token) if at + 1 < len(every) else "",
    )  # fmt: skip
