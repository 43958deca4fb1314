"""Tax ids: python-stdnum's checks, and our own where it has none."""

import re
from collections.abc import Callable

from kernel.late import Late

exceptions = Late("stdnum.exceptions")

_RUC = re.compile(r"(?:\d{1,9}|(?:\d{1,2})?(?:PE|E|N|AV|PI|NT))-\d{1,6}-\d{1,6}")
_CEDULA = re.compile(r"(?:(?:1[0-3]|[1-9])(?:AV|PI)?|PE|E|N)-\d{1,4}-\d{1,6}")


def _rtn(text: str) -> str:
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"\d{14}", digits) or not 1 <= int(digits[:2]) <= 18 or not 1 <= int(digits[2:4]) <= 28:
        return ""
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def _ruc(text: str) -> str:
    plain = re.sub(r"\s+", " ", text.strip().upper())
    found = re.fullmatch(rf"({_RUC.pattern})(?: ?D\.?V\.? ?(\d{{1,2}}))?", plain)
    if found is None:
        return ""
    return f"{found[1]} DV {int(found[2]):02}" if found[2] else found[1]


def _cedula(text: str) -> str:
    plain = re.sub(r"\s", "", text.upper())
    return plain if _CEDULA.fullmatch(plain) else ""


def _dui(text: str) -> str:
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"\d{9}", digits):
        return ""
    total = sum(int(digit) * weight for digit, weight in zip(digits[:8], range(9, 1, -1), strict=True))
    return f"{digits[:8]}-{digits[8]}" if (10 - total % 10) % 10 == int(digits[8]) else ""


def _ni_ruc(text: str) -> str:
    """A firm's RUC is a letter and 13 digits; a person's is their cédula."""
    plain = re.sub(r"[\s-]", "", text.upper())
    return plain if re.fullmatch(r"[JRNE]\d{13}", plain) else _ni_cedula(text)


def _ni_cedula(text: str) -> str:
    found = re.fullmatch(r"(\d{3})(\d{2})(\d{2})(\d{2})(\d{4})([A-Z])", re.sub(r"[\s-]", "", text.upper()))
    if found is None or not 1 <= int(found[2]) <= 31 or not 1 <= int(found[3]) <= 12:
        return ""
    return f"{found[1]}-{found[2]}{found[3]}{found[4]}-{found[5]}{found[6]}"


def _co_cedula(text: str) -> str:
    digits = re.sub(r"[\s.-]", "", text)
    if not re.fullmatch(r"[1-9]\d{5,9}", digits):
        return ""
    return f"{int(digits):,}".replace(",", ".")


def _dni(text: str) -> str:
    digits = re.sub(r"[\s.-]", "", text)
    return digits if re.fullmatch(r"\d{8}", digits) else ""


def _by(name: str, write: str = "format") -> Callable[[str], str]:
    """The library's check of that name, and which of its words writes what was found good."""
    module = Late(f"stdnum.{name}")

    def cleaned(text: str) -> str:
        try:
            found = str(module.validate(text))
        except exceptions.ValidationError:
            return ""
        return str(getattr(module, write)(found)) if write else found

    return cleaned


def _cpf(text: str) -> str:
    return _by("cr.cpf")(text).removeprefix("0")


_checks: dict[str, Callable[[str], str]] = {
    "cl.rut": _by("cl.rut"),
    "co.cedula": _co_cedula,
    "co.nit": _by("co.nit"),
    "cr.cpf": _cpf,
    "cr.cpj": _by("cr.cpj"),
    "cr.cr": _by("cr.cr"),
    "do.cedula": _by("do.cedula"),
    "do.rnc": _by("do.rnc"),
    "gt.nit": _by("gt.nit"),
    "hn.rtn": _rtn,
    "mx.rfc": _by("mx.rfc", "compact"),
    "ni.cedula": _ni_cedula,
    "ni.ruc": _ni_ruc,
    "pa.cedula": _cedula,
    "pa.ruc": _ruc,
    "pe.dni": _dni,
    "pe.ruc": _by("pe.ruc", ""),
    "sv.dui": _dui,
    "sv.nit": _by("sv.nit"),
    "us.ein": _by("us.ein"),
}


def clean(check: str, text: str) -> str:
    """The number as it is usually written, or '' when it cannot be one of that kind."""
    return _checks[check](text[:40])
