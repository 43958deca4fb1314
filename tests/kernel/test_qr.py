"""Square codes: one place draws them all, as a drawing, an address and a picture of the same."""

import base64
from urllib.parse import unquote

import segno

from kernel import qr
from kernel.settings import ROOT

TEXT = "http://cafe.plaza.localhost:8000/bookings/abc"


def test_it_is_drawn_within_a_page_as_an_address_and_as_a_picture():
    code = segno.make(TEXT, error="m")
    path = code.svg_inline(border=3, lineclass=None, omitsize=True).split(' d="')[1].split('"')[0]
    assert path in qr.inline(TEXT)
    assert 'class="qr"' in qr.inline(TEXT)
    head, drawing = qr.address(TEXT, border=3, scale=1).split(",", 1)
    assert head.startswith("data:image/svg+xml")
    assert path in (base64.b64decode(drawing).decode() if head.endswith("base64") else unquote(drawing))
    assert qr.picture(TEXT)[:4] == b"\x89PNG"


def test_what_is_in_an_address_stays_text():
    assert "<script" not in qr.inline("</svg><script>alert(1)</script>")


def test_one_place_draws_them():
    files = [path for name in ("kernel", "crm", "shop", "campaigns", "demo") for path in (ROOT / name).rglob("*.py")]
    assert [path.name for path in files if "segno" in path.read_text()] == ["qr.py"]
