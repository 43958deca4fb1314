"""Downloads: a page with a button, a counted POST, and an address that opens the file for five minutes."""

from typing import Any

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from shop import downloads
from shop.views import private_files, store


@store.get("/d/<token>", endpoint="download_page")
def show(token: str) -> str:
    """The button; looking at it counts nothing, so mail scanners may."""
    return render_template("shop/orders/download.html", download=downloads.by_token(token))


@store.post("/d/<token>", endpoint="download")
def take(token: str) -> Response:
    """Count one fetch and lead to the file."""
    ticket = downloads.take(downloads.by_token(token))
    return redirect(url_for(".download_file", token=token, ticket=ticket), 303)


@store.get("/d/<token>/<ticket>", endpoint="download_file")
def fetch(token: str, ticket: str) -> Any:
    """The file itself."""
    file = downloads.file_of(downloads.by_token(token), ticket)
    return private_files.answer(file, attachment=True)
