"""Makers of hostile uploads: bombs, liars, polyglots, things that would run; nothing is fetched."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image

GPS = 0x8825


def picture(kind: str = "JPEG", size: tuple[int, int] = (80, 60), **values: object) -> bytes:
    """An honest picture."""
    stream = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(stream, kind, **values)
    return stream.getvalue()


def photo_with_place(size: tuple[int, int] = (1800, 1200)) -> bytes:
    """A phone's photo, lying on its side, that knows where it was taken and holds a page."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned
    exif[0x010E] = "<script>alert(1)</script>"
    place = exif.get_ifd(GPS)
    place[1], place[2], place[3], place[4] = "N", (9.0, 56.0, 1.0), "W", (84.0, 5.0, 1.0)
    return picture("JPEG", size, exif=exif, comment=b"<script>alert(1)</script>")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb_png(side: int = 50_000) -> bytes:
    """A PNG of 2.5 thousand million pixels in a few kilobytes."""
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(b"\0" * 6251))
        + _chunk(b"IEND", b"")
    )


def large_png(side: int = 6300) -> bytes:
    """As many pixels as are taken, four bytes each, in some kilobytes; made row by row."""
    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(b"\0" + b"\x80\x40\x20\xff" * side) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def bomb_text_png() -> bytes:
    """A small PNG whose text chunk unpacks to 100 MB."""
    packed = zlib.compress(b"A" * 100_000_000, 9)
    small = picture("PNG", (4, 4))
    return small[:33] + _chunk(b"zTXt", b"Comment\0\0" + packed) + small[33:]


def endless_gif(frames: int = 10_000) -> bytes:
    """A GIF of ten thousand frames."""
    stream = io.BytesIO()
    Image.new("P", (200, 200)).save(stream, "GIF")
    one = stream.getvalue()
    head, frame = one[: one.index(b"\x2c")], one[one.index(b"\x2c") : -1]
    return head + frame * frames + b"\x3b"


def with_zip_behind(data: bytes) -> bytes:
    """Two files in one: a picture, and behind it an archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("../../evil.sh", "#!/bin/sh\n")
    return data + stream.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">%s</svg>'
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]>"
    + SVG % b"<text>&j;</text>"
)
PAGE = b"<!doctype html><script>alert(document.cookie)</script>"
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n%%EndComments\n(%pipe%id) (w) file\nshowpage\n%%EOF\n"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

# What must be refused as a picture, whatever it is called.
REFUSED: dict[str, Callable[[], bytes]] = {
    "bomb.png": bomb_png,
    "wide.png": lambda: bomb_png(40_000),
    "text.png": bomb_text_png,
    "truncated.jpg": lambda: picture()[:-400],
    "half.png": lambda: picture("PNG")[:60],
    "script.svg": lambda: SVG % b"<script>alert(1)</script>",
    "svg.png": lambda: SVG % b'<image xlink:href="file:///etc/passwd"/>',
    "laughs.svg": lambda: LAUGHS,
    "page.png": lambda: PAGE,
    "eps.png": lambda: EPS,
    "paper.png": lambda: PDF,
    "tiff.jpg": lambda: picture("TIFF"),
    "icon.png": lambda: picture("ICO", (32, 32)),
    "bmp.png": lambda: picture("BMP"),
    "zip.png": lambda: with_zip_behind(b""),
    "empty.png": lambda: b"",
    "nul.png": lambda: b"\0" * 5000,
    "gif_head.gif": lambda: b"GIF89a\xff\xff\xff\xff\0\0\0",
    "x.php.jpg": lambda: b"<?php system($_GET[0]); ?>",
}
# What is a picture, and must come out as nothing but one.
CLEANED: dict[str, Callable[[], bytes]] = {
    "place.jpg": photo_with_place,
    "frames.gif": endless_gif,
    "polyglot.png": lambda: with_zip_behind(picture("PNG")),
    "polyglot.gif": lambda: picture("GIF") + PAGE,
    "large.png": large_png,
    "tall.png": lambda: picture("PNG", (60, 20_000)),  # a long screenshot: more than WebP holds
}
NAMES = [
    "CON", "a/b.png", "..", "../../etc/passwd", "..\\..\\boot.ini", "x.php.jpg", "\u202egnp.exe", "a\0b.png", "é" * 300,
    "-rf", ".htaccess", '"><svg onload=alert(1)>.png', "a\r\nSet-Cookie: x=1.png", " ", "",
]  # fmt: skip


TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def workbook(rows: str, before: str = "", **parts: bytes) -> bytes:
    """A workbook as small as one can be: the XML of its rows, what stands before it, other parts by name."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        packed.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{TYPES}"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
            f'"application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{OFFICE}.sheet.main+xml"/><Override'
            f' PartName="/xl/worksheets/sheet1.xml" ContentType="{OFFICE}.worksheet+xml"/></Types>',
        )
        package = LINKS.replace("officeDocument", "package")
        for place, kind, target in (
            ("", "officeDocument", "xl/workbook.xml"),
            ("xl/", "worksheet", "worksheets/sheet1.xml"),
        ):
            name = "_rels/.rels" if not place else "xl/_rels/workbook.xml.rels"
            packed.writestr(
                name,
                f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{LINKS}/{kind}" Target="{target}"/></Relationships>',
            )
        packed.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{SHEETS}" xmlns:r="{LINKS}"><sheets><sheet name="Uno" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        sheet = f'<worksheet xmlns="{SHEETS}"><sheetData>{rows}</sheetData></worksheet>'
        packed.writestr("xl/worksheets/sheet1.xml", f'<?xml version="1.0"?>{before}{sheet}')
        for name, data in parts.items():
            packed.writestr(name, data)
    return stream.getvalue()


def lying(data: bytes, part: str, size: int) -> bytes:
    """The same ZIP, whose directory says another size of one part."""
    found = data.rindex(part.encode()) - 46  # its entry in the directory, which stands behind all parts
    assert data[found : found + 4] == b"PK\x01\x02"
    return data[: found + 24] + struct.pack("<I", size) + data[found + 28 :]
