"""Pictures of dots made of the drawings, for share cards and letters."""

import resvg_py


def png(svg: str, width: int) -> bytes:
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width, skip_system_fonts=True))
