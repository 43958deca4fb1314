"""Proofs of payment as a telephone shows them: a drawn receipt of a transfer that never was."""

import io
from typing import Any

from PIL import Image, ImageDraw

from shop import sharing

SIZE = (720, 1160)
INK, SOFT, GREEN, PAPER, GROUND = "#1d2b2a", "#6b7a78", "#1f7a55", "#ffffff", "#e8efec"


def drawn(bank: str, amount: str, rows: list[tuple[str, str]]) -> bytes:
    """A receipt as a PNG: the bank, the amount, and what else it says."""
    sheet = Image.new("RGB", SIZE, GROUND)
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((0, 0, SIZE[0], 150), fill=GREEN)
    sharing.write(pen, (48, 56), bank, _face(34), fill=PAPER)
    pen.rounded_rectangle((36, 190, SIZE[0] - 36, SIZE[1] - 60), 28, fill=PAPER)
    pen.ellipse((SIZE[0] // 2 - 52, 236, SIZE[0] // 2 + 52, 340), fill=GREEN)
    pen.line([(334, 290), (354, 310), (390, 268)], fill=PAPER, width=10, joint="curve")
    _centred(pen, 372, "Transferencia realizada", 34)
    _centred(pen, 432, amount, 62)
    for place, (label, value) in enumerate(rows):
        top = 560 + place * 104
        pen.line((76, top - 22, SIZE[0] - 76, top - 22), fill=GROUND, width=3)
        sharing.write(pen, (76, top - 4), label, _face(24), fill=SOFT)
        sharing.write(pen, (76, top + 30), value, _face(32), fill=INK)
    stream = io.BytesIO()
    sheet.save(stream, "PNG")
    return stream.getvalue()


def _centred(pen: ImageDraw.ImageDraw, top: int, text: str, size: int) -> None:
    wide = _face(size).getlength(text.replace("₡", "C"))
    sharing.write(pen, ((SIZE[0] - wide) / 2, top), text, _face(size), fill=INK)


def _face(size: int) -> Any:
    return sharing.font("figtree", size, 500)
