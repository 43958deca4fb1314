"""Square codes that a telephone reads: drawn within a page, as an address for paper, or as a picture for letters."""

import io
from typing import Any

from markupsafe import Markup

from kernel.late import Late

segno = Late("segno")
BORDER = 3  # modules of white around, so that a camera finds it


def _of(text: str) -> Any:
    return segno.make(text, error="m")


def inline(text: str, border: int = BORDER) -> Markup:
    """Drawn within a page; it takes the page's size and colour by the class `qr`."""
    return Markup(_of(text).svg_inline(border=border, svgclass="qr", lineclass=None, omitsize=True))  # noqa: S704


def address(text: str, *, border: int = 0, scale: int = 4) -> str:
    """As an address that holds the whole drawing: for paper and for a file to keep."""
    return str(_of(text).svg_data_uri(border=border, scale=scale))


def picture(text: str, *, scale: int = 6) -> bytes:
    """As PNG: letters show no drawings."""
    out = io.BytesIO()
    _of(text).save(out, kind="png", scale=scale, border=BORDER)
    return out.getvalue()
