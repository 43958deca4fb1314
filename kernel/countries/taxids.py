"""Tax ids: python-stdnum's checks, and our own where it has none."""

import re
from collections.abc import Callable

from stdnum.cl import rut
from stdnum.co import nit as co_nit
from stdnum.cr import cpf, cpj, cr
from stdnum.do import cedula as do_cedula
from stdnum.do import rnc
from stdnum.exceptions import ValidationError
from stdnum.gt import nit as gt_nit
from stdnum.mx import rfc
from stdnum.pe import ruc as pe_ruc
from stdnum.sv import nit as sv_nit
from stdnum.us import ein

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


def _by(validate: Callable[[str], str], write: Callable[[str], str]) -> Callable[[str], str]:
    def cleaned(text: str) -> str:
        try:
            return write(validate(text))
        except ValidationError:
            return ""

    return cleaned


_checks: dict[str, Callable[[str], str]] = {
    "cl.rut": _by(rut.validate, rut.format),
    "co.cedula": _co_cedula,
    "co.nit": _by(co_nit.validate, co_nit.format),
    "cr.cpf": _by(cpf.validate, lambda number: cpf.format(number).removeprefix("0")),
    "cr.cpj": _by(cpj.validate, cpj.format),
    "cr.cr": _by(cr.validate, cr.format),
    "do.cedula": _by(do_cedula.validate, do_cedula.format),
    "do.rnc": _by(rnc.validate, rnc.format),
    "gt.nit": _by(gt_nit.validate, gt_nit.format),
    "hn.rtn": _rtn,
    "mx.rfc": _by(rfc.validate, rfc.compact),
    "ni.cedula": _ni_cedula,
    "ni.ruc": _ni_ruc,
    "pa.cedula": _cedula,
    "pa.ruc": _ruc,
    "pe.dni": _dni,
    "pe.ruc": _by(pe_ruc.validate, str),
    "sv.dui": _dui,
    "sv.nit": _by(sv_nit.validate, sv_nit.format),
    "us.ein": _by(ein.validate, ein.format),
}


def clean(check: str, text: str) -> str:
    """The number as it is usually written, or '' when it cannot be one of that kind."""
    return _checks[check](text[:40])
