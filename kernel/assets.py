"""Static files as they are served: ours, the browser libraries, the shops' one sheet, packed once when they change."""

import gzip
from collections.abc import Callable
from pathlib import Path

import brotli  # type: ignore[import-untyped]

from kernel import atomic, sheets
from kernel.settings import ROOT, Settings

PACKED = frozenset({".css", ".js", ".svg"})
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".br": lambda raw: brotli.compress(raw, quality=9),
    ".gz": lambda raw: gzip.compress(raw, 9, mtime=0),
}


def lay_out(known: Settings) -> Path:
    """Put everything below /static into one folder of the instance, with its packed forms beside it."""
    target, vendor = known.instance / "static", known.instance / "vendor"
    vendor = vendor if vendor.exists() else ROOT / "instance" / "vendor"
    for root, prefix in ((ROOT / "static", ""), (vendor, "vendor")):
        for path in sorted(root.rglob("*")) if root.exists() else ():
            if path.is_file():
                _put(target / prefix / path.relative_to(root), path.read_bytes())
    bootstrap = vendor / "bootstrap.css"
    _put(target / sheets.NAME, sheets.whole(bootstrap.read_text() if bootstrap.exists() else "").encode())
    return target


def _put(path: Path, data: bytes) -> None:
    if path.exists() and path.read_bytes() == data:
        return
    for ending, packed in PACKERS.items() if path.suffix in PACKED else ():
        atomic.write(path.with_name(path.name + ending), packed(data))
    atomic.write(path, data)
