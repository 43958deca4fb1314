"""Private files, handed out by a view that has already asked who wants them."""

from urllib.parse import quote

from flask import Response, send_file

from kernel import files


def answer(file: files.File, *, attachment: bool = False, name: str = "", width: int | None = None) -> Response:
    """The file's bytes, of a picture in a width of its own, never kept by anyone between, never run as a page."""
    made = Response(files.read(file, width), mimetype=file.mime)
    way = "attachment" if attachment or not file.picture else "inline"
    made.headers["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(name or file.name or 'file')}"
    made.headers["Cache-Control"] = "private, no-store"
    made.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    made.headers["X-Content-Type-Options"] = "nosniff"
    return made


def stream(file: files.File) -> Response:
    """A file of ours however large it is, piece by piece."""
    made = send_file(files.place(file), mimetype=file.mime, as_attachment=True, download_name=file.name, etag=False)
    made.headers["Cache-Control"] = "private, no-store"
    made.headers["X-Content-Type-Options"] = "nosniff"
    return made
