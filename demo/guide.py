"""The one thing of the demo that is downloaded: a small guide of birds, made of our own drawings."""

import io

from PIL import Image

from demo import world
from demo.drawings import raster, scenes
from demo.world import Told
from kernel import files

PAGES = ("RG-017", "RG-003")  # the cover, and the morning on which the birds are seen
LETTER = (1020, 1320)  # letter paper at 120 dots an inch


def kept(shop: Told) -> files.File:
    """The guide as a private file of the current tenant."""
    return files.store(drawn(world.slug(shop)), name="guia-de-aves.pdf", private=True, kinds=("download",))


def drawn(slug: str) -> bytes:
    """The guide as a PDF of whole-page drawings."""
    known, sheets = scenes.of(slug), []
    for name in PAGES:
        sheet = Image.new("RGB", LETTER, "#F4FAF7")
        with Image.open(io.BytesIO(raster.png(known[name].svg(name), 800))) as art:
            sheet.paste(art.convert("RGB"), ((LETTER[0] - art.width) // 2, (LETTER[1] - art.height) // 2))
        sheets.append(sheet)
    stream = io.BytesIO()
    sheets[0].save(stream, "PDF", save_all=True, append_images=sheets[1:], resolution=120)
    return stream.getvalue()
