"""Every drawing of a shop by name: a product's SKU, `c/<category>`, `hero` and `logo`; `o/<product>`: a buyer's."""

from collections.abc import Callable
from dataclasses import dataclass

from demo.drawings import (
    covers,
    guanquira_shop,
    hilos_xelantun,
    homes,
    horno_tizapola,
    rutas_guanquira,
    shapes,
    tiles,
    tres_neblinas,
)

GOODS: shapes.Frame = (-208, -260, 416, 520)
WIDE: shapes.Frame = (-318, -212, 636, 424)  # experiences and what is sold beside them


@dataclass(frozen=True)
class Scene:
    """One drawing: what it shows, its frame, and how wide it is made at most."""

    name: str
    draw: Callable[[], str]
    frame: shapes.Frame = GOODS
    width: int = 960

    def svg(self, title: str) -> str:
        """The drawing as a file of its own."""
        return shapes.document(self.name, title, self.frame, self.draw())


MODULES = {
    "tres-neblinas": ("TN", tres_neblinas.GOODS, GOODS),
    "hilos-xelantun": ("HX", hilos_xelantun.GOODS, GOODS),
    "rutas-guanquira": ("RG", (*rutas_guanquira.GOODS, *guanquira_shop.GOODS), WIDE),
    "horno-tizapola": ("HT", horno_tizapola.GOODS, GOODS),
}


def of(slug: str) -> dict[str, Scene]:
    """The drawings of a shop."""
    prefix, goods, frame = MODULES[slug]
    hero, logo = covers.SHOPS[slug]
    named = {f"{prefix}-{place:03}": Scene(f"{prefix}-{place:03}", draw, frame) for place, draw in enumerate(goods, 1)}
    shelves = {f"c/{code}": Scene(f"c-{code}", draw, tiles.FRAME, 640) for code, draw in tiles.SHOPS[slug]().items()}
    front = {"hero": Scene("hero", hero, covers.HERO, 1600), "logo": Scene("logo", logo, covers.LOGO, 320)}
    sent = {f"o/{what}": Scene(f"o-{what}", draw, homes.FRAME) for what, draw in homes.SHOPS.get(slug, {}).items()}
    return {**named, **shelves, **front, **sent}
