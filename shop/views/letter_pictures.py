"""Pictures as every mail reader shows them: JPEG, made from ours when first asked for."""

import io
from typing import Any

from flask import abort, send_file
from PIL import Image

from kernel import atomic, files, origins, tenancy
from shop.views import store
from shop.views.media import YEAR

QUALITY = 82


@store.get("/media/<tenant>/<sha>.<int:width>.jpg", endpoint="letter_picture")
def picture(tenant: str, sha: str, width: int) -> Any:
    """A public picture in one of its widths, for letters: many mail readers know no WebP."""
    place = origins.place()
    if place is None or tenant != place.slug or len(sha) != 64 or not sha.isalnum() or not 0 < width < 10_000:
        abort(404)
    path = files.path_of(tenancy.current(), sha, f"{width}.webp", private=False)
    if not path.is_file():
        abort(404)
    target = path.with_suffix(".jpg")
    if not target.is_file():
        atomic.write(target, _jpeg(path.read_bytes()))
    response = send_file(target, mimetype="image/jpeg", conditional=True, etag=False)
    response.headers["Cache-Control"] = YEAR
    return response


def _jpeg(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as found:
        flat = Image.new("RGB", found.size, "#ffffff")
        clear = found.convert("RGBA")
        flat.paste(clear, mask=clear.getchannel("A"))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()
