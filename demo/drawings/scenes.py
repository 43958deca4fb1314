"""Every drawing of a shop by name: a product's SKU, `c/<category>`, `hero` and `logo`."""

from collections.abc import Callable
from dataclasses import dataclass

from demo.drawings import hilos_xelantun, horno_tizapola, rutas_guanquira, shapes, tres_neblinas

GOODS: shapes.Frame = (-220, -275, 440, 550)


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
    "tres-neblinas": ("TN", tres_neblinas),
    "hilos-xelantun": ("HX", hilos_xelantun),
    "rutas-guanquira": ("RG", rutas_guanquira),
    "horno-tizapola": ("HT", horno_tizapola),
}


def of(slug: str) -> dict[str, Scene]:
    """The drawings of a shop."""
    prefix, module = MODULES[slug]
    return {name: Scene(name, draw) for place, draw in enumerate(module.GOODS, 1) for name in (f"{prefix}-{place:03}",)}
