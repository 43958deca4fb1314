"""What a column of a file of people can be, guessed by its head; and the files that Mailchimp gives out."""

import re
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
        "correo-e", "direccion de correo", "correo del cliente")),
    Field("name", _l("Full name"), (
        "name", "nombre", "full name", "nombre completo", "nombre y apellido", "nombre y apellidos",
        "nombres y apellidos", "apellidos y nombre", "first and last name",
        "nombre del cliente", "customer name", "cliente", "customer",
        "contacto", "contact")),
    Field("first_name", _l("First name"), ("first name", "nombres", "first_name", "nombre de pila", "firstname")),
    Field("last_name", _l("Last name"), ("last name", "apellido", "apellidos", "last_name", "lastname", "surname")),
    Field("phone", _l("Phone"), (
        "phone", "telefono", "phone number", "celular", "movil", "whatsapp", "tel", "mobile", "cell", "cel",
        "numero de telefono", "telefono celular", "telefono movil", "mobile phone", "cell phone", "numero de celular",
        "numero de whatsapp", "whatsapp number")),
    Field("company", _l("Company"), (
        "company", "empresa", "compania", "company name", "nombre de la empresa", "organizacion", "organization",
        "negocio", "empresas", "companies")),
    Field("language", _l("Language"), ("language", "idioma", "lang", "lengua")),
    Field("country", _l("Country"), ("country", "pais", "cc", "country code")),
    Field("region", _l("Region"), ("region", "provincia", "estado", "departamento", "state", "province",
                                         "estado o provincia", "provincia o estado")),
    Field("city", _l("City"), (
        "city", "ciudad", "canton", "municipio", "localidad", "town", "comuna", "poblacion")),
    Field("street", _l("Street"), ("address", "direccion", "street", "calle", "domicilio", "direccion exacta")),
    Field("group", _l("Group"), ("group", "grupo", "lista de precios")),
    Field("tags", _l("Tags"), ("tags", "etiquetas", "tag", "etiqueta")),
    Field("tax_id", _l("Tax id"), ("tax id", "cedula", "nit", "rfc", "rtn", "ruc", "identificacion", "cuit")),
    Field("birthday", _l("Birthday"), (
        "birthday", "cumpleanos", "fecha de cumpleanos", "fecha de nacimiento", "nacimiento", "date of birth",
        "birth date", "birthdate", "dob", "bday", "cumple", "fecha de cumple", "dia de cumpleanos")),
    Field("note", _l("Note"), ("note", "nota", "notes", "notas", "observaciones", "comentarios")),
    Field("allows", _l("Allows letters (yes or no)"), (
        "allows letters", "permite correos", "acepta correos", "news allowed", "noticias permitidas",
        "permite novedades", "acepta novedades", "acepta noticias", "acepta publicidad", "acepta promociones",
        "acepta ofertas", "acepta boletin", "acepta mercadeo", "acepta marketing", "acepta recibir correos",
        "recibe correos", "quiere correos", "quiere recibir correos", "autoriza correos", "autoriza publicidad",
        "consentimiento", "consent", "opt in", "accepts marketing", "accepts e-mails", "accepts letters",
        "e-mail consent", "marketing consent", "newsletter", "boletin", "suscrito", "subscribed")),
    Field("allowed_at", _l("Since when they allow letters"), (
        "consent date", "date of consent", "fecha de consentimiento", "fecha de suscripcion", "fecha de aceptacion",
        "fecha de autorizacion", "fecha de permiso", "fecha en que acepto", "acepto desde", "acepta desde",
        "consent given at", "opt in date", "subscribed at", "subscription date", "optin_time")),
    Field("confirmed_at", _l("When they confirmed it"), ("confirm_time",)),
    Field("allowed_ip", _l("From which address they allowed it"), ("confirm_ip", "optin_ip", "ip")),
    Field("left_at", _l("When they unsubscribed"), ("unsub_time", "fecha de baja", "unsubscribed at")),
    Field("cleaned_at", _l("When their letters came back"), ("clean_time",)),
)  # fmt: skip
BY_CODE = {field.code: field for field in FIELDS}
REACH = ("email", "phone")  # one of them must be there: nobody else is known by it
SEVERAL = "tags"  # what may stand in several columns
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


SMALL = {"de", "del", "la", "el", "los", "las", "su", "sus", "the", "of", "your"}  # words that say nothing in a head
ASIDE = re.compile(r"\(.*?\)")  # “Acepta correos (sí o no)”
PARTS = re.compile(r"[/|,]| y/o | o | or ")
Places = int | list[int]  # the column of a field, or several


def _bare(head: str) -> str:
    """A head as it is compared: “¿Acepta correos?” is "acepta correos", “Fecha de consentimiento” has no "de"."""
    words = "".join(sign if sign.isalnum() else " " for sign in fold(head)).split()
    return " ".join(word for word in words if word not in SMALL) or " ".join(words)


NAMED = {_bare(head): field.code for field in reversed(FIELDS) for head in field.heads}


def _code(head: str) -> str:
    """The field that a head names, also in several words: “Tel / WhatsApp” is a telephone twice."""
    plain = fold(ASIDE.sub(" ", head))
    found = {NAMED.get(_bare(part), "") for part in PARTS.split(plain) if _bare(part)}
    return NAMED.get(_bare(head)) or NAMED.get(_bare(plain)) or (found.pop() if len(found) == 1 else "")


def guess(heads: Sequence[str]) -> dict[str, Places]:
    """In which column each field probably stands: of several the one that is called by the usual word."""
    found: dict[str, Places] = {}
    for field in FIELDS:
        places = [place for place, head in enumerate(heads) if _code(head) == field.code]
        usual = [_bare(head) for head in field.heads]
        places.sort(key=lambda place: _rank(_bare(heads[place]), usual))
        if places:
            several = field.code == SEVERAL and len(places) > 1
            found[field.code] = sorted(places) if several else places[0]
    if "name" in found and "last_name" in found and "first_name" not in found:  # "Nombre" beside "Apellidos"
        found["first_name"] = found.pop("name")
    return found


def _rank(head: str, usual: Sequence[str]) -> int:
    return usual.index(head) if head in usual else len(usual)


def columns(places: Places) -> list[int]:
    """The columns of a field, one or several."""
    return places if isinstance(places, list) else [places]


def headless(first: Sequence[str]) -> bool:
    """Whether a first line is no heads but a person: heads hold no address."""
    return any("@" in cell and "." in cell for cell in first)


def reaches(mapping: Mapping[str, Any]) -> bool:
    """Whether the columns that were chosen say how to reach anybody."""
    return any(code in mapping for code in REACH)
