"""Pictures that come with a review: read no further than they may be long, decoded before anything is locked."""

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from kernel import files
from kernel.refusal import Refusal
from shop import review_pictures
from shop.forms.reviews import ReviewForm

UPLOAD = 48 * 1024 * 1024  # more than is taken: whoever sends too much reads it beside what they typed
Read = tuple[ReviewForm, list[files.Made] | None]


def sent() -> list[bytes]:
    """What came, each cut where it is too long."""
    request.max_content_length = UPLOAD
    try:
        return [one.read(files.LIMIT + 1) for one in named()]
    except RequestEntityTooLarge:
        raise files.TooBig(limit=files.LIMIT // (1024 * 1024)) from None


def named() -> list[FileStorage]:
    """The files that were chosen."""
    return [one for one in request.files.getlist("pictures") if one.filename]


def read(data: list[bytes]) -> Read:
    """The form with its pictures decoded; without them where something is wrong, which stands in the form."""
    form = ReviewForm(request.form)
    made: list[files.Made] | None = [] if form.validate() else None
    try:
        if len(data) > review_pictures.MOST:
            raise review_pictures.TooMany(most=review_pictures.MOST)
        if made is not None:
            made = [files.make(one) for one in data]
    except Refusal as refusal:
        form.pictures.errors = [str(refusal)]
        made = None
    return form, made
