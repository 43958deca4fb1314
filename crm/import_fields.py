"""What a column of a file of people can be, guessed by its head; and the files that Mailchimp gives out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.folding import fold
from kernel.i18n import _l


@dataclass(frozen=True)
class Field:
    """One thing that a file may tell of a person, and the heads under which it usually stands."""

    code: str
    label: Any
    heads: tuple[str, ...]


FIELDS = (
    Field("email", _l("E-mail"), (
        "email", "e-mail", "email address", "e-mail address", "email_address", "mail", "correo", "correo electronico",
        "direccion de correo")),
    Field("name", _l("Full name"), ("name", "nombre", "full name", "nombre completo", "cliente", "contacto")),
    Field("first_name", _l("First name"), ("first name", "nombres", "first_name", "nombre de pila", "firstname")),
    Field("last_name", _l("Last name"), ("last name", "apellido", "apellidos", "last_name", "lastname", "surname")),
    Field("phone", _l("Phone"), ("phone", "telefono", "phone number", "celular", "movil", "whatsapp", "tel", "mobile")),
    Field("language", _l("Language"), ("language", "idioma", "lang", "lengua")),
    Field("country", _l("Country"), ("country", "pais", "cc", "country code")),
    Field("region", _l("Region"), ("region", "provincia", "estado", "departamento", "state", "province")),
    Field("city", _l("City"), ("city", "ciudad", "canton", "municipio", "localidad", "town")),
    Field("street", _l("Street"), ("address", "direccion", "street", "calle", "domicilio", "direccion exacta")),
    Field("group", _l("Group"), ("group", "grupo", "lista de precios")),
    Field("tags", _l("Tags"), ("tags", "etiquetas", "tag", "etiqueta")),
    Field("tax_id", _l("Tax id"), ("tax id", "cedula", "nit", "rfc", "rtn", "ruc", "identificacion", "cuit")),
    Field("note", _l("Note"), ("note", "nota", "notes", "notas", "observaciones", "comentarios")),
    Field("allows", _l("Allows letters (yes or no)"), (
        "allows letters", "permite correos", "acepta correos", "news allowed", "noticias permitidas",
        "permite novedades", "consentimiento", "suscrito", "subscribed")),
    Field("allowed_at", _l("Since when they allow letters"), (
        "consent date", "fecha de consentimiento", "fecha de suscripcion", "subscribed at", "optin_time")),
    Field("confirmed_at", _l("When they confirmed it"), ("confirm_time",)),
    Field("allowed_ip", _l("From which address they allowed it"), ("confirm_ip", "optin_ip", "ip")),
    Field("left_at", _l("When they unsubscribed"), ("unsub_time", "fecha de baja", "unsubscribed at")),
    Field("cleaned_at", _l("When their letters came back"), ("clean_time",)),
)  # fmt: skip
BY_CODE = {field.code: field for field in FIELDS}
REACH = ("email", "phone")  # one of them must be there: nobody else is known by it
PROFILES = {
    "plain": _l("A plain list"),
    "mailchimp": _l("Mailchimp: subscribed"),
    "mailchimp_other": _l("Mailchimp: not subscribed"),
    "mailchimp_left": _l("Mailchimp: unsubscribed"),
    "mailchimp_cleaned": _l("Mailchimp: cleaned"),
}
STOPS = {"mailchimp_left": "unsubscribed", "mailchimp_cleaned": "cleaned"}  # files of whom nobody may write to
OF_MAILCHIMP = {"leid", "euid", "member_rating"}


def profile(heads: Sequence[str], name: str) -> str:
    """What kind of file it is, by its heads; one of Mailchimp's kinds only its name tells."""
    known = {fold(head) for head in heads}
    if len(OF_MAILCHIMP & known) < 2:
        return "plain"
    if "unsub_time" in known:
        return "mailchimp_left"
    if "clean_time" in known:
        return "mailchimp_cleaned"
    return "mailchimp_other" if fold(name).startswith("nonsubscribed") else "mailchimp"


def guess(heads: Sequence[str]) -> dict[str, int]:
    """In which column each field probably stands."""
    folded = [fold(head).strip() for head in heads]
    found: dict[str, int] = {}
    for field in FIELDS:
        wanted = [fold(head) for head in field.heads]
        place = next((folded.index(head) for head in wanted if head in folded), None)
        if place is not None and place not in found.values():
            found[field.code] = place
    if "name" in found and "last_name" in found and "first_name" not in found:  # "Nombre" beside "Apellidos"
        found["first_name"] = found.pop("name")
    return found


def headless(first: Sequence[str]) -> bool:
    """Whether a first line is no heads but a person: heads hold no address."""
    return any("@" in cell and "." in cell for cell in first)


def reaches(mapping: Mapping[str, int]) -> bool:
    """Whether the columns that were chosen say how to reach anybody."""
    return any(code in mapping for code in REACH)
