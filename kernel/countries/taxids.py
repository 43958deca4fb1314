"""Tax ids: python-stdnum's checks, and our own where it has none."""

import re
from collections.abc import Callable

from stdnum.cr import cpf, cpj, cr
from stdnum.exceptions import ValidationError
from stdnum.gt import nit as gt_nit
from stdnum.mx import rfc
from stdnum.sv import nit as sv_nit

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


def _by(validate: Callable[[str], str], write: Callable[[str], str]) -> Callable[[str], str]:
    def cleaned(text: str) -> str:
        try:
            return write(validate(text))
        except ValidationError:
            return ""

    return cleaned


_checks: dict[str, Callable[[str], str]] = {
    "cr.cpf": _by(cpf.validate, lambda number: cpf.format(number).removeprefix("0")),
    "cr.cpj": _by(cpj.validate, cpj.format),
    "cr.cr": _by(cr.validate, cr.format),
    "gt.nit": _by(gt_nit.validate, gt_nit.format),
    "hn.rtn": _rtn,
    "mx.rfc": _by(rfc.validate, rfc.compact),
    "pa.cedula": _cedula,
    "pa.ruc": _ruc,
    "sv.dui": _dui,
    "sv.nit": _by(sv_nit.validate, sv_nit.format),
}


def clean(check: str, text: str) -> str:
    """The number as it is usually written, or '' when it cannot be one of that kind."""
    return _checks[check](text[:40])
