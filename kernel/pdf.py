"""PDF from our own pages by WeasyPrint; where its library is missing, views offer the printable page instead."""

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import render_template

from kernel import settings
from kernel.late import Late
from kernel.settings import ROOT

ttlib = Late("fontTools.ttLib")
TYPES = {".css": "text/css", ".svg": "image/svg+xml"}


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
    """The PDF (A-3b) of a template; only our own static files and `data:` pictures are read, nothing is fetched."""
    import weasyprint.urls

    page = weasyprint.HTML(string=render_template(template, **data), base_url="plaza:/", url_fetcher=_fetcher())
    try:
        return bytes(page.write_pdf(pdf_variant="pdf/a-3b"))
    except weasyprint.urls.FatalURLFetchingError as error:  # it would pass by every handler of exceptions
        raise Refused(str(error)) from error


@cache
def _fetcher() -> Any:
    """WeasyPrint's fetcher, narrowed to what `ours()` knows and to `data:`; anything else stops the paper."""
    import weasyprint.urls

    class Ours(weasyprint.urls.URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            body, kind = ours(url)
            return weasyprint.urls.URLFetcherResponse(url, body, {"Content-Type": kind})

    return Ours(allowed_protocols=("data",), fail_on_errors=True)


def ours(url: str) -> tuple[bytes, str]:
    """(content, type) of `plaza:/static/…`, from our own files or what the npm lock brought; refuses all else."""
    parts = urlsplit(url)
    vendor = settings.current().instance / "vendor"
    homes = {
        "static/vendor/": vendor if vendor.exists() else ROOT / "instance" / "vendor",
        "static/": ROOT / "static",
    }
    path, inside = parts.path.lstrip("/"), parts.scheme == "plaza"
    for prefix, home in homes.items():
        if inside and path.startswith(prefix):
            return _read(url, home, path.removeprefix(prefix))
    raise Refused(url)


def _read(url: str, home: Path, name: str) -> tuple[bytes, str]:
    found = (home / name).resolve()
    if not found.is_relative_to(home.resolve()) or not found.is_file():
        raise Refused(url)
    if found.suffix == ".woff2":
        return _unpacked(found), "font/ttf"
    return found.read_bytes(), TYPES.get(found.suffix, "application/octet-stream")


@cache
def _unpacked(font: Path) -> bytes:
    """A packed font as it is within: WeasyPrint would unpack it anew for every paper, which takes most of its time."""
    unpacked = BytesIO()
    known = ttlib.TTFont(font)
    known.flavor = None
    known.save(unpacked)
    return unpacked.getvalue()
