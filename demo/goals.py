"""The figures that the demo shops watch: those that their orders and bookings tell are computed, the others typed."""

from crm import goals, indicators
from demo import world
from demo.world import Told

UNITS = {"%": "percent", "min": "minutes", "puntos": "points", "casos": "count"}
DIRECTIONS = {"up": "more", "down": "less"}
MEASURES: dict[str, tuple[str, list[str]]] = {  # by which figure of ours, about which products
    "primera-compra": ("orders.first", []),
    "retencion-suscripcion": ("subscriptions.third_month", []),
    "ocupacion-catas": ("bookings.filled", ["TN-019"]),
    "entrega-a-tiempo": ("orders.on_time", []),
    "venta-exterior": ("orders.abroad", []),
    "cupo-talleres": ("bookings.filled", ["HX-019", "HX-020"]),
    "reserva-en-linea": ("bookings.unaided", []),
    "no-presentados": ("bookings.missed", []),
    "dobles-reservas": ("bookings.clashes", []),
    "apartados-en-linea": ("orders.online", []),
}


def watch(shop: Told) -> None:
    """Write them with their targets; no value of any month."""
    for told in shop["indicators"]:
        measure, scope = MEASURES.get(told["code"], ("", []))
        unit = UNITS[told["unit"]]
        goals.make(
            world.spoken(shop, told["name"]), unit, DIRECTIONS[told["direction"]],
            told["target"] * 10 ** indicators.digits(unit), code=told["code"], measure=measure, scope=scope,
            corrective=world.spoken(shop, told["corrective"]),
        )  # fmt: skip
