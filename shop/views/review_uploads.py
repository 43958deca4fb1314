"""Pictures that come with a review: read no further than they may be long, decoded before anything is locked."""

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from kernel import files, uploads
from kernel.refusal import Refusal
from shop import review_pictures
from shop.forms.reviews import ReviewForm

UPLOAD = 48 * 1024 * 1024  # more than is taken: whoever sends too much reads it beside what they typed
Read = tuple[ReviewForm, uploads.Brought, bool]  # the form, its pictures, whether all of it is fine
FIELD = "pictures"


def sent() -> list[tuple[bytes, str]]:
    """What came, each cut where it is too long, and what it was called."""
    request.max_content_length = UPLOAD
    try:
        return [(one.read(files.LIMIT + 1), one.filename or "") for one in _named()]
    except RequestEntityTooLarge:
        raise files.TooBig(limit=files.LIMIT // (1024 * 1024)) from None


def _named() -> list[FileStorage]:
    """The files that were chosen."""
    return [one for one in request.files.getlist(FIELD) if one.filename]


def read(data: list[tuple[bytes, str]], about: str) -> Read:
    """The form with its pictures decoded, those too that wait from a try before; what is wrong stands in the form."""
    form, came = ReviewForm(request.form), uploads.brought(f"review:{about}", FIELD)
    fine = form.validate()
    wrong = str(uploads.OVER) if came.lost else ""
    if len(data) + len(came.of(FIELD)) > review_pictures.MOST:
        wrong, data = str(review_pictures.TooMany(most=review_pictures.MOST)), []
    came.fresh[FIELD] = []
    for one, name in data:
        try:
            came.fresh[FIELD].append((files.make(one), name))
        except Refusal as refusal:
            wrong = str(refusal)
    form.pictures.errors = [wrong] if wrong else form.pictures.errors
    return form, came, fine and not wrong
