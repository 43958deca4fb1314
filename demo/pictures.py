"""Pictures of the demo world: drawings made into WebP by a few processes, once on a machine, then kept as files."""

import hashlib
import io
import json
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from demo import world
from demo.drawings import raster, scenes
from kernel import files, pictures
from kernel.settings import ROOT

KEPT = ROOT / "instance" / "drawn"  # beside the other things that set-up fetches or makes once
QUALITY, METHOD = 82, 2  # flat colours: a slower method saves next to nothing
MAKING = "1"  # moves when pictures are made otherwise


@dataclass(frozen=True)
class Wish:
    """A drawing to be made into a picture."""

    svg: str
    width: int

    @property
    def sha256(self) -> str:
        """What names the picture: the drawing and how it is made."""
        return hashlib.sha256(f"{MAKING}|{self.width}|{self.svg}".encode()).hexdigest()

    @property
    def there(self) -> bool:
        """Whether this machine has made it before."""
        return (KEPT / f"{self.sha256}.json").exists()


Drawn = Callable[[world.Told], dict[str, files.Made]]


@contextmanager
def drawing(shops: Sequence[world.Told]) -> Iterator[Drawn]:
    """Draw what this machine has not drawn before on all its processors; inside, ask for a shop's pictures by name.

    The second shop is drawn while the first is written.
    """
    wishes = {world.slug(shop): wished(shop) for shop in shops}
    missing = [wish for named in wishes.values() for wish in dict.fromkeys(named.values()) if not wish.there]
    KEPT.mkdir(parents=True, exist_ok=True)
    fresh = multiprocessing.get_context("spawn")  # a copy of this process would share its database connections
    with ProcessPoolExecutor(min(os.cpu_count() or 1, 8), mp_context=fresh) as pool:
        coming = {wish: pool.submit(make, wish) for wish in missing}

        def drawn(shop: world.Told) -> dict[str, files.Made]:
            named = wishes[world.slug(shop)]
            for wish in named.values():
                if wish in coming:
                    coming[wish].result()
            return {name: _read(wish) for name, wish in named.items()}

        yield drawn


def wished(shop: world.Told) -> dict[str, Wish]:
    """The drawings that a shop shows."""
    titles = {one["sku"]: one["name"]["es"] for one in shop["products"]}
    known = scenes.of(world.slug(shop))
    return {
        name: Wish(scene.svg(titles.get(name, shop["tenant"]["name"])), scene.width) for name, scene in known.items()
    }


def make(wish: Wish) -> None:
    """Draw, shrink and keep one picture; its description is written last, so a broken run is made again."""
    with Image.open(io.BytesIO(raster.png(wish.svg, wish.width))) as opened:
        picture = _solid(opened.convert("RGBA"))
    widths = [width for width in files.WIDTHS if width < picture.width] + [picture.width]
    for width in widths:
        _write(wish, f"{width}.webp", _webp(picture, width))
    told = {"size": len(wish.svg), "width": picture.width, "height": picture.height, "tint": pictures.tint(picture)}
    _write(wish, "json", json.dumps({**told, "widths": widths}).encode())


def _solid(picture: Image.Image) -> Image.Image:
    clear = picture.getchannel("A").getextrema()[0] != 255
    return picture if clear else picture.convert("RGB")


def _webp(picture: Image.Image, width: int) -> bytes:
    high, stream = pictures.largest_height(picture, width), io.BytesIO()
    size = (width, high)
    smaller = picture if width == picture.width else picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2)
    smaller.save(stream, "WEBP", quality=QUALITY, method=METHOD)
    return stream.getvalue()


def _write(wish: Wish, ending: str, data: bytes) -> None:
    path = KEPT / f"{wish.sha256}.{ending}"
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_bytes(data)
    fresh.replace(path)


def _read(wish: Wish) -> files.Made:
    told = json.loads((KEPT / f"{wish.sha256}.json").read_text())
    parts = {f"{width}.webp": _part(wish, width).read_bytes() for width in told["widths"]}
    return files.Made(wish.sha256, "image/webp", told["size"], parts, told["width"], told["height"], told["tint"])


def _part(wish: Wish, width: int) -> Path:
    return KEPT / f"{wish.sha256}.{width}.webp"
