"""What a column of a file of products can be: guessed by its head, ours or that of Shopify and WooCommerce."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel import i18n, tenancy
from kernel.folding import fold
from kernel.i18n import LANGUAGES, _l, speak

WORDS = ("name", "description")  # told in each language of the shop
COUNTED = {"onhand": _l("On the shelf"), "daily": _l("Made each day"), "unlimited": _l("Without limit")}
STATES = {"live": _l("On sale"), "draft": _l("Draft")}
LIVE = {"live", "active", "1", "true", "yes", "si", "publicado", "publicada", "activo", "activa", "published", "x"}
DRAFT = {
    "draft", "0", "-1", "false", "no", "falso", "archived", "hidden", "oculto", "oculta", "private", "privado",
    "inactivo", "pending", "unlisted",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One thing that a file may tell of a product, and the heads under which it usually stands, the surest first."""

    code: str
    label: Any
    heads: tuple[str, ...] = ()
    ours: bool = True  # whether our own file has it


FIELDS = (
    Field("sku", _l("SKU"), (
        "sku", "variant sku", "codigo", "code", "referencia", "clave", "item code", "internal reference")),
    Field("handle", _l("Address of the product"), ("handle", "url handle", "slug", "direccion")),
    Field("name", _l("Name"), ("name", "nombre", "title", "titulo", "producto", "product", "articulo", "product name")),
    Field("options", _l("Options"), ("options", "opciones", "variante", "variant")),
    Field("price", _l("Price"), ("price", "variant price", "precio", "regular price", "precio normal",
                                 "precio de venta", "sales price", "pvp", "precio unitario")),
    Field("compare", _l("Price before"), ("price before", "compare-at price", "compare at price",
                                          "variant compare at price", "precio antes", "precio anterior")),
    Field("sale", _l("Price for now"), ("sale price", "precio rebajado", "precio de oferta", "precio oferta"), False),
    Field("stock", _l("Units"), ("units", "stock", "variant inventory qty", "unidades", "existencias", "cantidad",
                                 "inventario", "inventory", "inventory quantity", "quantity", "on hand quantity")),
    Field("counted", _l("How it is counted"), ("kind of stock", "tipo de existencias")),
    Field("shelf", _l("Category"), ("category", "categories", "categoria", "categorias", "estante", "type", "tipo",
                                    "product category", "coleccion")),
    Field("state", _l("State"), ("state", "status", "estado", "published", "publicado")),
    Field("weight_g", _l("Weight in grams"), ("weight in grams", "variant grams", "grams", "gramos", "peso en gramos",
                                              "peso (g)", "weight (g)")),
    Field("weight_kg", _l("Weight in kilograms"), ("weight (kg)", "peso (kg)", "peso en kilos", "kilos", "kg"), False),
    Field("tax", _l("Tax"), ("tax", "tax class", "impuesto", "iva", "clase de impuesto")),
    Field("tags", _l("Tags"), ("tags", "etiquetas", "product tags")),
    Field("description", _l("Description"), ("description", "body (html)", "body html", "descripcion", "detalle")),
    Field("pictures", _l("Addresses of the pictures"), (
        "image src", "images", "imagenes", "image", "imagen", "image url", "product image url", "fotos", "foto")),
    Field("alts", _l("What the pictures show"), ("image alt text", "texto alternativo")),
    Field("own_picture", _l("Picture of the variant"), ("variant image", "imagen de la variante", "variant image url")),
    Field("place", _l("Place of the picture"), ("image position", "posicion de la imagen"), False),
    Field("parent", _l("Code of the product that it is a variant of"), ("parent", "superior", "padre"), False),
    Field("number", _l("Number in the file"), ("id",), False),
    *(Field(f"option{at}_name", _l("Name of option %(number)s", number=at), (
        f"option{at} name", f"option {at} name", f"attribute {at} name", f"nombre del atributo {at}"), False)
      for at in (1, 2, 3)),
    *(Field(f"option{at}_value", _l("Value of option %(number)s", number=at), (
        f"option{at} value", f"option {at} value", f"attribute {at} value(s)", f"valor(es) del atributo {at}"), False)
      for at in (1, 2, 3)),
)  # fmt: skip
GROUPS = (
    "sku",
    "handle",
    "name",
    "parent",
    "number",
    "options",
    "option1_value",
)  # what says which lines are one product


def fields() -> list[Field]:
    """Every field, those with words once for each language of the shop."""
    others = i18n.languages_of(tenancy.tenant())[1:]
    found = []
    for one in FIELDS:
        found.append(one)
        found += [_in(one, language) for language in others] if one.code in WORDS else []
    return found


def _in(one: Field, language: str) -> Field:
    called = i18n.NAMES.get(language, language)
    heads = tuple(f"{head} ({told})" for head in one.heads for told in (language, called))
    return Field(f"{one.code}_{language}", f"{one.label} ({called})", heads)


def ours() -> list[Field]:
    """The columns of our own file, in order."""
    return [one for one in fields() if one.ours]


def guess(heads: Sequence[str]) -> dict[str, int]:
    """In which column each field probably stands."""
    folded = [fold(head).strip() for head in heads]
    found: dict[str, int] = {}
    for field in fields():
        wanted = [*_labels(field), *(fold(head) for head in field.heads)]
        place = next((folded.index(head) for head in wanted if head in folded), None)
        if place is not None and place not in found.values():
            found[field.code] = place
    return found


def _labels(field: Field) -> list[str]:
    """As our own file calls it, in whichever language it was written."""
    found = []
    for spoken in LANGUAGES:
        with speak(spoken):
            found.append(fold(str(field.label)))
    return found


def known(words: Mapping[str, Any], text: str) -> str:
    """The code of a word that stands there in any language of ours, or itself; "" for none."""
    wanted = fold(text)
    for code, label in words.items():
        if wanted == code:
            return code
        for spoken in LANGUAGES:
            with speak(spoken):
                if wanted == fold(str(label)):
                    return code
    return ""


def state(text: str) -> str:
    """live or draft, as shops of every kind write it; "" for none."""
    wanted = fold(text)
    return known(STATES, text) or ("live" if wanted in LIVE else "draft" if wanted in DRAFT else "")
