"""PDF from our own pages by WeasyPrint; where its library is missing, views offer the printable page instead."""

from functools import cache
from typing import Any
from urllib.parse import urlsplit

from flask import render_template

from kernel.settings import ROOT


class Refused(ValueError):
    """A paper asked for something that is not ours."""


@cache
def available() -> bool:
    """Whether PDF can be made here (WeasyPrint needs Pango)."""
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


def render(template: str, **data: Any) -> bytes:
    """The PDF (A-3b, tagged) of a template; only our own static files and data: pictures are fetched."""
    import weasyprint

    page = weasyprint.HTML(string=render_template(template, **data), base_url="plaza:/", url_fetcher=fetch)
    return bytes(page.write_pdf(pdf_variant="pdf/a-3b"))


def fetch(url: str, *_args: Any, **_values: Any) -> Any:
    """What a paper may ask for: `plaza:/static/…` and `data:`."""
    parts = urlsplit(url)
    if parts.scheme == "data":
        import weasyprint

        return weasyprint.default_url_fetcher(url)
    path = (ROOT / parts.path.lstrip("/")).resolve()
    if parts.scheme != "plaza" or not path.is_relative_to(ROOT / "static"):
        raise Refused(url)
    return {"string": path.read_bytes(), "mime_type": "font/woff2" if path.suffix == ".woff2" else "text/css"}
