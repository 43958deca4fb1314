"""What was posted, as the reader saw it: browsers send two signs for the end of a line where the field counted one."""

from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict


class Posted(Request):
    """A request whose form has one sign for the end of a line: so every limit counts as `maxlength` does."""

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        super()._load_form_data()
        told: Any = self.__dict__["form"]
        if any("\r" in value for _key, value in told.items(multi=True)):
            self.__dict__["form"] = ImmutableMultiDict((key, one_sign(value)) for key, value in told.items(multi=True))


def one_sign(text: str) -> str:
    """The text with one sign for the end of each line."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
