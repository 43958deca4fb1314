"""Posted text: the end of a line is one sign, for every field with a limit, as the reader's own counter said."""

import pytest
from flask import Request, request
from wtforms import TextAreaField
from wtforms.validators import Length

from crm.views import task_forms
from kernel.forms import Form


def areas(cls=Form):
    """(form, field, limit) of each text area with a limit in the house."""
    for sub in cls.__subclasses__():
        for name, field in vars(sub).items():
            if getattr(field, "field_class", None) is TextAreaField:
                told = [*field.args, *field.kwargs.values()]
                limits = [one.max for many in told if isinstance(many, list) for one in many if isinstance(one, Length)]
                yield from ((sub, name, limit) for limit in limits)
        yield from areas(sub)


def long(limit, end="\r\n"):
    """As many signs as fit where the end of a line is one."""
    return end.join(["x" * 49] * (limit // 50)) + end + "x" * (limit - limit // 50 * 50)


def refused(app, sub, name, limit, **how):
    with app.test_request_context("/", method="POST", data={name: long(limit)}, **how):
        form = sub(request.form)
        form[name].validate(form)
        return [error for error in form[name].errors if str(limit) in str(error)]


def test_every_text_area_takes_as_many_signs_as_it_says(app):
    found = list(areas())
    assert len(found) > 9
    assert (task_forms.NoteForm, "text", 2000) in found
    for how in ({}, {"content_type": "multipart/form-data"}):
        assert {one: refused(app, *one, **how) for one in found} == {one: [] for one in found}


def test_with_a_plain_request_that_look_fails(app, monkeypatch):
    monkeypatch.setattr(app, "request_class", Request)
    assert refused(app, task_forms.NoteForm, "text", 2000)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_nothing_else_of_a_form_changes(app, end):
    sent = {"a": ["  uno", f"dos{end}tres "], "b": "ñ"}
    with app.test_request_context("/?a=0", method="POST", data=sent):
        assert request.form.to_dict(flat=False) == {"a": ["  uno", "dos\ntres "], "b": ["ñ"]}
        assert request.values.getlist("a") == ["0", "  uno", "dos\ntres "]
